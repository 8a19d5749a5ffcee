"""From which state a job starts, and when it must not be started.

Every start of a stateful job that has run before names its state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase, date
from pulumi_dli.job.next_start import FRESH, LIVE, LOST, NextStart
from pulumi_dli.job.object_url import directory_url, kind
from pulumi_dli.job.restarts import restore_due, restore_made, same_directory
from pulumi_dli.job.state import State


class Origin(StrEnum):
    """The state that a start begins with."""

    FRESH = "fresh"
    """The job never ran: there is no state."""

    SAVEPOINT = "savepoint"
    """The latest savepoint that the service holds for the job."""

    IMPORT = "import"
    """A savepoint or checkpoint directory that is imported first."""

    CHECKPOINT = "checkpoint"
    """Its own newest checkpoint, which is imported first: a crash left no savepoint."""

    STATELESS = "stateless"
    """None, although the job ran before: asked for, or there is no bucket."""

    AGAIN = "again"
    """None: the job had finished, and runs again from the beginning."""


@dataclass(frozen=True, slots=True)
class Start:
    """A start and the state it begins with.

    Attributes:
        origin: what that is.
        path: its directory; "" for none, or where it is not known yet.
        named: whether the program names it in `restore_from`, so that it is nothing to begin from
            once the program does so no more.
    """

    origin: Origin
    path: str = ""
    named: bool = False

    @property
    def empty(self) -> bool:
        """Whether a job that ran before begins without its state."""
        return self.origin in (Origin.STATELESS, Origin.AGAIN)

    @property
    def resumes(self) -> bool:
        """Whether the service is asked to resume from a savepoint."""
        return self.origin in (Origin.SAVEPOINT, Origin.IMPORT, Origin.CHECKPOINT)

    @property
    def imports(self) -> bool:
        """Whether the service is told the directory first."""
        return self.origin in (Origin.IMPORT, Origin.CHECKPOINT)


def restart(
    job: JobDetail, desired: Desired, state: State | None, pending: NextStart
) -> Start | None:
    """The start after a stop of ours; None when it must not be made.

    A job that hangs in its first start holds nothing yet: it begins from what that was to.
    """
    if state is not None and restore_due(desired, state) and not restore_made(job, desired, state):
        return Start(Origin.IMPORT, str(desired.options.restore_from), named=True)
    if not job.has_run:
        return start(job, desired, state, pending)
    return Start(Origin.SAVEPOINT if desired.stateful else Origin.STATELESS)


def has_state(job: JobDetail, state: State | None, known: NextStart) -> bool:
    """Whether a job has state, which it kept over restarts so far."""
    stateful = bool(job.values.get("obs_bucket")) if state is None else state.stateful
    pending = pending_start(job, state, known)
    if job.phase in AT_REST and job.phase is not Phase.FINISHED:
        begins = resumable(job, pending) or bool(recovery(job))
        return stateful and begins
    return stateful and (job.has_run or bool(pending.path))


def hung(job: JobDetail, desired: Desired, state: State | None, known: NextStart) -> Start | None:
    """The start of a job that hangs in its first one, where it counts as running so far."""
    found = job.found
    if found is None or found.has_run or not job.starting:
        return None
    hangs = replace(job, status=found.status, start_time=found.start_time, found=None)
    begins = restart(hangs, desired, state, pending_start(hangs, state, known))
    return None if begins is None or begins.named else begins


def start(
    job: JobDetail, desired: Desired, state: State | None, pending: NextStart
) -> Start | None:
    """The start of a job at rest; None when it must not be started.

    Every start of a stateful job that has run before names its state.
    """
    imported = job.has_savepoint and not job.has_run
    if restore_due(desired, state) and not _left_its_own(job, desired, state, pending):
        path = str(desired.options.restore_from)
        there = imported and same_directory(path, job.savepoint_path)
        return Start(Origin.SAVEPOINT if there else Origin.IMPORT, path, named=True)
    if job.phase is Phase.FINISHED:
        return Start(Origin.AGAIN)
    if pending == FRESH or (not job.has_run and pending == LIVE and not imported):
        return Start(Origin.FRESH)
    if not desired.stateful:
        return Start(Origin.STATELESS)
    found = job.checkpoint  # looked for where it may be all, or the latest, that there is
    if not resumable(job, pending) or found is not None:
        left = recovery(job)
        copied = found is not None and found.copy
        return Start(Origin.IMPORT if copied else Origin.CHECKPOINT, left) if left else None
    # What was imported into a draft may be what the program named then.
    other = imported and pending.path and not same_directory(pending.path, job.savepoint_path)
    if job.has_savepoint and not other:
        return Start(Origin.SAVEPOINT, job.savepoint_path)
    return Start(Origin.IMPORT, pending.path)


def _left_its_own(
    job: JobDetail, desired: Desired, state: State | None, pending: NextStart
) -> bool:
    """Whether a job has a savepoint or a checkpoint newer than `restore_from`.

    Of a job that is gone on with nobody remembers whether a start has used that directory; its
    first one will have. Of one of the state an interrupted update may have left word.
    """
    made = restore_made(job, desired, state)
    if state is not None:
        return made and (resumable(job, pending) or job.checkpoint is not None)
    taken = desired.options.adopt_job_id == job.job_id
    return not taken and (_has_its_own(job, desired) or (made and job.checkpoint is not None))


def met_again(job: JobDetail, desired: Desired) -> Desired:
    """The wish for a job of this resource that the state does not know.

    Its first start may have used `restore_from`, so one that has state of its own keeps that. Not
    so one that is taken over, and carries no mark of the resource yet.
    """
    if desired.options.adopt_job_id == job.job_id and job.mark not in desired.marks:
        return desired
    ran_on = job.checkpoint is not None and restore_made(job, desired, None)
    used = job.has_run and (job.phase not in AT_REST or ran_on or _has_its_own(job, desired))
    return desired.without("restore_from") if used else desired


def _has_its_own(job: JobDetail, desired: Desired) -> bool:
    """Whether a job that ran has a savepoint, and the program has not chosen from what it has."""
    if not (job.has_run and job.has_savepoint):
        return False
    choice = [] if job.checkpoint is None else [job.savepoint_path, job.checkpoint.path]
    named = str(desired.options.restore_from or "")
    return not any(same_directory(named, path) for path in filter(None, choice))


def ahead(job: JobDetail | None, desired: Desired) -> bool:
    """Whether a job that a create meets has come to newer state than what waits for the create.

    One of ours has once it ran: what was imported into a draft is what waits. One that is taken
    over has with any state.
    """
    if job is None:
        return False
    return job.has_run if desired.options.adopt_job_id is None else job.holds_state


def resumable(job: JobDetail, pending: NextStart) -> bool:
    """Whether there is a savepoint that a stateful job at rest can be started from."""
    return pending != LOST and (job.has_savepoint or bool(pending.path))


def recovery(job: JobDetail) -> str:
    """The directory that a job goes on from where it left no savepoint; "" for none."""
    found = job.checkpoint
    return "" if found is None or found.unused else found.path


def state_at_risk(job: JobDetail, pending: NextStart, *, stateful: bool) -> bool:
    """Whether a start of a job that was found at rest would lose its state."""
    ran = job.has_run and pending != FRESH
    return stateful and ran and job.phase in AT_REST and not resumable(job, pending)


def blocked(job: JobDetail, desired: Desired, state: State | None) -> str:
    """Why a stateful job at rest is not started, and the ways out."""
    named = None if "restore_from" in desired.open else desired.given.get("restore_from")
    met = desired.options.restore_from is None  # see `met_again`
    due = restore_due(desired, state) and not restore_made(job, desired, state)
    if not named or due:
        return _blocked(job)
    return (
        f"{_blocked(job)}; the {directory_url(str(named))} that `restore_from` names "
        f"{'may have been' if met else 'was'} used by a start before: to begin from it once more, "
        'run `pulumi up` with `desired_state="stopped"` and without it, then name it again'
    )


def _blocked(job: JobDetail) -> str:
    found = job.checkpoint
    why, way = "", "set `restore_from` to a savepoint or checkpoint directory"
    if found is not None and found.behind:
        return (
            f"job {job.name} ({job.job_id}) ran on behind its savepoint "
            f"{directory_url(found.behind)} and is "
            f"{job.phase} ({job.status}), so starting it from there would lose what it did since; "
            f"its newest checkpoint, {found.path} of {date(found.written)}, is not taken by "
            f"itself: {found.unused}; set `restore_from` to one of the two"
        )
    if found is not None and found.path:
        before = f"a {kind(found.path)} from before its last start"
        what = before if found.copy else "its newest checkpoint"
        why = (
            f"; {what}, {found.path} of {date(found.written)}, is not taken by itself: "
            f"{found.unused}"
        )
        way = "set `restore_from` to that or another directory"
    elif found is not None:
        why = f"; its checkpoints could not be looked for: {found.unused}"
    return (
        f"job {job.name} ({job.job_id}) ran before and is {job.phase} ({job.status}) without a "
        f"savepoint, so starting it would lose its state{why}; {way}, or `upgrade_mode` to "
        "`stateless` to start it empty"
    )


def pending_start(job: JobDetail, state: State | None, known: NextStart = LIVE) -> NextStart:
    """What the next start begins with, when no start has counted since the state was stored."""
    if state is None:
        return known
    if state.job.phase is Phase.RUNNING:
        return LIVE
    return state.next_start if job.start_time == state.job.start_time else LIVE
