"""The verbs: deploy, change, observe, remove. Engine-free: no Pulumi, no printing, no global state.

Each verb reads the live job first and does only the steps that are missing, so that any
operation that broke off, however it broke off, is finished by doing it again.
"""

from __future__ import annotations

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.ownership import Ownership
from pulumi_dli.clock import Clock, Deadline
from pulumi_dli.console import Console, WarnOnce
from pulumi_dli.errors import JobGone, NotFoundError
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, date
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.create import deploy
from pulumi_dli.lifecycle.delete import remove
from pulumi_dli.lifecycle.operation import Operation, finish
from pulumi_dli.lifecycle.reconcile import Reconciliation
from pulumi_dli.lifecycle.steps import Steps
from pulumi_dli.lifecycle.waits import Waits


class Lifecycle:
    """The verbs for the jobs of one project.

    Args:
        jobs: the DLI client.
        clock: time.
        console: is told, and asked before each request that changes something.
    """

    def __init__(self, jobs: Jobs, clock: Clock, console: Console) -> None:
        console = WarnOnce(console)
        waits = Waits(jobs, console.progress)
        self._context = Context(
            jobs=jobs,
            ownership=Ownership(jobs, console.warn),
            waits=waits,
            steps=Steps(jobs, waits, console),
            clock=clock,
            console=console,
        )

    def deploy(self, desired: Desired, seconds: float) -> State:
        """Bring a job into being, or go on with what an interrupted create left.

        Args:
            desired: the program's wish.
            seconds: the time allowed.

        Raises:
            JobForeign: a job of that name exists and is not this resource's.
            Halfway: the job exists, but is not yet as it should be.
            DliError: nothing was changed.
        """
        return deploy(self._context, desired, Deadline(self._context.clock, seconds))

    def change(self, job_id: int, desired: Desired, state: State, seconds: float) -> State:
        """Bring an existing job to what the program wants.

        Raises:
            JobGone: it no longer exists, or its id now belongs to another job.
            StateAtRisk: going on would lose state; nothing was changed.
            Halfway: something was changed, but the job is not yet as it should be.
            DliError: nothing was changed.
        """
        deadline = Deadline(self._context.clock, seconds)
        look = self._context.waits.look
        job = look(job_id)
        if _is_another(job, state):
            raise JobGone(
                f"job {job_id} is not the job that this stack made: that one was made at "
                f"{date(state.job.create_time)}, this one, {job.name}, at "
                f"{date(job.create_time)}; `pulumi up --refresh` creates it anew"
            )
        operation = Operation(job=job, deadline=deadline, settle=desired.options.timeouts.settle)
        way = Reconciliation(self._context, operation, desired, state)
        return finish(operation, desired, state, way.run, look)

    def observe(self, job_id: int, state: State | None) -> JobDetail | None:
        """The live job; None when it no longer exists or its id belongs to another job now."""
        try:
            job = self._context.jobs.details(job_id)
        except NotFoundError:
            return None
        return None if state is not None and _is_another(job, state) else job

    def remove(self, job_id: int, state: State, seconds: float) -> None:
        """Stop, delete and verify that the job is gone, as `on_delete` says.

        A job that is missing already is a success. A job that is not this resource's any
        more is left alone.

        Raises:
            StateAtRisk: the savepoint that `on_delete` asks for could not be had.
            DliError: the job still exists; the next `pulumi destroy` goes on.
        """
        deadline = Deadline(self._context.clock, seconds)
        job = self.observe(job_id, state)
        if job is not None:
            remove(self._context, job, state, deadline)


def _is_another(job: JobDetail, state: State) -> bool:
    """Ids are not enough to know a job by: a job with another creation time is another job."""
    known = state.job.create_time
    return bool(known and job.create_time and known != job.create_time)
