"""The outputs as the state keeps them, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.shapes import fits
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.state import State, standing, unfold

VALUES: dict[str, Any] = {"cu_number": 4, "checkpoint_mode": "at_least_once", "tags": {"a": "b"}}


def outputs(*program: str, live: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
    """Outputs of a job whose fields stand at their defaults, but for those that are given."""
    stand = {name: row.default for name, row in FIELDS.items()} | (live or {})
    return {**stand, **others, "set_arguments": [name for name in FIELDS if name in program]}


def fold(before: dict[str, Any]) -> dict[str, Any]:
    """Stored outputs as they are written again."""
    return State.read(1, before).write()


def test_what_stands_at_its_default_is_stored_only_if_the_program_sets_it() -> None:
    folded = fold(outputs("cu_number", live={"cu_number": 2}, status="job_init"))
    alone = {name: folded[name] for name in FIELDS.keys() & folded.keys()}
    assert alone == {"cu_number": 2, "tags": {}}  # tags are always there, so that they are known
    assert folded["set_arguments"] == ["cu_number"]
    assert folded["unset"] == {}


def test_what_left_its_default_is_gathered() -> None:
    folded = fold(outputs(live=VALUES))
    assert folded["unset"] | {"tags": folded["tags"]} == VALUES


@given(
    st.sets(st.sampled_from(sorted(FIELDS))),
    st.dictionaries(
        st.sampled_from(sorted(FIELDS)), st.one_of(st.none(), st.integers(-1, 3), st.text())
    ),
)
def test_nothing_is_lost_on_the_way_back(program: set[str], live: dict[str, Any]) -> None:
    before = outputs(*program, live={n: value for n, value in live.items() if fits(n, value)})
    after = unfold(fold(before))
    empty: tuple[Any, ...] = (None, "", [], {})
    for name, value in before.items():
        if name == "tags":
            assert after[name] == (value or {})
        elif value in empty and name in FIELDS and name not in program:
            assert name not in after
        else:
            assert after[name] == value


def test_what_the_service_does_not_tell_is_not_taken_for_the_default() -> None:
    before = outputs(live={"cu_number": None})
    assert fold(before)["untold"] == ["cu_number"]
    assert "cu_number" not in unfold(fold(before))


def test_why_an_operation_broke_off_is_read_back() -> None:
    assert State.read(1, {**outputs(), "failure": "why"}).failure == "why"
    assert State.read(1, outputs()).failure == ""


def test_a_state_of_an_earlier_release_is_read_as_it_is() -> None:
    before = outputs("desc", live={"desc": "x", "cu_number": 4.0}, status="job_init")
    assert unfold(before) == before


def test_an_argument_left_out_is_told_as_a_program_would_write_it() -> None:
    assert standing("cu_number", {"cu_number": 4.0}) == 4
    assert isinstance(standing("cu_number", {"cu_number": 4.0}), int)
    assert standing("cu_number", {}) == 2
    assert standing("desc", {}) == ""
    assert standing("obs_bucket", {}) is None  # an empty one is no argument
    assert standing("main_class", {"main_class": ""}) is None
    assert repr(standing("resource_config", {"resource_config": {"max_slot": 2.0}})) == (
        "{'max_slot': 2}"
    )
    assert standing("upgrade_mode", {}) is None
    assert standing("cu_number", None) == 2


@pytest.mark.parametrize(("told", "begun"), [(0, 7), (-1, 7), (9, 9)])
def test_a_job_that_ran_does_not_become_a_new_one(told: int, begun: int) -> None:
    state = State.read(1, outputs(start_time=7))
    assert state.aged(JobDetail(1, "orders", "job_init", start_time=told)).start_time == begun


def test_what_the_program_sets_and_nobody_told_is_not_taken_for_the_default() -> None:
    told = unfold({"set_arguments": ["cu_number"], "unset": {}, "tags": {}})
    assert "cu_number" not in told
    assert told["parallel_number"] == 1
