"""Lists with every filter, tags, and queues in both spellings."""

from __future__ import annotations

import pytest
from huaweicloudsdkdli.v1 import Queue, ShowQueueResponse
from local_service import LocalService, refusal

TAGS = "/v3/{project_id}/dli_flink_job"


def names(dli: LocalService, **query: object) -> list[str]:
    return [job["name"] for job in dli.good("GET", "jobs", **query)["job_list"]["jobs"]]


@pytest.fixture
def family(dli: LocalService) -> LocalService:
    """Four jobs that differ in what can be asked for."""
    dli.create("orders", tags=[{"key": "team", "value": "a"}, {"key": "tier", "value": "1"}])
    dli.create("orders-late", tags=[{"key": "team", "value": "a"}], queue_name="testQueue")
    dli.create("payments", tags=[{"key": "team", "value": "b"}])
    dli.started(dli.create("returns", entrypoint_args="secret"))
    return dli


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["returns", "payments", "orders-late", "orders"]),
        ({"order": "asc"}, ["orders", "orders-late", "payments", "returns"]),
        ({"name": "orders"}, ["orders-late", "orders"]),
        ({"name": "Orders"}, []),
        ({"name": "%"}, []),
        ({"status": "job_running"}, ["returns"]),
        ({"status": "job_idle"}, []),
        ({"queue_name": "TESTQUEUE"}, ["orders-late"]),
        ({"job_type": "flink_jar_job", "name": "pay"}, ["payments"]),
        ({"job_type": "flink_sql_job"}, []),
        ({"tags": "team=a"}, ["orders-late", "orders"]),
        ({"tags": "team=a,tier=1"}, ["orders"]),
        ({"tags": "team=c"}, []),
        ({"user_name": "local", "name": "pay"}, ["payments"]),
        ({"user_name": "somebody"}, []),
        ({"root_job_id": "5"}, []),
        ({"sys_enterprise_project_name": "other"}, []),
        ({"limit": 2}, ["returns", "payments"]),
        ({"limit": 2, "offset": 2}, ["orders-late", "orders"]),
        ({"limit": 0}, []),
        ({"offset": 9}, []),
        ({"name": "orders", "limit": 1, "offset": 1, "order": "asc"}, ["orders-late"]),
    ],
)
def test_each_filter_finds_its_jobs(
    family: LocalService, query: dict[str, object], found: list[str]
) -> None:
    assert names(family, **query) == found


def test_the_total_counts_what_the_page_leaves_out(family: LocalService) -> None:
    answer = family.good("GET", "jobs", name="orders", limit=1)
    assert answer["job_list"]["total_count"] == 2


def test_details_come_only_when_asked_for(family: LocalService) -> None:
    brief = family.good("GET", "jobs", name="returns")["job_list"]["jobs"][0]
    assert not {"job_config", "entrypoint_args", "update_time"} & brief.keys()
    assert {"user_name", "duration", "root_id"} <= brief.keys()
    full = family.good("GET", "jobs", name="payments", show_detail="true")["job_list"]["jobs"][0]
    assert full["job_config"]["cu_number"] == 2
    assert full["start_time"] == 0
    assert "tags" not in full


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 101},
        {"limit": -1},
        {"limit": "x"},
        {"offset": "9" * 5000},
        {"offset": -1},
        {"order": "up"},
        {"status": "job_stopping"},
        {"job_type": "spark"},
        {"show_detail": "yes"},
        {"tags": "team"},
    ],
)
def test_a_bad_filter_is_refused(dli: LocalService, query: dict[str, object]) -> None:
    answer = dli.request("GET", "jobs", None, **query)
    assert refusal(answer) == "DLI.0001"
    assert next(iter(query)) in answer.json()["error_msg"]


@pytest.mark.parametrize("query", [{"limit": -1}, {"limit": 1001}, {"offset": "x"}])
def test_a_bad_page_of_tags_is_refused(dli: LocalService, query: dict[str, object]) -> None:
    job_id = dli.create()
    for method, path, body in (
        ("GET", f"{TAGS}/{job_id}/tags", None),
        ("GET", f"{TAGS}/tags", None),
        ("POST", f"{TAGS}/resource-instances/filter", {}),
    ):
        answer = dli.request(method, path, body, **query)
        assert refusal(answer) == "DLI.0001"
        assert next(iter(query)) in answer.json()["error_msg"]


def test_tags_change_without_touching_the_job(dli: LocalService) -> None:
    job_id = dli.create(tags=[{"key": "team", "value": "a"}])
    dli.started(job_id)
    before = dli.details(job_id)
    path = f"{TAGS}/{job_id}/tags"
    more = {"tags": [{"key": "team", "value": "b"}, {"key": "tier", "value": ""}]}
    assert dli.request("POST", f"{path}/create", more).status_code == 204
    assert dli.good("GET", path)["tags"] == [
        {"key": "team", "value": "b"},
        {"key": "tier", "value": ""},
    ]
    dli.good("POST", f"{path}/delete", {"tags": [{"key": "team"}, {"key": "none"}]})
    assert dli.good("GET", path)["tags"] == [{"key": "tier", "value": ""}]
    assert dli.details(job_id) == before


def test_a_job_has_at_most_twenty_tags(dli: LocalService) -> None:
    job_id = dli.create(tags=[{"key": f"k{number}", "value": ""} for number in range(20)])
    path = f"{TAGS}/{job_id}/tags"
    one_more = {"tags": [{"key": "more", "value": ""}]}
    assert refusal(dli.request("POST", f"{path}/create", one_more)) == "DLI.0001"
    assert len(dli.good("GET", path)["tags"]) == 20


def test_tags_of_unknown_jobs_are_refused(dli: LocalService) -> None:
    assert refusal(dli.request("GET", f"{TAGS}/138/tags")) == "DLI.16001"


def test_jobs_are_found_by_their_tags(family: LocalService) -> None:
    assert family.good("GET", f"{TAGS}/tags")["tags"] == [
        {"key": "team", "values": ["a", "b"]},
        {"key": "tier", "values": ["1"]},
    ]
    wanted = {"tags": [{"key": "team", "values": ["a"]}]}
    found = family.good("POST", f"{TAGS}/resource-instances/filter", wanted)
    assert [item["resource_name"] for item in found["resources"]] == ["orders", "orders-late"]
    assert found["total_count"] == 2
    untagged = {"without_any_tag": True, "matches": [{"key": "resource_name", "value": "ret"}]}
    count = family.good("POST", f"{TAGS}/resource-instances/count", untagged)
    assert count == {"total_count": 1}


def test_queues_are_listed_by_type_and_in_pages(dli: LocalService) -> None:
    path = "/v1.0/{project_id}/queues"

    def listed(**query: object) -> list[str]:
        return [queue["queue_name"] for queue in dli.good("GET", path, **query)["queues"]]

    assert listed() == []  # the documented default is queues of type sql
    assert listed(queue_type="general") == ["default", "testqueue", "pooled"]
    assert listed(queue_type="all", **{"page-size": 1, "current-page": 2}) == ["testqueue"]
    assert refusal(dli.request("GET", path, None, queue_type="spark")) == "DLI.0001"
    row = dli.good("GET", path, queue_type="all")["queues"][0]
    assert row.keys() <= set(Queue.attribute_map.values()) | {"resource_type"}
    assert row["support_flink_jar_versions"] == ["1.12", "1.15", "1.17"]


def test_a_queue_is_found_in_any_case(dli: LocalService) -> None:
    answer = dli.good("GET", "/v1.0/{project_id}/queues/TestQueue")
    assert answer.keys() <= set(ShowQueueResponse.attribute_map.values())
    assert (answer["queueName"], answer["cuCount"], answer["queueType"]) == (
        "testqueue",
        256,
        "general",
    )
    assert answer["is_success"] is True


@pytest.mark.parametrize("name", ["nowhere", "ö", "日本"])
def test_an_unknown_queue_is_named(dli: LocalService, name: str) -> None:
    answer = dli.request("GET", f"/v1.0/{{project_id}}/queues/{name}")
    assert refusal(answer) == "DLI.0002"
    assert answer.json()["error_msg"] == f"There is no queue named {name}"
