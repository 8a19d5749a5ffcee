"""Create, update and delete: defaults, merging, limits, and what is refused when."""

from __future__ import annotations

from typing import Any

import pytest
from huaweicloudsdkdli.v1 import FlinkJob, FlinkJobConfig, UpdateFlinkJarJobRequestBody
from local_service import STARTED, LocalService, refusal
from pulumi_dli.local.validation import FIELDS

LIVE: dict[str, Any] = {
    "smn_topic": "alerts",
    "restart_when_exception": True,
    "resume_checkpoint": True,
    "resume_max_num": 3,
    "checkpoint_path": "bucket/checkpoints/",
    "obs_bucket": "another-bucket",
    "name": "orders-2",
    "desc": "new words",
}


def test_a_new_job_is_a_draft_with_the_servers_defaults(dli: LocalService) -> None:
    job = dli.good("POST", "flink-jobs", {"name": "minimal"})["job"]
    assert job["status_name"] == "job_init"
    detail = dli.details(job["job_id"])
    config = detail["job_config"]
    assert detail["start_time"] is None
    assert detail["create_time"] == detail["update_time"] == 1_800_000_000_000
    assert "tags" not in detail
    assert config["checkpoint_interval"] == 30
    assert config["checkpoint_mode"] == "exactly_once"
    assert (config["cu_number"], config["manager_cu_number"]) == (2, 1)
    assert (config["parallel_number"], config["tm_cus"]) == (1, 1)
    assert config["resume_max_num"] == -1
    assert config["resource_config_version"] == "v1"
    assert config["resource_config"]["taskmanager_resource_spec"] == {"cpu": 1.0, "memory": "4G"}
    assert config["checkpoint_path"] is None


def test_every_name_in_the_details_is_one_of_the_official_sdk(dli: LocalService) -> None:
    detail = dli.details(dli.create())
    assert detail.keys() <= set(FlinkJob.attribute_map.values())
    assert detail["job_config"].keys() <= set(FlinkJobConfig.attribute_map.values())


def test_the_fields_of_an_update_are_those_of_the_official_sdk() -> None:
    assert FIELDS.keys() | {"name", "job_type"} == set(
        UpdateFlinkJarJobRequestBody.attribute_map.values()
    )


def test_a_queue_is_shown_as_it_was_sent_and_known_in_any_case(dli: LocalService) -> None:
    job_id = dli.create(queue_name="testQueue")
    assert dli.details(job_id)["queue_name"] == "testQueue"
    dli.put(job_id, queue_name="TESTQueue")
    for row in (dli.details(job_id), *dli.good("GET", "jobs")["job_list"]["jobs"]):
        assert row["queue_name"] == "TESTQueue"
    listed = dli.good("GET", "jobs", None, queue_name="testQUEUE", show_detail="true")["job_list"]
    assert [row["queue_name"] for row in listed["jobs"]] == ["TESTQueue"]
    dli.started(job_id)
    queue = dli.good("GET", "/v1.0/{project_id}/queues", queue_type="general")["queues"][1]
    assert (queue["queue_name"], queue["used_cu"]) == ("testqueue", 2.0)


def test_main_class_and_arguments_stand_beside_the_config(dli: LocalService) -> None:
    detail = dli.details(dli.create(main_class="a.B", entrypoint_args="-x 1"))
    assert (detail["main_class"], detail["entrypoint_args"]) == ("a.B", "-x 1")
    assert not {"main_class", "entrypoint_args"} & detail["job_config"].keys()


def test_an_update_keeps_what_is_left_out(dli: LocalService) -> None:
    job_id = dli.create(main_class="a.B", cu_number=4, smn_topic="alerts")
    dli.pass_time(5)
    answer = dli.put(job_id, cu_number=6).json()
    assert answer == {
        "is_success": "true",
        "message": "The Flink job is updated successfully.",
        "job": {"update_time": 1_800_000_005_000},
    }
    detail = dli.details(job_id)
    assert detail["update_time"] == 1_800_000_005_000
    assert detail["main_class"] == "a.B"
    assert detail["job_config"]["cu_number"] == 6
    assert detail["job_config"]["smn_topic"] == "alerts"


@pytest.mark.parametrize("empty", ["", None])
def test_empty_brings_a_field_back_to_its_default(dli: LocalService, empty: str | None) -> None:
    job_id = dli.create(main_class="a.B", checkpoint_interval=60, dependency_jars=["a.jar"])
    cleared: dict[str, Any] = {
        "main_class": empty,
        "checkpoint_interval": None,
        "dependency_jars": [],
    }
    assert dli.put(job_id, **cleared).is_success
    detail = dli.details(job_id)
    assert detail["main_class"] is None
    assert detail["job_config"]["checkpoint_interval"] == 30
    assert detail["job_config"]["dependency_jars"] is None


def test_running_does_not_move_update_time(dli: LocalService) -> None:
    job_id = dli.create()
    before = dli.details(job_id)["update_time"]
    dli.started(job_id)
    assert dli.details(job_id)["update_time"] == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 58),
        ("name", "no spaces"),
        ("name", ""),
        ("desc", "x" * 2049),
        ("queue_name", "x" * 129),
        ("cu_number", 1),
        ("cu_number", 10001),
        ("cu_number", 2.0),
        ("cu_number", True),
        ("cu_number", "2"),
        ("manager_cu_number", 0),
        ("parallel_number", 2001),
        ("checkpoint_mode", 3),
        ("checkpoint_mode", "exactly_once"),
        ("checkpoint_interval", 0),
        ("checkpoint_enabled", "true"),
        ("log_enabled", 1),
        ("tm_slot_num", -1),
        ("resume_max_num", 0),
        ("resume_max_num", -2),
        ("dependency_jars", "a.jar"),
        ("dependency_jars", [1]),
        ("entrypoint_args", ["-x"]),
        ("runtime_config", "a=b"),
        ("runtime_config", '{"a": "b"}'),
        ("runtime_config", '[{"key": "a", "value": 1}]'),
        ("runtime_config", "[" * 100_000),
        ("resource_config_version", "v3"),
        ("resource_config", [1]),
        ("resource_config", {"max_slots": 1}),
        ("resource_config", {"max_slot": 0}),
        ("resource_config", {"taskmanager_resource_spec": {"cpu": 0.4}}),
        ("resource_config", {"taskmanager_resource_spec": {"memory": "1 GB"}}),
        ("resource_config", {"jobmanager_resource_spec": {"memory": "lots"}}),
        ("feature", "special"),
        ("no_such_field", 1),
        ("tags", [{"key": "_sys_x", "value": "1"}]),
        ("tags", [{"key": "x=", "value": "("}]),
        ("tags", [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]),
        ("tags", [{"key": f"k{number}", "value": ""} for number in range(21)]),
    ],
)
def test_a_bad_value_is_refused_by_name(
    embedded_dli: LocalService, field: str, value: object
) -> None:
    body = {"name": "orders", field: value}
    answer = embedded_dli.request("POST", "flink-jobs", body)
    assert refusal(answer) == "DLI.0001"
    assert field in answer.json()["error_msg"]
    assert embedded_dli.good("GET", "jobs")["job_list"]["total_count"] == 0


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'"x"', b"\xff", b'{"name": "a", "desc": "\\ud800"}']
)
def test_a_body_that_is_no_object_of_text_is_refused(dli: LocalService, content: bytes) -> None:
    path = "/v1.0/0123456789abcdef0123456789abcdef/streaming/flink-jobs"
    answer = dli.http.post(path, content=content)
    assert refusal(answer) == "DLI.0001"


def test_tags_cannot_be_updated_with_the_job(dli: LocalService) -> None:
    job_id = dli.create()
    assert refusal(dli.put(job_id, tags=[{"key": "a", "value": "b"}])) == "DLI.0001"


def test_one_name_one_job(dli: LocalService) -> None:
    first = dli.create("orders")
    second = dli.create("payments")
    again = dli.request("POST", "flink-jobs", {"name": "orders"})
    assert refusal(again) == "DLI.0006"
    assert refusal(dli.put(second, name="orders")) == "DLI.0006"
    assert dli.put(first, name="orders").is_success


@pytest.mark.parametrize("field", sorted(FIELDS.keys() - LIVE.keys()))
def test_a_restart_field_is_refused_while_running(embedded_dli: LocalService, field: str) -> None:
    job_id = embedded_dli.create()
    embedded_dli.started(job_id)
    definition = embedded_dli.inside(job_id)["definition"]
    answer = embedded_dli.put(job_id, **{field: definition[field]})
    assert refusal(answer) == "DLI.0007"
    assert field in answer.json()["error_msg"]


@pytest.mark.parametrize("field", ["image", "cu_number", "dependency_jars", "entrypoint_args"])
def test_the_field_that_changes_is_named_among_all(dli: LocalService, field: str) -> None:
    job_id = dli.create()
    dli.started(job_id)
    before = dli.inside(job_id)["definition"]
    value = {"cu_number": 7, "dependency_jars": ["new.jar"]}.get(field, "new")
    answer = dli.put(job_id, name="orders", job_type="flink_jar_job", **before | {field: value})
    assert refusal(answer) == "DLI.0007"
    words = f"Parameter {field} of job orders cannot be changed while it is running."
    assert answer.json()["error_msg"] == words
    assert dli.inside(job_id)["definition"] == before


def test_a_field_that_does_not_change_is_not_said_to(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    definition = dli.inside(job_id)["definition"]
    answer = dli.put(job_id, **definition | {"smn_topic": "new"})
    assert refusal(answer) == "DLI.0007"
    assert answer.json()["error_msg"].endswith(
        "cannot be sent while it is running, even unchanged."
    )


@pytest.mark.parametrize("field", sorted(LIVE))
def test_a_live_field_changes_while_running(dli: LocalService, field: str) -> None:
    job_id = dli.create()
    dli.started(job_id)
    assert dli.put(job_id, **{field: LIVE[field]}).is_success
    detail = dli.details(job_id)
    assert (detail | detail["job_config"])[field] == LIVE[field]
    assert detail["status"] == "job_running"


def test_an_unchanged_bucket_is_refused_while_running_only(dli: LocalService) -> None:
    job_id = dli.create(obs_bucket="bucket")
    assert dli.put(job_id, obs_bucket="bucket").is_success
    dli.started(job_id)
    assert refusal(dli.put(job_id, obs_bucket="bucket", smn_topic="x")) == "DLI.0007"
    assert dli.details(job_id)["job_config"]["smn_topic"] is None


def test_nothing_is_changed_on_the_way_between_two_states(dli: LocalService) -> None:
    job_id = dli.create()
    dli.run(job_id)
    assert refusal(dli.put(job_id, desc="x")) == "DLI.0007"
    dli.pass_time(STARTED)
    dli.stop(job_id)
    assert refusal(dli.put(job_id, desc="x")) == "DLI.0007"


def test_the_checkpoint_path_is_not_customizable_with_checkpoints_on(dli: LocalService) -> None:
    job_id = dli.create(checkpoint_enabled=True)
    assert refusal(dli.put(job_id, checkpoint_path="bucket/mine/")) == "DLI.0001"
    assert dli.put(job_id, checkpoint_path="").is_success
    assert dli.put(job_id, checkpoint_path="bucket/mine/", checkpoint_enabled=False).is_success


def test_v2_resources_are_echoed_with_their_defaults_and_v1_ones_are_not(dli: LocalService) -> None:
    wanted = {"max_slot": 3, "taskmanager_resource_spec": {"cpu": 2, "memory": "8G"}}
    job_id = dli.create(resource_config_version="v2", resource_config=wanted)
    config = dli.details(job_id)["job_config"]["resource_config"]
    assert config["max_slot"] == 3
    assert config["parallel_number"] == 1
    assert config["jobmanager_resource_spec"] == {"cpu": 1.0, "memory": "4G"}
    assert config["taskmanager_resource_spec"] == {"cpu": 2, "memory": "8G"}
    dli.put(job_id, resource_config_version="v1")
    assert dli.details(job_id)["job_config"]["resource_config"]["max_slot"] == 1


def test_a_deleted_job_is_gone_and_its_name_free_and_its_id_never_used_again(
    dli: LocalService,
) -> None:
    job_id = dli.create("orders")
    dli.started(job_id)
    assert dli.request("DELETE", f"jobs/{job_id}").is_success
    for method, path in [("GET", "jobs"), ("PUT", "flink-jobs"), ("DELETE", "jobs")]:
        answer = dli.request(method, f"{path}/{job_id}", {} if method == "PUT" else None)
        assert refusal(answer) == "DLI.16001"
    assert dli.create("orders") > job_id
    assert dli.inside(job_id)["deleted_at"]
    assert dli.history(job_id)[-1]["event"] == "deleted"


def test_jobs_are_deleted_in_batches_or_not_at_all(dli: LocalService) -> None:
    first, second = dli.create("a"), dli.create("b")
    answer = dli.request("POST", "jobs/delete", {"job_ids": [first, 10**12]})
    assert refusal(answer) == "DLI.16001"
    assert isinstance(answer.json(), list)
    deleted = dli.good("POST", "jobs/delete", {"job_ids": [first, second]})
    assert [item["is_success"] for item in deleted] == ["true", "true"]
    assert dli.good("GET", "jobs")["job_list"]["total_count"] == 0


@pytest.mark.parametrize("job_id", ["0", "9" * 18, "9" * 30])
def test_an_id_that_was_never_given_is_unknown(dli: LocalService, job_id: str) -> None:
    assert refusal(dli.request("GET", f"jobs/{job_id}")) == "DLI.16001"


@pytest.mark.parametrize("job_id", ["x", "-1", "1.0", "9" * 31, "٣"])
def test_an_id_that_is_no_number_is_refused(dli: LocalService, job_id: str) -> None:
    assert refusal(dli.request("GET", f"jobs/{job_id}")) == "DLI.0001"
