"""JobSpec: the one field table of a Flink Jar job.

A field's type, bounds, default, reset value, cost of a change and secrecy are written here
once. Check, diff, update, docs/fields.md and the tests of the typed arguments derive from
it. Field names are the API's own names everywhere: wire, model, arguments, state.

Source: DLI API reference, "Creating a Flink Jar Job" and "Updating a Flink Jar Job".
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from pulumi_dli.job.canonical import scalar
from pulumi_dli.job.field import Cost, Row, Strict

LIVE = Row(Cost.LIVE)
RESTART = Row(Cost.RESTART)


Memory = Annotated[
    str,
    BeforeValidator(scalar),
    Field(pattern=r"(?i)^\s*[0-9]+(\.[0-9]+)?\s*(m|mb|g|gb)?\s*$"),
]


class ResourceSpec(Strict):
    """CPU and memory of one kind of Flink process (v2 sizing)."""

    cpu: Annotated[
        float | None,
        Field(ge=0.5, le=10000, allow_inf_nan=False, description="CPU cores."),
    ] = None
    memory: Annotated[Memory | None, Field(description="Memory, such as `4G` or `2048 MB`.")] = None


class ResourceConfig(Strict):
    """v2 sizing: cores and memory in place of CUs."""

    max_slot: Annotated[int | None, Field(ge=1, le=2000, description="Slots of a TaskManager.")] = (
        None
    )
    parallel_number: Annotated[int | None, Field(ge=1, le=2000, description="Parallelism.")] = None
    jobmanager_resource_spec: ResourceSpec | None = None
    taskmanager_resource_spec: ResourceSpec | None = None


class JobSpec(Strict):
    """A Flink Jar job as the service defines it; None means that the program does not set it."""

    name: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=57,
            pattern=r"^[A-Za-z0-9_-]+$",
            description="Name of the job: 1 to 57 letters, digits, `-` and `_`, unique among all "
            "jobs of the project. Default: made from the resource's name and the stack's.",
        ),
        LIVE,
    ] = None
    desc: Annotated[
        str | None,
        Field(max_length=2048, description="Description, at most 512 characters."),
        Row(Cost.LIVE, default="", reset=""),
    ] = None
    queue_name: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=128,
            pattern=r"^[A-Za-z0-9_]+$",
            description="The general-purpose queue that runs the job: 1 to 128 letters, digits "
            "and `_`; upper and lower case are the same. A job that runs needs one.",
        ),
        RESTART,
    ] = None
    cu_number: Annotated[
        int | None,
        Field(ge=2, le=10000, description="CUs of the whole job, 2 to 10000. Default: 2."),
        Row(Cost.RESTART, default=2, reset=2, sizing=True),
    ] = None
    manager_cu_number: Annotated[
        int | None,
        Field(ge=1, le=10000, description="CUs of the JobManager, at least 1. Default: 1."),
        Row(Cost.RESTART, default=1, reset=1, sizing=True),
    ] = None
    parallel_number: Annotated[
        int | None,
        Field(ge=1, le=2000, description="Parallelism of the job, 1 to 2000. Default: 1."),
        Row(Cost.RESTART, default=1, reset=1, sizing=True),
    ] = None
    tm_cus: Annotated[
        int | None,
        Field(ge=1, le=10000, description="CUs of each TaskManager, at least 1. Default: 1."),
        Row(Cost.RESTART, default=1, reset=1, sizing=True),
    ] = None
    tm_slot_num: Annotated[
        int | None,
        Field(
            ge=0,
            le=10000,
            description="Slots of each TaskManager. Default: computed by the service, "
            "`parallel_number * tm_cus / (cu_number - manager_cu_number)`.",
        ),
        Row(Cost.RESTART, sizing=True),
    ] = None
    checkpoint_enabled: Annotated[
        bool | None,
        Field(
            description="Whether DLI makes checkpoints (Flink 1.15 or later; needs "
            "`obs_bucket`). Default: false."
        ),
        Row(Cost.RESTART, default=False, reset=False),
    ] = None
    checkpoint_mode: Annotated[
        Literal["exactly_once", "at_least_once"] | None,
        Field(description="`exactly_once` or `at_least_once`. Default: `exactly_once`."),
        RESTART,
    ] = None
    checkpoint_interval: Annotated[
        int | None,
        Field(
            ge=1,
            le=999999,
            description="Seconds between two checkpoints, 1 to 999999. Default: the service's "
            "(30 was observed, 10 is documented).",
        ),
        RESTART,
    ] = None
    checkpoint_path: Annotated[
        str | None,
        Field(
            min_length=1,
            description="Where the jar's own code writes its checkpoints, as `bucket/folder/`; "
            "one path for each job. Cannot be chosen while `checkpoint_enabled` is true. "
            "Default: made by the service.",
        ),
        LIVE,
    ] = None
    log_enabled: Annotated[
        bool | None,
        Field(description="Whether logs go to `obs_bucket`. Default: false."),
        Row(Cost.RESTART, default=False, reset=False),
    ] = None
    obs_bucket: Annotated[
        str | None,
        Field(
            min_length=1,
            description="OBS bucket for savepoints, checkpoints and logs. With it the job is "
            "stateful: it restarts from a savepoint.",
        ),
        Row(Cost.LIVE, default="", reset=""),
    ] = None
    smn_topic: Annotated[
        str | None,
        Field(
            min_length=1, description="Name (not URN) of the SMN topic that is told of failures."
        ),
        Row(Cost.LIVE, default="", reset=""),
    ] = None
    main_class: Annotated[
        str | None,
        Field(min_length=1, description="Main class. Default: the one in the jar's manifest."),
        RESTART,
    ] = None
    entrypoint: Annotated[
        str | None,
        Field(
            min_length=1,
            description="The jar: `obs://bucket/key.jar`, or `group/file.jar` of a DLI package "
            "(Flink before 1.15). A job that runs needs one.",
        ),
        RESTART,
    ] = None
    entrypoint_args: Annotated[
        str | list[Annotated[str, BeforeValidator(scalar)]] | None,
        Field(
            description="Arguments of the main class: one string, or a list that is joined with "
            "spaces. Always kept secret."
        ),
        Row(Cost.RESTART, default="", reset="", secret=True),
    ] = None
    dependency_jars: Annotated[
        list[Annotated[str, Field(min_length=1)]] | None,
        Field(description="Further jars on the job's class path, named as `entrypoint` is."),
        Row(Cost.RESTART, default=[], reset=[]),
    ] = None
    dependency_files: Annotated[
        list[Annotated[str, Field(min_length=1)]] | None,
        Field(
            description="Files that the job finds under `userData/`, named as `entrypoint` is; "
            "their order has no meaning."
        ),
        Row(Cost.RESTART, default=[], reset=[], unordered=True),
    ] = None
    restart_when_exception: Annotated[
        bool | None,
        Field(description="Whether DLI restarts the job after a failure. Default: false."),
        Row(Cost.LIVE, default=False, reset=False),
    ] = None
    resume_checkpoint: Annotated[
        bool | None,
        Field(
            description="Whether such a restart resumes from the last checkpoint. Default: false."
        ),
        Row(Cost.LIVE, default=False, reset=False),
    ] = None
    resume_max_num: Annotated[
        int | None,
        Field(
            ge=-1,
            le=2**31 - 1,
            description="Restarts allowed in an hour: 1 or more, or -1 for no limit. Default: -1.",
        ),
        Row(Cost.LIVE, default=-1, reset=-1),
    ] = None
    runtime_config: Annotated[
        dict[str, Annotated[str, BeforeValidator(scalar)]] | None,
        Field(description="Flink settings by key. Always kept secret."),
        Row(Cost.RESTART, default={}, reset={}, secret=True),
    ] = None
    execution_agency_urn: Annotated[
        str | None,
        Field(
            min_length=1,
            description="Name (not URN) of the agency that the job works as (Flink 1.15 or "
            "later, queues of an elastic resource pool).",
        ),
        Row(Cost.RESTART, default="", reset=""),
    ] = None
    resource_config_version: Annotated[
        Literal["v1", "v2"] | None,
        Field(
            description="`v1`: sizes are CUs (Flink 1.12, 1.15); `v2`: sizes are in "
            "`resource_config` (Flink 1.15, 1.17). Default: `v1`."
        ),
        Row(Cost.RESTART, default="v1", reset="v1"),
    ] = None
    resource_config: Annotated[
        ResourceConfig | None,
        Field(description="v2 sizing: cores and memory of JobManager and TaskManagers."),
        RESTART,
    ] = None
    feature: Annotated[
        Literal["basic", "custom"] | None,
        Field(description="`basic` (DLI's image) or `custom` (your `image`). Default: `basic`."),
        RESTART,
    ] = None
    flink_version: Annotated[
        str | None,
        Field(min_length=1, description="Flink version, such as `1.15`. Default: the queue's."),
        RESTART,
    ] = None
    image: Annotated[
        str | None,
        Field(min_length=1, description="Own image, `organization/name:tag` (`feature=custom`)."),
        RESTART,
    ] = None
    tags: Annotated[
        dict[str, Annotated[str, BeforeValidator(scalar), Field(max_length=255)]] | None,
        Field(
            description="Tags: at most 20 with the ownership tag, keys of at most 128 characters, "
            "values of at most 255."
        ),
        Row(Cost.TAGS, default={}, reset={}),
    ] = None

    def set_names(self) -> tuple[str, ...]:
        """The fields that the program sets, in the table's order."""
        told = self.model_fields_set
        return tuple(name for name in FIELDS if name in told and self.value(name) is not None)

    def value(self, name: str) -> Any:
        """A field's value as plain data; None where it is not set, or holds nothing at all."""
        value = getattr(self, name)
        if not isinstance(value, BaseModel):
            return value
        held = value.model_dump(exclude_none=True)
        return {key: item for key, item in held.items() if item != {}} or None


def _row(name: str) -> Row:
    return next(meta for meta in JobSpec.model_fields[name].metadata if isinstance(meta, Row))


FIELDS: dict[str, Row] = {name: _row(name) for name in JobSpec.model_fields}
"""The table: each field's row, in the order of the class."""

SECRET_FIELDS = frozenset(name for name, row in FIELDS.items() if row.secret)
"""Fields whose values never appear in a line, an error or a log."""
