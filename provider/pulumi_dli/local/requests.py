"""The request log: the last thousand requests, with what may be secret masked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_dli.local.store import Store

KEPT = 1000
UNLOGGED = "/_local"
"""Where the doors are that no cloud has."""
MASK = "***"
SECRET = frozenset({"entrypoint_args", "runtime_config", "password", "secret", "securitytoken"})


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


def masked(body: bytes) -> str:
    """A body as the log keeps it: JSON without secrets, or its length."""
    if not body:
        return ""
    try:
        return json.dumps(_masked(json.loads(body)))
    except (ValueError, RecursionError):
        return f"({len(body)} bytes that are not JSON)"


def _masked(value: Any, name: str = "", parent: str = "") -> Any:
    # In a sign-in, "password" and "token" are also the names of objects.
    hidden = name.lower() in SECRET and not (name == "password" and isinstance(value, dict))
    if value is not None and (hidden or (name, parent) == ("id", "token")):
        return MASK
    if isinstance(value, dict):
        return {key: _masked(item, key, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, name, parent) for item in value]
    return value
