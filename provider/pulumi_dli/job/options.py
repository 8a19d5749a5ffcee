"""What a program wants beside the job's definition, and what the state remembers of it.

`Handling` holds the arguments that are this provider's own; `Desired` is a program's whole
wish; `Stored` is what the outputs of the last operation say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pulumi_dli.job.canonical import scalar, text_of
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.spec import FIELDS, JobSpec, Strict
from pulumi_dli.job.state import unfold

OWNER_TAG = "pulumi-owner"
"""Key of the tag that says which resource a job belongs to."""

Text = Annotated[str, BeforeValidator(scalar), Field(min_length=1)]


class Timeouts(Strict):
    """Seconds that an operation may take."""

    create: Annotated[float, Field(gt=0, description="Create, and wait until running.")] = 1200
    update: Annotated[float, Field(gt=0, description="Stop, change, and start again.")] = 1800
    delete: Annotated[float, Field(gt=0, description="Stop, delete, and verify.")] = 2400
    settle: Annotated[
        float,
        Field(ge=0, description="A start counts once the job ran this long without a restart."),
    ] = 10


class Handling(Strict):
    """The provider's own arguments."""

    desired_state: Annotated[
        Literal["running", "stopped"],
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
            description="Any text. A change restarts the job; with `file_digest(path)` a changed "
            "jar does."
        ),
    ] = None
    adopt_job_id: Annotated[
        int | None,
        Field(ge=1, description="Id of an existing job to take over. Read by create only."),
    ] = None
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
        Field(min_length=1, description="Region of this job. Default: the stack's."),
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

    @classmethod
    def from_inputs(cls, inputs: Mapping[str, Any]) -> Handling:
        """Read checked inputs. Raises pydantic's ValidationError for unchecked ones."""
        own = {name: inputs[name] for name in cls.model_fields if inputs.get(name) is not None}
        return cls.model_validate(own)


PROVIDED = ("owner", "endpoint")
"""Inputs that no program writes: the ownership mark, and the place that check fills in."""


@dataclass(frozen=True, slots=True)
class Desired:
    """A program's whole wish for one job."""

    spec: JobSpec
    handling: Handling
    owner: str = ""

    @classmethod
    def from_inputs(cls, inputs: Mapping[str, Any]) -> Desired:
        """Read checked inputs. Raises pydantic's ValidationError for unchecked ones."""
        spec = {name: inputs[name] for name in FIELDS if inputs.get(name) is not None}
        return cls(
            spec=JobSpec.model_validate(spec),
            handling=Handling.from_inputs(inputs),
            owner=str(inputs.get("owner") or ""),
        )

    @property
    def running(self) -> bool:
        """Whether the job should run."""
        return self.handling.desired_state == "running"

    @property
    def stateful(self) -> bool:
        """Whether restarts keep state: `upgrade_mode` resolves to savepoint."""
        mode = self.handling.upgrade_mode
        return mode == "savepoint" or (mode is None and self.spec.obs_bucket is not None)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the outputs of the last operation say; `job` is the job as it was left."""

    job: JobDetail
    set_arguments: frozenset[str]
    outputs: Mapping[str, Any]

    @classmethod
    def from_outputs(cls, job_id: int, outputs: Mapping[str, Any]) -> Stored:
        """Read stored outputs leniently: what is missing is unknown."""
        outputs = unfold(outputs)
        values = {name: outputs[name] for name in FIELDS if outputs.get(name) is not None}
        plain = {key: outputs.get(key) for key in JobDetail.__slots__ if key != "values"}
        config = {"real_cu_number": outputs.get("real_cu_number")}
        detail = JobDetail.from_wire(plain | {"job_id": job_id, "job_config": config})
        job = JobDetail(
            **{key: getattr(detail, key) for key in plain},
            values=values,
        )
        trigger = outputs.get("restart_trigger")
        return cls(
            job=job,
            set_arguments=frozenset(outputs.get("set_arguments") or ()),
            outputs=outputs
            if trigger is None
            else {**outputs, "restart_trigger": text_of(trigger)},
        )

    def get(self, name: str) -> Any:
        """A stored output, None when it is missing."""
        return self.outputs.get(name)

    @property
    def next_start(self) -> str:
        """What the next start begins with, while no start has counted since."""
        return str(self.get("next_start") or "")

    @property
    def stateful(self) -> bool:
        """Whether the stored job keeps state over restarts."""
        mode = self.get("upgrade_mode")
        return mode == "savepoint" or (not mode and bool(self.get("obs_bucket")))

    @property
    def tags(self) -> dict[str, str]:
        """The tags that the program gave the job."""
        return {str(key): text_of(value) for key, value in (self.get("tags") or {}).items()}
