"""`obs://bucket/key`, the name of an object, read in this one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

OBJECTS = ("entrypoint", "dependency_jars", "dependency_files")
"""Arguments of a job that name jars and files."""
SCHEME = "obs://"
METADATA = "_metadata"
"""The object that makes a directory a savepoint or a checkpoint; Flink writes it last."""
MOST_KEY = 1024
"""Bytes of a key."""
_BY_CONTENT = re.compile(r".*-[0-9a-f]{16}(?:\.[A-Za-z0-9_-]*)?")
"""How the name of an upload ends; see `pulumi_dli.artifacts.names`."""
_OBJECT = re.compile(r"obs://(?P<bucket>[^/\s]+)/(?P<key>.*[^/\s])")
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_BUCKET = re.compile(
    rf"(?=.{{3,63}}\Z)(?![0-9]+(?:\.[0-9]+){{3}}\Z){_LABEL}(?:\.{_LABEL})*", re.DOTALL
)
"""OBS, "Creating a Bucket": the rules of a bucket's name."""


class ObjectUrl(NamedTuple):
    """An object by its bucket and its key, which has no slash at its beginning."""

    bucket: str
    key: str

    def __str__(self) -> str:
        """As a job names it."""
        return f"{SCHEME}{self.bucket}/{self.key}"

    @classmethod
    def read(cls, text: str) -> ObjectUrl | None:
        """The object that a text names; None where it names none, such as a directory."""
        found = _OBJECT.fullmatch(text)
        return cls(found["bucket"], found["key"]) if found else None

    @property
    def problem(self) -> str:
        """Why no request can name it, in words that follow its name; "" where one can."""
        if not is_bucket(self.bucket):
            return "has no bucket's name"
        if not 0 < len(self.key.encode("utf-8", "replace")) <= MOST_KEY:
            return f"has a key that is not of 1 to {MOST_KEY} bytes"
        if not {"", ".", ".."}.isdisjoint(self.key.split("/")):
            return "has a key with `.`, `..`, or nothing between two slashes"
        if not self.key.isprintable():
            return "has a key with a character that cannot be shown"
        return ""


def objects(value: Callable[[str], Any]) -> Iterator[str]:
    """The jars and files that a job runs, by what its arguments are."""
    return (text for _, text in named_objects(value))


def named_objects(value: Callable[[str], Any]) -> Iterator[tuple[str, str]]:
    """The same, each behind the argument that names it."""
    for name in OBJECTS:
        found = value(name)
        for item in found if isinstance(found, list) else [found] if found else []:
            yield name, str(item)


def overwritable(text: str) -> bool:
    """Whether an object may come to hold other bytes: not where its name is that of its content."""
    return ObjectUrl.read(text) is None or not _BY_CONTENT.fullmatch(text)


def is_bucket(text: str) -> bool:
    """Whether a text can be the name of a bucket."""
    return _BUCKET.fullmatch(text) is not None


def directory_url(path: str) -> str:
    """A directory as `restore_from` is documented; the service leaves the scheme out."""
    return f"{SCHEME}{path.removeprefix(SCHEME)}" if path else ""


def kind(path: str) -> str:
    """What a directory of state holds, in a word: Flink numbers its checkpoints (`chk-7`)."""
    return "checkpoint" if path.strip("/").rpartition("/")[2].startswith("chk-") else "savepoint"


def is_object_url(text: str) -> bool:
    """Whether a text is meant to name something in OBS."""
    return text.startswith(SCHEME)
