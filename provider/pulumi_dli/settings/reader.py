"""Reads settings one by one, and collects what is wrong with all of them.

A person who starts with an empty stack should be told of everything that is missing at
once, so nothing here raises: problems are clauses of the one `SettingsError` to come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pulumi_dli.settings import buckets
from pulumi_dli.settings.sources import SETTINGS, Sources, Value, looked_at
from pulumi_dli.settings.urls import loopback, url_problem

MAX_DEFAULT_TAGS = 19
"""Tags for every job; the service takes 20, and the ownership mark is one of them."""
MOST_TAG = 40
"""Characters by which a tag is named."""
MOST_NAME = 255
MOST_PATH = 4096
OLDEST_FLINK = (1, 12)
"""The first line that the local DLI runs."""
_ON = {"on", "true", "yes", "1"}
_OFF = {"off", "false", "no", "0"}
_SECRETS = {"password", "secretKey"}
_NAMES = {
    *("projectName", "username", "userId", "domainName", "domainId"),
    *("agencyName", "agencyDomainName"),
}


class Reader:
    """Takes values from the sources and remembers them.

    Attributes:
        used: each value that was taken, by its key.
        problems: one clause for each thing that is missing or malformed.
        warnings: one sentence for each thing that is odd but does not stop the work.
    """

    def __init__(self, sources: Sources, directory: Path) -> None:
        self._sources = sources
        self._directory = directory
        self.used: dict[str, Value] = {}
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def take(self, key: str) -> Value | None:
        """The value of `key`, if it has one."""
        value = self._sources.find(key)
        if value is not None:
            self.used[key] = value
        return value

    def need(self, *keys: str) -> tuple[str, Value] | None:
        """The nearest of settings that stand for one another; a problem when there is none."""
        nearest = self.nearest(*keys)
        if nearest is None:
            words = " or ".join(bare(key) for key in keys)
            self.problems.append(f"no {words} (looked at {looked_at(*keys)})")
        return nearest

    def nearest(self, *keys: str) -> tuple[str, Value] | None:
        """The nearest of settings that stand for one another."""
        nearest = self._sources.nearest(*keys)
        if nearest is not None:
            self.used[nearest[0]] = nearest[1]
        return nearest

    def note(self, key: str, text: str, source: str) -> None:
        """Remember a value that follows from another, where nobody set it."""
        self.used[key] = Value(text, source, secret=SETTINGS[key].secret)

    def malformed(self, key: str, value: Value, must: str) -> None:
        """Record that a value is not what it must be. It is not repeated: it may be a secret."""
        self.problems.append(f"{SETTINGS[key].words} ({value.where}) must be {must}")

    def demand_names(self) -> None:
        """Record what was taken as a name, and cannot be one."""
        for key, value in self.used.items():
            if key in _NAMES and not is_name(value.text):
                self.malformed(key, value, f"one line of at most {MOST_NAME} characters")
            elif key in _SECRETS and not _is_unicode(value.text):
                self.malformed(key, value, "text in UTF-8")

    def url(self, key: str, value: Value) -> str:
        """A URL without a slash at its end; empty when it is none."""
        problem = url_problem(value.text)
        if problem:
            local = ", or `local`" if key == "endpoint" else ""
            service = {"endpoint": "dli", "obsEndpoint": "obs"}.get(key, "iam")
            self.problems.append(
                f"{value.where} must be a URL such as https://{service}.eu-de.otc.t-systems.com, "
                f"without a user, a query or a fragment{local}: {problem}"
            )
            return ""
        if urlsplit(value.text).scheme == "http" and not loopback(value.text):
            self.warnings.append(f"{value.where} is not https: credentials travel in clear")
        return value.text.rstrip("/")

    def path(self, key: str) -> Path | None:
        """A path; a relative one starts at the project's folder."""
        value = self.take(key)
        if value is None:
            return None
        if not value.text.isprintable() or len(value.text) > MOST_PATH:
            self.malformed(key, value, f"a path: one line of at most {MOST_PATH} characters")
            return None
        try:
            return self._directory / Path(value.text).expanduser()
        except RuntimeError:
            self.malformed(key, value, "a path: there is no such user as `~` names")
            return None

    def flag(self, key: str, *, default: bool) -> bool:
        """A switch. YAML turns a bare `on` into `true`, so both words count."""
        value = self.take(key)
        if value is None:
            return default
        on = switch(value.text)
        if on is None:
            self.malformed(key, value, "on or off")
        return bool(on)

    def count(self, key: str, *, default: int, most: int) -> int:
        """A whole number from 0 to `most`."""
        value = self.take(key)
        if value is None:
            return default
        if not re.fullmatch(r"[0-9]{1,3}", value.text) or int(value.text) > most:
            self.malformed(key, value, f"a whole number from 0 to {most}")
            return default
        return int(value.text)

    def flink(self, key: str) -> str | None:
        """A version of Flink: a line such as `1.15`, or a release."""
        value = self.take(key)
        if value is None:
            return None
        text = value.text
        found = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})(\.[0-9]{1,3})?", text)
        if not found or (int(found[1]), int(found[2])) < OLDEST_FLINK:
            wrong = f" (it is {text})" if re.fullmatch(r"[0-9][0-9.]{0,15}", text) else ""
            oldest = ".".join(map(str, OLDEST_FLINK))
            self.malformed(
                key,
                value,
                f"a version of Flink from {oldest} on, such as 1.15 or 1.20.5, in quotes in YAML, "
                f"which takes 1.20 for 1.2{wrong}",
            )
        return text

    def tags(self, key: str) -> Mapping[str, str]:
        """A map of texts, which the stack's configuration hands on as JSON."""
        value = self.take(key)
        if value is None:
            return {}
        example = f"`pulumi config set --path dli:{key}.team data`"
        pairs = _parsed(value.text)
        if not isinstance(pairs, _Pairs):
            self.malformed(key, value, f"a map: {example}")
            return {}
        tags = {name.strip(): _text(item) for name, item in pairs.items}
        texts = {name: text for name, text in tags.items() if name and text is not None}
        wrong = [n for n in tags if not all(map(_is_unicode, (n, texts.get(n, ""))))]
        wrong += tags.keys() - texts.keys()
        if wrong:
            named = [f"{name[:MOST_TAG]} is not so; " for name in wrong if is_name(name)]
            must = (
                f"a map of names to texts, numbers or true and false: {named[0] if named else ''}"
            )
            self.malformed(key, value, f"{must}{example}")
        elif len(tags) < len(pairs.items):
            self.malformed(key, value, "a map that names each tag once, blanks at the ends aside")
        elif len(tags) > MAX_DEFAULT_TAGS:
            self.malformed(key, value, f"a map of {MAX_DEFAULT_TAGS} tags at most")
        return texts

    def names(self, key: str) -> tuple[str, ...]:
        """Names: a list, which the stack's configuration hands on as JSON, or `one,two`."""
        value = self.take(key)
        if value is None:
            return ()
        listed = value.text.startswith("[")
        names = _parsed(value.text) if listed else value.text.split(",")
        if not isinstance(names, list) or not all(
            isinstance(name, str) and is_name(name.strip()) for name in names
        ):
            self.malformed(key, value, f"names: `pulumi config set dli:{key} team,cost*`")
            return ()
        return tuple(name.strip() for name in names)

    def bucket(self, key: str) -> str:
        """A bucket of OBS, perhaps with a folder, as `obs://bucket/folder`; empty for none."""
        value = self.take(key)
        if value is None:
            return ""
        found = buckets.place(value.text)
        if not found:
            self.malformed(key, value, buckets.FORM)
        return found

    def header(self, key: str, value: Value) -> str:
        """A value that travels in a header, which is visible ASCII.

        The HTTP library would print a bad one in its error.
        """
        if not (value.text.isascii() and value.text.isprintable() and " " not in value.text):
            self.problems.append(
                f"the {bare(key)} from {value.where} holds characters that no header can carry"
            )
        return value.text


def bare(key: str) -> str:
    """What a setting is, without an article."""
    return SETTINGS[key].words.removeprefix("the ").removeprefix("a ")


def is_name(text: str) -> bool:
    """Whether a text can be the name of something: one line that is not too long."""
    return 0 < len(text) <= MOST_NAME and text.isprintable()


def switch(text: str) -> bool | None:
    """Whether a word means on; None when it is neither on nor off."""
    word = text.lower()
    return word in _ON if word in _ON | _OFF else None


class _Pairs:
    """An object of JSON, as it is written."""

    def __init__(self, items: list[tuple[str, Any]]) -> None:
        self.items = items


def _parsed(text: str) -> Any:
    """What a text in JSON says, numbers as they are written; None when it is none."""
    try:
        return json.loads(text, object_pairs_hook=_Pairs, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None


def _text(item: Any) -> str | None:
    """`pulumi config set --path` stores 12 and true as a number and a truth value."""
    if isinstance(item, bool):
        return json.dumps(item)
    return item if isinstance(item, str) else None


def _is_unicode(text: str) -> bool:
    """Not so for bytes of the environment that are no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
