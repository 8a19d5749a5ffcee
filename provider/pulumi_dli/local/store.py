"""The data folder: one SQLite file that several processes and threads use at once."""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pulumi_dli.local.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "dli.sqlite3"
VERSION = 2
PATIENCE = 60.0
"""Seconds a writer waits for the other processes' writes."""

SCHEMA = """
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL,
  user_name TEXT NOT NULL,
  name TEXT NOT NULL,
  queue_name TEXT,
  definition TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  deleted_at REAL,
  status TEXT NOT NULL,
  status_desc TEXT NOT NULL,
  shown_status TEXT,
  shown_until REAL,
  start_time INTEGER,
  end_time INTEGER,
  restart_times INTEGER NOT NULL,
  cus INTEGER NOT NULL,
  next_at REAL,
  stopping INTEGER NOT NULL,
  has_savepoint INTEGER NOT NULL,
  savepoint_path TEXT,
  resume_path TEXT,
  checkpoint_dir TEXT,
  counter INTEGER NOT NULL,
  counting_since REAL,
  doom TEXT NOT NULL,
  run TEXT NOT NULL
);
CREATE UNIQUE INDEX jobs_name ON jobs (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX jobs_live ON jobs (project_id, id) WHERE deleted_at IS NULL;
CREATE INDEX jobs_due ON jobs (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX jobs_cus ON jobs (queue_name) WHERE cus > 0;
CREATE INDEX jobs_waiting ON jobs (queue_name)
  WHERE status = 'job_submitting' AND next_at IS NULL AND deleted_at IS NULL;
CREATE TABLE tags (
  job_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (job_id, key)
) WITHOUT ROWID;
CREATE INDEX tags_value ON tags (key, value);
CREATE TABLE savepoints (
  path TEXT PRIMARY KEY,
  job_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  counter INTEGER NOT NULL,
  shape TEXT NOT NULL,
  taken_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX savepoints_job ON savepoints (job_id);
CREATE TABLE history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL,
  at REAL NOT NULL,
  event TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX history_job ON history (job_id);
CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  status INTEGER,
  body TEXT NOT NULL
);
CREATE TABLE tokens (
  digest TEXT PRIMARY KEY,
  project_id TEXT,
  expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE temporary_keys (
  access_key TEXT PRIMARY KEY,
  secret_key TEXT NOT NULL,
  security_token TEXT NOT NULL,
  expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  route TEXT NOT NULL,
  options TEXT NOT NULL,
  nth INTEGER NOT NULL,
  times INTEGER NOT NULL,
  seen INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE settings (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;
"""


class Store:
    """The folder's database.

    What a call wrote is committed before it answers, so a killed process loses nothing that
    was answered. Writers queue up behind each other, across processes too; readers never wait.

    Args:
        folder: made when it is not there, with a `.gitignore` that keeps it out of git.

    Raises:
        StoreError: the folder cannot be made or read, or another version made it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / FILE
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not self._path.exists():
                _create(self._path)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"the local DLI cannot keep its data in {folder}: {error}") from None
        try:
            with self.read() as db:
                version = db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            self.close()
            raise StoreError(f"{self._path} is not a local DLI's data: {error}") from None
        if version != VERSION:
            self.close()
            raise StoreError(
                f"{self._path} was written by another version of pulumi-dli "
                f"(format {version}, this one reads {VERSION}); remove the folder to start anew"
            )

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with."""
        with self._lock:
            db = self._idle.pop() if self._idle else None
        db = db or _connect(self._path)
        try:
            yield db
        finally:
            with self._lock:
                self._idle.append(db)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end of the block, undone when it raises."""
        with self.read() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

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


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    # With WAL, a commit survives the end of any process; only a power cut may undo the last.
    db.execute("PRAGMA synchronous = NORMAL")
    return db


def _create(path: Path) -> None:
    """Build the file aside and link it into place, so that no process ever sees half of it."""
    (path.parent / ".gitignore").write_text("*\n")
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        with closing(_connect(draft)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)
            db.execute(f"PRAGMA user_version = {VERSION}")
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was first: its file is as good
    finally:
        draft.unlink(missing_ok=True)
