"""The run state of a job: as a program wishes it, and as it is found, under the same name."""

from __future__ import annotations

from pulumi_dli.job.detail import JobDetail, Phase

FOUND = "stopped ("
"""How a run state begins that a refresh found in place of `running`, with the reason behind it."""
NO_SAVEPOINT = "; no savepoint)"
"""How it ends where a start would lose the job's state."""
STARTING = "starting ("
"""How it begins while a start is under way, which has not counted."""
OTHER_BYTES = "running, on other bytes"
"""The run state of a job that runs, but not on what lies there now: it was overwritten since."""


def is_found(value: object) -> bool:
    """Whether a run state is one that a refresh found: no program writes it."""
    return isinstance(value, str) and (value == OTHER_BYTES or value.startswith((FOUND, STARTING)))


def is_up(state: str) -> bool:
    """Whether a run state, found or wished for, is that of a job that runs or is about to."""
    return state in ("running", OTHER_BYTES) or state.startswith(STARTING)


_RUNNING = frozenset({Phase.RUNNING, Phase.STARTING, Phase.SAVEPOINTING, Phase.UNKNOWN})


def found_state(job: JobDetail, wanted: str, *, at_risk: bool = False, stale: bool = False) -> str:
    """The run state as found, under the name of the wish, with the reason where they differ.

    A job that has finished did what was wanted of it.

    Args:
        job: the job.
        wanted: the wish, `running` or `stopped`.
        at_risk: whether a start would lose its state.
        stale: whether what it runs on was overwritten since.
    """
    if wanted == "stopped":
        return "running" if job.phase in _RUNNING else "stopped"
    reason = f"{job.status}: {job.status_desc}" if job.status_desc else job.status
    if job.phase is Phase.STARTING:
        return f"{STARTING}{reason})"
    if job.phase in _RUNNING or job.phase is Phase.FINISHED:
        return OTHER_BYTES if stale else "running"
    return f"{FOUND}{reason}{NO_SAVEPOINT if at_risk else ')'}"
