"""A job that the engine replaces: restarted in its place, or moved to another place.

The engine deletes, then creates. Nothing is done in that delete, so that no kill between the
two can lose a job or its state: the create does it all, the delete of the old job included.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from pulumi_dli.client.ownership import Owner
from pulumi_dli.clock import Deadline
from pulumi_dli.errors import DliError, Halfway, StateAtRisk
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail
from pulumi_dli.job.move import Move, conflict, going_on, move, wish
from pulumi_dli.job.next_start import LIVE, LOST, NextStart
from pulumi_dli.job.outputs import observed
from pulumi_dli.job.restarts import same_directory
from pulumi_dli.job.start import Origin, Start
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.create import begun, draft, present
from pulumi_dli.lifecycle.delete import delete, rest
from pulumi_dli.lifecycle.demands import demand_objects, demand_queue
from pulumi_dli.lifecycle.finishing import finish
from pulumi_dli.lifecycle.meanwhile import tell_of_stop, unsaid
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.reconcile import Reconciliation


def restart(
    context: Context, job: JobDetail, desired: Desired, state: State, deadline: Deadline
) -> State:
    """Go on with a replaced job in its place. See `Lifecycle.replace`."""
    operation = Operation(job=job, deadline=deadline, settle=desired.settle)
    way = Reconciliation(context, operation, desired, state, replaced=True)
    with kept(state, job):
        return finish(context, operation, desired, state, way.run)


def relocate(
    new: Context,
    old: Context,
    job: JobDetail | None,
    desired: Desired,
    state: State,
    deadline: Deadline,
) -> State:
    """Make a job anew in another place, from its state. See `Lifecycle.relocate`."""
    todo = _planned(old, job, desired, state)
    desired = wish(desired, todo)
    with kept(state, job, todo.path) as leaving:
        if todo.blocked:
            raise StateAtRisk(todo.blocked)
        if job is not None and todo.loses and not desired.loss_told:
            raise StateAtRisk(unsaid(job))  # no delete of this run has asked, behind a kill
        there = present(new, desired)
        if there is None:
            demand_queue(new, desired)
        elif twofold := conflict(job, there, desired, todo):
            raise StateAtRisk(twofold)
        begins = Start(Origin.FRESH) if there is None else going_on(there, desired, todo).start
        if begins is not None:
            named = Start(Origin.IMPORT, todo.named, named=True) if todo.named else begins
            demand_objects(new, desired, named)
        path = todo.path
        if job is not None and todo.carried and not todo.named:
            tell_of_stop(old, job, state, path)
        if job is not None and not todo.stays:
            path = _left(old, job, leaving, todo, deadline)
            if not path and todo.carried and not todo.named:  # it came to rest in another way
                path = _found(old, leaving.job, desired, state)
                if leaving.job is not None:
                    tell_of_stop(old, leaving.job, state, path)
        waits = todo.waits(path)
        arriving = _arrived(new, there, desired, todo.begins(path), deadline)
        pending = NextStart.at(waits)
        if todo.named and not (waits or todo.stays) and (job or state.job).has_run:
            pending = LOST  # should the program name that directory no more before a start counted
        if pending != LIVE and not arriving.job.has_run:
            arriving.next_start = pending
        if leaving.job is not None and not todo.stays:
            if waits:
                new.saved.records.keep(desired, waits, leaving.job, state)
            with _withdrawn(new, arriving, withdraw=there is None):
                _delete(old, leaving.job, state, deadline)
    way = Reconciliation(new, arriving, desired, None, known=pending)
    return begun(new, desired, finish(new, arriving, desired, None, way.run), there)


def _planned(old: Context, job: JobDetail | None, desired: Desired, state: State) -> Move:
    """The plan for the old job as it is now, its checkpoints looked for; None: it is gone."""
    seen = None if job is None else old.saved.checkpoints.seen(job, desired, state)
    return move(seen, desired, state)


class Leaving:
    """The old job, as it was seen last; None when it is gone."""

    def __init__(self, job: JobDetail | None, path: str) -> None:
        self.job = job
        self.path = path
        self.next_start: NextStart | None = None


@contextlib.contextmanager
def kept(state: State, job: JobDetail | None, path: str = "") -> Iterator[Leaving]:
    """Until the new job stands the state keeps the old one, whatever fails.

    The engine has recorded its delete by then, and would forget a job whose create fails.

    Args:
        state: what is known of the old job.
        job: the old job as it stands; None when it is gone.
        path: of one that is gone, the directory that its state is in.

    Raises:
        Halfway: in place of an error that tells of no job.
    """
    leaving = Leaving(job, path)
    try:
        yield leaving
    except Halfway:
        raise
    except Exception as error:
        raise Halfway(state.job.job_id, _still(state, leaving), error) from error


def _still(state: State, leaving: Leaving) -> State:
    if leaving.job is None:
        return replace(state, next_start=NextStart.at(leaving.path), replaced=True)
    found, _ = observed(leaving.job, state)
    return found if leaving.next_start is None else replace(found, next_start=leaving.next_start)


def _left(old: Context, job: JobDetail, leaving: Leaving, todo: Move, deadline: Deadline) -> str:
    """Bring the old job to rest; the directory that its state is known to be in, or ""."""
    operation = Operation(job=job, deadline=deadline, settle=0)
    try:
        rest(old, operation, savepoint=todo.savepoint)
    finally:
        leaving.job = operation.job
        if operation.next_start is not None:
            leaving.next_start = operation.next_start
    ours = operation.next_start  # one that the job holds already may be older than its state
    return todo.path if ours is None or not ours.path else ours.path


def _found(old: Context, job: JobDetail | None, desired: Desired, state: State) -> str:
    """The directory that the state of a job is in that somebody brought to rest meanwhile.

    Raises:
        StateAtRisk: it left no savepoint.
    """
    todo = _planned(old, job, desired, state)
    if todo.blocked:
        raise StateAtRisk(todo.blocked)
    return todo.path


def _arrived(
    new: Context, there: JobDetail | None, desired: Desired, path: str, deadline: Deadline
) -> Operation:
    """The job in the new place, which holds the directory to begin from, as the service sees it."""
    if there is None:
        operation = draft(new, desired, deadline)
    else:  # an interrupted run made it
        settle = desired.settle
        operation = Operation(
            job=there, deadline=deadline, settle=settle, unmanaged={"tags": frozenset()}
        )
    job_id = operation.job.job_id
    with _withdrawn(new, operation, withdraw=there is None):
        if path and not operation.job.has_run:
            # What an interrupted run imported may be older than what is brought now. One whose
            # start is under way has begun from it already.
            at_rest = operation.job.phase in AT_REST
            if at_rest and not same_directory(path, operation.job.savepoint_path):
                new.console.guard(begun=True)
                new.jobs.import_savepoint(job_id, path)
        operation.job = new.waits.look(job_id)
    return operation


@contextlib.contextmanager
def _withdrawn(new: Context, operation: Operation, *, withdraw: bool) -> Iterator[None]:
    """Delete the new job again where a step fails before it runs: the old one stays then."""
    try:
        yield
    except DliError:
        if withdraw:
            with contextlib.suppress(DliError):
                delete(new, operation)
        raise


def _delete(old: Context, job: JobDetail, state: State, deadline: Deadline) -> None:
    """Delete the old job; one that has become another's is left alone."""
    title = f"job {job.name} ({job.job_id})"
    owner, _ = old.ownership.owner(job, *state.marks)
    if owner is Owner.OTHER:
        old.console.warn(f"{title} now carries another resource's mark: left alone")
        return
    delete(old, Operation(job=job, deadline=deadline, settle=0))
