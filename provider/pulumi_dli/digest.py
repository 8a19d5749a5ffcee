"""The digest of a file, for `restart_trigger`: a job restarts when its jar's bytes change."""

from __future__ import annotations

import hashlib
from pathlib import Path


def file_digest(path: str | Path) -> str:
    """SHA-256 of a local file's bytes, as 64 hex digits.

    Args:
        path: the file; a relative path starts from the folder of the program.

    Raises:
        OSError: the file cannot be read; the message names it.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
