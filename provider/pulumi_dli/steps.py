"""The requests that change a job, each with its verification.

A step sends one request. When the answer is lost it looks at the job to see whether the
request took effect, and sends it again only when it certainly did not. Then it waits until
the job is where the request was meant to bring it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pulumi_dli.detail import AT_REST, JobDetail, Phase
from pulumi_dli.errors import (
    DliError,
    JobFailed,
    JobGone,
    NotFoundError,
    StateAtRisk,
)
from pulumi_dli.jobs import Jobs
from pulumi_dli.masking import mask
from pulumi_dli.plan import FRESH, Origin, Start
from pulumi_dli.waiter import Report, Waiter, words
from pulumi_dli.work import Work

STALE = 30.0
"""Seconds for which the details may still show the status from before a request."""

UNMOVED = 300.0
"""Seconds after which a stop that never showed in the status has failed."""

ATTEMPTS = 3
"""How often a request is sent whose answers get lost."""


class Steps:
    """The steps, over one client. `guard` is called before each request that changes something."""

    def __init__(self, jobs: Jobs, *, report: Report, guard: Callable[[], None]) -> None:
        self._jobs = jobs
        self._guard = guard
        self._waiter = Waiter(self.look, report)

    def look(self, job_id: int) -> JobDetail:
        """The live job. Raises JobGone when there is none."""
        try:
            return self._jobs.details(job_id)
        except NotFoundError:
            raise JobGone(
                f"job {job_id} no longer exists; `pulumi up --refresh` creates it anew"
            ) from None

    def put(self, work: Work, body: Mapping[str, Any]) -> None:
        """Change fields of the definition."""
        before = work.job

        def send() -> None:
            work.put_time = self._jobs.update(before.job_id, body) or work.put_time

        def shows(job: JobDetail) -> bool:
            return all(job.holds(name, value) is not False for name, value in body.items())

        def took_effect(job: JobDetail) -> bool:
            return shows(job) and (job.update_time > before.update_time or not shows(before))

        seen = self._send(work, send, took_effect, stale=0)
        work.changed = True
        work.written = work.written | body.keys()
        if seen is not None:
            work.put_time = seen.update_time
        else:
            work.job = replace(before, values={**before.values, **body}, update_time=work.put_time)

    def change_tags(self, work: Work, add: Mapping[str, str], remove: Mapping[str, str]) -> None:
        """Take tags from the job, then add others."""
        job_id = work.job.job_id
        if remove:
            self._send(work, lambda: self._jobs.remove_tags(job_id, remove), None)
            work.changed = True
        if add:
            self._send(work, lambda: self._jobs.add_tags(job_id, add), None)
            work.changed = True

    def stop(self, work: Work, *, savepoint: bool) -> None:
        """Stop a job, and go on only when it is stopped and, if asked for, its savepoint is there.

        Raises:
            StateAtRisk: the savepoint failed or is missing; tells how the job stands.
            JobFailed: the stop failed.
            WaitTimeout: still stopping when the time was over.
        """
        before = work.job

        def send() -> None:
            try:
                self._jobs.stop(before.job_id, trigger_savepoint=savepoint)
            except DliError as error:
                if error.uncertain:
                    raise
                if self.look(before.job_id).phase in (Phase.RUNNING, Phase.STARTING):
                    raise

        self._send(work, send, lambda job: job.phase not in (Phase.RUNNING, Phase.STARTING))
        work.changed = True
        self.await_stop(work, savepoint=savepoint)

    def await_stop(self, work: Work, *, savepoint: bool) -> None:
        """Wait for a stop that is under way, and verify it and its savepoint."""
        moved = False
        stopped_at: float | None = None
        clock = work.deadline.clock
        asked = clock.now()

        def verdict(job: JobDetail) -> float | None:
            nonlocal moved, stopped_at
            work.job = job
            match job.phase:
                case Phase.STOPPED if not savepoint or job.has_savepoint:
                    return None
                case Phase.STOPPED:
                    stopped_at = clock.now() if stopped_at is None else stopped_at
                    if clock.now() - stopped_at < STALE:
                        return 1.0
                    raise StateAtRisk(_lost_savepoint(job))
                case Phase.FINISHED | Phase.DRAFT:
                    return None
                case Phase.FAILED:
                    raise JobFailed(f"{_title(job)} did not stop: {_reason(job)}")
                case Phase.RUNNING if moved:
                    raise StateAtRisk(
                        f"{_title(job)} took no savepoint and runs on as before"
                        f"{_because(job)}; nothing was changed. Mend the cause and run "
                        "`pulumi up` again, or set `upgrade_mode` to `stateless` to give up "
                        "its state"
                    )
                case Phase.RUNNING if clock.now() - asked >= UNMOVED:
                    raise JobFailed(
                        f"{_title(job)} still runs, {UNMOVED:.0f} s after the service accepted its "
                        f"stop{_because(job)}; nothing else was changed. Mend the cause and run "
                        "`pulumi up` again"
                    )
            moved = moved or job.phase in (Phase.SAVEPOINTING, Phase.STOPPING)
            return math.inf

        self._waiter.wait(work.job.job_id, "to stop", verdict, work.deadline)
        if savepoint and work.job.has_savepoint:
            work.next_start = work.job.savepoint_path

    def start(self, work: Work, start: Start) -> None:
        """Start a job at rest from the state that the plan names, and wait until it counts.

        Raises:
            JobFailed: the job did not come to run, or failed within the settling time.
            WaitTimeout: not running yet when the time was over.
        """
        job_id = work.job.job_id
        if start.origin is Origin.IMPORT:
            self._send(work, lambda: self._jobs.import_savepoint(job_id, start.path), None)
            work.changed = True
        work.next_start = (work.next_start or start.path) if start.resumes else FRESH
        before = work.job

        def send() -> None:
            try:
                self._jobs.run(job_id, resume_savepoint=start.resumes)
            except DliError as error:
                if error.uncertain or self.look(job_id).phase in AT_REST:
                    raise

        self._send(
            work,
            send,
            lambda job: job.status != before.status or job.start_time != before.start_time,
        )
        work.changed = True
        work.started = True
        try:
            self.await_start(work, before)
        except DliError:
            # The service removes the savepoint of a stop once the job runs from it.
            if start.resumes and work.job.start_time != before.start_time:
                work.next_start = ""
            raise
        work.next_start = ""

    def await_start(self, work: Work, before: JobDetail | None = None) -> None:
        """Wait until a start counts: the job runs, and neither restarts nor fails meanwhile.

        Args:
            work: the operation.
            before: the job before the start; its status may still show for a while.
        """
        clock = work.deadline.clock
        asked = clock.now()
        moved = False
        since: tuple[float, int] | None = None

        def verdict(job: JobDetail) -> float | None:
            nonlocal moved, since
            work.job = job
            moved = moved or before is None or job.status != before.status
            ended = job.phase in (Phase.FAILED, Phase.FINISHED, Phase.STOPPED)
            if job.phase is Phase.RUNNING:
                if since is None or since[1] != job.restart_times:
                    since = (clock.now(), job.restart_times)
                left = since[0] + work.settle - clock.now()
                return None if left <= 0 else left
            since = None
            if not moved and not (ended and clock.now() - asked >= STALE):
                return math.inf
            if job.phase is Phase.FINISHED:
                return None
            if job.phase is Phase.FAILED and not _restarts_itself(job):
                raise JobFailed(
                    f"{_title(job)} did not start: {_reason(job)}; mend the cause and run "
                    "`pulumi up` again, which goes on with this job"
                )
            if job.phase in (Phase.STOPPED, Phase.STOPPING):
                raise JobFailed(f"{_title(job)} was stopped while it started: {_reason(job)}")
            return math.inf

        self._waiter.wait(work.job.job_id, "to run", verdict, work.deadline)

    def linger(self, work: Work, phase: Phase) -> None:
        """Give a phase the time in which the details may lag behind, and go on either way."""
        clock = work.deadline.clock
        until = clock.now() + min(STALE, work.deadline.left)

        def verdict(job: JobDetail) -> float | None:
            work.job = job
            return until - clock.now() if job.phase is phase and clock.now() < until else None

        self._waiter.wait(work.job.job_id, f"to be {phase} no more", verdict, work.deadline)

    def await_leaving(self, work: Work, awaited: str, phase: Phase) -> None:
        """Wait until the job has left a phase."""

        def verdict(job: JobDetail) -> float | None:
            work.job = job
            return math.inf if job.phase is phase else None

        self._waiter.wait(work.job.job_id, awaited, verdict, work.deadline)

    def _send(
        self,
        work: Work,
        send: Callable[[], None],
        took_effect: Callable[[JobDetail], bool] | None,
        *,
        stale: float = STALE,
    ) -> JobDetail | None:
        """Send a request whose answer may get lost.

        Args:
            work: the operation.
            send: sends it once.
            took_effect: tells from the live job whether it took effect; None for a request
                that may safely be sent twice.
            stale: seconds for which the live job may still look as before.

        Returns:
            The job in which the effect of a request with a lost answer was seen, else None.
        """
        for attempt in range(1, ATTEMPTS + 1):
            self._guard()
            try:
                send()
            except DliError as error:
                if not error.uncertain:
                    raise
                work.changed = True
                if took_effect is not None:
                    seen = self._effect(work, took_effect, stale)
                    if seen is not None:
                        return seen
                if attempt == ATTEMPTS:
                    raise
            else:
                return None
        return None

    def _effect(
        self, work: Work, took_effect: Callable[[JobDetail], bool], stale: float
    ) -> JobDetail | None:
        """Look until the effect shows, at most `stale` seconds."""
        clock = work.deadline.clock
        until = clock.now() + min(stale, work.deadline.left)
        while True:
            job = self.look(work.job.job_id)
            if took_effect(job):
                work.job = job
                return job
            if clock.now() >= until:
                return None
            clock.sleep(1.0)


def _restarts_itself(job: JobDetail) -> bool:
    """Whether the service brings a crashed job back by itself."""
    return job.status == "job_running_exception" and bool(job.values.get("restart_when_exception"))


def _title(job: JobDetail) -> str:
    return f"job {job.name} ({job.job_id})"


def _reason(job: JobDetail) -> str:
    return f"{words(job.status)} ({job.status}){_because(job)}"


def _because(job: JobDetail) -> str:
    return f": {mask(job.status_desc, job.values)}" if job.status_desc else ""


def _lost_savepoint(job: JobDetail) -> str:
    checkpoint = job.values.get("checkpoint_path")
    where = f" (its checkpoints are under {checkpoint})" if checkpoint else ""
    return (
        f"{_title(job)} is stopped, but the service shows no savepoint of that stop"
        f"{_because(job)}; the definition is unchanged and the job was not started again, because "
        f"that would lose its state. Set `restore_from` to a savepoint or checkpoint directory"
        f"{where}, or `upgrade_mode` to `stateless`, and run `pulumi up`"
    )
