"""Regions without tags, the stack's own tags, and the ownership mark beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from stack import Stack, sent


@pytest.fixture
def up(stack: Stack) -> Stack:
    """A stack whose job has run for a while."""
    stack.up()
    stack.dli.pass_time(1000)
    stack.sent()
    return stack


@pytest.fixture
def untagged(up: Stack) -> Stack:
    """The same in a region that has no endpoints for tags."""
    for route in "job_tags", "create_tags", "delete_tags", "filter_by_tags":
        up.dli.arm("answer", route=route, code="404", times=1000)
    return up


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Stack]:
    """A stack that gives every job a tag."""
    stack = Stack(tmp_path, {"defaultTags": '{"team": "shop", "tier": 1}'})
    yield stack
    stack.close()


def live_tags(stack: Stack) -> dict[str, str]:
    assert stack.id is not None
    return dict(stack.dli.inside(stack.id)["tags"])


def test_a_region_without_tags_is_worth_one_warning(untagged: Stack) -> None:
    up = untagged
    up.up(tags={"team": "shop"}, desc="new")
    assert up.job["desc"] == "new"
    [warning] = up.warned
    assert warning.startswith("this region has no endpoints for tags: jobs keep the tags")
    assert not up.preview(tags={"team": "shop"}, desc="new").changes
    assert not up.refresh().changes


def test_several_jobs_in_such_a_region_are_worth_one_warning_too(untagged: Stack) -> None:
    up = untagged
    session = up.session()
    assert up.id is not None
    for name in "shop", "store":
        inputs = {**up.inputs, "tags": {"team": name}}
        up.outs = sent(session.update(up.urn, up.id, up.outs, inputs, None))
    assert len(up.warned) == 1


def test_a_restart_by_trigger_in_such_a_region_keeps_state(untagged: Stack) -> None:
    up = untagged
    up.up(restart_trigger="2")
    assert up.resumed()[-1] is not None
    assert len(up.warned) == 1
    assert not up.preview(restart_trigger="2").changes


def test_the_stacks_tags_are_inputs_and_the_jobs_own_win(team: Stack) -> None:
    team.up(tags={"team": "store"})
    assert team.inputs["tags"] == {"team": "store", "tier": "1"}
    assert live_tags(team) == {"team": "store", "tier": "1", "pulumi-owner": team.mark}


def test_the_mark_is_no_drift_and_survives_every_change_of_tags(team: Stack) -> None:
    team.up()
    assert not team.refresh().changes
    for tags in {"a": "1"}, {"b": "2"}, None:
        team.up(tags=tags)
        assert live_tags(team)["pulumi-owner"] == team.mark
        assert not team.refresh().changes
    assert len(team.resumed()) == 1  # the job was not touched


def test_tags_that_the_stack_gives_as_well_may_be_left_out(team: Stack) -> None:
    team.up(tags={"team": "shop", "tier": "1"})
    team.sent()
    team.up()
    assert team.sent() == []
