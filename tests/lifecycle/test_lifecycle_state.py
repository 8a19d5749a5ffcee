"""Run state: stopped and started, found otherwise, crashed, finished, and savepoints that fail."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_dli.errors import DliError, Halfway, JobError, StateAtRisk
from stack import Stack, as_said


@pytest.fixture
def up(stack: Stack) -> Stack:
    """A stack whose job has run for a while."""
    stack.up()
    stack.dli.pass_time(1000)
    stack.sent()
    return stack


def job_id(stack: Stack) -> int:
    assert stack.id is not None
    return stack.id


def counter(stack: Stack) -> int:
    """What the job has seen so far; only a resume carries it over a start."""
    return int(stack.dli.inside(job_id(stack))["counter"])


def crash(stack: Stack) -> None:
    """Start the job anew, to crash after a while."""
    stack.dli.arm("crash", seconds=50, text="no such topic")
    stack.up(restart_trigger="crash")
    stack.dli.pass_time(100)
    assert stack.job["status"] == "job_running_exception"
    stack.sent()


def finish(stack: Stack) -> None:
    """Let the job end by itself, as a bounded one does."""
    with stack.store.write() as db:
        db.execute(
            "UPDATE jobs SET status = 'job_finish', cus = 0, next_at = NULL, counting_since = NULL"
        )


# Wanted.


def test_stopping_takes_a_savepoint_and_starting_uses_it(up: Stack) -> None:
    up.up(desired_state="stopped")
    assert up.plan_lines == ["orders: stops with a savepoint; CUs 2 → 0"]
    assert up.sent()[0] == "stop savepoint"
    assert up.outs["desired_state"] == "stopped"
    assert up.outs["has_savepoint"]
    saved = up.outs["savepoint_path"]
    up.up(desired_state="stopped")
    assert up.sent() == []
    assert not up.refresh().changes
    up.up(desired_state="running")
    found = "found stopped (job_cancel_success)"
    assert up.plan_lines == [f"orders: starts from its savepoint obs://{saved}, {found}; CUs 0 → 2"]
    assert up.sent()[-1] == "run resume"
    assert up.resumed()[-1] == saved
    assert counter(up) > 1000
    assert not up.outs["has_savepoint"]


@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("stopped", ["ours", "theirs"])
@pytest.mark.parametrize(
    "fault", [{"kind": "answer", "route": "run", "code": "403"}, {"kind": "fail_start"}]
)
def test_state_that_was_to_be_given_up_is_there_until_the_job_runs(
    up: Stack, fault: dict[str, Any], stopped: str, *, refreshed: bool
) -> None:
    """The program takes it back after its start has failed."""
    if stopped == "ours":
        up.up(desired_state="stopped")
    else:
        up.dli.stopped(job_id(up), savepoint=True)
        up.refresh()
    up.dli.arm(**fault)
    with pytest.raises((Halfway, DliError)):
        up.up(upgrade_mode="stateless")
    assert "STARTS WITHOUT STATE" in up.line
    if refreshed:
        up.refresh()
    up.up()
    assert "starts from " in up.line
    assert counter(up) > 1000


@pytest.mark.parametrize(
    "fault", [{"kind": "answer", "route": "run", "code": "403"}, {"kind": "fail_start"}]
)
def test_what_was_given_up_is_missed_once_the_program_wants_it(
    up: Stack, fault: dict[str, Any]
) -> None:
    up.dli.arm(**fault)
    with pytest.raises(Halfway):
        up.up(upgrade_mode="stateless", restart_trigger="2")
    assert "RESTARTS THE JOB WITHOUT STATE" in up.line
    up.refresh()
    with pytest.raises((StateAtRisk, JobError), match="so starting it would lose its state"):
        up.up(restart_trigger="2")
    up.up(upgrade_mode="stateless", restart_trigger="2")
    assert "STARTS WITHOUT STATE" in up.line


def test_a_stateless_job_is_stopped_without_a_savepoint(stack: Stack) -> None:
    stack.up(upgrade_mode="stateless")
    stack.sent()
    stack.up(upgrade_mode="stateless", desired_state="stopped")
    assert (stack.plan_lines, stack.sent()[0]) == (["orders: stops; CUs 2 → 0"], "stop")
    stack.up(upgrade_mode="stateless")
    assert stack.plan_lines == [
        "orders: STARTS WITHOUT STATE, found stopped (job_cancel_success); CUs 0 → 2"
    ]
    assert stack.sent()[-1] == "run"


def test_a_stopped_job_changes_at_rest(up: Stack) -> None:
    up.up(desired_state="stopped")
    up.sent()
    up.up(desired_state="stopped", parallel_number=3)
    assert up.plan_lines == ["orders: changes at rest; parallel_number 1 → 3"]
    assert up.sent() == ["put parallel_number"]
    assert up.outs["has_savepoint"]
    assert up.job["status"] == "job_cancel_success"


# Found otherwise.


def test_a_job_stopped_by_hand_is_shown_and_put_right(up: Stack) -> None:
    up.dli.stopped(job_id(up), savepoint=True)
    up.sent()
    assert up.refresh().changes
    found = "stopped (job_cancel_success: simulated: no Flink runs this job)"
    reason = up.job["status_desc"]
    found = f"stopped (job_cancel_success: {reason})" if reason else "stopped (job_cancel_success)"
    assert (up.outs["desired_state"], up.inputs["desired_state"]) == (found, found)
    up.up()
    assert up.sent()[-1] == "run resume"
    assert counter(up) > 1000
    assert up.outs["desired_state"] == "running"


def test_a_second_refresh_of_a_job_found_stopped_is_quiet(up: Stack) -> None:
    up.dli.stopped(job_id(up), savepoint=True)
    assert up.refresh().changes
    assert not up.refresh().changes
    up.up()
    assert up.job["status"] == "job_running"


def test_without_a_refresh_nothing_is_seen(up: Stack) -> None:
    up.dli.stopped(job_id(up), savepoint=True)
    up.sent()
    up.up()
    assert up.sent() == []


def test_a_live_change_finds_a_stopped_job_and_starts_it(up: Stack) -> None:
    up.dli.stopped(job_id(up), savepoint=True)
    up.sent()
    up.up(desc="x")
    assert up.sent()[-1] == "run resume"
    assert up.outs["status"] == "job_running"


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_stateful_job_found_without_a_savepoint_is_not_started(
    up: Stack, refreshed: bool
) -> None:
    up.dli.stopped(job_id(up))
    up.sent()
    if refreshed:
        up.refresh()
    reason = (
        "job orders (1) ran before and is stopped (job_cancel_success) without a savepoint, so "
        "starting it would lose its state; set `restore_from` to a savepoint or checkpoint "
        "directory, or `upgrade_mode` to `stateless` to start it empty"
    )
    if refreshed:
        up.preview(desc="x")
        assert up.plan_lines == [
            (
                f"orders: CANNOT START: {reason}; desc changes; as the state has it: the job "
                "itself was not looked at"
            )
        ]
    with pytest.raises(StateAtRisk) as error:
        up.up(desc="x")
    assert str(error.value) == reason
    assert up.sent() == []
    up.up(desc="x", upgrade_mode="stateless")
    assert up.resumed() == [None, None]


def test_a_crashed_stateful_job_starts_from_the_checkpoint_that_is_named(up: Stack) -> None:
    crash(up)
    assert up.refresh().changes
    assert (
        up.outs["desired_state"] == "stopped (job_running_exception: no such topic; no savepoint)"
    )
    with pytest.raises(StateAtRisk, match="is failed"):
        up.up(restart_trigger="again")
    other = up.dli.create("other", entrypoint=up.inputs["entrypoint"])
    up.dli.started(other)
    up.dli.stopped(other, savepoint=True)
    path = up.dli.details(other)["savepoint_path"]
    up.sent()
    up.up(restart_trigger="again", restore_from=path)
    assert up.sent()[-2:] == [f"import {path}", "run resume"]
    assert up.resumed()[-1] == path


def test_a_crashed_stateless_job_is_started_again(stack: Stack) -> None:
    stack.up(upgrade_mode="stateless")
    stack.dli.arm("crash", seconds=50)
    stack.up(upgrade_mode="stateless", restart_trigger="crash")
    stack.dli.pass_time(100)
    stack.refresh()
    stack.sent()
    stack.up(upgrade_mode="stateless", restart_trigger="crash")
    assert stack.plan_lines == [
        (
            "orders: STARTS WITHOUT STATE, found failed (job_running_exception: the job failed "
            "(armed fault)); CUs 0 → 2"
        )
    ]
    assert stack.sent()[-1] == "run"


def test_a_finished_job_is_finished(up: Stack) -> None:
    finish(up)
    assert not up.refresh().changes
    assert (up.outs["status"], up.outs["desired_state"]) == ("job_finish", "running")
    up.up()
    up.up(desc="x")
    assert up.sent() == ["put desc"]


@pytest.mark.parametrize("change", [{"restart_trigger": "again"}, {"parallel_number": 2}])
def test_a_finished_job_runs_again_when_asked(up: Stack, change: dict[str, Any]) -> None:
    finish(up)
    up.refresh()
    up.up(**change)
    [line] = up.plan_lines
    assert line.startswith("orders: had finished, and runs again from the beginning, found ")
    assert up.sent()[-1] == "run"


# Under way.


def test_a_stop_under_way_is_waited_for(up: Stack) -> None:
    up.dli.stop(job_id(up), savepoint=True)
    up.sent()
    up.up(desc="x")
    assert up.sent()[-1] == "run resume"
    assert counter(up) > 1000


def test_a_savepoint_under_way_is_waited_for(up: Stack) -> None:
    up.dli.good("POST", f"jobs/{up.id}/savepoint", {"action": "TRIGGER"})
    up.sent()
    up.up(parallel_number=2)
    assert up.sent()[0] == "stop savepoint"


def test_a_start_under_way_is_waited_for(up: Stack) -> None:
    up.dli.stopped(job_id(up), savepoint=True)
    up.dli.run(job_id(up), resume=True)
    up.sent()
    up.up(desc="x")
    assert up.sent() == ["put desc"]
    assert up.outs["status"] == "job_running"


def test_a_job_that_hangs_in_its_first_start_is_stopped(stack: Stack) -> None:
    stack.dli.arm("hang")
    with pytest.raises(Halfway):
        stack.up(timeouts={"create": 60})
    stack.sent()
    stack.up(desired_state="stopped")
    assert stack.sent()[0] == "stop"
    assert stack.job["status"] == "job_cancel_success"


# Savepoints that fail.


@pytest.mark.parametrize("at_once", [True, False])
def test_a_refused_savepoint_ends_before_the_put(up: Stack, at_once: bool) -> None:
    up.dli.arm("refuse_savepoint", at_once=at_once, text="no checkpoint coordinator")
    with pytest.raises(Exception, match="no checkpoint coordinator") as error:
        up.up(parallel_number=2)
    assert up.sent() == ["stop savepoint"]
    assert up.job["status"] == "job_running"
    assert up.standing["parallel_number"] == 1
    if not at_once:
        assert str(error.value) == (
            "job orders (1) took no savepoint and runs on: no checkpoint coordinator; "
            "nothing was changed. Mend the cause and run `pulumi up` again, or set `upgrade_mode` "
            "to `stateless` to give up its state"
        )
    up.up(parallel_number=2)
    assert counter(up) > 1000


def test_a_stop_that_never_shows_ends_after_five_minutes(up: Stack) -> None:
    up.store.set("stop_delay", 0)  # refused faster than any look can see it
    up.dli.arm("refuse_savepoint", text="no checkpoint coordinator")
    before = up.clock.now()
    with pytest.raises(Halfway, match=r"still runs, 300 s after .*: no checkpoint coordinator; "):
        up.up(parallel_number=2)
    assert 300 <= up.clock.now() - before < 320
    assert up.sent() == ["stop savepoint"]


def test_a_lost_savepoint_ends_before_the_put(up: Stack) -> None:
    up.dli.arm("lose_savepoint")
    with pytest.raises(Halfway) as error:
        up.up(parallel_number=2)
    assert up.sent() == ["stop savepoint"]
    text = str(error.value)
    assert text.startswith(
        "job orders (1) is stopped, but the service shows no savepoint of that stop"
    )
    assert "nothing was changed, and the job was not started again" in text
    assert f"(its checkpoints are under {up.standing['checkpoint_path']})" in text
    assert up.outs["desired_state"].startswith("stopped (job_cancel_success")
    with pytest.raises(StateAtRisk):
        up.up(parallel_number=2)
    assert up.sent() == []


def test_a_status_that_lags_after_the_stop_is_waited_out(up: Stack) -> None:
    up.dli.arm("stale", route="stop", seconds=20)
    up.up(parallel_number=2)
    assert counter(up) > 1000


def test_a_status_that_lags_after_the_restart_is_waited_out(up: Stack) -> None:
    up.dli.arm("stale", route="run", seconds=20)
    up.up(parallel_number=2)
    assert up.outs["status"] == "job_running"
    assert counter(up) > 1000


def test_a_job_that_another_stops_while_it_starts(stack: Stack) -> None:
    stack.dli.arm("hang")
    with pytest.raises(Halfway):
        stack.up(timeouts={"create": 5})
    stack.dli.stopped(job_id(stack))
    stack.sent()
    stack.up()
    assert stack.sent()[-1] == "run"


def test_a_start_that_is_under_way_is_waited_for_whatever_a_refresh_has_seen(stack: Stack) -> None:
    slow: dict[str, Any] = {"timeouts": {"create": 5, "settle": 1}}
    stack.dli.arm("hang")
    with pytest.raises(Halfway, match="waited 5 s"):
        stack.up(**slow)
    stack.refresh()
    assert stack.inputs["desired_state"] == "starting (job_submitting)"
    stack.dli.good("DELETE", "/_local/faults", None)
    assert as_said(stack, **slow) == "orders: waits for the start that is under way"
    assert stack.standing["desired_state"] == "running"
    assert stack.standing["status"] == "job_running"
    assert not stack.preview(**slow).changes


def test_a_start_that_somebody_else_has_begun_may_be_left_alone(up: Stack) -> None:
    up.dli.stopped(job_id(up))
    up.dli.good("POST", "jobs/run", {"job_ids": [job_id(up)], "resume_savepoint": False})
    up.refresh()
    found = up.inputs["desired_state"]
    assert found == "starting (job_submitting)"
    assert not up.preview(desired_state=found).changes  # as `ignore_changes` has it
    assert as_said(up) == "orders: waits for the start that is under way"


@pytest.mark.parametrize("own", [{"obs_bucket": None}, {"upgrade_mode": "stateless"}])
def test_a_job_that_is_to_keep_no_state_any_more_is_warned_of(
    up: Stack, own: dict[str, Any]
) -> None:
    line = as_said(up, **own)
    assert line.endswith("; KEEPS NO STATE from now on: a restart or a delete takes no savepoint")
    assert up.warned == [line]
    up.preview(**own, desc="another")
    [line] = up.plan_lines
    assert "KEEPS NO STATE" not in line
