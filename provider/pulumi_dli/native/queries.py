"""Look-ups for programs, answered by the native plugin: also with an explicit provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import InvokeOptions

from pulumi_dli import asked, given
from pulumi_dli.results import GetFlinkJarJobResult, GetQueueResult

GET_JOB = "dli:index:getFlinkJarJob"
GET_QUEUE = "dli:index:getQueue"
LIST_JOBS = "dli:index:listFlinkJarJobs"


@given.called
def get_flink_jar_job(
    *,
    name: str | None = None,
    job_id: int | None = None,
    region: str | None = None,
    project_id: str | None = None,
    opts: InvokeOptions | None = None,
) -> GetFlinkJarJobResult:
    """The one job of that name or id; see `pulumi_dli.get_flink_jar_job`.

    Args:
        name: the job's name, exactly.
        job_id: its id.
        region: its region. Default: the provider's.
        project_id: its project. Default: the provider's.
        opts: such as `pulumi.InvokeOptions(provider=…)`.
    """
    asked.demand_names(name=name, region=region, project_id=project_id)
    found = _invoke(
        GET_JOB, {"name": name, "job_id": job_id, "region": region, "project_id": project_id}, opts
    )
    return GetFlinkJarJobResult(**found)


@given.called
def list_flink_jar_jobs(
    *,
    queue_name: str | None = None,
    status: str | None = None,
    tags: Mapping[str, str] | None = None,
    region: str | None = None,
    project_id: str | None = None,
    opts: InvokeOptions | None = None,
) -> list[GetFlinkJarJobResult]:
    """The jobs that match all that is given, newest first; see `pulumi_dli.list_flink_jar_jobs`.

    Args:
        queue_name: on this queue; upper and lower case are the same.
        status: in this status, such as `job_running`.
        tags: with all these tags.
        region: their region. Default: the provider's.
        project_id: their project. Default: the provider's.
        opts: such as `pulumi.InvokeOptions(provider=…)`.
    """
    asked.demand_names(queue_name=queue_name, status=status, region=region, project_id=project_id)
    if tags is not None:
        asked.demand_filter(tags)
    found = _invoke(
        LIST_JOBS,
        {
            "queue_name": queue_name,
            "status": status,
            "tags": tags,
            "region": region,
            "project_id": project_id,
        },
        opts,
    )
    return [GetFlinkJarJobResult(**job) for job in found["jobs"]]


@given.called
def get_queue(
    name: str,
    *,
    region: str | None = None,
    project_id: str | None = None,
    opts: InvokeOptions | None = None,
) -> GetQueueResult:
    """The queue of that name; see `pulumi_dli.get_queue`.

    Args:
        name: its name; upper and lower case are the same.
        region: its region. Default: the provider's.
        project_id: its project. Default: the provider's.
        opts: such as `pulumi.InvokeOptions(provider=…)`.
    """
    asked.demand_name("name", name)
    asked.demand_names(region=region, project_id=project_id)
    found = _invoke(GET_QUEUE, {"name": name, "region": region, "project_id": project_id}, opts)
    versions = tuple(found.pop("flink_jar_versions", ()))
    return GetQueueResult(**{"used_cu": None, **found}, flink_jar_versions=versions)


def _invoke(token: str, asked_for: Mapping[str, Any], opts: InvokeOptions | None) -> dict[str, Any]:
    """What the plugin answers, with its whole numbers whole.

    Raises:
        pulumi.RunError: it refuses, in one sentence.
    """
    props = {name: value for name, value in asked_for.items() if value is not None}
    try:
        answer = pulumi.runtime.invoke(token, props, opts).value
    except Exception as error:  # noqa: BLE001 -- the SDK raises this class, with the sentence in it
        raise pulumi.RunError(str(error)) from None
    return {name: _whole(value) for name, value in (answer or {}).items()}


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
