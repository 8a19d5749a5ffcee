"""What a change costs: live, a restart that keeps state, one that does not, and only tags."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_dli.errors import ApiError, DliError, Halfway, JobGone
from stack import PROGRAM, Stack

WHOLE = "put name queue_name obs_bucket entrypoint"


def counter(stack: Stack) -> int:
    """What the job has seen so far; only a resume carries it over a start."""
    assert stack.id is not None
    return int(stack.dli.inside(stack.id)["counter"])


@pytest.fixture
def up(stack: Stack) -> Stack:
    """A stack whose job has run for a while."""
    stack.up()
    stack.dli.pass_time(1000)
    stack.sent()
    return stack


# Live.


def test_a_live_change_is_one_put(up: Stack) -> None:
    up.dli.pass_time(5)
    up.up(desc="new", smn_topic="alerts", resume_max_num=3)
    assert up.sent() == ["put desc smn_topic resume_max_num"]
    assert up.plan_lines == [
        (
            "orders: changes live, without a restart; desc changes; smn_topic changes; "
            "resume_max_num -1 → 3"
        )
    ]
    assert len(up.resumed()) == 1
    assert up.outs["update_time"] == up.job["update_time"] > up.outs["create_time"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "orders2"),
        ("desc", "x"),
        ("smn_topic", "alerts"),
        ("restart_when_exception", True),
        ("resume_checkpoint", True),
        ("resume_max_num", 5),
        ("checkpoint_path", "state/own/"),
        ("obs_bucket", "other"),
    ],
)
def test_every_live_field_is_live(up: Stack, field: str, value: Any) -> None:
    up.up(**{field: value})
    assert up.sent() == [f"put {field}"]
    up.up(**{field: value})
    assert up.sent() == []


def test_a_put_of_the_past_leaves_update_time_to_the_put(up: Stack) -> None:
    put_at = up.outs["update_time"]
    up.up(on_delete="stop")
    assert up.outs["update_time"] == put_at


@pytest.mark.parametrize(
    "own",
    [
        {"on_delete": "stop"},
        {"timeouts": {"create": 5}},
        {"upgrade_mode": "stateless"},
        {"adopt_job_id": 1},
    ],
)
def test_the_providers_own_arguments_are_recorded_without_a_request(
    up: Stack, own: dict[str, Any]
) -> None:
    assert up.preview(**own).changes
    [line] = up.plan_lines
    assert (
        line.partition("; ")[0] == f"orders: nothing is sent, the state records: {next(iter(own))}"
    )
    up.up(**own)
    assert up.sent() == []
    assert not up.preview(**own).changes
    assert up.preview().changes


def test_tags_are_changed_without_touching_the_job(up: Stack) -> None:
    up.up(tags={"team": "shop", "level": 3, "test": True})
    assert up.sent() == ["tags create team level test"]
    assert up.plan_lines == ["orders: changes tags, without touching the job"]
    up.up(tags={"team": "shop", "level": 3, "test": True})
    assert up.sent() == []
    up.up(tags={"team": "store"})
    assert up.sent() == ["tags delete level test", "tags create team"]
    up.up()
    assert up.sent() == ["tags delete team"]


def test_a_new_mark_is_a_live_change(up: Stack) -> None:
    up.mark = "e" * 32  # as after a rename with an alias
    up.up()
    assert up.sent() == ["tags create pulumi-owner"]


# With a restart.


def test_a_restart_goes_through_a_savepoint(up: Stack) -> None:
    up.dli.pass_time(100)
    up.up(parallel_number=2)
    assert up.sent() == [
        "stop savepoint",
        "put name queue_name parallel_number obs_bucket entrypoint",
        "run resume",
    ]
    assert up.plan_lines == [
        "orders: restarts the job from a savepoint (downtime); parallel_number 1 → 2"
    ]
    assert [path is None for path in up.resumed()] == [True, False]
    assert counter(up) > 1000
    assert up.outs["update_time"] == up.job["update_time"]
    assert not up.outs["has_savepoint"]
    up.up(parallel_number=2)
    assert up.sent() == []


@pytest.mark.parametrize("without", [{"upgrade_mode": "stateless"}, {"obs_bucket": None}])
def test_a_stateless_restart_is_said(stack: Stack, without: dict[str, Any]) -> None:
    stack.up(**without)
    stack.sent()
    stack.up(**without, parallel_number=2)
    assert stack.plan_lines == [
        "orders: RESTARTS THE JOB WITHOUT STATE (downtime); parallel_number 1 → 2"
    ]
    [stop, put, run] = stack.sent()
    assert (stop, put.partition(" ")[0], run) == ("stop", "put", "run")
    assert stack.resumed() == [None, None]


def test_a_bucket_that_comes_with_the_restart_keeps_the_state(stack: Stack) -> None:
    stack.up(obs_bucket=None)
    stack.dli.pass_time(1000)
    stack.sent()
    stack.up(parallel_number=2)
    assert stack.plan_lines == [
        (
            "orders: restarts the job from a savepoint (downtime); obs_bucket is set first; "
            "parallel_number 1 → 2; "
            "obs_bucket changes"
        )
    ]
    assert stack.sent() == [
        "put obs_bucket",
        "stop savepoint",
        "put name queue_name parallel_number obs_bucket entrypoint",
        "run resume",
    ]
    assert counter(stack) > 1000


def test_a_trigger_restarts_when_it_changes(up: Stack) -> None:
    up.up(restart_trigger="a")
    assert up.sent() == [
        "stop savepoint",
        WHOLE,
        "tags create pulumi-restart",
        "run resume",
    ]
    up.up(restart_trigger="a")
    assert up.sent() == []
    up.up()
    assert up.sent() == []  # taking it away is no reason to restart
    for text in ("b", "a", "b"):
        up.up(restart_trigger=text)
        assert up.sent()[0] == "stop savepoint"
    up.up()
    up.up(restart_trigger="b")
    assert up.sent()[0] == "stop savepoint"


def test_a_trigger_used_at_rest_is_not_taken_for_one_that_was_interrupted(up: Stack) -> None:
    assert up.id is not None
    up.up(restart_trigger="b")
    up.dli.stopped(up.id, savepoint=True)
    up.refresh()
    up.up(restart_trigger="a")
    up.sent()
    up.up(restart_trigger="b")
    assert up.sent()[0] == "stop savepoint"


def test_a_directory_that_was_used_is_begun_from_once_more_as_the_refusal_says(up: Stack) -> None:
    up.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    up.dli.pass_time(5)
    path = f"obs://{up.job['savepoint_path']}"
    up.up(restore_from=path)
    up.dli.stopped(1)
    up.refresh()
    with pytest.raises(DliError, match="would lose its state") as refused:
        up.up(restore_from=path)
    assert (
        f"the {path} that `restore_from` names was used by a start before: to begin from it once "
        'more, run `pulumi up` with `desired_state="stopped"` and without it, then name it again'
    ) in str(refused.value)
    up.up(desired_state="stopped")
    up.up(restore_from=path)
    assert up.resumed()[-1] == path.removeprefix("obs://")


def test_a_directory_that_a_start_failed_from_is_asked_for_anew(up: Stack) -> None:
    up.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    up.dli.pass_time(5)
    path = f"obs://{up.job['savepoint_path']}"
    up.dli.arm("fail_start")
    with pytest.raises(Halfway):
        up.up(restore_from=path)
    up.refresh()
    up.up(restore_from=None, upgrade_mode="stateless")  # reverted: it runs from elsewhere
    up.up()
    up.dli.pass_time(50)
    up.sent()
    up.up(restore_from=path)
    assert f"import {path}" in up.sent()
    assert up.resumed()[-1] == path.removeprefix("obs://")


def test_restore_from_restarts_from_there_once(up: Stack) -> None:
    assert up.id is not None
    up.dli.good("POST", f"jobs/{up.id}/savepoint", {"action": "TRIGGER"})
    up.dli.pass_time(5)
    path = "obs://" + up.job["savepoint_path"]
    up.sent()
    up.up(restore_from=path)
    [line] = up.plan_lines
    assert line == (
        f"orders: restarts the job from {path} (downtime), after a savepoint of what it holds; "
        "restore_from changes"
    )
    [stop, _, _, imported, run] = up.sent()
    assert (stop, imported, run) == ("stop savepoint", f"import {path}", "run resume")
    assert up.resumed()[-1] == path.removeprefix("obs://")
    up.up(restore_from=path)
    assert up.sent() == []


# Removed fields.

RESET: dict[str, tuple[Any, Any]] = {
    "desc": ("x", ""),
    "cu_number": (4, 2),
    "manager_cu_number": (2, 1),
    "parallel_number": (3, 1),
    "tm_cus": (2, 1),
    "checkpoint_enabled": (True, False),
    "log_enabled": (True, False),
    "smn_topic": ("alerts", ""),
    "entrypoint_args": ("--rate 3", ""),
    "dependency_jars": (["obs://jars/a.jar"], []),
    "dependency_files": (["obs://jars/a.csv"], []),
    "restart_when_exception": (True, False),
    "resume_checkpoint": (True, False),
    "resume_max_num": (3, -1),
    "runtime_config": ({"a": "1"}, "[]"),
    "execution_agency_urn": ("agency", ""),
    "resource_config_version": ("v2", "v1"),
}
KEPT: dict[str, Any] = {
    "checkpoint_mode": "at_least_once",
    "checkpoint_interval": 60,
    "checkpoint_path": "state/own/",
    "tm_slot_num": 2,
    "main_class": "org.example.Main",
    "flink_version": "1.15",
    "feature": "basic",
}


BESIDE: dict[str, dict[str, Any]] = {
    "manager_cu_number": {"cu_number": 4},
    "tm_cus": {"cu_number": 4},
}
"""What a field needs beside it."""


@pytest.mark.parametrize("field", RESET)
def test_a_removed_field_is_reset(stack: Stack, field: str) -> None:
    value, reset = RESET[field]
    beside = BESIDE.get(field, {})
    stack.up(**{field: value}, **beside)
    stack.sent()
    stack.up(**beside)
    body = stack.bodies("put")[-1]
    if field in ("entrypoint_args", "runtime_config"):
        assert body[field] == "***"  # the log masks it
    else:
        assert body[field] == reset
    stack.sent()
    stack.up(**beside)
    assert stack.sent() == []
    assert not stack.refresh().changes
    stack.up(**beside)
    assert stack.sent() == []


def test_a_removed_resource_config_goes_with_its_version(stack: Stack) -> None:
    stack.up(resource_config_version="v2", resource_config={"max_slot": 2})
    stack.sent()
    stack.up()
    assert stack.bodies("put")[-1]["resource_config_version"] == "v1"
    stack.sent()
    stack.up()
    assert stack.sent() == []
    assert not stack.refresh().changes


@pytest.mark.parametrize("field", KEPT)
def test_a_removed_field_that_the_service_keeps_is_said_once(stack: Stack, field: str) -> None:
    stack.up(**{field: KEPT[field]})
    stack.sent()
    assert stack.preview().changes
    assert stack.plan_lines == [
        f"orders: no longer set, but kept by the service: {field}",
    ]
    stack.up()
    assert stack.sent() == []
    assert stack.warned == [f"no longer set, but the service keeps its value: {field}"]
    stack.up()
    assert (stack.sent(), stack.warned, stack.plan_lines) == ([], [], [])


def test_a_removed_image_goes_with_its_feature(stack: Stack) -> None:
    stack.up(feature="custom", image="org/name:1")
    stack.up()
    assert stack.plan_lines == ["orders: no longer set, but kept by the service: feature, image"]


def test_an_emptied_list_is_sent_as_empty(stack: Stack) -> None:
    stack.up(dependency_jars=["obs://jars/a.jar", "obs://jars/b.jar"])
    stack.up(dependency_jars=[])
    assert stack.bodies("put")[-1]["dependency_jars"] == []
    stack.sent()
    stack.up(dependency_jars=[])
    assert stack.sent() == []


def test_what_the_service_made_of_a_reset_is_read_back(stack: Stack) -> None:
    stack.up(desc="x")
    stack.up()
    assert stack.job["desc"] == ""
    assert "desc" not in stack.standing


def test_list_order_matters_on_the_class_path_only(stack: Stack) -> None:
    files = ["obs://jars/a.csv", "obs://jars/b.csv"]
    stack.up(dependency_files=files, dependency_jars=files)
    stack.sent()
    stack.up(dependency_files=files[::-1], dependency_jars=files)
    assert stack.sent() == []
    stack.up(dependency_files=files, dependency_jars=files[::-1])
    assert stack.sent()[0] == "stop savepoint"


def test_equal_spellings_are_no_change(stack: Stack) -> None:
    def config(memory: Any) -> dict[str, Any]:
        return {"max_slot": 2, "taskmanager_resource_spec": {"cpu": 2, "memory": memory}}

    stack.up(resource_config_version="v2", resource_config=config("8G"), queue_name="testQueue")
    stack.sent()
    for memory, queue in (("8 GB", "TESTQUEUE"), ("8192 MB", "testqueue"), ("8", "testQueue")):
        stack.up(resource_config_version="v2", resource_config=config(memory), queue_name=queue)
    assert stack.sent() == []


# Refused, lost, gone.


def test_a_refused_live_change_changes_nothing(up: Stack) -> None:
    up.dli.create("taken")
    with pytest.raises(ApiError, match=r"could not change job 1: DLI\.0006"):
        up.up(name="taken", desc="x")
    assert ("desc" in up.standing, up.job["desc"]) == (False, "")
    up.up(desc="x")
    assert up.outs["desc"] == "x"


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_lost_answer_of_a_put(up: Stack, when: str) -> None:
    up.dli.pass_time(5)
    up.dli.arm("drop", route="update", when=when)
    up.up(desc="x")
    assert up.sent() == ["put desc"] * (2 if when == "before" else 1)
    assert up.outs["update_time"] == up.job["update_time"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_lost_answer_of_a_stop(up: Stack, when: str) -> None:
    up.dli.arm("drop", route="stop", when=when)
    up.up(parallel_number=2)
    assert up.resumed()[-1] is not None
    assert counter(up) > 1000


def test_a_put_refused_after_the_stop_brings_the_old_definition_back(up: Stack) -> None:
    up.dli.create("taken")
    up.sent()
    with pytest.raises(Halfway) as error:
        up.up(name="taken", parallel_number=2)
    assert str(error.value).endswith("; the job runs again with its old definition")
    assert "DLI.0006" in str(error.value)
    assert [line.partition(" ")[0] for line in up.sent()] == ["stop", "put", "run"]
    assert (up.job["status"], up.job["name"]) == ("job_running", "orders")
    assert counter(up) > 1000
    assert up.standing["parallel_number"] == 1
    up.up(parallel_number=2)
    assert up.standing["parallel_number"] == 2


def test_what_a_failed_update_did_not_do_is_done_by_the_next(stack: Stack) -> None:
    stack.up(runtime_config={"a": "1", "b": "2"}, desc="x", tags={"level": 1})
    stack.dli.create("taken")
    program: dict[str, Any] = {"runtime_config": {"a": "1"}, "tags": {"team": "shop"}}
    stack.mark = "e" * 32
    with pytest.raises(Halfway):
        stack.up(**program, name="taken")
    stack.sent()
    stack.up(**program)
    assert stack.sent()[-3:-1] == ["tags delete level", "tags create team pulumi-owner"]
    assert stack.job["job_config"]["runtime_config"] == '[{"key": "a", "value": "1"}]'
    assert stack.job["desc"] == ""
    stack.up(**program)
    assert stack.sent() == []


def test_a_runtime_config_whose_removal_failed_is_removed_by_the_next(stack: Stack) -> None:
    stack.up(runtime_config={"a": "1"})
    stack.dli.create("taken")
    with pytest.raises(Halfway):
        stack.up(name="taken")
    stack.up()
    assert stack.job["job_config"]["runtime_config"] == "[]"
    stack.sent()
    stack.up()
    assert stack.sent() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_lost_answer_of_a_tag_change(up: Stack, when: str) -> None:
    up.dli.arm("drop", route="create_tags", when=when)
    up.up(tags={"team": "shop"}, parallel_number=2)
    assert up.job["status"] == "job_running"


def test_a_job_that_is_gone(up: Stack) -> None:
    up.dli.good("DELETE", f"jobs/{up.id}")
    with pytest.raises(JobGone) as error:
        up.up(desc="x")
    assert str(error.value) == "job 1 no longer exists; `pulumi up --refresh` creates it anew"


def test_another_job_with_the_same_id(up: Stack) -> None:
    up.outs["create_time"] -= 1000
    with pytest.raises(JobGone) as error:
        up.up(desc="x")
    assert str(error.value) == (
        "job 1 is not the job that this stack made: that one was made at 2027-01-15 07:59:59 UTC, "
        "this one, orders, at 2027-01-15 08:00:00 UTC; `pulumi up --refresh` creates it anew"
    )
    assert up.sent() == []
    up.refresh()
    assert up.id is None


# Killed anywhere: the next up does what is missing.


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_killed_restart_is_finished(up: Stack, at: int) -> None:
    program: dict[str, Any] = {"parallel_number": 2, "restart_trigger": "now"}
    before = counter(up)
    up.killed_up(at, **program)
    up.up(**program)
    done = up.sent()
    assert [line for line in done if line.startswith("stop")] == ["stop savepoint"]
    assert done[-1].startswith("run")
    assert up.resumed()[-1] is not None
    assert counter(up) > before
    up.up(**program)
    assert up.sent() == []


@pytest.mark.parametrize("at", [2, 3])
def test_a_killed_restart_is_finished_by_the_old_program_too(up: Stack, at: int) -> None:
    up.killed_up(at, parallel_number=2)
    up.sent()
    up.refresh()
    up.up()
    assert up.job["status"] == "job_running"
    assert up.job["job_config"]["parallel_number"] == 1
    assert counter(up) > 1000


def test_a_restart_that_fails_to_start_keeps_its_savepoint(up: Stack) -> None:
    up.dli.arm("fail_start")
    with pytest.raises(Halfway):
        up.up(parallel_number=2)
    assert up.id is not None
    [saved] = [e["path"] for e in up.dli.history(up.id) if e["event"] == "savepoint"]
    up.sent()
    up.up(parallel_number=2)
    assert up.sent()[-2:] == [f"import {saved}", "run resume"]
    assert up.resumed()[-1] == saved
    assert counter(up) > 1000


def test_a_restart_killed_after_its_failed_start_was_stored_is_finished_by_a_revert(
    up: Stack,
) -> None:
    up.dli.arm("fail_start")
    with pytest.raises(Halfway):
        up.up(parallel_number=2)
    up.up()
    assert (up.job["status"], up.standing["parallel_number"]) == ("job_running", 1)
    assert counter(up) > 1000


def test_a_program_is_its_own_default(stack: Stack) -> None:
    stack.up()
    stack.sent()
    stack.up(cu_number=2, restart_when_exception=False, resume_max_num=-1)
    assert stack.sent() == []  # what the service had by default, now written down
    assert PROGRAM.items() <= stack.inputs.items()


def test_a_time_that_is_text_is_recorded_once(stack: Stack) -> None:
    stack.up(timeouts={"settle": "0.1"})
    assert not stack.preview(timeouts={"settle": "0.1"}).changes
    assert stack.plan_lines == []


@pytest.mark.parametrize(("engine", "limit"), [(None, 20), (30, 30)])
def test_an_update_has_its_own_limit(up: Stack, engine: float | None, limit: int) -> None:
    """The engine's `custom_timeouts` go before."""
    up.dli.arm("stale", route="stop", seconds=600)
    began = up.dli.clock.now()
    timeouts = {"create": 500, "update": 20, "delete": 600, "settle": 1}
    with pytest.raises(Halfway, match=f"waited {limit} s for job orders"):
        up.up(seconds=engine, parallel_number=2, timeouts=timeouts)
    assert limit <= up.dli.clock.now() - began < limit + 15
