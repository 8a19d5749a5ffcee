"""What stands below the sentence of a start that failed: the console, and how the log ends."""

from __future__ import annotations

import gzip
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_service import START_TIME
from pulumi_dli.artifacts.logs import LONGEST_LINE
from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.client.connections import Connections
from pulumi_dli.errors import DliError, Halfway
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.lifecycle.clues import Clues
from stack import Stack

FRAME = "\tat com.example.Orders.main(Orders.java:7)"
CAUSE = "Caused by: java.lang.IllegalStateException: order 100 cannot be counted"
TRACE = "\n".join(["org.apache.flink.util.FlinkException: it failed", *[FRAME] * 9, CAUSE, FRAME])
SHOWN = [
    "      org.apache.flink.util.FlinkException: it failed",
    f"      {CAUSE}",
    f"      {FRAME.strip()}",
]
LOGGED: dict[str, Any] = {"log_enabled": True}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path, {"preflight": "on"})
    yield stack
    stack.close()


def fails(stack: Stack, seconds: float | None = None, **program: Any) -> list[str]:
    """The lines of the error of an `up`: its sentence, and what stands below."""
    with pytest.raises(DliError) as failed:
        stack.up(seconds, **program)
    return str(failed.value).split("\n")


def looks(stack: Stack) -> list[str]:
    """The requests that are about the logs."""
    return [each for each in stack.all_sent() if "jobs/logs" in each or "jobs%2Flogs" in each]


def plant(stack: Stack, name: str, content: bytes, after: float = 30) -> None:
    """A file of a log, written some seconds behind the beginning."""
    file = Path(stack.config["localPath"]) / "obs/state/jobs/logs" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (START_TIME + after, START_TIME + after))


def test_a_start_that_fails_shows_how_its_log_ends(stack: Stack) -> None:
    stack.dli.arm("fail_start", text=TRACE)
    sentence, log, *lines = fails(stack, **LOGGED)
    assert sentence.startswith("job orders (1) did not start: submit fail (job_submit_fail): ")
    assert sentence.endswith("run `pulumi up` again, which goes on with this job")
    assert log.startswith("    log: obs://state/jobs/logs/1_")
    assert log.endswith("/jobmanager.log")
    assert lines == SHOWN


def test_a_job_that_crashes_while_it_settles_does_so_too(stack: Stack) -> None:
    stack.dli.arm("crash", text=TRACE, seconds=0.5)
    sentence, _, *lines = fails(stack, **LOGGED)
    assert "running exception" in sentence
    assert lines == SHOWN


def test_a_start_that_takes_too_long_says_that_nothing_is_written_yet(stack: Stack) -> None:
    stack.dli.arm("hang")
    plant(stack, "2_x/jobmanager.log", b"another's")
    sentence, log = fails(stack, 20, **LOGGED)
    assert sentence.startswith("waited 20 s for job orders (1) to run, but it is submitting")
    assert (
        log == "    log: nothing in obs://state/jobs/logs/1… yet; it is written there once a minute"
    )


def test_a_start_under_way_that_fails_without_any_change_of_ours_shows_it(stack: Stack) -> None:
    stack.dli.arm("hang")
    fails(stack, 20, **LOGGED)
    stack.dli.pass_time(100)
    plant(stack, "1_x/jobmanager.log", TRACE.encode(), after=10**6)
    with pytest.raises(DliError, match="waited 5 s") as failed:
        stack.up(5, **LOGGED, timeouts={"settle": 2})
    assert not isinstance(failed.value, Halfway)
    assert str(failed.value).split("\n")[2:] == SHOWN


def test_a_start_that_succeeds_asks_for_no_log(stack: Stack) -> None:
    stack.up(**LOGGED)
    stack.up(**LOGGED, parallel_number=2)
    assert looks(stack) == []
    stack.dli.arm("fail_start", text=TRACE)
    fails(stack, **LOGGED, parallel_number=3)
    assert len(looks(stack)) == 2  # a list, and the end of the one file


def test_nothing_is_looked_up_where_nothing_may_be(stack: Stack) -> None:
    stack.configure(preflight="off")
    stack.dli.arm("fail_start", text="no such class")
    [_] = fails(stack, **LOGGED)
    assert looks(stack) == []


def test_a_job_without_a_log_is_not_looked_for(stack: Stack) -> None:
    stack.dli.arm("fail_start", text="no such class")
    [_] = fails(stack)
    assert looks(stack) == []


@pytest.mark.parametrize("route", ["list_objects", "get_object"])
@pytest.mark.parametrize("code", ["403", "404"])
def test_a_log_that_cannot_be_read_is_left_out(stack: Stack, route: str, code: str) -> None:
    stack.dli.arm("fail_start", text="no such class")
    stack.dli.arm("answer", route=route, code=code, times=9)
    [sentence] = fails(stack, **LOGGED)
    assert sentence.startswith("job orders (1) did not start: ")


SECRET = "s3cr3t-of-the-shop"
NOISE = random.Random(1).randbytes(40_000)  # noqa: S311 -- any will do


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (gzip.compress(NOISE[:9000]), []),
        (NOISE, []),
        ("16 bits each".encode("utf-16-le"), []),
        (b"a" * 100_000, []),
        (b"b" * 9000, ["      " + "b" * (LONGEST_LINE - 1) + "…"]),
        (b"\x1b[31;1mred\x1b[0m and \x07bell \xe2\x80\xae", ["      red and bell"]),
        (b"java.io.IOException: \x1b[2Kz\r\n", ["      java.io.IOException: z"]),
        (f"--key {SECRET} {SECRET[:9]}".encode(), ["      [secret] [secret]"]),
        (f"{'c' * 20_000}{SECRET}\nlast {SECRET}".encode(), ["      last[secret]"]),
        (b"<{%nosuch%}> <<{%{%", ["      <{ %nosuch%}> <<{ %{%"]),
        (f"%1b%5b31m{SECRET.replace('-', '%2d')}".encode(), ["      [31m[secret]"]),
    ],
    ids=[
        "gzip",
        "binary",
        "utf-16",
        "one line",
        "long line",
        "colours",
        "erased",
        "secret",
        "cut",
        "engine",
        "escaped",
    ],
)
def test_whatever_a_log_holds_is_shown_harmlessly(
    stack: Stack, content: bytes, shown: list[str]
) -> None:
    stack.dli.arm("hang")
    plant(stack, "1_x/taskmanager.log", content)
    _, log, *lines = fails(stack, 20, **LOGGED, entrypoint_args=f"--key {SECRET}")
    assert log == "    log: obs://state/jobs/logs/1_x/taskmanager.log"
    assert lines == shown


def test_the_files_of_other_jobs_and_earlier_runs_are_not_its_log(stack: Stack) -> None:
    stack.dli.arm("hang")
    for name in ("13_x/jobmanager.log", "10/jobmanager.log", "2_x/jobmanager.log"):
        plant(stack, name, b"another's")
    plant(stack, "1_old/jobmanager.log", b"an earlier run", after=-90)
    plant(stack, "1_x/empty.log", b"", after=60)
    [_, log] = fails(stack, 20, **LOGGED)
    assert log.startswith("    log: nothing in ")


@pytest.mark.parametrize("name", ["1/client.log", "1_x/client.log", "1-x/a/client.log", "1.log"])
def test_of_several_files_the_newest_with_an_exception_counts(stack: Stack, name: str) -> None:
    stack.dli.arm("hang")
    plant(stack, "13_x/jobmanager.log", b"another's", after=99)
    plant(stack, "1_x/jobmanager.out", b"all is well", after=60)
    plant(stack, "1_x/gc.log.gz", gzip.compress(b"x" * 99), after=50)
    plant(stack, name, TRACE.encode(), after=40)
    plant(stack, "1_x/first.log", b"java.lang.Error: an older one", after=10)
    _, log, *lines = fails(stack, 20, **LOGGED)
    assert log == f"    log: obs://state/jobs/logs/{name}"
    assert lines == SHOWN


def test_what_is_no_text_does_not_hide_what_is(stack: Stack) -> None:
    stack.dli.arm("hang")
    plant(stack, "1_x/jobmanager.out", b"all is well", after=60)
    plant(stack, "1_x/gc.log.gz", gzip.compress(b"x" * 99), after=50)
    _, log, *lines = fails(stack, 20, **LOGGED)
    assert log == "    log: obs://state/jobs/logs/1_x/jobmanager.out"
    assert lines == ["      all is well"]


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ({"region": "eu-de"}, "https://console.otc.t-systems.com/"),
        ({"region": "cn-north-4"}, "https://console.huaweicloud.com/dli"),
        ({"region": "eu-west-101"}, ""),
        ({"region": "eu-ch2", "endpoint": "https://dli.eu-ch2.sc.otc.t-systems.com"}, ""),
        ({"region": "eu-de", "endpoint": "https://dli.private"}, ""),
        ({"endpoint": "local"}, ""),
    ],
)
def test_the_console_is_named_where_its_address_is_documented(
    stack: Stack, tmp_path: Path, place: dict[str, str], shown: str
) -> None:
    keys = {"accessKey": "AK", "secretKey": "SK", "projectId": "p"}
    connections = Connections(keys | place, {}, tmp_path)
    saved = SavedState(Stores(connections), stack.clock, stack.lines.warn)
    clues = Clues(saved, connections.settings(), (None, None))
    job = JobDetail(1, "orders", "job_submit_fail")  # which tells of no log, so none is read
    assert clues.of(job, 0) == (f"\n    console: {shown}" if shown else "")
    bare = clues.of(JobDetail(1, "orders", "job_submit_fail", values={"log_enabled": False}), 0)
    assert ("`log_enabled=True` and an `obs_bucket`" in bare) == (place != {"endpoint": "local"})
    stopped = JobDetail(1, "orders", "job_cancel_success", values={"log_enabled": False})
    assert clues.of(stopped, 0) == ""
    connections.close()
