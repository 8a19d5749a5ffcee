"""The request log: the last thousand requests, as `masking` lets them be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_dli.local.store import Store

KEPT = 1000
UNLOGGED = "/_local"
"""Where the doors are that no cloud has."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. `status` is None when it got no answer (an armed fault)."""

    at: float
    method: str
    path: str
    status: int | None
    body: str


def keep(store: Store, entry: Entry) -> None:
    """Add to the log, and now and then forget what is too old."""
    with store.read() as db:  # a statement of its own is a transaction
        row = db.execute(
            "INSERT INTO requests (at, method, path, status, body) VALUES (?, ?, ?, ?, ?)",
            (entry.at, entry.method, entry.path, entry.status, entry.body),
        ).lastrowid
        if row and row % KEPT == 0:
            db.execute("DELETE FROM requests WHERE id <= ?", (row - KEPT,))


def kept(store: Store) -> list[Entry]:
    """The log, oldest first."""
    with store.read() as db:
        rows = db.execute(
            "SELECT at, method, path, status, body FROM requests ORDER BY id DESC LIMIT ?", (KEPT,)
        ).fetchall()
        return [Entry(**dict(row)) for row in reversed(rows)]
