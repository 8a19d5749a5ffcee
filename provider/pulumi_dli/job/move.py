"""What becomes of a job's state when the job is replaced elsewhere: in another project or region.

A pure function like `pulumi_dli.job.plan`: preview says it, and the create that follows the
engine's delete does it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.next_start import FRESH, NextStart
from pulumi_dli.job.plan import Plan, plan
from pulumi_dli.job.restarts import restore_due, restore_made, same_directory
from pulumi_dli.job.start import blocked, pending_start, recovery, resumable
from pulumi_dli.job.state import State


@dataclass(frozen=True, slots=True)
class Move:
    """The way of a job to another place: it is created there before it is deleted here.

    Attributes:
        stop: whether the old job is stopped first; `savepoint`: with a savepoint; `unsaved`:
            without one, although it has state, because the new job begins from another.
        path: the directory that its state is in, where it is known before the stop; else "".
        carried: whether that state goes to the new job, which begins with it unless it is `named`
            another.
        named: the directory that the program names for the new job (`restore_from`); else "".
        lost: why the state is not carried, although there is some; else "".
        stays: whether the old job is left alone, as `on_delete` or `retain_on_delete` says.
        gone: whether there is no old job any more.
        blocked: why it must not be replaced, with the ways out; then nothing is done.
    """

    stop: bool = False
    savepoint: bool = False
    unsaved: bool = False
    path: str = ""
    carried: bool = False
    named: str = ""
    lost: str = ""
    stays: bool = False
    gone: bool = False
    blocked: str = ""

    @property
    def loses(self) -> bool:
        """Whether the old job's state is given up."""
        return bool(self.lost) or self.unsaved

    def begins(self, path: str) -> str:
        """The directory that the new job begins from, where the old one's state is in `path`."""
        return self.named or self.waits(path)

    def waits(self, path: str) -> str:
        """The directory that the new job begins from where the program names none, or no more."""
        return path if self.carried else ""


def move(job: JobDetail | None, desired: Desired, state: State) -> Move:
    """Plan a replacement elsewhere.

    Args:
        job: the old job, live with its tags or as the state has it; None when it is gone.
        desired: the program's wish for the new place.
        state: what is known of the old job.
    """
    made = job is not None and restore_made(job, desired, state)
    due = restore_due(desired, state) and not made
    named = str(desired.options.restore_from) if due else ""
    stuck = _lost(desired, state)
    lost = "" if named else stuck
    if job is None:
        path = state.next_start.path
        ran = state.stateful and (state.job.has_run or bool(path))
        if ran and not path and not named:
            lost = f"job {state.job.job_id} is gone"
        carried = bool(path) and not stuck
        return Move(path=path, carried=carried, named=named, lost=lost if ran else "", gone=True)
    if state.on_delete == "retain" or desired.retained:
        return Move(stays=True, named=named, lost=lost if job.has_run else "")
    pending = pending_start(job, state)
    # One that never ran may hold a directory that was handed to it, as after a move.
    handed = not job.has_run and resumable(job, pending)
    ran = (job.has_run or handed) and pending != FRESH and job.phase is not Phase.FINISHED
    carries = ran and not stuck
    lost = lost if ran else ""
    if job.phase not in AT_REST:
        saves = job.has_run and ran and state.on_delete == "savepoint" and desired.stateful
        return Move(
            stop=True,
            savepoint=saves,
            unsaved=bool(named) and state.stateful and job.has_run and ran and not saves,
            path=pending.path if handed else "",
            carried=carries,
            named=named,
            lost=lost,
        )
    path = recovery(job)
    if job.checkpoint is None and resumable(job, pending):
        path = job.savepoint_path if job.has_savepoint else pending.path
    if not path:
        why = blocked(job, desired, state)
        return Move(named=named, lost=lost, blocked=why if carries and not named else "")
    return Move(path=path, carried=carries, named=named, lost=lost)


def hands(there: JobDetail, todo: Move) -> bool:
    """Whether a directory is imported into the resource's job that is in the new place.

    What an interrupted run imported may be older than what is brought now.
    """
    if there.has_run or there.phase not in AT_REST or not (todo.named or todo.carried):
        return False
    path = todo.begins(todo.path)
    return not path or not same_directory(path, there.savepoint_path)  # "": the stop will tell


def going_on(there: JobDetail, desired: Desired, todo: Move) -> Plan:
    """The plan for the resource's job that is in the new place, once state was handed to it."""
    begins = todo.begins(todo.path)
    if hands(there, todo):
        there = replace(there, has_savepoint=True, savepoint_path=begins)
    known = NextStart.at(todo.waits(todo.path))
    return plan(there, wish(desired, todo), None, known=known)


def wish(desired: Desired, todo: Move) -> Desired:
    """The wish for the new place: a directory that a start has used is not meant for this one."""
    return desired if todo.named else desired.without("restore_from")


def conflict(job: JobDetail | None, there: JobDetail, desired: Desired, todo: Move) -> str:
    """Why a job cannot go to a place where a job of its resource is; "" if it can.

    Args:
        job: the old job; None when it is gone.
        there: the resource's job in the new place.
        desired: the program's wish.
        todo: the plan.
    """
    if job is None or todo.named or not todo.carried or not there.has_run:
        return going_on(there, desired, todo).blocked
    return (
        f"job {there.name} ({there.job_id}) of this resource is in the new place already and has "
        f"state of its own, so that of job {job.job_id} cannot go there; delete one of the two, or "
        "set `upgrade_mode` to `stateless` to give up the state of the old one"
    )


def _lost(desired: Desired, state: State) -> str:
    """Why state cannot go to the new place; "" where it can."""
    region, before = desired.options.region, state.ours.get("region")
    if region and before and region != before:
        return "its savepoint is in a bucket of the other region"
    if not state.stateful or not desired.stateful:
        return "the job is stateless"
    if desired.retained:
        return "`retain_on_delete` keeps the old job running"
    if state.on_delete != "savepoint":
        return f'`on_delete="{state.on_delete}"` takes no savepoint'
    return ""
