"""How many looks at jobs a project's waits may take in a second, however many wait at a time."""

from __future__ import annotations

import threading
from collections import deque

from pulumi_dli.clock import Clock

MOST = 20
"""Looks in any one second."""


class Pace:
    """The pace of one project's looks. Safe to share between threads; no lock is held in a sleep.

    A handful of waits is never held up, since none looks more than once a second for long.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: deque[float] = deque(maxlen=MOST)

    def keep(self, clock: Clock) -> None:
        """Sleep until the next look is due, in the order in which they ask."""
        with self._lock:
            now = turn = clock.now()
            if len(self._turns) == MOST:
                turn = max(now, self._turns[0] + 1.0)
            self._turns.append(turn)
        if turn > now:
            clock.sleep(turn - now)
