"""The requests that change a job, each with its verification.

A step sends one request. When the answer is lost it looks at the job to see whether the
request took effect, and sends it again only when it certainly did not. Then it waits until
the job is where the request was meant to bring it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.tags import Tags
from pulumi_dli.console import Console
from pulumi_dli.errors import DliError, StateAtRisk
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.next_start import FRESH, LIVE, LOST, NextStart
from pulumi_dli.job.plan import Body
from pulumi_dli.job.restarts import same_directory
from pulumi_dli.job.start import Origin, Start
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.waits import STALE, Waits

ATTEMPTS = 3
"""How often a request is sent whose answers get lost."""


class Steps:
    """The steps, over one client. The console is asked before each of their requests."""

    def __init__(self, jobs: Jobs, tags: Tags, waits: Waits, console: Console) -> None:
        self._jobs = jobs
        self._tags = tags
        self._waits = waits
        self._console = console

    def put(self, operation: Operation, body: Body) -> None:
        """Change fields of the definition."""
        before = operation.job

        def send() -> None:
            operation.put_time = self._jobs.update(before.job_id, body.values) or operation.put_time

        def shows(job: JobDetail) -> bool:
            return all(job.holds(name, value) is not False for name, value in body.values.items())

        def took_effect(job: JobDetail) -> bool:
            return shows(job) and (job.update_time > before.update_time or not shows(before))

        seen = self._send(operation, send, took_effect, stale=0)
        operation.changed = True
        operation.written = operation.written | body.values.keys()
        if seen is not None:
            operation.put_time = seen.update_time
        else:
            operation.job = replace(
                before, values={**before.values, **body.values}, update_time=operation.put_time
            )

    def change_tags(
        self, operation: Operation, add: Mapping[str, str], remove: Mapping[str, str]
    ) -> None:
        """Take tags from the job, then add others."""
        job_id = operation.job.job_id
        if remove:
            self._send(operation, lambda: self._tags.remove(job_id, remove), None)
            operation.changed = True
        if add:
            self._send(operation, lambda: self._tags.add(job_id, add), None)
            operation.changed = True

    def savepoint(self, operation: Operation, into: str = "") -> None:
        """Take a savepoint of a running job, which runs on, and go on only when it is there.

        Args:
            operation: the operation.
            into: the directory, `bucket/folder/`; "" for the service's choice.

        Raises:
            StateAtRisk: there is none; tells how the job stands.
            JobFailed: the job ended meanwhile.
            WaitTimeout: not there yet when the time was over.
        """
        before = operation.job

        def begun(job: JobDetail) -> bool:
            return job.phase is Phase.SAVEPOINTING or job.savepoint_path != before.savepoint_path

        self._send(
            operation, lambda: self._jobs.trigger_savepoint(before.job_id, into or None), begun
        )
        self._waits.saved(operation, before)
        operation.saved_live = True

    def stop(self, operation: Operation, *, savepoint: bool) -> None:
        """Stop a job, and go on only when it is stopped and, if asked for, its savepoint is there.

        Raises:
            StateAtRisk: the savepoint failed or is missing; tells how the job stands.
            JobFailed: the stop failed.
            WaitTimeout: still stopping when the time was over.
        """
        before = operation.job

        def send() -> None:
            try:
                self._jobs.stop(before.job_id, trigger_savepoint=savepoint)
            except DliError as error:
                if error.uncertain:
                    raise
                if self._waits.look(before.job_id).phase in (Phase.RUNNING, Phase.STARTING):
                    raise

        self._send(operation, send, lambda job: job.phase not in (Phase.RUNNING, Phase.STARTING))
        operation.changed = True
        older = before.savepoint_path if before.has_savepoint else ""
        try:
            self._waits.stopped(operation, savepoint=savepoint, older=older, ours=True)
        except StateAtRisk:
            if operation.job.phase is Phase.STOPPED:
                operation.next_start = LOST
            raise

    def start(self, operation: Operation, start: Start) -> None:
        """Start a job at rest from the state that the plan names, and wait until it counts.

        Raises:
            JobFailed: the job did not come to run, or failed within the settling time.
            WaitTimeout: not running yet when the time was over.
        """
        job_id = operation.job.job_id
        operation.begins = start.path
        if start.imports:
            self._send(operation, lambda: self._jobs.import_savepoint(job_id, start.path), None)
            operation.changed = True
        operation.next_start = _waiting(operation, start)
        before = operation.job

        def send() -> None:
            try:
                self._jobs.run(job_id, resume_savepoint=start.resumes)
            except DliError as error:
                if error.uncertain or self._waits.look(job_id).phase in AT_REST:
                    raise

        self._send(
            operation,
            send,
            lambda job: job.status != before.status or job.start_time > before.start_time,
        )
        operation.changed = True
        operation.started = True
        try:
            self._waits.started(operation, before)
        except DliError:
            # The service removes the savepoint of a stop once the job runs.
            if operation.job.start_time > before.start_time:
                operation.next_start = LIVE if start.resumes else FRESH
            raise
        operation.next_start = LIVE

    def _send(
        self,
        operation: Operation,
        send: Callable[[], None],
        took_effect: Callable[[JobDetail], bool] | None,
        *,
        stale: float = STALE,
    ) -> JobDetail | None:
        """Send a request whose answer may get lost.

        Args:
            operation: the operation.
            send: sends it once.
            took_effect: tells from the live job whether it took effect; None for a request
                that may safely be sent twice.
            stale: seconds for which the live job may still look as before.

        Returns:
            The job in which the effect of a request with a lost answer was seen, else None.
        """
        for attempt in range(1, ATTEMPTS + 1):
            self._console.guard(begun=operation.changed)
            try:
                send()
            except DliError as error:
                if not error.uncertain:
                    raise
                operation.changed = True
                if took_effect is not None:
                    seen = self._effect(operation, took_effect, stale)
                    if seen is not None:
                        return seen
                if attempt == ATTEMPTS:
                    raise
            else:
                return None
        return None

    def _effect(
        self, operation: Operation, took_effect: Callable[[JobDetail], bool], stale: float
    ) -> JobDetail | None:
        """Look until the effect shows, at most `stale` seconds."""
        clock = operation.deadline.clock
        until = clock.now() + min(stale, operation.deadline.left)
        while True:
            job = self._waits.look(operation.job.job_id)
            if took_effect(job):
                operation.job = job
                return job
            if clock.now() >= until:
                return None
            clock.sleep(1.0)


def _waiting(operation: Operation, start: Start) -> NextStart | None:
    """What the next start begins with if this one does not come to run; None: as before.

    The service forgets its own directory with the request. One that the program names is nothing
    to begin from once the program does so no more, nor is state given up before the job runs.
    """
    job, known = operation.job, operation.next_start
    if start.origin in (Origin.FRESH, Origin.AGAIN):
        return FRESH
    if known not in (None, LIVE) or start.origin is Origin.CHECKPOINT:
        return known
    if not start.named and not start.empty:
        return NextStart.at(start.path)
    waits = job.has_savepoint and not same_directory(job.savepoint_path, start.path)
    return NextStart.at(job.savepoint_path) if waits else known
