"""How a job comes into being: created, gone on with after an interruption, or taken over."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from pulumi_dli.client.ownership import Owner, foreign
from pulumi_dli.clock import Deadline
from pulumi_dli.errors import ApiError, DliError, JobForeign, JobGone, NotFoundError, StateAtRisk
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, date
from pulumi_dli.job.next_start import LIVE, NextStart
from pulumi_dli.job.options import OWNER_TAG
from pulumi_dli.job.plan import plan
from pulumi_dli.job.restarts import RESTART_TAG, first_mark
from pulumi_dli.job.start import Origin, Start, ahead, met_again
from pulumi_dli.job.state import UNMARKED, State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.demands import demand_objects, demand_queue
from pulumi_dli.lifecycle.finishing import finish
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.reconcile import Reconciliation
from pulumi_dli.lifecycle.steps import ATTEMPTS
from pulumi_dli.lifecycle.waits import STALE


def deploy(context: Context, desired: Desired, deadline: Deadline, path: str = "") -> State:
    """Bring a job into being. See `Lifecycle.deploy`."""
    adopted = desired.options.adopt_job_id
    job = present(context, desired) if adopted is None else _existing(context, adopted)
    left = None if path or ahead(job, desired) else context.saved.records.find(desired)
    if left is not None:
        path, desired = left.savepoint, left.wish(desired)
    if job is not None:
        way = go_on if adopted is None else _take_over
        return way(context, job, desired, deadline, NextStart.at(path))
    demand_queue(context, desired)
    demand_objects(context, desired, _first(desired, path))
    operation = draft(context, desired, deadline)
    operation.next_start = NextStart.at(path) if path else None
    steps = partial(_first_start, context, operation, desired, path)
    return begun(context, desired, finish(context, operation, desired, None, steps))


def begun(
    context: Context, desired: Desired, reached: State, met: JobDetail | None = None
) -> State:
    """What a create comes to: once a start has counted, no savepoint waits for one any more.

    Args:
        context: the records.
        desired: the program's wish.
        reached: what the state is to keep.
        met: the job as it was, if it was there; its bucket may be another.
    """
    job = reached.job
    lasts = job.runs and context.clock.epoch() - job.start_time / 1000 >= desired.settle
    if reached.started is not None or lasts:
        context.saved.records.drop(desired, reached, job=met)
    return reached


def present(context: Context, desired: Desired) -> JobDetail | None:
    """This resource's job that is there already: left by an interrupted create, or forgotten.

    Raises:
        JobForeign: a job of that name exists and is not this resource's.
    """
    job, owner = context.ownership.arrival(desired.name, *desired.marks)
    if job is None:
        return None
    if owner is Owner.UNKNOWN:
        raise JobForeign(foreign(job, ""))
    return context.waits.look(job.job_id)


def go_on(
    context: Context,
    job: JobDetail,
    desired: Desired,
    deadline: Deadline,
    known: NextStart = LIVE,
) -> State:
    """Go on with a job of this resource that is not in the state, changing only what differs."""
    wish = met_again(context.saved.checkpoints.seen(job, desired, None, known), desired)
    used = wish.options.restore_from != desired.options.restore_from
    unused = "; restore_from is not used, the job has state of its own"
    context.console.warn(
        f"job {job.name} ({job.job_id}), which this resource made at {date(job.create_time)}, is "
        f"there already: going on with it{unused * used}"
    )
    desired = wish
    operation = Operation(
        job=job,
        deadline=deadline,
        settle=desired.settle,
        next_start=_waits(job, known),
        unmanaged={"tags": frozenset()},
    )
    way = Reconciliation(context, operation, desired, None, known=known)
    return begun(context, desired, finish(context, operation, desired, None, way.run), job)


def _waits(job: JobDetail, known: NextStart) -> NextStart | None:
    """What a job that never ran begins with, should a start from elsewhere fail."""
    return None if job.has_run or known == LIVE else known


def draft(context: Context, desired: Desired, deadline: Deadline) -> Operation:
    """Create the draft; after a lost answer, again only when no such job came to be."""
    job_id = _create(context, desired, deadline)
    return Operation(
        job=JobDetail(job_id, desired.name, "job_init", values=desired.definition),
        deadline=deadline,
        settle=desired.settle,
        changed=True,
        written=frozenset({"tags"}),
        unmanaged={"tags": frozenset()},
    )


def _create(context: Context, desired: Desired, deadline: Deadline) -> int:
    tags = {**(desired.spec.tags or {}), OWNER_TAG: desired.owner}
    if mark := first_mark(desired):
        tags[RESTART_TAG] = mark
    values = {**desired.definition, "tags": tags}
    for attempt in range(1, ATTEMPTS + 1):
        context.console.guard()
        try:
            return context.jobs.create(values)
        except DliError as error:
            if not error.uncertain:
                raise
            job_id = _appeared(context, desired, deadline)
            if job_id is not None:
                return job_id
            if attempt == ATTEMPTS or deadline.left <= 0:
                raise
    raise AssertionError("the last attempt returns or raises")


def _appeared(context: Context, desired: Desired, deadline: Deadline) -> int | None:
    """The job of a create whose answer was lost; None when there is none after a while."""
    until = context.clock.now() + min(STALE, deadline.left)
    while True:
        job = present(context, desired)
        if job is not None:
            return job.job_id
        if context.clock.now() >= until:
            return None
        context.clock.sleep(1.0)


def _first_start(context: Context, operation: Operation, desired: Desired, handed: str) -> None:
    if not desired.running:
        operation.job = context.waits.look(operation.job.job_id)
        return
    with context.turns.turn(operation, desired.spec.queue_name or ""):
        context.start(operation, _first(desired, handed), desired)


def _first(desired: Desired, handed: str) -> Start:
    """The first start of a job that comes into being."""
    named = desired.options.restore_from
    path = named or handed
    return Start(Origin.IMPORT, path, named=bool(named)) if path else Start(Origin.FRESH)


def _existing(context: Context, job_id: int) -> JobDetail:
    try:
        return context.jobs.details(job_id)
    except NotFoundError:
        raise JobGone(
            f"adopt_job_id: there is no job {job_id}; name an existing job, or remove "
            "`adopt_job_id` to create one"
        ) from None


def _known(context: Context, job: JobDetail, desired: Desired, deadline: Deadline) -> Operation:
    """An operation on a job that is there; its tags that the program does not set are others'."""
    tags = context.tags.seen(job).values.get("tags")
    others = None if tags is None else frozenset(tags.keys() - (desired.spec.tags or {}).keys())
    return Operation(
        job=job,
        deadline=deadline,
        settle=desired.settle,
        unmanaged={} if others is None else {"tags": others},
    )


def _take_over(
    context: Context, job: JobDetail, desired: Desired, deadline: Deadline, known: NextStart
) -> State:
    """Adopt a job. What cannot be done is found before anything is written; then the mark first."""
    mark = context.tags.fresh(job).mark
    operation = _known(context, job, desired, deadline)
    operation.next_start = _waits(job, known)
    seen = replace(context.seen(job, desired, None, known), mark=mark)
    desired = met_again(seen, desired)
    todo = plan(seen, desired, None, taken_over=True, known=known)
    if todo.blocked:
        raise StateAtRisk(todo.blocked)
    if todo.start is not None:
        demand_objects(context, desired, todo.start)

    def steps() -> None:
        if mark not in desired.marks:
            _mark(context, operation, desired, mark)
        Reconciliation(context, operation, desired, None, taken_over=True, known=known).run()

    return begun(context, desired, finish(context, operation, desired, None, steps), job)


def _mark(context: Context, operation: Operation, desired: Desired, before: str | None) -> None:
    """Make a job this resource's; where that cannot be written, say so and go on."""
    job = operation.job
    title = f"job {job.name} ({job.job_id})"
    operation.took_from = before or ""
    try:
        context.steps.change_tags(operation, {OWNER_TAG: desired.owner}, {})
    except ApiError as error:
        if error.uncertain:
            raise
        operation.took_from, operation.mark = None, before or UNMARKED
        context.console.warn(
            f"{title} is taken over without this resource's mark, so another resource could take "
            f"it too, and a delete leaves it alone: {error}"
        )
        return
    if before:
        context.console.warn(
            f"{title} carried the mark {before} of another resource and now carries this one's"
        )
