"""The start of a changed definition that may fail: the job then goes back to the one before."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from pulumi_dli.errors import (
    ApiError,
    DliError,
    Interrupted,
    JobError,
    JobFailed,
    WaitTimeout,
    WithWay,
)
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.next_start import NextStart
from pulumi_dli.job.plan import Plan
from pulumi_dli.job.rollback import Undo, undo
from pulumi_dli.job.start import Origin, Start
from pulumi_dli.job.started import Definition
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.operation import Operation

FORWARD = 2 / 3
"""The share of an update's time that the new definition has; the rest is for going back."""


def start(
    context: Context,
    operation: Operation,
    desired: Desired,
    begin: Callable[[], None],
    back: Callable[[DliError], DliError],
) -> None:
    """Start a new definition strictly, and go back if it does not come to run.

    Args:
        context: the client and what goes with it.
        operation: how far it got.
        desired: the program's wish, which is remembered where it failed.
        begin: starts the new definition.
        back: goes back; gives the error that tells of both.

    Raises:
        JobError: it failed; tells how the job stands.
        DliError: nobody knows whether it did: an answer was lost, or the job cannot be read.
    """
    whole = operation.deadline
    operation.deadline, operation.strict = whole.part(FORWARD), True
    try:
        begin()
    except (ApiError, JobFailed, WaitTimeout) as error:
        stopped = operation.job.phase in (Phase.STOPPED, Phase.STOPPING)  # by somebody
        unread = isinstance(error, ApiError) and operation.started  # so nobody knows how it went
        if error.uncertain or unread or (stopped and isinstance(error, JobFailed)):
            raise
        failure: DliError | None = error
    else:
        failure = None
    finally:
        operation.deadline, operation.strict = whole, False
    if failure is not None:
        operation.rejected = Definition.wished(desired, round(context.clock.epoch() * 1000))
        raise back(failure) from None


def go_back(
    context: Context,
    operation: Operation,
    before: JobDetail,
    todo: Plan,
    state: State,
    failure: DliError,
) -> DliError:
    """Bring a job back to what it was before an update, from a copy of its savepoint.

    Args:
        context: the client and what goes with it.
        operation: how far the update got.
        before: the live job as it was before, with its tags.
        todo: the plan of the update.
        state: what is known of the job.
        failure: why the new definition does not run.

    Returns:
        The error that tells of it all.
    """
    title = f"job {before.name} ({before.job_id})"
    why = _happened(failure)
    context.console.warn(f"{title}: the new definition failed, going back: {why}")
    back, copy = undo(before, todo), operation.saved
    try:
        operation.job = context.waits.look(before.job_id)
        if operation.job.phase not in AT_REST:
            context.steps.stop(operation, savepoint=False)
        context.saved.records.keep(state, copy, operation.job, state)
        if back.body:
            context.steps.put(operation, back.body)
        _restore_tags(context, operation, back)
        operation.next_start = None
        context.start(operation, Start(Origin.IMPORT, copy), state)
    except Interrupted:  # in the wait for the old definition, which has what it needs
        raise
    except DliError as error:
        return _stranded(context, operation, why, error)
    context.saved.records.drop(state)
    with contextlib.suppress(DliError):
        operation.job = context.tags.fresh(operation.job)
    operation.rolled_back = True
    return JobError(
        f"the new definition failed: {why}; {title} runs again as before, from a copy of its "
        f"savepoint, {copy}"
    )


def _happened(error: DliError) -> str:
    """A failure in words, without a way to go on, which is another one here."""
    return error.failure if isinstance(error, WithWay) else str(error)


def _restore_tags(context: Context, operation: Operation, back: Undo) -> None:
    """Put tags back; where a region or a right lacks, the job runs with those of the update."""
    try:
        context.steps.change_tags(operation, back.add_tags, back.remove_tags)
    except ApiError as error:
        if error.uncertain:
            raise
        context.console.warn(f"the tags of job {operation.job.job_id} were not put back: {error}")


def _stranded(context: Context, operation: Operation, why: str, second: DliError) -> DliError:
    """Leave a job at rest whose old definition did not start either; its state is in the copy."""
    with contextlib.suppress(DliError):
        operation.job = context.waits.look(operation.job.job_id)
        if operation.job.phase not in AT_REST and not second.uncertain:
            context.steps.stop(operation, savepoint=False)
    operation.next_start = NextStart.at(operation.saved)
    job = operation.job
    return JobError(
        f"the new definition failed: {why}; going back failed too: {_happened(second)}; job "
        f"{job.name} ({job.job_id}) is {job.phase}, and its state is in {operation.saved}, from "
        "which the next `pulumi up` starts it"
    )
