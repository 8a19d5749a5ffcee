"""How a job comes into being: created, gone on with after an interruption, or taken over."""

from __future__ import annotations

from functools import partial

from pulumi_dli.client.ownership import Owner, foreign
from pulumi_dli.clock import Deadline
from pulumi_dli.errors import DliError, JobForeign, JobGone, NotFoundError
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, date
from pulumi_dli.job.options import OWNER_TAG
from pulumi_dli.job.plan import Origin, Start
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.operation import Operation, finish
from pulumi_dli.lifecycle.reconcile import Reconciliation, demand_queue
from pulumi_dli.lifecycle.steps import ATTEMPTS
from pulumi_dli.lifecycle.waits import STALE


def deploy(context: Context, desired: Desired, deadline: Deadline) -> State:
    """Bring a job into being. See `Lifecycle.deploy`."""
    adopted = desired.options.adopt_job_id
    if adopted is not None:
        return _take_over(context, _existing(context, adopted), desired, deadline)
    job = context.ownership.named(desired.name)
    if job is not None:
        _demand_ours(context, job, desired)
    else:  # an interrupted create may have made it under the name of an older program
        job = context.ownership.marked(desired.owner)
    if job is not None:
        context.console.warn(
            f"job {job.name} ({job.job_id}), which this resource made at "
            f"{date(job.create_time)}, is there already: going on with it"
        )
        return _take_over(context, job, desired, deadline)
    demand_queue(context, desired)
    job_id = _create(context, desired, deadline)
    draft = JobDetail(job_id=job_id, name=desired.name, status="job_init")
    operation = Operation(
        job=draft,
        deadline=deadline,
        settle=desired.options.timeouts.settle,
        changed=True,
        written=frozenset({"tags"}),
    )
    steps = partial(_first_start, context, operation, desired)
    return finish(operation, desired, None, steps, context.waits.look)


def _create(context: Context, desired: Desired, deadline: Deadline) -> int:
    """Create the draft; after a lost answer, again only when no such job came to be."""
    spec = desired.spec
    values = {name: spec.value(name) for name in spec.set_names()}
    values["tags"] = {**(spec.tags or {}), OWNER_TAG: desired.owner}
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
        job = context.ownership.named(desired.name)
        if job is not None:
            _demand_ours(context, job, desired)
            return job.job_id
        if context.clock.now() >= until:
            return None
        context.clock.sleep(1.0)


def _first_start(context: Context, operation: Operation, desired: Desired) -> None:
    if not desired.running:
        operation.job = context.waits.look(operation.job.job_id)
        return
    path = desired.options.restore_from
    context.steps.start(operation, Start(Origin.IMPORT, path) if path else Start(Origin.FRESH))


def _existing(context: Context, job_id: int) -> JobDetail:
    try:
        return context.jobs.details(job_id)
    except NotFoundError:
        raise JobGone(
            f"adopt_job_id: there is no job {job_id}; name an existing job, or remove "
            "`adopt_job_id` to create one"
        ) from None


def _take_over(context: Context, job: JobDetail, desired: Desired, deadline: Deadline) -> State:
    """Go on with an existing job, changing only what differs, its mark included."""
    operation = Operation(job=job, deadline=deadline, settle=desired.options.timeouts.settle)

    def steps() -> None:
        owner, mark = context.ownership.owner(job, desired.owner)
        if owner is Owner.OTHER:
            context.console.guard()
            context.jobs.add_tags(job.job_id, {OWNER_TAG: desired.owner})
            operation.changed = True
            context.console.warn(
                f"job {job.name} ({job.job_id}) carried the mark {mark} of another resource "
                "and now carries this one's"
            )
        Reconciliation(context, operation, desired, None).run()

    return finish(operation, desired, None, steps, context.waits.look)


def _demand_ours(context: Context, job: JobDetail, desired: Desired) -> None:
    owner, mark = context.ownership.owner(job, desired.owner)
    if owner is Owner.OURS:
        return
    raise JobForeign(foreign(job, mark))
