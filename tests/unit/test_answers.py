"""Whatever the service answers is read, or is one sentence that names the request."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina
from hostile import PLANTED, Parts, answers, response
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_dli.client.answers import MOST_PAGES
from pulumi_dli.client.api import PAGE, Jobs
from pulumi_dli.client.auth import TokenAuth
from pulumi_dli.client.bodies import LARGEST, LONGEST, bound
from pulumi_dli.client.keystone import by_password
from pulumi_dli.client.projects import find_project
from pulumi_dli.client.transport import Transport, reaching
from pulumi_dli.errors import ApiError, DliError
from pulumi_dli.job.detail import date
from pulumi_dli.job.redaction import discreet
from pulumi_dli.settings.credentials import Password
from pulumi_dli.settings.sources import Value
from searches import examples
from stand_ins import HandClock

DOCUMENTED = Path(__file__).parents[1] / "contract" / "documented"
VALUES = {"name": "orders", "entrypoint_args": f"--key {PLANTED}"}
CALLS: Mapping[str, Callable[[Jobs], object]] = {
    "create": lambda jobs: jobs.create(VALUES),
    "update": lambda jobs: jobs.update(104, VALUES),
    "run": lambda jobs: jobs.run(104, resume_savepoint=True),
    "stop": lambda jobs: jobs.stop(104, trigger_savepoint=True),
    "delete": lambda jobs: jobs.delete(104),
    "details": lambda jobs: jobs.details(104),
    "list": lambda jobs: list(jobs.list_jobs(name="orders")),
    "listed": lambda jobs: jobs.listed(),
    "told": lambda jobs: jobs.told(104),
    "rows": lambda jobs: jobs.rows(0),
    "savepoint": lambda jobs: jobs.trigger_savepoint(104, "bucket/folder/"),
    "import_savepoint": lambda jobs: jobs.import_savepoint(104, "obs://bucket/folder"),
    "tags": lambda jobs: jobs.tags(104),
    "tags_of_project": lambda jobs: jobs.tags_of_project(),
    "tags_create": lambda jobs: jobs.add_tags(104, {"a": "b"}),
    "tags_delete": lambda jobs: jobs.remove_tags(104, {"a": "b"}),
    "queues": lambda jobs: jobs.queues(),
    "pools": lambda jobs: jobs.pools(),
    "queue": lambda jobs: jobs.queue("default"),
}
PROJECT_TAGS = {
    "resources": [{"resource_id": "104", "tags": [{"key": "a", "value": "b"}]}],
    "total_count": 1,
}
LISTED = {
    "job_list": {
        "total_count": 1,
        "jobs": [{"job_id": 104, "name": "orders", "job_config": {"obs_bucket": "state"}}],
    }
}


def good(name: str) -> Any:
    if name == "tags_of_project":
        return PROJECT_TAGS
    if name in ("listed", "rows"):
        return LISTED
    name = "details" if name == "told" else name
    documented = json.loads((DOCUMENTED / f"{name}.json").read_text(encoding="utf-8"))
    return documented["response"].get("body", {})


def client(answer: Callable[[httpx.Request], httpx.Response], clock: HandClock) -> httpx.Client:
    made = httpx.Client(base_url="https://dli.example", transport=httpx.MockTransport(answer))
    bound(made, clock)
    return made


def jobs(answer: httpx.Response | Callable[[httpx.Request], httpx.Response]) -> Jobs:
    give = (lambda _request: answer) if isinstance(answer, httpx.Response) else answer
    made = client(give, HandClock())
    return Jobs(Transport(made, project_id=lambda: "p1", max_retries=0))


@discreet
def sentence(_props: Mapping[str, Any], call: Callable[[], object]) -> str:
    """What a call fails with, as a verb has it that was given these properties; "" for nothing."""
    try:
        call()
    except DliError as error:
        return str(error)
    return ""


def is_one_sentence(text: str) -> bool:
    short = len(text) < 1500 and text.isprintable()
    return short and text.startswith("could not ") and PLANTED not in text


@pytest.fixture(autouse=True)
def without_waiting() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=1):
        yield


def test_every_method_is_tried() -> None:
    methods = {name for name in vars(Jobs) if not name.startswith("_")}
    called = {name for call in CALLS.values() for name in call.__code__.co_names}
    assert methods <= called


@pytest.mark.parametrize("name", CALLS)
def test_any_answer_is_read_or_is_one_sentence(name: str) -> None:
    expected = good(name)

    @settings(max_examples=examples(15))
    @given(answers(expected))
    def search(answer: httpx.Response) -> None:
        text = sentence(VALUES, lambda: CALLS[name](jobs(answer)))
        assert not text or is_one_sentence(text), text

    search()


@pytest.mark.parametrize("name", CALLS)
def test_the_good_answer_is_read(name: str) -> None:
    CALLS[name](jobs(response(200, json.dumps(good(name)).encode())))


@settings(max_examples=examples(20))
@given(answers(good("token")))
def test_any_answer_to_a_sign_in_is_read_or_is_one_sentence(answer: httpx.Response) -> None:
    auth = TokenAuth("https://iam.example", by_password(Password(PLANTED, user_id="u")))

    def sign_in() -> None:
        with reaching("sign in"):
            auth.sign_in(client(lambda _request: answer, HandClock()))

    text = sentence({}, sign_in)
    assert not text or is_one_sentence(text), text


@settings(max_examples=examples(20))
@given(answers(good("projects")))
def test_any_list_of_projects_is_read_or_is_one_sentence(answer: httpx.Response) -> None:
    made = client(lambda _request: answer, HandClock())
    identity = Transport(made, project_id=lambda: "p1", max_retries=0, hide=[PLANTED])
    text = sentence({}, lambda: find_project(identity, Value("eu-de", "dli:projectName")))
    assert not text or is_one_sentence(text.replace("no project is", "could not")), text


@pytest.mark.parametrize("job_id", [None, "", "104", 104, 104.0])
def test_details_without_an_id_are_of_the_job_that_was_asked_for(job_id: Any) -> None:
    body = {"job_detail": {"job_id": job_id, "name": "orders", "status": "job_init"}}
    assert jobs(response(200, json.dumps(body).encode())).details(104).job_id == 104


@pytest.mark.parametrize("job_id", [7, -5, "7", 10**17])
def test_details_of_another_job_are_refused(job_id: Any) -> None:
    body = {"job_detail": {"job_id": job_id, "name": "orders", "status": "job_init"}}
    with pytest.raises(ApiError, match=r"could not read job 104: .* another job"):
        jobs(response(200, json.dumps(body).encode())).details(104)


@pytest.mark.parametrize(
    "body",
    [
        {},
        None,
        [],
        7,
        {"job_list": None},
        {"job_list": {}},
        {"job_list": {"jobs": 7}},
        {"job_list": {"jobs": [None]}},
        {"job_list": {"jobs": ["text"]}},
        {"job_list": {"jobs": [{"job_id": 1, "job_config": [1]}]}},
    ],
)
def test_a_list_that_cannot_be_read_is_no_empty_list(body: Any) -> None:
    with pytest.raises(ApiError, match="could not list the Flink jobs: the answer cannot be read"):
        list(jobs(response(200, json.dumps(body).encode())).list_jobs())


@pytest.mark.parametrize("rows", [None, []])
def test_a_list_may_be_empty(rows: Any) -> None:
    body = {"job_list": {"total_count": 0, "jobs": rows}}
    assert list(jobs(response(200, json.dumps(body).encode())).list_jobs()) == []


def listing(total: int | None, ids: Callable[[int], list[int]], seen: list[int]) -> Jobs:
    """A service with a list of jobs, which gives the ids from an offset on."""

    def answer(request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        seen.append(offset)
        found: dict[str, Any] = {"jobs": [{"job_id": each, "name": "x"} for each in ids(offset)]}
        if total is not None:
            found["total_count"] = total
        return response(200, json.dumps({"job_list": found}).encode())

    return jobs(answer)


@pytest.mark.parametrize("total", [None, 250])
def test_pages_are_read_to_the_end(total: int | None) -> None:
    seen: list[int] = []
    service = listing(total, lambda offset: list(range(250, 0, -1))[offset : offset + PAGE], seen)
    assert [job.job_id for job in service.list_jobs()] == list(range(250, 0, -1))
    assert seen == [0, 100, 200]


def test_a_service_that_holds_its_pages_shorter_is_read_to_the_end() -> None:
    seen: list[int] = []
    service = listing(25, lambda offset: list(range(1, 26))[offset : offset + 10], seen)
    assert [job.job_id for job in service.list_jobs()] == list(range(1, 26))
    assert seen == [0, 10, 20]


def test_a_service_that_ignores_the_offset_is_asked_twice() -> None:
    seen: list[int] = []
    service = listing(None, lambda _offset: list(range(1, PAGE + 1)), seen)
    assert len(list(service.list_jobs())) == PAGE
    assert len(seen) == 2


def test_a_list_without_an_end_has_one() -> None:
    seen: list[int] = []
    service = listing(10**9, lambda offset: [offset + 1], seen)
    with pytest.raises(ApiError, match=f"the list does not end after {MOST_PAGES} pages"):
        list(service.list_jobs())
    assert len(seen) == MOST_PAGES


BOMB = gzip.compress(bytes(8 * LARGEST))


@pytest.mark.parametrize(
    ("content", "headers", "reason"),
    [
        (b" " * (LARGEST + 1), {}, "larger than 4 MB"),
        (BOMB, {"content-encoding": "gzip"}, "larger than 4 MB"),
        (b"{}", {"content-encoding": "gzip"}, "said to be compressed, and is not"),
        (BOMB[:1000], {"content-encoding": "gzip"}, "breaks off"),
        (b"{}", {"content-encoding": "br"}, "compressed in a way that nobody asked for"),
    ],
)
@pytest.mark.parametrize("name", ["details", "update"])
def test_a_body_beyond_the_bounds_is_one_sentence(
    name: str, content: bytes, headers: Mapping[str, str], reason: str
) -> None:
    tracemalloc.start()
    with pytest.raises(ApiError, match=rf"answer of dli\.example cannot be read: .*{reason}") as e:
        CALLS[name](jobs(response(200, content, headers)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * LARGEST
    assert e.value.uncertain


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_answer_is_read(encoding: str) -> None:
    text = json.dumps(good("details")).encode()
    raw = zlib.compressobj(wbits=-15)
    frames = [gzip.compress(text), zlib.compress(text), raw.compress(text) + raw.flush()]
    for content in frames if encoding == "deflate" else frames[:2]:
        job = jobs(response(200, content, {"content-encoding": encoding})).details(104)
        assert job.name == "jptest"


def test_the_beginning_of_a_large_refusal_is_enough() -> None:
    read = 0

    def page() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"<x" * 5000

    answer = httpx.Response(502, stream=Parts(page()))
    with pytest.raises(ApiError, match=r"could not read job 104: .*; try again") as caught:
        jobs(answer).details(104)
    assert caught.value.status == 502
    assert read < 10


@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_that_drips_ends(status: int) -> None:
    clock = HandClock()
    dripping = Parts((b" " for _ in iter(int, 1)), lambda: clock.sleep(1.0))
    made = client(lambda _request: httpx.Response(status, stream=dripping), clock)
    made.timeout = httpx.Timeout(60.0)
    with pytest.raises(ApiError, match=r"cannot be read: it takes more than 120 s|HTTP 400"):
        Jobs(Transport(made, project_id=lambda: "p1", max_retries=0)).details(104)
    assert sum(clock.slept) == 60 * LONGEST


@pytest.mark.parametrize("charset", ["utf-16", "hex", "latin-1", "nothing"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_json_tells_its_charset_by_itself(charset: str, encoding: str) -> None:
    body = {"job_detail": {"job_id": 104, "name": "ördérs", "status": "job_init"}}
    content = json.dumps(body, ensure_ascii=False).encode(encoding)
    headers = {"content-type": f"application/json; charset={charset}"}
    assert jobs(response(200, content, headers)).details(104).name == "ördérs"


def test_a_line_of_the_service_cannot_steer_the_terminal() -> None:
    body = {"error_msg": "no \x1b[2Jjob\n\x07", "error_code": "DLI.0001"}
    with pytest.raises(ApiError) as caught:
        jobs(response(400, json.dumps(body).encode(), {"x-request-id": "r\x1b1"})).details(104)
    assert str(caught.value).isprintable()


def test_what_a_service_says_of_a_start_is_cut_and_short() -> None:
    said = f"no --key {PLANTED} " + "x" * 5000
    body = [{"is_success": "false", "message": said}]
    service = jobs(response(200, json.dumps(body).encode()))
    text = sentence(VALUES, lambda: service.run(104, resume_savepoint=False))
    assert text.startswith("could not start job 104: no [secret] xxx")
    assert len(text) < 600


@pytest.mark.parametrize("moment", [10**18, -(10**18), 10**30])
def test_a_time_beyond_the_calendar_is_a_number(moment: int) -> None:
    assert date(moment) == f"{moment} ms"


@given(st.integers(0, 4 * 10**12))
def test_a_time_is_a_date(moment: int) -> None:
    assert date(moment).endswith(" UTC")
