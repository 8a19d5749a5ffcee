"""How a job comes into being: created, gone on with after an interruption, or taken over."""

from __future__ import annotations

from pulumi_dli.client.ownership import Owner, foreign
from pulumi_dli.clock import Deadline
from pulumi_dli.errors import DliError, JobForeign, JobGone, NotFoundError
from pulumi_dli.job.detail import JobDetail, date
from pulumi_dli.job.options import OWNER_TAG, Desired
from pulumi_dli.job.plan import Origin, Start
from pulumi_dli.lifecycle.context import Tools
from pulumi_dli.lifecycle.operation import Outcome, Work, finish
from pulumi_dli.lifecycle.reconcile import bring, demand_queue
from pulumi_dli.lifecycle.steps import ATTEMPTS
from pulumi_dli.lifecycle.waits import STALE


def deploy(tools: Tools, desired: Desired, deadline: Deadline) -> Outcome:
    """Bring a job into being. See `Lifecycle.deploy`."""
    adopted = desired.handling.adopt_job_id
    if adopted is not None:
        return _take_over(tools, _existing(tools, adopted), desired, deadline)
    job = tools.ownership.named(desired.spec.name)
    if job is not None:
        _demand_ours(tools, job, desired)
    else:  # an interrupted create may have made it under the name of an older program
        job = tools.ownership.marked(desired.owner)
    if job is not None:
        tools.warn(
            f"job {job.name} ({job.job_id}), which this resource made at "
            f"{date(job.create_time)}, is there already: going on with it"
        )
        return _take_over(tools, job, desired, deadline)
    demand_queue(tools, desired)
    job_id = _create(tools, desired, deadline)
    draft = JobDetail(job_id=job_id, name=desired.spec.name, status="job_init")
    work = Work(
        deadline,
        desired.handling.timeouts.settle,
        draft,
        changed=True,
        written=frozenset({"tags"}),
    )
    return finish(work, None, lambda: _first_start(tools, work, desired), tools.waits.look)


def _create(tools: Tools, desired: Desired, deadline: Deadline) -> int:
    """Create the draft; after a lost answer, again only when no such job came to be."""
    spec = desired.spec
    values = {name: spec.value(name) for name in spec.set_names()}
    values["tags"] = {**(spec.tags or {}), OWNER_TAG: desired.owner}
    for attempt in range(1, ATTEMPTS + 1):
        tools.guard()
        try:
            return tools.jobs.create(values)
        except DliError as error:
            if not error.uncertain:
                raise
            job_id = _appeared(tools, desired, deadline)
            if job_id is not None:
                return job_id
            if attempt == ATTEMPTS or deadline.left <= 0:
                raise
    raise AssertionError("the last attempt returns or raises")


def _appeared(tools: Tools, desired: Desired, deadline: Deadline) -> int | None:
    """The job of a create whose answer was lost; None when there is none after a while."""
    until = tools.clock.now() + min(STALE, deadline.left)
    while True:
        job = tools.ownership.named(desired.spec.name)
        if job is not None:
            _demand_ours(tools, job, desired)
            return job.job_id
        if tools.clock.now() >= until:
            return None
        tools.clock.sleep(1.0)


def _first_start(tools: Tools, work: Work, desired: Desired) -> None:
    if not desired.running:
        work.job = tools.waits.look(work.job.job_id)
        return
    path = desired.handling.restore_from
    tools.steps.start(work, Start(Origin.IMPORT, path) if path else Start(Origin.FRESH))


def _existing(tools: Tools, job_id: int) -> JobDetail:
    try:
        return tools.jobs.details(job_id)
    except NotFoundError:
        raise JobGone(
            f"adopt_job_id: there is no job {job_id}; name an existing job, or remove "
            "`adopt_job_id` to create one"
        ) from None


def _take_over(tools: Tools, job: JobDetail, desired: Desired, deadline: Deadline) -> Outcome:
    """Go on with an existing job, changing only what differs, its mark included."""
    work = Work(deadline, desired.handling.timeouts.settle, job)

    def steps() -> None:
        owner, mark = tools.ownership.owner(job, desired.owner)
        if owner is Owner.OTHER:
            tools.guard()
            tools.jobs.add_tags(job.job_id, {OWNER_TAG: desired.owner})
            work.changed = True
            tools.warn(
                f"job {job.name} ({job.job_id}) carried the mark {mark} of another resource "
                "and now carries this one's"
            )
        bring(tools, work, desired, None)

    return finish(work, None, steps, tools.waits.look)


def _demand_ours(tools: Tools, job: JobDetail, desired: Desired) -> None:
    owner, mark = tools.ownership.owner(job, desired.owner)
    if owner is Owner.OURS:
        return
    raise JobForeign(foreign(job, mark))
