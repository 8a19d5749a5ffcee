"""A jar as an archive: its directory and the beginnings of its entries, within bounds.

Read of a local file or, by ranges, of an object. What a file says of itself is never believed: no
read is as long as the file asks for, and no entry is unpacked further than somebody wants it.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from typing import Protocol

BLOCK = 1 << 16
"""Bytes that are fetched at once: an entry's header, name and beginning in one read."""
KEPT = 32
"""Blocks that are kept, so that neighbours are not fetched again."""
LONGEST = 16 << 20
"""Bytes of one read at most: a directory of 150,000 entries."""
END = 22
"""Bytes of an archive's end, which a comment of up to 65,535 may follow."""
FOUR_GB = 2**32 - 1
"""A number of the end that stands in its 64 bits elsewhere."""
ENCRYPTED = 1
"""The bit of an entry's flags."""
KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How an entry may be packed; Java opens no archive that has another."""


LINE = 128
"""Characters of a name that a sentence shows."""


class Readable(Protocol):
    """What is read of a jar: an open file, or an object by ranged reads."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size` of them; none at the end."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place, as in a file; the place, from the beginning."""


def stretch(source: Readable, start: int, size: int) -> bytes:
    """`size` bytes from a place on, fewer only at the end, from a reader that may give fewer."""
    source.seek(start)
    data = b""
    while len(data) < size and (part := source.read(size - len(data))):
        data += part
    return data


def shown(name: str) -> str:
    """A name out of a jar, fit for a line."""
    text = "".join(each if each.isprintable() else "?" for each in name[: LINE + 1])
    return text if len(text) <= LINE else f"{text[:40]}…"


class NotAnArchive(Exception):
    """It is no archive, or a damaged one."""


class NotRead(Exception):
    """It would take longer reads than any jar needs, or is of a form that is not known here."""


class _BeforeBeginning(OSError):
    """A place in front of the first byte, as a damaged directory may name it."""


_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,  # zipfile's own of an encrypted entry; of a method that it does not know
    ValueError,  # of names that are no text
    _BeforeBeginning,
)


class Archive:
    """An archive's entries.

    Attributes:
        entries: one for each line of the directory, in its order.
    """

    def __init__(self, source: Readable, budget: int | None = None) -> None:
        """Read the directory.

        Args:
            source: the file.
            budget: bytes that may be read of it in all; None: any number.

        Raises:
            NotAnArchive: it is none, or it is damaged, so that Java would not open it either.
            NotRead: its directory is too long, or Java perhaps reads it where zipfile does not.
        """
        self._blocks = _Blocks(source, budget)
        try:
            self._zip = zipfile.ZipFile(self._blocks)
        except _UNREADABLE as error:
            raise (NotRead if _has_directory(self._blocks) else NotAnArchive) from error
        self.entries = self._zip.infolist()
        if any(entry.header_offset < 0 for entry in self.entries):
            raise NotAnArchive  # its beginning was cut off

    def begins_at_once(self) -> bool:
        """Whether nothing stands before the first entry, as a script of its own may."""
        self._blocks.seek(0)
        return self._blocks.read(4) == b"PK\x03\x04"

    def beginning(self, entry: zipfile.ZipInfo, most: int) -> bytes | None:
        """An entry's first bytes; None: they cannot be unpacked.

        Raises:
            NotRead: the budget is used up.
        """
        if entry.compress_type not in KNOWN_METHODS:
            return None  # zipfile unpacks the others without a bound
        try:
            with self._zip.open(entry) as opened:
                return opened.read(most)
        except _UNREADABLE:
            return None

    def whole(self, entry: zipfile.ZipInfo, most: int) -> bytes | None:
        """All of an entry; None: it is longer, or cannot be unpacked, or its check sum is wrong.

        Raises:
            NotRead: the budget is used up.
        """
        return None if entry.file_size > most else self.beginning(entry, most)


def _has_directory(blocks: _Blocks) -> bool:
    """Whether a directory begins where the end of the archive says, which is where Java looks."""
    start = max(blocks.seek(0, os.SEEK_END) - END - 0xFFFF, 0)
    blocks.seek(start)
    tail = blocks.read()
    at = tail.rfind(b"PK\5\6")
    if not 0 <= at <= len(tail) - END:
        return False
    size, offset = struct.unpack_from("<LL", tail, at + 12)
    if FOUR_GB in (size, offset):
        return True  # the numbers stand elsewhere
    begins = start + at - size
    if begins < offset:
        return False
    blocks.seek(begins)
    return not size or blocks.read(4) == b"PK\1\2"


class _Blocks:
    """A file in blocks, counted from its end, where the directory is."""

    def __init__(self, source: Readable, budget: int | None) -> None:
        self._source = source
        self._left = budget
        self._size = source.seek(0, os.SEEK_END)
        self._shift = -self._size % BLOCK
        self._kept: dict[int, bytes] = {}
        self._at = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise _BeforeBeginning
        self._at = base + offset
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        end = self._size if size < 0 else min(self._at + size, self._size)
        long = end - self._at > BLOCK
        data = self._fetch(self._at, end) if long else b"".join(self._parts(end))
        self._at += len(data)
        return data

    def _parts(self, end: int) -> list[bytes]:
        """What stands from here to `end`, block by block."""
        parts = []
        at = self._at
        while at < end:
            index = (at + self._shift) // BLOCK
            start = max(index * BLOCK - self._shift, 0)
            part = self._block(index, start)[at - start : end - start]
            if not part:
                break  # the file became shorter meanwhile
            parts.append(part)
            at += len(part)
        return parts

    def _block(self, index: int, start: int) -> bytes:
        if index not in self._kept:
            if len(self._kept) == KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[index] = self._fetch(start, (index + 1) * BLOCK - self._shift)
        return self._kept[index]

    def _fetch(self, start: int, end: int) -> bytes:
        if end - start > LONGEST:
            raise NotRead
        if self._left is not None:
            self._left -= end - start
            if self._left < 0:
                raise NotRead
        return stretch(self._source, start, end - start)
