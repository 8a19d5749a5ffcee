"""What an operation or a refresh leaves in the state.

Arguments are stored as the program wrote them while the live job holds an equal value, so
that only real changes ever differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, Phase, same
from pulumi_dli.job.differences import keeps_dropped
from pulumi_dli.job.field import KEEP, Cost
from pulumi_dli.job.next_start import NextStart
from pulumi_dli.job.plan import pending_start
from pulumi_dli.job.redaction import hidden, mask
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.state import OURS, State

_RUNNING = frozenset({Phase.RUNNING, Phase.STARTING, Phase.SAVEPOINTING, Phase.UNKNOWN})


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How far an operation on a job came.

    Attributes:
        job: the job as last seen.
        put_time: `update_time` of the answer to the PUT; 0 when nothing was put.
        started: whether a start was accepted, so that `restart_trigger` and `restore_from`
            have had their effect.
        next_start: what the next start begins with; None: undecided, as before.
        written: the fields that were put; `tags` too, once they are as wanted.
    """

    job: JobDetail
    put_time: int = 0
    started: bool = False
    next_start: NextStart | None = None
    written: frozenset[str] = frozenset()


def after(outcome: Outcome, desired: Desired, state: State | None) -> State:
    """The state after a create or an update that reached its end.

    Args:
        outcome: of the operation.
        desired: the program's wish.
        state: what was known before; None for a create.
    """
    job, given = outcome.job, desired.given
    values = {
        name: _field(name, job, given.get(name), state, written=name in outcome.written)
        for name in FIELDS
    }
    before = job.update_time if state is None else state.job.update_time
    return State(
        job=replace(
            job,
            values=values,
            status_desc=mask(job.status_desc, given, job.values),
            update_time=outcome.put_time or before,
        ),
        set_arguments=frozenset(name for name in FIELDS if name in given),
        ours={name: given[name] for name in OURS if name in given},
        # The savepoint that the state must remember is the one that no start has used up.
        next_start=(
            pending_start(job, state) if outcome.next_start is None else outcome.next_start
        ),
    )


def after_failure(outcome: Outcome, desired: Desired, state: State | None) -> State:
    """The state after one that broke off: the live job, and no wish that was not fulfilled."""
    reached = after(outcome, desired, state)
    before = State(outcome.job) if state is None else state
    ours = {**reached.ours, "restore_from": before.ours.get("restore_from")}
    if not outcome.started:
        ours["restart_trigger"] = before.ours.get("restart_trigger")
    if state is not None and "tags" not in outcome.written:
        ours["owner"] = before.ours.get("owner")
    ours["desired_state"] = found_state(reached.job, desired.options.desired_state)
    return replace(
        reached,
        # What the program no longer sets may not be reset yet.
        set_arguments=reached.set_arguments | before.set_arguments,
        ours=ours,
    )


def observed(job: JobDetail, state: State | None) -> tuple[State, dict[str, Any]]:
    """The state and the inputs that a refresh finds.

    The inputs are what the program set, plus what left its default, under the same names.

    Args:
        job: the live job.
        state: what was known before; None where the job is only read.
    """
    known = State(job) if state is None else state
    names = FIELDS.keys() if state is None else state.set_arguments
    had = {} if state is None else dict(state.job.values)
    before = {name: had[name] for name in names if had.get(name) is not None}
    drifted = any(
        not same(name, value, had.get(name), unordered=FIELDS[name].unordered)
        for name, value in job.values.items()
    )
    values = {name: _field(name, job, before.get(name), state, written=False) for name in FIELDS}
    live = replace(
        job,
        values=values,
        status_desc=mask(job.status_desc, before, job.values),
        update_time=job.update_time if drifted or state is None else state.job.update_time,
    )
    wanted = "stopped" if known.desired_state == "stopped" else "running"
    found = State(
        job=live,
        set_arguments=frozenset(before),
        ours={**known.ours, "desired_state": found_state(live, wanted)},
        next_start=pending_start(job, state),
    )
    inputs = {
        name: found_value
        for name in (*before, *OURS)
        if (found_value := found.value(name)) is not None
    }
    v2 = job.values.get("resource_config_version") == "v2"
    for name, row in FIELDS.items():
        if name in inputs or (v2 and row.sizing) or row.reset is KEEP or row.cost is Cost.TAGS:
            continue
        told = job.values.get(name)
        if not same(name, told, None) and not same(name, told, row.default):
            inputs[name] = values[name]
    return found, inputs


def found_state(job: JobDetail, wanted: str) -> str:
    """The run state as found, under the name of the wish, with the reason where they differ.

    A job that has finished did what was wanted of it.
    """
    if wanted == "stopped":
        return "running" if job.phase in _RUNNING else "stopped"
    if job.phase in _RUNNING or job.phase is Phase.FINISHED:
        return "running"
    reason = f"{job.status}: {job.status_desc}" if job.status_desc else job.status
    return f"stopped ({reason})"


def _field(name: str, job: JobDetail, wanted: Any, state: State | None, *, written: bool) -> Any:
    """A field as it stands: in the program's spelling while the live job holds that value."""
    row, live = FIELDS[name], job.values.get(name)
    if wanted is None:
        return hidden(live) if row.secret else live
    holds = job.holds(name, wanted)
    if holds and not written and keeps_dropped(name, live, wanted, state):
        return live
    if holds is not None:
        return wanted if holds else live
    # The service does not tell: what was written last is what it has.
    if written or (state is None and row.cost is not Cost.TAGS):
        return wanted
    return None if state is None else state.job.values.get(name)
