"""The data folder: one SQLite file that several processes and threads use at once."""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pulumi_dli.local import failures, private
from pulumi_dli.local.errors import StoreError
from pulumi_dli.local.schema import SCHEMA, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = ".dli-local"
"""What the data folder is called where nobody names one."""
FILE = "dli.sqlite3"
GIT_IGNORE = ".gitignore"
CONTENTS = frozenset({GIT_IGNORE, "flink", "obs", "packages"})
"""What the local DLI makes in its folder, beside the database."""
PATIENCE = 60.0
"""Seconds a writer waits for the other processes' writes."""


class Store:
    """The folder's database.

    What a call wrote is committed before it answers, so a killed process loses nothing that
    was answered. Writers queue up behind each other, across processes too; readers never wait.

    Whatever goes wrong with the file is a StoreError, from every method: a full disk, a folder
    that cannot be written, a file that is damaged or was taken away, another process that
    holds it. What was being written is then undone.

    Args:
        folder: made when it is not there, for its user alone, with a `.gitignore` that keeps
            it out of git. A folder that holds other things stays as it is.
        patience: seconds that a writer waits for the other processes' writes.

    Raises:
        StoreError: the folder cannot be made or read, or another version made it.
    """

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self.folder = folder
        self._path = folder / FILE
        self._patience = patience
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        try:
            private.make_folder(folder)
            if not self._path.exists():
                _create(self._path)
            elif private.open_to_others(self._path):
                _close_to_others(folder)
            self._file = _identity(self._path)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"the local DLI cannot keep its data in {folder}: {failures.reason(error)}"
            ) from None
        with self.read() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            self.close()
            raise self._broken(_other_version(version))

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with.

        Raises:
            StoreError: the data cannot be used.
        """
        db: sqlite3.Connection | None = None
        try:
            db = self._connection()
            yield db
        except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
            self._keep(db)
            raise  # a mistake of ours, not of the file
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter of a damaged message
            if db is not None:
                db.close()  # it may be in the middle of something
            raise self._broken(failures.reason(error)) from None
        except BaseException:
            self._keep(db)
            raise
        self._keep(db)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end of the block, undone when it raises.

        Raises:
            StoreError: the data cannot be used, or not written.
        """
        with self.read() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # what fails badly, SQLite has undone itself
                    db.execute("ROLLBACK")
                raise

    def set(self, name: str, value: float) -> None:
        """Keep a setting for every process that uses the folder."""
        with self.write() as db:
            put_setting(db, name, value)

    def reset(self) -> None:
        """Forget everything except the settings.

        The job counter stays too: an id that an older stack remembers never names another job.
        """
        with self.write() as db:
            for table in ("jobs", "tags", "savepoints", "history", "requests", "tokens", "faults"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 (names from this line)
            db.execute("DELETE FROM temporary_keys")

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()

    def _connection(self) -> sqlite3.Connection:
        """An idle connection or a new one, to the file that was there at first.

        A connection to a file that was removed would go on as if nothing had happened, and
        what it writes would be lost.
        """
        try:
            same = _identity(self._path) == self._file
        except OSError:
            same = False
        if not same:
            raise self._broken("it was removed or replaced while it was in use; start again")
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _connect(self._path, self._patience)

    def _keep(self, db: sqlite3.Connection | None) -> None:
        if db is not None:
            with self._lock:
                self._idle.append(db)

    def _broken(self, why: str) -> StoreError:
        return StoreError(f"the local DLI cannot use its data in {self._path}: {why}")


def setting(db: sqlite3.Connection, name: str) -> float | None:
    """A stored setting, None where it was never set."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return None if row is None else float(row[0])


def put_setting(db: sqlite3.Connection, name: str, value: float | None) -> None:
    """Store a setting, or forget it (None)."""
    if value is None:
        db.execute("DELETE FROM settings WHERE name = ?", (name,))
    else:
        db.execute("REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))


def _connect(path: Path, patience: float = PATIENCE) -> sqlite3.Connection:
    # Without a mode SQLite would make a file that is not there, readable by everybody.
    where = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(
        where, uri=True, timeout=patience, isolation_level=None, check_same_thread=False
    )
    db.row_factory = sqlite3.Row
    try:
        # With WAL, a commit survives the end of any process; only a power cut may undo the last.
        db.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        db.close()
        raise
    return db


def _create(path: Path) -> None:
    """Build the file aside and link it into place, so that no process ever sees half of it."""
    if _ours(path.parent):
        private.close(path.parent.resolve())
        ignore = path.with_name(GIT_IGNORE)
        if not ignore.exists():
            private.touch(ignore)
            ignore.write_text("*\n")
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        private.touch(draft)  # SQLite gives the files beside it the same rights
        with closing(_connect(draft)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)
            db.execute(f"PRAGMA user_version = {VERSION}")
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was first: its file is as good
    finally:
        for left in path.parent.glob(f"{draft.name}*"):
            left.unlink(missing_ok=True)


def _close_to_others(folder: Path) -> None:
    """Mend the rights of what an older version left, the database last."""
    flink = folder / "flink"
    if _ours(folder):
        private.close(folder.resolve())
    elif flink.is_dir():
        private.close(flink)
    for path in sorted(folder.glob(f"{FILE}*"), reverse=True):
        private.close(path)


def _ours(folder: Path) -> bool:
    """Whether a folder is the local DLI's alone, by its name or by what is in it."""
    there = {path.name for path in folder.iterdir() if not path.name.startswith(FILE)}
    return folder.resolve().name == NAME or there <= CONTENTS


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _other_version(version: int) -> str:
    if not version:
        return failures.ALIEN
    way = "remove the folder to start anew without its jobs"
    if version > VERSION:
        way = f"update pulumi-dli, or {way}"
    return (
        f"it was written by another version of pulumi-dli (format {version}, this one reads "
        f"{VERSION}); {way}"
    )
