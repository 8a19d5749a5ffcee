"""Inputs, read once into one typed value, and given back in the types the state should have."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.job.desired import ARGUMENTS, Desired

SPELLINGS: list[tuple[str, Any, Any]] = [
    ("cu_number", "3", 3),
    ("cu_number", 3.0, 3),
    ("checkpoint_enabled", "false", False),
    ("tags", {"a": 1.0, "b": True}, {"a": "1", "b": "true"}),
    ("runtime_config", {"a": 0.5}, {"a": "0.5"}),
    ("entrypoint_args", ["--rate", 3.0], ["--rate", "3"]),
    ("resource_config", {"max_slot": "2"}, {"max_slot": 2}),
    ("restart_trigger", 5.0, "5"),
    ("adopt_job_id", "3", 3),
    ("timeouts", {"settle": "0.1"}, {"settle": 0.1}),
]


@pytest.mark.parametrize(("name", "written", "canonical"), SPELLINGS, ids=str)
def test_a_new_input_is_given_in_its_canonical_type(
    name: str, written: Any, canonical: Any
) -> None:
    desired = Desired.read({name: written})
    assert desired.wrong == ()
    [(given_name, value)] = desired.given_as_in(None).items()
    assert (given_name, value, type(value)) == (name, canonical, type(canonical))


@pytest.mark.parametrize(("name", "written", "canonical"), SPELLINGS, ids=str)
def test_an_input_that_equals_the_stored_one_is_given_as_it_is_stored(
    name: str, written: Any, canonical: Any
) -> None:
    for stored in (written, canonical):
        for wish in (written, canonical):
            [value] = Desired.read({name: wish}).given_as_in(Desired.read({name: stored})).values()
            assert value == stored
            assert type(value) is type(stored)


def test_an_input_that_changes_is_given_anew() -> None:
    before = Desired.read({"cu_number": "3", "log_enabled": "no"})
    changed = Desired.read({"cu_number": "4", "log_enabled": True}).given_as_in(before)
    assert changed == {"cu_number": 4, "log_enabled": True}
    assert type(changed["log_enabled"]) is bool


def test_an_empty_field_equals_one_that_is_left_out() -> None:
    empty = Desired.read(
        {"desc": "", "tags": {}, "dependency_jars": [], "desired_state": "running"}
    )
    assert empty.given_as_in(Desired.read({})) == {
        "desc": None,
        "tags": None,
        "dependency_jars": None,
        "desired_state": "running",
    }


def test_a_state_that_was_found_is_no_wish_that_was_stored() -> None:
    found = {"desired_state": "stopped (job_running_exception)"}
    wish = Desired.read({"desired_state": "running"})
    assert wish.given_as_in(Desired.read(found)) == {"desired_state": "running"}
    assert wish.changes(Desired.read(found), ("desired_state",))


@pytest.mark.parametrize(
    ("text", "running"), [("stopped (job_init)", False), ("running, on other bytes", True)]
)
def test_a_state_that_was_found_comes_back_as_it_stands(text: str, *, running: bool) -> None:
    wish = Desired.read({"desired_state": text})
    assert (wish.as_found, wish.stale, wish.running) == (True, running, running)
    assert wish.value("desired_state") == text
    assert not wish.wrong
    assert Desired.read({"desired_state": f"{text} "}).wrong or not running


def test_what_a_create_sends_is_what_is_set_without_tags() -> None:
    wish = Desired.read({"cu_number": 3.0, "desc": None, "tags": {"a": "b"}, "on_delete": "stop"})
    assert wish.definition == {"cu_number": 3}


def test_what_is_wrong_is_kept_apart_from_what_is_right() -> None:
    desired = Desired.read({"cu_number": "many", "desc": "x", "timeouts": {"settle": -1}})
    assert (desired.spec.cu_number, desired.spec.desc) == (None, "x")
    assert desired.open == {"cu_number", "timeouts"}
    assert desired.knows("desc", "image")
    assert not desired.knows("desc", "cu_number")
    assert desired.given_as_in(None) == {"desc": "x"}


plain = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(ARGUMENTS), plain))
def test_what_was_given_once_stays_as_it_is(inputs: dict[str, Any]) -> None:
    once = Desired.read(inputs).given_as_in(None)
    assert Desired.read(once).given_as_in(Desired.read(once)) == once
    assert Desired.read(inputs).given_as_in(Desired.read(once)) == once
