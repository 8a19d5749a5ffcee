"""How a job goes: stopped, with its savepoint if wanted, deleted, and verified gone."""

from __future__ import annotations

from pulumi_dli.client.ownership import Owner
from pulumi_dli.clock import Deadline
from pulumi_dli.errors import (
    ApiError,
    AuthError,
    JobError,
    NotFoundError,
    StateAtRisk,
    ThrottledError,
)
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.operation import Operation


def remove(context: Context, job: JobDetail, state: State, deadline: Deadline) -> None:
    """Remove a job. See `Lifecycle.remove`."""
    title = f"job {job.name} ({job.job_id})"
    if state.on_delete == "retain":
        context.console.say(f"{title} is kept, as `on_delete` says; it is {job.phase}")
        return
    owner, mark = context.ownership.owner(job, state.owner)
    if owner is Owner.OTHER:
        context.console.warn(f"{title} now carries the mark {mark} of another resource: left alone")
        return
    operation = Operation(job=job, deadline=deadline, settle=state.seconds("settle") or 0)
    _stop(context, operation, state)
    _delete(context, operation)


def _stop(context: Context, operation: Operation, state: State) -> None:
    if operation.job.phase is Phase.SAVEPOINTING:
        context.waits.left(operation, "to end its savepoint", Phase.SAVEPOINTING)
    if operation.job.phase is Phase.STOPPING:
        context.waits.stopped(operation, savepoint=False)
    if operation.job.phase in AT_REST:
        return
    if state.on_delete == "savepoint" and operation.job.phase is Phase.STARTING:
        context.waits.linger(operation, Phase.STARTING)
    savepoint = state.on_delete == "savepoint" and operation.job.has_run
    if savepoint and operation.job.phase is Phase.STARTING:
        context.waits.started(operation)
    try:
        context.steps.stop(operation, savepoint=savepoint)
    except (StateAtRisk, ApiError) as error:
        if not savepoint or error.uncertain or isinstance(error, AuthError | ThrottledError):
            raise
        raise StateAtRisk(
            f'{error}. The job was not deleted; `on_delete="stop"`, brought in by a '
            "`pulumi up`, allows deleting it without a savepoint"
        ) from None
    if savepoint:
        context.console.say(
            f"job {operation.job.name} ({operation.job.job_id}) left its savepoint at "
            f"{operation.job.savepoint_path}; `restore_from` starts another job from it"
        )


def _delete(context: Context, operation: Operation) -> None:
    job_id = operation.job.job_id
    context.console.guard()
    try:
        context.jobs.delete(job_id)
        while operation.deadline.left > 0:
            context.jobs.details(job_id)
            context.clock.sleep(1.0)
    except NotFoundError:
        return
    raise JobError(
        f"job {operation.job.name} ({job_id}) was deleted, but the service still shows it after "
        f"{operation.deadline.seconds:.0f} s; `pulumi destroy` looks again"
    )
