"""What a preview looks up: queues, names, checkpoint paths, and how it does without them."""

# ruff: noqa: E501 -- a sentence that stands whole can be searched for

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.tags import Tags
from pulumi_dli.client.transport import Transport
from pulumi_dli.job.desired import Desired
from pulumi_dli.preview.preflight import Findings, Lookups
from pulumi_dli.preview.room import Use
from pulumi_dli.preview.snapshot import Snapshot
from stack import MARK

STREAMING: dict[str, Any] = {
    "queue_name": "streaming",
    "queue_type": "general",
    "cu_count": 64,
    "used_cu": 24.0,
    "elastic_resource_pool_name": "pool",
    "support_flink_jar_versions": ["1.12", "1.15"],
}


class Service:
    """A service of the given lists; `refused` answers 403 to requests of that word."""

    def __init__(self, *queues: dict[str, Any], jobs: tuple[dict[str, Any], ...] = ()) -> None:
        self.queues = queues
        self.jobs = jobs
        self.pools: list[dict[str, Any]] = []
        self.refused = "nothing"
        self.asked: list[str] = []
        self.warned: list[str] = []
        client = httpx.Client(base_url="http://dli", transport=httpx.MockTransport(self._answer))
        transport = Transport(client, project_id=lambda: "p").hasty()
        api = Jobs(transport)
        self.lookups = Lookups(Snapshot(api, Tags(api), self.warned.append))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path.rpartition("/")[2])
        if self.refused in request.url.path:
            return httpx.Response(403, json={"error_code": "DLI.0003", "error_msg": "no right"})
        if request.url.path.endswith("/queues"):
            return httpx.Response(200, json={"is_success": True, "queues": self.queues})
        if request.url.path.endswith("/elastic-resource-pools"):
            return httpx.Response(200, json={"elastic_resource_pools": self.pools})
        if "/streaming/jobs/" in request.url.path:
            wanted = request.url.path.rpartition("/")[2]
            found = [job for job in self.jobs if str(job["job_id"]) == wanted]
            if not found:
                return httpx.Response(400, json={"error_code": "DLI.16001", "error_msg": "none"})
            return httpx.Response(200, json={"is_success": "true", "job_detail": found[0]})
        if request.url.path.endswith("/tags"):
            return httpx.Response(200, json={"tags": []})
        if request.url.path.endswith("/filter"):
            return httpx.Response(200, json={"resources": [], "total_count": 0})
        jobs = [] if "tags" in request.url.params else self.jobs
        return httpx.Response(200, json={"is_success": "true", "job_list": {"jobs": jobs}})

    def examine(self, **inputs: Any) -> Findings:
        wanted = {"name": "orders", "queue_name": "Streaming", "owner": MARK, **inputs}
        return self.lookups.examine(Desired.read(wanted), None)


# Queues.


def test_a_queue_that_fits_is_not_spoken_of() -> None:
    service = Service(STREAMING)
    assert service.examine(flink_version="1.15", execution_agency_urn="a") == Findings()


def test_a_queue_that_is_not_there_is_a_warning_since_the_same_up_may_create_it() -> None:
    service = Service(STREAMING, {"queue_name": "sql1", "queue_type": "sql"})
    for name, way in (
        ("other", "create it, or correct the name"),
        ("Streming", "did you mean streaming? Else create it"),
    ):
        found = service.examine(queue_name=name)
        assert found.problems == []
        assert found.warnings == [
            f"queue_name: the project has no such queue; {way} (there are: streaming)"
        ]


def test_a_queue_that_was_made_meanwhile_is_found() -> None:
    service = Service(STREAMING)
    service.examine()
    service.queues = (STREAMING, {**STREAMING, "queue_name": "late"})
    assert service.examine(queue_name="late", name="other") == Findings()
    assert service.asked.count("queues") == 2


@pytest.mark.parametrize(
    ("row", "inputs", "problem"),
    [
        (
            {"queue_type": "sql"},
            {},
            "queue_name: queue streaming is of the type sql, and Flink jobs run on queues of the type general; choose one of those",
        ),
        (
            {},
            {"flink_version": "1.17"},
            "flink_version: queue streaming offers 1.12, 1.15; use one of them, or another queue",
        ),
    ],
)
def test_a_queue_that_cannot_run_the_job_is_a_problem(
    row: dict[str, Any], inputs: dict[str, Any], problem: str
) -> None:
    assert Service({**STREAMING, **row}).examine(**inputs).problems == [problem]


@pytest.mark.parametrize(
    ("row", "inputs"),
    [
        ({"support_flink_jar_versions": []}, {"flink_version": "1.21"}),
        ({"support_flink_jar_versions": None}, {"flink_version": "1.21"}),
        ({}, {"flink_version": "1.17", "feature": "custom"}),
        ({"queue_type": None}, {}),
        ({"elastic_resource_pool_name": None}, {"execution_agency_urn": "a"}),
    ],
)
def test_what_a_row_does_not_tell_is_not_judged(row: dict[str, Any], inputs: Any) -> None:
    assert Service({**STREAMING, **row}).examine(**inputs) == Findings()


@pytest.mark.parametrize(("inputs", "way"), [({}, ", or remove it"), ({"obs_bucket": "state"}, "")])
def test_an_agency_on_a_queue_of_no_pool_is_a_warning(inputs: dict[str, str], way: str) -> None:
    service = Service({**STREAMING, "elastic_resource_pool_name": ""})
    assert service.examine(execution_agency_urn="a", **inputs).warnings == [
        f"execution_agency_urn: queue streaming is in no elastic resource pool, and agencies work in one only; choose a queue of a pool{way}"
    ]


def test_a_job_that_is_larger_than_its_whole_queue_is_a_problem() -> None:
    alone = {**STREAMING, "cu_count": 4, "elastic_resource_pool_name": ""}
    assert Service(alone).examine(cu_number=4) == Findings()
    assert Service(alone).examine(cu_number=5).problems == [
        "queue_name: queue streaming has 4 CUs, and the job needs 5, so it can never fit; use a smaller job, or a larger queue"
    ]
    assert Service(alone).examine(cu_number=5, desired_state="stopped") == Findings()
    assert (
        Service({**alone, "elastic_resource_pool_name": "pool"}).examine(cu_number=5) == Findings()
    )


# Room.


def test_the_queues_figure_is_what_it_told_and_what_was_asked_since() -> None:
    room = Service(STREAMING).lookups.room.taken
    assert room("a", None, Use("streaming", 2)) == ("queue streaming 24 → 26 of 64 CUs", "")
    assert room("b", Use("streaming", 3), Use("STREAMING", 5)) == (
        "queue streaming 26 → 28 of 64 CUs",
        "",
    )
    assert room("c", Use("streaming", 5), Use("streaming", 0))[0] == (
        "queue streaming 28 → 23 of 64 CUs"
    )
    # What the same resource asked for before does not count twice.
    assert room("b", Use("streaming", 3), Use("streaming", 7))[0] == (
        "queue streaming 21 → 25 of 64 CUs"
    )


def test_a_job_that_moves_frees_its_old_queue() -> None:
    room = Service(
        STREAMING, {**STREAMING, "queue_name": "other", "used_cu": 10}
    ).lookups.room.taken
    assert room("a", Use("other", 4), Use("streaming", 6))[0] == "queue streaming 24 → 30 of 64 CUs"
    assert room("b", None, Use("other", 1))[0] == "queue other 6 → 7 of 64 CUs"


def test_a_queue_that_gets_too_full_is_a_warning() -> None:
    room = Service({**STREAMING, "used_cu": 60}).lookups.room.taken
    words, warning = room("a", None, Use("streaming", 6))
    assert words == "queue streaming 60 → 66 of 64 CUs"
    assert warning == (
        "queue_name: queue streaming has 64 CUs, and 66 would be taken; the job waits until others end, so stop one, or use a larger queue"
    )
    assert room("b", Use("streaming", 6), Use("streaming", 5)) == (
        "queue streaming 66 → 65 of 64 CUs",
        "",
    )


def shared(*queues: dict[str, Any], most: int | None = 60) -> Service:
    """Queues of one pool."""
    service = Service(*queues)
    service.pools = [{"elastic_resource_pool_name": "pool", "max_cu": most}]
    return service


OTHER = {**STREAMING, "queue_name": "other", "used_cu": 10}
ALONE = {**STREAMING, "queue_name": "alone", "elastic_resource_pool_name": ""}


def test_the_figure_of_the_pool_stands_beside_the_queues() -> None:
    room = shared(STREAMING, OTHER, ALONE).lookups.room.taken
    assert room("a", None, Use("streaming", 2)) == (
        "queue streaming 24 → 26 of 64 CUs, pool pool 34 → 36 of 60 CUs",
        "",
    )
    assert room("b", None, Use("other", 4))[0] == (
        "queue other 10 → 14 of 64 CUs, pool pool 36 → 40 of 60 CUs"
    )
    assert room("c", None, Use("alone", 4))[0] == "queue alone 24 → 28 of 64 CUs"
    # From one of its queues to another the pool gives no more.
    assert room("d", Use("other", 4), Use("streaming", 4))[0] == (
        "queue streaming 26 → 30 of 64 CUs, pool pool 40 → 40 of 60 CUs"
    )


@pytest.mark.parametrize("queue", ["streaming", "other"])
def test_a_job_at_rest_takes_nothing_before_it_starts(queue: str) -> None:
    room = shared(STREAMING, OTHER).lookups.room.taken
    assert room("a", Use(queue, 0), Use("streaming", 2))[0] == (
        "queue streaming 24 → 26 of 64 CUs, pool pool 34 → 36 of 60 CUs"
    )
    assert room("b", Use(queue, 0), Use("streaming", 30))[0] == (
        "queue streaming 26 → 56 of 64 CUs, pool pool 36 → 66 of 60 CUs"
    )


def test_a_pool_that_gets_too_full_is_a_warning() -> None:
    room = shared(STREAMING, OTHER).lookups.room.taken
    words, warning = room("a", None, Use("streaming", 30))
    assert words == "queue streaming 24 → 54 of 64 CUs, pool pool 34 → 64 of 60 CUs"
    assert warning == (
        "queue_name: pool pool of queue streaming grows to 60 CUs, and 64 would be taken; the job waits until others end, so stop one, or let the pool grow"
    )


def test_pools_that_nobody_may_see_are_left_out() -> None:
    service = shared(STREAMING)
    service.refused = "elastic"
    assert service.lookups.room.taken("a", None, Use("streaming", 2))[0] == (
        "queue streaming 24 → 26 of 64 CUs"
    )
    assert service.warned == []
    assert shared(STREAMING, most=None).lookups.room.taken("a", None, Use("streaming", 2))[0] == (
        "queue streaming 24 → 26 of 64 CUs"
    )


def test_no_figure_without_a_row_or_its_numbers() -> None:
    assert Service(STREAMING).lookups.room.taken("", None, Use("gone", 2)) == ("", "")
    assert Service({**STREAMING, "used_cu": None}).lookups.room.taken(
        "", None, Use("streaming", 2)
    ) == (
        "",
        "",
    )


# Jobs.


def _job(**fields: Any) -> dict[str, Any]:
    config = {key: fields.pop(key) for key in ("checkpoint_path",) if key in fields}
    return {"job_id": 7, "name": "theirs", "status": "job_running", "job_config": config, **fields}


def test_a_name_that_a_foreign_job_has_is_a_problem() -> None:
    service = Service(STREAMING, jobs=(_job(name="orders"),))
    [problem] = service.examine().problems
    assert problem == (
        "name: a job named orders exists already: job 7, made at 1970-01-01 00:00:00 UTC, carries no mark of this resource; if this resource was renamed, give it `aliases=[…]` with its old name; to take that job over, set `adopt_job_id=7`; else choose another `name`"
    )


def test_a_name_whose_owner_cannot_be_told_is_a_warning() -> None:
    service = Service(STREAMING, jobs=(_job(name="orders"),))
    service.refused = "/tags"
    found = service.examine()
    assert (found.problems, len(found.warnings)) == ([], 1)


def test_a_job_that_keeps_its_name_is_not_foreign_to_itself() -> None:
    service = Service(STREAMING, jobs=(_job(name="orders", checkpoint_path="b/c"),))
    inputs = {"name": "orders", "checkpoint_path": "obs://b/c/", "owner": MARK, "cu_number": 4}
    assert (
        service.lookups.examine(Desired.read(inputs), Desired.read({"name": "orders"}))
        == Findings()
    )


def test_two_jobs_of_one_program_cannot_share_a_name_or_a_checkpoint_path() -> None:
    service = Service(STREAMING)
    assert service.examine(checkpoint_path="b/c/") == Findings()
    assert service.examine(checkpoint_path="b/c/") == Findings()  # a job that is replaced
    assert service.examine(checkpoint_path="obs://b/c", owner="f" * 32).problems == [
        "name: another job of this program has the same; choose another",
        "checkpoint_path: another job of this program has the same; choose another",
    ]


def test_a_checkpoint_path_of_another_job_is_a_problem_while_that_runs() -> None:
    text = "checkpoint_path: job theirs (7) has the same path, and each job needs its own; choose another"
    path = {"checkpoint_path": "obs://b/c"}
    running = Service(STREAMING, jobs=(_job(checkpoint_path="b/c/"),)).examine(**path)
    assert (running.problems, running.warnings) == ([text], [])
    ended = _job(checkpoint_path="b/c/", status="job_finish")
    found = Service(STREAMING, jobs=(ended,)).examine(**path)
    assert (found.problems, found.warnings) == ([], [text])


def test_a_job_to_adopt_that_is_not_there_is_a_problem() -> None:
    service = Service(STREAMING, jobs=(_job(name="orders"),))
    found = service.examine(adopt_job_id=7.0)
    assert (found.problems, found.warnings) == ([], [])
    assert found.job is not None
    assert found.job.job_id == 7
    assert service.examine(adopt_job_id=8.0).problems == [
        "adopt_job_id: there is no job 8; name an existing job, or remove `adopt_job_id` to create one"
    ]


# Once, and only where something changes.


def test_every_thread_shares_one_look() -> None:
    service = Service(STREAMING)
    names = [f"job{n}" for n in range(50)]
    threads = [
        threading.Thread(target=service.examine, kwargs={"name": name, "owner": name})
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(service.asked) == ["filter", "jobs", "queues"]


@pytest.mark.parametrize("refused", ["queues", "jobs", "/"])
def test_a_missing_right_is_a_warning_and_the_rest_goes_on(refused: str) -> None:
    service = Service(STREAMING, jobs=(_job(name="orders"),))
    service.refused = refused
    service.examine(flink_version="1.17")
    for warning in service.warned:
        assert warning.startswith(
            "queues and jobs could not be looked up, so some mistakes show only in `up`: could not list the "
        )
        assert warning.endswith("; `dli:preflight: off` leaves the look-ups out")
    assert len(service.warned) == (2 if refused == "/" else 1)
