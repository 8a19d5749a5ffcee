"""Tokens and temporary keys: issued, checked, expired. Only a token's digest is stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

LIFETIME = 24 * 3600.0
"""Seconds that a token is good for."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token stands for. `project_id` is None when it has no project scope."""

    project_id: str | None
    expires_at: float


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Keys for signing; `security_token` has to be sent along when there is one."""

    access_key: str
    secret_key: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    expires_at: float | None = None


def issue(
    db: sqlite3.Connection, now: float, project_id: str | None, expires_at: float | None = None
) -> tuple[str, Token]:
    """A new token; those that expired are forgotten."""
    db.execute("DELETE FROM tokens WHERE expires_at < ?", (now - LIFETIME,))
    text = secrets.token_urlsafe(48)
    token = Token(project_id, expires_at or now + LIFETIME)
    db.execute(
        "INSERT INTO tokens (digest, project_id, expires_at) VALUES (?, ?, ?)",
        (_digest(text), token.project_id, token.expires_at),
    )
    return text, token


def find(db: sqlite3.Connection, text: str) -> Token | None:
    """The token of a text, expired or not; None: never issued."""
    row = db.execute(
        "SELECT project_id, expires_at FROM tokens WHERE digest = ?", (_digest(text),)
    ).fetchone()
    return None if row is None else Token(row["project_id"], row["expires_at"])


def expire_all(db: sqlite3.Connection, now: float) -> None:
    """Let every token end now."""
    db.execute("UPDATE tokens SET expires_at = ? WHERE expires_at > ?", (now, now))


def issue_keys(db: sqlite3.Connection, now: float, seconds: int) -> KeyPair:
    """New temporary keys."""
    db.execute("DELETE FROM temporary_keys WHERE expires_at < ?", (now,))
    pair = KeyPair(
        "TEMP" + secrets.token_hex(8).upper(),
        secrets.token_urlsafe(30),
        secrets.token_urlsafe(48),
        now + seconds,
    )
    db.execute(
        "INSERT INTO temporary_keys (access_key, secret_key, security_token, expires_at)"
        " VALUES (?, ?, ?, ?)",
        (pair.access_key, pair.secret_key, pair.security_token, pair.expires_at),
    )
    return pair


def find_keys(db: sqlite3.Connection, access_key: str) -> KeyPair | None:
    """The temporary keys of an access key; None: never issued, or forgotten."""
    row = db.execute("SELECT * FROM temporary_keys WHERE access_key = ?", (access_key,)).fetchone()
    return None if row is None else KeyPair(**dict(row))


def iso(seconds: float) -> str:
    """A time as the identity service writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
