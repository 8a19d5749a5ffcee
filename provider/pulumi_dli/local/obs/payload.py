"""Takes in a payload, whole or in signed chunks, and compares it with what was said of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import zlib
from typing import IO, TYPE_CHECKING

from pulumi_dli.local.obs.refusals import ObjectRefusal, bad
from pulumi_dli.local.obs.signatures import UNSIGNED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulumi_dli.local.obs.signatures import Chain, Signed

AT_ONCE = 1 << 18
LONGEST_LINE = 4096
"""Bytes of a chunk's head, and of a trailer."""
SIGNED_CHUNKS, SIGNED_TRAILER = (
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
)
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
CHUNKED = {SIGNED_CHUNKS, SIGNED_TRAILER, UNSIGNED_TRAILER}
EMPTY = hashlib.sha256(b"").hexdigest()
CHECKSUM = "x-amz-checksum-"


class Payload:
    """What came: its size, and its digests so far."""

    def __init__(self) -> None:
        self.size = 0
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.sha1 = hashlib.sha1(usedforsecurity=False)
        self.sha256 = hashlib.sha256()
        self.crc32 = 0

    def add(self, part: bytes) -> None:
        """Count one more part in."""
        self.size += len(part)
        self.md5.update(part)
        self.sha1.update(part)
        self.sha256.update(part)
        self.crc32 = zlib.crc32(part, self.crc32)


def receive(
    stream: IO[bytes],
    write: Callable[[bytes], object],
    headers: Mapping[str, str],
    signed: Signed | None,
) -> Payload:
    """Write what a request brings.

    Args:
        stream: its body.
        write: takes one part after the other.
        headers: its headers, names in lower case.
        signed: what its signature says of the body; None where nobody signs, and the headers
            alone say it.

    Raises:
        ObjectRefusal: the body is not what the request says it is.
    """
    payload = Payload()
    said = dict(headers)
    how = signed.payload if signed else said.get("x-amz-content-sha256", UNSIGNED)
    if how in CHUNKED:
        parts = _chunks(stream, signed.chain if signed and how != UNSIGNED_TRAILER else None, said)
    else:
        parts = _parts(stream, None)
    for part in parts:
        payload.add(part)
        write(part)
    _demand_same(payload, said, how)
    return payload


def _parts(stream: IO[bytes], left: int | None) -> Iterator[bytes]:
    """A body to its end, or so many bytes of it."""
    while left is None or left:
        part = stream.read(AT_ONCE if left is None else min(left, AT_ONCE))
        if not part:
            if left:
                raise _incomplete()
            return
        left = left if left is None else left - len(part)
        yield part


def _chunks(stream: IO[bytes], chain: Chain | None, said: dict[str, str]) -> Iterator[bytes]:
    """The chunks of a body; what stands in its trailer is said with the headers."""
    size = None
    while size != 0:
        head, _, extension = _line(stream).partition(b";")
        if not re.fullmatch(rb"[0-9a-fA-F]{1,16}", head):
            raise _incomplete()
        size = int(head, 16)
        digest = hashlib.sha256()
        for part in _parts(stream, size):
            digest.update(part)
            yield part
        signature = extension.decode("latin-1").partition("chunk-signature=")[2]
        if chain and not chain.goes_on(signature, EMPTY, digest.hexdigest()):
            raise _wrong_chunk()
        if size and _line(stream):
            raise _incomplete()
    if not said.get("x-amz-trailer"):
        return
    trailer = ""
    while line := _line(stream).decode("latin-1"):
        name, _, value = line.partition(":")
        if name.lower() == "x-amz-trailer-signature":
            digest = hashlib.sha256(trailer.encode())
            if chain and not chain.goes_on(value.strip(), digest.hexdigest(), kind="TRAILER"):
                raise _wrong_chunk()
            chain = None
            break
        said[name.lower()] = value.strip()
        trailer += f"{line}\n"
    if chain:
        raise _wrong_chunk()


def _line(stream: IO[bytes]) -> bytes:
    return stream.readline(LONGEST_LINE).rstrip(b"\r\n")


def _demand_same(payload: Payload, said: Mapping[str, str], how: str) -> None:
    length = said.get("x-amz-decoded-content-length" if how in CHUNKED else "content-length")
    if length is not None and length != str(payload.size):
        raise _incomplete()
    if how not in {UNSIGNED, *CHUNKED} and not hmac.compare_digest(
        payload.sha256.hexdigest().encode(), how.lower().encode()
    ):
        raise bad("XAmzContentSHA256Mismatch", "The payload's SHA-256 is not the one that is said.")
    digests = {
        "content-md5": payload.md5.digest(),
        f"{CHECKSUM}sha1": payload.sha1.digest(),
        f"{CHECKSUM}sha256": payload.sha256.digest(),
        # Chosen: of the other checksums (CRC32C, CRC64NVME) nothing is looked at.
        f"{CHECKSUM}crc32": payload.crc32.to_bytes(4),
    }
    for name, digest in digests.items():
        if name in said and said[name] != base64.b64encode(digest).decode():
            raise bad("BadDigest", f"The payload is not what {name} says.")


def _incomplete() -> ObjectRefusal:
    return bad("IncompleteBody", "The payload is not of the length or the form that is said.")


def _wrong_chunk() -> ObjectRefusal:
    return ObjectRefusal(403, "SignatureDoesNotMatch", "The signature of a chunk is wrong.")
