"""Digests of files, for `restart_trigger`: a job restarts when its jar changes."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import pulumi

from pulumi_dli.given import kind


class UnreadableFile(pulumi.RunError, OSError):
    """What was given is no file, or cannot be read."""


def file_digest(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a local file's bytes, as 64 hex digits.

    Args:
        path: the file; a relative path starts from the folder of the program, and `~` is the
            home folder.

    Raises:
        UnreadableFile: it is no file, or cannot be read. A `pulumi.RunError`, which ends the
            program with that one sentence, and an OSError.
    """
    return _digest(
        "file_digest", path, lambda opened: hashlib.file_digest(opened, "sha256").hexdigest()
    )


def jar_digest(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a local jar's content, as 64 hex digits: two builds of the same have the same.

    It is made of the name, the check sum and the size of each entry, without the times that a
    build writes: not the entries' own, nor the `#` lines of Maven's pom.properties, nor
    `Built-By`, `Build-*` and `Created-By` of the manifest. A file that is no jar goes by its
    bytes, as with `file_digest`. docs/jars.md says what else makes builds differ.

    It tells builds apart; a check sum of 32 bits does not prove that nobody forged one.

    Args:
        path: the file; a relative path starts from the folder of the program, and `~` is the
            home folder.

    Raises:
        UnreadableFile: it is no file, or cannot be read. A `pulumi.RunError`, which ends the
            program with that one sentence, and an OSError.
    """
    from pulumi_dli.artifacts.jar_digest import content_digest  # noqa: PLC0415  (zipfile)

    return _digest("jar_digest", path, content_digest)


def _digest(name: str, path: object, digest: Callable[[io.BufferedIOBase], str]) -> str:
    """The digest of the file of a path, for the function of a name."""
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else path
    if not isinstance(text, str):
        raise UnreadableFile(
            f"{name}: the path is {kind(text)}; give a file's path as text or a pathlib.Path"
        )
    try:
        file = Path(text).expanduser()
        if file.is_file() or not file.exists():  # a pipe that nobody writes to would never end
            with file.open("rb") as opened:
                return digest(opened)
    except (OSError, ValueError, RuntimeError) as error:  # of the path's form, of no home folder
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableFile(f"{name}: {text!r} cannot be read: {reason}") from None
    raise UnreadableFile(f"{name}: {text!r} is not a file; give the path of one")
