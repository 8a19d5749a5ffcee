"""Whom the provider tells what it does, and asks whether to go on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

MASK = "[secret]"
"""What is shown in the place of a secret."""

Report = Callable[[str], None]
"""Takes one line for people."""


class Console(Protocol):
    """What a front offers to the operations that it starts."""

    def say(self, text: str) -> None:
        """Show a line that is worth keeping."""
        ...

    def progress(self, text: str) -> None:
        """Show a line that only matters while an operation lasts."""
        ...

    def warn(self, text: str) -> None:
        """Show a warning."""
        ...

    def error(self, text: str) -> None:
        """Show what cannot be done."""
        ...

    def guard(self, *, begun: bool = False) -> None:
        """Raise when nothing more may be started; asked before each change of the service.

        Args:
            begun: whether the operation has changed it already. Such a one is seen through when
                the user ends the run: a job that was stopped for a restart is started.
        """
        ...

    def wait_on(self) -> None:
        """Raise when a wait that a later run can take up is no longer wanted; asked in it."""
        ...


class WarnOnce:
    """A console that passes each warning on once, whichever thread comes first with it."""

    def __init__(self, console: Console) -> None:
        self.say = console.say
        self.progress = console.progress
        self.error = console.error
        self.guard = console.guard
        self.wait_on = console.wait_on
        self._console = console
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def warn(self, text: str) -> None:
        """Show a warning, unless it was shown."""
        with self._lock:
            new = text not in self._said
            self._said.add(text)
        if new:
            self._console.warn(text)
