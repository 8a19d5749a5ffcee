"""A jar that was overwritten in place: a refresh sees it, and the next `up` runs the new bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jars import a_class, a_jar
from pulumi_dli.artifacts.names import LocalFile
from pulumi_dli.errors import Halfway, StateAtRisk
from stack import PROGRAM, URN, Problems, Stack, as_said, sent

OTHER_BYTES = "running, on other bytes"
LINE = "orders: restarts the job from a savepoint (downtime); the bytes of entrypoint changed"
NOT_LOOKED_AT = "jars and files in OBS could not be looked at, so one that was overwritten is not"
MANY: dict[str, Any] = {
    "dependency_jars": ["obs://jars/a.jar", "obs://jars/b.jar"],
    "dependency_files": ["obs://jars/c.txt", "a-group/d.txt"],
}


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Stack]:
    """A stateful job that has run for a while on a jar that is watched."""
    stack = watched(tmp_path)
    put(stack, "orders.jar", "one")
    started(stack)
    yield stack
    stack.close()


def watched(folder: Path, **config: str) -> Stack:
    return Stack(folder, {"preflight": "on", "watchArtifacts": "on", **config})


def started(stack: Stack, **program: Any) -> None:
    stack.up(**program)
    stack.dli.pass_time(100)
    stack.sent()


def put(stack: Stack, key: str, text: str) -> None:
    """Write an object anew, as an upload does."""
    file = Path(stack.config["localPath"]) / "obs/jars" / key
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.write_bytes(a_jar({"com/example/Orders.class": a_class(), "text": text}))


def looks(stack: Stack) -> list[str]:
    """The objects that were looked at, by each HEAD so far."""
    return [line.removeprefix("HEAD ") for line in stack.all_sent() if line.startswith("HEAD ")]


def new_looks(stack: Stack, before: list[str]) -> list[str]:
    return looks(stack)[len(before) :]


def stands(stack: Stack) -> tuple[str, str]:
    """The run state as it is stored: in the outputs and in the inputs."""
    return stack.outs["desired_state"], stack.inputs["desired_state"]


def unchanged(stack: Stack, **program: Any) -> None:
    """Neither a refresh nor a preview finds anything, and the `up` sends nothing."""
    stack.sent()
    assert not stack.refresh().changes
    assert stands(stack) == ("running", "running")
    assert not stack.preview(**program).changes
    stack.up(**program)
    assert stack.sent() == []
    assert stack.plan_lines == []


def test_an_overwritten_jar_restarts_the_job_from_a_savepoint(job: Stack) -> None:
    put(job, "orders.jar", "two")
    assert job.refresh().changes
    assert stands(job) == (OTHER_BYTES, OTHER_BYTES)
    assert as_said(job) == LINE
    assert stands(job) == ("running", "running")
    assert job.dli.inside(1)["counter"] > 100
    unchanged(job)
    put(job, "orders.jar", "three")
    job.refresh()
    assert as_said(job) == LINE


def test_a_jar_that_stays_is_no_change(job: Stack) -> None:
    unchanged(job)
    put(job, "orders.jar", "one")  # the same bytes once more
    unchanged(job)


def test_without_a_refresh_nothing_is_seen(job: Stack) -> None:
    put(job, "orders.jar", "two")
    before = looks(job)
    assert not job.preview().changes
    job.up()
    assert job.sent() == []
    assert new_looks(job, before) == []


@pytest.mark.parametrize("preflight", ["on", "off"])
def test_a_preview_without_look_ups_says_the_same(tmp_path: Path, preflight: str) -> None:
    stack = watched(tmp_path, preflight=preflight)
    put(stack, "orders.jar", "one")
    started(stack)
    put(stack, "orders.jar", "two")
    stack.refresh()
    assert as_said(stack) == LINE
    unchanged(stack)
    stack.close()


def test_one_command_that_refreshes_too_looks_once(job: Stack) -> None:
    """`pulumi up --refresh`: read, diff, check, diff and update in one process."""
    job.configure(preflight="off")  # which looks into the jar before it is to run
    put(job, "orders.jar", "two")
    before, session = looks(job), job.session()
    found, inputs = session.read(URN, 1, job.outs) or ({}, {})
    news = sent({**job.wish(), **session.check(URN, sent(inputs), job.wish(), frozenset())[0]})
    assert session.diff(URN, 1, sent(found), news, frozenset()).changes
    assert job.plan_lines == [LINE]
    outs = session.update(URN, 1, sent(found), news, None)
    assert new_looks(job, before) == ["/jars/orders.jar"]
    job.outs, job.inputs = sent(outs), news
    unchanged(job)


def test_a_job_that_keeps_no_state_restarts_too(tmp_path: Path) -> None:
    stack = watched(tmp_path)
    put(stack, "orders.jar", "one")
    started(stack, obs_bucket=None)
    put(stack, "orders.jar", "two")
    stack.refresh()
    assert as_said(stack, obs_bucket=None) == (
        "orders: RESTARTS THE JOB WITHOUT STATE (downtime); the bytes of entrypoint changed"
    )
    unchanged(stack, obs_bucket=None)
    stack.close()


def test_with_ignore_changes_the_job_is_left_alone(job: Stack) -> None:
    put(job, "orders.jar", "two")
    job.refresh()
    ignored = {"desired_state": job.inputs["desired_state"]}
    assert not job.preview(**ignored).changes
    job.up(**ignored)
    assert job.sent() == []
    assert job.lines.told == []
    assert stands(job) == (OTHER_BYTES, OTHER_BYTES)
    assert as_said(job, **ignored, desc="x") == (
        "orders: changes live, without a restart; desc changes"
    )
    job.refresh()
    assert stands(job) == (OTHER_BYTES, OTHER_BYTES)
    assert as_said(job, desc="x") == LINE


def test_what_restarts_it_for_another_reason_heals_it_under_ignore_changes(job: Stack) -> None:
    put(job, "orders.jar", "two")
    job.refresh()
    ignored: dict[str, Any] = {"desired_state": OTHER_BYTES, "parallel_number": 3}
    assert "restarts the job from a savepoint (downtime); parallel_number" in as_said(
        job, **ignored
    )
    job.refresh()
    assert stands(job) == ("running", "running")


def test_a_job_that_is_to_be_stopped_is_stopped(job: Stack) -> None:
    put(job, "orders.jar", "two")
    job.refresh()
    assert as_said(job, desired_state="stopped").startswith("orders: stops with a savepoint")
    assert not job.refresh().changes
    assert as_said(job).startswith("orders: starts from its savepoint")
    unchanged(job)


def test_a_job_that_was_stopped_since_is_started_on_the_new_bytes(job: Stack) -> None:
    put(job, "orders.jar", "two")
    before = looks(job)
    job.dli.stopped(1, savepoint=True)
    job.refresh()
    assert stands(job)[0].startswith("stopped (job_cancel_success")
    assert new_looks(job, before) == []
    assert as_said(job).startswith("orders: starts from its savepoint")
    unchanged(job)


def test_one_that_finished_since_is_not_run_again(job: Stack) -> None:
    put(job, "orders.jar", "two")
    job.refresh()
    job.dli.stopped(1, savepoint=True)
    with job.store.write() as db:
        db.execute("UPDATE jobs SET status = 'job_finish'")
    job.sent()
    job.up()
    assert job.sent() == []


def test_dependencies_are_watched_too_and_other_names_are_not(tmp_path: Path) -> None:
    stack = watched(tmp_path)
    for key in ("orders.jar", "a.jar", "b.jar", "c.txt"):
        put(stack, key, "one")
    started(stack, **MANY)
    before = ["/jars/orders.jar", "/jars/a.jar", "/jars/b.jar", "/jars/c.txt"]
    assert looks(stack)[-4:] == before
    put(stack, "b.jar", "two")
    stack.refresh()
    assert as_said(stack, **MANY).endswith("; the bytes of dependency_jars changed")
    for key in ("orders.jar", "a.jar", "c.txt"):
        put(stack, key, "three")
    stack.refresh()
    assert as_said(stack, **MANY).endswith(
        "; the bytes of entrypoint, dependency_jars, dependency_files changed"
    )
    unchanged(stack, **MANY)
    stack.close()


def test_a_file_that_is_named_by_its_content_is_not_looked_at(job: Stack) -> None:
    file = Path(job.config["localPath"]).parent / "orders.jar"
    file.write_bytes(a_jar({"com/example/Orders.class": a_class()}))
    built: dict[str, Any] = {"entrypoint": LocalFile(str(file)), "main_class": "com.example.Orders"}
    before = looks(job)
    job.up(**built)
    assert [name for name in new_looks(job, before) if "/pulumi-dli/" not in name] == []
    before = looks(job)
    job.refresh()
    assert new_looks(job, before) == []
    assert "watched" not in job.outs


def test_another_jar_is_a_change_of_the_definition_alone(job: Stack) -> None:
    put(job, "orders.jar", "two")
    put(job, "next.jar", "three")
    more = {"entrypoint": "obs://jars/next.jar"}
    line = as_said(job, **more)
    assert line == "orders: restarts the job from a savepoint (downtime); entrypoint changes"
    unchanged(job, **more)


def test_off_nothing_is_stored_and_nothing_is_sent(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"preflight": "off"})
    put(stack, "orders.jar", "one")
    started(stack)
    put(stack, "orders.jar", "two")
    unchanged(stack)
    assert looks(stack) == []
    assert {"watched", "overwritten"}.isdisjoint(stack.outs)
    stack.close()


def test_turned_on_later_it_begins_with_the_next_start(tmp_path: Path) -> None:
    off = Stack(tmp_path, {"preflight": "off"})
    put(off, "orders.jar", "one")
    started(off)
    put(off, "orders.jar", "two")
    off.configure(watchArtifacts="on")
    unchanged(off)
    assert looks(off) == []
    off.up(parallel_number=3)
    put(off, "orders.jar", "three")
    off.refresh()
    assert as_said(off, parallel_number=3) == LINE
    off.close()


def test_turned_off_the_next_refresh_forgets_it(job: Stack) -> None:
    put(job, "orders.jar", "two")
    job.refresh()
    job.configure(watchArtifacts="off")
    before = looks(job)
    job.refresh()
    unchanged(job)
    assert new_looks(job, before) == []


def test_a_job_that_somebody_restarted_since_runs_on_bytes_that_nobody_knows(job: Stack) -> None:
    put(job, "orders.jar", "two")
    job.dli.stopped(1, savepoint=True)
    job.dli.started(1, resume=True)
    before = looks(job)
    unchanged(job)
    assert new_looks(job, before) == []
    assert "watched" not in job.outs


def test_one_that_was_restarted_behind_the_refresh_is_not_restarted_again(job: Stack) -> None:
    put(job, "orders.jar", "two")
    job.refresh()
    job.dli.stopped(1, savepoint=True)
    job.dli.started(1, resume=True)
    assert as_said(job) == "orders: nothing is sent, the state records: desired_state"
    unchanged(job)


def test_a_job_that_is_taken_over_is_watched_from_its_next_start_on(tmp_path: Path) -> None:
    stack = watched(tmp_path, preflight="off")
    put(stack, "orders.jar", "one")
    job_id = stack.dli.create(**PROGRAM, tags=[])
    stack.dli.started(job_id)
    started(stack, adopt_job_id=job_id)
    put(stack, "orders.jar", "two")
    unchanged(stack, adopt_job_id=job_id)
    assert looks(stack) == []
    started(stack, adopt_job_id=job_id, parallel_number=3)
    put(stack, "orders.jar", "three")
    stack.refresh()
    assert as_said(stack, adopt_job_id=job_id, parallel_number=3) == LINE
    stack.close()


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("waiting", [False, True])
@pytest.mark.parametrize("refreshed", [False, True])
def test_a_kill_on_the_way_heals(job: Stack, at: int, *, waiting: bool, refreshed: bool) -> None:
    """Before or behind the stop, the PUT and the run."""
    put(job, "orders.jar", "two")
    job.refresh()
    if waiting and at == 2:  # nothing is waited for behind a PUT
        return
    job.killed_up(at, waiting=waiting)
    job.dli.pass_time(50)
    job.sent()
    if refreshed:
        job.refresh()
    if job.preview().changes:
        as_said(job)
    assert job.resumed()[-1] is not None
    assert len(job.resumed()) == 2  # of which the first began empty
    unchanged(job)


def test_a_kill_right_behind_the_start_restarts_nothing_again(job: Stack) -> None:
    """The start is still under way when it is looked at again."""
    put(job, "orders.jar", "two")
    job.refresh()
    job.killed_up(3, waiting=True)
    assert job.dli.status(1) == "job_submitting"
    job.sent()
    as_said(job)
    assert len(job.resumed()) == 2
    unchanged(job)


def test_a_restart_that_fails_is_made_by_the_next_up(job: Stack) -> None:
    put(job, "orders.jar", "two")
    job.refresh()
    job.dli.arm("refuse_savepoint")
    with pytest.raises(Halfway, match="took no savepoint and runs on"):
        job.up()
    assert job.outs["desired_state"] == OTHER_BYTES
    assert as_said(job) == LINE
    unchanged(job)


def test_a_start_that_does_not_count_in_time_is_watched_all_the_same(tmp_path: Path) -> None:
    stack = watched(tmp_path)
    put(stack, "orders.jar", "one")
    with pytest.raises(Halfway, match="waited"):
        stack.up(seconds=1.5, timeouts={"settle": 100})
    stack.up(timeouts={"settle": 1})
    put(stack, "orders.jar", "two")
    assert stack.refresh().changes
    stack.close()


def test_a_refused_put_brings_the_old_definition_back_up(job: Stack) -> None:
    """Our own stop, of an `up` that was killed, is known as ours."""
    put(job, "orders.jar", "two")
    job.refresh()
    job.killed_up(2)
    job.dli.arm("answer", route="update", code="403")
    with pytest.raises(Halfway, match="the job runs again with its old definition"):
        job.up()
    job.refresh()  # the engine has kept the inputs from before, which say other bytes
    unchanged(job)
    put(job, "orders.jar", "three")
    assert job.refresh().changes


def test_a_jar_that_may_not_be_looked_at_is_one_warning(tmp_path: Path) -> None:
    stack = watched(tmp_path)
    for key in ("orders.jar", "a.jar", "b.jar", "c.txt"):
        put(stack, key, "one")
    started(stack, **MANY)
    for key in ("orders.jar", "a.jar", "b.jar", "c.txt"):
        put(stack, key, "two")
    stack.dli.arm("answer", route="head_object", code="403", times=3)
    stack.refresh()
    [warning] = stack.warned
    assert warning.startswith(f"{NOT_LOOKED_AT} noticed: could not look at obs://jars/orders.jar: ")
    assert "ask for the right to it" in warning
    assert warning.endswith("; `dli:watchArtifacts: off` leaves that out")
    assert as_said(stack, **MANY).endswith("; the bytes of dependency_files changed")
    stack.close()


def test_one_that_may_not_be_looked_at_at_the_start_says_nothing_later(tmp_path: Path) -> None:
    stack = watched(tmp_path, preflight="off")
    put(stack, "orders.jar", "one")
    stack.dli.arm("answer", route="head_object", code="403")
    started(stack)
    assert [text for text in stack.warned if text.startswith(NOT_LOOKED_AT)]
    put(stack, "orders.jar", "two")
    unchanged(stack)
    stack.close()


def test_a_service_that_gives_no_answer_is_asked_no_more(tmp_path: Path) -> None:
    stack = watched(tmp_path, maxRetries="0")
    for key in ("orders.jar", "a.jar", "b.jar", "c.txt"):
        put(stack, key, "one")
    started(stack, **MANY)
    before = looks(stack)
    stack.dli.arm("drop", route="head_object")
    assert not stack.refresh().changes
    assert len(stack.warned) == 1
    assert new_looks(stack, before) == ["/jars/orders.jar"]
    unchanged(stack, **MANY)
    stack.close()


def test_a_jar_that_is_gone_is_a_warning_and_no_drift(job: Stack) -> None:
    (Path(job.config["localPath"]) / "obs/jars/orders.jar").unlink()
    assert not job.refresh().changes
    [warning] = job.warned
    assert warning == (
        "what entrypoint of job orders (1) names is not in OBS any more: put it back, because a "
        "restart of the job loads it again"
    )
    assert stands(job) == ("running", "running")
    put(job, "orders.jar", "two")
    job.refresh()
    assert as_said(job) == LINE


def test_a_job_that_runs_in_name_only_needs_no_jar(tmp_path: Path) -> None:
    stack = watched(tmp_path)
    started(stack)
    put(stack, "orders.jar", "one")
    unchanged(stack)
    assert stack.warned == []
    stack.close()


def test_two_jobs_with_one_jar_look_once(job: Stack) -> None:
    """What one run starts and reads looks at each object once."""
    second = f"{URN}-too"
    other = job.wish(name="sold", owner="f" * 32)
    session, before = job.session(), looks(job)
    news = sent({**other, **session.check(second, {}, other, frozenset())[0]})
    [*_, jar] = [name for name in new_looks(job, before) if name == "/jars/orders.jar"]
    before = looks(job)
    number, outs = session.create(second, news, None)
    session.read(second, number, sent(outs))
    session.read(URN, 1, job.outs)
    assert new_looks(job, before) == [jar]
    before, session = looks(job), job.session()
    for urn, job_id, known in ((URN, 1, job.outs), (second, number, sent(outs))):
        session.read(urn, job_id, known)
    assert new_looks(job, before) == [jar]


def test_one_that_certainly_cannot_start_stops_nothing(job: Stack) -> None:
    (Path(job.config["localPath"]) / "obs/jars/orders.jar").write_bytes(b"no jar")
    job.refresh()
    with pytest.raises(Problems, match="entrypoint: is not a jar"):
        job.preview()
    with pytest.raises(Problems, match="entrypoint: is not a jar"):
        job.up()
    assert job.sent() == []
    assert job.preview(desired_state=OTHER_BYTES, desc="x").changes
    assert job.preview(desired_state="stopped").changes
    put(job, "orders.jar", "two")
    assert as_said(job) == LINE


def test_a_crashed_job_does_not_go_on_from_a_checkpoint_of_other_bytes(tmp_path: Path) -> None:
    stack = watched(tmp_path)
    put(stack, "orders.jar", "one")
    checkpoints: dict[str, Any] = {"checkpoint_enabled": True, "checkpoint_interval": 10}
    stack.dli.arm("crash", seconds=105, text="no such topic")
    stack.up(**checkpoints)
    stack.dli.pass_time(200)
    stack.refresh()
    stack.preview(**checkpoints)
    assert "starts from its newest checkpoint" in stack.line
    put(stack, "orders.jar", "two")
    stack.preview(**checkpoints)
    [line] = stack.plan_lines
    assert "is not taken by itself: it need not fit the changed bytes of entrypoint" in line
    with pytest.raises(StateAtRisk, match="the changed bytes of entrypoint"):
        stack.up(**checkpoints)
    stack.close()


def test_the_state_tells_neither_url_nor_etag(job: Stack) -> None:
    """A program may keep them secret, and a value under another name is stored in clear."""
    at, _, pair = job.outs["watched"].partition("-")
    assert int(at) == job.job["start_time"]
    assert len(pair) == 32
    assert set(pair) <= set("0123456789abcdef")
    text = str({name: value for name, value in job.outs.items() if name != "entrypoint"})
    assert "orders.jar" not in text
