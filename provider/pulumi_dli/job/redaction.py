"""Cut secret values out of text that the service wrote, before anybody sees or stores it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pulumi_dli.console import MASK
from pulumi_dli.errors import DliError
from pulumi_dli.job.canonical import arguments_text, text_of

SHORTEST = 4
"""Shorter values are left: cutting every `1` or `on` would leave no sentence readable."""


def mask(text: str, *sources: Mapping[str, Any]) -> str:
    """The text without the values of `entrypoint_args` and `runtime_config` of the sources.

    Each argument is cut out alone as well, and the value of an argument `--key=value` too.
    """
    return cut(text, secret_texts(*sources))


def cut(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets; the longest should come first."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            text = text.replace(secret, MASK)
    return text


def secret_texts(*sources: Mapping[str, Any]) -> list[str]:
    """The texts of the sources that nobody may see, the longest first."""
    values = {value for source in sources for value in _values(source) if len(value) >= SHORTEST}
    return sorted(values, key=len, reverse=True)


@contextmanager
def discreet(*sources: Mapping[str, Any]) -> Iterator[None]:
    """Cut the same values out of an error that passes: it may repeat the service's own words."""
    try:
        yield
    except DliError as error:
        error.args = (mask(str(error), *sources),)
        raise


def hidden(value: Any) -> Any:
    """A secret value that the program did not set, so that the engine would not encrypt it."""
    if isinstance(value, Mapping):
        return dict.fromkeys(value, MASK)
    return MASK if value else value


def _values(source: Mapping[str, Any]) -> Iterable[str]:
    arguments = source.get("entrypoint_args")
    if arguments:
        whole = arguments_text(arguments)
        yield whole
        for word in whole.split():
            yield re.sub(r"^-+[^=]*=", "", word) if word.startswith("-") else word
    config = source.get("runtime_config")
    if isinstance(config, Mapping):
        yield from (text_of(value) for value in config.values())
