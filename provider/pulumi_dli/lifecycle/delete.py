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
from pulumi_dli.job.options import Stored
from pulumi_dli.lifecycle.context import Tools
from pulumi_dli.lifecycle.operation import Work


def remove(tools: Tools, job: JobDetail, stored: Stored, deadline: Deadline) -> None:
    """Remove a job. See `Lifecycle.remove`."""
    title = f"job {job.name} ({job.job_id})"
    if stored.get("on_delete") == "retain":
        tools.say(f"{title} is kept, as `on_delete` says; it is {job.phase}")
        return
    owner, mark = tools.ownership.owner(job, str(stored.get("owner") or ""))
    if owner is Owner.OTHER:
        tools.warn(f"{title} now carries the mark {mark} of another resource: left alone")
        return
    settle = (stored.get("timeouts") or {}).get("settle")
    work = Work(deadline, float(settle or 0), job)
    _stop(tools, work, stored)
    _delete(tools, work)


def _stop(tools: Tools, work: Work, stored: Stored) -> None:
    policy = stored.get("on_delete") or ("savepoint" if stored.stateful else "stop")
    if work.job.phase is Phase.SAVEPOINTING:
        tools.waits.left(work, "to end its savepoint", Phase.SAVEPOINTING)
    if work.job.phase is Phase.STOPPING:
        tools.waits.stopped(work, savepoint=False)
    if work.job.phase in AT_REST:
        return
    if policy == "savepoint" and work.job.phase is Phase.STARTING:
        tools.waits.linger(work, Phase.STARTING)
    savepoint = policy == "savepoint" and work.job.has_run
    if savepoint and work.job.phase is Phase.STARTING:
        tools.waits.started(work)
    try:
        tools.steps.stop(work, savepoint=savepoint)
    except (StateAtRisk, ApiError) as error:
        if not savepoint or error.uncertain or isinstance(error, AuthError | ThrottledError):
            raise
        raise StateAtRisk(
            f'{error}. The job was not deleted; `on_delete="stop"`, brought in by a '
            "`pulumi up`, allows deleting it without a savepoint"
        ) from None
    if savepoint:
        tools.say(
            f"job {work.job.name} ({work.job.job_id}) left its savepoint at "
            f"{work.job.savepoint_path}; `restore_from` starts another job from it"
        )


def _delete(tools: Tools, work: Work) -> None:
    job_id = work.job.job_id
    tools.guard()
    try:
        tools.jobs.delete(job_id)
        while work.deadline.left > 0:
            tools.jobs.details(job_id)
            tools.clock.sleep(1.0)
    except NotFoundError:
        return
    raise JobError(
        f"job {work.job.name} ({job_id}) was deleted, but the service still shows it after "
        f"{work.deadline.seconds:.0f} s; `pulumi destroy` looks again"
    )
