"""Cut secret values out of text that the service wrote, where it comes in.

What is ours (names, numbers, our own words) is never cut: only the client calls `cut`, on what
an answer says. What a call hides travels with the call, in a context variable, because the
client's requests do not know whose secrets an answer may repeat.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import wraps
from itertools import takewhile
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote, quote_plus

from pulumi_dli.console import MASK
from pulumi_dli.job.canonical import text_of

SHORTEST = 3
"""Shorter values are left: cutting every `1` or `on` would leave no sentence readable."""
SHORTEST_PART = 4
"""Shorter values are cut only where they stand as a word."""
HEAD = 16
"""Characters by which the beginning of a longer value is known, where an answer breaks it off."""
MOST_READ = 16_384
"""Characters of a text that are looked through; nobody is shown the rest."""

_P = ParamSpec("_P")
_R = TypeVar("_R")
_hidden: ContextVar[tuple[str, ...]] = ContextVar("hidden", default=())

# How Java's JSON writers escape what could end a script or a tag.
_HTML_SAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&='"}


def discreet(verb: Callable[_P, _R]) -> Callable[_P, _R]:
    """A verb that cuts the secrets of the properties that it is given out of every answer."""

    @wraps(verb)
    def discreetly(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        given = (*args, *kwargs.values())
        token = _hidden.set(secret_texts(*(each for each in given if isinstance(each, Mapping))))
        try:
            return verb(*args, **kwargs)
        finally:
            _hidden.reset(token)

    return discreetly


def cut(text: str, secrets: Iterable[str] = ()) -> str:
    """A text of the service without secrets, in whatever form it repeats them.

    Args:
        text: of any length; what is beyond `MOST_READ` characters is left out.
        secrets: more texts to hide, beside what the call hides.
    """
    text = text[:MOST_READ]
    if not text:
        return text
    every = {form for secret in {*secrets, *_hidden.get()} for form in _forms(secret)}
    there = {run for form in every for run in _runs(form, text)}
    if not there:
        return text
    # In one pass, and over a mask too, so that nothing is cut out of a mask.
    longest_first = sorted(there, key=len, reverse=True)
    return re.sub("|".join([re.escape(MASK), *map(_pattern, longest_first)]), MASK, text)


def secret_texts(*sources: Mapping[str, Any]) -> tuple[str, ...]:
    """The texts of the sources that nobody may see.

    They are the values of `entrypoint_args` and `runtime_config`, each of their words alone,
    and what stands behind the `=` of a word.
    """
    return tuple({text for source in sources for text in _values(source) if len(text) >= SHORTEST})


def hidden(value: Any) -> Any:
    """A secret value that the program did not set, so that the engine would not encrypt it."""
    if isinstance(value, Mapping):
        return dict.fromkeys(value, MASK)
    return MASK if value else value


def _values(source: Mapping[str, Any]) -> Iterator[str]:
    config = source.get("runtime_config")
    whole = " ".join(_leaves(source.get("entrypoint_args")))
    for text in (whole, *_leaves(config)):
        yield text
        for word in text.split():
            name, equals, value = word.partition("=")
            if not (equals and name.startswith("-")):
                yield word
            yield value.strip("\"'")
            yield word.strip("\"'")


def _leaves(value: Any) -> Iterator[str]:
    """The texts in a value, which may be of a wrong type still."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield text_of(value)


def _forms(secret: str) -> Iterator[str]:
    """A text as services repeat it: plain, and as JSON, Python, an address and a page escape it."""
    if len(secret) < SHORTEST:
        return
    yield secret
    if secret.isascii() and secret.isalnum():
        return
    for once in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        for form in (once, once.replace("/", "\\/"), once.translate(_HTML_SAFE)):
            yield form
            yield json.dumps(form, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    for address in (
        quote(secret, safe="", errors="replace"),
        quote(secret, errors="replace"),
        quote_plus(secret, errors="replace"),
    ):
        yield address
        yield re.sub("%..", lambda code: code[0].lower(), address)
    yield html.escape(secret)
    yield html.escape(secret, quote=False)


def _runs(form: str, text: str) -> Iterator[str]:
    """The form where the text holds it; of a long one its beginning too, if it breaks off."""
    if form in text:
        yield form
    if len(form) > HEAD and (at := text.find(form[:HEAD])) >= 0:
        same = (ours == theirs for ours, theirs in zip(form, text[at:], strict=False))
        yield form[: sum(takewhile(bool, same))]


def _pattern(form: str) -> str:
    text = re.escape(form)
    # What stands behind the n of an escaped line's end stands as a word.
    return text if len(form) >= SHORTEST_PART else rf"(?:(?<![^\W_])|(?<=\\[nrt])){text}(?![^\W_])"
