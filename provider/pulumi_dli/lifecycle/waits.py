"""Waits for a job: for a stop with its savepoint, for a start that counts, for a phase to end."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

from pulumi_dli.client.api import Jobs
from pulumi_dli.clock import Clock
from pulumi_dli.console import Report
from pulumi_dli.errors import (
    JobFailed,
    JobGone,
    NotFoundError,
    StartFailed,
    StateAtRisk,
    WaitTimeout,
)
from pulumi_dli.job.detail import JobDetail, Phase
from pulumi_dli.job.next_start import NextStart
from pulumi_dli.lifecycle import endings
from pulumi_dli.lifecycle.clues import FindClues, no_clues
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.polling import Exactly, Waiter

STALE = 30.0
"""Seconds for which the details may still show the status from before a request."""

SETTLED = 3.0
"""Seconds for which an end that was not asked for must stand before anything is said of it."""

UNMOVED = 300.0
"""Seconds after which a stop that never showed in the status has failed."""


class Waits:
    """The waits, over one client. Each leaves the job as it was last seen in the operation.

    Args:
        jobs: the client.
        report: takes a line on what is waited for.
        wait_on: raises where a wait that a later run can take up is no longer wanted.
        clues: finds what helps who looks for the cause of a failed start.
    """

    def __init__(
        self,
        jobs: Jobs,
        report: Report,
        wait_on: Callable[[], None] = lambda: None,
        clues: FindClues = no_clues,
    ) -> None:
        self._jobs = jobs
        self._wait_on = wait_on
        self._clues = clues
        self._waiter = Waiter(self.look, report)

    def look(self, job_id: int) -> JobDetail:
        """The live job. Raises JobGone when there is none."""
        try:
            return self._jobs.details(job_id)
        except NotFoundError:
            raise JobGone.of(job_id) from None

    def stopped(
        self, operation: Operation, *, savepoint: bool, older: str = "", ours: bool = False
    ) -> None:
        """Wait for a stop that is under way, and verify it and its savepoint.

        Args:
            operation: the operation.
            savepoint: whether the stop must have left a savepoint.
            older: the savepoint that the job had before; showing that one is showing none.
            ours: whether it was asked for a moment ago.
        """
        moved = False
        clock = operation.deadline.clock
        asked = clock.now()
        stands = Standing(clock)

        def verdict(job: JobDetail) -> float | None:
            nonlocal moved
            operation.job = job
            stood = stands.seconds(job)
            saved = job.has_savepoint and (job.savepoint_path or "-") != older
            match job.phase:
                case Phase.STOPPED if saved or not savepoint:
                    return None
                case Phase.STOPPED:
                    if stood < STALE:
                        return 1.0
                    raise StateAtRisk(endings.lost_savepoint(job, operation))
                case Phase.FINISHED | Phase.DRAFT:
                    return None
                case Phase.FAILED if stood < SETTLED and not (saved and savepoint):
                    return 1.0
                case Phase.FAILED:
                    if saved and savepoint:
                        operation.next_start = NextStart.at(job.savepoint_path)
                    raise JobFailed(endings.failed_stop(job, operation, saved=saved and savepoint))
                case Phase.RUNNING if moved and stood < SETTLED:
                    return 1.0
                case Phase.RUNNING if moved:
                    raise StateAtRisk(endings.no_savepoint(job, operation))
                case Phase.RUNNING if clock.now() - asked >= UNMOVED:
                    raise JobFailed(
                        f"{endings.title(job)} still runs, {UNMOVED:.0f} s after the service "
                        f"accepted its stop{endings.because(job)}; {operation.so_far}. "
                        f"Mend the cause and run {operation.again} again"
                    )
            moved = moved or job.phase in (Phase.SAVEPOINTING, Phase.STOPPING)
            return math.inf

        self._waiter.wait(operation, "to stop", verdict, asked=ours)
        if savepoint and operation.job.has_savepoint:
            operation.next_start = NextStart.at(operation.job.savepoint_path)

    def saved(self, operation: Operation, before: JobDetail) -> None:
        """Wait for a savepoint that a running job takes, and verify it.

        Args:
            operation: the operation.
            before: the job before; showing the savepoint that it had then is showing none.
        """
        moved = False
        clock = operation.deadline.clock
        asked = clock.now()
        stands = Standing(clock)

        def verdict(job: JobDetail) -> float | None:
            nonlocal moved
            operation.job = job
            stood = stands.seconds(job)
            if job.phase is Phase.SAVEPOINTING:
                moved = True
                return math.inf
            if job.phase is Phase.RUNNING:
                if job.has_savepoint and job.savepoint_path != before.savepoint_path:
                    return None
                if stood < SETTLED or not (moved or clock.now() - asked >= STALE):
                    return 1.0
                raise StateAtRisk(endings.not_saved(job, operation))
            if stood < SETTLED:
                return 1.0
            raise JobFailed(
                f"{endings.title(job)} ended while its savepoint was taken: {endings.reason(job)}; "
                f"{operation.so_far}"
            )

        self._waiter.wait(operation, "to take its savepoint", verdict, asked=True)

    def started(self, operation: Operation, before: JobDetail | None = None) -> None:
        """Wait until a start counts: the job runs, and neither restarts nor fails meanwhile.

        Args:
            operation: the operation.
            before: the job before the start; its status may still show for a while.
        """
        clock = operation.deadline.clock
        asked, began = clock.now(), clock.epoch()
        moved = False
        since: tuple[float, int] | None = None
        restarts = sys.maxsize
        stands = Standing(clock)

        def verdict(job: JobDetail) -> float | None:
            nonlocal moved, since, restarts
            operation.job = job
            restarts = min(restarts, job.restart_times)
            # The count may be fresh where the status still shows the stop before.
            stops = job.phase in (Phase.STOPPED, Phase.STOPPING)
            if operation.strict and job.restart_times > restarts and not stops:
                raise JobFailed(f"{endings.title(job)} restarted by itself: {endings.reason(job)}")
            moved = moved or before is None or job.status != before.status
            stood = stands.seconds(job)
            ended = job.phase in (Phase.FAILED, Phase.FINISHED, Phase.STOPPED)
            if job.phase is Phase.RUNNING:
                if since is None or since[1] != job.restart_times:
                    since = (clock.now(), job.restart_times)
                return _settling(clock.now() - since[0], operation.settle, job)
            since = None
            if not moved and not (ended and clock.now() - asked >= STALE):
                return math.inf
            if job.phase is Phase.FINISHED:
                return None
            if ended and stood < SETTLED:
                return 1.0
            if job.phase is Phase.FAILED and operation.strict:
                raise JobFailed(f"{endings.title(job)} did not start: {endings.reason(job)}")
            if job.phase is Phase.FAILED and not endings.restarts_itself(job):
                raise StartFailed(
                    f"{endings.title(job)} did not start: {endings.reason(job)}"
                    f"{endings.begun_from(operation)}",
                    f"mend the cause and run {operation.again} again, which goes on with this job",
                )
            if stops:
                raise JobFailed(
                    f"{endings.title(job)} was stopped while it started: {endings.reason(job)}"
                )
            return math.inf

        def patient(job: JobDetail) -> float | None:
            soonest = verdict(job)
            if soonest is not None:
                self._wait_on()  # the start was accepted; the next run looks how it went
            return soonest

        try:
            self._waiter.wait(operation, "to run", patient, asked=before is not None)
        except (JobFailed, WaitTimeout):
            # Of the first start that fails: those behind it only bring back what was before.
            operation.clues = operation.clues or self._clues(operation.job, began)
            raise
        operation.counted = True

    def linger(self, operation: Operation, phase: Phase) -> None:
        """Give a phase the time in which the details may lag behind, and go on either way."""
        clock = operation.deadline.clock
        until = clock.now() + min(STALE, operation.deadline.left)

        def verdict(job: JobDetail) -> float | None:
            operation.job = job
            return until - clock.now() if job.phase is phase and clock.now() < until else None

        self._waiter.wait(operation, f"to be {phase} no more", verdict)

    def left(self, operation: Operation, awaited: str, phase: Phase) -> None:
        """Wait until the job has left a phase."""

        def verdict(job: JobDetail) -> float | None:
            operation.job = job
            return math.inf if job.phase is phase else None

        self._waiter.wait(operation, awaited, verdict)


class Standing:
    """How long a job has been seen in one status: what it is in for a moment is no claim."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._status = ""
        self._since = clock.now()

    def seconds(self, job: JobDetail) -> float:
        """Seconds since the first look that showed the status of this one."""
        if job.status != self._status:
            self._status, self._since = job.status, self._clock.now()
        return self._clock.now() - self._since


def _settling(passed: float, settle: float, job: JobDetail) -> float | None:
    """The pause until the next look at a job that runs; None once it has run long enough.

    Its count tells a restart between two looks, so few are enough; without one only looks can.
    """
    if passed >= settle:
        return None
    if not job.counts_restarts:
        return settle - passed
    first = min(1.0, settle)
    looks = (first, max(first, settle / 2), settle)
    return next(Exactly(at - passed) for at in looks if at > passed)
