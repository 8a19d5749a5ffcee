"""Lines for people: how they are handed on."""

from __future__ import annotations

import threading
from collections.abc import Callable

Report = Callable[[str], None]
"""Takes one line for people."""


class Once:
    """Passes each text on once, whichever thread comes first with it."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, text: str) -> None:
        """Say it, unless it was said."""
        with self._lock:
            new = text not in self._said
            self._said.add(text)
        if new:
            self._report(text)
