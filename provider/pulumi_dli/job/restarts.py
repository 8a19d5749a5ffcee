"""The restarts and savepoints that a program asks for by an argument, and which were made already.

Restarts leave no trace in the definition. So they leave a tag, `pulumi-restart`, by which an update
that goes on after a kill knows them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail
from pulumi_dli.job.object_url import SCHEME
from pulumi_dli.job.state import State

RESTART_TAG = "pulumi-restart"
"""Key of the tag that tells which restarts asked for by the program were already made."""
ASKS = ("restart_trigger", "restore_from")
"""The arguments that ask for a restart when they change."""

_NONE = ("0", "0")
_MARK = re.compile(r"[0-9a-f]{1,9}-[0-9a-f]{1,11}-[0-9a-f]{1,9}-[0-9a-f]{1,11}")
"""For each of `ASKS` what it asked for, and the start before."""


def asking(job: JobDetail, desired: Desired, state: State | None) -> tuple[str, ...]:
    """The arguments that ask for a restart which was not made yet.

    Args:
        job: the job; nothing was made where its tags were not read.
        desired: the program's wish.
        state: what is known of the job; None where nobody knows what was asked for before.
    """
    if state is None:
        return ()
    return tuple(
        name for name in ASKS if _due(name, desired, state) and not _made(name, job, desired, state)
    )


def savepoint_due(desired: Desired, state: State | None) -> bool:
    """Whether the program asks for a savepoint of the running job that was not taken yet.

    It leaves no tag: one that was taken and not noted is taken once more, which costs nothing.
    """
    wanted = desired.options.savepoint_trigger
    return state is not None and wanted is not None and wanted != state.savepoint_trigger


def restore_due(desired: Desired, state: State | None) -> bool:
    """Whether the program names a directory that no start is known to have used."""
    return _due("restore_from", desired, state)


def renewed(desired: Desired, state: State) -> Desired:
    """The wish for a job in the place of one that is gone, without the directory that it used."""
    return desired if restore_due(desired, state) else desired.without("restore_from")


def restore_made(job: JobDetail, desired: Desired, state: State | None) -> bool:
    """Whether an operation that broke off started the job from the directory that is due."""
    return restore_due(desired, state) and _made("restore_from", job, desired, state)


def imported(job: JobDetail, wanted: str | None, state: State | None) -> bool:
    """Whether the savepoint that a job at rest holds was imported for a start that was not made.

    An update that named it broke off, and the program names it no more: it is not the job's own.

    Args:
        job: the job with its tags.
        wanted: the directory that the program names now; None for none.
        state: what is known of the job.
    """
    if job.phase not in AT_REST or not (job.has_run and job.has_savepoint):
        return False
    asked, before = _found(job)["restore_from"]
    if asked != _step("restore_from", job.savepoint_path, state):
        return False
    started = job.start_time > int(before, 16)
    return not (started or (wanted and same_directory(wanted, job.savepoint_path)))


def same_directory(left: str, right: str) -> bool:
    """Whether two texts name one directory of a bucket."""
    return _bare(left) == _bare(right)


def restart_mark(job: JobDetail, desired: Desired, state: State) -> str:
    """The tag's value for the restarts that the program asks for, at most 43 characters.

    Each tells the start before it, so that a later one shows. What was made already stands.

    Args:
        job: the job with its tags.
        desired: the program's wish.
        state: what is known of the job.
    """
    asks = asking(job, desired, state)
    return "-".join(
        f"{_asked(name, desired, state)}-{job.start_time:x}" if name in asks else "-".join(found)
        for name, found in _found(job).items()
    )


def first_mark(desired: Desired) -> str:
    """The tag's value for a job that is created to start from a directory; "" for another."""
    if not restore_due(desired, None):
        return ""
    return "-".join((*_NONE, _asked("restore_from", desired, None), "0"))


def recorded(
    desired: Desired, state: State | None, ours: Mapping[str, Any], job: JobDetail, *, started: bool
) -> dict[str, str]:
    """What the state keeps of the restarts that it takes note of, by the argument.

    It sets the same step from one text to another apart when it is asked for again.

    Args:
        desired: the program's wish.
        state: what was known before.
        ours: the arguments that the state is to keep.
        job: what was reached; its start sets one apart that nothing was known of.
        started: whether it was started.
    """
    noted = f"{job.start_time:x}"
    rested = job.phase in AT_REST
    if state is None:
        asked = {name: noted for name in ASKS if ours.get(name) is not None}
    else:
        due = (
            name
            for name in ASKS
            if _due(name, desired, state) and ours.get(name) == desired.given.get(name)
        )
        asked = {**state.asked, **{name: _asked(name, desired, state) for name in due}}
        rested = rested or (started and state.job.phase in AT_REST)
    if rested and desired.options.restore_from is None:
        # A start before may have begun from one; named again it is asked for anew.
        asked["restore_from"] = noted
    return asked


def _due(name: str, desired: Desired, state: State | None) -> bool:
    """Whether an argument asks for something that the state has not taken note of."""
    wanted = getattr(desired.options, name)
    if wanted is None:
        return False
    if name == "restart_trigger":
        return state is not None and wanted != state.restart_trigger
    return state is None or not same_directory(wanted, state.restore_from or "")


def _made(name: str, job: JobDetail, desired: Desired, state: State | None) -> bool:
    asked, before = _found(job)[name]
    if asked != _asked(name, desired, state):
        return False
    return job.phase not in AT_REST or job.start_time > int(before, 16)


def _found(job: JobDetail) -> dict[str, tuple[str, str]]:
    """What the job's tag tells: what was asked for last, and the start before."""
    if not _MARK.fullmatch(job.restart or ""):
        return dict.fromkeys(ASKS, _NONE)
    trigger, triggered, directory, began = str(job.restart).split("-")
    return dict(zip(ASKS, ((trigger, triggered), (directory, began)), strict=True))


def _asked(name: str, desired: Desired, state: State | None) -> str:
    return _step(name, getattr(desired.options, name), state)


def _step(name: str, wanted: str | None, state: State | None) -> str:
    """Names what an argument asks for, without showing what it says.

    It is a step from one text to another, behind those that were noted before, so that the same
    text asks again later.
    """
    before = None if state is None else getattr(state, name)
    noted = None if state is None else state.asked.get(name)
    step = [before, wanted]
    if name == "restore_from":
        step = [None if path is None else _bare(path) for path in step]
    return hashlib.sha256(f"{name} {noted} {step}".encode()).hexdigest()[:9]


def _bare(path: str) -> str:
    return path.removeprefix(SCHEME).strip("/")
