"""Looks at a job again and again until it is there, and says meanwhile what it is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pulumi_dli.console import Report
from pulumi_dli.errors import WaitTimeout
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.pace import Pace

Verdict = Callable[[JobDetail], float | None]
"""Looks at a job: None when it is there, else the most seconds until the next look, or `Exactly`
so many; raises when it never will be."""


class Exactly(float):
    """Seconds until the next look: an earlier one would tell nothing more."""


LINE_EVERY = 10.0
"""Seconds between two lines while the status stays the same."""

FIRST_POLL = 0.25
"""Seconds until the second look."""

SECOND_POLL = 0.5
"""Seconds from that to the third."""

NEXT_POLL = 1.0
"""The fewest seconds between later looks; they come after a tenth of the time waited."""

SLOWEST_POLL = 10.0
"""The most seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Waiter:
    """Polls a job and reports.

    Attributes:
        look: reads the live job.
        report: takes a line on what is waited for.
        pace: what the looks of all waits share.
    """

    look: Callable[[int], JobDetail]
    report: Report
    pace: Pace = field(default_factory=Pace)

    def wait(
        self, operation: Operation, awaited: str, verdict: Verdict, *, asked: bool = False
    ) -> JobDetail:
        """Look until the verdict is reached.

        Args:
            operation: whose job is looked at, within its deadline.
            awaited: what is waited for, in words: "to run".
            verdict: see `Verdict`.
            asked: whether it was asked for a moment ago, so that a look now would be in vain.

        Raises:
            WaitTimeout: the deadline passed; names what was awaited and what was seen.
        """
        job_id, deadline = operation.job.job_id, operation.deadline
        clock = deadline.clock
        began = clock.now()
        status, spoken = "", began
        pauses = iter((FIRST_POLL, SECOND_POLL))
        if asked and deadline.left > FIRST_POLL:
            clock.sleep(next(pauses))
        while True:
            self.pace.keep(clock)
            job = self.look(job_id)
            soonest = verdict(job)
            if soonest is None and status in ("", job.status):
                return job
            now = clock.now()
            if job.status != status or now - spoken >= LINE_EVERY:
                status, spoken = job.status, now
                self.report(
                    f"{job.name} ({job_id}): {words(status)}, "
                    f"{deadline.elapsed:.0f} s of {deadline.seconds:.0f} s{_told(job)}"
                )
            if soonest is None:  # the engine's row keeps the last line that it was given
                return job
            if deadline.left <= 0:
                raise WaitTimeout(
                    f"waited {deadline.seconds:.0f} s for job {job.name} ({job_id}) {awaited}, "
                    f"but it is {words(status)} ({status})",
                    f"{operation.again} goes on from there, `timeouts` allows more time",
                )
            later = min(SLOWEST_POLL, max(NEXT_POLL, (now - began) / 10))
            pause = soonest if isinstance(soonest, Exactly) else min(soonest, next(pauses, later))
            clock.sleep(max(0.01, min(pause, deadline.left)))


def _told(job: JobDetail) -> str:
    """What the service says beside the status, such as where the job runs."""
    return f"; {job.words}" if job.words else ""


def words(status: str) -> str:
    """A status as people say it: `job_cancel_success` is "cancel success"."""
    return status.removeprefix("job_").replace("_", " ") or "in an unknown state"
