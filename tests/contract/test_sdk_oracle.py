"""The official SDK as a witness: names, types and addresses are the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, get_args

import httpx
import pytest
from huaweicloudsdkdli import v1 as sdk
from huaweicloudsdkdli.v1.dli_client import DliClient
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.transport import Transport
from pulumi_dli.job.canonical import to_wire
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.spec import FIELDS, JobSpec, ResourceConfig, ResourceSpec

PROJECT = "0123456789abcdef0123456789abcdef"
VALUES: dict[str, Any] = {
    "checkpoint_mode": "exactly_once",
    "entrypoint_args": ["-a", "1"],
    "runtime_config": {"a": "1"},
    "tags": {"a": "1"},
    "resource_config": {"max_slot": 1},
}
TYPES = {"str": str, "int": int, "bool": bool, "list[str]": list, "list[Tag]": list}


def sdk_type(name: str, types: Mapping[str, str]) -> type:
    """The JSON type that the SDK gives a field."""
    return TYPES.get(types[name], dict)


def plain_type(annotation: Any) -> type:
    """The JSON type of one of our fields, from its annotation."""
    inner = [each for each in get_args(annotation) if each is not type(None)]
    if isinstance(annotation, type):
        return dict if annotation in (ResourceConfig, ResourceSpec) else annotation
    if all(isinstance(each, str) for each in inner):
        return str
    origin = getattr(annotation, "__origin__", None)
    return origin if origin in (list, dict) else plain_type(inner[0])


def test_the_fields_of_a_create_are_the_sdks() -> None:
    theirs = sdk.CreateFlinkJarJobRequestBody
    assert set(theirs.openapi_types) - {"flink_log_config"} == FIELDS.keys()
    assert all(theirs.attribute_map[name] == name for name in FIELDS)


def test_the_fields_of_an_update_are_the_sdks() -> None:
    theirs = set(sdk.UpdateFlinkJarJobRequestBody.openapi_types)
    assert theirs - {"flink_log_config", "job_type"} == FIELDS.keys() - {"tags"}


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_has_the_sdks_type_on_the_wire(name: str) -> None:
    ours = plain_type(JobSpec.model_fields[name].annotation)
    sample = VALUES.get(name, {str: "x", int: 1, bool: True, list: ["x"]}.get(ours))
    assert sample is not None
    expected = sdk_type(name, sdk.CreateFlinkJarJobRequestBody.openapi_types)
    assert type(to_wire(name, sample)) is expected


@pytest.mark.parametrize(
    ("ours", "theirs"), [(ResourceConfig, sdk.ResourceConfig), (ResourceSpec, sdk.ResourceSpec)]
)
def test_the_parts_of_a_resource_config_are_the_sdks(ours: Any, theirs: Any) -> None:
    assert ours.model_fields.keys() == theirs.openapi_types.keys()


def test_what_is_read_of_a_job_is_where_the_sdk_has_it() -> None:
    top = set(sdk.FlinkJob.openapi_types)
    config = set(sdk.FlinkJobConfig.openapi_types)
    data: dict[str, Any] = {name: name for name in top}
    data["job_config"] = dict.fromkeys(config)
    job = JobDetail.from_wire(data)
    assert FIELDS.keys() - job.values.keys() == {"tags"}
    # Tags and objects, which no page shows, what the answer has told at all, and the job as found.
    beside = {"values", "mark", "restart", "checkpoint", "told", "found", "counts_restarts"}
    read = set(JobDetail.__slots__) - beside
    assert read - top == {"real_cu_number"}
    assert "real_cu_number" in config


def theirs(name: str, request: object) -> Any:
    """What the SDK would send for a request object."""
    return getattr(DliClient, f"_{name}_http_info")(request)


REQUESTS: dict[str, tuple[Callable[[Jobs], Any], Any]] = {
    "create": (
        lambda jobs: jobs.create({"name": "orders", "cu_number": 2}),
        theirs(
            "create_flink_jar_job",
            sdk.CreateFlinkJarJobRequest(
                body=sdk.CreateFlinkJarJobRequestBody(name="orders", cu_number=2)
            ),
        ),
    ),
    "update": (
        lambda jobs: jobs.update(7, {"desc": "x"}),
        theirs(
            "update_flink_jar_job",
            sdk.UpdateFlinkJarJobRequest(job_id=7, body=sdk.UpdateFlinkJarJobRequestBody(desc="x")),
        ),
    ),
    "run": (
        lambda jobs: jobs.run(7, resume_savepoint=True),
        theirs(
            "batch_run_flink_jobs",
            sdk.BatchRunFlinkJobsRequest(
                body=sdk.BatchRunFlinkJobsRequestBody(job_ids=[7], resume_savepoint=True)
            ),
        ),
    ),
    "stop": (
        lambda jobs: jobs.stop(7, trigger_savepoint=True),
        theirs(
            "batch_stop_flink_jobs",
            sdk.BatchStopFlinkJobsRequest(
                body=sdk.StopFlinkJobsRequestBody(job_ids=[7], trigger_savepoint=True)
            ),
        ),
    ),
    "delete": (
        lambda jobs: jobs.delete(7),
        theirs("delete_flink_job", sdk.DeleteFlinkJobRequest(job_id=7)),
    ),
    "details": (
        lambda jobs: jobs.details(7),
        theirs("show_flink_job", sdk.ShowFlinkJobRequest(job_id=7)),
    ),
    "list": (
        lambda jobs: list(jobs.list_jobs(name="orders", tags="a=1")),
        theirs(
            "list_flink_jobs",
            sdk.ListFlinkJobsRequest(
                job_type="flink_jar_job",
                show_detail=True,
                limit=100,
                offset=0,
                name="orders",
                tags="a=1",
            ),
        ),
    ),
    "savepoint": (
        lambda jobs: jobs.trigger_savepoint(7, "b/s/"),
        theirs(
            "execute_flink_job_savepoint",
            sdk.ExecuteFlinkJobSavepointRequest(
                job_id=7,
                body=sdk.ExecuteFlinkJobSavepointRequestBody(
                    action="TRIGGER", savepoint_path="b/s/"
                ),
            ),
        ),
    ),
    "import": (
        lambda jobs: jobs.import_savepoint(7, "b/s/"),
        theirs(
            "import_flink_job_savepoint",
            sdk.ImportFlinkJobSavepointRequest(
                job_id=7,
                body=sdk.ImportFlinkJobSavepointRequestBody(job_id=7, savepoint_path="b/s/"),
            ),
        ),
    ),
    "tags": (
        lambda jobs: jobs.tags(7),
        theirs(
            "show_resource_tags",
            sdk.ShowResourceTagsRequest(resource_type="dli_flink_job", resource_id="7"),
        ),
    ),
    "add tags": (
        lambda jobs: jobs.add_tags(7, {"a": "1"}),
        theirs(
            "batch_create_resource_tags",
            sdk.BatchCreateResourceTagsRequest(
                resource_type="dli_flink_job",
                resource_id="7",
                body=sdk.BatchCreateResourceTagsRequestBody(tags=[sdk.Tag(key="a", value="1")]),
            ),
        ),
    ),
    "pools": (
        lambda jobs: jobs.pools(),
        theirs(
            "list_elastic_resource_pools", sdk.ListElasticResourcePoolsRequest(limit=100, offset=0)
        ),
    ),
    "queues": (
        lambda jobs: jobs.queues(),
        theirs("list_queues", sdk.ListQueuesRequest(queue_type="all")),
    ),
    "queue": (
        lambda jobs: jobs.queue("q"),
        theirs("show_queue", sdk.ShowQueueRequest(queue_name="q")),
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_every_request_is_the_sdks(name: str) -> None:
    call, expected = REQUESTS[name]
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        jobs = {
            "job": {"job_id": 7},
            "job_detail": {"job_id": 7, "status": "x"},
            "job_list": {"jobs": []},
        }
        return httpx.Response(
            200, json={**jobs, "queues": [], "elastic_resource_pools": [], "tags": []}
        )

    client = httpx.Client(base_url="https://dli.example.org", transport=httpx.MockTransport(answer))
    call(Jobs(Transport(client, project_id=lambda: PROJECT, max_retries=0)))
    [ours] = asked
    path = expected["resource_path"].replace("{project_id}", PROJECT)
    assert ours.method == expected["method"]
    assert ours.url.path == path.format(**expected["path_params"])
    query = {key: value for key, value in expected["query_params"] if value is not None}
    given = {key: {True: "true"}.get(value, str(value)) for key, value in query.items()}
    assert dict(ours.url.params) == given
    body = expected["body"].to_dict() if hasattr(expected["body"], "to_dict") else expected["body"]
    sent = json.loads(ours.content) if ours.content else None
    assert sent == _without_none(body)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return value
