"""One loop, one deadline, and a line when the status changes and every ten seconds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from pulumi_dli.client.api import Jobs
from pulumi_dli.clock import Deadline, SystemClock
from pulumi_dli.errors import JobError, JobFailed, WaitTimeout
from pulumi_dli.job.detail import JobDetail, Phase
from pulumi_dli.job.next_start import NextStart
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.polling import Waiter, words
from pulumi_dli.lifecycle.waits import Standing, Waits
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
        return waiter.wait(self.operation(seconds), "to run", lambda job: _running(job, soonest))

    def operation(self, seconds: float, *, removes: bool = False) -> Operation:
        deadline = Deadline(self.clock, seconds)
        return Operation(job=self.look(7), deadline=deadline, settle=0, removes=removes)


def _running(job: JobDetail, soonest: float) -> float | None:
    return None if job.phase is Phase.RUNNING else soonest


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def test_a_job_that_is_there_is_not_waited_for(clock: HandClock) -> None:
    job = Job(clock, (0, "job_running"))
    assert job.wait(60).status == "job_running"
    assert (job.lines, clock.slept) == ([], [])


def test_many_waits_share_twenty_looks_a_second(clock: HandClock) -> None:
    job = Job(clock, (0, "job_running"))
    looks: list[float] = []

    def look(job_id: int) -> JobDetail:
        looks.append(clock.time)
        return job.look(job_id)

    waiter = Waiter(look, job.lines.append)
    for _ in range(70):
        waiter.wait(job.operation(60), "to run", lambda seen: _running(seen, 0))
    assert clock.slept == [1.0, 1.0, 1.0]
    assert all(later - first >= 1 for first, later in zip(looks, looks[20:], strict=False))


def test_the_waits_of_a_project_share_their_pace(clock: HandClock) -> None:
    job = Job(clock, (0, "job_running"))
    waits = Waits(cast("Jobs", SimpleNamespace(details=job.look)), job.lines.append)
    for number in range(30):
        waits.started(replace(job.operation(60), job=replace(job.look(number), job_id=number)))
    assert sum(clock.slept) == 1.0


def test_a_line_when_the_status_changes_and_every_ten_seconds(clock: HandClock) -> None:
    job = Job(clock, (0, "job_init"), (1, "job_submitting"), (35, "job_running"))
    job.wait(1200)
    statuses = [line.split(": ")[1].split(",")[0] for line in job.lines]
    assert statuses == ["init", *["submitting"] * 4, "running"]  # how it ends is told too
    assert job.lines[0] == "orders (7): init, 0 s of 1200 s"
    assert all(line.endswith(" s of 1200 s") for line in job.lines)


def test_lines_come_as_often_on_a_machine_that_has_just_started() -> None:
    clock, lines = HandClock(time=1.0), list[str]()
    job = JobDetail(7, "orders", "job_submitting")
    operation = Operation(job=job, deadline=Deadline(clock, 35), settle=0)
    with pytest.raises(WaitTimeout):
        Waiter(lambda _: job, lines.append).wait(operation, "to run", lambda _: math.inf)
    assert len(lines) == 4


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
        Waiter((job := Job(clock, (0, "job_init"))).look, print).wait(job.operation(9), "", verdict)


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


class Restarting:
    """A job that comes to run, and that the service restarts by itself now and then."""

    def __init__(self, clock: HandClock, *restarts: float, counted: bool = True) -> None:
        self.clock = clock
        self.restarts = restarts
        self.counted = counted
        self.looks: list[float] = []

    def details(self, job_id: int) -> JobDetail:
        now = self.clock.time - 100
        self.looks.append(now)
        count = sum(at <= now for at in self.restarts)
        return JobDetail(
            job_id,
            "orders",
            "job_running",
            start_time=1,
            restart_times=count,
            counts_restarts=self.counted,
        )


@pytest.mark.parametrize(
    ("restarts", "looks"),
    [
        ((), [0, 1, 5, 10]),
        ((4,), [0, 1, 5, 6, 10, 15]),
        ((4, 9), [0, 1, 5, 6, 10, 11, 15, 20]),
        ((4, 12, 30), [0, 1, 5, 6, 10, 15, 16, 20, 25]),
    ],
)
def test_a_start_counts_once_no_restart_came_for_the_settling_time(
    clock: HandClock, restarts: tuple[float, ...], looks: list[float]
) -> None:
    job = Restarting(clock, *restarts)
    waits = Waits(job, lambda _: None)  # type: ignore[arg-type]
    started = Operation(job=job.details(7), deadline=Deadline(clock, 600), settle=10)
    job.looks.clear()
    waits.started(started)
    assert job.looks == pytest.approx(looks)
    assert started.job.restart_times == sum(at < looks[-1] for at in restarts)


def test_without_a_count_it_is_looked_at_all_the_time(clock: HandClock) -> None:
    job = Restarting(clock, counted=False)
    waits = Waits(job, lambda _: None)  # type: ignore[arg-type]
    waits.started(Operation(job=job.details(7), deadline=Deadline(clock, 600), settle=10))
    pauses = [late - early for early, late in itertools.pairwise(job.looks)]
    assert max(pauses) <= 1.0
    assert clock.time - 100 == pytest.approx(10)


@pytest.mark.parametrize("settle", [0.5, 1, 2, 60])
def test_any_settling_time_ends_on_time(clock: HandClock, settle: float) -> None:
    job = Restarting(clock)
    waits = Waits(job, lambda _: None)  # type: ignore[arg-type]
    waits.started(Operation(job=job.details(7), deadline=Deadline(clock, 600), settle=settle))
    assert clock.time - 100 == pytest.approx(settle)
    assert len(job.looks) <= 5


class Passing:
    """A job whose status is a list, one for each look; the last one stays."""

    def __init__(self, *statuses: str) -> None:
        self.left = list(statuses)

    def details(self, job_id: int) -> JobDetail:
        status = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        return JobDetail(job_id, "orders", status, start_time=1)


class _Always:
    """A job that is always the same."""

    def __init__(self, job: JobDetail) -> None:
        self.details = lambda _: job


def _waiting(clock: HandClock, *statuses: str) -> tuple[Waits, Operation]:
    """Waits for a job that passes through the statuses, and an operation that saw the first."""
    job = Passing(*statuses)
    waits = Waits(job, lambda _: None)  # type: ignore[arg-type]
    return waits, Operation(job=job.details(7), deadline=Deadline(clock, 600), settle=0)


@pytest.mark.parametrize(
    ("statuses", "says"),
    [
        (["job_savepointing", "job_running"], "took no savepoint and runs on; nothing was changed"),
        (
            ["job_savepointing", "job_running", "job_running_exception"],
            "did not stop as asked: running exception",
        ),
        (["job_running_exception"], "did not stop as asked: running exception"),
    ],
)
def test_what_is_said_of_a_stop_that_failed_is_how_the_job_stands_in_the_end(
    clock: HandClock, statuses: list[str], says: str
) -> None:
    waits, stopping = _waiting(clock, "job_running", *statuses)
    with pytest.raises(JobError, match=says):
        waits.stopped(stopping, savepoint=True)
    assert stopping.job.status == statuses[-1]


@pytest.mark.parametrize(
    "statuses",
    [
        ["job_savepointing", "job_running"],
        ["job_savepointing", "job_cancel_success"],
        ["job_running_exception"],
        ["job_running"],
        ["job_canceling"],
    ],
)
@pytest.mark.parametrize("removes", [True, False])
def test_what_broke_off_goes_on_with_the_command_that_it_broke_off_in(
    clock: HandClock, statuses: list[str], removes: bool
) -> None:
    """A delete belongs to a `destroy` or to an `up`: nothing tells which, so neither is named."""
    waits, stopping = _waiting(clock, "job_running", *statuses)
    stopping.removes = removes
    with pytest.raises(JobError) as caught:
        waits.stopped(stopping, savepoint=True)
    text = str(caught.value)
    assert ("pulumi up" in text) is not removes
    assert not removes or ("restore_from" not in text and "upgrade_mode" not in text)


def test_a_failure_that_passes_is_no_failure(clock: HandClock) -> None:
    waits, starting = _waiting(clock, "job_submitting", "job_submit_fail", "job_running")
    waits.started(starting)
    assert starting.job.status == "job_running"


def test_a_failure_that_stays_from_before_the_start_is_one_after_a_while(clock: HandClock) -> None:
    """The details may lag behind a run request, but not for ever."""
    waits, starting = _waiting(clock, "job_submit_fail")
    with pytest.raises(JobFailed, match="did not start: submit fail"):
        waits.started(starting, starting.job)
    assert 30 <= clock.time - 100 < 40


def test_another_failure_than_that_from_before_the_start_is_told_at_once(clock: HandClock) -> None:
    waits, starting = _waiting(clock, "job_submit_fail", "job_running_exception")
    with pytest.raises(JobFailed, match="did not start: running exception"):
        waits.started(starting, starting.job)
    assert clock.time - 100 < 10


def test_only_a_job_that_crashed_is_brought_back_by_the_service(clock: HandClock) -> None:
    waits, starting = _waiting(clock, "job_submitting", "job_cancel_fail")
    found = JobDetail(7, "orders", "job_cancel_fail", values={"restart_when_exception": True})
    waits = Waits(_Always(found), lambda _: None)  # type: ignore[arg-type]
    with pytest.raises(JobFailed, match="did not start: cancel fail"):
        waits.started(starting)


@pytest.mark.parametrize("statuses", [("job_a", "job_b"), ("job_b", "job_a")])
def test_each_status_stands_from_its_own_first_look_on(
    clock: HandClock, statuses: tuple[str, str]
) -> None:
    stands = Standing(clock)
    first, second = (JobDetail(7, "orders", status) for status in statuses)
    assert stands.seconds(first) == 0
    clock.sleep(5)
    assert stands.seconds(first) == 5
    assert stands.seconds(second) == 0


@pytest.mark.parametrize("path", ["", "b/s/"])
def test_a_start_that_fails_names_the_directory_that_it_was_to_begin_from(
    clock: HandClock, path: str
) -> None:
    waits, starting = _waiting(clock, "job_submitting", "job_submit_fail")
    starting.begins = path
    with pytest.raises(JobFailed, match="did not start: submit fail") as error:
        waits.started(starting)
    assert ("; it was to begin from obs://b/s/; mend" in str(error.value)) is bool(path)


@pytest.mark.parametrize(
    ("statuses", "took"), [(["job_submitting"] * 5 + ["job_running"], 5), (["job_submitting"], 30)]
)
def test_a_phase_is_given_the_time_in_which_the_details_may_lag_behind(
    clock: HandClock, statuses: list[str], took: float
) -> None:
    waits, starting = _waiting(clock, "job_submitting", *statuses)
    waits.linger(starting, Phase.STARTING)
    assert clock.time - 100 <= took + 1
    assert starting.job.status == statuses[-1]
    assert (clock.time - 100 == 30) is (took == 30)


class Stopping(Passing):
    """The same, whose savepoint is there from the n-th look on."""

    def __init__(self, *statuses: str, saved_from: int) -> None:
        super().__init__(*statuses)
        self.looks, self.saved_from = 0, saved_from

    def details(self, job_id: int) -> JobDetail:
        self.looks += 1
        saved = self.looks >= self.saved_from
        path = "b/new/" if saved else ""
        return replace(super().details(job_id), has_savepoint=saved, savepoint_path=path)


@pytest.mark.parametrize(
    "statuses",
    [
        ["job_cancel_success"],
        ["job_running_exception", "job_cancel_success"],
        ["job_canceling", "job_cancel_fail", "job_canceling", "job_cancel_success"],
    ],
)
def test_a_savepoint_that_shows_late_is_waited_for(clock: HandClock, statuses: list[str]) -> None:
    job = Stopping("job_running", "job_savepointing", *statuses, saved_from=9)
    waits = Waits(job, lambda _: None)  # type: ignore[arg-type]
    stopping = Operation(job=job.details(7), deadline=Deadline(clock, 600), settle=0)
    waits.stopped(stopping, savepoint=True)
    assert stopping.next_start == NextStart.at("b/new/")


def test_where_it_can_be_gone_back_a_crash_ends_the_wait_that_restarts_itself(
    clock: HandClock,
) -> None:
    crashed = JobDetail(
        7, "orders", "job_running_exception", values={"restart_when_exception": True}
    )
    waits = Waits(_Always(crashed), lambda _: None)  # type: ignore[arg-type]
    before = replace(crashed, status="job_cancel_success")
    patient = Operation(job=crashed, deadline=Deadline(clock, 60), settle=0)
    with pytest.raises(WaitTimeout):
        waits.started(patient, before)
    strict = Operation(job=crashed, deadline=Deadline(clock, 60), settle=0, strict=True)
    with pytest.raises(JobFailed, match="did not start"):
        waits.started(strict, before)


def test_a_failure_that_passes_while_a_savepoint_is_taken_is_none(clock: HandClock) -> None:
    class Saved(Passing):
        def details(self, job_id: int) -> JobDetail:
            done = len(self.left) == 1
            path = "b/new/" if done else ""
            return replace(super().details(job_id), has_savepoint=done, savepoint_path=path)

    job = Saved("job_running", "job_savepointing", "job_running_exception", "job_running")
    waits = Waits(job, lambda _: None)  # type: ignore[arg-type]
    saving = Operation(job=job.details(7), deadline=Deadline(clock, 600), settle=0)
    waits.saved(saving, saving.job)
    assert saving.job.savepoint_path == "b/new/"


def test_a_phase_is_given_no_more_than_that_time(clock: HandClock) -> None:
    class Slow(Passing):
        def details(self, job_id: int) -> JobDetail:
            clock.sleep(0.7)  # an answer takes its time, so no look comes at the very end
            return super().details(job_id)

    waits = Waits(Slow("job_submitting"), lambda _: None)  # type: ignore[arg-type]
    starting = Operation(
        job=JobDetail(7, "orders", "job_running"), deadline=Deadline(clock, 600), settle=0
    )
    waits.linger(starting, Phase.STARTING)
    assert 30 <= clock.time - 100 < 32
