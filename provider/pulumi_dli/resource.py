"""What users write: FlinkJarJob with its typed arguments and outputs.

The texts of the arguments are those of the field table in `pulumi_dli.models` and
`pulumi_dli.handling`; a test holds them equal.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Literal, TypedDict, Unpack, cast

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import Resource

from pulumi_dli.dynamic import FlinkJarJobProvider

TYPE = "pulumi-python:dynamic/dli:FlinkJarJob"
OUTPUTS = (
    "status",
    "status_desc",
    "create_time",
    "start_time",
    "update_time",
    "has_savepoint",
    "savepoint_path",
    "restart_times",
    "real_cu_number",
    "next_start",
    "endpoint",
    "set_arguments",
    "failure",
)
"""Properties that only the service or the provider fills in."""
SECRETS = ("entrypoint_args", "runtime_config")
MARK_LENGTH = 32
NAME_LENGTH = 57


class ResourceSpecArgs(TypedDict, total=False):
    """CPU and memory of one kind of Flink process (v2 sizing)."""

    cpu: Input[float]
    """CPU cores."""
    memory: Input[str]
    """Memory, such as `4G` or `2048 MB`."""


class ResourceConfigArgs(TypedDict, total=False):
    """v2 sizing: cores and memory in place of CUs."""

    max_slot: Input[int]
    """Slots of a TaskManager."""
    parallel_number: Input[int]
    """Parallelism."""
    jobmanager_resource_spec: Input[ResourceSpecArgs]
    """The JobManager's size."""
    taskmanager_resource_spec: Input[ResourceSpecArgs]
    """Each TaskManager's size."""


class TimeoutsArgs(TypedDict, total=False):
    """Seconds that an operation may take."""

    create: float
    """Create, and wait until running. Default: 1200."""
    update: float
    """Stop, change, and start again. Default: 1800."""
    delete: float
    """Stop, delete, and verify. Default: 2400."""
    settle: float
    """A start counts once the job ran this long without a restart. Default: 10."""


class FlinkJarJobArgs(TypedDict, total=False):
    """The arguments of a FlinkJarJob, under the names of the DLI API. None leaves one out."""

    name: Input[str] | None
    """Name of the job: 1 to 57 letters, digits, `-` and `_`, unique among all jobs of the project.
    Default: made from the resource's name and the stack's."""
    desc: Input[str] | None
    """Description, at most 512 characters."""
    queue_name: Input[str] | None
    """The general-purpose queue that runs the job: 1 to 128 letters, digits and `_`; upper and
    lower case are the same. A job that runs needs one."""
    cu_number: Input[int] | None
    """CUs of the whole job, 2 to 10000. Default: 2."""
    manager_cu_number: Input[int] | None
    """CUs of the JobManager, at least 1. Default: 1."""
    parallel_number: Input[int] | None
    """Parallelism of the job, 1 to 2000. Default: 1."""
    tm_cus: Input[int] | None
    """CUs of each TaskManager, at least 1. Default: 1."""
    tm_slot_num: Input[int] | None
    """Slots of each TaskManager. Default: computed by the service, `parallel_number * tm_cus /
    (cu_number - manager_cu_number)`."""
    checkpoint_enabled: Input[bool] | None
    """Whether DLI makes checkpoints (Flink 1.15 or later; needs `obs_bucket`). Default: false."""
    checkpoint_mode: Input[Literal["exactly_once", "at_least_once"]] | None
    """`exactly_once` or `at_least_once`. Default: `exactly_once`."""
    checkpoint_interval: Input[int] | None
    """Seconds between two checkpoints, 1 to 999999. Default: the service's (30 was observed, 10 is
    documented)."""
    checkpoint_path: Input[str] | None
    """Where the jar's own code writes its checkpoints, as `bucket/folder/`; one path for each job.
    Cannot be chosen while `checkpoint_enabled` is true. Default: made by the service."""
    log_enabled: Input[bool] | None
    """Whether logs go to `obs_bucket`. Default: false."""
    obs_bucket: Input[str] | None
    """OBS bucket for savepoints, checkpoints and logs. With it the job is stateful: it restarts
    from a savepoint."""
    smn_topic: Input[str] | None
    """Name (not URN) of the SMN topic that is told of failures."""
    main_class: Input[str] | None
    """Main class. Default: the one in the jar's manifest."""
    entrypoint: Input[str] | None
    """The jar: `obs://bucket/key.jar`, or `group/file.jar` of a DLI package (Flink before 1.15). A
    job that runs needs one."""
    entrypoint_args: Input[str] | Input[Sequence[Input[str]]] | None
    """Arguments of the main class: one string, or a list that is joined with spaces. Always kept
    secret."""
    dependency_jars: Input[Sequence[Input[str]]] | None
    """Further jars on the job's class path, named as `entrypoint` is."""
    dependency_files: Input[Sequence[Input[str]]] | None
    """Files that the job finds under `userData/`, named as `entrypoint` is; their order has no
    meaning."""
    restart_when_exception: Input[bool] | None
    """Whether DLI restarts the job after a failure. Default: false."""
    resume_checkpoint: Input[bool] | None
    """Whether such a restart resumes from the last checkpoint. Default: false."""
    resume_max_num: Input[int] | None
    """Restarts allowed in an hour: 1 or more, or -1 for no limit. Default: -1."""
    runtime_config: Input[Mapping[str, Input[str]]] | None
    """Flink settings by key. Always kept secret."""
    execution_agency_urn: Input[str] | None
    """Name (not URN) of the agency that the job works as (Flink 1.15 or later, queues of an elastic
    resource pool)."""
    resource_config_version: Input[Literal["v1", "v2"]] | None
    """`v1`: sizes are CUs (Flink 1.12, 1.15); `v2`: sizes are in `resource_config` (Flink 1.15,
    1.17). Default: `v1`."""
    resource_config: Input[ResourceConfigArgs] | None
    """v2 sizing: cores and memory of JobManager and TaskManagers."""
    feature: Input[Literal["basic", "custom"]] | None
    """`basic` (DLI's image) or `custom` (your `image`). Default: `basic`."""
    flink_version: Input[str] | None
    """Flink version, such as `1.15`. Default: the queue's."""
    image: Input[str] | None
    """Own image, `organization/name:tag` (`feature=custom`)."""
    tags: Input[Mapping[str, Input[str]]] | None
    """Tags: at most 20 with the ownership tag, keys of at most 128 characters, values of at most
    255."""
    desired_state: Input[Literal["running", "stopped"]] | None
    """`running` or `stopped`. Default: `running`."""
    upgrade_mode: Input[Literal["savepoint", "stateless"]] | None
    """How a restart treats state: `savepoint` (stop with a savepoint and resume from it) or
    `stateless` (start empty). Default: `savepoint` when `obs_bucket` is set, else `stateless`."""
    restore_from: Input[str] | None
    """Savepoint or checkpoint directory to start from, as `obs://bucket/folder/`. Used when it
    changes: the job restarts from it."""
    restart_trigger: Input[str] | None
    """Any text. A change restarts the job; with `file_digest(path)` a changed jar does."""
    adopt_job_id: Input[int] | None
    """Id of an existing job to take over. Read by create only."""
    on_delete: Input[Literal["stop", "savepoint", "retain"]] | None
    """What destroy does first: `stop`, `savepoint` (stop with a savepoint) or `retain` (leave the
    job alone). Default: `savepoint` for a stateful job that runs, else `stop`."""
    region: Input[str] | None
    """Region of this job. Default: the stack's."""
    project_id: Input[str] | None
    """Project of this job: 1 to 64 letters and digits. Default: the stack's."""
    timeouts: TimeoutsArgs | None
    """Seconds allowed: `create`, `update`, `delete`, `settle`."""


class FlinkJarJob(Resource, module="dli", name="FlinkJarJob"):
    """A Flink Jar job on Open Telekom Cloud DLI or Huawei Cloud DLI.

    Outputs are every argument as it stands on the service, and those below. In a preview of
    an update an output that is not an argument is unknown; `job_id` stays known.

    Args:
        resource_name: the resource's name in the program.
        args: the arguments, as a FlinkJarJobArgs; or write them as keyword arguments.
        opts: Pulumi's resource options. `custom_timeouts` takes the place of `timeouts`.
        kwargs: the arguments, in place of `args`.
    """

    status: Output[str]
    """Status on the service, such as `job_running`."""
    status_desc: Output[str]
    """The service's own words on the status."""
    create_time: Output[int]
    """When the job was created, in epoch milliseconds."""
    start_time: Output[int]
    """When it started last, in epoch milliseconds; 0 if never."""
    update_time: Output[int]
    """When its definition was changed last, in epoch milliseconds."""
    has_savepoint: Output[bool]
    """Whether a savepoint waits to be started from."""
    savepoint_path: Output[str]
    """The latest savepoint's directory."""
    restart_times: Output[int]
    """How often the service restarted the job by itself."""
    real_cu_number: Output[int]
    """CUs that the job really takes."""
    next_start: Output[str]
    """What the next start begins with, while no start has counted since: a directory, `fresh`,
    or nothing."""
    endpoint: Output[str]
    """The DLI endpoint that the job is on."""
    owner: Output[str]
    """The ownership mark on the job."""
    set_arguments: Output[list[str]]
    """The names of the arguments that the program set."""
    failure: Output[str | None]
    """Why the last create or update broke off, where the engine could not be told otherwise."""
    name: Output[str]
    desc: Output[str | None]
    queue_name: Output[str | None]
    cu_number: Output[int | None]
    manager_cu_number: Output[int | None]
    parallel_number: Output[int | None]
    tm_cus: Output[int | None]
    tm_slot_num: Output[int | None]
    checkpoint_enabled: Output[bool | None]
    checkpoint_mode: Output[str | None]
    checkpoint_interval: Output[int | None]
    checkpoint_path: Output[str | None]
    log_enabled: Output[bool | None]
    obs_bucket: Output[str | None]
    smn_topic: Output[str | None]
    main_class: Output[str | None]
    entrypoint: Output[str | None]
    entrypoint_args: Output[Any]  # text or a list; the SDK fails on a list typed as a union
    dependency_jars: Output[list[str] | None]
    dependency_files: Output[list[str] | None]
    restart_when_exception: Output[bool | None]
    resume_checkpoint: Output[bool | None]
    resume_max_num: Output[int | None]
    runtime_config: Output[dict[str, str] | None]
    execution_agency_urn: Output[str | None]
    resource_config_version: Output[str | None]
    resource_config: Output[dict[str, Any] | None]
    feature: Output[str | None]
    flink_version: Output[str | None]
    image: Output[str | None]
    tags: Output[dict[str, str] | None]
    desired_state: Output[str]
    upgrade_mode: Output[str | None]
    restore_from: Output[str | None]
    restart_trigger: Output[str | None]
    adopt_job_id: Output[int | None]
    on_delete: Output[str | None]
    region: Output[str | None]
    project_id: Output[str | None]
    timeouts: Output[dict[str, float] | None]

    def __init__(
        self,
        resource_name: str,
        args: FlinkJarJobArgs | None = None,
        opts: ResourceOptions | None = None,
        **kwargs: Unpack[FlinkJarJobArgs],
    ) -> None:
        opts = ResourceOptions.merge(
            opts,
            ResourceOptions(
                # Names are unique on the service: a new job can only come after the old one.
                delete_before_replace=True,
                additional_secret_outputs=list(SECRETS),
            ),
        )
        props: dict[str, Any] = {**(args or {}), **kwargs}
        if opts.id is None:
            mark = _mark(resource_name, opts)
            props["owner"] = mark
            if props.get("name") is None:
                props["name"] = mark.apply(lambda text: default_name(resource_name, text))
        for name in SECRETS:
            if props.get(name) is not None:
                props[name] = Output.secret(props[name])
        unset = dict.fromkeys((*FlinkJarJobArgs.__annotations__, *OUTPUTS, "owner"))
        super().__init__(FlinkJarJobProvider(), resource_name, {**unset, **props}, opts)
        self.failure = self.failure.apply(_demand_none)

    @property
    def job_id(self) -> Output[int]:
        """The job's id on the service; known in previews once the job exists."""
        return self.id.apply(int)

    @staticmethod
    def get(
        resource_name: str,
        id: Input[str],  # noqa: A002 -- Pulumi's own name
        *,
        region: Input[str] | None = None,
        project_id: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> FlinkJarJob:
        """Read an existing job without managing it.

        Args:
            resource_name: a name for it in the program.
            id: the job's id on the service.
            region: its region. Default: the stack's.
            project_id: its project. Default: the stack's.
            opts: Pulumi's resource options.
        """
        place = {"region": region, "project_id": project_id}
        args = cast("FlinkJarJobArgs", {k: v for k, v in place.items() if v is not None})
        merged = ResourceOptions.merge(opts, ResourceOptions(id=id))
        return FlinkJarJob(resource_name, args, merged)


def _demand_none(failure: str | None) -> str | None:
    """End the program where the host could not end a create or update that broke off."""
    if failure:
        raise pulumi.RunError(failure)
    return failure


def default_name(resource_name: str, mark: str) -> str:
    """The job's name where the program gives none: `<resource>-<stack>-<6 digits of the mark>`.

    Stable from the first preview on, unique among stacks, at most 57 legal characters.
    """
    ending = f"-{_legal(pulumi.get_stack())[:20]}-{mark[:6]}"
    return _legal(resource_name)[: NAME_LENGTH - len(ending)] + ending


def _legal(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)


def _mark(resource_name: str, opts: ResourceOptions) -> Output[str]:
    """The ownership mark: whose the job is, known before it exists."""
    urn = pulumi.create_urn(resource_name, TYPE, opts.parent)
    # A URN depends on the parent, and a parent on its children: on this job itself.
    future = cast("Awaitable[str]", urn.future())
    urn = Output(set(), future, urn.is_known(), urn.is_secret())
    organization = pulumi.get_organization()
    return urn.apply(
        lambda text: hashlib.sha256(f"{organization}/{text}".encode()).hexdigest()[:MARK_LENGTH]
    )
