"""Cut secret values out of text that the service wrote, where it comes in.

What is ours (names, numbers, our own words) is never cut: only the client calls `cut`, on what
an answer says. What a call hides travels with the call, in a context variable, because the
client's requests do not know whose secrets an answer may repeat.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import cached_property, partial, wraps
from itertools import takewhile
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from pulumi_dli.console import MASK
from pulumi_dli.job.canonical import harmless, text_of

SHORTEST = 3
"""Shorter values are left: cutting every `1` or `on` would leave no sentence readable."""
LONG = 8
"""Shorter values are cut only where they stand as a word."""
PIECE = 16
"""Characters by which the beginning or the end of a longer value is known anywhere; where the
text itself ends there, or shows that something is left out, `LONG` are enough."""
DEEPEST = 3
"""How often a text may be escaped over again."""
MOST_READ = 16_384
"""Characters of a text that are looked through; nobody is shown the rest."""

_P = ParamSpec("_P")
_R = TypeVar("_R")
_PARTS = re.compile(r"[=:;,&?@/\"'{}()\[\]<>|\s]+")
"""What separates the parts of a value, as in `jdbc:…?user=u&password=p` or `{"key": "p"}`."""
_BROKEN_OFF = re.compile(r"""["'`)\]}>]*(?:…|\.{2,}|\.?\s*\Z)""")
_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}")

_IN_ADDRESSES = str.maketrans("+/", "-_")
# How Java's JSON writers escape what could end a script or a tag.
_HTML_SAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&='"}


class _Secrets:
    """The texts that a call hides, and the forms in which services repeat them."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = frozenset(texts)

    @cached_property
    def forms(self) -> frozenset[str]:
        """Made once in a call, and only where there is something to cut."""
        return frozenset(form for text in self._texts for form in _forms(text))


_hidden: ContextVar[_Secrets | None] = ContextVar("hidden", default=None)


def discreet(verb: Callable[_P, _R]) -> Callable[_P, _R]:
    """A verb that cuts the secrets of the properties that it is given out of every answer."""

    @wraps(verb)
    def discreetly(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        given = (*args, *kwargs.values())
        props = (each for each in given if isinstance(each, Mapping))
        token = _hidden.set(_Secrets(secret_texts(*props)))
        try:
            return verb(*args, **kwargs)
        finally:
            _hidden.reset(token)

    return discreetly


def cut(text: str, secrets: Iterable[str] = ()) -> str:
    """A text of the service, harmless, and without secrets in whatever form it repeats them.

    Args:
        text: of any length; what is beyond `MOST_READ` characters is left out.
        secrets: more texts to hide, beside what the call hides.
    """
    text = text[:MOST_READ]
    if not text:
        return text
    hides = _hidden.get() or _Secrets(())
    forms = hides.forms | _Secrets(secrets).forms
    seen = text = _masked(_normal(text), forms)
    for decode in (html.unescape, unquote, unquote_plus) * DEEPEST:
        plain = _normal(decode(seen))
        masked = plain if plain == seen else _masked(plain, forms)
        if masked != plain:
            seen = text = masked
        elif decode is not unquote_plus:  # of which the blanks would stay
            seen = plain
    return harmless(text)


def secret_texts(*sources: Mapping[str, Any]) -> tuple[str, ...]:
    """The texts of the sources that nobody may see.

    They are the values of `entrypoint_args` and `runtime_config`, each of their words alone, and
    the parts of a word.
    """
    return tuple({text for source in sources for text in _values(source) if len(text) >= SHORTEST})


def hidden(value: Any) -> Any:
    """A secret value that the program did not set, so that the engine would not encrypt it."""
    if isinstance(value, Mapping):
        return dict.fromkeys(value, MASK)
    return MASK if value else value


def shown(value: Any) -> str | None:
    """Numbers and flags as text. Any text may be a secret, so none is shown."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return None


def _values(source: Mapping[str, Any]) -> Iterator[str]:
    config = source.get("runtime_config")
    whole = " ".join(_leaves(source.get("entrypoint_args")))
    for text in (whole, *_leaves(config)):
        yield text
        for word in text.split():
            name, equals, _ = word.partition("=")
            if not (equals and name.startswith("-")):
                yield word
            # The name of an option is no secret, unless it is all there is.
            yield from _PARTS.split(word.partition("=")[2] if name.startswith("-") else word)


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
    """A text as services repeat it: as it is, and as JSON, Python, addresses and pages write it."""
    if len(secret) < SHORTEST:
        return
    secret = unicodedata.normalize("NFC", secret)
    yield secret
    yield from _encoded(secret)
    if secret.isascii() and secret.isalnum():
        return
    for once in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        for form in (once, once.replace("/", "\\/"), once.translate(_HTML_SAFE)):
            yield form
            yield json.dumps(form, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    for write in (quote, partial(quote, safe=""), quote_plus):
        yield write(secret, errors="replace")
    yield html.escape(secret)
    yield html.escape(secret, quote=False)
    if not secret.isascii():  # and as who takes UTF-8 for Latin-1 has it
        yield secret.encode("utf-8", "replace").decode("latin-1")


def _encoded(secret: str) -> Iterator[str]:
    """What stands of a text in Base64, whatever stands before and behind it in what is encoded."""
    data = secret.encode("utf-8", "replace")
    for before in range(3):
        whole = b64encode(bytes(before) + data)
        same = whole[-(-before * 8 // 6) : (before + len(data)) * 8 // 6].decode()
        if len(same) >= LONG:
            yield same
            yield same.translate(_IN_ADDRESSES)


def _masked(text: str, forms: Iterable[str]) -> str:
    there = {run for form in forms for run in _runs(form, text)}
    if not there:
        return text
    # In one pass, and over a mask too, so that nothing is cut out of a mask.
    longest_first = sorted(there, key=len, reverse=True)
    return re.sub("|".join([re.escape(MASK), *map(_pattern, longest_first)]), MASK, text)


def _normal(text: str) -> str:
    """A text with its letters composed and its escapes in small letters, as `_forms` has them."""
    return unicodedata.normalize("NFC", _ESCAPE.sub(lambda code: code[0].lower(), text))


def _runs(form: str, text: str) -> Iterator[str]:
    """The form where the text holds it; of a long one its ends too, where it breaks off."""
    if form in text:
        yield form
    if len(form) > LONG:
        yield from _heads(form, text)
        yield from (head[::-1] for head in _heads(form[::-1], text[::-1]))


def _heads(form: str, text: str) -> Iterator[str]:
    """The beginnings of a form that a text holds and that are long enough to tell it by."""
    at = text.find(form[:LONG])
    while at >= 0:
        same = (ours == theirs for ours, theirs in zip(form, text[at:], strict=False))
        end = at + sum(takewhile(bool, same))
        if end - at >= PIECE or _BROKEN_OFF.match(text, end):
            yield text[at:end]
        at = text.find(form[:LONG], end)


def _pattern(form: str) -> str:
    text = re.escape(form)
    if len(form) >= LONG:
        return text
    # What stands behind an escape, as of a line's end or of a blank, stands as a word too.
    before = r"(?:(?<![^\W_])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9a-f]{4}))"
    return rf"{before}{text}(?![^\W_])"
