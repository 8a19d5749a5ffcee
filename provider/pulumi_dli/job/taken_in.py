"""What the state keeps of a job that an import takes in as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_dli.job.detail import JobDetail, settled
from pulumi_dli.job.differences import MAPS
from pulumi_dli.job.run_state import found_state
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.start import pending_start
from pulumi_dli.job.state import UNMARKED, State
from pulumi_dli.job.written import written


def taken_in(job: JobDetail, owner: str) -> tuple[State, dict[str, Any]]:
    """The state of a job that was never managed here, and the inputs that describe it.

    It keeps the mark that it carries until something of it changes, so that taking it in sends
    nothing: the state then has no owner, and that mark in its place.

    Args:
        job: the live job with its tags, where they could be read.
        owner: the mark of the resource that takes it in.
    """
    inputs = written(job)
    wanted = inputs.get("desired_state", "running")
    ours = {"desired_state": found_state(settled(job), wanted)}  # nobody waits for it here
    if job.mark == owner:
        ours["owner"] = owner
    state = State(
        job=replace(job, values={**job.values, **{n: v for n, v in inputs.items() if n in FIELDS}}),
        set_arguments=frozenset(FIELDS.keys() & inputs.keys()),
        ours=ours,
        next_start=pending_start(job, None),
        unmanaged={name: frozenset[str]() for name in MAPS if name in job.values},
        mark="" if job.mark == owner else job.mark or UNMARKED,
    )
    return state, inputs
