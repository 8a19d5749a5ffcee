"""How a job comes into being: created, gone on with, taken over, or refused."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_dli.errors import ApiError, DliError, Halfway, JobForeign, JobGone
from stack import MARK, PROGRAM, Stack


def test_a_job_is_created_started_and_waited_for(stack: Stack) -> None:
    stack.up()
    assert stack.sent() == ["create", "run"]
    assert stack.job["status"] == "job_running"
    assert stack.outs["status"] == "job_running"
    [line] = stack.plan_lines
    assert line.startswith("orders: creates and starts the job")
    assert stack.progress == [
        "orders (1): submitting, 0 s of 1200 s",
        "orders (1): running, 2 s of 1200 s; simulated: no Flink runs this job",
    ]
    assert stack.bodies("create") == [
        {**PROGRAM, "tags": [{"key": "pulumi-owner", "value": MARK}]},
    ]
    assert stack.outs["update_time"] == stack.job["update_time"]
    assert stack.outs["real_cu_number"] == 2


def test_only_what_the_program_sets_is_sent(stack: Stack) -> None:
    stack.up(cu_number=4, tags={"team": "shop"}, entrypoint_args=["--rate", 3])
    [body] = stack.bodies("create")
    assert body.keys() - PROGRAM.keys() == {"cu_number", "tags", "entrypoint_args"}
    assert type(body["cu_number"]) is int
    assert body["tags"] == [
        {"key": "team", "value": "shop"},
        {"key": "pulumi-owner", "value": MARK},
    ]


def test_a_second_up_looks_at_nothing(stack: Stack) -> None:
    stack.up()
    before = stack.all_sent()
    stack.up()
    assert stack.all_sent() == before
    assert stack.plan_lines == []


def test_a_job_that_is_not_to_run_is_a_draft_and_needs_no_queue(stack: Stack) -> None:
    stack.up(desired_state="stopped", queue_name=None, entrypoint=None)
    assert stack.sent() == ["create"]
    [line] = stack.plan_lines
    assert line.startswith("orders: creates the job and leaves it stopped")
    assert (stack.outs["status"], stack.outs["desired_state"]) == ("job_init", "stopped")
    assert not stack.refresh().changes
    stack.up(desired_state="running")
    assert stack.sent() == ["put name queue_name obs_bucket entrypoint", "run"]


def test_a_new_job_can_start_from_a_savepoint(stack: Stack) -> None:
    other = stack.dli.create("old", entrypoint=PROGRAM["entrypoint"])
    stack.dli.started(other)
    stack.dli.stopped(other, savepoint=True)
    path = f"obs://{stack.dli.details(other)['savepoint_path']}"
    stack.sent()
    stack.up(restore_from=path)
    [line] = stack.plan_lines
    assert line.startswith(f"orders: creates and starts the job from {path}")
    assert stack.sent() == ["create", f"import {path}", "run resume"]
    assert stack.resumed() == [path.removeprefix("obs://")]
    stack.up(restore_from=path)
    assert stack.sent() == []


# An interrupted create: exactly one job exists, and the next up goes on from where it stands.


@pytest.mark.parametrize("at", [1, 2])
def test_a_killed_create_is_gone_on_with(stack: Stack, at: int) -> None:
    stack.killed_up(at)
    stack.sent()
    stack.up()
    assert stack.jobs() == ["orders"]
    assert stack.sent() == (["create", "run"] if at == 1 else ["run"])
    assert stack.job["status"] == "job_running"
    assert len(stack.warned) == at - 1
    stack.up()
    assert stack.sent() == []


def test_a_create_killed_while_it_waited_changes_nothing_more(stack: Stack) -> None:
    stack.up()
    stack.sent()
    stack.id = None  # the process ended before its answer reached the state
    stack.up()
    assert stack.sent() == []
    assert stack.warned == [
        (
            "job orders (1), which this resource made at 2027-01-15 08:00:00 UTC, is there "
            "already: going on with it"
        )
    ]
    assert stack.id == 1


def test_a_killed_create_is_gone_on_with_by_a_changed_program(stack: Stack) -> None:
    stack.killed_up(2)
    stack.sent()
    stack.up(parallel_number=3, desc="changed")
    [put, run] = stack.sent()
    assert put.startswith("put ")
    assert run == "run"
    assert stack.job["desc"] == "changed"
    assert stack.job["job_config"]["parallel_number"] == 3


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_lost_answer_of_a_create_makes_no_second_job(stack: Stack, when: str) -> None:
    stack.dli.arm("drop", route="create", when=when)
    stack.up()
    assert stack.jobs() == ["orders"]
    assert stack.outs["status"] == "job_running"


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_lost_answer_of_a_start_makes_no_second_start(stack: Stack, when: str) -> None:
    stack.dli.arm("drop", route="run", when=when)
    stack.up()
    assert stack.job["status"] == "job_running"
    assert len(stack.resumed()) == 1


def test_a_refused_create_changes_nothing(stack: Stack) -> None:
    stack.dli.arm("answer", route="create", code="500", times=9)
    with pytest.raises(ApiError) as error:
        stack.up()
    assert not isinstance(error.value, Halfway)
    assert stack.id is None


def test_a_refused_start_is_a_partial_failure_that_the_next_up_goes_on_from(stack: Stack) -> None:
    stack.dli.arm("drop", route="run", when="before", times=99)
    with pytest.raises(Halfway, match=r"could not start job 1: ") as error:
        stack.up(parallel_number=2)
    stack.dli.http.delete("/_local/faults")
    assert error.value.job_id == 1
    assert stack.outs["desired_state"] == "stopped (job_init)"
    stack.sent()
    stack.up()
    assert stack.sent() == [
        "put name queue_name obs_bucket entrypoint parallel_number",
        "run",
    ]
    assert (stack.jobs(), stack.job["status"]) == (["orders"], "job_running")
    assert stack.outs["desired_state"] == "running"


def test_an_unknown_queue_leaves_nothing_behind(stack: Stack) -> None:
    with pytest.raises(DliError, match=r"orders cannot run: .*There is no queue named nowhere"):
        stack.up(queue_name="nowhere")
    assert (stack.id, stack.jobs(), stack.sent()) == (None, [], [])


def test_nor_is_a_running_job_stopped_for_one(stack: Stack) -> None:
    stack.up()
    stack.sent()
    with pytest.raises(DliError, match="There is no queue named nowhere") as error:
        stack.up(queue_name="nowhere", parallel_number=2)
    assert not isinstance(error.value, Halfway)
    assert (stack.sent(), stack.job["status"]) == ([], "job_running")


def test_a_start_that_fails_tells_why_and_is_tried_again(stack: Stack) -> None:
    stack.dli.arm("fail_start", text="the jar could not be loaded")
    with pytest.raises(Halfway) as error:
        stack.up()
    assert str(error.value) == (
        "job orders (1) did not start: submit fail (job_submit_fail): the jar could not be loaded; "
        "mend the cause and run `pulumi up` again, which goes on with this job"
    )
    assert stack.outs["desired_state"] == "stopped (job_submit_fail: the jar could not be loaded)"
    stack.sent()
    stack.up()
    assert stack.sent()[-1] == "run"
    assert stack.jobs() == ["orders"]


def test_a_job_that_crashes_while_it_settles_did_not_start(stack: Stack) -> None:
    stack.dli.arm("crash", seconds=5, text="no such topic")
    with pytest.raises(Halfway, match=r"did not start: running exception .*: no such topic"):
        stack.up(timeouts={"settle": 6})


def test_a_settling_time_of_0_counts_the_first_look(stack: Stack) -> None:
    stack.dli.arm("crash", seconds=5)
    stack.up(timeouts={"settle": 0})
    assert stack.outs["status"] == "job_running"


def test_a_start_that_hangs_ends_at_the_deadline(stack: Stack) -> None:
    stack.dli.arm("hang")
    with pytest.raises(Halfway) as error:
        stack.up(timeouts={"create": 60})
    assert str(error.value) == (
        "waited 60 s for job orders (1) to run, but it is submitting (job_submitting); "
        "`pulumi up` goes on from there, `timeouts` allows more time"
    )
    assert all(line.startswith("orders (1): submitting, ") for line in stack.progress)
    assert 5 <= len(stack.progress) <= 7  # about every ten seconds


def test_the_engines_own_timeout_comes_first(stack: Stack) -> None:
    stack.dli.arm("hang")
    with pytest.raises(Halfway, match="waited 30 s"):
        stack.up(seconds=30, timeouts={"create": 60})


def test_a_status_that_lags_is_waited_out(stack: Stack) -> None:
    stack.dli.arm("stale", route="run", seconds=20)
    stack.up()
    assert stack.outs["status"] == "job_running"
    assert stack.sent() == ["create", "run"]


# A job of that name which is not this resource's.


@pytest.mark.parametrize(
    ("tags", "whose"),
    [
        ([], "carries no mark of this resource"),
        ([{"key": "pulumi-owner", "value": "f" * 32}], f"carries the mark {'f' * 32}"),
    ],
)
def test_a_foreign_job_is_never_touched(stack: Stack, tags: list[Any], whose: str) -> None:
    stack.dli.create("orders", tags=tags)
    stack.sent()
    with pytest.raises(JobForeign) as error:
        stack.up()
    assert str(error.value) == (
        f"a job named orders exists already: job 1, made at 2027-01-15 08:00:00 UTC, {whose}; "
        "if this resource was renamed, give it `aliases=[…]` with its old name; to take that job "
        "over, set `adopt_job_id=1`; else choose another `name`"
    )
    assert stack.sent() == []


def test_a_name_that_only_contains_ours_is_not_ours(stack: Stack) -> None:
    stack.dli.create("orders-old")
    stack.up()
    assert stack.jobs() == ["orders", "orders-old"]


# Taking over.


def test_adopting_a_job_that_is_as_wanted_changes_nothing(stack: Stack) -> None:
    job_id = stack.dli.create(**PROGRAM)
    stack.dli.started(job_id)
    before = stack.dli.details(job_id)
    stack.sent()
    stack.up(adopt_job_id=job_id)
    assert stack.plan_lines == ["orders: takes over job 1, changing what differs"]
    assert stack.sent() == ["tags create pulumi-owner"]
    after = stack.job
    assert (after["start_time"], after["update_time"]) == (
        before["start_time"],
        before["update_time"],
    )
    stack.up(adopt_job_id=job_id)
    stack.up()
    assert stack.sent() == []


def test_adopting_changes_only_what_differs(stack: Stack) -> None:
    job_id = stack.dli.create(**PROGRAM, cu_number=4, tags=[{"key": "by", "value": "hand"}])
    stack.dli.started(job_id)
    stack.sent()
    stack.up(adopt_job_id=job_id, cu_number=4, desc="ours", tags={"team": "shop"})
    assert stack.sent() == ["tags create pulumi-owner", "put desc", "tags create team"]
    assert len(stack.resumed()) == 1
    tags = stack.dli.good("GET", f"/v3/{{project_id}}/dli_flink_job/{job_id}/tags")["tags"]
    mark = {"pulumi-owner": stack.mark}
    assert {tag["key"]: tag["value"] for tag in tags} == {"by": "hand", "team": "shop", **mark}
    assert not stack.refresh().changes


def test_adopting_with_a_restart_keeps_the_state(stack: Stack) -> None:
    job_id = stack.dli.create(**PROGRAM)
    stack.dli.started(job_id)
    stack.dli.pass_time(100)
    stack.sent()
    stack.up(adopt_job_id=job_id, cu_number=4)
    [mark, stop, put, run] = stack.sent()
    assert (mark, stop, run) == ("tags create pulumi-owner", "stop savepoint", "run resume")
    assert put.startswith("put ")
    assert stack.dli.inside(job_id)["counter"] > 100


def test_adopting_another_resources_job_re_marks_it(stack: Stack) -> None:
    old = "f" * 32
    job_id = stack.dli.create(**PROGRAM, tags=[{"key": "pulumi-owner", "value": old}])
    stack.dli.started(job_id)
    stack.sent()
    stack.up(adopt_job_id=job_id)
    assert stack.sent() == ["tags create pulumi-owner"]
    assert stack.warned == [
        f"job orders (1) carried the mark {old} of another resource and now carries this one's"
    ]


def test_adopting_a_job_that_is_not_there(stack: Stack) -> None:
    with pytest.raises(JobGone) as error:
        stack.up(adopt_job_id=7)
    assert str(error.value) == (
        "adopt_job_id: there is no job 7; name an existing job, or remove `adopt_job_id` to "
        "create one"
    )
    assert stack.id is None


def test_adopting_a_stateful_job_that_stands_still_without_a_savepoint(stack: Stack) -> None:
    job_id = stack.dli.create(**PROGRAM)
    stack.dli.started(job_id)
    stack.dli.stopped(job_id)
    stack.sent()
    with pytest.raises(Exception, match="starting it would lose its state"):
        stack.up(adopt_job_id=job_id)
    assert stack.sent() == []


def test_no_time_left_is_a_wait_that_ended(stack: Stack) -> None:
    job_id = stack.dli.create(**PROGRAM)
    stack.dli.arm("hang")
    stack.dli.run(job_id)
    with pytest.raises(Halfway, match="waited 5 s for job orders"):
        stack.up(adopt_job_id=job_id, timeouts={"create": 5})


def test_a_job_is_adopted_by_an_id_that_is_text(stack: Stack) -> None:
    adopted = stack.dli.create("theirs", queue_name="testQueue", entrypoint="t.jar")
    stack.up(name="theirs", adopt_job_id=str(adopted))
    assert stack.id == adopted
