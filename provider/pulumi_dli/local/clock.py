"""The clock of the local DLI: wall time, until somebody sets another."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pulumi_dli.local.store import put_setting, setting

if TYPE_CHECKING:
    import sqlite3

    from pulumi_dli.local.store import Store

NAME = "clock"


class StoredClock:
    """Wall time, until somebody sets or advances it; from then on the stored time.

    The stored time stands still between calls and is shared by every process on the folder,
    so that tests can let minutes pass without waiting for them.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.now()

    def now(self) -> float:
        """Seconds since 1970."""
        with self._store.read() as db:
            return _now(db)

    def advance(self, seconds: float) -> float:
        """Let time pass. Gives the new time. Good as a `sleep`."""
        with self._store.write() as db:
            value = _now(db) + seconds
            put_setting(db, NAME, value)
        return value

    def set(self, seconds: float) -> None:
        """Stop the clock at a time."""
        self._store.set(NAME, seconds)

    def release(self) -> None:
        """Go back to wall time."""
        with self._store.write() as db:
            put_setting(db, NAME, None)


def _now(db: sqlite3.Connection) -> float:
    stored = setting(db, NAME)
    return time.time() if stored is None else stored
