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
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

from pulumi_dli import asked, given
from pulumi_dli.errors import DliError, NotFoundError, SettingsError
from pulumi_dli.results import (
    GetFlinkJarJobResult,
    GetQueueResult,
    job_result,
    queue_result,
)

if TYPE_CHECKING:
    from pulumi_dli.client.api import Jobs
    from pulumi_dli.client.connections import Connections, Place

_MOST_NAMED = 20


@given.called
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
        asked.demand_name("name", name)
    else:
        job_id = given.job_id("job_id", job_id)
    with _asking(region, project_id) as (jobs, place):
        if job_id is not None:
            try:
                return job_result(jobs.details(job_id))
            except NotFoundError:
                raise SettingsError(
                    f"get_flink_jar_job: there is no Flink job {job_id} in {_words(place)}"
                ) from None
        found = [job for job in jobs.list_jobs(name=str(name)) if job.name == name]
        if len(found) == 1:
            # The list leaves out what the details tell.
            return job_result(jobs.details(found[0].job_id))
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


@given.called
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
    asked.demand_names(queue_name=queue_name, status=status)
    if tags is not None:
        asked.demand_filter(tags)
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
        return [job_result(job) for job in found]


@given.called
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
    asked.demand_name("name", name)
    with _asking(region, project_id) as (jobs, place):
        queues = jobs.queues()
        for queue in queues:
            if queue.name.casefold() == name.casefold():
                return queue_result(queue)
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

    asked.demand_names(region=region, project_id=project_id)
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


def _words(place: Place) -> str:
    return f"project {place.project_id} of {place.where}"
