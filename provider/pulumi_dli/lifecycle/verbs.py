"""The verbs: deploy, change, observe, remove. Engine-free: no Pulumi, no printing, no global state.

Each verb reads the live job first and does only the steps that are missing, so that any
operation that broke off, however it broke off, is finished by doing it again.
"""

from __future__ import annotations

from collections.abc import Callable

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.ownership import Ownership
from pulumi_dli.clock import Clock, Deadline
from pulumi_dli.console import Once, Report
from pulumi_dli.errors import JobGone, NotFoundError
from pulumi_dli.job.detail import JobDetail, date
from pulumi_dli.job.options import Desired, Stored
from pulumi_dli.lifecycle.context import Tools
from pulumi_dli.lifecycle.create import deploy
from pulumi_dli.lifecycle.delete import remove
from pulumi_dli.lifecycle.operation import Outcome, Work, finish
from pulumi_dli.lifecycle.reconcile import bring
from pulumi_dli.lifecycle.steps import Steps
from pulumi_dli.lifecycle.waits import Waits


class Lifecycle:
    """The verbs for the jobs of one project.

    Args:
        jobs: the DLI client.
        clock: time.
        say: takes lines that are worth keeping.
        progress: takes lines that only matter while an operation lasts.
        warn: takes warnings.
        guard: called before each request that changes something; raises to end there.
    """

    def __init__(
        self,
        jobs: Jobs,
        *,
        clock: Clock,
        say: Report,
        progress: Report,
        warn: Report,
        guard: Callable[[], None],
    ) -> None:
        warn = Once(warn)
        waits = Waits(jobs, progress)
        self._tools = Tools(
            jobs=jobs,
            ownership=Ownership(jobs, warn),
            waits=waits,
            steps=Steps(jobs, waits, guard),
            clock=clock,
            say=say,
            warn=warn,
            guard=guard,
        )

    def deploy(self, desired: Desired, seconds: float) -> Outcome:
        """Bring a job into being, or go on with what an interrupted create left.

        Args:
            desired: the program's wish.
            seconds: the time allowed.

        Raises:
            JobForeign: a job of that name exists and is not this resource's.
            Incomplete: the job exists, but is not yet as it should be.
            DliError: nothing was changed.
        """
        return deploy(self._tools, desired, Deadline(self._tools.clock, seconds))

    def change(self, job_id: int, desired: Desired, stored: Stored, seconds: float) -> Outcome:
        """Bring an existing job to what the program wants.

        Raises:
            JobGone: it no longer exists, or its id now belongs to another job.
            StateAtRisk: going on would lose state; nothing was changed.
            Incomplete: something was changed, but the job is not yet as it should be.
            DliError: nothing was changed.
        """
        deadline = Deadline(self._tools.clock, seconds)
        look = self._tools.waits.look
        job = look(job_id)
        if _is_another(job, stored):
            raise JobGone(
                f"job {job_id} is not the job that this stack made: that one was made at "
                f"{date(stored.job.create_time)}, this one, {job.name}, at "
                f"{date(job.create_time)}; `pulumi up --refresh` creates it anew"
            )
        work = Work(deadline, desired.handling.timeouts.settle, job)
        return finish(work, stored, lambda: bring(self._tools, work, desired, stored), look)

    def observe(self, job_id: int, stored: Stored | None) -> JobDetail | None:
        """The live job; None when it no longer exists or its id belongs to another job now."""
        try:
            job = self._tools.jobs.details(job_id)
        except NotFoundError:
            return None
        return None if stored is not None and _is_another(job, stored) else job

    def remove(self, job_id: int, stored: Stored, seconds: float) -> None:
        """Stop, delete and verify that the job is gone, as `on_delete` says.

        A job that is missing already is a success. A job that is not this resource's any
        more is left alone.

        Raises:
            StateAtRisk: the savepoint that `on_delete` asks for could not be had.
            DliError: the job still exists; the next `pulumi destroy` goes on.
        """
        deadline = Deadline(self._tools.clock, seconds)
        job = self.observe(job_id, stored)
        if job is not None:
            remove(self._tools, job, stored, deadline)


def _is_another(job: JobDetail, stored: Stored) -> bool:
    """Ids are not enough to know a job by: a job with another creation time is another job."""
    known = stored.job.create_time
    return bool(known and job.create_time and known != job.create_time)
