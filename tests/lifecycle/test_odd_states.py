"""A state that was edited by hand, or written by something else: one sentence at every verb."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from pulumi_dli.errors import DliError, StateUnreadable
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.state import OURS, State
from stack import Stack

ODD: tuple[Any, ...] = (
    "planted",
    5,
    -1.5,
    True,
    [],
    [1],
    ["a", [2]],
    {},
    {"a": 1},
    {"a": None},
    {"a": [{}]},
    "a\nb\0planted" * 1000,
    float("nan"),
    float("inf"),
    2**70,
)
FOLDED = ("unset", "untold", "unmanaged", "took_from", "mark", "foreign", "replaced", "next_start")
REMEMBERED = ("started", "watched", "overwritten", "rejected", "rolled_back")
TOLD = ("status", "status_desc", "create_time", "start_time", "update_time", "has_savepoint")
NAMES = sorted(
    {*FIELDS, *OURS, *FOLDED, *REMEMBERED, *TOLD, "set_arguments", "restart_times", "failure"}
)
VERBS = ("diff", "update", "read", "delete")
PROGRAM: dict[str, Any] = {
    "cu_number": 3,
    "tags": {"team": "data"},
    "runtime_config": {"a": "b"},
    "dependency_files": ["obs://a/b", "obs://a/c"],
}


@pytest.fixture
def up(stack: Stack) -> Stack:
    stack.up(**PROGRAM)
    stack.sent()
    return stack


def call(stack: Stack, verb: str, outs: dict[str, Any]) -> None:
    session = stack.session()
    assert stack.id is not None
    match verb:
        case "diff":
            session.diff(stack.urn, stack.id, outs, stack.inputs, frozenset())
        case "update":
            session.update(stack.urn, stack.id, outs, stack.inputs, None)
        case "read":
            session.read(stack.urn, stack.id, outs)
        case "delete":
            session.delete(stack.urn, stack.id, outs, None)


@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_a_state_ends_in_an_unforeseen_error(up: Stack, name: str) -> None:
    for odd in ODD:
        for verb in ("diff", "read"):
            with suppress(DliError):
                call(up, verb, {**up.outs, name: odd})
    assert up.sent() == []


@pytest.mark.parametrize("name", ["endpoint", "region", "project_id"])
def test_no_text_of_a_state_breaks_a_sentence(up: Stack, name: str) -> None:
    with pytest.raises(DliError) as caught:
        call(up, "read", {**up.outs, name: "a\nb\0c" * 10_000})
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("name", "odd", "words", "way"),
    [
        ("cu_number", "planted", "`cu_number` is not a whole number", "`pulumi refresh` reads"),
        ("tags", 5, "`tags` is not a map of texts", "`pulumi refresh` reads"),
        ("update_time", "planted", "`update_time` is not a whole number", "`pulumi refresh` reads"),
        ("unset", [1], "`unset` is not a map", "`pulumi refresh` reads"),
        (
            "unset",
            {"log_enabled": "planted"},
            "`log_enabled` is not true",
            "`pulumi refresh` reads",
        ),
        ("dependency_files", [1, "a"], "is not a list of texts", "`pulumi refresh` reads"),
        ("set_arguments", 5, "`set_arguments` is not a list", "add `adopt_job_id=1`"),
        ("next_start", {"planted": 1}, "`next_start` is not a text", "add `adopt_job_id=1`"),
        ("create_time", [], "`create_time` is not a whole number", "add `adopt_job_id=1`"),
        ("on_delete", "planted", "is not `stop`, `savepoint` or", "add `adopt_job_id=1`"),
        ("timeouts", {"delete": "planted"}, "is not a map of numbers", "add `adopt_job_id=1`"),
        ("own_place", True, "`own_place` is not a list of texts", "add `adopt_job_id=1`"),
    ],
)
def test_what_is_wrong_is_named_with_the_way_out(
    up: Stack, verb: str, name: str, odd: object, words: str, way: str
) -> None:
    outs = {**up.outs, name: odd}
    if verb == "read" and "refresh" in way:
        call(up, verb, outs)  # which mends it
        return
    with pytest.raises(StateUnreadable) as caught:
        call(up, verb, outs)
    assert words in str(caught.value)
    assert way in str(caught.value)
    assert "planted" not in str(caught.value)
    assert up.sent() == []
    assert up.dli.status(1) == "job_running"


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("cu_number", "abc"),
        ("tags", 5),
        ("runtime_config", [1]),
        ("dependency_files", {"a": 1}),
        ("update_time", "x"),
        ("status", {}),
        ("unset", "abc"),
        ("unset", {"tm_cus": "abc"}),
        ("untold", 5),
    ],
)
def test_a_refresh_mends_what_the_job_tells(up: Stack, name: str, odd: object) -> None:
    before = dict(up.outs)
    up.outs[name] = odd
    up.refresh()
    assert up.outs["cu_number"] == before["cu_number"]
    assert up.outs["update_time"] == before["update_time"]
    up.up(**PROGRAM)
    assert up.sent() == []
    assert State.read(1, up.outs).value("tags") == {"team": "data"}
    up.preview(**PROGRAM)
    assert up.lines.said == []
