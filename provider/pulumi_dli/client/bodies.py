"""Bounds what a client reads of an answer: bytes, as they are once decoded, and seconds.

The HTTP library bounds the time between two bytes only, and decodes whatever comes.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator
from typing import cast

import httpx

from pulumi_dli.clock import Clock, Deadline

LARGEST = 4 * 1024 * 1024
"""Bytes of an answer; a page of a hundred jobs has a tenth of that."""
LARGEST_REFUSAL = 64 * 1024
"""Bytes that are read of an answer that refuses; the rest is left."""
LONGEST = 2.0
"""How long a whole body may take, in read time-outs of its request: what the library waits for
one byte."""
ENCODINGS = "gzip, deflate"
"""The encodings that are asked for and decoded."""
_AT_ONCE = 64 * 1024
_ANY_FRAME, _NO_FRAME = 47, -15  # gzip's or zlib's; some senders of deflate leave it out


class Unreadable(httpx.RequestError):
    """An answer came, and its body is too large, takes too long, or cannot be decoded."""


def bound(client: httpx.Client, clock: Clock) -> None:
    """Let a client read no more of an answer than the bounds allow, signing in included.

    Where an answer succeeds, what is beyond them raises `Unreadable`; of one that refuses the
    beginning is enough.
    """

    def hook(response: httpx.Response) -> None:
        # The library decodes by this header, and without bounds.
        encoding = response.headers.pop("content-encoding", "identity").strip().lower()
        stream = cast("httpx.SyncByteStream", response.stream)
        good = response.status_code < httpx.codes.MULTIPLE_CHOICES
        seconds = LONGEST * response.request.extensions["timeout"]["read"]
        response.stream = _Bounded(stream, encoding, Deadline(clock, seconds), whole=good)

    client.event_hooks = {
        **client.event_hooks,
        "response": [hook, *client.event_hooks["response"]],
    }


class _Bounded(httpx.SyncByteStream):
    def __init__(
        self, stream: httpx.SyncByteStream, encoding: str, deadline: Deadline, *, whole: bool
    ) -> None:
        self._stream = stream
        self._encoding = encoding
        self._deadline = deadline
        self._whole = whole
        self._most = LARGEST if whole else LARGEST_REFUSAL

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._measured()
        except Unreadable:
            if self._whole:
                raise

    def close(self) -> None:
        self._stream.close()

    def _measured(self) -> Iterator[bytes]:
        left = self._most
        for part in self._decoded():
            yield part[:left]
            left -= len(part)
            if left < 0:
                raise Unreadable(f"it is larger than {LARGEST // 1024 // 1024} MB")

    def _timed(self) -> Iterator[bytes]:
        for part in self._stream:
            yield part
            if self._deadline.left <= 0:
                raise Unreadable(f"it takes more than {self._deadline.seconds:.0f} s")

    def _decoded(self) -> Iterator[bytes]:
        match self._encoding:
            case "" | "identity":
                return self._timed()
            case "gzip" | "x-gzip":
                return _inflated(self._timed(), [_ANY_FRAME])
            case "deflate":
                return _inflated(self._timed(), [_ANY_FRAME, _NO_FRAME])
        raise Unreadable("it is compressed in a way that nobody asked for")


def _inflated(parts: Iterator[bytes], frames: list[int]) -> Iterator[bytes]:
    """What compressed parts hold, in parts of a bounded size too.

    Args:
        parts: as they arrive.
        frames: what may be around the data; the first that fits their beginning is taken.
    """
    inflater = None
    for part in parts:
        try:
            inflater = inflater or _inflater(part, frames)
            left = part
            while left:
                yield inflater.decompress(left, _AT_ONCE)
                left = inflater.unconsumed_tail
        except zlib.error:
            raise Unreadable("it is said to be compressed, and is not") from None
    if inflater is not None and not inflater.eof:
        raise Unreadable("it breaks off")


def _inflater(first: bytes, frames: list[int]) -> zlib._Decompress:
    for frame in frames[:-1]:
        with contextlib.suppress(zlib.error):
            zlib.decompressobj(frame).decompress(first, 1)
            return zlib.decompressobj(frame)
    return zlib.decompressobj(frames[-1])
