"""Waits for a job: for a stop with its savepoint, for a start that counts, for a phase to end."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

from pulumi_dli.client.api import Jobs
from pulumi_dli.clock import Clock
from pulumi_dli.console import Report
from pulumi_dli.errors import JobFailed, JobGone, NotFoundError, StateAtRisk
from pulumi_dli.job.detail import JobDetail, Phase
from pulumi_dli.job.next_start import NextStart
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.polling import Waiter, words

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
    """

    def __init__(
        self, jobs: Jobs, report: Report, wait_on: Callable[[], None] = lambda: None
    ) -> None:
        self._jobs = jobs
        self._wait_on = wait_on
        self._waiter = Waiter(self.look, report)

    def look(self, job_id: int) -> JobDetail:
        """The live job. Raises JobGone when there is none."""
        try:
            return self._jobs.details(job_id)
        except NotFoundError:
            raise JobGone.of(job_id) from None

    def stopped(self, operation: Operation, *, savepoint: bool, older: str = "") -> None:
        """Wait for a stop that is under way, and verify it and its savepoint.

        Args:
            operation: the operation.
            savepoint: whether the stop must have left a savepoint.
            older: the savepoint that the job had before; showing that one is showing none.
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
                    raise StateAtRisk(_lost_savepoint(job, operation))
                case Phase.FINISHED | Phase.DRAFT:
                    return None
                case Phase.FAILED if stood < SETTLED and not (saved and savepoint):
                    return 1.0
                case Phase.FAILED:
                    raise JobFailed(_failed_stop(job, operation, saved=saved and savepoint))
                case Phase.RUNNING if moved and stood < SETTLED:
                    return 1.0
                case Phase.RUNNING if moved:
                    raise StateAtRisk(_no_savepoint(job, operation))
                case Phase.RUNNING if clock.now() - asked >= UNMOVED:
                    raise JobFailed(
                        f"{_title(job)} still runs, {UNMOVED:.0f} s after the service accepted its "
                        f"stop{_because(job)}; {operation.so_far}. Mend the cause and run "
                        f"{operation.again} again"
                    )
            moved = moved or job.phase in (Phase.SAVEPOINTING, Phase.STOPPING)
            return math.inf

        self._waiter.wait(operation, "to stop", verdict)
        if savepoint and operation.job.has_savepoint:
            operation.next_start = NextStart.at(operation.job.savepoint_path)

    def started(self, operation: Operation, before: JobDetail | None = None) -> None:
        """Wait until a start counts: the job runs, and neither restarts nor fails meanwhile.

        Args:
            operation: the operation.
            before: the job before the start; its status may still show for a while.
        """
        clock = operation.deadline.clock
        asked = clock.now()
        moved = False
        since: tuple[float, int] | None = None
        restarts = sys.maxsize
        stands = Standing(clock)

        def verdict(job: JobDetail) -> float | None:
            nonlocal moved, since, restarts
            operation.job = job
            restarts = min(restarts, job.restart_times)
            if operation.strict and job.restart_times > restarts:
                raise JobFailed(f"{_title(job)} restarted by itself: {_reason(job)}")
            moved = moved or before is None or job.status != before.status
            stood = stands.seconds(job)
            ended = job.phase in (Phase.FAILED, Phase.FINISHED, Phase.STOPPED)
            if job.phase is Phase.RUNNING:
                if since is None or since[1] != job.restart_times:
                    since = (clock.now(), job.restart_times)
                left = since[0] + operation.settle - clock.now()
                return None if left <= 0 else left
            since = None
            if not moved and not (ended and clock.now() - asked >= STALE):
                return math.inf
            if job.phase is Phase.FINISHED:
                return None
            if ended and stood < SETTLED:
                return 1.0
            if job.phase is Phase.FAILED and operation.strict:
                raise JobFailed(f"{_title(job)} did not start: {_reason(job)}")
            if job.phase is Phase.FAILED and not _restarts_itself(job):
                raise JobFailed(
                    f"{_title(job)} did not start: {_reason(job)}{_from(operation)}; mend the "
                    f"cause and run {operation.again} again, which goes on with this job"
                )
            if job.phase in (Phase.STOPPED, Phase.STOPPING):
                raise JobFailed(f"{_title(job)} was stopped while it started: {_reason(job)}")
            return math.inf

        def patient(job: JobDetail) -> float | None:
            soonest = verdict(job)
            if soonest is not None:
                self._wait_on()  # the start was accepted; the next run looks how it went
            return soonest

        self._waiter.wait(operation, "to run", patient)
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
        self._since = 0.0

    def seconds(self, job: JobDetail) -> float:
        """Seconds since the first look that showed the status of this one."""
        if job.status != self._status:
            self._status, self._since = job.status, self._clock.now()
        return self._clock.now() - self._since


def _restarts_itself(job: JobDetail) -> bool:
    """Whether the service brings a crashed job back by itself."""
    return job.status == "job_running_exception" and bool(job.values.get("restart_when_exception"))


def _title(job: JobDetail) -> str:
    return f"job {job.name} ({job.job_id})"


def _reason(job: JobDetail) -> str:
    return f"{words(job.status)} ({job.status}){_because(job)}"


def _because(job: JobDetail) -> str:
    return f": {job.words}" if job.words else ""


def _from(operation: Operation) -> str:
    """The directory that a start was to begin from, for who has to name it again."""
    path = operation.next_start.path if operation.next_start is not None else ""
    return f"; it was to begin from {path}" if path else ""


def _no_savepoint(job: JobDetail, operation: Operation) -> str:
    done = f"{_title(job)} took no savepoint and runs on{_because(job)}; {operation.so_far}"
    if operation.removes:  # what else there is to do, the delete says
        return f"{done}. Mend the cause and run {operation.again} again"
    return (
        f"{done}. Mend the cause and run {operation.again} again, or set `upgrade_mode` to "
        "`stateless` to give up its state"
    )


def _failed_stop(job: JobDetail, operation: Operation, *, saved: bool) -> str:
    done = f"{_title(job)} did not stop as asked: {_reason(job)}; {operation.so_far}"
    if saved:
        goes_on = "deletes it" if operation.removes else "starts it from there"
        return (
            f"{done}. Its savepoint is complete, at {job.savepoint_path}: mend the cause and run "
            f"{operation.again} again, which {goes_on}"
        )
    return f"{done}. Mend the cause and run {operation.again} again"


def _lost_savepoint(job: JobDetail, operation: Operation) -> str:
    checkpoint = job.values.get("checkpoint_path")
    where = f" (its checkpoints are under {checkpoint})" if checkpoint else ""
    done = (
        f"{_title(job)} is stopped, but the service shows no savepoint of that stop"
        f"{_because(job)}{where if operation.removes else ''}; {operation.so_far}"
    )
    if operation.removes:
        return done
    return (
        f"{done}, and the job was not started again, because that would lose its state. Set "
        f"`restore_from` to a savepoint or checkpoint directory{where}, or `upgrade_mode` to "
        f"`stateless`, and run {operation.again}"
    )
