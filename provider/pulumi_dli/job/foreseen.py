"""The outputs of a create or an update as far as they are certain before it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.outputs import Outcome, after
from pulumi_dli.job.plan import Plan
from pulumi_dli.job.state import State
from pulumi_dli.job.stored import UNSET, UNTOLD

_OF_A_START = frozenset(
    {
        "status",
        "status_desc",
        "start_time",
        "update_time",
        "has_savepoint",
        "savepoint_path",
        "next_start",
        "restart_times",
        "real_cu_number",
        "started",
        "watched",
        UNSET,
    }
)
"""Outputs that a stop or a start decides."""
_OF_THE_SERVICE = _OF_A_START | {"create_time", "unmanaged", UNTOLD}
"""Outputs that a new job is given."""


class Foreseen(NamedTuple):
    """Outputs that are certain, and the names of those that are not."""

    outputs: dict[str, Any]
    unknown: frozenset[str]


def of_new(desired: Desired) -> Foreseen:
    """The outputs of a job that is about to come into being."""
    values = {name: desired.given[name] for name in desired.spec.set_names()}
    job = JobDetail(0, desired.name, "", values=values)
    return _foreseen(Outcome(job=job), desired, None, _OF_THE_SERVICE)


def of_change(
    job: JobDetail, desired: Desired, state: State, todo: Plan, *, seen: bool
) -> Foreseen:
    """The outputs of a job that is about to change.

    Args:
        job: the job as it is.
        desired: the program's wish, with stored values for what is not known.
        state: what is stored of it.
        todo: the plan.
        seen: whether the job was looked at, so that nothing but the plan changes it.
    """
    put = {change.name: change.new for change in todo.changes}
    changed = replace(job, values={**job.values, **put})
    written = frozenset(put) | ({"tags"} if todo.add_tags or todo.remove_tags else frozenset())
    restarts = todo.stop or todo.start is not None
    unknown = _OF_A_START if restarts or not seen or desired.unknown else frozenset[str]()
    if todo.body:
        unknown |= {"update_time"}
    return _foreseen(Outcome(job=changed, written=written), desired, state, unknown)


def _foreseen(
    outcome: Outcome, desired: Desired, state: State | None, unknown: frozenset[str]
) -> Foreseen:
    reached = after(outcome, desired, state)
    open_ = unknown | desired.unknown
    if desired.unknown:  # each may turn out to be left out
        open_ |= {"set_arguments", UNSET}
    outputs = {name: value for name, value in reached.write().items() if name not in open_}
    return Foreseen(outputs, open_)
