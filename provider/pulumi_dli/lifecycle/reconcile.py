"""Bring an existing job to what the program wants: only the steps that are missing."""

from __future__ import annotations

import hashlib

from pulumi_dli.errors import ApiError, DliError, JobError, MissingEndpoint, StateAtRisk
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.options import Desired, Stored
from pulumi_dli.job.plan import Origin, Plan, Start, plan, restart_due
from pulumi_dli.lifecycle.context import Tools
from pulumi_dli.lifecycle.operation import Work

NO_SUCH_OBJECT = "DLI.0002"
"""What the service answers for a queue that is not there."""

RESTART_TAG = "pulumi-restart"
"""Key of the tag that tells which restart asked for by the program was already made."""


def bring(tools: Tools, work: Work, desired: Desired, stored: Stored | None) -> None:
    """Do the steps that are missing.

    Raises:
        StateAtRisk: a start would lose state, or a savepoint failed.
        DliError: a step failed.
    """
    _await_rest(tools, work, desired, stored)
    todo = _plan(tools, work.job, desired, stored)
    if todo.refusal:
        raise StateAtRisk(todo.refusal)
    if todo.start is not None and any(change.name == "queue_name" for change in todo.changes):
        demand_queue(tools, desired)
    if todo.kept:
        tools.warn(f"no longer set, but the service keeps its value: {', '.join(todo.kept)}")
    if todo.savepoint and todo.body.get("obs_bucket") and not work.job.values.get("obs_bucket"):
        # The savepoint needs the bucket that the program adds only now.
        tools.steps.put(work, {"obs_bucket": todo.body["obs_bucket"]})
    if todo.stop:
        tools.steps.stop(work, savepoint=todo.savepoint)
    if todo.body:
        _put(tools, work, todo, desired, stored)
    _change_tags(tools, work, todo, desired, stored)
    if todo.start is not None:
        tools.steps.start(work, todo.start)
    elif todo.resets or todo.stop:
        work.job = tools.waits.look(work.job.job_id)


def demand_queue(tools: Tools, desired: Desired) -> None:
    """Raise JobError when the queue certainly is not there, while nothing is changed yet.

    Where the queue cannot be looked at, the start itself will tell.
    """
    name = desired.spec.queue_name
    if name is None or not desired.running:
        return
    try:
        with tools.queues_lock:
            if name not in tools.queues:
                tools.jobs.queue(name)
                tools.queues.add(name)
    except ApiError as error:
        if error.code == NO_SUCH_OBJECT:
            raise JobError(
                f"job {desired.spec.name} cannot run: {error}; nothing was changed"
            ) from None


def _await_rest(tools: Tools, work: Work, desired: Desired, stored: Stored | None) -> None:
    """Wait for a stop or a start that is under way already.

    A job that hangs in its start is not waited for when it must be stopped anyway and holds
    no state yet.
    """
    if work.job.phase is Phase.DRAFT and work.job.has_run:
        tools.waits.linger(work, Phase.DRAFT)  # a status from before the start shows still
    if work.job.phase is Phase.SAVEPOINTING:
        tools.waits.left(work, "to end its savepoint", Phase.SAVEPOINTING)
    if work.job.phase is Phase.STOPPING:
        tools.waits.stopped(work, savepoint=False)
    if work.job.phase is not Phase.STARTING:
        return
    if desired.stateful and not work.job.has_run:
        tools.waits.linger(work, Phase.STARTING)
    if work.job.phase is not Phase.STARTING:
        return
    empty = not desired.stateful or not work.job.has_run
    if empty and _plan(tools, work.job, desired, stored).stop:
        return
    if desired.running:
        tools.waits.started(work)
    else:
        tools.waits.left(work, "to leave its start", Phase.STARTING)


def _plan(tools: Tools, job: JobDetail, desired: Desired, stored: Stored | None) -> Plan:
    """The plan from the live job, with the tags where they matter."""
    wants_tags = stored is None and bool(desired.spec.tags)
    wants_mark = restart_due(desired, stored) and job.phase not in AT_REST
    tags = _tags(tools, job) if wants_tags or wants_mark else {}
    return plan(
        job,
        desired,
        stored,
        restarted=tags.get(RESTART_TAG) == _restart_mark(desired, stored),
        tags=tags if wants_tags else None,
    )


def _put(tools: Tools, work: Work, todo: Plan, desired: Desired, stored: Stored | None) -> None:
    """Send the PUT; if it is refused after our stop, bring the old definition back up."""
    wanted_up = stored is not None and stored.get("desired_state") == "running"
    ours = todo.stop or (wanted_up and work.job.phase is Phase.STOPPED)
    try:
        tools.steps.put(work, todo.body)
    except ApiError as error:
        if error.uncertain or not ours or not desired.running or work.job.phase not in AT_REST:
            raise
        raise _back(tools, work, desired, error) from None


def _back(tools: Tools, work: Work, desired: Desired, refusal: ApiError) -> DliError:
    """Start the old definition again from its savepoint; the error that tells of it all."""
    start = Start(Origin.STATELESS)
    if work.job.has_savepoint:
        start = Start(Origin.SAVEPOINT, work.job.savepoint_path)
    elif desired.stateful and work.job.has_run:
        return JobError(f"{refusal}; the job is stopped, with its old definition")
    try:
        tools.steps.start(work, start)
    except DliError as error:
        return JobError(f"{refusal}; and its old definition did not start again: {error}")
    work.started = False  # what the program asked for was not done
    return JobError(f"{refusal}; the job runs again with its old definition")


def _change_tags(
    tools: Tools, work: Work, todo: Plan, desired: Desired, stored: Stored | None
) -> None:
    """Change tags. A region without the tag endpoints is worth one warning, not one a job."""
    add = dict(todo.add_tags)
    if (todo.stop or todo.start) and restart_due(desired, stored):
        add[RESTART_TAG] = _restart_mark(desired, stored)
    try:
        tools.steps.change_tags(work, add, todo.remove_tags)
    except MissingEndpoint:
        tools.warn(
            "this region has no endpoints for tags: jobs keep the tags that they were created "
            "with, whatever the program says, and a restart that is interrupted may be made again"
        )
    except ApiError as error:
        if error.uncertain:
            raise
        tools.warn(f"the tags of job {work.job.job_id} were not changed: {error}")
    work.written |= {"tags"}


def _tags(tools: Tools, job: JobDetail) -> dict[str, str]:
    """The live tags; none where the region does not tell."""
    try:
        return tools.jobs.tags(job.job_id)
    except ApiError as error:
        if error.uncertain:
            raise
        return {}


def _restart_mark(desired: Desired, stored: Stored | None) -> str:
    """Names the restart that the program asks for, without showing what it says.

    It is a step from one text to another, out of the state of one time, so that the same text
    asks again later.
    """
    own = desired.handling
    names = ("restart_trigger", "restore_from")
    before = [None if stored is None else stored.get(name) for name in names]
    since = None if stored is None else stored.job.update_time
    text = f"{since} {before} {[getattr(own, name) for name in names]}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
