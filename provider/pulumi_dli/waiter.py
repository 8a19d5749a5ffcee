"""Wait for a job to get somewhere: one loop, one deadline, lines on the way."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pulumi_dli.detail import JobDetail
from pulumi_dli.errors import WaitTimeout
from pulumi_dli.masking import mask

Report = Callable[[str], None]
"""Takes one line for people."""

Verdict = Callable[[JobDetail], float | None]
"""Looks at a job: None when it is there, else the most seconds until the next look; raises
when it never will be."""

LINE_EVERY = 10.0
"""Seconds between two lines while the status stays the same."""

FIRST_POLL = 0.25
"""Seconds until the second look. Later looks come after a tenth of the time waited."""

SLOWEST_POLL = 10.0
"""The most seconds between two looks."""


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> float:
        """Seconds that only ever grow."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


class Deadline:
    """The time that a whole operation has, shared by all its waits."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self._start = clock.now()

    @property
    def elapsed(self) -> float:
        """Seconds since the operation began."""
        return self.clock.now() - self._start

    @property
    def left(self) -> float:
        """Seconds left; not below 0."""
        return max(0.0, self.seconds - self.elapsed)


@dataclass(frozen=True, slots=True)
class Waiter:
    """Polls a job and reports. Holds no lock and no state between waits."""

    look: Callable[[int], JobDetail]
    report: Report

    def wait(self, job_id: int, awaited: str, verdict: Verdict, deadline: Deadline) -> JobDetail:
        """Look until the verdict is reached.

        Args:
            job_id: the job.
            awaited: what is waited for, in words: "to run".
            verdict: see `Verdict`.
            deadline: the operation's.

        Raises:
            WaitTimeout: the deadline passed; names what was awaited and what was seen.
        """
        clock = deadline.clock
        began = clock.now()
        status, spoken = "", -math.inf
        while True:
            job = self.look(job_id)
            soonest = verdict(job)
            if soonest is None:
                return job
            now = clock.now()
            if job.status != status or now - spoken >= LINE_EVERY:
                status, spoken = job.status, now
                self.report(
                    f"{job.name} ({job_id}): {words(status)}, "
                    f"{deadline.elapsed:.0f} s of {deadline.seconds:.0f} s{_told(job)}"
                )
            if deadline.left <= 0:
                raise WaitTimeout(
                    f"waited {deadline.seconds:.0f} s for job {job.name} ({job_id}) {awaited}, "
                    f"but it is {words(status)} ({status}); `pulumi up` goes on from there, "
                    "`timeouts` allows more time"
                )
            pause = min(SLOWEST_POLL, max(FIRST_POLL, (now - began) / 10))
            clock.sleep(max(0.01, min(pause, soonest, deadline.left)))


def _told(job: JobDetail) -> str:
    """What the service says beside the status, such as where the job runs."""
    text = " ".join(mask(job.status_desc, job.values).split())
    return f"; {text}" if text else ""


def words(status: str) -> str:
    """A status as people say it: `job_cancel_success` is "cancel success"."""
    return status.removeprefix("job_").replace("_", " ") or "in an unknown state"
