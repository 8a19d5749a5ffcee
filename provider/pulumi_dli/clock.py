"""Time as an argument, and the time that an operation has."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> float:
        """Seconds that only ever grow."""
        ...

    def epoch(self) -> float:
        """Seconds since 1970, as dates on the wire have them."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    def epoch(self) -> float:
        """Seconds of the wall clock."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


SYSTEM = SystemClock()
"""The machine's own time, for all who are not given another."""


class Deadline:
    """The time that a whole operation has, shared by all its waits."""

    def __init__(self, clock: Clock, seconds: float, start: float | None = None) -> None:
        self.clock = clock
        self.seconds = seconds
        self._start = clock.now() if start is None else start

    def part(self, share: float) -> Deadline:
        """An earlier one, for the first part of the operation."""
        return Deadline(self.clock, self.seconds * share, self._start)

    def later(self, seconds: float) -> Deadline:
        """One that is put off by a wait which is no part of the operation."""
        return Deadline(self.clock, self.seconds, self._start + seconds)

    @property
    def elapsed(self) -> float:
        """Seconds since the operation began."""
        return self.clock.now() - self._start

    @property
    def left(self) -> float:
        """Seconds left; not below 0."""
        return max(0.0, self.seconds - self.elapsed)


def span(seconds: float) -> str:
    """A length of time for people, in its largest unit: `40 s`, `12 min`, `5 h`, `3 days`."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
