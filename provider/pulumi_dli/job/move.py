"""What becomes of a job's state when the job is replaced elsewhere: in another project or region.

A pure function like `pulumi_dli.job.plan`: preview says it, and the create that follows the
engine's delete does it.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.next_start import FRESH
from pulumi_dli.job.start import blocked, pending_start, resumable
from pulumi_dli.job.state import State


@dataclass(frozen=True, slots=True)
class Move:
    """The way of a job to another place: it is created there before it is deleted here.

    Attributes:
        stop: whether the old job is stopped first; `savepoint`: with a savepoint.
        path: the directory that its state is in, where it is known before the stop; else "".
        carried: whether the new job begins with that state.
        lost: why it does not, although there is some; else "".
        stays: whether the old job is left alone, as `on_delete` says.
        blocked: why it must not be replaced, with the ways out; then nothing is done.
    """

    stop: bool = False
    savepoint: bool = False
    path: str = ""
    carried: bool = False
    lost: str = ""
    stays: bool = False
    blocked: str = ""


def move(job: JobDetail | None, desired: Desired, state: State) -> Move:
    """Plan a replacement elsewhere.

    Args:
        job: the old job, live or as the state has it; None when it is gone.
        desired: the program's wish for the new place.
        state: what is known of the old job.
    """
    pending = state.next_start if job is None else pending_start(job, state)
    lost = _lost(desired, state)
    stays = state.on_delete == "retain"
    if job is None:
        return Move(path=pending.path, carried=bool(pending.path) and not lost)
    if stays:
        return Move(stays=True, lost=lost if job.has_run else "")
    at_rest = job.phase in AT_REST
    ran = job.has_run and pending != FRESH and job.phase is not Phase.FINISHED
    if not at_rest:
        takes = state.on_delete == "savepoint" and ran
        return Move(stop=True, savepoint=takes, carried=ran and not lost, lost=lost if ran else "")
    if not resumable(job, pending):
        refused = ran and not lost
        return Move(blocked=blocked(job) if refused else "", lost=lost if ran else "")
    path = job.savepoint_path if job.has_savepoint else pending.path
    return Move(path=path, carried=not lost, lost=lost)


def _lost(desired: Desired, state: State) -> str:
    """Why state cannot go to the new place; "" where it can."""
    region, before = desired.options.region, state.ours.get("region")
    if region and before and region != before:
        return "its savepoint is in a bucket of the other region"
    if state.on_delete != "savepoint":
        return f'`on_delete="{state.on_delete}"` takes no savepoint'
    if not state.stateful or not desired.stateful:
        return "the job is stateless"
    return ""
