"""The typed arguments of a FlinkJarJob.

Their texts are those of the field table in `pulumi_dli.job.spec` and `pulumi_dli.job.options`; a
test holds them equal. Where an argument has parts there are two types: `ResourceConfigArgs` for
what a program writes, with outputs in it, and `ResourceConfig` for what an output gives. An
output of every argument is an input of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol, TypedDict, TypeVar

from pulumi import FileAsset, Input, Output

_Item_co = TypeVar("_Item_co", covariant=True)


class Items(Protocol[_Item_co]):
    """A list or a tuple. To `Sequence` a text would be one too, of its letters."""

    def __contains__(self, item: object, /) -> bool: ...
    def __getitem__(self, index: int, /) -> _Item_co: ...
    def __iter__(self) -> Iterator[_Item_co]: ...
    def __len__(self) -> int: ...


class ResourceSpec(TypedDict, total=False):
    """CPU and memory of one kind of Flink process, as an output gives it."""

    cpu: float
    memory: str


class ResourceConfig(TypedDict, total=False):
    """v2 sizing, as an output gives it."""

    max_slot: int
    parallel_number: int
    jobmanager_resource_spec: ResourceSpec
    taskmanager_resource_spec: ResourceSpec


class Timeouts(TypedDict, total=False):
    """Seconds that an operation may take, as an output gives them."""

    create: float
    update: float
    delete: float
    settle: float


class ResourceSpecArgs(TypedDict, total=False):
    """CPU and memory of one kind of Flink process (v2 sizing)."""

    cpu: Input[float | None]
    """CPU cores."""
    memory: Input[str | None]
    """Memory, such as `4G` or `2048 MB`."""


class ResourceConfigArgs(TypedDict, total=False):
    """v2 sizing: cores and memory in place of CUs."""

    max_slot: Input[int | None]
    """Slots of a TaskManager."""
    parallel_number: Input[int | None]
    """Parallelism."""
    jobmanager_resource_spec: Input[ResourceSpecArgs | None] | Output[ResourceSpec | None]
    """The JobManager's size."""
    taskmanager_resource_spec: Input[ResourceSpecArgs | None] | Output[ResourceSpec | None]
    """Each TaskManager's size."""


class TimeoutsArgs(TypedDict, total=False):
    """Seconds that an operation may take."""

    create: Input[float]
    """Create, and wait until running. Default: 1200."""
    update: Input[float]
    """Stop, change, and start again. Default: 1800."""
    delete: Input[float]
    """Stop, delete, and verify. Default: 2400."""
    settle: Input[float]
    """A start counts once the job ran this long without a restart. The default of the local DLI is
    2. Default: 10."""


class FlinkJarJobArgs(TypedDict, total=False):
    """The arguments of a FlinkJarJob, under the names of the DLI API. None leaves one out."""

    name: Input[str | None]
    """Name of the job: 1 to 57 letters, digits, `-` and `_`, unique among all jobs of the project.
    Default: made from the resource's name and the stack's."""
    desc: Input[str | None]
    """Description, at most 512 characters."""
    queue_name: Input[str | None]
    """The general-purpose queue that runs the job: 1 to 128 letters, digits and `_`; upper and
    lower case are the same. A job that runs needs one."""
    cu_number: Input[int | None]
    """CUs of the whole job, 2 to 10000. Default: 2."""
    manager_cu_number: Input[int | None]
    """CUs of the JobManager, at least 1. Default: 1."""
    parallel_number: Input[int | None]
    """Parallelism of the job, 1 to 2000. Default: 1."""
    tm_cus: Input[int | None]
    """CUs of each TaskManager, at least 1. Default: 1."""
    tm_slot_num: Input[int | None]
    """Slots of each TaskManager. Default: computed by the service, `parallel_number * tm_cus /
    (cu_number - manager_cu_number)`."""
    checkpoint_enabled: Input[bool | None]
    """Whether DLI makes checkpoints (Flink 1.15 or later; needs `obs_bucket`). Default: false."""
    checkpoint_mode: Input[Literal["exactly_once", "at_least_once"] | None]
    """`exactly_once` or `at_least_once`. Default: `exactly_once`."""
    checkpoint_interval: Input[int | None]
    """Seconds between two checkpoints, 1 to 999999. Default: the service's (30 was observed, 10 is
    documented)."""
    checkpoint_path: Input[str | None]
    """Where the jar's own code writes its checkpoints, as `bucket/folder/`; one path for each job.
    Cannot be chosen while `checkpoint_enabled` is true. Default: made by the service."""
    log_enabled: Input[bool | None]
    """Whether logs go to `obs_bucket`. Default: false."""
    obs_bucket: Input[str | None]
    """OBS bucket for savepoints, checkpoints and logs. With it the job is stateful: it restarts
    from a savepoint."""
    smn_topic: Input[str | None]
    """Name (not URN) of the SMN topic that is told of failures."""
    main_class: Input[str | None]
    """Main class. Default: the one in the jar's manifest."""
    entrypoint: Input[str | FileAsset | None]
    """The jar: `obs://bucket/key.jar`, or `group/file.jar` of a DLI package (Flink before 1.15). A
    job that runs needs one."""
    entrypoint_args: Input[str | Items[Input[str]] | None]
    """Arguments of the main class: one string, or a list that is joined with spaces. Always kept
    secret."""
    dependency_jars: Input[Items[Input[str | FileAsset]] | None]
    """Further jars on the job's class path, named as `entrypoint` is."""
    dependency_files: Input[Items[Input[str | FileAsset]] | None]
    """Files that the job finds under `userData/`, named as `entrypoint` is; their order has no
    meaning."""
    restart_when_exception: Input[bool | None]
    """Whether DLI restarts the job after a failure. Default: false."""
    resume_checkpoint: Input[bool | None]
    """Whether such a restart resumes from the last checkpoint. Default: false."""
    resume_max_num: Input[int | None]
    """Restarts allowed in an hour: 1 or more, or -1 for no limit. Default: -1."""
    runtime_config: Input[Mapping[str, Input[str]] | None]
    """Flink settings by key. Always kept secret."""
    execution_agency_urn: Input[str | None]
    """Name (not URN) of the agency that the job works as (Flink 1.15 or later, queues of an elastic
    resource pool)."""
    resource_config_version: Input[Literal["v1", "v2"] | None]
    """`v1`: sizes are CUs (Flink 1.12, 1.15); `v2`: sizes are in `resource_config` (Flink 1.15,
    1.17). Default: `v1`."""
    resource_config: Input[ResourceConfigArgs | None] | Output[ResourceConfig | None]
    """v2 sizing: cores and memory of JobManager and TaskManagers."""
    feature: Input[Literal["basic", "custom"] | None]
    """`basic` (DLI's image) or `custom` (your `image`). Default: `basic`."""
    flink_version: Input[str | None]
    """Flink version, such as `1.15`. Default: the queue's."""
    image: Input[str | None]
    """Own image, `organization/name:tag` (`feature=custom`)."""
    tags: Input[Mapping[str, Input[str]] | None]
    """Tags: at most 20 with the ownership tag, keys of at most 128 characters, values of at most
    255."""
    desired_state: Input[Literal["running", "stopped"] | None] | Output[str]
    """`running` or `stopped`. Default: `running`."""
    upgrade_mode: Input[Literal["savepoint", "stateless"] | None]
    """How a restart treats state: `savepoint` (stop with a savepoint and resume from it) or
    `stateless` (start empty). Default: `savepoint` when `obs_bucket` is set, else `stateless`."""
    restore_from: Input[str | None]
    """Savepoint or checkpoint directory to start from, as `obs://bucket/folder/`. Used when it
    changes: the job restarts from it."""
    restart_trigger: Input[str | None]
    """Any text. A change restarts the job; with `jar_digest(path)` a changed jar does, with
    `file_digest(path)` each build of one. Of a job that is new, or that is gone on with although
    the state lost it, it is only noted."""
    savepoint_trigger: Input[str | None]
    """Any text. A change takes a savepoint of the running job, which runs on; `savepoint_path`
    names it. Of a job that is new or at rest it is only noted."""
    adopt_job_id: Input[int | None]
    """Id of an existing job to take over. Read by create only."""
    rollback: Input[Literal["none", "previous"] | None]
    """`previous`: where a changed definition does not come to run, the job goes back to the one
    before, from a copy of its savepoint. Default: `none`."""
    on_delete: Input[Literal["stop", "savepoint", "retain"] | None]
    """What destroy does first: `stop`, `savepoint` (stop with a savepoint) or `retain` (leave the
    job alone). Default: `savepoint` for a stateful job that runs, else `stop`."""
    region: Input[str | None]
    """Region of this job. Default: the stack's."""
    project_id: Input[str | None]
    """Project of this job: 1 to 64 letters and digits. Default: the stack's."""
    timeouts: Input[TimeoutsArgs | None] | Output[Timeouts | None]
    """Seconds allowed: `create`, `update`, `delete`, `settle`."""
