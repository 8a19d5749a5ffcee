"""One loop, one deadline, and a line when the status changes and every ten seconds."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from pulumi_dli.clock import Deadline, SystemClock
from pulumi_dli.errors import WaitTimeout
from pulumi_dli.job.detail import JobDetail, Phase
from pulumi_dli.lifecycle.waits import Waiter, words
from stand_ins import HandClock


class Job:
    """A job whose status is a function of time."""

    def __init__(self, clock: HandClock, *changes: tuple[float, str]) -> None:
        self.clock = clock
        self.changes = changes
        self.lines: list[str] = []

    def look(self, job_id: int) -> JobDetail:
        passed = self.clock.time - 100
        status = [status for since, status in self.changes if since <= passed][-1]
        return JobDetail(job_id, "orders", status)

    def wait(self, seconds: float, soonest: float = math.inf) -> JobDetail:
        waiter = Waiter(self.look, self.lines.append)
        deadline = Deadline(self.clock, seconds)
        return waiter.wait(7, "to run", lambda job: _running(job, soonest), deadline)


def _running(job: JobDetail, soonest: float) -> float | None:
    return None if job.phase is Phase.RUNNING else soonest


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def test_a_job_that_is_there_is_not_waited_for(clock: HandClock) -> None:
    job = Job(clock, (0, "job_running"))
    assert job.wait(60).status == "job_running"
    assert (job.lines, clock.slept) == ([], [])


def test_a_line_when_the_status_changes_and_every_ten_seconds(clock: HandClock) -> None:
    job = Job(clock, (0, "job_init"), (1, "job_submitting"), (35, "job_running"))
    job.wait(1200)
    statuses = [line.split(": ")[1].split(",")[0] for line in job.lines]
    assert statuses == ["init", "submitting", "submitting", "submitting", "submitting"]
    assert job.lines[0] == "orders (7): init, 0 s of 1200 s"
    assert all(line.endswith(" s of 1200 s") for line in job.lines)


def test_polls_start_fast_and_slow_down(clock: HandClock) -> None:
    Job(clock, (0, "job_submitting"), (500, "job_running")).wait(1200)
    assert clock.slept[0] == 0.25
    assert clock.slept == sorted(clock.slept)
    assert max(clock.slept) == 10
    assert len(clock.slept) < 100


def test_a_verdict_can_ask_for_an_earlier_look(clock: HandClock) -> None:
    Job(clock, (0, "job_submitting"), (500, "job_running")).wait(1200, soonest=2.0)
    assert max(clock.slept) == 2.0


def test_the_deadline_says_what_was_awaited_and_what_was_seen(clock: HandClock) -> None:
    job = Job(clock, (0, "job_submitting"))
    with pytest.raises(WaitTimeout) as error:
        job.wait(60)
    assert str(error.value) == (
        "waited 60 s for job orders (7) to run, but it is submitting (job_submitting); `pulumi "
        "up` goes on from there, `timeouts` allows more time"
    )
    assert clock.time == 160


def test_the_last_look_is_at_the_deadline(clock: HandClock) -> None:
    job = Job(clock, (0, "job_submitting"), (60, "job_running"))
    assert job.wait(60).status == "job_running"


def test_several_waits_share_a_deadline(clock: HandClock) -> None:
    deadline = Deadline(clock, 60)
    clock.sleep(50)
    assert (deadline.elapsed, deadline.left) == (50, 10)
    clock.sleep(50)
    assert deadline.left == 0


def test_a_refusal_of_the_verdict_ends_the_wait(clock: HandClock) -> None:
    def verdict(job: JobDetail) -> float | None:
        raise LookupError(job.name)

    with pytest.raises(LookupError, match="orders"):
        Waiter(Job(clock, (0, "job_init")).look, print).wait(7, "", verdict, Deadline(clock, 9))


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("job_cancel_success", "cancel success"),
        ("job_running", "running"),
        ("", "in an unknown state"),
    ],
)
def test_a_status_in_words(status: str, text: str) -> None:
    assert words(status) == text


def test_the_machines_own_clock_only_grows() -> None:
    def moments() -> Iterator[float]:
        clock = SystemClock()
        for _ in range(3):
            yield clock.now()
            clock.sleep(0)

    assert (times := list(moments())) == sorted(times)
