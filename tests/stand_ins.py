"""What stands in for time and for the engine where a test wants neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class HandClock:
    """Time that stands still until somebody sleeps, or moves it."""

    time: float = 100.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def epoch(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.slept.append(seconds)


@dataclass
class Lines:
    """A console that keeps what it is told, and asks a function that can be changed."""

    said: list[str] = field(default_factory=list)
    progressed: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    guarded: Callable[[], None] = lambda: None
    waits: Callable[[], None] = lambda: None

    def say(self, text: str) -> None:
        self.said.append(text)
        self.told.append(text)

    def progress(self, text: str) -> None:
        self.progressed.append(text)

    def warn(self, text: str) -> None:
        self.warned.append(text)
        self.told.append(text)

    def error(self, text: str) -> None:
        self.refused.append(text)
        self.told.append(text)

    def guard(self, *, begun: bool = False) -> None:  # noqa: ARG002 -- for a user's end of it
        self.guarded()

    def wait_on(self) -> None:
        self.waits()

    def clear(self) -> None:
        for lines in (self.said, self.progressed, self.warned, self.refused, self.told):
            lines.clear()
