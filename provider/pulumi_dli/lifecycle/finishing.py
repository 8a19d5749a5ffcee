"""How an operation ends: what it leaves in the state, and what an error says of the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from pulumi_dli.errors import DliError, Halfway, Interrupted, StartFailed
from pulumi_dli.job.bars import Bar
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.outputs import after, after_failure
from pulumi_dli.job.plan import plan
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.endings import title
from pulumi_dli.lifecycle.operation import Operation


def finish(
    context: Context,
    operation: Operation,
    desired: Desired,
    state: State | None,
    steps: Callable[[], None],
) -> State:
    """Do the steps; once something was changed, a failure tells how the job stands.

    Args:
        context: looks at the live job.
        operation: what the steps work on.
        desired: the program's wish.
        state: what was known before; None when nothing was.
        steps: does them.

    Returns:
        What the state is to keep.

    Raises:
        Halfway: the steps failed after a request had changed the service.
        DliError: they failed before.
    """
    try:
        steps()
        return after(operation, desired, state)
    except Exception as error:
        if isinstance(error, DliError):
            error.clues = operation.clues
        if not operation.changed:
            raise
        with contextlib.suppress(DliError):  # else the job as last seen must do
            operation.job = context.waits.look(operation.job.job_id)
        kept = after_failure(operation, desired, state)
        told = error
        if isinstance(error, StartFailed):
            told = _with_way_on(context, operation, desired, kept, error)
            told.clues = operation.clues
        elif isinstance(error, Interrupted):
            job = operation.job
            stands = f"{title(job)} is {job.phase} ({job.status})"
            told = Interrupted(f"{error.failure}: {stands}", error.way)
        raise Halfway(operation.job.job_id, kept, told) from error


def _with_way_on(
    context: Context, operation: Operation, desired: Desired, kept: State, error: StartFailed
) -> StartFailed:
    """The error of a start whose savepoint is used up says what the next preview would refuse.

    The service removes the savepoint of a stop once the job runs, be it for a moment.
    """
    job = context.saved.checkpoints.seen(kept.aged(operation.job), desired, kept)
    todo = plan(job, desired, kept)
    if not todo.blocked or todo.bar is not Bar.START:
        return error
    return StartFailed(error.failure, todo.blocked)
