"""A change by hand is noticed before anything is stopped, and not overwritten unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_dli.errors import JobError
from stack import Killed, Stack

WAY = (
    "or by a run that was killed, so nothing is changed; `pulumi preview --refresh` shows what "
    "becomes of it, and `pulumi up --refresh` does it"
)


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Stack]:
    """A stateful job that has run for a while."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up(parallel_number=1, entrypoint_args="--secret hush")
    stack.dli.pass_time(1000)
    stack.sent()
    yield stack
    stack.close()


def by_hand(stack: Stack, **definition: Any) -> None:
    stack.dli.good("PUT", "/v1.0/{project_id}/streaming/flink-jobs/1", definition)
    stack.sent()


def stopped_by_hand(stack: Stack, **definition: Any) -> None:
    """A change that only a job at rest takes, made by a colleague in the console."""
    stack.dli.stopped(1)
    by_hand(stack, **definition)
    stack.dli.started(1)
    stack.sent()


def refused(stack: Stack, **program: Any) -> str:
    """That the preview says what the `up` then ends with, and that nothing is sent; the reason."""
    stack.preview(**program)
    [line] = stack.refused
    before = stack.dli.inside(1)
    stack.sent()
    with pytest.raises(JobError) as caught:
        stack.up(**program)
    assert line.startswith(f"orders: CANNOT CHANGE: {caught.value}")
    assert stack.sent() == []
    assert stack.dli.inside(1) == before
    return str(caught.value)


def test_a_field_that_is_neither_what_it_was_nor_what_is_wanted(job: Stack) -> None:
    program: dict[str, Any] = {"entrypoint_args": "--secret hush"}
    stopped_by_hand(job, parallel_number=3)
    text = refused(job, parallel_number=2, **program)
    assert text == f"job orders (1): parallel_number was changed by hand to 3, {WAY}"
    job.refresh()
    job.up(parallel_number=2, **program)
    assert job.outs["parallel_number"] == 2


def test_one_that_the_change_would_put_back(job: Stack) -> None:
    stopped_by_hand(job, parallel_number=3)
    text = refused(job, parallel_number=1, entrypoint_args="--secret hush", smn_topic="alerts")
    assert "parallel_number was changed by hand to 3" in text


def test_one_that_the_program_never_set(job: Stack) -> None:
    by_hand(job, smn_topic="somebodys")
    text = refused(job, parallel_number=2, entrypoint_args="--secret hush")
    assert text.startswith("job orders (1): smn_topic was changed by hand, or")
    assert "somebodys" not in text


def test_all_of_them_are_told_and_no_secret(job: Stack) -> None:
    stopped_by_hand(job, parallel_number=3, entrypoint_args="--secret loud")
    text = refused(job, parallel_number=2, entrypoint_args="--secret new")
    assert "parallel_number was changed by hand to 3, entrypoint_args was changed by hand, " in text
    assert not {"hush", "loud", "new"} & set(text.split())


def test_a_key_of_the_configuration(job: Stack) -> None:
    stopped_by_hand(job, runtime_config='[{"key":"a","value":"9"}]')
    text = refused(job, parallel_number=1, runtime_config={"a": "1"})
    assert "runtime_config was changed by hand" in text


def test_a_new_name(job: Stack) -> None:
    by_hand(job, name="renamed")
    text = refused(job, desc="x", entrypoint_args="--secret hush", parallel_number=1)
    assert text.startswith("job renamed (1): name was changed by hand, ")


def test_what_was_changed_to_what_is_wanted_is_no_hindrance(job: Stack) -> None:
    stopped_by_hand(job, parallel_number=2)
    job.up(parallel_number=2, entrypoint_args="--secret hush", smn_topic="alerts")
    assert job.outs["parallel_number"] == 2


def test_what_nobody_writes_may_have_been_changed(job: Stack) -> None:
    """A field that the service keeps, and that the program does not set."""
    stopped_by_hand(job, main_class="com.shop.Other")
    job.up(parallel_number=2, entrypoint_args="--secret hush")
    assert job.dli.details(1)["job_config"]["entrypoint"]


@pytest.mark.parametrize("name", ["checkpoint_path", "tm_slot_num"])
def test_what_the_service_made_for_itself_may_be_set_later(job: Stack, name: str) -> None:
    value: Any = "obs://state/checkpoints" if name == "checkpoint_path" else 2
    job.up(**{name: value}, parallel_number=1, entrypoint_args="--secret hush")
    assert job.outs[name] == value


def test_a_secret_that_a_refresh_found_may_be_taken_away(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.up()
    stopped_by_hand(stack, entrypoint_args="--secret loud")
    stack.refresh()
    stack.up()
    assert not stack.dli.details(1)["job_config"].get("entrypoint_args")
    stack.close()


@pytest.mark.parametrize(
    "program",
    [
        {"timeouts": {"settle": 2}},
        {"on_delete": "stop"},
        {"upgrade_mode": "stateless"},
        {"restart_trigger": "again"},
    ],
)
def test_what_only_the_state_records_overwrites_nothing_either(
    job: Stack, program: dict[str, Any]
) -> None:
    stopped_by_hand(job, parallel_number=3)
    refused(job, parallel_number=1, entrypoint_args="--secret hush", **program)


def test_a_killed_run_that_is_done_again_goes_on(job: Stack) -> None:
    """What a run of the same program left is what is wanted."""

    def kill() -> None:
        raise Killed

    job.clock.sleeps = kill
    with pytest.raises(Killed):
        job.up(parallel_number=2, entrypoint_args="--secret hush")
    job.clock.sleeps = lambda: None
    job.up(parallel_number=2, entrypoint_args="--secret hush")
    assert job.outs["parallel_number"] == 2


def test_a_replacement_refuses_too(job: Stack) -> None:
    stopped_by_hand(job, parallel_number=3)
    with pytest.raises(JobError, match="changed by hand"):
        job.up(replace=True, parallel_number=2)
    assert job.sent() == []
