"""A savepoint that the program asks for: of the running job, without a stop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_dli.errors import ApiError, Halfway, JobFailed, StateAtRisk
from stack import Killed, Problems, Stack, as_said


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Stack]:
    """A stateful job that has run for a while."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up()
    stack.dli.pass_time(1000)
    stack.sent()
    yield stack
    stack.close()


def test_a_changed_trigger_takes_one_and_the_job_runs_on(job: Stack) -> None:
    line = as_said(job, savepoint_trigger="before the sale")
    assert line == "orders: takes a savepoint, without a stop"
    assert job.job["status"] == "job_running"
    assert job.outs["savepoint_path"].startswith("state/jobs/savepoint/1/")
    assert job.outs["savepoint_trigger"] == "before the sale"
    assert not job.preview(savepoint_trigger="before the sale").changes
    again = as_said(job, savepoint_trigger="after it")
    assert again == line
    assert not job.refresh().changes


def test_with_a_live_change_it_comes_last(job: Stack) -> None:
    line = as_said(job, savepoint_trigger="1", smn_topic="alerts", tags={"a": "1"})
    assert line == (
        "orders: changes live, without a restart; takes a savepoint; smn_topic changes; tags change"
    )


def test_with_a_restart_it_stays_when_that_of_the_stop_is_used_up(job: Stack) -> None:
    line = as_said(job, savepoint_trigger="1", parallel_number=2)
    assert "restarts the job from a savepoint (downtime); takes a savepoint first" in line
    folder = Path(job.config["localPath"]) / "obs/state/jobs/savepoint/1"
    assert len(list(folder.glob("*/_metadata"))) == 1


def test_with_a_bucket_that_the_program_adds_only_now(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up(obs_bucket=None)
    stack.dli.pass_time(100)
    line = as_said(stack, savepoint_trigger="1")
    assert line.startswith("orders: changes live, without a restart; takes a savepoint; obs_bucket")
    line = as_said(stack, savepoint_trigger="2", parallel_number=2)
    assert "(downtime); takes a savepoint first; parallel_number 1 → 2" in line
    stack.close()


def test_of_a_job_at_rest_it_is_only_noted(job: Stack) -> None:
    job.up(desired_state="stopped")
    line = as_said(job, desired_state="stopped", savepoint_trigger="1")
    assert line == "orders: nothing is sent, the state records: savepoint_trigger"
    as_said(job, savepoint_trigger="1")


def test_of_a_new_job_it_is_only_noted(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    line = as_said(stack, savepoint_trigger="1")
    assert line.startswith("orders: creates and starts the job; 2 CUs")
    assert not stack.preview(savepoint_trigger="1").changes
    stack.close()


def test_without_a_bucket_it_is_a_problem(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    with pytest.raises(Problems, match="savepoint_trigger: a savepoint needs a bucket"):
        stack.up(obs_bucket=None, savepoint_trigger="1")
    stack.close()


@pytest.mark.parametrize(
    "fault",
    [
        ("refuse_savepoint", {"at_once": True}),
        ("refuse_savepoint", {"at_once": False}),
        ("lose_savepoint", {}),
    ],
)
def test_one_that_fails_changes_nothing_and_is_asked_for_again(
    job: Stack, fault: tuple[str, dict[str, Any]]
) -> None:
    kind, options = fault
    job.dli.arm(kind, route="savepoint", **options)
    with pytest.raises(ApiError if options.get("at_once") else StateAtRisk, match="savepoint"):
        job.up(savepoint_trigger="1", parallel_number=2)
    assert job.sent() == ["savepoint"]
    assert job.job["status"] == "job_running"
    line = as_said(job, savepoint_trigger="1", parallel_number=2)
    assert "takes a savepoint first" in line


def test_one_that_was_taken_before_is_not_taken_for_it(job: Stack) -> None:
    job.up(savepoint_trigger="1")
    first = job.outs["savepoint_path"]
    job.dli.arm("refuse_savepoint", route="savepoint", at_once=False)
    with pytest.raises(StateAtRisk, match="savepoint"):
        job.up(savepoint_trigger="2")
    job.up(savepoint_trigger="2")
    assert job.outs["savepoint_path"] not in {"", first}


def test_one_that_was_taken_before_the_rest_broke_off_is_not_taken_again(job: Stack) -> None:
    job.dli.arm("answer", route="update", code="403", times=9)
    with pytest.raises(Halfway):
        job.up(savepoint_trigger="1", parallel_number=2)
    assert job.sent()[:2] == ["savepoint", "stop savepoint"]
    job.dli.good("DELETE", "/_local/faults")
    job.up(savepoint_trigger="1", parallel_number=2)
    assert "savepoint" not in job.sent()


def test_one_that_was_not_taken_when_something_was_changed_is_asked_for_again(
    tmp_path: Path,
) -> None:
    stack = Stack(tmp_path)
    stack.up(obs_bucket=None)
    stack.dli.arm("refuse_savepoint", route="savepoint", at_once=False)
    with pytest.raises(Halfway):
        stack.up(savepoint_trigger="1", desc="new")
    stack.sent()
    stack.up(savepoint_trigger="1", desc="new")
    assert "savepoint" in stack.sent()
    stack.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_takes_one_all_the_same(job: Stack, when: str) -> None:
    job.dli.arm("drop", route="savepoint", when=when)
    job.up(savepoint_trigger="1")
    assert job.outs["savepoint_trigger"] == "1"
    assert job.outs["savepoint_path"]
    assert len([each for each in job.sent() if each == "savepoint"]) == 1 + (when == "before")


def test_a_job_that_ends_meanwhile_is_not_said_to_be_saved(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.dli.arm("crash", seconds=30)
    stack.up()
    began = stack.outs["start_time"] / 1000
    stack.dli.pass_time(began + 29.5 - stack.clock.now())
    with pytest.raises(
        JobFailed, match=r"ended while its savepoint was taken: .*nothing was changed"
    ):
        stack.up(savepoint_trigger="1", smn_topic=None)
    stack.close()


def test_a_killed_run_takes_another(job: Stack) -> None:
    def kill() -> None:
        raise Killed

    job.clock.sleeps = kill
    with pytest.raises(Killed):
        job.up(savepoint_trigger="1")
    job.clock.sleeps = lambda: None
    job.up(savepoint_trigger="1")
    assert job.outs["savepoint_trigger"] == "1"
