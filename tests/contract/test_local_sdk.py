"""Somebody else's client: the official SDK against `serve`, told only endpoint and credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkdli import v1 as sdk
from local_service import PROJECT, LocalService
from pulumi_dli.local.simulation import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def service(socket_dli: LocalService) -> Iterator[LocalService]:
    """The SDK signs by the wall clock, so the local DLI lives by it too, without delays."""
    socket_dli.clock.release()
    for delay in DEFAULTS:
        socket_dli.store.set(delay, 0)
    yield socket_dli
    for delay, seconds in DEFAULTS.items():
        socket_dli.store.set(delay, seconds)


@pytest.fixture
def client(service: LocalService, served: tuple[str, Path]) -> sdk.DliClient:
    del service  # it only has to be there
    return connect(served[0], BasicCredentials("LOCALACCESSKEY", "LOCALSECRETKEY", PROJECT))


def connect(endpoint: str, keys: BasicCredentials) -> sdk.DliClient:
    return sdk.DliClient.new_builder().with_credentials(keys).with_endpoint(endpoint).build()


def create(client: sdk.DliClient, **fields: Any) -> int:
    body = sdk.CreateFlinkJarJobRequestBody(
        **{"name": "orders", "queue_name": "testQueue", "obs_bucket": "bucket"} | fields
    )
    answer = client.create_flink_jar_job(sdk.CreateFlinkJarJobRequest(body=body))
    assert answer.is_success == "true"
    return int(answer.job.job_id)


def show(client: sdk.DliClient, job_id: int) -> sdk.FlinkJob:
    return client.show_flink_job(sdk.ShowFlinkJobRequest(job_id=job_id)).job_detail


def run(client: sdk.DliClient, job_id: int, *, resume: bool = False) -> None:
    body = sdk.BatchRunFlinkJobsRequestBody(resume_savepoint=resume, job_ids=[job_id])
    answer = client.batch_run_flink_jobs(sdk.BatchRunFlinkJobsRequest(body=body))
    assert answer.body[0].is_success == "true"


def stop(client: sdk.DliClient, job_id: int, *, savepoint: bool) -> None:
    body = sdk.StopFlinkJobsRequestBody(trigger_savepoint=savepoint, job_ids=[job_id])
    answer = client.batch_stop_flink_jobs(sdk.BatchStopFlinkJobsRequest(body=body))
    assert answer.body[0].is_success == "true"


def test_the_whole_life_of_a_job(client: sdk.DliClient) -> None:
    job_id = create(client, tags=[sdk.Tag("team", "orders")], entrypoint_args="ä b")
    run(client, job_id)
    assert show(client, job_id).status == "job_running"
    stop(client, job_id, savepoint=True)
    stopped = show(client, job_id)
    assert stopped.status == "job_cancel_success"
    assert stopped.has_savepoint
    body = sdk.UpdateFlinkJarJobRequestBody(parallel_number=2)
    updated = client.update_flink_jar_job(sdk.UpdateFlinkJarJobRequest(job_id=job_id, body=body))
    assert updated.job.update_time == show(client, job_id).update_time
    assert show(client, job_id).job_config.parallel_number == 2
    run(client, job_id, resume=True)
    graph = client.show_flink_job_execution_graph(
        sdk.ShowFlinkJobExecutionGraphRequest(job_id=job_id)
    )
    assert graph.execute_graph.state == "RUNNING"
    client.delete_flink_job(sdk.DeleteFlinkJobRequest(job_id=job_id))
    with pytest.raises(ClientRequestException) as refused:
        show(client, job_id)
    assert refused.value.status_code == 400
    assert refused.value.error_code == "DLI.16001"
    assert refused.value.request_id


SPECS = [sdk.ResourceSpec(cpu=1.5, memory="6G"), sdk.ResourceSpec(cpu=2, memory="8192 MB")]
VALUES: dict[str, tuple[Any, Any]] = {
    "name": ("orders", "Orders_2-x"),
    "desc": ("ä b", "new\nline"),
    "queue_name": ("testQueue", "TESTqueue"),
    "cu_number": (3, 10000),
    "manager_cu_number": (2, 3),
    "parallel_number": (2, 2000),
    "checkpoint_enabled": (False, True),
    "checkpoint_mode": (2, 1),
    "checkpoint_interval": (1, 999999),
    "log_enabled": (True, False),
    "obs_bucket": ("bucket", "other.bucket"),
    "smn_topic": ("topic", "Topic2"),
    "main_class": ("a.B", "a.B$C"),
    "entrypoint_args": ("-x  1", '--q "a b"'),
    "restart_when_exception": (True, False),
    "entrypoint": ("obs://jars/A.jar", "group/b.jar"),
    "dependency_jars": (["obs://jars/c.jar"], ["b.jar", "a.jar", "b.jar"]),
    "dependency_files": (["obs://files/f.csv"], ["g/f.csv"]),
    "flink_version": ("1.15", "1.17"),
    "image": ("org/image:tag", "org/image:Tag2"),
    "tm_slot_num": (0, 2),
    "tm_cus": (2, 1),
    "feature": ("custom", "basic"),
    "resume_checkpoint": (True, False),
    "resume_max_num": (5, -1),
    "checkpoint_path": ("bucket/dir/", "obs://bucket/Dir"),
    "runtime_config": ('[ {"key":"a", "value":"b"} ]', '[{"value": "1", "key": "c"}]'),
    "flink_log_config": ('{"root_logger_level":"INFO"}', '{ "root_logger_level": "WARN" }'),
    "execution_agency_urn": ("agency", "Agency2"),
    "resource_config_version": ("v2", "v1"),
    "resource_config": tuple(
        sdk.ResourceConfig(
            max_slot=number,
            parallel_number=number,
            jobmanager_resource_spec=SPECS[0],
            taskmanager_resource_spec=SPECS[1],
        )
        for number in (2, 3)
    ),
}
"""Of each field what a create sends, and what an update does."""
WORDS = {1: "exactly_once", 2: "at_least_once"}
APART = {"name", "desc", "queue_name", "main_class", "entrypoint_args"}


def read(job: sdk.FlinkJob, name: str) -> Any:
    return getattr(job if name in APART else job.job_config, name)


def same(client: sdk.DliClient, job_id: int, sent: dict[str, Any]) -> None:
    """What was sent reads back as it was sent, in the details and in the list."""
    listed = client.list_flink_jobs(sdk.ListFlinkJobsRequest(show_detail=True)).job_list.jobs
    for job in (show(client, job_id), *listed):
        for name, value in sent.items():
            expected = WORDS[value] if name == "checkpoint_mode" else value
            assert read(job, name) == expected, name
    brief = client.list_flink_jobs(sdk.ListFlinkJobsRequest()).job_list.jobs
    for job in brief:
        assert (job.name, job.queue_name) == (sent["name"], sent["queue_name"])


def test_every_field_reads_back_as_it_was_sent(client: sdk.DliClient) -> None:
    body = sdk.CreateFlinkJarJobRequestBody
    assert VALUES.keys() == body.openapi_types.keys() - {"tags"}
    sent = {name: first for name, (first, _) in VALUES.items()}
    job_id = create(client, **sent)
    same(client, job_id, sent)
    for name, (first, second) in VALUES.items():
        assert first != second
        if name == "checkpoint_enabled":
            continue  # with checkpoint_path it is no choice
        changed = sdk.UpdateFlinkJarJobRequestBody(**{name: second})
        client.update_flink_jar_job(sdk.UpdateFlinkJarJobRequest(job_id=job_id, body=changed))
        if name != "resource_config_version":
            sent[name] = second
            same(client, job_id, sent)
            continue
        back = sdk.UpdateFlinkJarJobRequestBody(resource_config_version="v2")
        assert show(client, job_id).job_config.resource_config_version == "v1"
        client.update_flink_jar_job(sdk.UpdateFlinkJarJobRequest(job_id=job_id, body=back))
    run(client, job_id)
    same(client, job_id, sent)


@pytest.mark.parametrize("spelling", ["testQueue", "TESTQUEUE", "testqueue", "Default"])
def test_any_spelling_of_a_queue_reads_back_and_runs(client: sdk.DliClient, spelling: str) -> None:
    job_id = create(client, queue_name=spelling)
    run(client, job_id)
    assert show(client, job_id).queue_name == spelling
    assert show(client, job_id).status == "job_running"


def test_tags_come_in_pages(client: sdk.DliClient) -> None:
    job_id = create(client, tags=[sdk.Tag(f"k{number}", "") for number in range(5)])
    where = {"resource_type": "dli_flink_job"}
    of_job = [
        client.show_resource_tags(
            sdk.ShowResourceTagsRequest(**where, resource_id=str(job_id), limit=2, offset=offset)
        ).tags
        for offset in (0, 2, 4, 6)
    ]
    every = ["k0", "k1", "k2", "k3", "k4"]
    assert [tag.key for page in of_job for tag in page] == every
    assert [len(page) for page in of_job] == [2, 2, 1, 0]
    of_project = [
        client.list_resources_tags(
            sdk.ListResourcesTagsRequest(**where, limit=3, offset=offset)
        ).tags
        for offset in (0, 3)
    ]
    assert [tag.key for page in of_project for tag in page] == every
    body = sdk.ListResourcesByTagsRequestBody(tags=[sdk.TagWithValues(key="k1", values=[""])])
    asked = sdk.ListResourcesByTagsRequest(**where, limit=1, offset=1, body=body)
    found = client.list_resources_by_tags(asked)
    assert (found.resources, found.total_count) == ([], 1)


def test_a_bucket_is_authorized(client: sdk.DliClient) -> None:
    body = sdk.RegisterBucketRequestBody(obs_buckets=["bucket1"])
    with pytest.warns(DeprecationWarning, match="register_bucket"):  # so do the documents
        answer = client.register_bucket(sdk.RegisterBucketRequest(body=body))
    assert answer.is_success
    assert answer.message == "The following OBS bucket is authorized successfully, bucket1."


def test_lists_with_filters_and_pages(client: sdk.DliClient) -> None:
    for number in range(3):
        create(client, name=f"orders-{number}", tags=[sdk.Tag("number", str(number))])
    found = client.list_flink_jobs(
        sdk.ListFlinkJobsRequest(
            name="orders",
            limit=1,
            offset=1,
            order="asc",
            show_detail=True,
            job_type="flink_jar_job",
        )
    )
    assert found.job_list.total_count == 3
    assert [job.name for job in found.job_list.jobs] == ["orders-1"]
    assert found.job_list.jobs[0].job_config.cu_number == 2
    tagged = client.list_flink_jobs(sdk.ListFlinkJobsRequest(tags="number=2"))
    assert [job.name for job in tagged.job_list.jobs] == ["orders-2"]


def test_savepoints(client: sdk.DliClient) -> None:
    job_id = create(client)
    run(client, job_id)
    trigger = sdk.ExecuteFlinkJobSavepointRequestBody(action="TRIGGER")
    client.execute_flink_job_savepoint(
        sdk.ExecuteFlinkJobSavepointRequest(job_id=job_id, body=trigger)
    )
    path = show(client, job_id).savepoint_path
    stop(client, job_id, savepoint=False)
    wanted = sdk.ImportFlinkJobSavepointRequestBody(job_id=job_id, savepoint_path=path)
    client.import_flink_job_savepoint(
        sdk.ImportFlinkJobSavepointRequest(job_id=job_id, body=wanted)
    )
    run(client, job_id, resume=True)
    assert show(client, job_id).status == "job_running"


def test_tags(client: sdk.DliClient) -> None:
    job_id = create(client)
    where = {"resource_type": "dli_flink_job", "resource_id": str(job_id)}
    tags = [sdk.Tag("team", "orders"), sdk.Tag("tier", "1")]
    more = sdk.BatchCreateResourceTagsRequestBody(tags=tags)
    client.batch_create_resource_tags(sdk.BatchCreateResourceTagsRequest(**where, body=more))
    less = sdk.BatchDeleteResourceTagsRequestBody(tags=tags[:1])
    client.batch_delete_resource_tags(sdk.BatchDeleteResourceTagsRequest(**where, body=less))
    left = client.show_resource_tags(sdk.ShowResourceTagsRequest(**where)).tags
    assert [(tag.key, tag.value) for tag in left] == [("tier", "1")]


def test_queues(client: sdk.DliClient) -> None:
    found = client.list_queues(sdk.ListQueuesRequest(queue_type="general"))
    assert [queue.queue_name for queue in found.queues] == ["default", "testqueue", "pooled"]
    queue = client.show_queue(sdk.ShowQueueRequest(queue_name="testQueue"))
    assert (queue.queue_name, queue.queue_type, queue.cu_count) == ("testqueue", "general", 256)


def test_batch_delete(client: sdk.DliClient) -> None:
    body = sdk.BatchDeleteFlinkJobsRequestBody(job_ids=[create(client)])
    answer = client.batch_delete_flink_jobs(sdk.BatchDeleteFlinkJobsRequest(body=body))
    assert answer.body[0].is_success == "true"


@pytest.mark.usefixtures("service")
def test_a_wrong_secret_key_is_unauthorized(served: tuple[str, Path]) -> None:
    keys = BasicCredentials("LOCALACCESSKEY", "wrong", PROJECT)
    with pytest.raises(ClientRequestException) as refused:
        create(connect(served[0], keys))
    assert refused.value.status_code == 401
    assert refused.value.error_code == "APIGW.0301"


def test_temporary_keys_sign_too(service: LocalService, served: tuple[str, Path]) -> None:
    service.sign_in()
    token = {"id": service.http.headers["X-Auth-Token"]}
    body = {"auth": {"identity": {"methods": ["token"], "token": token}}}
    answer = service.http.post("/v3.0/OS-CREDENTIAL/securitytokens", json=body).json()
    given = answer["credential"]
    keys = BasicCredentials(given["access"], given["secret"], PROJECT)
    with pytest.raises(ClientRequestException):
        create(connect(served[0], keys))
    create(connect(served[0], keys.with_security_token(given["securitytoken"])))


@pytest.mark.usefixtures("service")
def test_the_project_is_found_by_the_regions_name(served: tuple[str, Path]) -> None:
    keys = BasicCredentials("LOCALACCESSKEY", "LOCALSECRETKEY").with_iam_endpoint(served[0])
    region = Region("local", served[0])
    client = sdk.DliClient.new_builder().with_credentials(keys).with_region(region).build()
    assert create(client) > 0
