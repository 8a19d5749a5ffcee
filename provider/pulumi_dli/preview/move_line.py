"""A replacement elsewhere in words: what becomes of the old job, its state and the new job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_dli.artifacts.names import digits
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.differences import Change, differences
from pulumi_dli.job.move import Move, hands
from pulumi_dli.job.object_url import OBJECTS, directory_url
from pulumi_dli.job.state import State
from pulumi_dli.preview.plan_line import Level, Line


def replacement(
    desired: Desired,
    names: list[str],
    todo: Move,
    state: State,
    there: JobDetail | None = None,
    goes_on: Line = Line(),  # noqa: B008 -- never changed
) -> Line:
    """The line for a job that goes elsewhere.

    Args:
        desired: the program's wish.
        names: the arguments that change.
        todo: what becomes of its state.
        state: what is known of the old job.
        there: the resource's job that is there already; None for none.
        goes_on: the line for that one.
    """
    why = f"because {' and '.join(names)} change{'s' * (len(names) == 1)}"
    if todo.blocked:
        return Line(f"{desired.name}: CANNOT REPLACE, {why}: {todo.blocked}", Level.ERROR)
    own = there is not None and there.holds_state
    what = "REPLACES THE JOB WITHOUT STATE" if todo.lost and not own else "REPLACES THE JOB"
    given_up = own and bool(todo.lost) and todo.stop and not todo.savepoint
    parts = [*_leaves(todo, str(state.value("obs_bucket") or ""), given_up=given_up)]
    if there is None:
        parts += _arrives(desired, todo)
    else:
        if hands(there, todo):
            parts.append(f"{todo.named or 'its savepoint'} goes to job {there.job_id} here")
        parts += ["deleted there"] * (not todo.stays and not todo.gone)
    if todo.lost:
        reason = f"{'its state stays there, ' * (own and not given_up)}because {todo.lost}"
        parts.insert(1 if todo.stays else len(parts), reason)
    text = f"{desired.name}: {what}, {why}: {', '.join(parts)}"
    if there is None:
        text += "".join(f"; {each}" for each in _with_it(desired, names, state))
    else:
        text += f"; {goes_on.text.removeprefix(f'{desired.name}: ')}"
    return Line(text, Level.WARNING, loses=todo.loses or goes_on.loses)


def _with_it(desired: Desired, names: list[str], state: State) -> Iterator[str]:
    """What changes beside the place, and that nothing takes it back."""
    changes, _ = differences(state.job, desired, state)
    told = [each.words for each in changes if each.name not in names and not _only_moves(each)]
    if told:
        yield f"with it {', '.join(told)}"
    if desired.options.rollback == "previous" and desired.running:
        yield "no rollback: a job that moves does not go back"


def _only_moves(change: Change) -> bool:
    """Whether files that are named by their content keep it, and only their folder differs."""
    if change.name not in OBJECTS:
        return False
    old, new = (_contents(value) for value in (change.old, change.new))
    return old == new and all(old)


def _contents(value: Any) -> list[str]:
    urls = [value] if isinstance(value, str) else value or []
    return [digits(str(url).rpartition("/")[2]) for url in urls]


def _leaves(todo: Move, bucket: str, *, given_up: bool) -> Iterator[str]:
    """What becomes of the old job before the new one is there."""
    if todo.stays:
        yield "it stays there as it is"
    elif todo.stop:
        saves = " with a savepoint" * todo.savepoint + " WITHOUT A SAVEPOINT" * (
            todo.unsaved or given_up
        )
        yield f"it is stopped there{saves}"
    if todo.lost and todo.savepoint:
        yield f"which stays in the bucket {bucket}"


def _arrives(desired: Desired, todo: Move) -> Iterator[str]:
    """How the new job comes into being, and the old one goes."""
    carried = " with its savepoint" if todo.carried else ""
    left = "created here and left stopped" + (f" with {todo.named}" if todo.named else carried)
    yield "another is " * todo.stays + ("created here" if desired.running else left)
    if not todo.stays and not todo.gone:
        yield "deleted there"
    if desired.running:
        carried = f" from its savepoint {directory_url(todo.path)}".rstrip() * todo.carried
        yield "and started" + (f" from {todo.named}" if todo.named else carried)
