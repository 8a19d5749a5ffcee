"""What is uploaded: bytes, or a file that is read twice, for its digest and to be sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_dli.errors import DliError

_AT_ONCE = 1 << 18
LARGEST = 5 * 1024**3
"""Bytes of one put."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What is sent: its size in bytes and its SHA-256, in hex."""

    size: int
    sha256: str
    source: bytes | Path = field(repr=False)

    @classmethod
    def of(cls, source: bytes | Path) -> Payload:
        """What bytes or a file hold now.

        Raises:
            DliError: the file cannot be read, or is larger than an object may be.
        """
        if isinstance(source, bytes):
            return cls(len(source), hashlib.sha256(source).hexdigest(), source)
        digest, size = hashlib.sha256(), 0
        for part in _read(source):
            digest.update(part)
            size += len(part)
        if size > LARGEST:
            raise DliError(f"the file {source} is larger than 5 GB, which one upload may have")
        return cls(size, digest.hexdigest(), source)

    def parts(self) -> Iterator[bytes]:
        """Its bytes. The last of them come once all are known to be what was promised.

        Raises:
            DliError: the file cannot be read, or was changed since; then the server has got
                less than it was promised, and stores nothing.
        """
        if isinstance(self.source, bytes):
            yield self.source
            return
        digest, left, held = hashlib.sha256(), self.size, b""
        for part in _read(self.source):
            digest.update(part)
            left -= len(part)
            if left < 0:
                break
            if held:
                yield held
            held = part
        if left or digest.hexdigest() != self.sha256:
            raise DliError(
                f"the file {self.source} was changed while it was uploaded, so nothing was "
                "stored; let its build end, and run this again"
            )
        if held:
            yield held


def _read(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            while part := opened.read(_AT_ONCE):
                yield part
    except OSError as error:
        raise DliError(f"the file {file} cannot be read ({error.strerror})") from None
