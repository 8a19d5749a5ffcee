"""Look-ups for programs: jobs and queues that the program does not manage.

Plain functions over the same settings as the resources (stack config, environment,
clouds.yaml). They run in the program's process, in previews too, and change nothing. The
core is imported when they are called, so that a program that calls none loads neither httpx
nor pydantic. Where something is wrong they raise `pulumi.RunError`, which ends the program
with that one sentence.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_dli import given
from pulumi_dli.errors import DliError, NotFoundError, SettingsError

if TYPE_CHECKING:
    from pulumi_dli.client.api import Jobs
    from pulumi_dli.client.connections import Connections, Place
    from pulumi_dli.job.detail import JobDetail
    from pulumi_dli.job.queue import Queue

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class GetFlinkJarJobResult:
    """A Flink Jar job as it stands. Times are epoch milliseconds; 0 where there is none yet.

    Attributes:
        job_id: its id.
        name: its name.
        status: its status, such as `job_running`.
        status_desc: the service's own words on the status.
        create_time: when it was created.
        start_time: when it started last.
        update_time: when its definition was changed last.
        has_savepoint: whether a savepoint waits to be started from.
        savepoint_path: the latest savepoint's directory.
        restart_times: how often the service restarted it by itself.
        real_cu_number: CUs that it really takes.
        definition: the arguments under the names that `FlinkJarJob` takes, as far as the
            service reports them, so that a program may write them as they are.
            `entrypoint_args` and `runtime_config` are left out, because they may hold secrets.
    """

    job_id: int
    name: str
    status: str
    status_desc: str
    create_time: int
    start_time: int
    update_time: int
    has_savepoint: bool
    savepoint_path: str
    restart_times: int
    real_cu_number: int
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GetQueueResult:
    """A queue.

    Attributes:
        name: its name, in lower case.
        queue_type: `general` (for Flink Jar jobs) or `sql`.
        cu_count: CUs that it has.
        used_cu: CUs in use now; None where the service does not tell.
        elastic_resource_pool_name: the pool that it belongs to; empty for a queue of its own.
        flink_jar_versions: Flink versions that it offers to jars.
        default_flink_jar_version: the one of a job that names none.
    """

    name: str
    queue_type: str
    cu_count: int
    used_cu: float | None
    elastic_resource_pool_name: str
    flink_jar_versions: tuple[str, ...]
    default_flink_jar_version: str


def get_flink_jar_job(
    *,
    name: str | None = None,
    job_id: int | None = None,
    region: str | None = None,
    project_id: str | None = None,
) -> GetFlinkJarJobResult:
    """The one job of that name or id. Give either.

    Args:
        name: the job's name, exactly.
        job_id: its id.
        region: its region. Default: the stack's.
        project_id: its project. Default: the stack's.

    Raises:
        pulumi.RunError: there is none, or several; or the service cannot be asked.
    """
    if (name is None) == (job_id is None):
        raise pulumi.RunError("get_flink_jar_job: give either `name` or `job_id`")
    if job_id is None:
        given.demand_name("name", name)
    else:
        job_id = given.job_id("job_id", job_id)
    with _asking(region, project_id) as (jobs, place):
        if job_id is not None:
            try:
                return _result(jobs.details(job_id))
            except NotFoundError:
                raise SettingsError(
                    f"get_flink_jar_job: there is no Flink job {job_id} in {_words(place)}"
                ) from None
        found = [job for job in jobs.list_jobs(name=str(name)) if job.name == name]
        if len(found) == 1:
            # The list leaves out what the details tell.
            return _result(jobs.details(found[0].job_id))
        if found:
            ids = ", ".join(str(job.job_id) for job in found)
            raise SettingsError(
                f"get_flink_jar_job: several Flink jobs are called {name} in {_words(place)}: "
                f"{ids}; give `job_id`"
            )
        raise SettingsError(
            f"get_flink_jar_job: no Flink job is called {name} in {_words(place)}; "
            "list_flink_jar_jobs() returns those that exist"
        )


def list_flink_jar_jobs(
    *,
    queue_name: str | None = None,
    status: str | None = None,
    tags: Mapping[str, str] | None = None,
    region: str | None = None,
    project_id: str | None = None,
) -> list[GetFlinkJarJobResult]:
    """The jobs that match all that is given, newest first; an empty list when none does.

    Args:
        queue_name: on this queue; upper and lower case are the same.
        status: in this status, such as `job_running`.
        tags: with all these tags.
        region: their region. Default: the stack's.
        project_id: their project. Default: the stack's.

    Raises:
        pulumi.RunError: there is no such status; this region cannot look for tags; or the
            service cannot be asked.
    """
    given.demand_names(queue_name=queue_name, status=status)
    if tags is not None:
        given.demand_filter(tags)
    with _asking(region, project_id) as (jobs, _):
        filters = {} if status is None else {"status": _known_status(status)}
        if tags:
            filters["tags"] = ",".join(f"{key}={value}" for key, value in tags.items())
        # The service may store a queue's name in lower case, so its filter might miss some.
        queue = None if queue_name is None else queue_name.casefold()
        found = [
            job
            for job in jobs.list_jobs(**filters)
            if (status is None or job.status == status)
            and (queue is None or str(job.values.get("queue_name")).casefold() == queue)
        ]
        if found and tags:
            _demand_filtering(jobs, tags)
        return [_result(job) for job in found]


def get_queue(
    name: str, *, region: str | None = None, project_id: str | None = None
) -> GetQueueResult:
    """The queue of that name.

    Args:
        name: its name; upper and lower case are the same.
        region: its region. Default: the stack's.
        project_id: its project. Default: the stack's.

    Raises:
        pulumi.RunError: there is none; or the service cannot be asked.
    """
    given.demand_name("name", name)
    with _asking(region, project_id) as (jobs, place):
        queues = jobs.queues()
        for queue in queues:
            if queue.name.casefold() == name.casefold():
                return _queue(queue)
        names = ", ".join(sorted(queue.name for queue in queues)[:_MOST_NAMED])
        raise SettingsError(
            f"get_queue: there is no queue {name} in {_words(place)}; there are: {names or 'none'}"
        )


@contextmanager
def _asking(region: str | None, project_id: str | None) -> Iterator[tuple[Jobs, Place]]:
    """A client; our errors leave as one sentence without a traceback."""
    from pulumi_dli.client.api import Jobs  # noqa: PLC0415 -- see the module's docstring
    from pulumi_dli.job.desired import Desired  # noqa: PLC0415
    from pulumi_dli.rules.messages import sentence  # noqa: PLC0415
    from pulumi_dli.settings.sources import SETTINGS  # noqa: PLC0415

    given.demand_names(region=region, project_id=project_id)
    for wrong in Desired.read({"region": region, "project_id": project_id}).wrong:
        raise pulumi.RunError(f"{wrong['loc'][0]}: {sentence(wrong)}")
    config = pulumi.Config("dli")
    try:
        connections = _connections(tuple((f"dli:{key}", config.get(key)) for key in SETTINGS))
        place = connections.place(region, project_id)
        yield Jobs(connections.transport(region, project_id)), place
    except DliError as error:
        raise pulumi.RunError(str(error)) from None


@functools.cache
def _connections(config: tuple[tuple[str, str | None], ...]) -> Connections:
    """One for the process, so that several look-ups sign in once."""
    from pulumi_dli.client.connections import Connections  # noqa: PLC0415

    made = Connections.of_stack(dict(config).get, _here())
    atexit.register(made.close)
    return made


def _here() -> Path:
    """A folder of the project, wherever the program has gone meanwhile."""
    root = Path(pulumi.get_root_directory() or "")  # a program that is a function has none
    return root if root.is_absolute() else Path.cwd()


def _known_status(status: str) -> str:
    from pulumi_dli.job.detail import PHASES  # noqa: PLC0415

    if status not in PHASES:
        raise SettingsError(
            f"list_flink_jar_jobs: there is no status {status}; there are: {', '.join(PHASES)}"
        )
    return status


def _demand_filtering(jobs: Jobs, tags: Mapping[str, str]) -> None:
    """A region that knows no filter by tags would return every job."""
    from pulumi_dli.client.ownership import IMPOSSIBLE_MARK  # noqa: PLC0415

    if next(jobs.list_jobs(tags=f"{next(iter(tags))}={IMPOSSIBLE_MARK}"), None) is not None:
        raise SettingsError(
            "list_flink_jar_jobs: this region's job list takes no account of tags; look for the "
            "jobs by `queue_name` or `status`"
        )


def _result(job: JobDetail) -> GetFlinkJarJobResult:
    from pulumi_dli.job.spec import FIELDS  # noqa: PLC0415
    from pulumi_dli.job.state import standing  # noqa: PLC0415

    return GetFlinkJarJobResult(
        job_id=job.job_id,
        name=job.name,
        status=job.status,
        status_desc=job.status_desc,
        create_time=job.create_time,
        start_time=job.start_time,
        update_time=job.update_time,
        has_savepoint=job.has_savepoint,
        savepoint_path=job.savepoint_path,
        restart_times=job.restart_times,
        real_cu_number=job.real_cu_number,
        definition={
            name: value
            for name in job.values
            if not FIELDS[name].secret and (value := standing(name, job.values)) is not None
        },
    )


def _queue(queue: Queue) -> GetQueueResult:
    return GetQueueResult(
        name=queue.name,
        queue_type=queue.kind,
        cu_count=int(queue.cu_count or 0),
        used_cu=queue.used_cu,
        elastic_resource_pool_name=queue.pool or "",
        flink_jar_versions=queue.flink_versions,
        default_flink_jar_version=queue.default_flink_version,
    )


def _words(place: Place) -> str:
    return f"project {place.project_id} of {place.where}"
