"""A job that crashed goes on from its own newest checkpoint, where that certainly fits."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_dli.errors import Halfway, JobError, StateAtRisk
from pulumi_dli.local import faults
from stack import Stack, sent
from stack import as_said as said_and_done

EVERY = 10
"""Seconds between two checkpoints."""
CHECKPOINTS: dict[str, Any] = {"checkpoint_enabled": True, "checkpoint_interval": EVERY}
OWN_PATH: dict[str, Any] = {
    "checkpoint_path": "state/mine/",
    "resume_checkpoint": True,
    "checkpoint_interval": EVERY,
}
"""A program whose jar makes its checkpoints itself, where it names a place for them."""
OTHER = "f" * 32


@pytest.fixture
def crashed(tmp_path: Path) -> Iterator[Stack]:
    """A stateful job with checkpoints that ran for a hundred seconds and crashed."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.dli.arm("crash", seconds=105, text="no such topic")
    stack.up(**CHECKPOINTS)
    stack.dli.pass_time(200)
    assert stack.job["status"] == "job_running_exception"
    stack.sent()
    yield stack
    stack.close()


def bucket(stack: Stack, name: str = "state") -> Path:
    return Path(stack.config["localPath"]) / "obs" / name


def checkpoints(stack: Stack) -> list[str]:
    """The directories of the checkpoints that are there."""
    found = bucket(stack).glob("jobs/checkpoint/**/_metadata")
    return [f"obs://{file.parent.relative_to(bucket(stack).parent)}/" for file in found]


def counter(stack: Stack, job_id: int = 1) -> int:
    return int(stack.dli.inside(job_id)["counter"])


def as_said(stack: Stack, **program: Any) -> str:
    """See `stack.as_said`, of a program with checkpoints."""
    return said_and_done(stack, **CHECKPOINTS, **program)


def refused(stack: Stack, why: str, **program: Any) -> None:
    """The preview fails, and the `up` sends nothing; both say why the checkpoint is not used."""
    program = {**CHECKPOINTS, **program}
    stack.refresh()
    [path] = checkpoints(stack)
    stack.preview(**program)
    [line] = stack.plan_lines
    assert "CANNOT START: job orders (1) ran before and is failed" in line
    assert f"its newest checkpoint, {path} of 2027-" in line
    assert f"is not taken by itself: {why}" in line
    with pytest.raises(StateAtRisk, match="its newest checkpoint"):
        stack.up(**program)
    assert stack.sent() == []


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_crashed_job_goes_on_from_its_newest_checkpoint(
    crashed: Stack, *, refreshed: bool
) -> None:
    if refreshed:
        crashed.refresh()
    [path] = checkpoints(crashed)
    line = as_said(crashed, desc="x")
    assert line.startswith(f"orders: starts from its newest checkpoint {path}, found failed")
    assert counter(crashed) > 100
    crashed.refresh()
    assert not crashed.preview(**CHECKPOINTS, desc="x").changes


def test_so_does_one_with_numbers_after_the_refresh_of_an_up(tmp_path: Path) -> None:
    """The engine keeps each number as a float, and a refresh tells them as the state has them."""
    stack = Stack(tmp_path)
    stack.dli.arm("crash", seconds=105)
    program = {**CHECKPOINTS, "cu_number": 3, "parallel_number": 2}
    stack.up(**program)
    stack.dli.pass_time(200)
    assert stack.id is not None
    session, news = stack.session(), stack.wish(**program)
    outs, inputs = map(sent, session.read(stack.urn, stack.id, stack.outs) or ())
    filled, problems = session.check(stack.urn, inputs, news, frozenset())
    assert (filled.get("failure"), problems) == (None, [])
    session.diff(stack.urn, stack.id, outs, {**news, **filled}, frozenset())
    assert "starts from its newest checkpoint" in stack.line
    stack.close()


def test_a_refresh_alone_plans_it(crashed: Stack) -> None:
    crashed.refresh()
    line = as_said(crashed)
    assert "starts from its newest checkpoint" in line
    assert counter(crashed) > 100


def test_it_works_a_second_time(crashed: Stack) -> None:
    crashed.dli.arm("crash", seconds=55)
    as_said(crashed, desc="x")
    crashed.dli.pass_time(100)
    assert "starts from its newest checkpoint" in as_said(crashed, desc="y")
    assert counter(crashed) > 150


def test_the_newest_of_several_counts(crashed: Stack) -> None:
    [path] = checkpoints(crashed)
    folder = bucket(crashed).parent / path.removeprefix("obs://")
    older = folder.with_name("chk-9") / "_metadata"
    older.parent.mkdir()
    older.write_bytes((folder / "_metadata").read_bytes())
    there = (folder / "_metadata").stat().st_mtime
    os.utime(older, (there - 10, there - 10))
    (folder.with_name("chk-11")).mkdir()
    (folder.with_name("chk-11") / "part").write_bytes(b"no metadata: not complete")
    assert path.endswith("/chk-10/")
    assert f"starts from its newest checkpoint {path}," in as_said(crashed, desc="x")


def test_data_of_checkpoints_is_passed_over(crashed: Stack) -> None:
    [path] = checkpoints(crashed)
    folder = bucket(crashed).parent / path.removeprefix("obs://")
    for name in ("shared", "taskowned"):
        folder.with_name(name).mkdir()
        for number in range(3):
            (folder.with_name(name) / f"part-{number}").write_bytes(b"state")
    later = folder.with_name("zz") / "chk-1" / "_metadata"
    later.parent.mkdir(parents=True)
    later.write_bytes((folder / "_metadata").read_bytes())
    os.utime(later, (crashed.clock.now(), crashed.clock.now()))
    assert "/zz/chk-1/" in as_said(crashed, desc="x")


def test_one_from_before_the_start_is_named_and_not_taken(crashed: Stack) -> None:
    [path] = checkpoints(crashed)
    file = bucket(crashed).parent / path.removeprefix("obs://") / "_metadata"
    began = crashed.dli.inside(1)["start_time"] / 1000
    os.utime(file, (began - 1, began - 1))
    crashed.refresh()
    crashed.preview(**CHECKPOINTS)
    [line] = crashed.plan_lines
    assert "CANNOT START" in line
    assert f"; a checkpoint from before its last start, {path} of 20" in line
    assert "nobody has noted what the job did since" in crashed.failure


def test_another_jobs_folder_is_not_its_own(crashed: Stack) -> None:
    [path] = checkpoints(crashed)
    folder = (bucket(crashed).parent / path.removeprefix("obs://")).parent
    folder.rename(folder.with_name(folder.name.replace("1_", "13_", 1)))
    crashed.refresh()
    crashed.preview(**CHECKPOINTS)
    assert "CANNOT START" in crashed.line
    assert "newest checkpoint" not in crashed.line


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ({"parallel_number": 3, "tm_slot_num": 1}, "it need not fit a changed parallel_number"),
        ({"entrypoint": "obs://jars/new.jar"}, "it need not fit a changed entrypoint"),
        ({"runtime_config": {"a": "b"}}, "it need not fit a changed runtime_config"),
    ],
)
def test_a_changed_definition_needs_the_users_word(
    crashed: Stack, program: dict[str, Any], why: str
) -> None:
    refused(crashed, why, **program)
    [path] = checkpoints(crashed)
    as_said(crashed, restore_from=path, **{} if "runtime" in why else {"desc": "x"})
    assert counter(crashed) > 100


def test_a_definition_changed_by_hand_since_the_start_needs_it_too(crashed: Stack) -> None:
    crashed.dli.put(1, parallel_number=3)
    crashed.dli.pass_time(1)
    crashed.sent()
    refused(crashed, "its definition was changed since it was started")


def test_a_start_by_hand_needs_it_too(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up(**CHECKPOINTS)
    stack.dli.pass_time(100)
    stack.dli.stopped(1)
    stack.dli.arm("crash", seconds=55)
    stack.dli.started(1)
    stack.dli.pass_time(100)
    stack.sent()
    refused(stack, "the job was started since in another way")
    stack.close()


def test_a_state_of_an_older_version_needs_it_too(crashed: Stack) -> None:
    del crashed.outs["started"]
    refused(crashed, "what the job was started with is not known")


def test_a_job_that_is_gone_on_with_or_adopted_needs_it_too(crashed: Stack) -> None:
    crashed.forget()
    crashed.preview(**CHECKPOINTS)
    assert "what the job was started with is not known" in crashed.line
    assert crashed.failure
    crashed.mark = "f" * 32
    crashed.preview(**CHECKPOINTS, adopt_job_id=1)
    assert "what the job was started with is not known" in crashed.line
    assert crashed.failure


def test_what_another_job_writes_there_hides_no_savepoint(tmp_path: Path) -> None:
    """One of a stop by hand, which nobody has told the state of."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up(**OWN_PATH)
    stack.dli.pass_time(50)
    stack.dli.stopped(1, savepoint=True)
    theirs = bucket(stack) / "mine/chk-99"
    theirs.mkdir(parents=True)
    (theirs / "_metadata").write_bytes(b"planted")
    later = stack.clock.now() + 1000
    os.utime(theirs / "_metadata", (later, later))
    stack.refresh()
    line = said_and_done(stack, **OWN_PATH, desc="x")
    assert "starts from its savepoint obs://state/jobs/savepoint/1/" in line
    stack.dli.stopped(1, savepoint=True)
    os.utime(theirs / "_metadata", (later, later))
    stack.destroy()
    assert stack.warned == []
    stack.close()


def test_a_path_of_the_program_is_named_and_not_taken(tmp_path: Path) -> None:
    """Another job may write there too, and nothing in it says whose it is."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.dli.arm("crash", seconds=105)
    stack.up(**OWN_PATH)
    stack.dli.pass_time(200)
    stack.refresh()
    stack.preview(**OWN_PATH)
    assert "its newest checkpoint, obs://state/mine/chk-10/ of" in stack.line
    assert "another job might write there too" in stack.line
    stack.close()


def test_what_obs_refuses_is_said(crashed: Stack) -> None:
    crashed.refresh()
    crashed.dli.arm("answer", code="403", route="list_objects", times=9)
    crashed.preview(**CHECKPOINTS)
    assert "its checkpoints could not be looked for: could not list the objects" in crashed.line
    assert crashed.failure
    faults.clear(crashed.store)
    crashed.up(**CHECKPOINTS)
    assert counter(crashed) > 100


def test_a_replacement_and_a_move_take_it_along(crashed: Stack) -> None:
    crashed.preview(replace=True, **CHECKPOINTS)
    crashed.up(replace=True, **CHECKPOINTS)
    assert counter(crashed) > 100


def test_a_move_takes_it_along(crashed: Stack) -> None:
    crashed.refresh()
    [path] = checkpoints(crashed)
    crashed.preview(project_id=OTHER, **CHECKPOINTS)
    [line] = [line for line in crashed.plan_lines if "REPLACES" in line]
    assert path in line
    crashed.up(project_id=OTHER, **CHECKPOINTS)
    assert counter(crashed, 2) > 100


def test_a_start_that_does_not_count_is_not_remembered(crashed: Stack) -> None:
    """It may be the checkpoint itself that the job cannot run from."""
    crashed.dli.arm("crash", seconds=0)
    with pytest.raises(Halfway):
        crashed.up(**CHECKPOINTS, desc="x")
    crashed.preview(**CHECKPOINTS, desc="x")
    assert "CANNOT START" in crashed.line


def test_the_import_that_a_kill_left_is_gone_on_with(crashed: Stack) -> None:
    [path] = checkpoints(crashed)
    crashed.dli.good("POST", "jobs/1/import-savepoint", {"savepoint_path": path})
    crashed.refresh()
    assert f"starts from its newest checkpoint {path}" in as_said(crashed)
    assert counter(crashed) > 100


def test_the_import_that_a_kill_left_need_not_fit_what_changed_since(crashed: Stack) -> None:
    [path] = checkpoints(crashed)
    crashed.dli.good("POST", "jobs/1/import-savepoint", {"savepoint_path": path})
    crashed.sent()
    refused(crashed, "it need not fit a changed parallel_number", parallel_number=2)


def test_the_program_may_give_the_state_up(crashed: Stack) -> None:
    crashed.refresh()
    assert "STARTS WITHOUT STATE" in as_said(crashed, upgrade_mode="stateless")


# A savepoint that the job ran on from.


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[Stack]:
    """A job that took a savepoint after fifty seconds, and crashed after a hundred."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.dli.arm("crash", seconds=105, text="no such topic")
    stack.up(**CHECKPOINTS)
    stack.dli.pass_time(50)
    stack.up(**CHECKPOINTS, savepoint_trigger="1")
    stack.dli.pass_time(200)
    assert stack.job["status"] == "job_running_exception"
    assert stack.job["has_savepoint"]
    stack.sent()
    yield stack
    stack.close()


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_newer_checkpoint_goes_before_a_savepoint_on_demand(
    saved: Stack, *, refreshed: bool
) -> None:
    if refreshed:
        saved.refresh()
    line = as_said(saved, savepoint_trigger="1", desc="x")
    assert "starts from its newest checkpoint" in line
    assert counter(saved) > 100


def test_where_it_need_not_fit_both_are_named_and_nothing_is_started(saved: Stack) -> None:
    program = {**CHECKPOINTS, "savepoint_trigger": "1", "parallel_number": 2}
    saved.refresh()
    saved.preview(**program)
    [line] = saved.plan_lines
    [path] = checkpoints(saved)
    behind = f"obs://{saved.job['savepoint_path']}"
    assert (
        f"CANNOT START: job orders (1) ran on behind its savepoint {behind} and is failed" in line
    )
    assert f"its newest checkpoint, {path} of 2027-" in line
    assert "it need not fit a changed parallel_number; set `restore_from` to one of the two" in line
    session = saved.session()
    saved._refreshed(session)  # noqa: SLF001 -- `refresh: always` is the same process
    checked, found = session.check(saved.urn, saved.inputs, saved.wish(**program), frozenset())
    assert not found
    assert "ran on behind its savepoint" in checked["failure"]
    with pytest.raises(StateAtRisk, match="ran on behind its savepoint"):
        saved.up(**program)
    assert saved.sent() == []
    line = as_said(saved, savepoint_trigger="1", parallel_number=2, restore_from=behind)
    assert f"starts from {behind}" in line or "starts from its savepoint" in line
    assert 50 <= counter(saved) < 100


def test_an_older_checkpoint_does_not(saved: Stack) -> None:
    """The savepoint of a stop that ended in a crash is the newest that there is."""
    [path] = checkpoints(saved)
    file = bucket(saved).parent / path.removeprefix("obs://") / "_metadata"
    took = bucket(saved).parent / saved.job["savepoint_path"] / "_metadata"
    os.utime(file, (took.stat().st_mtime - 1, took.stat().st_mtime - 1))
    line = as_said(saved, savepoint_trigger="1", desc="x")
    assert line.startswith("orders: starts from its savepoint obs://state/jobs/savepoint/1/")
    assert "newest checkpoint" not in line


def test_where_objects_cannot_be_read_the_savepoint_does(saved: Stack) -> None:
    saved.dli.arm("answer", route="list_objects", code="403", times=9)
    assert "starts from its savepoint" in as_said(saved, savepoint_trigger="1", desc="x")


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_savepoint_of_our_own_stop_asks_for_no_object(saved: Stack, *, refreshed: bool) -> None:
    as_said(saved, savepoint_trigger="1", desc="x")
    saved.dli.pass_time(20)
    saved.up(**CHECKPOINTS, savepoint_trigger="1", desc="x", desired_state="stopped")
    if refreshed:
        saved.refresh()
    saved.configure(preflight="off")  # a check does not know what the state does
    saved.dli.arm("answer", route="list_objects", code="403", times=99)
    line = as_said(saved, savepoint_trigger="1", desc="y")
    assert "starts from its savepoint" in line
    *_, fault = saved.dli.good("GET", "/_local/faults")["faults"]
    assert fault["seen"] == 1  # for a record that the start has used up


def test_one_that_nobody_has_told_of_does_not_hide_it(crashed: Stack) -> None:
    """Taken by hand while the job ran, and no refresh since."""
    crashed.dli.arm("crash", seconds=105, text="no such topic")
    crashed.up(**CHECKPOINTS, desc="x")
    crashed.dli.pass_time(50)
    crashed.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    crashed.dli.pass_time(200)
    assert crashed.job["status"] == "job_running_exception"
    assert crashed.job["has_savepoint"]
    assert "starts from its newest checkpoint" in as_said(crashed, desc="y")
    assert counter(crashed) > 200


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_moved_job_takes_the_newest_along(saved: Stack, *, refreshed: bool) -> None:
    if refreshed:
        saved.refresh()
    line = as_said(saved, savepoint_trigger="1", project_id=OTHER)
    assert f"started from its savepoint {checkpoints(saved)[0]}" in line
    assert counter(saved, 2) > 100


def test_a_moved_job_that_it_need_not_fit_stays(saved: Stack) -> None:
    program = {**CHECKPOINTS, "savepoint_trigger": "1", "parallel_number": 2, "project_id": OTHER}
    saved.preview(**program)
    assert any("ran on behind its savepoint" in line for line in saved.plan_lines)
    with pytest.raises(StateAtRisk, match="ran on behind its savepoint"):
        saved.up(**program)
    assert saved.sent() == []


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Stack]:
    """A job that runs on behind a savepoint on demand; its checkpoints go with its stop."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up(**CHECKPOINTS)
    stack.dli.pass_time(50)
    stack.up(**CHECKPOINTS, savepoint_trigger="1")
    stack.dli.pass_time(50)
    stack.sent()
    yield stack
    stack.close()


RAN_ON = "; the job ran on behind that savepoint, and what it did since is not in it"


def test_a_job_that_somebody_stopped_empty_says_what_its_savepoint_lacks(behind: Stack) -> None:
    behind.dli.stopped(1)
    behind.refresh()
    assert as_said(behind, savepoint_trigger="1").endswith(RAN_ON)
    assert 50 <= counter(behind) < 100


def test_a_move_of_it_too(behind: Stack) -> None:
    behind.dli.stopped(1)
    assert RAN_ON in as_said(behind, savepoint_trigger="1", project_id=OTHER)
    assert 50 <= counter(behind, 2) < 100


def test_a_move_that_finds_it_being_stopped_says_what_is_begun_from(behind: Stack) -> None:
    took = behind.job["savepoint_path"]
    behind.dli.stop(1)  # by somebody, without a savepoint
    behind.up(**CHECKPOINTS, savepoint_trigger="1", project_id=OTHER)
    assert behind.warned[-1] == (
        "job orders (1) is stopped (job_cancel_success) now, so it begins from what is left: "
        f"obs://{took}"
    )
    assert 50 <= counter(behind, 2) < 100


def test_a_delete_of_it_says_so(behind: Stack) -> None:
    behind.dli.stopped(1)
    behind.destroy()
    assert behind.warned == [
        "job orders (1) is deleted, and ran on behind its savepoint: what it did since is not in it"
    ]


def test_a_forgotten_job_is_not_gone_on_with_from_what_it_ran_on_behind(saved: Stack) -> None:
    [path] = checkpoints(saved)
    behind = f"obs://{saved.job['savepoint_path']}"
    saved.forget()
    program = {**CHECKPOINTS, "savepoint_trigger": "1"}
    saved.preview(**program)
    assert "CANNOT START: job orders (1) ran on behind its savepoint" in saved.line
    assert behind in saved.line
    assert path in saved.line
    with pytest.raises(JobError, match="ran on behind its savepoint"):
        saved.up(**program, restore_from="obs://state/elsewhere/")  # a start may have used it
    assert saved.sent() == []
    assert f"starts from {path}" in as_said(saved, savepoint_trigger="1", restore_from=path)
    assert counter(saved) > 100


def test_nor_is_one_taken_over(saved: Stack) -> None:
    saved.forget()
    saved.mark = "a" * 32
    program = {**CHECKPOINTS, "savepoint_trigger": "1", "adopt_job_id": 1}
    saved.preview(**program)
    assert "ran on behind its savepoint" in saved.line
    saved.configure(preflight="off")  # the check does not look then
    with pytest.raises(StateAtRisk, match="ran on behind its savepoint"):
        saved.up(**program)
    assert saved.sent() == []


def test_a_delete_names_what_the_savepoint_lacks(saved: Stack) -> None:
    [path] = checkpoints(saved)
    saved.destroy()
    [warning] = saved.warned
    assert warning == (
        "job orders (1) is deleted, and ran on behind its savepoint: what it did since is in its "
        f"newest checkpoint only, {path}, which `restore_from` begins from"
    )


def test_a_delete_of_a_job_that_was_stopped_by_us_names_none(saved: Stack) -> None:
    saved.up(**CHECKPOINTS, savepoint_trigger="1", desc="x")
    saved.up(**CHECKPOINTS, savepoint_trigger="1", desc="x", desired_state="stopped")
    saved.destroy()
    assert saved.warned == []


def test_a_crash_says_so_too_of_a_savepoint_that_nobody_has_told_of(tmp_path: Path) -> None:
    """As `pulumi-dli savepoint` takes one; and no checkpoint is there."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.dli.arm("crash", seconds=105, times=2)
    stack.up()
    stack.dli.pass_time(50)
    stack.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    stack.dli.pass_time(200)
    stack.refresh()
    assert said_and_done(stack).endswith(f"256 CUs{RAN_ON}")
    stack.dli.pass_time(50)
    stack.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    stack.dli.pass_time(200)
    stack.forget()
    stack.preview()
    assert "goes on with job 1: starts from its savepoint" in stack.line
    assert RAN_ON in stack.line
    stack.close()


@pytest.fixture
def cleared(saved: Stack) -> Stack:
    """The same, and a rule of the bucket has cleared the savepoint away."""
    shutil.rmtree(bucket(saved) / "jobs/savepoint")
    saved.refresh()
    return saved


def test_a_savepoint_that_was_cleared_away_hides_no_newer_checkpoint(cleared: Stack) -> None:
    assert "starts from its newest checkpoint obs://" in as_said(cleared, savepoint_trigger="1")
    assert counter(cleared) > 100


def test_nor_does_the_delete_of_such_a_job_promise_it(cleared: Stack) -> None:
    cleared.destroy()
    assert cleared.said == []
    [told] = cleared.warned
    assert "deleted without a savepoint: nothing is in obs://state/jobs/savepoint/1/" in told
    assert "any more, where it was; its newest checkpoint is obs://" in told


def test_nor_that_of_a_stopped_one(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up()
    stack.dli.pass_time(50)
    stack.up(desired_state="stopped")
    shutil.rmtree(bucket(stack) / "jobs/savepoint")
    stack.destroy()
    [told] = stack.warned
    assert "deleted without a savepoint: nothing is in obs://state/jobs/savepoint/1/" in told
    stack.close()


def test_a_crash_before_the_next_checkpoint_names_the_one_that_it_went_on_from(
    crashed: Stack,
) -> None:
    program = {**CHECKPOINTS, "timeouts": {"settle": 2}}
    crashed.dli.arm("crash", seconds=6)
    crashed.up(**program)
    went_on_from = f"obs://{crashed.resumed()[-1]}"
    crashed.dli.pass_time(20)
    crashed.refresh()
    crashed.preview(**program)
    assert f"; a checkpoint from before its last start, {went_on_from}" in crashed.line
    crashed.destroy()
    assert f"a checkpoint from before is {went_on_from}" in crashed.warned[-1]


def test_a_savepoint_that_a_crashed_job_ran_on_behind_is_told_of_behind_other_starts(
    tmp_path: Path,
) -> None:
    """One by hand, which no run has seen on the running job."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.dli.arm("crash", seconds=105)
    stack.up(**CHECKPOINTS)
    stack.dli.pass_time(50)
    stack.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    stack.dli.pass_time(200)
    stack.refresh()
    stack.dli.arm("answer", route="head_object", code="403", times=99)
    with pytest.raises(Halfway):
        stack.up(**CHECKPOINTS, restore_from="obs://state/mistaken/")
    faults.clear(stack.store)
    stack.refresh()
    stack.preview(**CHECKPOINTS)
    assert stack.line.endswith(RAN_ON)
    stack.close()


# A directory that the program names, and that a killed run began from already.

SAVED: dict[str, Any] = {**CHECKPOINTS, "savepoint_trigger": "1"}


@pytest.fixture(params=[105])
def begun(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """An `up` that started the job from a savepoint of its own was killed; then the job failed."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up(**CHECKPOINTS)
    stack.dli.pass_time(50)
    stack.up(**SAVED)
    stack.dli.pass_time(50)
    stack.dli.arm("crash", seconds=request.param, text="no such topic")
    stack.killed_up(5, waiting=True, **SAVED, restore_from=took(stack))
    assert stack.sent()[-1] == "run resume"
    stack.dli.pass_time(200)
    assert stack.job["status"] == "job_running_exception"
    yield stack
    stack.close()


def took(stack: Stack) -> str:
    """The savepoint on demand: the oldest that there is."""
    oldest = min(bucket(stack).glob("jobs/savepoint/**/_metadata")).parent
    return f"obs://{oldest.relative_to(bucket(stack).parent)}/"


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_directory_that_a_killed_run_began_from_is_not_begun_from_again(
    begun: Stack, *, refreshed: bool
) -> None:
    named = took(begun)
    [path] = checkpoints(begun)
    if refreshed:
        begun.refresh()
    program = {**SAVED, "restore_from": named}
    begun.preview(**program)
    assert f"CANNOT START: job orders (1) ran on behind its savepoint {named}" in begun.line
    assert f"its newest checkpoint, {path} of 2027-" in begun.line
    with pytest.raises(StateAtRisk, match="ran on behind its savepoint"):
        begun.up(**program)
    assert begun.sent() == []
    assert f"starts from {path}" in as_said(begun, savepoint_trigger="1", restore_from=path)
    assert counter(begun) > 140


def test_unless_it_is_named_anew_as_the_refusal_says(begun: Stack) -> None:
    named = took(begun)
    begun.refresh()
    begun.preview(**SAVED, restore_from=named)
    assert f"the {named} that `restore_from` names was used by a start before" in begun.line
    begun.up(**SAVED, desired_state="stopped")
    line = as_said(begun, savepoint_trigger="1", restore_from=named)
    assert f"starts from {named}, found failed" in line
    assert 50 <= counter(begun) < 100


@pytest.mark.parametrize("begun", [11], indirect=True)
def test_a_start_that_failed_has_not_used_it(begun: Stack) -> None:
    """What the job wrote within its `settle` is nothing that anybody needs."""
    [_] = checkpoints(begun)
    named = took(begun)
    program = {"savepoint_trigger": "1", "restore_from": named, "timeouts": {"settle": 60}}
    assert f"starts from {named}, found failed" in as_said(begun, **program)
    assert f"obs://{begun.resumed()[-1]}" == named


@pytest.mark.parametrize("anew", [False, True])
def test_a_job_that_a_killed_create_began_is_not_begun_again(begun: Stack, *, anew: bool) -> None:
    begun.up(**SAVED, upgrade_mode="stateless", desired_state="stopped")
    begun.destroy()
    begun.forget()
    begun.dli.arm("crash", seconds=105, text="no such topic")
    named = took(begun)
    begun.killed_up(3, waiting=True, **CHECKPOINTS, restore_from=named)
    begun.dli.pass_time(200)
    begun.sent()
    assert begun.dli.details(2)["status"] == "job_running_exception"
    [path] = (each for each in checkpoints(begun) if "/checkpoint/2_" in each)
    begun.preview(**CHECKPOINTS, restore_from=named)
    assert "goes on with job 2: CANNOT START: job orders (2) ran" in begun.line
    assert path in begun.line
    assert f"the {named} that `restore_from` names may have been used" in begun.line
    with pytest.raises(JobError, match="restore_from"):
        begun.up(**CHECKPOINTS, restore_from=named)
    assert begun.sent() == []
    if anew:
        begun.up(**CHECKPOINTS, desired_state="stopped")
    way = named if anew else path
    assert f"starts from {way}" in as_said(begun, restore_from=way)
    assert f"obs://{begun.resumed()[-1]}" == way


def test_a_job_that_is_stopped_behind_its_line_is_told_of(stack: Stack) -> None:
    """The line knows of the start that was made, and says that nothing is sent."""
    stack.up(**CHECKPOINTS)
    stack.dli.pass_time(50)
    stack.up(**SAVED)
    program = {**SAVED, "restore_from": took(stack)}
    stack.killed_up(5, waiting=True, **program)
    stack.dli.pass_time(50)
    session = stack.session()
    stack._refreshed(session)  # noqa: SLF001 -- `refresh: always` is the same process
    news = stack._checked(session, stack.inputs, program)  # noqa: SLF001
    session.diff(stack.urn, 1, stack.outs, news, frozenset())
    assert stack.line == "orders: nothing is sent, the state records: restore_from"
    stack.dli.stopped(1)
    session.update(stack.urn, 1, stack.outs, news, None)
    [warning] = stack.warned
    assert warning == (
        "job orders (1) is stopped (job_cancel_success) now, so it begins from what is left: "
        f"{program['restore_from']}"
    )
