"""The requests that change a job, each with its verification.

A step sends one request. When the answer is lost it looks at the job to see whether the
request took effect, and sends it again only when it certainly did not. Then it waits until
the job is where the request was meant to bring it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pulumi_dli.client.api import Jobs
from pulumi_dli.errors import DliError, StateAtRisk
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.plan import FRESH, LOST, Origin, Start
from pulumi_dli.lifecycle.operation import Work
from pulumi_dli.lifecycle.waits import STALE, Waits

ATTEMPTS = 3
"""How often a request is sent whose answers get lost."""


class Steps:
    """The steps, over one client. `guard` is called before each request that changes something."""

    def __init__(self, jobs: Jobs, waits: Waits, guard: Callable[[], None]) -> None:
        self._jobs = jobs
        self._waits = waits
        self._guard = guard

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
                if self._waits.look(before.job_id).phase in (Phase.RUNNING, Phase.STARTING):
                    raise

        self._send(work, send, lambda job: job.phase not in (Phase.RUNNING, Phase.STARTING))
        work.changed = True
        older = before.savepoint_path if before.has_savepoint else ""
        try:
            self._waits.stopped(work, savepoint=savepoint, older=older)
        except StateAtRisk:
            if work.job.phase is Phase.STOPPED:
                work.next_start = LOST
            raise

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
                if error.uncertain or self._waits.look(job_id).phase in AT_REST:
                    raise

        self._send(
            work,
            send,
            lambda job: job.status != before.status or job.start_time != before.start_time,
        )
        work.changed = True
        work.started = True
        try:
            self._waits.started(work, before)
        except DliError:
            # The service removes the savepoint of a stop once the job runs from it.
            if start.resumes and work.job.start_time != before.start_time:
                work.next_start = ""
            raise
        work.next_start = ""

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
            job = self._waits.look(work.job.job_id)
            if took_effect(job):
                work.job = job
                return job
            if clock.now() >= until:
                return None
            clock.sleep(1.0)
