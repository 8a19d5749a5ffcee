"""A checkpoint of a job that is at rest without a savepoint, or with one from before it.

A savepoint fits a changed job, a checkpoint need not. So a start takes one by itself only where
what runs is certainly what wrote it; else the program has to name a directory in `restore_from`.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail
from pulumi_dli.job.differences import differences
from pulumi_dli.job.next_start import LIVE, NextStart
from pulumi_dli.job.restarts import restore_due, restore_made, same_directory
from pulumi_dli.job.start import Origin, pending_start, start
from pulumi_dli.job.started import SHAPING, Definition
from pulumi_dli.job.state import State

FOLDER = "jobs/checkpoint/"
"""Where in a job's bucket the service makes its checkpoints."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The newest complete checkpoint that was found, or why none could be looked for.

    Attributes:
        path: its directory, `obs://bucket/…/chk-7/`; "" where none could be looked for.
        written: when it was completed, in milliseconds.
        unused: why it is not gone on from; "" where it is.
        copy: whether it is the copy of a savepoint that a record tells of instead.
        behind: the directory of the savepoint that the service holds, where that is older.
    """

    path: str
    written: int = 0
    unused: str = ""
    copy: bool = False
    behind: str = ""


def stuck(job: JobDetail, desired: Desired, state: State | None, known: NextStart = LIVE) -> bool:
    """Whether only a checkpoint can bring a job back with its state."""
    if job.phase not in AT_REST or not desired.stateful:
        return False
    return start(job, desired, state, pending_start(job, state, known)) is None


def left_behind(
    job: JobDetail, desired: Desired, state: State | None, known: NextStart = LIVE
) -> str:
    """The savepoint that a job at rest would start from, and may have run on behind.

    One on demand, one that it began from, or a checkpoint that was imported: all but that of a stop
    of ours. Or a directory that the program names, of which the job's tags tell that a start was
    made from it. "" where there is none.
    """
    if job.phase not in AT_REST or not (desired.stateful and job.has_run):
        return ""
    begins = start(job, desired, state, pending_start(job, state, known))
    if begins is not None and begins.named:  # a killed run may have begun from there already
        return begins.path if restore_made(job, desired, state) else ""
    if begins is None or begins.origin is not Origin.SAVEPOINT:
        return ""
    return "" if state is not None and of_our_stop(begins.path, state) else begins.path


def of_our_stop(path: str, state: State) -> bool:
    """Whether a savepoint is known to be that of a stop, behind which the job did nothing."""
    waits = same_directory(path, state.next_start.path)
    return waits and not same_directory(path, state.ran_on)


def counts(written: int, job: JobDetail, desired: Desired, state: State | None) -> bool:
    """Whether a checkpoint tells of a start that counted, where the program names another.

    One that failed within its `settle` has not used the directory up.

    Args:
        written: when the checkpoint was completed, in milliseconds.
        job: the live job.
        desired: the program's wish.
        state: what is known of the job.
    """
    return not restore_due(desired, state) or written >= job.start_time + 1000 * desired.settle


def unused(job: JobDetail, desired: Desired, state: State | None) -> str:
    """Why a job does not go on from its own checkpoint by itself; "" where it does.

    Args:
        job: the live job, at rest.
        desired: the program's wish.
        state: what is known of the job; None where nothing is.
    """
    began = None if state is None else state.started
    if began is None:
        return "what the job was started with is not known"
    if began.at != job.start_time:
        return "the job was started since in another way"
    if began != Definition.started(job):
        return "its definition was changed since it was started"
    changes, _ = differences(job, desired, state)
    changed = sorted(SHAPING.intersection(change.name for change in changes))
    return f"it need not fit a changed {', '.join(changed)}" if changed else ""
