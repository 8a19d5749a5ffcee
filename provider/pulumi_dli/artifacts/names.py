"""What a local file is called in OBS: by its content, so that a name says what a job runs.

`obs://BUCKET/pulumi-dli/<DLI project id>/<stem>-<16 hex digits of the content>.jar`. A pure
function of the file's content, the place, and the names that the state has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from pulumi_dli.errors import DliError

FILES = ("entrypoint", "dependency_jars", "dependency_files")
"""Arguments that take a local file in place of an object's name."""
FOLDER = "pulumi-dli"
"""The folder of a bucket that the objects are in, one below for each project."""
DIGITS = 16
_STEM = 64


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the machine that the program runs on, in place of an object's name."""

    path: str


@dataclass(slots=True)
class Named:
    """What the files of one job are called.

    Attributes:
        texts: the arguments with names in place of files.
        unknown: arguments whose names cannot be told yet, because their bucket is not known.
        problems: what is wrong, a sentence each.
        files: the paths of the files by their names.
    """

    texts: dict[str, Any] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


def apart(inputs: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inputs without those arguments that hold a file, and these."""
    files = {name: inputs[name] for name in FILES if any(_files(inputs.get(name)))}
    return {name: value for name, value in inputs.items() if name not in files}, files


def named(
    files: Mapping[str, Any],
    olds: Mapping[str, Any],
    folder: str | None,
    digest: Callable[[str], str],
) -> Named:
    """Name the files of one job.

    Args:
        files: the arguments that hold a file, as `apart` gives them.
        olds: the inputs of the last run. A file whose content is that of a name there keeps the
            whole name, wherever it is.
        folder: where new objects go, as `obs://bucket/folder`; None while that is not known.
        digest: the hexadecimal digest of a file's content. Raises DliError.
    """
    found = Named()
    for argument, value in files.items():
        before = [text for text in _items(olds.get(argument)) if isinstance(text, str)]
        names: list[Any] = []
        for item in _items(value):
            if not isinstance(item, LocalFile):
                names.append(item)
                continue
            try:
                name = _name(item.path, digest(item.path)[:DIGITS], before, folder)
            except DliError as error:
                found.problems.append(f"{argument}: {error}")
                name = None
            if name is None:
                found.unknown.add(argument)
            else:
                found.files[name] = item.path
                names.append(name)
        if argument not in found.unknown:
            found.texts[argument] = names if isinstance(value, list) else "".join(names)
    return found


def _name(path: str, digest: str, before: list[str], folder: str | None) -> str | None:
    for name in before:
        if PurePath(name).stem.endswith(f"-{digest}"):
            return name
    if folder is None:
        return None
    file = PurePath(path)
    stem, suffix = (re.sub(r"[^A-Za-z0-9._-]+", "-", part) for part in (file.stem, file.suffix))
    return f"{folder}/{stem[:_STEM]}-{digest}{suffix}"


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _files(value: Any) -> Iterator[bool]:
    return (isinstance(item, LocalFile) for item in _items(value))
