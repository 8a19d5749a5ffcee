"""The state's view of a job: the outputs of an operation, and the inputs that a refresh finds.

Arguments are stored as the program wrote them while the live job holds an equal value, so
that only real changes ever differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_dli.job.detail import JobDetail, Phase, same
from pulumi_dli.job.options import PROVIDED, Handling, Stored
from pulumi_dli.job.plan import FRESH, LOST, keeps_dropped, pending_start
from pulumi_dli.job.redaction import hidden, mask
from pulumi_dli.job.spec import FIELDS, KEEP, Cost
from pulumi_dli.job.state import fold

OURS = (*Handling.model_fields, *PROVIDED)
"""Inputs that the service does not know."""

_RUNNING = frozenset({Phase.RUNNING, Phase.STARTING, Phase.SAVEPOINTING, Phase.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation left behind.

    Attributes:
        job: the job as last seen.
        put_time: `update_time` of the answer to the PUT; 0 when nothing was put.
        started: whether a start was accepted, so that `restart_trigger` and `restore_from`
            have had their effect.
        next_start: what the next start begins with, see `pending_start`.
        written: the fields that were put; `tags` too, once they are as wanted.
    """

    job: JobDetail
    put_time: int = 0
    started: bool = False
    next_start: str = ""
    written: frozenset[str] = frozenset()


def after(outcome: Outcome, inputs: Mapping[str, Any], stored: Stored | None) -> dict[str, Any]:
    """The outputs of a create or an update that reached its end."""
    return fold(_after(outcome, inputs, stored))


def _after(outcome: Outcome, inputs: Mapping[str, Any], stored: Stored | None) -> dict[str, Any]:
    update_time = outcome.put_time or (
        outcome.job.update_time if stored is None else stored.job.update_time
    )
    return _outputs(
        outcome.job,
        inputs,
        own={name: inputs.get(name) for name in OURS},
        stored=stored,
        written=outcome.written,
        next_start=outcome.next_start,
        update_time=update_time,
    )


def after_failure(
    outcome: Outcome, inputs: Mapping[str, Any], stored: Stored | None
) -> dict[str, Any]:
    """The outputs of one that broke off: the live job, and no wish that was not fulfilled."""
    outputs = _after(outcome, inputs, stored)
    outputs["restore_from"] = None if stored is None else stored.get("restore_from")
    if not outcome.started:
        outputs["restart_trigger"] = None if stored is None else stored.get("restart_trigger")
    if stored is not None:
        # What the program no longer sets may not be reset yet.
        known = stored.set_arguments | set(outputs["set_arguments"])
        outputs["set_arguments"] = [name for name in FIELDS if name in known]
        if "tags" not in outcome.written:
            outputs["owner"] = stored.get("owner")
    outputs["desired_state"] = found_state(
        outcome.job, str(inputs.get("desired_state")), outputs["status_desc"]
    )
    return fold(outputs)


def observed(job: JobDetail, stored: Stored | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The outputs and the inputs that a refresh finds.

    The inputs are what the program set, plus what left its default, under the same names.
    """
    had: Mapping[str, Any] = {} if stored is None else stored.outputs
    names = FIELDS.keys() if stored is None else stored.set_arguments
    before = {name: had[name] for name in names if had.get(name) is not None}
    drifted = stored is None or any(
        not same(name, value, had.get(name), unordered=FIELDS[name].unordered)
        for name, value in job.values.items()
    )
    own = {name: had.get(name) for name in OURS}
    update_time = job.update_time if drifted or stored is None else stored.job.update_time
    outputs = _outputs(
        job,
        before,
        own=own,
        stored=stored,
        written=frozenset(),
        next_start=pending_start(job, stored),
        update_time=update_time,
    )
    wanted = "stopped" if own["desired_state"] == "stopped" else "running"
    outputs["desired_state"] = found_state(job, wanted, outputs["status_desc"])
    inputs = {name: outputs[name] for name in (*before, *OURS) if outputs.get(name) is not None}
    v2 = job.values.get("resource_config_version") == "v2"
    for name, row in FIELDS.items():
        live = job.values.get(name)
        if v2 and row.sizing:
            continue
        left = not same(name, live, None) and not same(name, live, row.default)
        if name not in inputs and row.reset is not KEEP and row.cost is not Cost.TAGS and left:
            inputs[name] = outputs[name]
    return fold(outputs), inputs


def found_state(job: JobDetail, wanted: str, status_desc: str) -> str:
    """The run state as found, under the name of the wish, with the reason where they differ.

    A job that has finished did what was wanted of it.
    """
    if wanted == "stopped":
        return "running" if job.phase in _RUNNING else "stopped"
    if job.phase in _RUNNING or job.phase is Phase.FINISHED:
        return "running"
    reason = f"{job.status}: {status_desc}" if status_desc else job.status
    return f"stopped ({reason})"


def _outputs(  # noqa: PLR0913 -- the parts that the callers differ in
    job: JobDetail,
    inputs: Mapping[str, Any],
    *,
    own: Mapping[str, Any],
    stored: Stored | None,
    written: frozenset[str],
    next_start: str,
    update_time: int,
) -> dict[str, Any]:
    outputs: dict[str, Any] = {
        name: _field(name, job, inputs.get(name), stored, name in written) for name in FIELDS
    }
    outputs |= own
    outputs |= {
        "status": job.status,
        "status_desc": mask(job.status_desc, inputs, job.values),
        "create_time": job.create_time,
        "start_time": job.start_time,
        "update_time": update_time,
        "has_savepoint": job.has_savepoint,
        "savepoint_path": job.savepoint_path or ("" if next_start in (FRESH, LOST) else next_start),
        "next_start": next_start,
        "restart_times": job.restart_times,
        "real_cu_number": job.real_cu_number,
        "set_arguments": [name for name in FIELDS if inputs.get(name) is not None],
    }
    return outputs


def _field(name: str, job: JobDetail, wanted: Any, stored: Stored | None, written: bool) -> Any:
    """A field as it stands: in the program's spelling while the live job holds that value."""
    row, live = FIELDS[name], job.values.get(name)
    if wanted is None:
        return hidden(live) if row.secret else live
    holds = job.holds(name, wanted)
    if holds and not written and keeps_dropped(name, live, wanted, stored):
        return live
    if holds is not None:
        return wanted if holds else live
    # The service does not tell: what was written last is what it has.
    if written or (stored is None and row.cost is not Cost.TAGS):
        return wanted
    return None if stored is None else stored.job.values.get(name)
