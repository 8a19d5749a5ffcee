"""Which lines of a log tell why a job failed, and how much is read in search of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import httpx
import pytest
from pulumi_dli.artifacts.keys import GivenKeys, Keys
from pulumi_dli.artifacts.logs import FRAMES, LAST, MOST_OBJECTS, Log, Logs, telling
from pulumi_dli.artifacts.objects import Objects
from pulumi_dli.artifacts.requests import Sender
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.client.transport import Transport
from pulumi_dli.job.detail import JobDetail
from stand_ins import HandClock

AT = "2026-11-27 13:00:00,123 "
FRAME = "\tat com.example.Orders.main(Orders.java:7)"
OUTER = "org.apache.flink.util.FlinkException: Could not execute the application"
INNER = "Caused by: java.lang.IllegalStateException: order 100 cannot be counted"
TRACE = [
    OUTER,
    *[FRAME] * 40,
    "Caused by: java.util.concurrent.CompletionException: in between",
    *[FRAME] * 9,
    INNER,
    *[FRAME] * 9,
    "\t... 28 more",
]
CLOSING = [f"{AT}INFO  c.e.Sink [] - closed", "java.io.IOException: closed twice", *[FRAME] * 5]


def test_the_exception_and_its_innermost_cause_tell() -> None:
    lines, tells = telling("\n".join([f"{AT}INFO  o.a.f.Runner [] - starting", "", *TRACE]))
    assert lines == [OUTER, INNER, *[FRAME] * FRAMES]
    assert tells


def test_one_without_a_cause_stands_with_what_follows() -> None:
    lines, _ = telling(f"java.lang.Error: boom\n{FRAME}\n\tat b\n\tat c\n\tat d")
    assert lines == ["java.lang.Error: boom", FRAME, "\tat b", "\tat c"]


def test_one_in_a_line_of_the_log_counts() -> None:
    text = f"{AT}ERROR c.e.Orders [] - cannot: com.example.Orders$BadOrderException: order 7"
    assert telling(f"{AT}INFO  c.e.Orders [] - begins\n{text}")[0] == [text]


@pytest.mark.parametrize(
    "failed",
    [
        f"{AT}WARN  o.a.f.Task [] - Source (1/1)#0 switched from RUNNING to FAILED.",
        f"{AT}INFO  o.a.f.Graph [] - Job orders (00) switched from state FAILING to FAILED.",
    ],
)
def test_what_follows_the_failure_is_not_taken_for_its_cause(failed: str) -> None:
    before = [*CLOSING, failed]
    lines, _ = telling("\n".join([*before, *TRACE, *CLOSING]))
    assert lines == [OUTER, INNER, *[FRAME] * FRAMES]


def test_without_such_a_line_the_last_exception_counts() -> None:
    lines, _ = telling("\n".join([*TRACE, *CLOSING]))
    assert lines == ["java.io.IOException: closed twice", *[FRAME] * FRAMES]


def test_a_trace_whose_head_is_cut_off_tells_by_its_cause() -> None:
    lines, tells = telling("\n".join(TRACE[5:]))
    assert lines == [INNER, *[FRAME] * FRAMES]
    assert tells


def test_a_log_without_an_exception_tells_by_its_last_lines() -> None:
    lines, tells = telling("\n".join(f"line {number}" for number in range(20)))
    assert lines == [f"line {number}" for number in range(20 - LAST, 20)]
    assert not tells


@pytest.mark.parametrize("text", ["", "\n \n\t\n"])
def test_nothing_tells_nothing(text: str) -> None:
    assert telling(text) == ([], False)


PAGE = "<ListBucketResult><IsTruncated>true</IsTruncated>{}</ListBucketResult>"
ROW = "<Contents><Key>{}</Key><Size>9</Size><LastModified>{}</LastModified></Contents>"
JOB = JobDetail(13, "orders", "job_submit_fail", values={"log_enabled": True, "obs_bucket": "b-1"})


class Endless(Stores):
    """A bucket with ever more files of logs, those of the first page, and those behind it."""

    def __init__(self, *pages: Iterator[str], seconds: float = 0) -> None:
        self.clock = HandClock()
        self.requests: list[httpx.Request] = []
        self._pages = pages
        self._seconds = seconds

    def at(self, region: str | None = None, project_id: str | None = None) -> Objects:
        del region, project_id
        client = httpx.Client(transport=httpx.MockTransport(self._answer), timeout=60)
        transport = Transport(client, project_id=str, max_retries=5)
        keys, clock = GivenKeys(Keys("a", "s")), self.clock
        url = "https://obs.example.com"
        return Objects(Sender(transport, endpoint=url, region="eu-de", keys=keys, clock=clock))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.clock.sleep(self._seconds)
        if "prefix" not in request.url.params:
            return httpx.Response(
                206,
                content=b"java.lang.Error",
                headers={"content-range": "bytes 0-14/15", "etag": "e"},
            )
        page = self._pages[-1 if request.url.params["marker"] else 0]
        at = datetime.fromtimestamp(self.clock.epoch(), UTC).isoformat()
        rows = "".join(ROW.format(next(page), at) for _ in range(1000))
        return httpx.Response(200, text=PAGE.format(rows))


def last(stores: Endless) -> Log | None:
    return Logs(stores, stores.clock).last(JOB, 100.0, (None, None))


def files(folder: str) -> Iterator[str]:
    return (f"jobs/logs/{folder}/{number:08}" for number in count())


def test_of_a_log_of_ever_more_files_a_bounded_number_is_listed() -> None:
    stores = Endless(files("13"))
    found = last(stores)
    assert found is not None
    assert found.lines == ("java.lang.Error",)
    assert len(stores.requests) == MOST_OBJECTS // 1000 + 1


def test_those_of_jobs_whose_ids_begin_so_are_passed_over_at_once() -> None:
    stores = Endless(files("138"), files("13_x"))
    assert last(stores)
    assert len(stores.requests) == 1 + MOST_OBJECTS // 1000 + 1


@pytest.mark.parametrize("seconds", [1.5, 5])
def test_a_slow_service_is_left_after_seconds(seconds: float) -> None:
    stores = Endless(files("13"), seconds=seconds)
    assert last(stores) is None
    assert stores.clock.time - 100 <= 5


def test_no_request_may_take_long_or_is_repeated() -> None:
    stores = Endless(files("13"))
    last(stores)
    assert {request.extensions["timeout"]["read"] for request in stores.requests} == {2.0}
