"""What the next start of a job begins with, as long as no start has counted since."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What is known of the next start. The values are the text forms in the state."""

    LIVE = ""
    """Only the live job can tell."""

    FRESH = "fresh"
    """The first start did not count, so there is no state to lose."""

    LOST = "lost"
    """The stop left no savepoint, and an older one would not do."""

    PATH = "path"
    """A directory that no start has used up; its text form is the directory."""


@dataclass(frozen=True, slots=True)
class NextStart:
    """What the next start begins with.

    Attributes:
        kind: what is known.
        path: the directory, for `Kind.PATH`; else "".
    """

    kind: Kind
    path: str = ""

    @classmethod
    def at(cls, path: str) -> NextStart:
        """From a directory; only the live job can tell where that is not known."""
        return cls(Kind.PATH, path) if path else LIVE

    @classmethod
    def read(cls, text: object) -> NextStart:
        """From the form in the state."""
        match str(text or ""):
            case "":
                return LIVE
            case "fresh":
                return FRESH
            case "lost":
                return LOST
            case path:
                return cls(Kind.PATH, path)

    def __str__(self) -> str:
        """The form in the state."""
        return self.path if self.kind is Kind.PATH else self.kind.value


LIVE = NextStart(Kind.LIVE)
FRESH = NextStart(Kind.FRESH)
LOST = NextStart(Kind.LOST)
