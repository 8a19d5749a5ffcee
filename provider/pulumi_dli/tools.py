"""What the verbs work with: one set for each project."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pulumi_dli.jobs import Jobs
from pulumi_dli.ownership import Ownership
from pulumi_dli.steps import Steps
from pulumi_dli.waiter import Clock, Report
from pulumi_dli.waits import Waits


@dataclass(frozen=True, slots=True)
class Tools:
    """The client and what goes with it.

    Attributes:
        jobs: the DLI client.
        ownership: reads marks.
        waits: looks and waits.
        steps: the requests that change a job, with their verification.
        clock: time.
        say: takes lines that are worth keeping.
        warn: takes warnings.
        guard: called before each request that changes something; raises to end there.
        queues: names of queues that were seen; a fleet on one queue asks for it once.
        queues_lock: held while a queue is asked for.
    """

    jobs: Jobs
    ownership: Ownership
    waits: Waits
    steps: Steps
    clock: Clock
    say: Report
    warn: Report
    guard: Callable[[], None]
    queues: set[str] = field(default_factory=set)
    queues_lock: threading.Lock = field(default_factory=threading.Lock)


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


def date(milliseconds: int) -> str:
    """A time of the service, for people."""
    moment = datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
