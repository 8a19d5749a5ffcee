"""What a refresh finds of a job: by its row of the list where that shows no change."""

from __future__ import annotations

from typing import Any

from pulumi_dli.errors import NotFoundError
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.object_url import directory_url
from pulumi_dli.job.outputs import observed
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.endings import title

Found = tuple[State, dict[str, Any]]
"""What the state is to keep, and the inputs."""


def observe(context: Context, job_id: int, state: State | None) -> JobDetail | None:
    """The live job; None when it no longer exists or its id belongs to another job now."""
    try:
        job = context.jobs.details(job_id)
    except NotFoundError:
        return None
    context.rows.learn(job)
    if state is None:
        return job
    return None if state.is_another(job) else state.aged(job)


def refresh(context: Context, job_id: int, state: State | None) -> Found | None:
    """What a job has come to; None when it is gone.

    Args:
        context: the client and what goes with it.
        job_id: the job.
        state: what is known of it; None where the job is only read.
    """
    if state is not None and (found := _unchanged(context, job_id, state)) is not None:
        return found
    job = observe(context, job_id, state)
    if job is None:
        return None
    if state is not None:
        _tell_of_start(context, job, state)
    return _found(context, job, state)


def _unchanged(context: Context, job_id: int, state: State) -> Found | None:
    """What its row tells, where that is what is known; a row is never taken for a change."""
    row = context.rows.row(job_id)
    if row is None or state.is_another(row) or row.update_time != state.job.update_time:
        return None
    found = _found(context, state.aged(row), state)
    return found if found[0].write() == state.write() else None


def _tell_of_start(context: Context, job: JobDetail, state: State) -> None:
    """Say of a job that was started by hand, or by a run that was killed, what waited for that."""
    path = state.next_start.path
    if not path or state.job.has_run or not job.has_run:
        return
    context.console.warn(
        f"{title(job)} has been started, and no run has noted from what: "
        f"{directory_url(path)} waited for its first start; if it did not begin from that, "
        "`restore_from` does"
    )


def _found(context: Context, job: JobDetail, state: State | None) -> Found:
    stale: tuple[str, ...] = ()
    if state is not None and job.runs:
        stale = context.saved.watch.overwritten(job, state)
    return observed(context.tags.seen(job), state, stale)
