"""The bytes that a job was started with, by which a refresh knows that they were overwritten.

The state has digests in place of URLs and ETags: a program may keep a URL secret, and what an
ETag looks like is the service's to choose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

DIGITS = 16
"""Hexadecimal digits of a digest."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The objects that one start of a job took, as far as they could be looked at.

    Attributes:
        at: that start, the job's `start_time` in milliseconds.
        etags: the digest of each object's ETag, by that of its URL.
    """

    at: int
    etags: Mapping[str, str]

    @classmethod
    def read(cls, text: object) -> Watched | None:
        """From the form in the state; None where that says nothing."""
        at, *pairs = str(text or "").split("-")
        if not at.isdecimal() or not pairs:
            return None
        return cls(int(at), {pair[:DIGITS]: pair[DIGITS:] for pair in pairs})

    def __str__(self) -> str:
        """The form in the state."""
        return "-".join([str(self.at), *(url + etag for url, etag in self.etags.items())])


def digest(text: str) -> str:
    """What the state has in place of a URL or an ETag."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:DIGITS]
