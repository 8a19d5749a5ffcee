"""What somebody else changed of a job since this resource last saw it, and nobody has noted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.differences import Change, holds
from pulumi_dli.job.field import KEEP
from pulumi_dli.job.redaction import hidden, shown
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.state import State


def changed_by_hand(job: JobDetail, changes: Iterable[Change], state: State) -> str:
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
