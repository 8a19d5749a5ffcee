"""A stack goes from one front to the other and back: its jobs stay as they are."""

from __future__ import annotations

from typing import Any

import pytest
from jars import a_class, a_jar
from job_stack import DYNAMIC, NATIVE, Front, JobStack, job

SECRETS = ("planted-argument", "planted-setting", "planted-tag", "planted-words")
HIDDEN = {name: f"pulumi.Output.secret({name!r})" for name in SECRETS}
TEAM = """\
class Team(pulumi.ComponentResource):
    def __init__(self) -> None:
        super().__init__("shop:index:Team", "team")


team = Team()
"""


def program(renamed: str = "", before: str = "") -> str:
    """Ten jobs of different make.

    Args:
        renamed: another name of the resource `i`.
        before: its aliases, as code.
    """
    options = f"aliases=[{before}]" if before else ""
    return TEAM + "".join(
        (
            job("a"),
            job("b", name=None, code={"restart_trigger": "a.create_time.apply(str)"}),
            job("c", options="parent=team"),
            job("d", name=None, options="parent=a"),
            job("e", entrypoint_args=f"--password {SECRETS[0]}", runtime_config={"k": SECRETS[1]}),
            job("f", code={"tags": f'{{"open": "x", "shut": {HIDDEN["planted-tag"]}}}'}),
            job("g", desired_state="stopped"),
            job("h", code={"desc": HIDDEN["planted-words"]}),
            job(renamed or "i", name="i", options=options),
            job("j", options=f"parent={renamed or 'i'}"),
        )
    )


def goes(stack: JobStack, front: Front, *parts: str) -> None:
    stack.front = front
    stack.program(*parts)
    stack.configure(endpoint="local")


def facts(stack: JobStack) -> dict[str, Any]:
    """The id and the update time of each job in the state, by its name."""
    return {
        found["outputs"]["name"]: (found["id"], found["outputs"]["update_time"])
        for found in stack.resources().values()
    }


def test_ten_jobs_go_there_and_back_and_nothing_is_sent(stack: JobStack) -> None:
    stack.front = DYNAMIC
    stack.begin(program())
    before, size = facts(stack), len(stack.state_text())
    for front in NATIVE, DYNAMIC:
        goes(stack, front, program())
        stack.nothing_changes()
        with stack.dli.watched() as sent:
            assert "12 unchanged" in stack.up()
        assert sent == []
        assert {each["type"] for each in stack.resources().values()} == {front.type}
        assert facts(stack) == before
        assert front is DYNAMIC or len(stack.state_text()) <= size
        assert all(secret not in stack.state_text() for secret in SECRETS)
    urn = f"urn:pulumi:dev::jobs::{NATIVE.type}::i2"
    for front, name, alias in (
        (NATIVE, "i2", 'pulumi.Alias(name="i")'),
        (DYNAMIC, "i3", repr(urn)),
    ):
        goes(stack, front, program(name, alias))
        with stack.dli.watched() as sent:
            assert "i: changes the ownership mark, without touching the job" in stack.up()
        assert [entry.path for entry in sent if entry.path.endswith("/tags/create")]
        assert {entry.method for entry in sent if "/streaming/" in entry.path} == {"GET"}
        assert facts(stack) == before
    stack.nothing_changes()


def test_a_job_that_began_here_is_looked_at_and_deleted_by_the_other_front(
    stack: JobStack,
) -> None:
    """The engine hands the dynamic front what the state has, not what the program says."""
    goes(stack, NATIVE, job("a"))
    stack.up()
    stack.project.must("refresh", "--yes", "--skip-preview")
    goes(stack, DYNAMIC, job("a"))
    assert "2 unchanged" in stack.up()
    stack.project.must("preview", "--refresh", "--expect-no-changes")
    stack.destroy()
    assert stack.dli.jobs() == {}


def test_an_argument_whose_change_is_to_replace_does_so_with_the_native_front_alone(
    stack: JobStack,
) -> None:
    strict = 'replace_on_changes=["cu_number"]'
    for front, does in (DYNAMIC, "update"), (NATIVE, "replace"):
        goes(stack, front, job("a", options=strict))
        stack.up()
        goes(stack, front, job("a", options=strict, cu_number=3))
        assert stack.planned()["a"]["op"] == does


@pytest.mark.parametrize("rollback", [None, "previous"])
@pytest.mark.parametrize(("first", "then"), [(DYNAMIC, NATIVE), (NATIVE, DYNAMIC)])
def test_a_change_that_fails_on_the_way_to_the_other_front_is_safe_to_repeat(
    stack: JobStack, first: Front, then: Front, rollback: str | None
) -> None:
    """An update that broke off keeps the inputs of the front before."""
    kept: dict[str, Any] = {"obs_bucket": "state", "rollback": rollback, "entrypoint": None}
    kept["code"] = {"entrypoint": 'pulumi.FileAsset("orders.jar")'}
    classes = {"com/example/Orders.class": a_class(release=7)}
    (stack.project.directory / "orders.jar").write_bytes(a_jar(classes))
    goes(stack, first, job("a", **kept))
    stack.up()
    goes(stack, then, job("a", **kept, parallel_number=2))
    stack.dli.arm("fail_start", text="no such class")
    assert "no such class" in stack.up_fails()
    failed = stack.shows("preview", "--refresh")
    assert ("is tried again" in failed) is (rollback is not None)
    if rollback:
        goes(stack, then, job("a", **kept))
    stack.up("--refresh")
    stack.shows("preview", "--refresh", "--expect-no-changes")
    history = stack.dli.history(stack.dli.job("a")["id"])
    assert all([e["resumed"] for e in history if e["event"] == "running"][1:])
    stack.destroy()


@pytest.mark.parametrize(("first", "then"), [(DYNAMIC, NATIVE), (NATIVE, DYNAMIC)])
def test_a_job_that_goes_to_the_other_front_and_another_project_takes_its_state_along(
    stack: JobStack, first: Front, then: Front
) -> None:
    """One process deletes it, and another makes it anew."""
    kept: dict[str, Any] = {"obs_bucket": "state"}
    goes(stack, first, job("a", **kept))
    stack.up()
    goes(stack, then, job("a", project_id="f" * 32, **kept))
    told = stack.up()
    assert "a: REPLACES THE JOB, because project_id changes" in told
    [made] = stack.resources().values()
    assert made["outputs"]["project_id"] == "f" * 32
    began = [e["resumed"] for e in stack.dli.history(int(made["id"])) if e["event"] == "running"]
    assert began[0] is not None
    assert "/jobs/savepoint/" in began[0]
