"""The resource that users write: FlinkJarJob with its typed outputs.

The SDK waits for each output of each resource in turn, so an argument that the program leaves
out is no output of its own until somebody asks for it.
"""

import functools
import inspect
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Unpack

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import Resource
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_dli import asked, given, marks, standing
from pulumi_dli.arguments import FlinkJarJobArgs, ResourceConfig, Timeouts
from pulumi_dli.dynamic import PROVIDER_KEY, FlinkJarJobProvider
from pulumi_dli.job.naming import NATIVE_TYPE, TYPE
from pulumi_dli.loading import programs_process
from pulumi_dli.sdk import mocks
from pulumi_dli.sdk.aliases import former_urns, of_other_front
from pulumi_dli.sdk.frames import program_frames

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
    "endpoint",
    "set_arguments",
    "unset",
    "failure",
)
"""Properties that only the service or the provider fills in."""
FILLED = ("owner", "desired_state", "tags", "region", "project_id")
"""Arguments that the provider fills in where the program leaves them out."""
SECRETS = ("entrypoint_args", "runtime_config")
_NAMES = tuple(FlinkJarJobArgs.__annotations__)


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
    endpoint: Output[str]
    """The DLI endpoint that the job is on."""
    owner: Output[str]
    """The ownership mark on the job."""
    set_arguments: Output[list[str]]
    """The names of the arguments that the program set."""
    unset: Output[dict[str, Any]]
    """The arguments that the program leaves out and that do not stand at their default."""
    failure: Output[str | None]
    """Why the last create or update broke off, where the engine could not be told otherwise."""
    name: Output[str]
    desc: Output[str]
    queue_name: Output[str | None]
    cu_number: Output[int]
    manager_cu_number: Output[int]
    parallel_number: Output[int]
    tm_cus: Output[int]
    tm_slot_num: Output[int | None]
    checkpoint_enabled: Output[bool]
    checkpoint_mode: Output[Literal["exactly_once", "at_least_once"] | None]
    checkpoint_interval: Output[int | None]
    checkpoint_path: Output[str | None]
    log_enabled: Output[bool]
    obs_bucket: Output[str | None]
    smn_topic: Output[str | None]
    main_class: Output[str | None]
    entrypoint: Output[str | None]
    entrypoint_args: Output[str | list[str]]
    dependency_jars: Output[list[str]]
    dependency_files: Output[list[str]]
    restart_when_exception: Output[bool]
    resume_checkpoint: Output[bool]
    resume_max_num: Output[int]
    runtime_config: Output[dict[str, str]]
    execution_agency_urn: Output[str | None]
    resource_config_version: Output[Literal["v1", "v2"]]
    resource_config: Output[ResourceConfig | None]
    feature: Output[Literal["basic", "custom"] | None]
    flink_version: Output[str | None]
    image: Output[str | None]
    tags: Output[dict[str, str]]
    desired_state: Output[str]
    """`running` or `stopped`; after a refresh `stopped (…)` with the reason, as it was found."""
    upgrade_mode: Output[Literal["savepoint", "stateless"] | None]
    restore_from: Output[str | None]
    restart_trigger: Output[str | None]
    savepoint_trigger: Output[str | None]
    adopt_job_id: Output[int | None]
    rollback: Output[str | None]
    on_delete: Output[Literal["stop", "savepoint", "retain"] | None]
    region: Output[str]
    project_id: Output[str]
    timeouts: Output[Timeouts | None]

    _types = TYPE, NATIVE_TYPE
    """The type on this front, and that on the other."""

    def __init_subclass__(cls) -> None:
        """A job of a subclass is a job: its type is part of its URN, and of its mark.

        So are its outputs, of which the SDK reads the types off the class itself alone.
        """
        super().__init_subclass__(module="dli", name="FlinkJarJob")
        cls.__annotations__ = {**FlinkJarJob.__annotations__, **inspect.get_annotations(cls)}

    def __init__(
        self,
        resource_name: str,
        args: FlinkJarJobArgs | None = None,
        opts: ResourceOptions | None = None,
        **kwargs: Unpack[FlinkJarJobArgs],
    ) -> None:
        programs_process()
        given.options(resource_name, opts, imports=self._types[0] == NATIVE_TYPE)
        props = given.arguments(resource_name, args, kwargs)
        read_id = None if opts is None else opts.id
        read = read_id is not None
        former = [] if read else former_urns(resource_name, TYPE, opts)
        opts = ResourceOptions.merge(
            opts,
            ResourceOptions(
                # The job stays where a stack moves to the other front, or back.
                aliases=[] if read else of_other_front(resource_name, opts, *self._types),
                # Names are unique on the service: a new job can only come after the old one.
                delete_before_replace=True,
                additional_secret_outputs=[name for name in SECRETS if read or name in props],
                id=given.resource_id(resource_name, read_id) if read else None,
            ),
        )
        outputs = {name for name, item in props.items() if isinstance(item, Output)}
        if not read:
            mark = marks.mark(resource_name, opts.parent)
            props["owner"] = mark
            if former:
                props["former_owners"] = [
                    Output.from_input(urn).apply(marks.digest) for urn in former
                ]
            if opts.retain_on_delete:
                props["retained"] = True
            props |= self._made(resource_name, props, mark)
        for name in SECRETS:
            if name in props:
                props[name] = Output.secret(props[name])
        named = _NAMES if read else ()  # nobody knows what a program set: each is an output
        expected = dict.fromkeys((*OUTPUTS, *FILLED, *named))
        props = {**expected, **props, **self._implied()}
        with program_frames(sys._getframe(1)):  # noqa: SLF001 -- the program's frame is the point
            # Not the base's own: the SDK takes the caller of the third `__init__` for the program.
            super(Resource, self).__init__(self._types[0], resource_name, props, opts)
        self.failure = self.failure.apply(_demand_none)
        for name in {*named, *outputs, "resource_config"} & props.keys() - {"name", *FILLED}:
            own = self.__dict__[name]
            self.__dict__[name] = (
                standing.read(name, own, self.unset, self.set_arguments)
                if read
                else standing.standing(name, own, self.unset)
            )

    @staticmethod
    def _made(resource_name: str, props: Mapping[str, Any], mark: Input[str]) -> dict[str, Any]:
        """The inputs that this front needs beside the program's."""
        return {"name": marks.name(resource_name, props.get("name"), mark)}

    @classmethod
    def _implied(cls) -> dict[str, Any]:
        """What the engine has to be given with every resource of this front."""
        return {PROVIDER_KEY: _stored_provider()}

    if not TYPE_CHECKING:  # else every misspelt name would be an attribute

        def __getattr__(self, name: str) -> Output[Any]:
            """An argument that the program leaves out, as it stands."""
            if name not in _NAMES:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            return standing.left_out(name, self.unset)

    @property
    def job_id(self) -> Output[int]:
        """The job's id on the service; known in previews once the job exists."""
        return self.id.apply(mocks.number)

    @staticmethod
    @given.called
    def get(
        resource_name: str,
        id: Input[str | int],  # noqa: A002 -- Pulumi's own name
        *,
        region: Input[str | None] = None,
        project_id: Input[str | None] = None,
        opts: ResourceOptions | None = None,
    ) -> "FlinkJarJob":
        """Read an existing job without managing it.

        Args:
            resource_name: a name for it in the program.
            id: the job's id on the service, such as another job's `job_id`.
            region: its region. Default: the stack's.
            project_id: its project. Default: the stack's.
            opts: Pulumi's resource options.

        Raises:
            pulumi.RunError: it is not the id of a job.
        """
        place, opts = FlinkJarJob._asked(resource_name, id, region, project_id, opts)
        return FlinkJarJob(resource_name, place, opts)

    @staticmethod
    def _asked(
        resource_name: str,
        job_id: Input[str | int],
        region: Input[str | None],
        project_id: Input[str | None],
        opts: ResourceOptions | None,
    ) -> tuple[FlinkJarJobArgs, ResourceOptions]:
        """The arguments and the options with which a job is read."""
        given.options(resource_name, opts)
        found = ResourceOptions(id=given.resource_id(resource_name, job_id))
        place = FlinkJarJobArgs(
            region=asked.name("region", region), project_id=asked.name("project_id", project_id)
        )
        return place, ResourceOptions.merge(opts, found)


# The SDK evaluates the annotations for each resource. All it needs of them here is which
# numbers are whole: on the wire every number is a float.
_hints = FlinkJarJob.__annotations__.items()
FlinkJarJob.__annotations__ = {n: hint for n, hint in _hints if re.search(r"\bint\b", str(hint))}


@functools.cache
def _stored_provider() -> str:
    """The provider as every resource's state holds it. It has no state: its name is all."""
    return str(serialize_provider(FlinkJarJobProvider()))


def _demand_none(failure: str | None) -> str | None:
    """End the program where the host could not end a create or update that broke off."""
    if failure:
        raise pulumi.RunError(failure)
    return None
