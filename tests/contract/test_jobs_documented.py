"""The documented examples: the client produces those requests and parses those answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.transport import Transport
from pulumi_dli.errors import ApiError, NotFoundError
from pulumi_dli.job.detail import Phase
from pulumi_dli.job.spec import FIELDS

PROJECT = "0123456789abcdef0123456789abcdef"
DOCUMENTED = Path(__file__).parent / "documented"


class Service:
    """Answers what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: list[httpx.Response] = []
        client = httpx.Client(
            base_url="https://dli.example.org", transport=httpx.MockTransport(self._answer)
        )
        self.jobs = Jobs(Transport(client, project_id=lambda: PROJECT, max_retries=0))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answers.pop(0)

    def will_answer(self, body: Any, status: int = 200) -> None:
        content = "" if body is None else json.dumps(body)
        self.answers.append(httpx.Response(status, text=content))

    @property
    def asked(self) -> tuple[str, str, Any]:
        """The last request: method, path with its query, body."""
        request = self.requests[-1]
        body = json.loads(request.content) if request.content else None
        return request.method, request.url.raw_path.decode(), body


@pytest.fixture
def service() -> Service:
    return Service()


def example(name: str) -> dict[str, Any]:
    text = (DOCUMENTED / f"{name}.json").read_text().replace("{project_id}", PROJECT)
    loaded = json.loads(text.replace('"{job_id}"', "138").replace("{job_id}", "138"))
    assert isinstance(loaded, dict)
    return loaded


CREATE = example("create")["request"]["body"]
UPDATE = {k: v for k, v in example("update")["request"]["body"].items() if k != "job_type"}
"""The page's example names the job type too, which a job's address says already."""

Call = Callable[[Jobs], Any]
CALLS: dict[str, tuple[Call, Any]] = {
    "create": (lambda jobs: jobs.create(CREATE), 138),
    "update": (lambda jobs: jobs.update(138, UPDATE), 1516952770835),
    "run": (lambda jobs: jobs.run(138, resume_savepoint=True), None),
    "stop": (lambda jobs: jobs.stop(138, trigger_savepoint=False), None),
    "delete": (lambda jobs: jobs.delete(138), None),
    "import_savepoint": (lambda jobs: jobs.import_savepoint(138, "obs://bucket/dir/"), None),
    "savepoint": (lambda jobs: jobs.trigger_savepoint(138, "bucket/dir/savepoint/"), None),
    "tags": (lambda jobs: jobs.tags(138), {"team": "orders"}),
    "tags_create": (lambda jobs: jobs.add_tags(138, {"team": "orders"}), None),
    "tags_delete": (lambda jobs: jobs.remove_tags(138, {"team": "orders"}), None),
    "pools": (lambda jobs: [(each.name, each.max_cu) for each in jobs.pools()], [("shared", 128)]),
    "queues": (lambda jobs: [each.name for each in jobs.queues()], ["test"]),
    "queue": (lambda jobs: jobs.queue("testQueue").kind, "general"),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_documented_request_and_answer(service: Service, name: str) -> None:
    call, result = CALLS[name]
    page = example(name)
    answer = page["response"]
    service.will_answer(answer.get("body"), answer["status"])
    assert call(service.jobs) == result
    request = page["request"]
    body = UPDATE if name == "update" else request.get("body")
    assert service.asked == (request["method"], request["path"], body)
    headers = service.requests[-1].headers
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Language"] == "en-us"


def test_every_documented_example_is_used() -> None:
    of_others = {"token", "projects", "delete_batch", "execute_graph"}  # no call of this client
    here = {"details", "list", "unknown_job", "run_without_queue"}
    assert {path.stem for path in DOCUMENTED.glob("*.json")} == {*CALLS, *of_others, *here}


def test_details(service: Service) -> None:
    service.will_answer(example("details")["response"]["body"])
    job = service.jobs.details(104)
    assert service.asked == ("GET", f"/v1.0/{PROJECT}/streaming/jobs/104", None)
    assert (job.job_id, job.name, job.phase) == (104, "jptest", Phase.DRAFT)
    assert job.update_time == 1578467395713


def test_the_list_is_read_page_by_page(service: Service) -> None:
    page = example("list")["response"]["body"]
    [job] = page["job_list"]["jobs"]
    full = [{**job, "job_id": number} for number in range(1000, 1100)]
    service.will_answer({**page, "job_list": {"total_count": 101, "jobs": full}})
    service.will_answer(page)
    jobs = list(service.jobs.list_jobs(name="aaaaa", tags="a=b"))
    assert [each.job_id for each in jobs] == [*range(1000, 1100), 146]
    queries = [dict(request.url.params) for request in service.requests]
    common = {"job_type": "flink_jar_job", "show_detail": "true", "limit": "100"}
    filters = {"name": "aaaaa", "tags": "a=b"}
    assert queries == [
        {**common, **filters, "offset": "0"},
        {**common, **filters, "offset": "100"},
    ]


def test_no_jobs_at_all(service: Service) -> None:
    service.will_answer({"is_success": "true", "job_list": {"total_count": 0, "jobs": None}})
    assert list(service.jobs.list_jobs()) == []


def test_an_unknown_job(service: Service) -> None:
    answer = example("unknown_job")["response"]
    service.will_answer(answer["body"], answer["status"])
    with pytest.raises(NotFoundError, match=r"could not read job 138: DLI\.16001"):
        service.jobs.details(138)


def test_a_run_without_a_queue(service: Service) -> None:
    answer = example("run_without_queue")["response"]
    service.will_answer(answer["body"], answer["status"])
    with pytest.raises(ApiError, match=r"could not start job 138: DLI\.13024 No job-running queue"):
        service.jobs.run(138, resume_savepoint=False)
    assert service.asked[2] == {"job_ids": [138], "resume_savepoint": False}


# Forms that the pages and the service do not agree on.


@pytest.mark.parametrize("success", [True, "true", "True"])
def test_success_is_a_flag_or_its_word(service: Service, success: object) -> None:
    service.will_answer({"is_success": success, "job": {"job_id": 7}})
    service.will_answer([{"is_success": success, "message": ""}])
    assert service.jobs.create({"name": "orders"}) == 7
    service.jobs.run(7, resume_savepoint=False)


@pytest.mark.parametrize("failure", [False, "false", "False"])
def test_a_refusal_may_come_with_status_200(service: Service, failure: object) -> None:
    refused = {"is_success": failure, "message": "The queue is frozen."}
    service.will_answer(refused)
    with pytest.raises(ApiError, match=r"could not create the job orders: The queue is frozen"):
        service.jobs.create({"name": "orders"})
    for answer in ([refused], refused):
        service.will_answer(answer)
        with pytest.raises(ApiError, match=r"could not stop job 7: The queue is frozen"):
            service.jobs.stop(7, trigger_savepoint=True)


def test_the_second_element_of_a_batch_answer_counts_too(service: Service) -> None:
    service.will_answer([{"is_success": "true"}, {"is_success": "false", "message": ""}])
    with pytest.raises(ApiError, match="could not start job 7: no reason was given"):
        service.jobs.run(7, resume_savepoint=False)


@pytest.mark.parametrize("answer", [[], {}, None])
def test_an_empty_batch_answer_is_no_refusal(service: Service, answer: Any) -> None:
    service.will_answer(answer)
    service.jobs.run(7, resume_savepoint=False)


@pytest.mark.parametrize("job_id", [7, "7"])
def test_a_job_id_may_come_as_text(service: Service, job_id: object) -> None:
    service.will_answer({"is_success": "true", "job": {"job_id": job_id}})
    assert service.jobs.create({"name": "orders"}) == 7


@pytest.mark.parametrize("job", [None, {}, {"job_id": None}, {"job_id": "soon"}, []])
def test_a_create_without_an_id_may_have_made_a_job(service: Service, job: Any) -> None:
    service.will_answer({"is_success": "true", "job": job})
    with pytest.raises(ApiError) as error:
        service.jobs.create({"name": "orders"})
    assert error.value.uncertain
    assert "gave no job id" in str(error.value)


@pytest.mark.parametrize("answer", [{}, {"job": None}, {"job": {"update_time": None}}, []])
def test_an_update_without_a_time(service: Service, answer: Any) -> None:
    service.will_answer(answer)
    assert service.jobs.update(7, {"desc": "x"}) == 0


@pytest.mark.parametrize("answer", [{}, {"job_detail": None}, {"job_detail": []}, []])
def test_details_without_a_job(service: Service, answer: Any) -> None:
    service.will_answer(answer)
    with pytest.raises(ApiError, match=r"the answer cannot be read: .*no object"):
        service.jobs.details(7)


@pytest.mark.parametrize("tags", [None, [], [{"key": "a"}, {"key": "b", "value": "1"}]])
def test_tags_may_be_missing(service: Service, tags: Any) -> None:
    service.will_answer({"tags": tags})
    assert service.jobs.tags(7) == ({"a": "", "b": "1"} if tags else {})


def test_a_savepoint_goes_where_the_service_puts_it(service: Service) -> None:
    service.will_answer({"is_success": "true"})
    service.jobs.trigger_savepoint(7)
    assert service.asked[2] == {"action": "TRIGGER"}


# Forms of single fields.


def test_the_wire_form_of_every_field(service: Service) -> None:
    values: dict[str, Any] = {
        "name": "orders",
        "checkpoint_mode": "at_least_once",
        "entrypoint_args": ["--rate", 3.0],
        "runtime_config": {"a": 1.0, "b": True},
        "resource_config": {"max_slot": 1, "jobmanager_resource_spec": {"memory": "4G"}},
        "tags": {"team": "shop"},
    }
    service.will_answer({"job": {"job_id": 7}})
    service.jobs.create(values)
    assert service.asked[2] == {
        "name": "orders",
        "checkpoint_mode": 2,
        "entrypoint_args": "--rate 3",
        "runtime_config": '[{"key": "a", "value": "1"}, {"key": "b", "value": "true"}]',
        "resource_config": {"max_slot": 1, "jobmanager_resource_spec": {"memory": "4G"}},
        "tags": [{"key": "team", "value": "shop"}],
    }
    assert values.keys() <= FIELDS.keys()


@pytest.mark.parametrize(
    "call",
    [
        lambda jobs: jobs.create({"name": "orders", "entrypoint_args": "--key TOPSECRET"}),
        lambda jobs: jobs.update(7, {"runtime_config": {"k": "TOPSECRET"}}),
    ],
)
def test_a_refusal_that_repeats_a_secret_does_not_show_it(service: Service, call: Call) -> None:
    text = "Parameter entrypoint_args: --key TOPSECRET is wrong"
    service.will_answer({"error_code": "DLI.0001", "error_msg": text}, 400)
    with pytest.raises(ApiError) as error:
        call(service.jobs)
    assert "DLI.0001" in str(error.value)
    assert "TOPSECRET" not in str(error.value) + error.value.text
