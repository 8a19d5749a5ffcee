"""Look-ups for programs: jobs and queues that the program does not manage.

Plain functions over the same settings as the resources (stack config, environment,
clouds.yaml). They run in the program's process, in previews too, and change nothing. The
core is imported when they are called, so that a program that calls none loads neither httpx
nor pydantic. Where something is wrong they raise `pulumi.RunError`, which ends the program
with that one sentence. In a unit test with Pulumi's mocks `Mocks.call` answers them, under the
names `dli:index:getFlinkJarJob`, `dli:index:listFlinkJarJobs` and `dli:index:getQueue`.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

from pulumi_dli import answered, asked, given
from pulumi_dli.errors import DliError, NotThere
from pulumi_dli.results import (
    GetFlinkJarJobResult,
    GetQueueResult,
    job_result,
    queue_result,
)

if TYPE_CHECKING:
    from pulumi_dli.client.connections import Connections
    from pulumi_dli.finding import Finding


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
    asked.demand_names(region=region, project_id=project_id)
    question = {"name": name, "job_id": job_id, "region": region, "project_id": project_id}
    if (told := answered.job(question)) is not None:
        return told
    with _asking("get_flink_jar_job", region, project_id) as find:
        if job_id is not None:
            return job_result(find.job(job_id))
        hint = "list_flink_jar_jobs() returns those that exist"
        return job_result(find.named(str(name), instead="`job_id`", hint=hint))


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
    asked.demand_names(queue_name=queue_name, status=status, region=region, project_id=project_id)
    if tags is not None:
        asked.demand_filter(tags)
    question = {
        "queue_name": queue_name,
        "status": status,
        "tags": None if tags is None else dict(tags),
        "region": region,
        "project_id": project_id,
    }
    if (told := answered.every_job(question)) is not None:
        return told
    with _asking("list_flink_jar_jobs", region, project_id) as find:
        return [job_result(job) for job in find.jobs(queue_name, status, tags)]


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
    asked.demand_names(region=region, project_id=project_id)
    question = {"name": name, "region": region, "project_id": project_id}
    if (told := answered.queue(question)) is not None:
        return told
    with _asking("get_queue", region, project_id) as find:
        return queue_result(find.queue(name))


@contextmanager
def _asking(function: str, region: str | None, project_id: str | None) -> Iterator[Finding]:
    """The look-ups of a place; our errors leave as one sentence without a traceback."""
    from pulumi_dli.finding import Finding  # noqa: PLC0415 -- see the module's docstring
    from pulumi_dli.job.desired import Desired  # noqa: PLC0415
    from pulumi_dli.rules.messages import sentence  # noqa: PLC0415
    from pulumi_dli.settings.sources import SETTINGS  # noqa: PLC0415

    for wrong in Desired.read({"region": region, "project_id": project_id}).wrong:
        raise pulumi.RunError(f"{wrong['loc'][0]}: {sentence(wrong)}")
    config = pulumi.Config("dli")
    try:
        connections = _connections(tuple((f"dli:{key}", config.get(key)) for key in SETTINGS))
        yield Finding(connections, region, project_id)
    except NotThere as error:
        raise pulumi.RunError(f"{function}: {error}") from None
    except DliError as error:
        raise pulumi.RunError(str(error)) from None


@functools.cache
def _connections(config: tuple[tuple[str, str | None], ...]) -> Connections:
    """One for the process, so that several look-ups sign in once."""
    from pulumi_dli.client.connections import Connections  # noqa: PLC0415

    made = Connections.of_stack(dict(config), _here())
    atexit.register(made.close)
    return made


def _here() -> Path:
    """A folder of the project, wherever the program has gone meanwhile."""
    root = Path(pulumi.get_root_directory() or "")  # a program that is a function has none
    return root if root.is_absolute() else Path.cwd()
