"""Clients that none of us wrote, against `serve`: told only its endpoint and credentials.

keystoneauth1 signs in as OpenStack's tools do and finds DLI in the catalog; the official SDK
lists and is refused. `test_local_sdk.py` has the SDK's way through a job's life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import (
    ClientRequestException,
    ServiceResponseException,
)
from huaweicloudsdkdli import v1 as sdk
from keystoneauth1 import exceptions
from keystoneauth1.adapter import Adapter
from keystoneauth1.identity import generic, v3
from keystoneauth1.session import Session
from local_service import PROJECT, LocalService
from pulumi_dli.local.simulation import DEFAULTS

PASSWORD = "LOCALPASSWORD"
USER_ID = "fedcba9876543210fedcba9876543210"
USER: dict[str, Any] = {"username": "local", "user_domain_name": "local"}
SCOPE: dict[str, Any] = {"project_name": "local", "project_domain_name": "local"}
STREAMING = f"/v1.0/{PROJECT}/streaming"
TAGS = f"/v3/{PROJECT}/dli_flink_job"


@pytest.fixture
def service(socket_dli: LocalService) -> Iterator[LocalService]:
    """Clients live by the wall clock, so the local DLI does too, without delays."""
    socket_dli.clock.release()
    for delay in DEFAULTS:
        socket_dli.store.set(delay, 0)
    socket_dli.sign_in()
    yield socket_dli
    for delay, seconds in DEFAULTS.items():
        socket_dli.store.set(delay, seconds)


@pytest.fixture
def endpoint(service: LocalService, served: tuple[str, Path]) -> str:
    del service  # it only has to be there
    return served[0]


@pytest.fixture
def dli(endpoint: str) -> Iterator[Adapter]:
    """An adapter that finds DLI in the catalog of its token."""
    auth = v3.Password(f"{endpoint}/v3", password=PASSWORD, **USER, **SCOPE)
    session = Session(auth)
    yield Adapter(session, service_type="dli", region_name="local", raise_exc=True)
    session.session.close()


@pytest.fixture
def client(endpoint: str) -> sdk.DliClient:
    keys = BasicCredentials("LOCALACCESSKEY", "LOCALSECRETKEY", PROJECT)
    return sdk.DliClient.new_builder().with_credentials(keys).with_endpoint(endpoint).build()


def body_of(error: exceptions.HttpError) -> Any:
    assert error.response is not None
    return error.response.json()


# Sign-in, as OpenStack's tools do it.


@pytest.mark.parametrize(
    "plugin",
    [
        lambda url: generic.Password(url, password=PASSWORD, **USER, **SCOPE),
        lambda url: generic.Password(f"{url}/v3", password=PASSWORD, **USER, **SCOPE),
        lambda url: v3.Password(f"{url}/v3", password=PASSWORD, **USER, project_id=PROJECT),
        lambda url: v3.Password(f"{url}/v3", password=PASSWORD, user_id=USER_ID, **SCOPE),
    ],
    ids=["the service is discovered", "from its version", "a project by its id", "a user by id"],
)
def test_a_password_signs_in(endpoint: str, plugin: Callable[[str], Any]) -> None:
    session = Session(plugin(endpoint))
    assert session.get_project_id() == PROJECT
    assert session.get_user_id() == USER_ID
    assert session.get_endpoint(service_type="dli", region_name="local") == endpoint
    queues = session.get(f"/v1.0/{PROJECT}/queues", endpoint_filter={"service_type": "dli"})
    assert queues.json()["is_success"] is True
    session.session.close()


def test_a_token_signs_in_and_is_scoped_anew(endpoint: str) -> None:
    unscoped = Session(v3.Password(f"{endpoint}/v3", password=PASSWORD, **USER, unscoped=True))
    assert unscoped.get_project_id() is None
    scoped = Session(v3.Token(f"{endpoint}/v3", str(unscoped.get_token()), **SCOPE))
    assert scoped.get_project_id() == PROJECT
    dli = Adapter(scoped, service_type="dli")
    assert dli.get(f"{STREAMING}/jobs").json()["is_success"] == "true"
    for session in unscoped, scoped:
        session.session.close()


@pytest.mark.parametrize(
    "wrong",
    [{"password": "wrong"}, {"username": "nobody"}, {"project_name": "nowhere"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_sign_in_is_unauthorized(endpoint: str, wrong: dict[str, str]) -> None:
    session = Session(
        v3.Password(f"{endpoint}/v3", **{"password": PASSWORD} | USER | SCOPE | wrong)
    )
    with pytest.raises(exceptions.Unauthorized):
        session.get_token()
    session.session.close()


def test_a_token_that_expires_is_fetched_anew(dli: Adapter, service: LocalService) -> None:
    assert dli.get(f"{STREAMING}/jobs").ok
    before = dli.get_token()
    service.arm("expire_tokens", route="list_jobs")
    assert dli.get(f"{STREAMING}/jobs").ok
    assert dli.get_token() != before


# Every call, as a client without a model of its own sends it.


def test_a_jobs_life(dli: Adapter) -> None:
    body = {"name": "orders", "queue_name": "testQueue", "obs_bucket": "bucket"}
    created = dli.post(f"{STREAMING}/flink-jobs", json=body)
    assert created.status_code == 200
    job_id = created.json()["job"]["job_id"]
    assert created.json()["job"]["status_name"] == "job_init"

    def detail() -> dict[str, Any]:
        return dict(dli.get(f"{STREAMING}/jobs/{job_id}").json()["job_detail"])

    def batch(verb: str, **options: bool) -> None:
        answer = dli.post(f"{STREAMING}/jobs/{verb}", json={"job_ids": [job_id], **options})
        assert [each["is_success"] for each in answer.json()] == ["true"]

    batch("run", resume_savepoint=False)
    assert detail()["status"] == "job_running"
    graph = dli.get(f"{STREAMING}/jobs/{job_id}/execute-graph").json()["execute_graph"]
    assert {"jid", "name", "isStoppable", "state", "start-time", "end-time"} <= graph.keys()
    assert dli.post(f"{STREAMING}/jobs/{job_id}/savepoint", json={"action": "TRIGGER"}).ok
    path = detail()["savepoint_path"]
    batch("stop", trigger_savepoint=False)
    assert detail()["status"] == "job_cancel_success"
    wanted = {"job_id": job_id, "savepoint_path": path}
    assert dli.post(f"{STREAMING}/jobs/{job_id}/import-savepoint", json=wanted).ok
    changed = dli.put(f"{STREAMING}/flink-jobs/{job_id}", json={"desc": "new"}).json()
    assert changed["job"]["update_time"] == detail()["update_time"]
    batch("run", resume_savepoint=True)
    assert (detail()["status"], detail()["desc"]) == ("job_running", "new")
    deleted = dli.delete(f"{STREAMING}/jobs/{job_id}").json()
    assert deleted["is_success"] == "true"
    with pytest.raises(exceptions.BadRequest) as gone:
        detail()
    assert body_of(gone.value)["error_code"] == "DLI.16001"


def test_tags_over_the_project(dli: Adapter, service: LocalService) -> None:
    job_id = service.create(tags=[{"key": "team", "value": "shop"}])
    more = {"tags": [{"key": "tier", "value": "1"}]}
    assert dli.post(f"{TAGS}/{job_id}/tags/create", json=more).status_code == 204
    assert dli.get(f"{TAGS}/tags").json()["tags"] == [
        {"key": "team", "values": ["shop"]},
        {"key": "tier", "values": ["1"]},
    ]
    wanted = {"tags": [{"key": "tier", "values": ["1"]}]}
    found = dli.post(f"{TAGS}/resource-instances/filter", json=wanted).json()
    assert [each["resource_id"] for each in found["resources"]] == [str(job_id)]
    assert dli.post(f"{TAGS}/{job_id}/tags/delete", json=more).status_code == 204
    assert dli.get(f"{TAGS}/{job_id}/tags").json()["tags"] == [{"key": "team", "value": "shop"}]


def test_queues_in_their_two_spellings(dli: Adapter) -> None:
    queues = f"/v1.0/{PROJECT}/queues"
    rows = dli.get(queues, params={"queue_type": "all"}).json()["queues"]
    assert {"queue_name", "queue_type", "cu_count", "support_flink_jar_versions"} <= rows[0].keys()
    one = dli.get(f"{queues}/{rows[1]['queue_name'].upper()}").json()
    assert (one["queueName"], one["queueType"]) == (rows[1]["queue_name"], "general")
    assert one["cuCount"] == rows[1]["cu_count"]
    assert one["resource_id"] == rows[1]["resource_id"]
    pages = [
        dli.get(queues, params={"queue_type": "general", "page-size": 1, "current-page": page})
        for page in (1, 2, 3, 4)
    ]
    names = [[row["queue_name"] for row in page.json()["queues"]] for page in pages]
    assert names == [["default"], ["testqueue"], ["pooled"], []]


# The job list's filters, as the official SDK sends them.


@pytest.fixture
def family(service: LocalService) -> None:
    shop = [{"key": "team", "value": "shop"}, {"key": "tier", "value": "1"}]
    first = service.create("orders-1", queue_name="testQueue", tags=shop)
    service.create("orders-2", tags=shop[:1])
    service.create("payments")
    assert service.run(first).is_success


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["payments", "orders-2", "orders-1"]),
        ({"order": "asc"}, ["orders-1", "orders-2", "payments"]),
        ({"name": "orders"}, ["orders-2", "orders-1"]),
        ({"status": "job_running"}, ["orders-1"]),
        ({"queue_name": "testQueue"}, ["orders-1"]),
        ({"queue_name": "nowhere"}, []),
        ({"tags": "team=shop"}, ["orders-2", "orders-1"]),
        ({"tags": "team=shop,tier=1"}, ["orders-1"]),
        ({"user_name": "local"}, ["payments", "orders-2", "orders-1"]),
        ({"user_name": "somebody"}, []),
        ({"job_type": "flink_jar_job"}, ["payments", "orders-2", "orders-1"]),
        ({"job_type": "flink_sql_job"}, []),
        ({"root_job_id": 7}, []),
        ({"sys_enterprise_project_name": "default", "limit": 1}, ["payments"]),
        ({"limit": 2, "offset": 2}, ["orders-1"]),
    ],
)
def test_each_filter_of_the_list(
    client: sdk.DliClient, filters: dict[str, Any], names: list[str]
) -> None:
    answer = client.list_flink_jobs(sdk.ListFlinkJobsRequest(**filters))
    assert answer.is_success == "true"
    assert [job.name for job in answer.job_list.jobs] == names


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize("detailed", [True, False])
def test_the_list_pages_to_its_end(client: sdk.DliClient, *, detailed: bool) -> None:
    seen: list[str] = []
    while True:
        asked = sdk.ListFlinkJobsRequest(limit=2, offset=len(seen), show_detail=detailed)
        found = client.list_flink_jobs(asked).job_list
        assert all((job.job_config is not None) == detailed for job in found.jobs)
        seen += [job.name for job in found.jobs]
        if not found.jobs:
            break
        assert found.total_count == 3
    assert seen == ["payments", "orders-2", "orders-1"]


# The documented errors.


def run(client: sdk.DliClient, job_id: int) -> None:
    body = sdk.BatchRunFlinkJobsRequestBody(resume_savepoint=False, job_ids=[job_id])
    client.batch_run_flink_jobs(sdk.BatchRunFlinkJobsRequest(body=body))


def stop(client: sdk.DliClient, job_id: int) -> None:
    body = sdk.StopFlinkJobsRequestBody(trigger_savepoint=False, job_ids=[job_id])
    client.batch_stop_flink_jobs(sdk.BatchStopFlinkJobsRequest(body=body))


def create(client: sdk.DliClient, **fields: Any) -> None:
    body = sdk.CreateFlinkJarJobRequestBody(**fields)
    client.create_flink_jar_job(sdk.CreateFlinkJarJobRequest(body=body))


def update(client: sdk.DliClient, job_id: int, **fields: Any) -> None:
    body = sdk.UpdateFlinkJarJobRequestBody(**fields)
    client.update_flink_jar_job(sdk.UpdateFlinkJarJobRequest(job_id=job_id, body=body))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda client, _: create(client, name="x" * 58), "DLI.0001"),
        (lambda client, _: create(client, name="other", cu_number=1), "DLI.0001"),
        (lambda client, _: create(client, name="orders"), "DLI.0006"),
        (lambda client, job_id: update(client, job_id, parallel_number=2), "DLI.0007"),
        (lambda client, _: update(client, 7777, desc="x"), "DLI.16001"),
        (lambda client, _: client.show_queue(sdk.ShowQueueRequest(queue_name="no")), "DLI.0002"),
        (
            lambda client, _: client.delete_flink_job(sdk.DeleteFlinkJobRequest(job_id=7777)),
            "DLI.16001",
        ),
        (
            lambda client, _: client.show_flink_job_execution_graph(
                sdk.ShowFlinkJobExecutionGraphRequest(job_id=7777)
            ),
            "DLI.16001",
        ),
    ],
)
def test_a_documented_error_is_understood(
    client: sdk.DliClient, service: LocalService, call: Callable[[Any, int], Any], code: str
) -> None:
    job_id = service.create("orders")
    service.run(job_id)
    with pytest.raises(ClientRequestException) as refused:
        call(client, job_id)
    assert (refused.value.status_code, refused.value.error_code) == (400, code)
    assert refused.value.error_msg
    assert refused.value.request_id


def test_a_run_without_a_queue_answers_in_an_array(
    client: sdk.DliClient, dli: Adapter, service: LocalService
) -> None:
    job_id = service.create("orders", queue_name="")
    with pytest.raises(ClientRequestException) as refused:
        run(client, job_id)
    assert refused.value.status_code == 400
    with pytest.raises(exceptions.BadRequest) as bad:
        dli.post(f"{STREAMING}/jobs/run", json={"job_ids": [job_id]})
    assert [each["error_code"] for each in body_of(bad.value)] == ["DLI.13024"]


def test_a_job_that_does_not_run_cannot_be_stopped(
    client: sdk.DliClient, service: LocalService
) -> None:
    job_id = service.create("orders")
    with pytest.raises(ClientRequestException) as refused:
        stop(client, job_id)
    assert refused.value.status_code == 400


@pytest.mark.parametrize("code", ["500", "503"])  # after a 429 the SDK asks again by itself
def test_an_error_of_the_gateway_is_understood(
    client: sdk.DliClient, service: LocalService, code: str
) -> None:
    service.arm("answer", route="list_jobs", code=code)
    with pytest.raises(ServiceResponseException) as refused:
        client.list_flink_jobs(sdk.ListFlinkJobsRequest())
    assert refused.value.status_code == int(code)
    assert refused.value.error_code.startswith("APIGW.")


def test_another_project_and_another_address_are_refused(dli: Adapter) -> None:
    with pytest.raises(exceptions.Forbidden):
        dli.get(f"/v1.0/{'f' * 32}/streaming/jobs")
    with pytest.raises(exceptions.NotFound):
        dli.get(f"/v9/{PROJECT}/streaming/jobs")
