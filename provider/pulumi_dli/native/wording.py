"""What is said of settings, for a provider of the program's own: it reads no stack's configuration.

Everything below this room names a setting as the stack's configuration does.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_KEY = r"dli:(\w+)\b(?!:\w)"  # a type, such as dli:index:FlinkJarJob, is none
_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"`pulumi config set dli:<key> <value>`", "the provider's arguments"),
        (r"`pulumi config set (?:--path )?dli:(\S+) ([^`]+)`", r"`\1: \2` of the provider"),
        (r"`pulumi config rm dli:\w+` takes it out", "take it out"),
        (rf"`{_KEY}: ([^`]+)`", r"`\1: \2` of the provider"),
        (rf"`{_KEY}`", r"the provider's \1"),
        (rf"(?:stack config )?{_KEY}", r"the provider's \1"),
        (r"the stack's settings", "the provider's settings"),
    )
)


def words_of(urn: str) -> Callable[[str], str]:
    """How the sentences of a provider are worded.

    Args:
        urn: the provider; "" where the engine does not tell it.
    """
    name = urn.split("::", 3)[-1]
    # By its name alone the engine tells its own default providers from a program's, too.
    return _as_it_is if name.startswith("default") or not urn else of_a_provider


def of_a_provider(text: str) -> str:
    """A sentence with its settings as those of a provider."""
    for pattern, words in _WORDS:
        text = pattern.sub(words, text)
    return text


def _as_it_is(text: str) -> str:
    return text
