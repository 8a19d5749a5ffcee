"""Objects as files: `obs/BUCKET/KEY` in the data folder, where jobs and people put some too.

A bucket is there once its folder is, and the first put makes it. An object is a regular file;
links are none. What is written is whole or not there, and for its user alone. Chosen: nothing
is kept beside the bytes, so an object has no metadata and no content type of its own; a folder
and an object cannot have one name.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from typing import IO, TYPE_CHECKING

from pulumi_dli.local import private
from pulumi_dli.local.obs.refusals import CONFLICT, ObjectRefusal, bad, denied, no_bucket, no_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OBS = "obs"
DRAFTS = ".drafts"
"""Where files grow. No bucket can be called so."""
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
LONGEST_KEY = 1024
"""Bytes."""
LONGEST_PART = 255
"""Bytes of a file's name."""
STALE = 24 * 3600
"""Seconds after which nobody writes to a draft any more."""
MOST_ETAGS = 10_000
TRIES = 5


@dataclass(frozen=True, slots=True)
class Found:
    """An object: its file, open; its size in bytes; when it was written; its ETag, unquoted."""

    file: IO[bytes]
    size: int
    written_at: float
    etag: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list."""

    key: str
    path: Path


class Files:
    """The buckets of a data folder. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / OBS
        self._etags: dict[tuple[int, ...], str] = {}
        self._lock = threading.Lock()

    def buckets(self) -> list[tuple[str, float]]:
        """The name of each bucket, and when its folder was made or changed."""
        with suppress(FileNotFoundError), os.scandir(self._root) as entries:
            return sorted(
                (entry.name, entry.stat().st_mtime)
                for entry in entries
                if BUCKET.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
            )
        return []

    def has(self, bucket: str) -> bool:
        """Whether a bucket is there."""
        folder = self._root / bucket
        return folder.is_dir() and not folder.is_symlink()

    def demand(self, bucket: str) -> None:
        """Refuse to go on without a bucket.

        Raises:
            ObjectRefusal: it is not there.
        """
        if not self.has(bucket):
            raise no_bucket(bucket)

    def make(self, bucket: str) -> None:
        """Make a bucket, unless it is there."""
        self._demand_no_link(self._root / bucket)
        private.make_folder(self._root / bucket)

    @contextmanager
    def writing(self, bucket: str, key: str) -> Iterator[IO[bytes]]:
        """A file to write an object to; it is there once the block ends, and not if it raises.

        Raises:
            ObjectRefusal: the key cannot be that of a file.
            OSError: it cannot be written.
        """
        path = self._path(bucket, key)
        drafts = self._root / DRAFTS
        private.make_folder(drafts)
        _sweep(drafts)
        draft = drafts / uuid.uuid4().hex
        private.touch(draft)
        try:
            with draft.open("wb") as file:
                yield file
            self._move(draft, path)
        finally:
            draft.unlink(missing_ok=True)

    def opened(self, bucket: str, key: str) -> Found:
        """An object, whose file the caller closes.

        Raises:
            ObjectRefusal: there is none, or no such bucket.
        """
        self.demand(bucket)
        return self._opened(self._path(bucket, key))

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object, and the folders that hold nothing any more; none is no error.

        Raises:
            ObjectRefusal: there is no such bucket.
        """
        self.demand(bucket)
        path = self._path(bucket, key)
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            if not path.is_dir():
                path.unlink()
        with suppress(OSError):  # the first that is not empty ends it
            for folder in path.parents:
                if folder == self._root / bucket:
                    break
                folder.rmdir()

    def listed(self, bucket: str, prefix: str) -> list[Listed]:
        """All objects whose key begins so, in the order of their bytes.

        Raises:
            ObjectRefusal: there is no such bucket.
        """
        self.demand(bucket)
        folder, _, _ = prefix.rpartition("/")
        parts = folder.split("/") if folder else []
        if not all(map(_plain, parts)):
            return []
        start = self._root.joinpath(bucket, *parts)
        with suppress(ObjectRefusal):
            self._demand_no_link(start)
            rows = _walk(start, f"{folder}/" if folder else "")
            found = [row for row in rows if row.key.startswith(prefix)]
            return sorted(found, key=lambda row: row.key.encode())
        return []

    def found(self, row: Listed) -> Found | None:
        """The object of a row; None: it is gone."""
        try:
            found = self._opened(row.path)
        except ObjectRefusal:
            return None
        found.file.close()
        return found

    def _opened(self, path: Path) -> Found:
        try:
            # A pipe that nobody writes to is no object, in place of waiting for a writer.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError):
            raise no_key() from None
        except OSError:
            if path.is_symlink():
                raise no_key() from None
            raise
        try:
            there = os.fstat(descriptor)
            file = os.fdopen(descriptor, "rb") if stat.S_ISREG(there.st_mode) else None
        except BaseException:
            os.close(descriptor)
            raise
        if file is None:
            os.close(descriptor)
            raise no_key()
        return Found(file, there.st_size, there.st_mtime, self._etag(file, there))

    def _etag(self, file: BufferedReader, there: os.stat_result) -> str:
        """The MD5 of an open file, read once as long as nobody writes to it."""
        known = (
            *(there.st_dev, there.st_ino, there.st_size),
            *(there.st_mtime_ns, there.st_ctime_ns),
        )
        with self._lock:
            if etag := self._etags.get(known):
                return etag
        etag = hashlib.file_digest(file, _md5).hexdigest()
        file.seek(0)
        with self._lock:
            if len(self._etags) >= MOST_ETAGS:
                self._etags.pop(next(iter(self._etags)))
            self._etags[known] = etag
        return etag

    def _path(self, bucket: str, key: str) -> Path:
        """Where an object is, or would be.

        Raises:
            ObjectRefusal: the key leads out of the bucket, or is none.
        """
        if len(key.encode("utf-8", "surrogatepass")) > LONGEST_KEY:
            raise bad("KeyTooLongError", f"A key has {LONGEST_KEY} bytes at most.")
        parts = key.split("/")
        if not all(map(_plain, parts)):
            text = (
                "The local object service has no keys with `.`, `..`, nothing, or more than "
                f"{LONGEST_PART} bytes between two slashes."
            )
            raise bad("InvalidURI", text)
        path = self._root.joinpath(bucket, *parts)
        self._demand_no_link(path.parent)
        return path

    def _demand_no_link(self, path: Path) -> None:
        for place in (path, *path.parents):
            if place == self._root:
                return
            if place.is_symlink():
                raise denied("The local object service follows no links.")

    def _move(self, draft: Path, path: Path) -> None:
        for left in reversed(range(TRIES)):
            try:
                private.make_folder(path.parent)
                draft.replace(path)
            except FileNotFoundError:  # somebody emptied the folder meanwhile, which removes it
                if not left:
                    raise
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                text = "An object and a folder of the local object service cannot have one name."
                raise ObjectRefusal(CONFLICT, "ObjectConflict", text) from None
            else:
                return


def _md5() -> hashlib._Hash:
    return hashlib.md5(usedforsecurity=False)


def _plain(part: str) -> bool:
    """Whether a part of a key can be the name of a file or a folder."""
    short = len(part.encode("utf-8", "surrogatepass")) <= LONGEST_PART
    return short and part not in {"", ".", ".."} and "\0" not in part


def _is_text(name: str) -> bool:
    """Whether the bytes of a name are UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _walk(folder: Path, prefix: str) -> Iterator[Listed]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        key = f"{prefix}{entry.name}"
        if not _is_text(key):
            continue  # a name that is no UTF-8
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name, f"{key}/")
        elif entry.is_file(follow_symlinks=False):
            yield Listed(key, folder / entry.name)


def _sweep(drafts: Path) -> None:
    """Remove what processes left that were killed while they wrote."""
    with suppress(OSError), os.scandir(drafts) as entries:
        for entry in entries:
            if entry.stat().st_mtime < time.time() - STALE:
                (drafts / entry.name).unlink()
