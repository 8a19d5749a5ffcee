"""The arguments of a job that are this provider's own: how it treats the job."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from pulumi_dli.job.canonical import scalar
from pulumi_dli.job.field import Strict
from pulumi_dli.job.run_state import is_found, is_up

OWNER_TAG = "pulumi-owner"
"""Key of the tag that says which resource a job belongs to."""


def _as_found(value: object) -> object:
    """A run state as it was found comes back as a wish under `ignore_changes`."""
    if not is_found(value):
        return value
    return "running" if is_up(str(value)) else "stopped"


LOCAL_SETTLE = 2.0
"""The default of `settle` on the local DLI, which shows at once what a cloud takes time to."""

Text = Annotated[str, BeforeValidator(scalar), Field(min_length=1)]


Seconds = Annotated[float, Field(allow_inf_nan=False)]


class Timeouts(Strict):
    """Seconds that an operation may take."""

    create: Annotated[Seconds, Field(gt=0, description="Create, and wait until running.")] = 1200
    update: Annotated[Seconds, Field(gt=0, description="Stop, change, and start again.")] = 1800
    delete: Annotated[Seconds, Field(gt=0, description="Stop, delete, and verify.")] = 2400
    settle: Annotated[
        Seconds,
        Field(
            ge=0,
            description="A start counts once the job ran this long without a restart. "
            f"The default of the local DLI is {LOCAL_SETTLE:g}.",
        ),
    ] = 10


class Options(Strict):
    """The provider's own arguments."""

    desired_state: Annotated[
        Literal["running", "stopped"],
        BeforeValidator(_as_found),
        Field(description="`running` or `stopped`. Default: `running`."),
    ] = "running"
    upgrade_mode: Annotated[
        Literal["savepoint", "stateless"] | None,
        Field(
            description="How a restart treats state: `savepoint` (stop with a savepoint and "
            "resume from it) or `stateless` (start empty). Default: `savepoint` when "
            "`obs_bucket` is set, else `stateless`."
        ),
    ] = None
    restore_from: Annotated[
        str | None,
        Field(
            min_length=1,
            description="Savepoint or checkpoint directory to start from, as "
            "`obs://bucket/folder/`. Used when it changes: the job restarts from it.",
        ),
    ] = None
    restart_trigger: Annotated[
        Text | None,
        Field(
            description="Any text. A change restarts the job; with `jar_digest(path)` a changed "
            "jar does, with `file_digest(path)` each build of one. Of a job that is new, or that "
            "is gone on with although the state lost it, it is only noted."
        ),
    ] = None
    savepoint_trigger: Annotated[
        Text | None,
        Field(
            description="Any text. A change takes a savepoint of the running job, which runs on; "
            "`savepoint_path` names it. Of a job that is new or at rest it is only noted."
        ),
    ] = None
    adopt_job_id: Annotated[
        int | None,
        Field(
            ge=1,
            le=2**63 - 1,
            description="Id of an existing job to take over. Read by create only.",
        ),
    ] = None
    rollback: Annotated[
        Literal["none", "previous"],
        Field(
            description="`previous`: where a changed definition does not come to run, the job goes "
            "back to the one before, from a copy of its savepoint. Default: `none`."
        ),
    ] = "none"
    on_delete: Annotated[
        Literal["stop", "savepoint", "retain"] | None,
        Field(
            description="What destroy does first: `stop`, `savepoint` (stop with a savepoint) or "
            "`retain` (leave the job alone). Default: `savepoint` for a stateful job that runs, "
            "else `stop`."
        ),
    ] = None
    region: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9_-]{1,64}$",
            description="Region of this job. Default: the stack's.",
        ),
    ] = None
    project_id: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9]{1,64}$",
            description="Project of this job: 1 to 64 letters and digits. Default: the stack's.",
        ),
    ] = None
    timeouts: Annotated[
        Timeouts,
        Field(description="Seconds allowed: `create`, `update`, `delete`, `settle`."),
    ] = Timeouts()


PROVIDED = ("owner", "endpoint", "own_place", "former_owners", "retained")
"""Inputs that no program writes: the ownership mark, the place that check fills in, which of
`region` and `project_id` the program names itself, the marks that the resource's aliases had,
and whether the resource option `retain_on_delete` is set."""
