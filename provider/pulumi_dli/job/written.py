"""A live job as the program that wants it would write it."""

from __future__ import annotations

import math
from typing import Any

from pulumi_dli.job.canonical import canonical, is_empty
from pulumi_dli.job.checkpoint import FOLDER
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase, integer
from pulumi_dli.job.spec import FIELDS


def written(job: JobDetail) -> dict[str, Any]:
    """The arguments with which a program describes a job as it is.

    Left out is what a program need not write: what stands at its default, and what the service
    makes by itself. A job at rest is one that a program wants stopped, unless it has finished.

    Args:
        job: the live job; its tags are among the arguments once they were read.

    Returns:
        The arguments, in the order of the field table and `desired_state` behind them.
        `entrypoint_args` and `runtime_config` are there too, and are secrets.
    """
    v2 = job.value("resource_config_version") == "v2"
    found = {
        name: value
        for name, row in FIELDS.items()
        if not is_empty(name, value := _plain(job.value(name)))
        and canonical(name, value) != canonical(name, row.default)
        and not (v2 and row.sizing)
        and not _made(name, job, v2=v2)
    }
    stopped = job.phase is Phase.STOPPING or (
        job.phase in AT_REST and job.phase is not Phase.FINISHED
    )
    return {**found, "desired_state": "stopped"} if stopped else found


def _made(name: str, job: JobDetail, *, v2: bool) -> bool:
    """Whether the service makes a value by itself, or it says nothing beside the others."""
    match name:
        case "checkpoint_interval":
            return not job.value("checkpoint_enabled")
        case "checkpoint_mode":
            return not job.value("checkpoint_enabled") or str(job.value(name)) == "exactly_once"
        case "checkpoint_path":
            path = str(canonical(name, job.value(name)))
            own = path.startswith(f"{job.value('obs_bucket')}/{FOLDER}")
            return own or bool(job.value("checkpoint_enabled"))
        case "feature":
            return str(job.value(name)) == "basic"
        case "image":
            return str(job.value("feature")) != "custom"
        case "resource_config":
            return not v2
        case "tm_slot_num":
            return integer(job.value(name)) in _computed_slots(job)
    return False


def _computed_slots(job: JobDetail) -> tuple[int, ...]:
    """The slots of a TaskManager that the service computes; how it rounds is not documented."""
    cus, manager, parallel, of_each = (
        integer(job.value(name) or FIELDS[name].default)
        for name in ("cu_number", "manager_cu_number", "parallel_number", "tm_cus")
    )
    if cus <= manager:
        return (0,)
    slots = parallel * of_each / (cus - manager)
    return 0, math.floor(slots), math.ceil(slots)


def _plain(value: Any) -> Any:
    """A value without what holds nothing, and with whole numbers where they are whole."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item not in (None, {})}
    return int(value) if isinstance(value, float) and value.is_integer() else value
