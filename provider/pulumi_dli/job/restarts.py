"""The restart that a program asks for by an argument, and whether it was made already.

It leaves no trace in the definition. So it leaves a tag, `pulumi-restart`, by which an update
that goes on after a kill knows it.
"""

from __future__ import annotations

import hashlib

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail
from pulumi_dli.job.object_url import SCHEME
from pulumi_dli.job.state import State

RESTART_TAG = "pulumi-restart"
"""Key of the tag that tells which restart asked for by the program was already made."""


def restart_due(desired: Desired, state: State | None) -> bool:
    """Whether a changed `restart_trigger` or `restore_from` asks for a restart."""
    if state is None:
        return False
    trigger = desired.options.restart_trigger
    changed = trigger is not None and trigger != state.restart_trigger
    return changed or restore_due(desired, state)


def restore_due(desired: Desired, state: State | None) -> bool:
    """Whether the program names a directory that no start has used yet."""
    path = desired.options.restore_from
    return path is not None and (
        state is None or not same_directory(path, state.restore_from or "")
    )


def same_directory(left: str, right: str) -> bool:
    """Whether two texts name one directory of a bucket."""
    return left.removeprefix(SCHEME).strip("/") == right.removeprefix(SCHEME).strip("/")


def restart_mark(job: JobDetail, desired: Desired, state: State | None) -> str:
    """The tag's value for the restart that the program asks for, at most 43 characters.

    Args:
        job: the job at rest, whose last start is told, so that a later one shows.
        desired: the program's wish.
        state: what is known of the job.
    """
    return f"{_asked(desired, state)}-{job.start_time}"


def restart_made(job: JobDetail, desired: Desired, state: State | None) -> bool:
    """Whether an interrupted update made the restart that the program asks for.

    Args:
        job: the live job; False where its tags were not read.
        desired: the program's wish.
        state: what is known of the job.
    """
    asked, _, before = (job.restart or "").partition("-")
    if not restart_due(desired, state) or asked != _asked(desired, state):
        return False
    return job.phase not in AT_REST or (before.isdecimal() and job.start_time > int(before))


def _asked(desired: Desired, state: State | None) -> str:
    """Names what the program asks for, without showing what it says.

    It is a step from one text to another, out of the state of one time, so that the same text
    asks again later.
    """
    own = desired.options
    before = [None, None] if state is None else [state.restart_trigger, state.restore_from]
    since = None if state is None else state.job.update_time
    text = f"{since} {before} {[own.restart_trigger, own.restore_from]}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]
