"""The six verbs over plain dictionaries: what check fills in, what is said, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.comparing import Diff
from pulumi_dli.errors import Halfway
from pulumi_dli.session import Session
from stack import URN, Problems, Stack
from stand_ins import Lines

NONE: frozenset[str] = frozenset()


# Check.


def test_check_fills_in_the_place_and_the_run_state(stack: Stack) -> None:
    wish = stack.wish()
    filled, problems = stack.session().check(URN, {}, wish, NONE)
    assert problems == []
    assert {**wish, **filled} == {
        **wish,
        "endpoint": "local",
        "region": "local",
        "project_id": "0123456789abcdef0123456789abcdef",
        "desired_state": "running",
        "own_place": [],
    }
    assert stack.all_sent() == ["POST /v3/auth/tokens"]  # the test's own; check sends nothing


def test_check_adds_the_stacks_default_tags(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"defaultTags": '{"team": "shop", "level": "1"}'})
    stack.up(tags={"level": "2"})
    assert stack.inputs["tags"] == {"team": "shop", "level": "2"}
    stack.sent()
    stack.up(tags={"level": "2"})
    assert stack.sent() == []
    stack.close()


def test_default_tags_are_judged_with_the_others(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"defaultTags": '{"pulumi-owner": "me"}'})
    with pytest.raises(Problems, match=r"tags\.pulumi-owner: this key is reserved"):
        stack.up()
    stack.close()


def test_a_setting_that_is_missing_is_a_problem(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"endpoint": ""})
    with pytest.raises(Problems, match="region"):
        stack.up()
    stack.close()


class Odd(Connections):
    """A service that knows its project by an id that DLI has none of."""

    def place(self, region: str | None = None, project_id: str | None = None) -> Place:
        return super().place(region, project_id)._replace(project_id="eu-de_shop")


def test_what_is_filled_in_is_judged_too(tmp_path: Path) -> None:
    places = Odd({"endpoint": "local", "localPath": str(tmp_path)}, {}, tmp_path)
    session = Session(places, Lines())
    for _ in range(2):
        _, problems = session.check(URN, {}, {"name": "orders", "desired_state": "stopped"}, NONE)
        assert problems == ["project_id: has the wrong form; use 1 to 64 letters and digits"]
    places.close()


def test_a_stack_stays_at_its_place(stack: Stack) -> None:
    stack.up()
    stack.inputs["endpoint"] = "https://dli.example.org"
    with pytest.raises(
        Problems, match=r"this job is at https://dli\.example\.org, but the stack's"
    ):
        stack.up()


def test_an_unknown_place_is_filled_in_later(stack: Stack) -> None:
    assert stack.session().check(URN, {}, stack.wish(), frozenset({"region"})) == ({}, [])


@pytest.mark.parametrize("name", ["orders etl", "ä", "x" * 80])
def test_a_name_that_is_not_known_yet_does_not_stop_the_preview(stack: Stack, name: str) -> None:
    news = stack.wish(name=None)
    session = stack.session()
    _, problems = session.check(f"{URN.rpartition('::')[0]}::{name}", {}, news, frozenset({"name"}))
    assert problems == []
    [line] = stack.plan_lines
    assert line.startswith(f"{name}: creates and starts the job")


# What is said, and when: once in each phase of an up.


def test_a_creation_is_said_once(stack: Stack) -> None:
    session = stack.session()
    for _ in range(2):
        session.check(URN, {}, stack.wish(), NONE)
    [line] = stack.plan_lines
    assert line.startswith("orders: creates and starts the job")


def test_a_replacement_is_not_announced_as_a_creation(stack: Stack) -> None:
    stack.up()
    session = stack.session()
    session.check(URN, stack.inputs, stack.inputs, NONE)
    assert session.diff(URN, 1, stack.outs, stack.inputs, NONE) == Diff(changes=False, replaces=[])
    session.check(URN, {}, stack.inputs, NONE)
    assert stack.plan_lines == [
        (
            "orders: goes on with job 1, whose replacement is still to be made: restarts the job "
            "from a savepoint (downtime)"
        )
    ]


def test_another_project_replaces_the_job_and_says_so(stack: Stack) -> None:
    stack.up()
    session = stack.session()
    news = {**stack.inputs, "project_id": "f" * 32}
    session.check(URN, stack.inputs, stack.inputs, NONE)
    assert session.diff(URN, 1, stack.outs, news, NONE) == Diff(
        changes=True, replaces=["project_id"], names=("project_id",)
    )
    assert stack.plan_lines == [
        (
            "orders: REPLACES THE JOB, because project_id changes: it is stopped there with a "
            "savepoint, created here, deleted there, and started from its savepoint"
        )
    ]


def test_diff_never_speaks_in_a_refresh(stack: Stack) -> None:
    stack.up()
    stack.dli.put(1, desc="edited")
    assert stack.refresh().changes
    assert stack.plan_lines == []


def test_diff_speaks_once_after_a_check(stack: Stack) -> None:
    stack.up()
    session = stack.session()
    news = {**stack.inputs, "desc": "x"}
    session.check(URN, stack.inputs, news, NONE)
    for _ in range(2):
        assert session.diff(URN, 1, stack.outs, news, NONE).changes
    assert stack.plan_lines == ["orders: changes live, without a restart; desc changes"]


def test_nothing_is_said_where_nothing_changes(stack: Stack) -> None:
    stack.up()
    assert stack.preview() == Diff(changes=False, replaces=[])
    assert stack.plan_lines == []


def test_what_is_not_known_yet_is_named(stack: Stack) -> None:
    stack.up()
    session = stack.session()
    unknown = frozenset({"desc", "parallel_number", "restart_trigger"})
    session.check(URN, stack.inputs, stack.inputs, unknown)
    assert session.diff(URN, 1, stack.outs, stack.inputs, unknown) == Diff(
        changes=True, replaces=[], names=("desc", "parallel_number", "restart_trigger")
    )
    assert stack.plan_lines == [
        "orders: not known yet, may cost a restart: parallel_number, restart_trigger"
    ]


def test_an_unknown_bucket_does_not_make_a_job_stateless(stack: Stack) -> None:
    stack.up()
    session = stack.session()
    news = {name: value for name, value in stack.inputs.items() if name != "obs_bucket"}
    news["parallel_number"] = 2.0
    session.check(URN, stack.inputs, news, frozenset({"obs_bucket"}))
    session.diff(URN, 1, stack.outs, news, frozenset({"obs_bucket"}))
    [line] = stack.plan_lines
    assert line.startswith("orders: restarts the job from a savepoint (downtime)")


def unknowing(stack: Stack, *names: str, way: str, **program: Any) -> str:
    """The line of a preview in which some arguments are outputs of what is still to be made."""
    session = stack.session()
    if way == "refreshed and replaced":
        stack._refreshed(session)  # noqa: SLF001 -- as `refresh: always` with `--replace`
    news = {n: v for n, v in stack.wish(**program).items() if n not in names}
    if way == "changed":
        session.check(URN, stack.inputs, news, frozenset(names))
        session.diff(URN, 1, stack.outs, news, frozenset(names))
    else:
        session.check(URN, {}, news, frozenset(names))
    [line] = stack.plan_lines
    return line


WAYS = ("changed", "refreshed and replaced", "forgotten")


@pytest.mark.parametrize("name", ["obs_bucket", "upgrade_mode"])
@pytest.mark.parametrize("way", WAYS)
def test_what_may_give_up_state_once_it_is_known_is_warned_of(
    tmp_path: Path, way: str, name: str
) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up(upgrade_mode="savepoint")
    line = unknowing(stack, name, way=way, upgrade_mode="savepoint", cu_number=6)
    assert "restarts the job from a savepoint (downtime)" in line
    assert f"; not known yet, may give up its state: {name}" in line
    assert "obs_bucket changes" not in line
    assert line in stack.warned
    stack.close()


def test_that_alone_is_warned_of_too(stack: Stack) -> None:
    stack.up()
    line = unknowing(stack, "upgrade_mode", way="changed")
    assert line == "orders: not known yet, may give up its state: upgrade_mode"
    assert stack.warned == [line]


@pytest.mark.parametrize("way", WAYS)
def test_of_what_is_not_known_a_line_says_nothing_else(tmp_path: Path, way: str) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    given: dict[str, Any] = {"main_class": "a.B", "tags": {"a": "b"}, "runtime_config": {"k": "v"}}
    stack.up(**given)
    line = unknowing(stack, "entrypoint", *given, way=way)
    plain, _, instead = line.partition("; if the engine replaces it")
    assert plain.endswith(
        "not known yet, may cost a restart: entrypoint, main_class, runtime_config"
    )
    assert bool(instead) is (way == "forgotten")
    for words in ("no longer set", "main_class changes", "tags change", "runtime_config changes"):
        assert words not in line
    stack.close()


def test_where_a_new_job_begins_may_not_be_known(stack: Stack) -> None:
    line = unknowing(stack, "restore_from", way="forgotten")
    assert line.startswith("orders: creates and starts the job; ")
    assert line.endswith("; not known yet, may change what it begins from: restore_from")


def test_an_unknown_upgrade_mode_is_assumed_to_stay(stack: Stack) -> None:
    stack.up(upgrade_mode="stateless")
    session = stack.session()
    news = {name: value for name, value in stack.inputs.items() if name != "upgrade_mode"}
    news["parallel_number"] = 2.0
    session.check(URN, stack.inputs, news, frozenset({"upgrade_mode"}))
    session.diff(URN, 1, stack.outs, news, frozenset({"upgrade_mode"}))
    assert stack.plan_lines[0].startswith("orders: RESTARTS THE JOB WITHOUT STATE")


@pytest.mark.parametrize(
    "drifted",
    [
        {"checkpoint_mode": "3"},
        {"resource_config": {"max_slot": 1.0, "new_key": 1.0}},
        {"name": "a name with spaces"},
        {"desired_state": "stopped (job_cancel_success)"},
    ],
)
def test_inputs_that_a_refresh_found_are_compared_as_they_are(
    stack: Stack, drifted: dict[str, Any]
) -> None:
    stack.up()
    found = {**stack.inputs, **drifted}
    session = stack.session()
    assert not session.diff(URN, 1, {**stack.outs, **drifted}, found, NONE).changes
    assert session.diff(URN, 1, stack.outs, found, NONE).changes


# Secrets.


def test_no_error_repeats_a_secret_argument(stack: Stack) -> None:
    secrets: dict[str, Any] = {
        "entrypoint_args": "--password TOPSECRET",
        "runtime_config": {"k": "HIDDEN99"},
    }
    stack.dli.arm("fail_start", text="could not parse --password TOPSECRET with k=HIDDEN99")
    with pytest.raises(Halfway) as error:
        stack.up(**secrets)
    seen = f"{error.value} {stack.outs['status_desc']} {stack.outs['desired_state']}"
    seen += str([stack.plan_lines, stack.progress, stack.warned])
    assert "could not parse" in seen
    assert "TOPSECRET" not in seen
    assert "HIDDEN99" not in seen


def test_no_error_repeats_a_secret_that_somebody_else_set(stack: Stack) -> None:
    stack.up()
    stack.dli.stopped(1, savepoint=True)
    stack.dli.put(1, entrypoint_args="--password TOPSECRET")
    stack.dli.arm("fail_start", text="could not parse TOPSECRET")
    stack.dli.run(1, resume=True)
    with pytest.raises(Exception, match="could not parse") as error:
        stack.up(desc="x")
    assert "TOPSECRET" not in str(error.value)


def test_lines_show_numbers_and_flags_only(stack: Stack) -> None:
    stack.up(entrypoint_args="--a TOPSECRET", smn_topic="one", log_enabled=True, cu_number=2)
    stack.up(entrypoint_args="--b TOPSECRET", smn_topic="two", log_enabled=False, cu_number=4)
    assert stack.line.startswith(
        "orders: restarts the job from a savepoint (downtime); cu_number 2 → 4; log_enabled true → "
        "false; smn_topic changes; entrypoint_args changes"
    )
    assert "TOPSECRET" not in stack.line


def test_a_run_state_that_is_not_known_yet_is_not_filled_in(stack: Stack) -> None:
    unknown = frozenset({"desired_state"})
    filled, problems = stack.session().check(URN, {}, stack.wish(), unknown)
    assert problems == []
    assert "desired_state" not in filled


def test_a_job_that_is_only_read_does_not_differ_from_itself(stack: Stack) -> None:
    stack.up()
    assert stack.id is not None
    session = stack.session()
    found = session.read(URN, stack.id, {})
    assert found is not None
    outs, inputs = found
    assert not session.diff(URN, stack.id, outs, inputs, NONE).changes


def test_a_stored_spelling_that_a_rule_forbids_today_is_no_obstacle_to_an_update(
    stack: Stack,
) -> None:
    stack.up(entrypoint_args="--rate 3")
    stack.inputs["entrypoint_args"] = ["--rate 3"]
    stack.up(entrypoint_args="--rate 3", desc="new")
    assert stack.job["desc"] == "new"
