"""Replacements and renames: exactly one right job remains, and it is the one in the state.

That a destroy leaves nothing after them is shown in tests/faults, as is that nothing changes
after a taint and after a move.
"""

from __future__ import annotations

import pytest
from dli import changes
from job_stack import TYPE, JobStack, job

OTHER = "f" * 32
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


def _resumed(stack: JobStack, job_id: int) -> list[str | None]:
    """What each run of a job began with."""
    return [e["resumed"] for e in stack.dli.history(job_id) if e["event"] == "running"]


def test_a_replacement_asked_for_keeps_the_job_and_its_state(stack: JobStack) -> None:
    stack.begin(job())
    old = _the_job_is_right(stack)
    for command in "--replace", "--target-replace":
        shown = stack.shows("preview", command, URN)
        line = f"etl: goes on with job {old}; if the engine replaces it (--replace, taint): "
        assert line in shown
        assert "restarts the job from a savepoint (downtime)" in shown
        with stack.dli.watched() as sent:
            stack.up(command, URN)
        assert changes(sent) == ["POST jobs/stop", f"PUT flink-jobs/{old}", "POST jobs/run"]
        assert _the_job_is_right(stack) == old
        assert _resumed(stack, old)[-1] is not None
    stack.nothing_changes()


def test_a_tainted_job_keeps_its_state(stack: JobStack) -> None:
    stack.begin(job())
    old = _the_job_is_right(stack)
    stack.shows("state", "taint", "--yes", URN)
    stack.up()
    assert _the_job_is_right(stack) == old
    assert _resumed(stack, old)[-1] is not None


def test_a_tainted_job_without_a_savepoint_is_not_emptied(stack: JobStack) -> None:
    stack.begin(job())
    old = _the_job_is_right(stack)
    stack.dli.stopped(old)
    stack.shows("state", "taint", "--yes", URN)
    assert "CANNOT START" in stack.fails("preview")
    assert "would lose its state" in stack.up_fails()
    assert stack.dli.job("etl")["status"] == "job_cancel_success"
    assert stack.resources()["etl"]["id"] == str(old)


def test_a_forgotten_job_is_gone_on_with(stack: JobStack) -> None:
    stack.begin(job())
    old = _the_job_is_right(stack)
    stack.shows("state", "delete", "--yes", URN)
    stack.program(job(parallel_number=2))
    line = f"etl: goes on with job {old}: restarts the job from a savepoint (downtime)"
    assert line in stack.shows("preview")
    assert line in stack.up()
    assert _the_job_is_right(stack) == old
    assert _resumed(stack, old)[-1] is not None


def test_a_job_moves_with_its_state_and_a_refused_move_keeps_it(stack: JobStack) -> None:
    stack.begin(job())
    old = _the_job_is_right(stack)
    stack.program(job(project_id=OTHER, queue_name="gone"))
    assert "cannot run" in stack.up_fails()
    assert stack.dli.job("etl")["status"] == "job_running"
    stack.program(job(project_id=OTHER))
    shown = stack.shows("preview")
    assert "etl: REPLACES THE JOB, because project_id changes: it is stopped there with a" in shown
    stack.up()
    new = _the_job_is_right(stack)
    assert new != old
    assert _resumed(stack, new)[0] is not None


def test_a_dependent_that_is_deleted_first_keeps_its_state(stack: JobStack) -> None:
    """`replace_with`: the engine deletes before it checks."""
    with_other = job("dep", options="replace_with=[etl]")
    stack.program(job(), with_other)
    stack.up()
    old = stack.dli.job("dep")["id"]
    stack.program(job(project_id=OTHER), with_other)
    stack.up()
    new = stack.dli.job("dep")["id"]
    assert _resumed(stack, new)[-1] is not None
    assert new == old or _resumed(stack, new)[0] is not None
    stack.nothing_changes()


PART = "class Part(pulumi.ComponentResource): pass\npart = Part('x:y:Part', 'part')\n"


@pytest.mark.parametrize("below", ["", "parent=part, "])
def test_a_renamed_resource_with_an_alias_keeps_its_job(stack: JobStack, below: str) -> None:
    """Below a component too, whose own outputs wait for the job."""
    stack.begin(PART, job("old", name="orders", options=below))
    before = stack.dli.job("orders")
    alias = "aliases=[pulumi.Alias(name='old')]"
    stack.program(PART, job("new", name="orders", options=below + alias))
    with stack.dli.watched() as sent:
        stack.up()
    assert not any(entry.method in ("PUT", "DELETE") for entry in sent)
    assert _the_job_is_right(stack, "new") == before["id"]
    after = stack.dli.job("orders")
    assert after["start_time"] == before["start_time"]
    assert after["tags"]["pulumi-owner"] != before["tags"]["pulumi-owner"]
    stack.nothing_changes()


def test_a_renamed_resource_without_an_alias_is_told_the_ways(stack: JobStack) -> None:
    stack.begin(job("old", name="orders"))
    before = stack.dli.job("orders")
    stack.program(job("new", name="orders"))
    shown = stack.up_fails()
    assert f"a job named orders exists already: job {before['id']}" in shown
    reason = shown[shown.index("a job named orders") :]
    assert 0 < reason.index("`aliases=[…]`") < reason.index(f"adopt_job_id={before['id']}")
    now = stack.dli.job("orders")  # one look: it counts on
    assert now == before | {"counter": now["counter"]}

    stack.program(job("new", name="orders", options="aliases=[pulumi.Alias(name='old')]"))
    stack.up()
    assert _the_job_is_right(stack, "new") == before["id"]


def test_a_renamed_resource_that_adopts_keeps_the_job(stack: JobStack) -> None:
    stack.begin(job("old", name="orders"))
    before = stack.dli.job("orders")
    stack.program(job("new", name="orders", adopt_job_id=before["id"]))
    shown = stack.up()
    assert "is another resource's: left alone" in shown
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
    [mark] = changes(sent)
    assert mark.endswith("/tags/create")
    assert stack.resources()["etl"]["id"] == str(existing)
    now = stack.dli.job("etl")
    assert now == before | {"counter": now["counter"], "tags": now["tags"]}
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


def test_a_renamed_resource_moves_with_its_state(stack: JobStack) -> None:
    """The engine deletes under the alias's URN what it creates under the new one."""
    stack.begin(job("old", name="orders"))
    alias = "aliases=[pulumi.Alias(name='old')]"
    stack.program(job("new", name="orders", project_id=OTHER, options=alias))
    assert "and started from its savepoint" in stack.shows("preview")
    stack.up()
    new = _the_job_is_right(stack, "new")
    assert _resumed(stack, new)[0] is not None
    stack.nothing_changes()
    stack.destroy()


def test_a_renamed_resource_that_is_tainted_keeps_its_job(stack: JobStack) -> None:
    stack.program(job("old", name=None))
    stack.up()
    old = _the_job_is_right(stack, "old")
    stack.shows("state", "taint", "--yes", URN.replace("::etl", "::old"))
    stack.program(job("new", name=None, options="aliases=[pulumi.Alias(name='old')]"))
    assert f"goes on with job {old}: changes live, without a restart; name" in stack.shows(
        "preview"
    )
    stack.up()
    assert _the_job_is_right(stack, "new") == old
    assert _resumed(stack, old)[-1] is not None
    stack.nothing_changes()


def test_a_job_that_goes_into_a_component_is_known_there(stack: JobStack) -> None:
    stack.begin(job())
    old = _the_job_is_right(stack)
    moved = "parent=part, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]"
    stack.program(PART, job(project_id=OTHER, options=moved))
    stack.up()
    new = _the_job_is_right(stack)
    assert new != old
    assert _resumed(stack, new)[0] is not None
    stack.destroy()
