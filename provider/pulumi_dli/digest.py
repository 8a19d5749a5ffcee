"""The digest of a file, for `restart_trigger`: a job restarts when its jar's bytes change."""

from __future__ import annotations

import hashlib
import os
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
    given: object = path
    text = os.fspath(path) if isinstance(given, str | os.PathLike) else given
    if not isinstance(text, str):
        raise UnreadableFile(
            f"file_digest: the path is {kind(text)}; give a file's path as text or a pathlib.Path"
        )
    try:
        file = Path(text).expanduser()
        if file.is_file() or not file.exists():  # a pipe that nobody writes to would never end
            with file.open("rb") as opened:
                return hashlib.file_digest(opened, "sha256").hexdigest()
    except (OSError, ValueError, RuntimeError) as error:  # of the path's form, of no home folder
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableFile(f"file_digest: {text!r} cannot be read: {reason}") from None
    raise UnreadableFile(f"file_digest: {text!r} is not a file; give the path of one")
