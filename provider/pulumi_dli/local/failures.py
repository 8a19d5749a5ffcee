"""Why the data folder cannot be used, in the words of a person: what is wrong and what to do."""

from __future__ import annotations

import errno
import sqlite3

FULL = "the disk is full; make room on it"
RIGHTS = "it cannot be opened or written; check the rights to it, or name another folder"
DAMAGED = (
    "the file is damaged; put a copy of the folder back, or remove the folder to start anew "
    "without its jobs"
)
ALIEN = "it is not a local DLI's data; name another folder, or remove the file to start anew"
LOCKED = "another process holds it; end that process"

_BY_ERRNO = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EACCES: RIGHTS,
    errno.EPERM: RIGHTS,
    errno.EROFS: RIGHTS,
    errno.EEXIST: "there is a file where a folder should be; name another folder",
    errno.ENOTDIR: "there is a file where a folder should be; name another folder",
    errno.EMFILE: "too many files are open; end what holds them",
}
_BY_CODE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: RIGHTS,
    sqlite3.SQLITE_CANTOPEN: RIGHTS,
    sqlite3.SQLITE_PERM: RIGHTS,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: ALIEN,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_IOERR: "the disk fails or is full; make room on it, or check it",
}


def reason(error: Exception) -> str:
    """Why, and what to do, of an error of the system or of the database.

    Nothing that was stored is in it: a value may be a secret.
    """
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0) or error.strerror or type(error).__name__
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        return _BY_CODE.get(code & 0xFF, DAMAGED)  # the low byte is the kind
    return DAMAGED


def unread(error: OSError) -> str:
    """Why a file that somebody named cannot be read."""
    return error.strerror or type(error).__name__
