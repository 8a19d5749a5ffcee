"""Why a job is not changed: another's mark, a change by hand, or state without a place for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.differences import Change, holds
from pulumi_dli.job.field import KEEP
from pulumi_dli.job.redaction import hidden, shown
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.state import State


class Bar(Enum):
    """What stands in the way of a plan."""

    START = "start"
    """The job cannot be started without losing state."""
    MARK = "mark"
    """It carries another resource's mark."""
    HAND = "hand"
    """It was changed by hand."""
    BUCKET = "bucket"
    """It has state, and is taken over by a program that names no place for it."""


def bars(
    job: JobDetail, changes: Iterable[Change], desired: Desired, state: State | None
) -> tuple[Bar, str]:
    """What stands in the way of any change of a job, and the reason with the way out.

    Args:
        job: the live job.
        changes: where its definition differs from what the program wants.
        desired: the program's wish.
        state: what the last operation, or a refresh, left; None where nothing is known.

    Returns:
        The reason is "" where nothing stands in the way; a start may still be blocked.
    """
    if state is None:
        return Bar.START, ""
    if thief := _thief(job, desired, state):
        again = state.ours.get("adopt_job_id") == job.job_id
        return Bar.MARK, _taken(job, thief, again=again)
    hand = _changed_by_hand(job, changes, state)
    return (Bar.HAND if hand else Bar.START), hand


def bucketless(job: JobDetail, desired: Desired, state: State | None) -> str:
    """Why a job with state is not taken over: a bucket that is left out is most likely forgotten.

    Args:
        job: the live job, which has state.
        desired: the program's wish.
        state: what is known of the job; None where it is taken over.

    Returns:
        The reason with the ways out; "" where nothing stands in the way.
    """
    own, bucket = desired.options, job.values.get("obs_bucket")
    taken = state is None and own.adopt_job_id == job.job_id
    said = desired.stateful or own.upgrade_mode is not None
    if not taken or said or not bucket or not desired.knows("obs_bucket", "upgrade_mode"):
        return ""
    return (
        f"job {job.name} ({job.job_id}) keeps its state in the bucket {bucket}, and the program "
        f'names none; set `obs_bucket="{bucket}"`, or `upgrade_mode` to `stateless` to give up '
        "its state"
    )


def _changed_by_hand(job: JobDetail, changes: Iterable[Change], state: State) -> str:
    """Why a job is not changed: fields of it are neither what they were nor what is wanted.

    A live value that the wish equals is nothing to overwrite, so only changes can be meant. Tags
    are not of the definition: each is written by itself, and the line tells of it.

    Args:
        job: the live job.
        changes: where its definition differs from what the program wants.
        state: what the last operation, or a refresh, left.

    Returns:
        The reason with the way out; "" where nothing was.
    """
    found = list(_fields(changes, state))
    if not found:
        return ""
    return (
        f"job {job.name} ({job.job_id}): {', '.join(found)}, or by a run that was killed, so "
        "nothing is changed; `pulumi preview --refresh` shows what becomes of it, and "
        "`pulumi up --refresh` does it"
    )


def _fields(changes: Iterable[Change], state: State) -> Iterator[str]:
    for change in changes:
        row, stored, live = FIELDS[change.name], state.value(change.name), change.old
        # What the service makes for itself was never told to the state.
        own = stored is None and row.reset is KEEP
        default = holds(change.name, stored, None) and holds(change.name, live, row.default)
        if own or default or holds(change.name, live, stored) or hidden(live) == stored:
            continue
        value = None if row.secret else shown(live)
        yield f"{change.name} was changed by hand" + ("" if value is None else f" to {value}")


def _thief(job: JobDetail, desired: Desired, state: State) -> str:
    """The mark of another resource on a job of the state; "" where the program takes it back."""
    mark = (state.foreign if job.mark is None else job.mark) or ""
    back = job.job_id == desired.options.adopt_job_id != state.ours.get("adopt_job_id")
    return "" if back or mark in {"", *desired.marks, *state.marks} else mark


def _taken(job: JobDetail, mark: str, *, again: bool) -> str:
    """That a job of the state has become another resource's, and the way to get it back.

    Args:
        job: the job.
        mark: the mark that it carries now.
        again: whether the program's `adopt_job_id` says so already.
    """
    back = f"`adopt_job_id={job.job_id}`"
    way = (
        f"take it out of the state (`pulumi state delete`), so that {back} takes it over again"
        if again
        else f"set {back}"
    )
    return (
        f"job {job.name} ({job.job_id}) now carries the mark {mark} of another resource, so "
        f"nothing is changed; if it should be this resource's again, {way}; else remove this "
        "resource"
    )
