"""Replacements and renames: exactly one right job remains, and it is the one in the state."""

from __future__ import annotations

import pytest
from dli import changes
from job_stack import TYPE, JobStack, job

URN = f"urn:pulumi:dev::jobs::{TYPE}::etl"


def _the_job_is_right(stack: JobStack, resource: str = "etl") -> int:
    """One job, running, known to the state, and carrying that resource's mark."""
    [found] = stack.dli.jobs().values()
    state = stack.resources()
    assert list(state) == [resource]
    assert state[resource]["id"] == str(found["id"])
    assert found["status"] == "job_running"
    assert found["tags"]["pulumi-owner"] == state[resource]["outputs"]["owner"]
    return int(found["id"])


@pytest.mark.parametrize("command", ["--replace", "--target-replace"])
def test_a_replacement_asked_for_leaves_one_new_job(stack: JobStack, command: str) -> None:
    stack.program(job())
    stack.up()
    old = _the_job_is_right(stack)
    with stack.dli.watched() as sent:
        stack.up(command, URN)
    verbs = changes(sent)
    assert verbs.index(f"DELETE jobs/{old}") < verbs.index("POST flink-jobs")
    assert _the_job_is_right(stack) != old
    stack.nothing_changes()
    stack.destroy()


def test_a_tainted_job_is_replaced(stack: JobStack) -> None:
    stack.program(job())
    stack.up()
    old = _the_job_is_right(stack)
    stack.shows("state", "taint", "--yes", URN)
    stack.up()
    assert _the_job_is_right(stack) != old
    stack.nothing_changes()


def test_a_renamed_resource_with_an_alias_keeps_its_job(stack: JobStack) -> None:
    stack.program(job("old", name="orders"))
    stack.up()
    before = stack.dli.job("orders")
    stack.program(job("new", name="orders", options="aliases=[pulumi.Alias(name='old')]"))
    with stack.dli.watched() as sent:
        stack.up()
    assert not any(entry.method in ("PUT", "DELETE") for entry in sent)
    assert _the_job_is_right(stack, "new") == before["id"]
    after = stack.dli.job("orders")
    assert after["start_time"] == before["start_time"]
    assert after["tags"]["pulumi-owner"] != before["tags"]["pulumi-owner"]
    stack.nothing_changes()
    stack.destroy()


def test_a_renamed_resource_without_an_alias_is_told_the_ways(stack: JobStack) -> None:
    stack.program(job("old", name="orders"))
    stack.up()
    before = stack.dli.job("orders")
    stack.program(job("new", name="orders"))
    shown = stack.up_fails()
    assert f"a job named orders exists already: job {before['id']}" in shown
    reason = shown[shown.index("a job named orders") :]
    assert 0 < reason.index("`aliases=[…]`") < reason.index(f"adopt_job_id={before['id']}")
    assert stack.dli.job("orders") == before | {"counter": stack.dli.job("orders")["counter"]}

    stack.program(job("new", name="orders", options="aliases=[pulumi.Alias(name='old')]"))
    stack.up()
    assert _the_job_is_right(stack, "new") == before["id"]


def test_a_renamed_resource_that_adopts_keeps_the_job(stack: JobStack) -> None:
    stack.program(job("old", name="orders"))
    stack.up()
    before = stack.dli.job("orders")
    stack.program(job("new", name="orders", adopt_job_id=before["id"]))
    shown = stack.up()
    assert "belongs to another resource" in shown
    assert _the_job_is_right(stack, "new") == before["id"]
    assert stack.dli.job("orders")["start_time"] == before["start_time"]
    stack.nothing_changes()


def test_an_adopted_job_that_is_as_wanted_is_not_touched(stack: JobStack) -> None:
    existing = stack.dli.create("etl", queue_name="testQueue", entrypoint="etl.jar")
    stack.dli.started(existing)
    stack.program(job(adopt_job_id=existing, queue_name="testQueue", obs_bucket="bucket"))
    before = stack.dli.job("etl")
    with stack.dli.watched() as sent:
        assert f"takes over job {existing}" in stack.up()
    assert changes(sent) == []
    assert stack.resources()["etl"]["id"] == str(existing)
    assert stack.dli.job("etl") == before | {"counter": stack.dli.job("etl")["counter"]}
    stack.nothing_changes()
    stack.program(job(desc="ours now"))
    stack.up()
    after = stack.dli.job("etl")
    assert after["id"] == existing
    assert after["definition"]["desc"] == "ours now"
    stack.destroy()


def test_a_foreign_job_of_that_name_is_not_touched(stack: JobStack) -> None:
    foreign = stack.dli.create("etl")
    before = stack.dli.job("etl")
    stack.program(job())
    shown = stack.up_fails()
    assert f"a job named etl exists already: job {foreign}" in shown
    assert stack.dli.job("etl") == before
    assert stack.resources() == {}
