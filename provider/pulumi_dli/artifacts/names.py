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
from pulumi_dli.job.object_url import OBJECTS

FOLDER = "pulumi-dli"
"""The folder of a bucket that the objects are in, one below for each project."""
DIGITS = 16
LEAST_AGE = 12 * 3600
"""Seconds for which an object stays, whoever names it: a deploy may be about to."""
_STEM = 64
_OWN = re.compile(
    rf"[A-Za-z0-9._-]{{1,{_STEM}}}-(?P<digits>[0-9a-f]{{{DIGITS}}})(?:\.[A-Za-z0-9_-]+)?"
)
_ANY = re.compile(rf"(?=([0-9a-f]{{{DIGITS}}}))")
_PLACE = r"obs://[a-z0-9.-]{3,63}(?:/[A-Za-z0-9._-]{1,64}){0,8}?"


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the machine that the program runs on, in place of an object's name."""

    path: str


@dataclass(slots=True)
class Named:
    """What the files of one job are called.

    Attributes:
        texts: the arguments with names in place of files.
        unnamed: the files without a name, because their bucket is not known or they cannot be
            read: where each stands, and its path.
        problems: what is wrong, a sentence each.
        files: the paths of the files by their names.
    """

    texts: dict[str, Any] = field(default_factory=dict)
    unnamed: list[tuple[tuple[str | int, ...], str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def unknown(self) -> frozenset[str]:
        """The arguments that hold a file without a name."""
        return frozenset(str(where[0]) for where, _ in self.unnamed)


def home(place: str, project_id: str) -> str:
    """The folder of a project's objects.

    Args:
        place: the bucket, or a folder in it, as `obs://bucket/folder`.
        project_id: of DLI.
    """
    return f"{place}/{FOLDER}/{project_id}"


def homes(text: str, project_id: str) -> set[str]:
    """The folders of a project's objects that a text names, such as an argument of a job."""
    return set(re.findall(rf"{_PLACE}/{FOLDER}/{re.escape(project_id)}(?=/)", text))


def digits(file: str) -> str:
    """The digits of the content in a name as it is given here; "" in any other name.

    Args:
        file: the name without its folder.
    """
    found = _OWN.fullmatch(file)
    return found["digits"] if found else ""


def mentioned(text: str) -> set[str]:
    """The digits of every content that a text can mean, however it spells the object.

    `obs://…`, an address of the bucket, the file of a package: each says the digits.
    """
    return set(_ANY.findall(text.lower()))


def apart(inputs: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inputs without those arguments that hold a file, and these."""
    files = {name: inputs[name] for name in OBJECTS if any(_files(inputs.get(name)))}
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
        items = _items(value)
        contents = [_content(argument, item, digest, found) for item in items]
        stored = _kept(
            contents, [text for text in _items(olds.get(argument)) if isinstance(text, str)]
        )
        names: list[Any] = []
        for index, (item, content) in enumerate(zip(items, contents, strict=True)):
            if content is None:
                names.append(item)
                continue
            name = stored.get(index) or (content.name(folder) if folder else None)
            if name is None or not content.digest:
                where = (argument, index) if items is value else (argument,)
                found.unnamed.append((where, item.path))
            else:
                found.files[name] = item.path
                names.append(name)
        if argument not in found.unknown:
            found.texts[argument] = names if items is value else names[0]
    return found


@dataclass(frozen=True, slots=True)
class _Content:
    """A file by what names it: a part of its own name, and its digest; "" where there is none."""

    stem: str
    suffix: str
    digest: str

    def name(self, folder: str) -> str:
        return f"{folder}/{self.stem}-{self.digest}{self.suffix}"


def _content(
    argument: str, item: Any, digest: Callable[[str], str], found: Named
) -> _Content | None:
    if not isinstance(item, LocalFile):
        return None
    file = PurePath(item.path)
    stem, suffix = (re.sub(r"[^A-Za-z0-9._-]+", "-", part) for part in (file.stem, file.suffix))
    told = ""
    try:
        told = digest(item.path)[:DIGITS]
    except DliError as error:
        found.problems.append(f"{argument}: {error}")
    return _Content(stem[:_STEM].strip(".") or "file", suffix.rstrip("."), told)


def _kept(contents: list[_Content | None], before: list[str]) -> dict[int, str]:
    """The names of before that files keep, by the files' places; each name once.

    One of the same stem goes first. A file that was renamed keeps its name too, unless another
    file of the argument is called so now.
    """
    files = {index: content for index, content in enumerate(contents) if content is not None}
    called = {content.stem for content in files.values()}
    kept: dict[int, str] = {}
    for exact in (True, False):
        for index, content in files.items():
            if index in kept or not content.digest:
                continue
            for name in before:
                stem = _stem_of(name, content.digest)
                if stem is not None and (stem == content.stem if exact else stem not in called):
                    kept[index] = name
                    before.remove(name)
                    break
    return kept


def holds(name: str, digest: str) -> bool:
    """Whether a name says that content."""
    return _stem_of(name, digest[:DIGITS]) is not None


def _stem_of(name: str, digest: str) -> str | None:
    """What stands before the digest in a name; None where the digest does not."""
    found = re.fullmatch(rf"(?:.*/)?([^/]*)-{digest}(?:\.[A-Za-z0-9_-]*)?", name)
    return found[1] if found else None


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _files(value: Any) -> Iterator[bool]:
    return (isinstance(item, LocalFile) for item in _items(value))
