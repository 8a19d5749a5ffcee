"""Reads settings one by one, and collects what is wrong with all of them.

A person who starts with an empty stack should be told of everything that is missing at
once, so nothing here raises: problems are clauses of the one `SettingsError` to come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pulumi_dli.settings.sources import SETTINGS, Sources, Value, looked_at

MAX_DEFAULT_TAGS = 19
"""Tags for every job; the service takes 20, and the ownership mark is one of them."""
_ON = {"on", "true", "yes", "1"}
_OFF = {"off", "false", "no", "0"}


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
        self.warnings: list[str] = sources.misspelt()

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
        """Record that a value is not what it must be."""
        self.problems.append(
            f"{SETTINGS[key].words} ({value.source}) is {value.shown!r} and must be {must}"
        )

    def url(self, value: Value) -> str:
        """A URL without a slash at its end; empty when it is none."""
        try:
            parts = urlsplit(value.text)
            good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            good = False
        if not good or parts.query or parts.fragment or "@" in parts.netloc:
            # The value is not repeated: it may hold a password.
            self.problems.append(
                f"{value.source} must be a URL such as https://dli.eu-de.otc.t-systems.com, "
                "without a user, a query or a fragment"
            )
            return ""
        if parts.scheme == "http" and not loopback(value.text):
            self.warnings.append(f"{value.source} is not https: credentials travel in clear")
        return value.text.rstrip("/")

    def path(self, key: str) -> Path | None:
        """A path; a relative one starts at the project's folder."""
        value = self.take(key)
        return self._directory / Path(value.text).expanduser() if value else None

    def flag(self, key: str, *, default: bool) -> bool:
        """A switch. YAML turns a bare `on` into `true`, so both words count."""
        value = self.take(key)
        if value is None:
            return default
        word = value.text.lower()
        if word not in _ON | _OFF:
            self.malformed(key, value, "on or off")
        return word in _ON

    def count(self, key: str, *, default: int, most: int) -> int:
        """A whole number from 0 to `most`."""
        value = self.take(key)
        if value is None:
            return default
        if not re.fullmatch(r"[0-9]{1,3}", value.text) or int(value.text) > most:
            self.malformed(key, value, f"a whole number from 0 to {most}")
            return default
        return int(value.text)

    def tags(self, key: str) -> Mapping[str, str]:
        """A map of texts, which the stack's configuration hands on as JSON."""
        value = self.take(key)
        if value is None:
            return {}
        try:
            tags = json.loads(value.text)
        except ValueError:
            tags = None
        if not isinstance(tags, dict) or any(isinstance(v, dict | list) for v in tags.values()):
            self.malformed(key, value, f"a map: `pulumi config set --path dli:{key}.team data`")
            return {}
        if len(tags) > MAX_DEFAULT_TAGS:
            self.malformed(key, value, f"of {MAX_DEFAULT_TAGS} tags at most")
        # `pulumi config set --path` stores 12 and true as a number and a truth value.
        return {name: v if isinstance(v, str) else json.dumps(v) for name, v in tags.items()}

    def names(self, key: str) -> tuple[str, ...]:
        """Names: a list, which the stack's configuration hands on as JSON, or `one,two`."""
        value = self.take(key)
        if value is None:
            return ()
        try:
            names = json.loads(value.text) if value.text.startswith("[") else value.text.split(",")
        except ValueError:
            names = None
        if not isinstance(names, list) or not all(isinstance(n, str) and n.strip() for n in names):
            self.malformed(key, value, f"names: `pulumi config set dli:{key} team,cost*`")
            return ()
        return tuple(name.strip() for name in names)

    def header(self, key: str, value: Value) -> str:
        """A value that travels in a header, which is visible ASCII.

        The HTTP library would print a bad one in its error.
        """
        if not (value.text.isascii() and value.text.isprintable() and " " not in value.text):
            self.problems.append(
                f"the {bare(key)} from {value.source} holds characters that no header can carry"
            )
        return value.text


def bare(key: str) -> str:
    """What a setting is, without an article."""
    return SETTINGS[key].words.removeprefix("the ").removeprefix("a ")


def loopback(url: str) -> bool:
    """Whether a URL leads to this machine."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}
