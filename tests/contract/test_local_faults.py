"""Armed faults: each kind, aimed at a request and an occurrence, through both doors."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from local_service import PROJECT, STARTED, STOPPED, LocalService, refusal
from pulumi_dli.local.doors import LAST


def dropped(dli: LocalService, method: str, path: str, body: Any = None) -> None:
    """The request must get no answer: cut off on a socket, a ConnectionError in process."""
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError, ConnectionError)):
        dli.request(method, path, body)


def total(dli: LocalService) -> int:
    return int(dli.good("GET", "jobs")["job_list"]["total_count"])


@pytest.mark.parametrize(("when", "created"), [("before", 0), ("after", 1)])
def test_a_dropped_connection_before_and_after_the_work(
    dli: LocalService, when: str, created: int
) -> None:
    dli.arm("drop", route="create", when=when)
    dropped(dli, "POST", "flink-jobs", {"name": "orders"})
    assert total(dli) == created
    log = dli.http.get("/_local/requests").json()["requests"]
    assert [entry["status"] for entry in log if entry["path"].endswith("flink-jobs")] == [None]
    assert dli.request("POST", "flink-jobs", {"name": "payments"}).is_success


@pytest.mark.parametrize("code", ["404", "429", "500", "502", "503", "504", "DLI.0999"])
@pytest.mark.parametrize(("when", "created"), [("before", 0), ("after", 1)])
def test_an_error_answer_before_and_after_the_work(
    dli: LocalService, code: str, when: str, created: int
) -> None:
    dli.arm("answer", route="create", code=code, when=when)
    answer = dli.request("POST", "flink-jobs", {"name": "orders"})
    if code == "DLI.0999":
        assert refusal(answer) == "DLI.0999"
    else:
        assert answer.status_code == int(code)
    assert answer.headers["X-Request-Id"]
    assert total(dli) == created


def test_throttling_says_when_to_come_back(dli: LocalService) -> None:
    dli.arm("answer", route="details", code="429", retry_after=7)
    job_id = dli.create()
    assert dli.request("GET", f"jobs/{job_id}").headers["Retry-After"] == "7"


def test_a_fault_strikes_the_calls_it_is_aimed_at(dli: LocalService) -> None:
    dli.arm("answer", route="details", code="500", nth=2, times=2)
    job_id = dli.create()
    codes = [dli.request("GET", f"jobs/{job_id}").status_code for _ in range(5)]
    assert codes == [200, 500, 500, 200, 200]


def test_a_fault_without_a_route_strikes_anything(dli: LocalService) -> None:
    dli.arm("answer", code="503", times=2)
    assert dli.request("GET", "jobs").status_code == 503
    assert dli.http.get("/v3/projects").status_code == 503
    assert dli.http.get("/v3/projects").status_code == 200


def test_who_is_not_signed_in_does_not_use_a_fault_up(dli: LocalService) -> None:
    dli.arm("answer", route="list_jobs", code="503")
    url = f"/v1.0/{PROJECT}/streaming/jobs"
    assert dli.http.get(url, headers={"X-Auth-Token": "x"}).status_code == 401
    assert dli.http.get(url).status_code == 503


def test_a_delay_passes_time(embedded_dli: LocalService) -> None:
    before = embedded_dli.clock.now()
    embedded_dli.arm("delay", route="list_jobs", seconds=30)
    assert embedded_dli.request("GET", "jobs").is_success
    assert embedded_dli.clock.now() == before + 30


def test_all_tokens_expire(dli: LocalService) -> None:
    dli.arm("expire_tokens", route="create")
    assert dli.request("POST", "flink-jobs", {"name": "orders"}).status_code == 401
    assert dli.request("GET", "jobs").status_code == 401
    dli.sign_in()
    assert total(dli) == 0


def test_a_savepoint_refused_at_once(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    dli.arm("refuse_savepoint", at_once=True, text="no room in the bucket")
    answer = dli.stop(job_id, savepoint=True)
    assert answer.status_code == 200
    assert answer.json() == [{"is_success": "false", "message": "no room in the bucket"}]
    assert dli.status(job_id) == "job_running"
    dli.stopped(job_id, savepoint=True)
    assert dli.details(job_id)["has_savepoint"]


def test_a_savepoint_refused_later_leaves_the_job_running(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    dli.arm("refuse_savepoint")
    assert dli.stop(job_id, savepoint=True).json()[0]["is_success"] == "true"
    dli.pass_time(2 * STOPPED)
    detail = dli.details(job_id)
    assert detail["status"] == "job_running"
    assert detail["status_desc"] == "the savepoint failed (armed fault)"
    assert not detail["has_savepoint"]
    dli.stopped(job_id, savepoint=True)
    assert dli.details(job_id)["has_savepoint"]


def test_a_lost_savepoint_leaves_the_job_stopped_without(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    dli.arm("lose_savepoint")
    dli.stopped(job_id, savepoint=True)
    detail = dli.details(job_id)
    assert (detail["has_savepoint"], detail["savepoint_path"]) == (False, None)


def test_a_savepoint_can_be_refused_and_lost_for_itself(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    dli.arm("refuse_savepoint", route="savepoint", at_once=True)
    dli.arm("lose_savepoint", route="savepoint", nth=2)
    trigger = {"action": "TRIGGER"}
    assert refusal(dli.request("POST", f"jobs/{job_id}/savepoint", trigger)) == "DLI.0007"
    assert dli.request("POST", f"jobs/{job_id}/savepoint", trigger).is_success
    dli.pass_time(STOPPED)
    detail = dli.details(job_id)
    assert (detail["status"], detail["has_savepoint"]) == ("job_running", False)


def test_a_start_fails(dli: LocalService) -> None:
    job_id = dli.create()
    dli.arm("fail_start", text="no such class: a.B")
    dli.run(job_id)
    dli.pass_time(STARTED)
    detail = dli.details(job_id)
    assert (detail["status"], detail["status_desc"]) == ("job_submit_fail", "no such class: a.B")
    dli.started(job_id)


def test_a_job_crashes_after_a_while(dli: LocalService) -> None:
    job_id = dli.create()
    dli.arm("crash", seconds=5, text="out of memory")
    dli.started(job_id)
    dli.pass_time(4.9)
    assert dli.status(job_id) == "job_running"
    dli.good("POST", f"jobs/{job_id}/savepoint", {"action": "TRIGGER"})
    dli.pass_time(STOPPED)
    detail = dli.details(job_id)
    assert (detail["status"], detail["status_desc"]) == ("job_running_exception", "out of memory")
    assert detail["has_savepoint"]


def test_a_start_hangs_until_it_is_stopped(dli: LocalService) -> None:
    job_id = dli.create()
    dli.arm("hang")
    dli.run(job_id)
    dli.pass_time(10_000)
    assert dli.status(job_id) == "job_submitting"
    dli.stop(job_id)
    dli.pass_time(STOPPED)
    assert dli.status(job_id) == "job_cancel_success"


def test_old_statuses_are_shown_for_a_while(dli: LocalService) -> None:
    job_id = dli.create()
    dli.arm("stale", route="run", seconds=5)
    dli.run(job_id)
    dli.pass_time(4.9)
    assert dli.status(job_id) == "job_init"
    listed = dli.good("GET", "jobs", status="job_init")["job_list"]
    assert (listed["total_count"], listed["jobs"][0]["status"]) == (1, "job_init")
    dli.pass_time(0.1)
    assert dli.status(job_id) == "job_running"
    dli.arm("stale", route="stop", seconds=5)
    dli.stop(job_id, savepoint=True)
    dli.pass_time(4.9)
    assert dli.status(job_id) == "job_running"
    dli.pass_time(0.1)
    assert dli.status(job_id) == "job_cancel_success"


def test_faults_are_shown_and_cleared(dli: LocalService) -> None:
    dli.arm("answer", route="create", code="500", times=99)
    fault = dli.http.get("/_local/faults").json()["faults"][0]
    assert (fault["kind"], fault["route"], fault["times"], fault["seen"]) == (
        "answer",
        "create",
        99,
        0,
    )
    dli.http.delete("/_local/faults")
    assert dli.request("POST", "flink-jobs", {"name": "orders"}).is_success


def test_a_cleared_hang_lets_the_start_go_on(dli: LocalService) -> None:
    job_id = dli.create()
    dli.arm("hang", route="run")
    dli.run(job_id)
    dli.pass_time(60)
    assert dli.status(job_id) == "job_submitting"
    dli.http.delete("/_local/faults")
    dli.pass_time(2)
    assert dli.status(job_id) == "job_running"


def test_a_job_that_was_deleted_while_it_hung_stays_deleted(dli: LocalService) -> None:
    job_id = dli.create()
    dli.arm("hang", route="run")
    dli.run(job_id)
    assert dli.request("DELETE", f"jobs/{job_id}").status_code == 200
    dli.http.delete("/_local/faults")
    dli.pass_time(2)
    assert [each["event"] for each in dli.history(job_id)] == ["created", "run", "deleted"]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"kind": "explode"},
        {"kind": "drop", "route": "nowhere"},
        {"kind": "crash", "route": "stop"},
        {"kind": "drop", "when": "during"},
        {"kind": "drop", "seconds": 5},
        {"kind": "answer", "code": "418"},
        {"kind": "delay", "seconds": -1},
        {"kind": "delay", "seconds": "long"},
        {"kind": "drop", "nth": 0},
        {"kind": "drop", "nth": 2**63},
        {"kind": "drop", "times": 10**400},
        {"kind": "delay", "seconds": 10**400},
        {"kind": "delay", "seconds": True},
        {"kind": "crash", "seconds": 1e300},
        {"kind": "drop", "times": "2"},
        {"kind": "refuse_savepoint", "at_once": "yes"},
        {"kind": "crash", "text": 5},
        {"kind": "poor_rows", "lacks": "rows"},
        {"kind": "poor_rows", "lacks": ["keys"]},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(
    dli: LocalService, wanted: dict[str, object]
) -> None:
    assert refusal(dli.http.post("/_local/faults", json=wanted)) == "DLI.0001"
    assert dli.http.get("/_local/faults").json()["faults"] == []


@pytest.mark.parametrize("wanted", [{}, {"advance": -1}, {"set": "noon"}, {"set": 1e30}])
def test_the_clock_moves_only_forward_in_steps(
    dli: LocalService, wanted: dict[str, object]
) -> None:
    assert refusal(dli.http.post("/_local/clock", json=wanted)) == "DLI.0001"


def test_the_clock_does_not_leave_the_calendar(dli: LocalService) -> None:
    for wanted in ({"advance": 10**400}, {"advance": 1e15}):
        assert refusal(dli.http.post("/_local/clock", json=wanted)) == "DLI.0001"
    endless = {"Content-Type": "application/json"}
    answer = dli.http.post("/_local/clock", content=b'{"advance": Infinity}', headers=endless)
    assert refusal(answer) == "DLI.0001"
    assert dli.http.post("/_local/clock", json={"set": LAST}).json()["now"] == LAST
    dli.sign_in()
    job_id = dli.create()
    dli.run(job_id)
    assert dli.status(job_id) == "job_submitting"


def test_the_clock_moves_through_its_door(dli: LocalService) -> None:
    before = dli.http.get("/_local/clock").json()["now"]
    assert dli.http.post("/_local/clock", json={"advance": 5}).json()["now"] == before + 5
    assert dli.http.post("/_local/clock", json={"set": 7}).json()["now"] == 7
    assert dli.http.delete("/_local/clock").json()["now"] > 1_700_000_000
