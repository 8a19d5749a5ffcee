"""What a line says beside the plan: of a job that is gone, a savepoint that waits, a failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pulumi_dli.clock import span
from pulumi_dli.job.checkpoint import of_our_stop
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, date
from pulumi_dli.job.differences import differences
from pulumi_dli.job.restarts import same_directory
from pulumi_dli.job.started import Definition
from pulumi_dli.job.state import State
from pulumi_dli.preview.plan_line import INSTEAD, RESTARTING, Level, Line

GIVING_UP = frozenset({"obs_bucket", "upgrade_mode"})
"""Arguments that decide whether a job keeps its state."""

if TYPE_CHECKING:
    from pulumi_dli.artifacts.checkpoints import Checkpoints
    from pulumi_dli.artifacts.record import Record


def handed(line: Line, left: Record | None, desired: Desired, now: float) -> Line:
    """The line for a job that begins from what a deleted one left, now or later.

    Args:
        line: the line for the job.
        left: the record that says so; None for none.
        desired: the program's wish.
        now: seconds since 1970.
    """
    if left is None:
        return line
    text = line.text
    if left.savepoint not in text:
        if desired.running or desired.options.restore_from:
            return line
        text += f"{'; ' if text else f'{desired.name}: '}begins from {left.savepoint} later"
    age = span(now - left.written / 1000)
    return _warned(
        line, f"{text}; job {left.job_name} ({left.job_id}) left that savepoint {age} ago"
    )


def anew(line: Line, lost: State, desired: Desired) -> Line:
    """The line for a job that is made anew because a refresh found it gone.

    Args:
        line: the line for a new job.
        lost: what was known of the old one.
        desired: the program's wish.
    """
    if not _had_state(lost):
        return line
    named = desired.options.restore_from
    if named and not same_directory(named, lost.restore_from or ""):
        return _warned(line, f"{line.text}; job {lost.job.job_id} is gone")
    text = (
        f"{line.text}; WITHOUT STATE, because job {lost.job.job_id} is gone: what is left of its "
        f"state is in the bucket {lost.value('obs_bucket')}, and `restore_from` starts from it"
    )
    return Line(text, Level.WARNING)


def gone(lost: State) -> str:
    """That a refresh found a job gone that had state; "" of one that had none.

    The engine forgets it then, whatever becomes of the run, and the next may not know of it.
    """
    if not _had_state(lost):
        return ""
    return (
        f"job {lost.job.name} ({lost.job.job_id}) is gone; what is left of its state is in the "
        f"bucket {lost.value('obs_bucket')}"
    )


def renamed(line: Line, urn: str, desired: Desired, others: Mapping[str, State]) -> Line:
    """The line for a new job that may be that of another resource, under another URN.

    Args:
        line: the line for the new job.
        urn: its resource.
        desired: the program's wish.
        others: what is known of jobs whose resource may not be in the program any more, by URN.
    """
    alike = {
        other: state
        for other, state in others.items()
        if _had_state(state) and _alike(state, desired)
    }
    if len(alike) != 1:  # of several, as in a fleet, nobody can tell which
        return line
    [(other, state)] = alike.items()
    name = other.rpartition("::")[2]
    alias = f'pulumi.Alias(name="{name}")'
    if name == urn.rpartition("::")[2]:
        alias = "pulumi.Alias(parent=…)"
    kept = f"`aliases=[{alias}]` keeps job {state.job.job_id} and its state"
    return _warned(line, f"{line.text}; if this is {name}, renamed or moved: {kept}")


def namesake(line: Line, left: Record | None) -> Line:
    """The line for a new job whose name another one had, whose savepoint waits for its resource.

    Args:
        line: the line for the new job.
        left: the record that says so; None for none.
    """
    if left is None:
        return line
    text = (
        f"{line.text}; the savepoint {left.savepoint} that job {left.job_name} ({left.job_id}) "
        "left waits for another resource, or for this one under the name that its stack had: "
        "`restore_from` begins from it"
    )
    return _warned(line, text)


def _alike(state: State, desired: Desired) -> bool:
    """Whether a job runs what the program wants, whatever it is called."""
    changes, _ = differences(state.job, desired, state)
    return all(change.name == "name" for change in changes)


def _had_state(lost: State) -> bool:
    return lost.stateful and (lost.job.has_run or bool(lost.next_start.path))


def begins(
    line: Line, path: str, job: JobDetail, whose: Desired | State, checkpoints: Checkpoints
) -> Line:
    """The line for a job that begins from a savepoint that is old, or not there any more.

    Args:
        line: the line for its start.
        path: the directory that it is known to begin from; "" for none.
        job: the job as it was found.
        whose: what is known of it; the program's wish where nothing is.
        checkpoints: look into that directory.
    """
    if not path:
        return line
    state = whose if isinstance(whose, State) else None
    ran_on = state is not None and same_directory(path, state.ran_on)
    ours = state is not None and of_our_stop(path, state)
    crashed = job.has_savepoint and same_directory(path, job.savepoint_path) and job.crashed
    if ran_on or (crashed and not ours):
        text = "the job ran on behind that savepoint, and what it did since is not in it"
        line = _warned(line, f"{line.text}; {text}")
    if checkpoints.emptied(path, whose):
        text = "nothing is in that directory any more, and `restore_from` starts from another"
        line = _warned(line, f"{line.text}; {text}")
    return line


def left_open(line: Line, desired: Desired, *, met: bool) -> Line:
    """The line, with what it leaves open because it is not known yet.

    Args:
        line: the line.
        desired: the program's wish.
        met: whether there is a job already, which has what is not known in another way.
    """
    costs = desired.unknown & (RESTARTING if met else {"restore_from"})
    risks = desired.unknown & GIVING_UP if met else frozenset[str]()
    comes = "cost a restart" if met else "change what it begins from"
    told = [f"not known yet, may {comes}: {', '.join(sorted(costs))}"] * bool(costs)
    told += [f"not known yet, may give up its state: {', '.join(sorted(risks))}"] * bool(risks)
    if not told or line.level is Level.ERROR:
        return line
    plain, instead, replaced = (line.text or f"{desired.name}: ").partition(INSTEAD)
    text = "; ".join([plain, *told]).replace(": ; ", ": ", 1) + instead + replaced
    return _warned(line, text) if risks else line._replace(text=text)


def after_failure(line: Line, desired: Desired, state: State) -> Line:
    """The line for a job whose last update failed, or was gone back from.

    Args:
        line: the line for its change.
        desired: the program's wish.
        state: what is known of the job.
    """
    failed = state.rejected
    tried = line.text and line.level is not Level.ERROR
    if tried and failed and Definition.wished(desired, failed.at) == failed:
        text = f"{line.text}; failed on {date(failed.at)}, is tried again"
        return _warned(line, text)
    if not line.text and state.rolled_back:
        return Line(f"{desired.name}: nothing is sent: the job runs as the program has it again")
    return line


def _warned(line: Line, text: str) -> Line:
    """A line with another text, at least as a warning."""
    return line._replace(text=text, level=max(line.level, Level.WARNING, key=list(Level).index))
