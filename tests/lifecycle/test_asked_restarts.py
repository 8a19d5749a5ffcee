"""Restarts that a program asks for by `restart_trigger` and `restore_from`: each is made once.

However an `up` broke off, a directory that a start has used is not started from once more: what
the job has come to since would be given up.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_dli.errors import Halfway, StateAtRisk
from stack import Stack
from stack import as_said as said_and_done

OTHER = "f" * 32
Arguments = dict[str, Any]


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Stack]:
    """A stateful job that has run for a while, with look-ups."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up(restart_trigger="1")
    stack.dli.pass_time(1000)
    yield stack
    stack.close()


@pytest.fixture
def older(job: Stack) -> str:
    """The directory of an older savepoint of it; the job has gone on since."""
    job.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    job.dli.pass_time(1000)
    job.sent()
    return f"obs://{job.job['savepoint_path']}"


def begun(stack: Stack, path: str) -> int:
    """How often the job was started from a directory."""
    return stack.resumed().count(path.removeprefix("obs://"))


def goes_on(stack: Stack, program: Arguments, *, refreshed: bool) -> None:
    """Time passes, perhaps a refresh, and the next `up` does what its preview says."""
    stack.dli.pass_time(1000)
    if refreshed:
        stack.refresh()
    stack.preview(**program)
    lines = stack.plan_lines
    stack.sent()
    stack.up(**program)
    assert stack.plan_lines == lines


CHANGED: list[Arguments] = [{}, {"smn_topic": "x"}, {"parallel_number": 2}]


@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("changed", CHANGED)
def test_a_killed_restart_by_trigger_is_not_made_again_whatever_else_it_changed(
    job: Stack, changed: Arguments, *, refreshed: bool
) -> None:
    program = {"restart_trigger": "2", **changed}
    job.killed_up(4, waiting=True, **program)
    goes_on(job, program, refreshed=refreshed)
    assert job.sent() == []
    assert len(job.resumed()) == 2


@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("changed", CHANGED[::2])
@pytest.mark.parametrize(
    ("then", "starts"),
    [
        ({}, 2),
        ({"desc": "x"}, 2),
        ({"restart_trigger": None}, 2),
        ({"restart_trigger": "2"}, 3),
        ({"cu_number": 4}, 3),
    ],
)
def test_a_directory_that_a_killed_up_started_from_is_not_started_from_again(
    job: Stack, older: str, changed: Arguments, then: Arguments, starts: int, *, refreshed: bool
) -> None:
    program: Arguments = {"restart_trigger": "1", "restore_from": older, **changed}
    job.killed_up(5, waiting=True, **program)
    goes_on(job, {**program, **then}, refreshed=refreshed)
    assert begun(job, older) == 1
    assert len(job.resumed()) == starts


@pytest.mark.parametrize(("asked", "at"), [("1", 2), ("1", 3), ("2", 2), ("2", 3), ("2", 4)])
def test_a_second_kill_does_not_bring_a_used_directory_back(
    job: Stack, older: str, asked: str, at: int
) -> None:
    program: Arguments = {"restart_trigger": "1", "restore_from": older}
    job.killed_up(5, waiting=True, **program)
    job.dli.pass_time(1000)
    program |= {"restart_trigger": asked, "parallel_number": 2}
    job.killed_up(at, **program)
    goes_on(job, program, refreshed=False)
    assert begun(job, older) == 1
    assert len(job.resumed()) == 3


def test_a_directory_that_is_asked_for_again_later_is_started_from_again(
    job: Stack, older: str
) -> None:
    for path in (older, None, older, f"{older}/", None, older):
        job.up(restart_trigger="1", restore_from=path)
    assert begun(job, older) == 3


def test_a_trigger_that_is_asked_for_again_later_restarts_again(job: Stack) -> None:
    for text in ("2", None, "2", None, "2", "1", "2"):
        job.up(restart_trigger=text)
    assert len(job.resumed()) == 1 + 5


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_create_whose_wait_ended_is_not_started_from_its_directory_again(
    job: Stack, older: str, *, refreshed: bool
) -> None:
    job.dli.good("POST", "jobs/stop", {"job_ids": [1], "trigger_savepoint": False})
    job.dli.pass_time(10)
    job.forget()
    job.mark = "e" * 32
    job.dli.arm("hang", route="run")
    with pytest.raises(Halfway, match="to run, but it is submitting"):
        job.up(60, name="other", restore_from=older)
    job.dli.http.delete("/_local/faults")
    goes_on(job, {"name": "other", "restore_from": older}, refreshed=refreshed)
    assert job.sent() == []
    assert job.resumed() == [older.removeprefix("obs://")]
    job.up(name="other")
    job.up(name="other", restore_from=older)
    assert begun(job, older) == 2


@pytest.mark.parametrize("refreshed", [False, True])
def test_an_update_whose_wait_ended_is_not_started_from_its_directory_again(
    job: Stack, older: str, *, refreshed: bool
) -> None:
    program: Arguments = {"restart_trigger": "1", "restore_from": older, "parallel_number": 2}
    job.dli.arm("hang", route="run")
    with pytest.raises(Halfway, match="to run, but it is submitting"):
        job.up(60, **program)
    job.dli.http.delete("/_local/faults")
    goes_on(job, program, refreshed=refreshed)
    assert job.sent() == []
    assert begun(job, older) == 1


@pytest.mark.parametrize("stands", ["running", "stopped"])
@pytest.mark.parametrize("gone", [False, True])
def test_a_move_that_breaks_off_does_not_bring_a_used_directory_back(
    job: Stack, older: str, stands: str, *, gone: bool
) -> None:
    program: Arguments = {"restart_trigger": "1", "restore_from": older}
    job.up(**program)
    job.dli.pass_time(1000)
    if stands == "stopped":
        job.dli.stopped(1, savepoint=True)
    if gone:
        job.dli.arm("drop", route="delete", when="after")
    job.dli.arm("fail_start", route="run")
    program["project_id"] = OTHER
    with pytest.raises(Halfway, match="it was to begin from"):
        job.up(**program)
    job.refresh()
    job.up(**program)
    assert job.id == 2
    [path] = [each for each in job.resumed() if each]
    assert path not in older


def test_a_moved_job_that_stays_stopped_has_used_its_directory_too(job: Stack, older: str) -> None:
    program: Arguments = {"restart_trigger": "1", "restore_from": older}
    job.up(**program)
    job.dli.pass_time(1000)
    job.up(**program, project_id=OTHER, desired_state="stopped")
    job.up(**program, project_id=OTHER)
    assert job.id == 2
    assert job.resumed()[-1] not in (None, older.removeprefix("obs://"))


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_job_that_a_killed_up_started_from_a_directory_moves_with_what_came_after(
    job: Stack, older: str, *, refreshed: bool
) -> None:
    program: Arguments = {"restart_trigger": "1", "restore_from": older}
    job.killed_up(5, waiting=True, **program)
    goes_on(job, {**program, "project_id": OTHER}, refreshed=refreshed)
    assert job.id == 2
    [path] = job.resumed()
    assert path not in (None, older.removeprefix("obs://"))


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_a_forgotten_job_with_state_of_its_own_has_used_its_directory(
    job: Stack, older: str, state: str
) -> None:
    job.dli.stopped(1, savepoint=True)
    own = job.job["savepoint_path"]
    job.forget()
    program: Arguments = {"restart_trigger": "1", "restore_from": older}
    if state == "running":
        job.dli.arm("fail_start", route="run")
        with pytest.raises(Halfway):
            job.up(**program)
    else:
        job.up(**program, desired_state=state)
        assert job.line == (
            "orders: goes on with job 1: restore_from is not used, the job has state of its own"
        )
        assert job.warned[-1].endswith(
            "going on with it; restore_from is not used, the job has state of its own"
        )
    job.up(**program)
    assert job.resumed()[-1] == own


@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("stopped", ["", "ours", "theirs"])
@pytest.mark.parametrize("broken", ["directory", "jar"])
def test_a_directory_that_the_program_takes_out_again_is_not_begun_from(
    job: Stack, older: str, broken: str, stopped: str, *, refreshed: bool
) -> None:
    """The start from it failed: the job goes on from where it was."""
    if stopped == "ours":
        job.up(restart_trigger="1", desired_state="stopped")
    elif stopped:
        job.dli.stopped(1, savepoint=True)
    path = job.spoiled("obs://state/none/") if broken == "directory" else older
    if broken == "jar":
        job.dli.arm("fail_start", route="run")
    with pytest.raises(Halfway, match=f"it was to begin from {path}"):
        job.up(restart_trigger="1", restore_from=path)
    goes_on(job, {"restart_trigger": "1"}, refreshed=refreshed)
    assert job.resumed()[-1] not in (None, older.removeprefix("obs://"))
    assert int(job.dli.inside(1)["counter"]) > 2000


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_start_that_failed_after_a_stop_of_ours_is_tried_again(
    job: Stack, *, refreshed: bool
) -> None:
    job.up(restart_trigger="1", desired_state="stopped")
    job.dli.arm("fail_start", route="run")
    with pytest.raises(Halfway, match="did not start"):
        job.up(restart_trigger="1")
    goes_on(job, {"restart_trigger": "1"}, refreshed=refreshed)
    assert job.resumed()[-1] is not None


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_job_that_never_ran_starts_once_a_directory_without_state_is_taken_out(
    tmp_path: Path, *, refreshed: bool
) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    with pytest.raises(Halfway, match="there is no savepoint or checkpoint at state/none/"):
        stack.up(restore_from=stack.spoiled("obs://state/none/"))
    with pytest.raises(Halfway, match="there is no savepoint or checkpoint at state/none/"):
        stack.up(restore_from="obs://state/none/")
    goes_on(stack, {}, refreshed=refreshed)
    assert stack.resumed() == [None]
    stack.close()


@pytest.mark.parametrize("stopped", [False, True])
def test_a_move_to_a_directory_without_state_does_not_forget_the_jobs_own(
    job: Stack, *, stopped: bool
) -> None:
    if stopped:
        job.dli.stopped(1, savepoint=True)
    program: Arguments = {"restart_trigger": "1", "project_id": OTHER}
    with pytest.raises(Halfway, match="there is no savepoint or checkpoint at state/none/"):
        job.up(**program, restore_from=job.spoiled("obs://state/none/"))
    job.refresh()
    goes_on(job, program, refreshed=True)
    assert int(job.dli.inside(2)["counter"]) > 1000


def test_neither_does_one_that_is_killed(job: Stack) -> None:
    program: Arguments = {"restart_trigger": "1", "project_id": OTHER}
    job.killed_up(5, restore_from=job.spoiled("obs://state/none/"), **program)
    job.forget()
    goes_on(job, program, refreshed=False)
    assert int(job.dli.inside(2)["counter"]) > 1000


# A directory that was imported for a start that was never made, and that nobody wants any more.


@pytest.fixture
def given(job: Stack, older: str) -> Stack:
    """An `up` that was to begin from an older savepoint was killed before it started the job."""
    job.configure(preflight="on")
    job.dli.pass_time(1000)
    job.killed_up(5, restart_trigger="1", restore_from=older)
    assert [each.split()[0] for each in job.sent()] == ["stop", "put", "tags", "import"]
    assert f"obs://{job.job['savepoint_path']}" == older
    return job


def as_said(stack: Stack, **program: Any) -> str:
    """See `stack.as_said`, of the program that the job was made with."""
    return said_and_done(stack, restart_trigger="1", **program)


def own(stack: Stack) -> str:
    """The savepoint of the job's own stop: the newest that there is."""
    folder = Path(stack.config["localPath"]) / "obs"
    newest = max(folder.glob("state/jobs/savepoint/1/*/_metadata"))
    return f"obs://{newest.parent.relative_to(folder)}/"


@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("tries", [1, 2])
def test_nor_behind_a_start_from_another_directory_that_fails(
    given: Stack, older: str, tries: int, *, refreshed: bool
) -> None:
    path = own(given)
    for _ in range(tries):
        with pytest.raises(Halfway, match="did not start"):
            given.up(restart_trigger="1", restore_from=given.spoiled("obs://state/none/"))
    goes_on(given, {"restart_trigger": "1"}, refreshed=refreshed)
    assert given.resumed()[-1] in (path, path.removeprefix("obs://"))
    assert path not in (older, older.removeprefix("obs://"))


@pytest.mark.parametrize("refreshed", [False, True])
def test_it_is_not_taken_for_the_job_s_own(given: Stack, older: str, *, refreshed: bool) -> None:
    if refreshed:
        given.refresh()
    path = own(given)
    line = as_said(given, desc="x")
    assert f"starts from {path}, found stopped" in line
    assert older not in line
    assert int(given.dli.inside(1)["counter"]) > 2000


def test_nor_is_it_where_the_job_moves(given: Stack) -> None:
    assert f"from its savepoint {own(given)}" in as_said(given, project_id=OTHER)


def test_nor_where_the_job_is_deleted(given: Stack) -> None:
    given.destroy()
    assert any(f"left its savepoint at {own(given)}" in line for line in given.lines.told)
    assert f"creates and starts the job from {own(given)}" in as_said(given)


def test_where_nobody_may_look_nothing_is_started(given: Stack) -> None:
    given.refresh()
    given.dli.arm("answer", route="list_objects", code="403", times=99)
    given.preview(restart_trigger="1", desc="x")
    assert "CANNOT START: job orders (1) ran before" in given.line
    with pytest.raises(StateAtRisk, match="could not be looked for"):
        given.up(restart_trigger="1", desc="x")
    assert given.sent() == []


def test_where_the_program_names_it_still_the_job_begins_from_it(given: Stack, older: str) -> None:
    assert f"starts from {older}" in as_said(given, restore_from=older)
    assert given.resumed()[-1] == older.removeprefix("obs://")
