"""What an operation or a refresh leaves in the state.

Arguments are stored as the program wrote them while the live job holds an equal value, so
that only real changes ever differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_dli.job.checkpoint import of_our_stop
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.differences import MAPS, holds, managed
from pulumi_dli.job.field import KEEP, Cost
from pulumi_dli.job.next_start import LIVE, NextStart
from pulumi_dli.job.redaction import hidden
from pulumi_dli.job.restarts import recorded, restore_due
from pulumi_dli.job.run_state import found_state
from pulumi_dli.job.spec import FIELDS, SECRET_FIELDS
from pulumi_dli.job.start import pending_start, state_at_risk
from pulumi_dli.job.started import Definition
from pulumi_dli.job.state import OURS, UNMARKED, State
from pulumi_dli.job.watched import Watched


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How far an operation on a job came.

    Attributes:
        job: the job as last seen.
        put_time: `update_time` of the answer to the PUT; 0 when nothing was put.
        started: whether a start was accepted, so that `restart_trigger` and `restore_from`
            have had their effect.
        saved_live: whether the savepoint that the program asked for was taken.
        counted: whether the job was seen to run long enough after a start.
        etags: see `Watched`, of the objects that the last start was asked for with.
        next_start: what the next start begins with; None: undecided, as before.
        written: the fields that were put; `tags` too, once they are as wanted.
        unmanaged: see `State.unmanaged`, for what was looked at.
        mark: the mark that stands on the job where the wished one could not be written.
        took_from: see `State.took_from`, while the take-over lasts.
        rejected: the wish that failed; None where none did.
        rolled_back: whether the job runs with its old definition again after that.
    """

    job: JobDetail
    put_time: int = 0
    started: bool = False
    saved_live: bool = False
    counted: bool = False
    etags: Mapping[str, str] = field(default_factory=dict)
    next_start: NextStart | None = None
    written: frozenset[str] = frozenset()
    unmanaged: Mapping[str, frozenset[str]] = field(default_factory=dict)
    mark: str = ""
    took_from: str | None = None
    rejected: Definition | None = None
    rolled_back: bool = False


def after(outcome: Outcome, desired: Desired, state: State | None) -> State:
    """The state after a create or an update that reached its end.

    Args:
        outcome: of the operation.
        desired: the program's wish.
        state: what was known before; None for a create.
    """
    job, given = outcome.job if state is None else state.aged(outcome.job), desired.given
    values = {
        name: _field(name, job, given.get(name), state, written=name in outcome.written)
        for name in FIELDS
    }
    before = job.update_time if state is None else state.job.update_time
    ours = {name: given[name] for name in OURS if name in given}
    if restore_due(desired, state) and not outcome.started and job.phase in AT_REST:
        ours |= {"restore_from": None if state is None else state.restore_from}  # due still
    return State(
        job=replace(
            job,
            values=values,
            update_time=outcome.put_time or before,
        ),
        set_arguments=frozenset(name for name in FIELDS if name in given),
        ours=ours,
        # The savepoint that the state must remember is the one that no start has used up.
        next_start=(
            pending_start(job, state) if outcome.next_start is None else outcome.next_start
        ),
        started=_started(outcome, state),
        watched=_watched(outcome, job, state),
        overwritten=() if state is None or outcome.counted else state.stale(job),
        ran_on=_ran_on(job, state),
        rejected=None if state is None or outcome.counted else state.rejected,
        unmanaged=_unmanaged(outcome, desired, state),
        mark=outcome.mark or _kept_mark(desired, state),
        asked=recorded(desired, state, ours, job, started=outcome.started),
    )


def _started(outcome: Outcome, state: State | None) -> Definition | None:
    if outcome.counted and outcome.job.phase is Phase.RUNNING:
        return Definition.started(outcome.job)
    return None if state is None else state.started


def _watched(outcome: Outcome, job: JobDetail, state: State | None) -> Watched | None:
    if outcome.etags and (outcome.started or outcome.counted):
        return Watched(job.start_time, outcome.etags)
    return None if state is None else state.watches(job)


def _ran_on(job: JobDetail, state: State | None) -> str:
    """The savepoint that a running job holds, or one that crashed; else what was seen before."""
    ours = state is not None and of_our_stop(job.savepoint_path, state)
    if job.has_savepoint and (job.phase is Phase.RUNNING or (job.crashed and not ours)):
        return job.savepoint_path
    return "" if state is None else state.ran_on


def _kept_mark(desired: Desired, state: State | None) -> str:
    """The mark that could not be rewritten before, as long as the wished one is the same."""
    return state.mark if state is not None and state.owner == desired.owner else ""


def _unmanaged(
    outcome: Outcome, desired: Desired, state: State | None
) -> dict[str, frozenset[str]]:
    """Whose keys are others': those that were there before, or that stay after a PUT of ours."""
    before = {} if state is None else state.unmanaged
    known = {**before, **outcome.unmanaged}
    if "runtime_config" in outcome.written or state is None:
        live = outcome.job.values.get("runtime_config") or {}
        wanted = desired.spec.runtime_config or {}
        known["runtime_config"] = frozenset(live.keys() - wanted.keys())
    return known


def after_failure(outcome: Outcome, desired: Desired, state: State | None) -> State:
    """The state after one that broke off: the live job, and no wish that was not fulfilled."""
    if outcome.rolled_back and state is not None:
        found, _ = observed(outcome.job, state)
        return replace(
            found,
            job=replace(found.job, update_time=outcome.put_time or found.job.update_time),
            next_start=LIVE,
            started=_started(outcome, state),
            watched=_watched(outcome, found.job, state),
            rejected=outcome.rejected,
            rolled_back=True,
        )
    reached = after(outcome, desired, state)
    before = State(outcome.job) if state is None else state
    ours = dict(reached.ours)
    if desired.options.restore_from is not None or "restore_from" not in desired.given:
        ours["restore_from"] = before.ours.get("restore_from")  # due until a start has counted
    if not outcome.started:
        ours["restart_trigger"] = before.ours.get("restart_trigger")
    if not outcome.saved_live:
        ours["savepoint_trigger"] = before.ours.get("savepoint_trigger")
    if state is not None and "tags" not in outcome.written:
        ours["owner"] = before.ours.get("owner")
    risk = state_at_risk(reached.job, reached.next_start, stateful=desired.stateful)
    ours["desired_state"] = found_state(
        reached.job, desired.options.desired_state, at_risk=risk, stale=bool(reached.overwritten)
    )
    return replace(
        reached,
        # What the program no longer sets may not be reset yet.
        set_arguments=reached.set_arguments | before.set_arguments,
        ours=ours,
        rejected=outcome.rejected or reached.rejected,
        took_from=before.took_from if outcome.took_from is None else outcome.took_from,
        asked=recorded(desired, state, ours, reached.job, started=outcome.started),
    )


def observed(
    job: JobDetail, state: State | None, overwritten: tuple[str, ...] = ()
) -> tuple[State, dict[str, Any]]:
    """The state and the inputs that a refresh finds.

    The inputs are what the program set, plus what left its default, under the same names.

    Args:
        job: the live job.
        state: what was known before; None where the job is only read.
        overwritten: the arguments whose objects hold other bytes than those that it runs on.
    """
    known = State(job) if state is None else state
    had = {} if state is None else dict(state.job.values)
    before = {name: had[name] for name in known.set_arguments if had.get(name) is not None}
    if state is not None:  # what it cannot tell of, the job does, as far as anybody may see it
        lost = state.set_arguments - before.keys() - SECRET_FIELDS
        before |= {name: job.values[name] for name in lost if job.values.get(name) is not None}
    drifted = any(
        not holds(name, managed(name, value, had.get(name), state), had.get(name))
        for name, value in job.values.items()
        if name != "tags"
    )
    values = {name: _field(name, job, before.get(name), state, written=False) for name in FIELDS}
    live = replace(
        job,
        values=values,
        update_time=job.update_time if drifted else known.job.update_time or job.update_time,
    )
    wanted = "stopped" if known.desired_state == "stopped" else "running"
    pending = pending_start(job, state)
    risk = state_at_risk(job, pending, stateful=known.stateful)
    foreign = job.mark or ""
    stands = found_state(live, wanted, at_risk=risk, stale=bool(overwritten))
    ours = {**known.ours, "desired_state": stands}
    if state is None:
        ours["owner"] = foreign  # whose it is, as far as anybody can tell
    elif job.mark == "" and not _unmarked(known):
        ours.pop("owner", None)  # somebody took it away
    found = replace(
        known,
        job=live,
        # Without a state nobody set anything, and each argument is an output of its own.
        set_arguments=frozenset(before if state is not None else _told(values)),
        ours=ours,
        mark=UNMARKED if job.mark == "" and _unmarked(known) else known.mark,
        next_start=pending,
        watched=known.watches(job),
        overwritten=overwritten,
        ran_on=_ran_on(job, state),
        unmanaged={} if state is None else _seen(job, state),
        foreign="" if state is None or foreign in known.marks else foreign,
    )
    inputs = replace(found, set_arguments=frozenset(before)).inputs()
    if state is None:
        inputs.pop("owner")
    v2 = job.values.get("resource_config_version") == "v2"
    for name, row in FIELDS.items():
        if name in inputs or (v2 and row.sizing) or row.reset is KEEP:
            continue
        told = values[name] if name in MAPS else job.values.get(name)
        if not holds(name, told, None) and not holds(name, told, row.default):
            inputs[name] = values[name]
    return found, inputs


def _unmarked(state: State) -> bool:
    """Whether a job is known to carry no mark, or nobody has looked at it yet."""
    return bool(state.mark) or "tags" not in state.unmanaged


def _told(values: Mapping[str, Any]) -> Iterator[str]:
    return (name for name, value in values.items() if value is not None)


def _seen(job: JobDetail, state: State) -> dict[str, frozenset[str]]:
    """Whose keys are others'. A state that does not tell takes those that nobody set for theirs."""
    first = {
        name: frozenset(job.values[name].keys() - (state.value(name) or {}).keys())
        for name in MAPS
        if isinstance(job.values.get(name), Mapping)
    }
    return {**first, **state.unmanaged}


def _field(name: str, job: JobDetail, wanted: Any, state: State | None, *, written: bool) -> Any:
    """A field as it stands: in the program's spelling while the live job holds that value."""
    row, live = FIELDS[name], job.values.get(name)
    tags = row.cost is Cost.TAGS
    if (tags and written) or (name not in job.values and (wanted is not None or tags)):
        # The service does not tell: what was written last is what it has.
        if written or (state is None and not tags):
            return wanted
        return None if state is None else state.job.values.get(name)
    # What the service adds to what was just written is its own.
    live = managed(name, live, wanted, None if written else state)
    if wanted is None:
        return hidden(live) if row.secret and state is not None else live
    return wanted if holds(name, live, wanted) else live
