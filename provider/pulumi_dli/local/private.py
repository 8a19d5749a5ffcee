"""What is written in the data folder is for its user alone, whatever the umask says."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
OTHERS = 0o077
"""The rights of everybody but the owner."""


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing. One that is there stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    if not path.parent.exists():
        make_folder(path.parent)
    try:
        path.mkdir(FOLDER)
    except FileExistsError:
        if not path.is_dir():
            raise
        return
    path.chmod(FOLDER)  # the umask may have taken the owner's rights as well


def touch(path: Path) -> None:
    """Make an empty file, or take others' rights to the one that is there; no link is followed.

    Raises:
        OSError: it cannot be made.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, FILE)
    try:
        os.fchmod(descriptor, FILE)
    finally:
        os.close(descriptor)


def write(path: Path, text: str) -> None:
    """Write a file, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    draft = path.with_name(f"{path.name}.draft")
    touch(draft)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def open_to_others(path: Path) -> bool:
    """Whether somebody else than its owner may use a file."""
    return bool(path.stat().st_mode & OTHERS)


def close(path: Path) -> None:
    """Take others' rights to a file, or to a folder with all that is in it.

    What belongs to another user is left alone, and so are links and what they lead to.
    """
    _close(path)
    if path.is_symlink():
        return
    for place, folders, files in os.walk(path):
        for name in (*folders, *files):
            _close(Path(place, name))


def _close(path: Path) -> None:
    with suppress(OSError):
        found = path.lstat()
        ours = found.st_uid == os.geteuid() and not path.is_symlink()
        if ours and found.st_mode & OTHERS:
            path.chmod(found.st_mode & 0o7777 & ~OTHERS)
