"""How a job goes: stopped, with its savepoint if wanted, deleted, and verified gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pulumi_dli.client.ownership import Owner
from pulumi_dli.clock import Deadline
from pulumi_dli.errors import (
    ApiError,
    AuthError,
    DliError,
    JobError,
    JobGone,
    NotFoundError,
    StateAtRisk,
    ThrottledError,
)
from pulumi_dli.job.checkpoint import of_our_stop
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.next_start import LOST
from pulumi_dli.job.object_url import directory_url, kind
from pulumi_dli.job.options import OWNER_TAG
from pulumi_dli.job.restarts import imported, same_directory
from pulumi_dli.job.start import pending_start, state_at_risk
from pulumi_dli.job.state import UNMARKED, State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.operation import Operation

_STOP = '`on_delete="stop"`, brought in by a `pulumi up`, allows deleting it without a savepoint'
_STOPPED_EMPTY = (
    "start it again (`pulumi up --refresh` says from what), or give up its state: `pulumi refresh` "
    "takes note that it is stopped, and the next `pulumi destroy` deletes it"
)


def remove(context: Context, job: JobDetail, state: State, deadline: Deadline) -> str:
    """Remove a job; the directory of the savepoint that it left, or "". See `Lifecycle.remove`."""
    title = f"job {job.name} ({job.job_id})"
    if state.on_delete == "retain":
        context.console.say(f"{title} is kept, as `on_delete` says; it is {job.phase}")
        return ""
    owner, mark = context.ownership.owner(job, *state.marks)
    if owner is Owner.OTHER:
        context.console.warn(f"{title} now carries the mark {mark} of another resource: left alone")
        return ""
    if state.taken_in and state.mark != UNMARKED:
        context.console.warn(
            f"{title} carried the mark {state.mark} of another resource when it was imported, and "
            "was never changed here: left alone"
        )
        return ""
    operation = Operation(
        job=job, deadline=deadline, settle=state.seconds("settle") or 0, removes=True
    )
    if state.took_from is not None:
        _give_back(context, operation, state.took_from)
        return ""
    adopted = state.ours.get("adopt_job_id") == job.job_id
    if adopted and owner is not Owner.OURS and not _can_mark(context, operation, state):
        context.console.warn(
            f"{title} was taken over, and cannot carry this resource's mark here: left alone; "
            "delete it by hand if nobody else needs it"
        )
        return ""
    with _told_to_stop(operation):
        try:
            _rest(context, operation, state)
        except JobGone:  # somebody else deleted it meanwhile
            return ""
        path = _path(context, operation, state)
        if path and operation.next_start is None and context.saved.checkpoints.emptied(path, state):
            path = ""
        _tell_of_loss(context, operation, state, path)  # it may have come to rest by itself
        if path:
            context.console.say(
                f"{title} left its savepoint at {directory_url(path)}; {_begins(state)}"
            )
            context.saved.records.keep(state, path, operation.job, state)
        elif not _waits(context, state):
            context.saved.records.drop(state)
        left = bool(path) or state.on_delete != "savepoint"  # else a copy may be all that there is
        if state.rejected is not None and left and not state.next_start.path:
            context.saved.copies.clear(state)
        delete(context, operation)
    return path


def _waits(context: Context, state: State) -> bool:
    """Whether a savepoint still waits, because no start of the job has counted; says so."""
    if state.started is not None and state.started.at == state.job.start_time:
        return False
    try:
        left = context.saved.records.find(state)
    except DliError as error:
        context.console.warn(f"{error}")
        return True
    if left is None:
        return False
    context.console.say(
        f"job {left.job_name} ({left.job_id}) left a savepoint at {left.savepoint}, from which no "
        f"start was seen to count; {_begins(state)}"
    )
    return True


def _begins(state: State) -> str:
    """Who begins from a savepoint that a record tells of."""
    return (
        "this resource begins from it when it is made again here with the bucket "
        f"{state.value('obs_bucket')}, and any other job with `restore_from`"
    )


def _tell_of_loss(context: Context, operation: Operation, state: State, path: str) -> None:
    """Say of a job that came to rest by itself what its delete gives up.

    Args:
        context: looks.
        operation: of the delete.
        state: what is known of the job.
        path: the directory that a later job can begin from; "" for none.

    Raises:
        StateAtRisk: somebody stopped it without a savepoint, and nobody was told yet.
    """
    job, ours = operation.job, operation.next_start
    by_itself = ours is None and job.phase in (Phase.STOPPED, Phase.FAILED)
    if not by_itself or state.on_delete != "savepoint":
        return
    title = f"job {job.name} ({job.job_id})"
    why = f"its {'stop' if job.phase is Phase.STOPPED else 'crash'} had left none"
    if not state_at_risk(job, pending_start(job, state), stateful=True):
        if path and job.has_savepoint and not of_our_stop(job.savepoint_path, state):
            _tell_of_newer(context, job, state)
        if path or not job.has_savepoint:
            return
        why = f"nothing is in {directory_url(job.savepoint_path)} any more, where it was"
    stopped, bucket = job.phase is Phase.STOPPED, state.value("obs_bucket")
    if (
        stopped and not path and not job.has_savepoint and state.job.phase not in AT_REST
    ):  # nobody was told yet
        raise StateAtRisk(f"{title} was stopped without a savepoint; {_STOPPED_EMPTY}")
    left = f"; what is left of its state is in the bucket {bucket}" if bucket else ""
    if found := context.saved.checkpoints.left(job, state):
        left = f"; its newest checkpoint is {found}, which `restore_from` begins from"
    elif older := context.saved.checkpoints.older(job, state):
        left = f"; a {kind(older)} from before is {older}, which `restore_from` begins from"
    context.console.warn(f"{title} is deleted without a savepoint: {why}{left}")


def _tell_of_newer(context: Context, job: JobDetail, state: State) -> None:
    """Say that a savepoint is not the latest state of a job that is to be deleted."""
    found = context.saved.checkpoints.left(job, state)
    if not found and not same_directory(job.savepoint_path, state.ran_on):
        return
    where = f"in its newest checkpoint only, {found}, which `restore_from` begins from"
    context.console.warn(
        f"job {job.name} ({job.job_id}) is deleted, and ran on behind its savepoint: what it did "
        f"since is {where if found else 'not in it'}"
    )


@contextmanager
def _told_to_stop(operation: Operation) -> Iterator[None]:
    """Say of a delete that breaks off behind its stop that the job does not run on."""
    operation.changed = False  # a mark may have been written
    try:
        yield
    except DliError as error:
        runs = isinstance(error, JobError) and operation.job.phase is Phase.RUNNING
        if operation.changed and not runs and operation.next_start != LOST:
            stands = (
                f"job {operation.job.job_id} was told to stop and is not deleted: "
                f"{operation.again} goes on from there, `pulumi up --refresh` starts it again"
            )
            error.args = (f"{error}; {stands}",)
        raise


def _rest(context: Context, operation: Operation, state: State) -> None:
    """Bring a job to rest as `on_delete` says. Raises JobGone when there is none any more."""
    savepoint = state.on_delete == "savepoint"
    try:
        rest(context, operation, savepoint=savepoint)
    except (StateAtRisk, ApiError) as error:
        if isinstance(error, NotFoundError):
            context.waits.look(operation.job.job_id)
        if not savepoint or error.uncertain or isinstance(error, AuthError | ThrottledError):
            raise
        empty = operation.next_start == LOST
        raise StateAtRisk(
            f"{error}. The job was not deleted; {_STOPPED_EMPTY if empty else _STOP}"
        ) from None


def _can_mark(context: Context, operation: Operation, state: State) -> bool:
    """Whether marks can be written here; if not, another resource may have taken the job too."""
    try:
        context.steps.change_tags(operation, {OWNER_TAG: state.owner}, {})
    except ApiError as error:
        if error.uncertain:
            raise
        return False
    return True


def _path(context: Context, operation: Operation, state: State) -> str:
    """The directory that a later job can begin from."""
    job = operation.job
    by_itself = operation.next_start is None and job.has_savepoint
    if by_itself and imported(context.tags.seen(job), None, state):
        return context.saved.checkpoints.older(job, state)
    if job.has_savepoint:
        return job.savepoint_path
    return state.next_start.path if job.phase in AT_REST else ""


def rest(context: Context, operation: Operation, *, savepoint: bool) -> None:
    """Bring a job to rest that is to be deleted, with a savepoint if it has state to save."""
    if operation.job.phase is Phase.SAVEPOINTING:
        context.waits.left(operation, "to end its savepoint", Phase.SAVEPOINTING)
    if operation.job.phase is Phase.STOPPING:
        context.waits.stopped(operation, savepoint=False)
    if savepoint and operation.job.phase is Phase.STARTING:
        context.waits.linger(operation, Phase.STARTING)
    takes = savepoint and operation.job.has_run
    if takes and operation.job.phase is Phase.STARTING:
        context.waits.started(operation)
    if operation.job.phase not in AT_REST:
        context.steps.stop(operation, savepoint=takes)


def delete(context: Context, operation: Operation) -> None:
    """Delete a job at rest, and verify that it is gone."""
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
        f"{operation.deadline.seconds:.0f} s; {operation.again} looks again"
    )


def _give_back(context: Context, operation: Operation, mark: str) -> None:
    """End a take-over that never succeeded: the mark is as it was before, the job stays."""
    job = operation.job
    title = f"job {job.name} ({job.job_id})"
    if mark:
        context.steps.change_tags(operation, {OWNER_TAG: mark}, {})
    else:
        context.steps.change_tags(operation, {}, {OWNER_TAG: ""})
    context.console.warn(
        f"{title} was never taken over wholly: it is left alone, {job.phase} ({job.status}), and "
        f"carries {f'its mark {mark} again' if mark else 'no mark, as before'}"
    )
