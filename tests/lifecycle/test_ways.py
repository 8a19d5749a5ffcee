"""Every way to a job: forgotten, replaced, moved, adopted, crashed, changed by hand.

Preview, `up` and the service agree, however the job came under the resource.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from announced import announced, requests
from hostile import response
from local_service import PROJECT
from pulumi_dli.client.location import known_place
from pulumi_dli.errors import ApiError, Halfway, JobError, JobForeign, StateAtRisk
from pulumi_dli.local.simulation import START_DELAY
from pulumi_dli.local.store import Store
from stack import MARK, PROGRAM, URN, Problems, Stack, as_said

OTHER = "f" * 32
NOWHERE: frozenset[str] = frozenset()


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Stack]:
    """A stateful job that has run for a while, with look-ups."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up()
    stack.dli.pass_time(1000)
    stack.sent()
    yield stack
    stack.close()


def counter(stack: Stack, job_id: int = 1) -> int:
    return int(stack.dli.inside(job_id)["counter"])


def tags(stack: Stack, job_id: int = 1) -> dict[str, str]:
    return dict(stack.dli.inside(job_id)["tags"])


# A job of ours that is not in the state.


def test_a_forgotten_job_is_gone_on_with_as_the_preview_says(job: Stack) -> None:
    job.forget()
    line = as_said(job, parallel_number=2)
    assert line == (
        "orders: goes on with job 1: restarts the job from a savepoint (downtime); "
        "parallel_number 1 → 2"
    )
    assert job.resumed()[-1] is not None
    assert counter(job) > 1000
    assert job.jobs() == ["orders"]


def test_a_forgotten_job_that_is_as_wanted_is_left_running(job: Stack) -> None:
    job.forget()
    line = as_said(job)
    assert line == (
        "orders: goes on with job 1; if the engine replaces it (--replace, taint): restarts the "
        "job from a savepoint (downtime)"
    )
    assert len(job.resumed()) == 1
    assert not job.preview().changes
    assert not job.refresh().changes


def test_a_forgotten_job_without_its_bucket_loses_its_state_and_the_preview_says_so(
    job: Stack,
) -> None:
    job.forget()
    line = as_said(job, obs_bucket=None, parallel_number=2)
    assert line.startswith("orders: goes on with job 1: RESTARTS THE JOB WITHOUT STATE (downtime)")
    assert "queue" not in line  # its CUs are counted once, and they stay
    assert job.warned[0] == line


def test_a_forgotten_job_is_found_by_its_mark_under_another_name(job: Stack) -> None:
    job.forget()
    line = as_said(job, name="orders-2")
    assert line.startswith("orders-2: goes on with job 1: changes live, without a restart; name")
    assert job.jobs() == ["orders-2"]


def test_a_forgotten_job_keeps_its_savepoint_although_the_program_names_an_older_one(
    job: Stack,
) -> None:
    job.dli.stopped(1, savepoint=True)
    path = job.job["savepoint_path"]
    job.forget()
    line = as_said(job, restore_from=job.spoiled("obs://state/older/"))
    assert line.startswith(f"orders: goes on with job 1: starts from its savepoint obs://{path}")


def test_two_jobs_with_the_mark_are_told_with_both_ids(job: Stack) -> None:
    mark = [{"key": "pulumi-owner", "value": job.mark}]
    job.dli.create("twin", tags=mark)
    job.forget()
    for verb in (job.preview, job.up):
        with pytest.raises(Problems, match="jobs 2 and 1 both carry this resource's mark"):
            verb()


def test_a_job_of_the_resource_and_one_of_its_alias_are_told_with_both_ids(job: Stack) -> None:
    job.dli.create("old-name", tags=[{"key": "pulumi-owner", "value": OTHER}])
    job.forget()
    for verb in (job.preview, job.up):
        with pytest.raises(Problems, match="jobs 1 and 2 both carry this resource's mark or that"):
            verb(name="old-name", former_owners=[OTHER])


@pytest.mark.parametrize("theirs", [OTHER, MARK])
def test_a_name_that_another_job_of_the_resources_marks_has_is_taken(
    job: Stack, theirs: str
) -> None:
    job.dli.create("taken", tags=[{"key": "pulumi-owner", "value": theirs}])
    for verb in (job.preview, job.up):
        with pytest.raises(Problems, match="name: a job named taken exists already: job 2"):
            verb(name="taken", former_owners=[OTHER])


def test_a_name_that_a_killed_run_gave_the_job_already_is_not_taken(job: Stack) -> None:
    job.killed_up(2, name="orders-2", owner=OTHER, former_owners=[MARK])  # before its new mark
    assert job.jobs() == ["orders-2"]
    job.up(name="orders-2", owner=OTHER, former_owners=[MARK])
    assert tags(job)["pulumi-owner"] == OTHER


def test_a_job_that_never_ran_but_has_a_savepoint_imported_starts_from_it(job: Stack) -> None:
    job.dli.stopped(1, savepoint=True)
    path = f"obs://{job.job['savepoint_path']}"
    job.forget()
    job.killed_up(3, name="new", restore_from=path, owner=OTHER)  # import done, run not
    job.dli.pass_time(1)
    job.up(name="new", owner=OTHER)
    assert job.id == 2
    assert job.resumed() == [path.removeprefix("obs://")]


# A restart that was made before a kill.


def restored(job: Stack) -> str:
    """The directory of an older savepoint, and time in which the job goes on."""
    job.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    job.dli.pass_time(1000)
    return f"obs://{job.job['savepoint_path']}"


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_restart_from_a_directory_that_was_killed_behind_its_run_is_not_made_again(
    job: Stack, *, refreshed: bool
) -> None:
    path = restored(job)
    job.killed_up(5, waiting=True, restore_from=path)  # stop, update, tags, import, run
    job.dli.pass_time(5000)
    if refreshed:
        job.refresh()
    line = as_said(job, restore_from=path)
    assert line == "orders: nothing is sent, the state records: restore_from"
    assert counter(job) > 5000
    assert not job.preview(restore_from=path).changes


@pytest.mark.parametrize("refreshed", [False, True])
def test_what_came_after_such_a_run_is_not_given_up_for_the_directory(
    job: Stack, *, refreshed: bool
) -> None:
    path = restored(job)
    job.killed_up(5, waiting=True, restore_from=path)
    job.dli.pass_time(5000)
    job.dli.stopped(1, savepoint=True)
    saved = job.job["savepoint_path"]
    job.sent()
    if refreshed:
        job.refresh()
    line = as_said(job, restore_from=path)
    assert line.startswith(f"orders: starts from its savepoint obs://{saved}, found stopped")
    assert counter(job) > 5000


def test_a_directory_whose_run_was_killed_before_it_was_sent_is_used(job: Stack) -> None:
    path = restored(job)
    job.killed_up(5, restore_from=path)
    assert as_said(job, restore_from=path).startswith(f"orders: starts from {path}, found stopped")
    assert job.resumed()[-1] == path.removeprefix("obs://")


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_trigger_whose_restart_was_killed_behind_its_run_is_only_recorded(
    job: Stack, *, refreshed: bool
) -> None:
    job.killed_up(4, waiting=True, restart_trigger="2")
    job.dli.pass_time(100)
    session = job.session()
    if refreshed:
        job._refreshed(session)  # noqa: SLF001 -- `refresh: always` is the same process
    news = job._checked(session, job.inputs, {"restart_trigger": "2"})  # noqa: SLF001
    assert session.diff(job.urn, 1, job.outs, news, NOWHERE).changes
    assert job.lines.told == ["orders: nothing is sent, the state records: restart_trigger"]


def test_a_refusal_of_a_job_that_is_being_stopped_fails_the_preview(job: Stack) -> None:
    job.dli.stop(1)  # by somebody, without a savepoint
    assert job.dli.status(1) == "job_canceling"
    session = job.session()
    job._refreshed(session)  # noqa: SLF001 -- `refresh: always` is the same process
    job._checked(session, job.inputs, {})  # noqa: SLF001
    assert "would lose its state" in job.failure


# What `up` does to a job that is not as the state has it.

STATELESS = {"upgrade_mode": "stateless"}


def test_a_mode_alone_behind_a_killed_restart_tells_that_the_state_goes(job: Stack) -> None:
    job.killed_up(2, parallel_number=2)
    job.sent()
    line = as_said(job, **STATELESS)
    assert line.startswith("orders: STARTS WITHOUT STATE, found stopped")
    assert job.warned == [line]


@pytest.mark.parametrize(
    "program",
    [
        {"timeouts": {"settle": 2}},
        {"on_delete": "stop"},
        {"upgrade_mode": "savepoint"},
        {"parallel_number": 1},
        STATELESS,
    ],
)
def test_what_is_recorded_only_says_what_comes_of_a_job_that_was_stopped(
    job: Stack, program: dict[str, Any]
) -> None:
    job.dli.stopped(1, savepoint=True)
    job.sent()
    as_said(job, **program)


def test_a_removed_field_that_the_service_keeps_tells_the_start_that_it_comes_to(
    job: Stack,
) -> None:
    job.up(main_class="a.Main")
    job.dli.stopped(1, savepoint=True)
    job.sent()
    assert as_said(job).startswith("orders: starts from its savepoint")


def test_a_mode_on_a_job_without_a_savepoint_fails_as_the_line_says(job: Stack) -> None:
    job.dli.stopped(1)
    job.sent()
    job.preview(on_delete="stop")
    assert "CANNOT START" in job.line
    with pytest.raises(StateAtRisk):
        job.up(on_delete="stop")
    assert job.sent() == []


@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("program", [{"obs_bucket": None}, STATELESS, {"desc": "x", **STATELESS}])
def test_a_stop_that_was_under_way_gives_up_no_state_unsaid(
    job: Stack, program: dict[str, Any], *, refreshed: bool
) -> None:
    job.dli.stop(1, savepoint=True)
    job.sent()
    if refreshed:
        job.refresh()
    with pytest.raises(StateAtRisk, match="which no line of this run has said; nothing was chan"):
        job.up(**program)
    assert job.sent() == []
    line = as_said(job, **program)
    assert line.startswith("orders: STARTS WITHOUT STATE, found stopped")


@pytest.mark.parametrize("program", [{"obs_bucket": None}, STATELESS])
def test_what_a_line_says_of_a_replacement_gives_up_no_state_of_a_job_that_is_gone_on_with(
    job: Stack, program: dict[str, Any]
) -> None:
    job.dli.stop(1, savepoint=True)
    job.forget()
    job.sent()
    with pytest.raises(StateAtRisk, match="which no line of this run has said"):
        job.up(**program)
    assert "if the engine replaces it (--replace, taint): RESTARTS THE JOB WITHOUT" in job.line
    assert job.sent() == []
    line = as_said(job, **program)
    assert line.startswith("orders: goes on with job 1: STARTS WITHOUT STATE, found stopped")


def test_a_take_over_that_would_give_up_state_unsaid_says_what_was_changed(job: Stack) -> None:
    job.dli.stop(1, savepoint=True)
    job.forget()
    job.mark = "e" * 32
    job.sent()
    with pytest.raises(Halfway, match="no line of this run has said; its mark was changed before"):
        job.up(adopt_job_id=1, upgrade_mode="stateless")
    assert job.sent() == ["tags create pulumi-owner"]


def test_a_directory_in_place_of_state_that_is_not_saved_is_told_as_a_loss(job: Stack) -> None:
    path = restored(job)
    line = as_said(job, restore_from=path, **STATELESS)
    assert line.startswith(
        f"orders: restarts the job from {path} (downtime), WITHOUT A SAVEPOINT of what it holds; "
    )
    assert job.warned == [line]
    assert job.sent() == []
    line = as_said(job, restore_from=None, restart_trigger="1", **STATELESS)
    line = as_said(job, restore_from=path, restart_trigger="1", **STATELESS)
    assert "WITHOUT" not in line  # it is stateless by now


def test_a_move_to_a_directory_tells_that_state_is_not_saved(job: Stack) -> None:
    path = restored(job)
    line = as_said(job, restore_from=path, project_id=OTHER, **STATELESS)
    assert "it is stopped there WITHOUT A SAVEPOINT, created here, deleted there, and sta" in line
    assert job.resumed() == [path.removeprefix("obs://")]


def test_a_tainted_job_that_moves_to_a_directory_unsaved_is_refused_until_it_is_said(
    job: Stack,
) -> None:
    path = restored(job)
    job.sent()
    with pytest.raises(StateAtRisk, match="which no line of this run has said"):
        job.up(replace=True, restore_from=path, project_id=OTHER, upgrade_mode="stateless")
    assert job.sent() == []


@pytest.mark.parametrize("stands", ["stopped", "running"])
def test_a_forgotten_job_that_is_to_be_stopped_has_a_line_whatever_directory_is_named(
    job: Stack, stands: str
) -> None:
    path = restored(job)
    if stands == "stopped":
        job.dli.stopped(1, savepoint=True)
    job.forget()
    line = as_said(job, restore_from=path, desired_state="stopped")
    stops = "" if stands == "stopped" else " stops with a savepoint;"
    assert line.startswith(f"orders: goes on with job 1:{stops} restore_from is not used, the job")


def test_a_move_to_a_job_that_would_lose_its_own_state_is_done_once_it_is_said(job: Stack) -> None:
    job.up(project_id=OTHER)
    job.dli.pass_time(100)
    job.up(project_id=OTHER, desired_state="stopped")
    job.forget()
    job.up(desired_state="stopped")
    line = as_said(job, project_id=OTHER, upgrade_mode="stateless")
    assert "goes on with job 2: STARTS WITHOUT STATE" in line


@pytest.mark.parametrize(
    "program", [{"on_delete": "stop"}, STATELESS, {"obs_bucket": None, "on_delete": None}]
)
def test_a_tainted_job_that_moves_without_its_state_is_refused_until_it_is_said(
    job: Stack, program: dict[str, Any]
) -> None:
    if "on_delete" in program:
        job.up(on_delete=program["on_delete"])
    job.sent()
    with pytest.raises(StateAtRisk, match="which no line of this run has said"):
        job.up(replace=True, project_id=OTHER, **program)
    assert (job.id, job.pending, job.sent()) == (1, False, [])
    line = as_said(job, project_id=OTHER, **program)  # the engine tells more of a plain move
    assert "WITHOUT STATE" in line


@pytest.mark.parametrize("stands", ["running", "stopped"])
def test_a_taint_says_what_becomes_of_a_new_directory(job: Stack, stands: str) -> None:
    job.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    job.dli.pass_time(1000)
    path = f"obs://{job.job['savepoint_path']}"
    if stands == "stopped":
        job.dli.stopped(1, savepoint=True)
    job.preview(replace=True, restore_from=path, parallel_number=2)
    assert job.line.endswith(f", or from {path} if that is new")
    job.up(replace=True, restore_from=path, parallel_number=2)
    assert job.resumed()[-1] == path.removeprefix("obs://")


def test_a_stop_with_a_new_directory_marks_no_restart(job: Stack) -> None:
    line = as_said(job, desired_state="stopped", restore_from="obs://state/some/dir/")
    assert line.startswith("orders: stops with a savepoint")
    as_said(job, restore_from=f"obs://{job.job['savepoint_path']}")


def test_the_mark_of_an_alias_that_a_refresh_finds_is_put_right(job: Stack) -> None:
    url = "/v3/{project_id}/dli_flink_job/1/tags/create"
    job.dli.good("POST", url, {"tags": [{"key": "pulumi-owner", "value": OTHER}]})
    job.sent()
    job.refresh()
    line = as_said(job, former_owners=[OTHER])
    assert line == "orders: changes the ownership mark, without touching the job"
    assert tags(job)["pulumi-owner"] == job.mark


# Replaced in its place.


def test_a_replaced_job_keeps_its_id_and_its_state(job: Stack) -> None:
    job.preview(replace=True)
    assert job.line.endswith(
        "if the engine replaces it (--replace, taint): restarts the job from a savepoint (downtime)"
    )
    job.up(replace=True)
    assert (job.id, job.jobs()) == (1, ["orders"])
    assert requests(job.sent()) == ["stop with savepoint", "update", "run with state"]
    assert counter(job) > 1000
    assert not job.preview().changes


def test_a_stop_that_gives_up_the_state_is_a_warning(job: Stack) -> None:
    line = as_said(job, obs_bucket=None, desired_state="stopped")
    assert line.startswith("orders: STOPS WITHOUT A SAVEPOINT; obs_bucket changes")
    assert job.warned == [line]


def test_a_change_of_a_job_whose_replacement_was_killed_counts_its_cus_once(job: Stack) -> None:
    job.killed_up(1, replace=True, cu_number=5)
    job.preview(cu_number=5)
    [_, line] = job.plan_lines
    assert line.startswith(
        "orders: goes on with job 1, whose replacement is still to be made: restarts the job from"
    )
    assert line.endswith("CUs 2 → 5; queue testqueue 2 → 5 of 256 CUs")
    job.sent()
    job.up(cu_number=5)
    assert requests(job.sent()) == announced(line)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_replacement_that_is_killed_is_gone_on_with(job: Stack, at: int) -> None:
    with pytest.MonkeyPatch.context():
        job.killed_up(at, replace=True)
    assert job.pending
    job.up()
    assert (job.id, job.jobs(), job.pending) == (1, ["orders"], False)
    assert counter(job) > 1000
    assert None not in job.resumed()[1:]
    assert not job.preview().changes


def test_a_job_that_a_killed_replacement_made_is_told_of(job: Stack) -> None:
    """Somebody had deleted the old one; the engine still has it, and the replacement pending."""
    with job.store.write() as db:
        db.execute("UPDATE jobs SET deleted_at = 1 WHERE id = 1")
    session = job.session()
    news = job._checked(session, {}, {})  # noqa: SLF001 -- the engine's order, by hand
    assert job.id is not None
    session.delete(job.urn, job.id, job.outs, None)
    session.create(job.urn, news, None)
    job.pending = True  # the engine was killed before it could store the new one
    job.preview()
    assert job.plan_lines[-1].startswith("orders: goes on with job 2; ")
    job.up()
    assert (job.id, job.jobs()) == (2, ["orders"])


def test_a_replaced_job_that_is_gone_does_not_begin_where_an_earlier_start_has(job: Stack) -> None:
    job.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER", "savepoint_path": "state/old/"})
    job.dli.pass_time(10)
    program: dict[str, Any] = {"restore_from": "obs://state/old/", "upgrade_mode": "stateless"}
    job.up(**program)
    job.killed_up(1, replace=True, **program)
    with job.store.write() as db:
        db.execute("UPDATE jobs SET deleted_at = 1 WHERE id = 1")
    job.sent()
    job.preview(**program)
    line = job.plan_lines[-1]
    assert line.startswith("orders: creates and starts the job; ")
    job.up(**program)
    assert requests(job.sent()) == announced(line)


def test_a_replacement_that_is_refused_stays_in_the_state(job: Stack) -> None:
    job.dli.arm("refuse_savepoint")
    with pytest.raises(Halfway, match="took no savepoint and runs on"):
        job.up(replace=True, parallel_number=2)
    assert (job.id, job.pending) == (1, False)
    job.up(parallel_number=2)
    assert counter(job) > 1000


def test_a_crashed_job_without_a_savepoint_is_not_replaced(job: Stack) -> None:
    job.dli.stopped(1)
    job.sent()
    job.preview(replace=True)
    assert "CANNOT START" in job.line
    assert job.failure.startswith("job orders (1) ran before and is stopped")
    with pytest.raises(StateAtRisk, match="would lose its state"):
        job.up(replace=True)
    assert (job.id, job.pending, job.sent()) == (1, False, [])


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_replaced_job_that_takes_anothers_name_is_refused_in_the_preview(
    job: Stack, *, refreshed: bool
) -> None:
    job.dli.create("theirs")
    session = job.session()
    if refreshed:  # `refresh: always` is the same process
        job._refreshed(session)  # noqa: SLF001
    with pytest.raises(Problems, match="name: a job named theirs exists already"):
        job._checked(session, {}, {"name": "theirs"})  # noqa: SLF001
    assert job.lines.told == []


def test_a_stateless_job_is_restarted_empty_and_the_preview_says_so(job: Stack) -> None:
    job.up(upgrade_mode="stateless")
    job.preview(replace=True, upgrade_mode="stateless")
    assert job.warned == [job.line]
    assert job.line.endswith("RESTARTS THE JOB WITHOUT STATE (downtime)")
    job.sent()
    job.up(replace=True, upgrade_mode="stateless")
    assert requests(job.sent()) == ["stop", "update", "run"]


def test_a_replacement_that_was_said_to_give_up_the_state_does(job: Stack) -> None:
    job.up(replace=True, upgrade_mode="stateless")
    assert job.line.endswith("RESTARTS THE JOB WITHOUT STATE (downtime)")
    assert requests(job.sent()) == ["stop", "update", "run"]


# Replaced elsewhere.


@pytest.fixture
def moving(job: Stack) -> Stack:
    """The same, and a place to go to."""
    return job


def test_a_moved_job_takes_its_state_along(moving: Stack) -> None:
    line = as_said(moving, project_id=OTHER)
    assert line.startswith("orders: REPLACES THE JOB, because project_id changes: ")
    assert moving.jobs() == []
    assert moving.id == 2
    assert moving.dli.inside(2)["counter"] > 1000
    assert not moving.preview(project_id=OTHER).changes


@pytest.mark.parametrize("at", range(1, 6))
def test_a_move_that_is_killed_loses_nothing(moving: Stack, at: int) -> None:
    moving.killed_up(at, project_id=OTHER)
    moving.up(project_id=OTHER)
    assert moving.jobs() == []
    assert moving.id == 2
    assert moving.dli.inside(2)["counter"] > 1000


def test_a_move_whose_create_is_refused_keeps_the_old_job(moving: Stack) -> None:
    with pytest.raises(Halfway, match="cannot run"):
        moving.up(project_id=OTHER, queue_name="gone")
    assert (moving.id, moving.pending) == (1, False)
    assert moving.job["status"] == "job_running"
    moving.up(project_id=OTHER)
    assert moving.dli.inside(2)["counter"] > 1000
    assert moving.jobs() == []


def test_a_move_whose_first_start_fails_still_has_the_directory(moving: Stack) -> None:
    moving.dli.arm("fail_start")
    with pytest.raises(Halfway, match="did not start"):
        moving.up(project_id=OTHER)
    assert moving.id == 2
    moving.up(project_id=OTHER)
    assert moving.dli.inside(2)["counter"] > 1000


def test_a_move_that_is_reverted_goes_on_with_the_old_job(moving: Stack) -> None:
    moving.killed_up(2, project_id=OTHER)
    moving.up()
    assert (moving.id, moving.jobs()) == (1, ["orders"])
    assert counter(moving) > 1000


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_a_killed_move_goes_on_as_the_preview_says(moving: Stack, at: int) -> None:
    moving.killed_up(at, project_id=OTHER)
    as_said(moving, project_id=OTHER)
    assert (moving.id, moving.jobs()) == (2, [])
    assert counter(moving, 2) > 1000


def test_a_savepoint_that_a_killed_move_did_not_bring_yet_is_brought(moving: Stack) -> None:
    moving.killed_up(3, project_id=OTHER)  # the draft is there
    moving.dli.run(1, resume=True)  # by hand
    moving.dli.pass_time(5000)
    line = as_said(moving, project_id=OTHER)
    assert (
        "it is stopped there with a savepoint, its savepoint goes to job 2 here, deleted there; "
        "goes on with job 2: starts from its savepoint, found draft"
    ) in line
    assert counter(moving, 2) > 5000


def test_what_changes_beside_the_place_is_told(moving: Stack) -> None:
    named = "obs://state/pulumi-dli/{}/orders-0123456789abcdef.jar"
    moving.up(entrypoint=named.format(PROJECT))
    jar = {"project_id": OTHER, "entrypoint": named.format(OTHER)}
    line = as_said(moving, **jar, parallel_number=2, desc="x", rollback="previous")
    assert line.endswith(
        "; with it desc changes, parallel_number 1 → 2; no rollback: a job that moves does not go "
        "back"
    )
    assert counter(moving, 2) > 1000


def test_a_directory_that_is_named_for_it_then_goes_there(moving: Stack) -> None:
    moving.killed_up(3, project_id=OTHER)  # the draft is there
    path = moving.spoiled("obs://state/older/")
    moving.preview(project_id=OTHER, restore_from=path)
    assert f"changes: {path} goes to job 2 here, deleted there; goes on with job" in moving.line


def test_a_job_that_moved_stopped_moves_back_with_its_state(moving: Stack) -> None:
    moving.up(project_id=OTHER, desired_state="stopped")
    line = as_said(moving, project_id=PROJECT)
    assert line.startswith("orders: REPLACES THE JOB, because project_id changes: ")
    assert "its savepoint" in line
    assert counter(moving, 3) > 1000


def test_a_move_whose_first_start_failed_is_reverted_with_the_state(moving: Stack) -> None:
    moving.dli.arm("fail_start")
    with pytest.raises(Halfway, match="did not start"):
        moving.up(project_id=OTHER)
    as_said(moving, project_id=PROJECT)
    assert counter(moving, 3) > 1000


def moved_meanwhile(moving: Stack, happens: Callable[[], object], **program: Any) -> str:
    """The move of a job to which something happens once its line was said; the line."""
    session, program = moving.session(), {**program, "project_id": OTHER}
    moving._refreshed(session)  # noqa: SLF001 -- the engine's order, by hand
    news = moving._checked(session, moving.inputs, program)  # noqa: SLF001
    assert moving.id is not None
    session.diff(moving.urn, moving.id, moving.outs, news, NOWHERE)
    news = moving._checked(session, {}, program)  # noqa: SLF001
    line = moving.line
    happens()
    session.delete(moving.urn, moving.id, moving.outs, None)
    moving.id, moving.outs = session.create(moving.urn, news, None)
    return line


def test_a_job_that_is_deleted_before_its_move_is_missed_with_a_word(moving: Stack) -> None:
    def happens() -> None:
        with moving.store.write() as db:
            db.execute("UPDATE jobs SET deleted_at = 1 WHERE id = 1")

    moved_meanwhile(moving, happens)
    [warning] = moving.warned[1:]
    assert warning == (
        "orders: job 1 is gone, so it is made anew WITHOUT STATE; what is left of it is in the "
        "bucket state"
    )


def test_a_job_that_is_stopped_before_its_move_goes_with_what_it_left(moving: Stack) -> None:
    moved_meanwhile(moving, lambda: moving.dli.stopped(1, savepoint=True))
    [warning] = moving.warned[1:]
    assert warning.startswith(
        "job orders (1) is stopped (job_cancel_success) now, so it begins from what is left: "
        "obs://state/jobs/savepoint/1/"
    )
    assert counter(moving, 2) > 1000


def test_a_job_that_somebody_stops_just_then_does_not_move_without_its_state(
    moving: Stack,
) -> None:
    with pytest.raises(Halfway, match="would lose its state"):
        moved_meanwhile(moving, lambda: moving.dli.stop(1))  # under way when the move begins
    assert moving.jobs() == ["orders"]


def test_a_job_that_is_gone_when_it_moves_does_not_begin_empty_unsaid_later(moving: Stack) -> None:
    with moving.store.write() as db:
        db.execute("UPDATE jobs SET deleted_at = 1 WHERE id = 1")
    with pytest.raises(Halfway, match="did not start"):
        moving.up(project_id=OTHER, restore_from=moving.spoiled("obs://state/no/such/"))
    with pytest.raises((StateAtRisk, JobError), match="would lose its state"):
        moving.up(project_id=OTHER)
    assert not [event for event in moving.dli.history(2) if event["event"] == "running"]


def test_a_job_that_is_stopped_before_its_restart_goes_on_with_what_it_left(job: Stack) -> None:
    session = job.session()
    job._refreshed(session)  # noqa: SLF001
    news = job._checked(session, job.inputs, {"parallel_number": 2})  # noqa: SLF001
    assert job.id is not None
    session.diff(job.urn, job.id, job.outs, news, NOWHERE)
    job.dli.stopped(1, savepoint=True)
    session.update(job.urn, job.id, job.outs, news, None)
    [warning] = job.warned
    assert "is stopped (job_cancel_success) now, so it begins from what is left: obs:" in warning
    assert counter(job) > 1000


@pytest.fixture
def hanging(moving: Stack) -> Stack:
    """A moved job that hangs in its first start, from the savepoint that it was to begin from."""
    moving.dli.arm("hang", route="run")
    with pytest.raises(Halfway, match="waited"):
        moving.up(20, project_id=OTHER)
    return moving


def released(hanging: Stack) -> None:
    """From now on jobs start; the one that hangs does not."""
    with hanging.store.write() as db:
        db.execute("DELETE FROM faults")


HUNG = "restarts the job from a savepoint (downtime)"


@pytest.mark.parametrize("refreshed", [True, False])
@pytest.mark.parametrize("replaced", [True, False])
def test_a_job_that_hangs_in_its_first_start_is_restarted_with_its_state(
    hanging: Stack, *, replaced: bool, refreshed: bool
) -> None:
    released(hanging)
    program: dict[str, Any] = {"project_id": OTHER, "parallel_number": 2}
    if refreshed:
        hanging.refresh()
    hanging.preview(replace=replaced, **program)
    assert HUNG in hanging.line
    assert (
        "; if its first start does not come to run, from obs://" in hanging.line
    ) is not replaced
    hanging.up(replace=replaced, **program)
    assert counter(hanging, 2) > 1000


def test_a_job_that_hangs_in_its_first_start_and_is_forgotten_keeps_its_state(
    hanging: Stack,
) -> None:
    released(hanging)
    hanging.forget()
    hanging.up(project_id=OTHER, parallel_number=2)
    assert f"goes on with job 2: {HUNG}" in hanging.line
    assert counter(hanging, 2) > 1000


def test_a_job_that_hangs_in_its_first_start_loses_its_state_aloud(hanging: Stack) -> None:
    released(hanging)
    hanging.refresh()
    session = hanging.session()
    stateless = {"project_id": OTHER, "parallel_number": 2, "upgrade_mode": "stateless"}
    news = hanging._checked(session, hanging.inputs, stateless)  # noqa: SLF001
    assert hanging.id is not None
    with pytest.raises(StateAtRisk, match="would give up its state"):  # nobody has said so
        session.update(hanging.urn, hanging.id, hanging.outs, news, None)
    line = as_said(hanging, project_id=OTHER, parallel_number=2, upgrade_mode="stateless")
    assert line.startswith("orders: RESTARTS THE JOB WITHOUT STATE (downtime)")


def test_a_job_that_hangs_in_its_first_start_is_stopped_and_started_with_its_state(
    hanging: Stack,
) -> None:
    released(hanging)
    hanging.refresh()
    hanging.up(project_id=OTHER, desired_state="stopped")
    hanging.refresh()
    as_said(hanging, project_id=OTHER)
    assert counter(hanging, 2) > 1000


def test_a_stateless_job_that_moves_to_one_of_its_own_gives_up_its_state_aloud(
    moving: Stack,
) -> None:
    moving.up(on_delete="retain")
    moving.up(project_id=OTHER, on_delete="retain")
    moving.up(project_id=OTHER)
    line = as_said(moving, project_id=PROJECT, upgrade_mode="stateless")
    assert line.startswith(
        "orders: REPLACES THE JOB, because project_id changes: it is stopped there WITHOUT A "
        "SAVEPOINT, deleted there, because the job is stateless; goes on with job 1"
    )


def test_what_an_interrupted_move_imported_does_not_win_over_a_newer_savepoint(
    moving: Stack,
) -> None:
    moving.killed_up(4, project_id=OTHER)  # the draft is there, with the savepoint imported
    moving.up(parallel_number=2)
    moving.dli.pass_time(5000)
    moving.up(project_id=OTHER, parallel_number=2)
    assert counter(moving, 2) > 5000


def test_a_tag_added_by_hand_to_a_job_that_a_killed_move_made_is_taken_off(moving: Stack) -> None:
    moving.killed_up(5, waiting=True, project_id=OTHER)
    moving.up(project_id=OTHER)
    with moving.store.write() as db:
        db.execute("INSERT INTO tags (job_id, key, value) VALUES (2, 'hand', 'x')")
    moving.up(project_id=OTHER, desc="x")
    assert "hand" not in tags(moving, 2)


def test_a_taint_together_with_a_move_is_told_as_a_move_after_a_refresh(moving: Stack) -> None:
    session = moving.session()
    moving._refreshed(session)  # noqa: SLF001 -- `refresh: always` is the same process
    moving._checked(session, {}, {"project_id": OTHER})  # noqa: SLF001
    assert moving.line.startswith("orders: REPLACES THE JOB, because project_id changes: ")


def test_a_moved_job_that_is_gone_is_made_anew_from_the_savepoint_that_waits(
    moving: Stack,
) -> None:
    moving.dli.arm("fail_start")
    with pytest.raises(Halfway, match="did not start"):
        moving.up(project_id=OTHER)
    with moving.store.write() as db:
        db.execute("UPDATE jobs SET deleted_at = 1 WHERE id = 2")
    session = moving.session()
    moving._refreshed(session)  # noqa: SLF001
    moving._checked(session, {}, {"project_id": OTHER})  # noqa: SLF001
    assert "creates and starts the job from obs://state/jobs/savepoint/1/" in moving.line
    assert "; job orders (1) left that savepoint " in moving.line
    moving.up(project_id=OTHER)
    assert counter(moving, 3) > 1000


def test_a_refresh_that_finds_a_moved_job_gone_says_that_its_state_is(moving: Stack) -> None:
    moving.dli.arm("fail_start")
    moving.dli.arm("answer", code="403", route="put_object")
    with pytest.raises(Halfway, match="did not start"):
        moving.up(project_id=OTHER)
    assert any("could not be written down: " in line for line in moving.warned)
    with moving.store.write() as db:
        db.execute("UPDATE jobs SET deleted_at = 1 WHERE id = 2")
    session = moving.session()
    moving._refreshed(session)  # noqa: SLF001
    moving._checked(session, {}, {"project_id": OTHER})  # noqa: SLF001
    assert "WITHOUT STATE, because job 2 is gone" in moving.line


def test_another_region_begins_without_state_and_the_preview_says_where_it_stays(
    moving: Stack,
) -> None:
    moving.preview(region="eu-nl", project_id=OTHER)
    assert moving.line.startswith("orders: REPLACES THE JOB WITHOUT STATE, because region and ")
    assert "which stays in the bucket state" in moving.line
    assert moving.warned == [moving.line]
    there = Store(Path(moving.config["localPath"]) / "regions" / "eu-nl")
    there.set(START_DELAY, 0)  # each region has a clock of its own
    there.close()
    moving.up(region="eu-nl", project_id=OTHER)
    assert moving.jobs() == []


def test_a_stateful_job_at_rest_without_a_savepoint_is_not_moved(moving: Stack) -> None:
    moving.dli.stopped(1)
    moving.refresh()
    moving.preview(project_id=OTHER)
    assert "CANNOT REPLACE" in moving.line
    assert moving.failure
    with pytest.raises(StateAtRisk):
        moving.up(project_id=OTHER)
    assert moving.jobs() == ["orders"]


# A delete that could not know that it belongs to a replacement.


def test_the_savepoint_of_a_delete_is_handed_to_the_create_of_the_same_run(job: Stack) -> None:
    session = job.session()
    session.delete(URN, 1, job.outs, None)
    news = job._checked(session, {}, {})  # noqa: SLF001 -- the engine's order, by hand
    job.id, job.outs = session.create(URN, news, None)
    assert job.id == 2
    assert counter(job, 2) > 1000


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_create_that_is_refused_after_such_a_delete_remembers_the_directory(
    job: Stack, *, refreshed: bool
) -> None:
    session = job.session()
    session.delete(URN, 1, job.outs, None)
    news = job._checked(session, {}, {})  # noqa: SLF001
    job.dli.arm("answer", route="create", code="403", times=99)
    with pytest.raises(Halfway) as error:
        session.create(URN, news, None)
    assert error.value.job_id == 1
    job.dli.good("DELETE", "/_local/faults")
    job.id, job.outs, job.inputs = 1, error.value.state.write(), news
    if refreshed:
        assert job.refresh().changes  # the record is kept
    job.up()
    assert job.id == 2
    assert counter(job, 2) > 1000


# Adoption.


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Stack]:
    """A job that somebody made by hand, and a stack with look-ups."""
    stack = Stack(tmp_path, {"preflight": "on"})
    job_id = stack.dli.create(**PROGRAM, tags=[{"key": "team", "value": "shop"}])
    stack.dli.started(job_id)
    stack.dli.pass_time(100)
    stack.sent()
    yield stack
    stack.close()


def test_an_adopted_job_is_marked_at_once(theirs: Stack) -> None:
    assert as_said(theirs, adopt_job_id=1) == "orders: takes over job 1"
    assert tags(theirs) == {"team": "shop", "pulumi-owner": theirs.mark}
    assert not theirs.refresh().changes  # the tags of before stay, and are no drift


@pytest.mark.parametrize("stands", ["running", "stopped"])
@pytest.mark.parametrize("change", [{}, {"parallel_number": 2}])
def test_a_job_with_state_is_not_taken_over_by_a_program_that_forgot_its_bucket(
    theirs: Stack, change: dict[str, Any], stands: str
) -> None:
    if stands == "stopped":
        theirs.dli.stopped(1, savepoint=True)
        theirs.sent()
    program = {"adopt_job_id": 1, "obs_bucket": None, **change}
    theirs.preview(**program)
    assert (
        "takes over job 1: CANNOT CHANGE: job orders (1) keeps its state in the bucket state, and "
        'the program names none; set `obs_bucket="state"`, or `upgrade_mode` to `stateless` to '
        "give up its state"
    ) in theirs.line
    assert "keeps its state in the bucket state" in theirs.failure
    with pytest.raises(JobError, match="keeps its state in the bucket state"):
        theirs.up(**program)
    assert theirs.sent() == []
    as_said(theirs, **program, upgrade_mode="stateless")


def test_a_job_that_never_ran_is_taken_over_without_its_bucket(theirs: Stack) -> None:
    other = theirs.dli.create(**{**PROGRAM, "name": "draft"})
    as_said(theirs, adopt_job_id=other, name="draft", obs_bucket=None)


def test_so_is_one_that_crashed_and_has_nothing_left(theirs: Stack) -> None:
    theirs.dli.arm("crash", seconds=20)
    other = theirs.dli.create(**{**PROGRAM, "name": "crashed"})
    theirs.dli.started(other)
    theirs.dli.pass_time(60)
    theirs.sent()
    line = as_said(theirs, adopt_job_id=other, name="crashed", obs_bucket=None)
    assert line.startswith(f"crashed: takes over job {other}: STARTS WITHOUT STATE")


def test_equal_tags_are_not_in_the_line(theirs: Stack) -> None:
    assert as_said(theirs, adopt_job_id=1, tags={"team": "shop"}) == "orders: takes over job 1"


def test_a_second_stack_is_told_whose_the_job_is_and_the_first_refuses(theirs: Stack) -> None:
    theirs.up(adopt_job_id=1)
    first = (theirs.id, theirs.inputs, theirs.outs)
    theirs.forget()
    theirs.mark = OTHER
    line = as_said(theirs, adopt_job_id=1)
    assert line == (
        "orders: takes over job 1, which carries the mark 0123456789abcdef0123456789abcdef of "
        "another resource"
    )
    assert theirs.warned[0] == line  # the preview's, before the `up` warns too
    theirs.mark = "0123456789abcdef0123456789abcdef"
    theirs.id, theirs.inputs, theirs.outs = first
    theirs.preview(adopt_job_id=1, desc="x")
    assert f"CANNOT CHANGE: job orders (1) now carries the mark {OTHER}" in theirs.line
    theirs.sent()
    with pytest.raises(JobForeign, match=f"the mark {OTHER} of another resource"):
        theirs.up(adopt_job_id=1, desc="x")
    assert theirs.sent() == []
    theirs.refresh()
    theirs.destroy()
    assert theirs.jobs() == ["orders"]


def test_the_first_takes_it_back_with_adopt_job_id(job: Stack) -> None:
    job.dli.good(
        "POST",
        "/v3/{project_id}/dli_flink_job/1/tags/create",
        {"tags": [{"key": "pulumi-owner", "value": OTHER}]},
    )
    job.refresh()
    with pytest.raises(JobError):
        job.up()
    job.up(adopt_job_id=1)
    assert tags(job)["pulumi-owner"] == job.mark


def test_a_killed_adoption_goes_on_from_what_its_stop_left(theirs: Stack) -> None:
    theirs.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    theirs.dli.pass_time(100)
    older = f"obs://{theirs.dli.details(1)['savepoint_path']}"
    program = {"adopt_job_id": 1, "restore_from": older, "parallel_number": 2}
    theirs.killed_up(3, **program)  # type: ignore[arg-type]
    theirs.dli.pass_time(10)
    line = as_said(theirs, **program)
    assert "goes on with job 1: starts from its savepoint" in line
    assert "restore_from is not used, the job has state of its own" in line
    assert theirs.dli.inside(1)["counter"] > 100


def test_a_refused_adoption_that_is_reverted_leaves_job_and_mark(theirs: Stack) -> None:
    theirs.dli.arm("refuse_savepoint")
    with pytest.raises(Halfway):
        theirs.up(adopt_job_id=1, parallel_number=2)
    assert tags(theirs)["pulumi-owner"] == theirs.mark
    theirs.destroy()
    assert tags(theirs) == {"team": "shop"}
    assert theirs.jobs() == ["orders"]


def test_an_adoption_that_would_lose_state_writes_nothing(theirs: Stack) -> None:
    theirs.dli.stopped(1)
    theirs.sent()
    theirs.preview(adopt_job_id=1)
    assert "CANNOT START" in theirs.line
    assert theirs.failure
    with pytest.raises(JobError):
        theirs.up(adopt_job_id=1)
    assert (theirs.sent(), theirs.id) == ([], None)


def test_two_resources_of_a_program_cannot_adopt_one_job(theirs: Stack) -> None:
    session = theirs.session()
    wish = theirs.wish(adopt_job_id=1)
    assert session.check(URN, {}, wish, NOWHERE)[1] == []
    second = {**wish, "owner": OTHER, "name": "second"}
    found = session.check(f"{URN}2", {}, second, NOWHERE)[1]
    assert found == [
        "adopt_job_id: the job is also the one of orders in this program; remove one of the two"
    ]


def test_the_job_of_another_resource_of_the_program_is_not_adopted(job: Stack) -> None:
    session = job.session()
    job._checked(session, job.inputs, {})  # noqa: SLF001
    second = {**job.wish(adopt_job_id=1), "owner": OTHER, "name": "second"}
    assert session.check(f"{URN}2", {}, second, NOWHERE)[1] != []


# Crashed and healed; changed by hand.


def test_a_crash_fails_the_preview_after_a_refresh_and_names_the_ways(job: Stack) -> None:
    job.dli.stopped(1)
    session = job.session()
    job._refreshed(session)  # noqa: SLF001 -- `refresh: always` is the same process
    filled, problems = session.check(URN, job.inputs, job.wish(), NOWHERE)
    assert problems == []
    assert filled["failure"].startswith("job orders (1) ran before and is stopped")
    assert "failure" in job.session().check(URN, job.inputs, job.wish(), NOWHERE)[0]  # later, too
    healed = job.session().check(URN, job.inputs, job.wish(upgrade_mode="stateless"), NOWHERE)
    assert "failure" not in healed[0]


def test_a_found_run_state_that_comes_back_is_taken_as_it_stands(job: Stack) -> None:
    job.dli.stopped(1)
    job.refresh()
    found = job.inputs["desired_state"]
    assert found.startswith("stopped (")
    job.sent()
    job.up(desired_state=found, desc="x")
    assert job.sent() == ["put desc"]
    assert not job.refresh().changes
    job.dli.started(1)
    job.sent()
    job.up(desired_state=found, desc="x", smn_topic="x")  # it runs again: not stopped
    assert job.sent() == ["put smn_topic"]


def test_tags_that_a_kill_left_are_seen_and_put_right(job: Stack) -> None:
    job.up(tags={"a": "1", "b": "2"})
    job.killed_up(2, tags={"a": "3"})
    job.refresh()
    job.up(tags={"a": "1", "b": "2"})
    assert {k: v for k, v in tags(job).items() if k in "ab"} == {"a": "1", "b": "2"}


def test_a_tag_changed_by_hand_is_put_right(job: Stack) -> None:
    job.up(tags={"a": "1"})
    url = "/v3/{project_id}/dli_flink_job/1/tags/create"
    changed = [{"key": "a", "value": "x"}, {"key": "hand", "value": "y"}]
    job.dli.good("POST", url, {"tags": changed})
    assert job.refresh().changes
    assert job.inputs["tags"] == {"a": "x", "hand": "y"}
    line = as_said(job, tags={"a": "1"})
    assert line == "orders: changes tags, without touching the job"
    assert tags(job) == {"a": "1", "pulumi-owner": job.mark}
    assert not job.refresh().changes


def test_a_mark_that_was_taken_away_is_put_back(job: Stack) -> None:
    url = "/v3/{project_id}/dli_flink_job/1/tags/delete"
    job.dli.good("POST", url, {"tags": [{"key": "pulumi-owner", "value": ""}]})
    assert job.refresh().changes
    assert as_said(job) == "orders: changes the ownership mark, without touching the job"
    assert tags(job) == {"pulumi-owner": job.mark}
    assert not job.refresh().changes


def test_a_job_that_cannot_be_marked_is_taken_over_and_left_alone(theirs: Stack) -> None:
    for route in "create_tags", "job_tags":
        theirs.dli.arm("answer", route=route, code="404", times=99)
    theirs.up(adopt_job_id=1)
    assert "taken over without this resource's mark" in theirs.warned[-1]
    assert not theirs.refresh().changes
    theirs.destroy()
    assert "left alone" in theirs.warned[-1]
    assert theirs.jobs() == ["orders"]


def test_a_change_says_what_the_live_job_needs(job: Stack) -> None:
    job.dli.stopped(1, savepoint=True)  # nobody refreshed
    assert as_said(job, parallel_number=2).startswith("orders: starts from its savepoint ")


def test_a_bucket_that_was_set_before_a_refused_savepoint_is_told_and_kept(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.up(obs_bucket=None)
    stack.dli.arm("refuse_savepoint", at_once=False)
    with pytest.raises(Halfway) as error:
        stack.up(cu_number=4)
    assert "runs on" in str(error.value)
    assert "obs_bucket was changed before, and nothing else" in str(error.value)
    assert stack.standing["obs_bucket"] == "state"
    stack.close()


def test_a_stop_that_fails_behind_its_savepoint_is_told_as_it_ends(job: Stack) -> None:
    job.dli.arm("fail_stop", text="close() threw")
    with pytest.raises(Halfway) as error:
        job.up(parallel_number=2)
    text = str(error.value)
    assert "job orders (1) did not stop as asked: running exception" in text
    assert (
        "close() threw; nothing was changed. Its savepoint is complete, at obs://state/jobs" in text
    )
    assert job.outs["status"] == "job_running_exception"
    assert as_said(job, parallel_number=2).startswith("orders: starts from its savepoint ")
    assert counter(job) > 1000


@pytest.mark.parametrize("status", ["weird", "JOB_RUNNING", "job_running ", "job_init"])
@pytest.mark.parametrize("began", [None, 0, "x"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_odd_answer_does_not_make_a_job_a_new_one(
    job: Stack, status: str, began: object, number: int
) -> None:
    odd = {**job.job, "status": status, "start_time": began}
    body = json.dumps({"is_success": "true", "job_detail": odd}).encode()
    job.hostile({number: response(200, body)})
    with suppress(Halfway, JobError):
        job.up(parallel_number=2)
    job.hostile({})
    job.dli.pass_time(60)
    job.refresh()
    job.up(parallel_number=2)
    assert all(job.resumed()[1:]), job.resumed()
    assert counter(job) > 1000


@pytest.mark.parametrize("status", [None, ""])
def test_details_without_a_status_are_no_answer(job: Stack, status: object) -> None:
    body = json.dumps({"job_detail": {**job.job, "status": status}}).encode()
    job.hostile({number: response(200, body) for number in range(1, 20)})
    with pytest.raises(ApiError, match=r"could not read job 1: .* it tells no status"):
        job.up(parallel_number=2)
    assert job.sent() == []


def test_blank_arguments_are_none(job: Stack) -> None:
    job.up(entrypoint_args=" ")
    assert job.sent() == []
    job.up(desc="x")
    job.refresh()
    assert not job.preview(desc="x").changes


def test_a_directory_that_no_start_has_used_is_due_still(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    path = "obs://bucket/checkpoints/x/"
    stack.up(desired_state="stopped", restore_from=path)
    stack.sent()
    assert not stack.preview(desired_state="stopped", restore_from=path).changes
    stack.preview(restore_from=path)
    assert stack.line.startswith(f"orders: starts from {path}, found draft (job_init); ")
    stack.close()


def test_a_reverted_take_over_gives_the_mark_back_where_the_first_resource_returns(
    theirs: Stack,
) -> None:
    before = tags(theirs).get("pulumi-owner")
    theirs.dli.arm("refuse_savepoint")
    with pytest.raises(Halfway):
        theirs.up(adopt_job_id=1, parallel_number=2)
    session = theirs.session()
    session._memory.keep(known_place(theirs.outs), 1, "urn:first")  # noqa: SLF001 -- its diff
    assert theirs.id is not None
    session.delete(theirs.urn, theirs.id, theirs.outs, None)
    assert tags(theirs).get("pulumi-owner") == before


def test_get_gives_the_real_arguments(job: Stack) -> None:
    job.up(entrypoint_args="--password secret7", runtime_config={"k": "v"})
    found = job.session().read(URN, 1, {})
    assert found is not None
    assert found[0]["entrypoint_args"] == "--password secret7"
    assert found[0]["runtime_config"] == {"k": "v"}


def test_a_stack_that_was_pointed_at_another_project_is_refused(job: Stack) -> None:
    job.inputs["project_id"] = job.outs["project_id"] = OTHER
    with pytest.raises(Problems, match=f"this job is in the project {OTHER}, but the stack's"):
        job.preview()
    for verb in (job.refresh, job.destroy):
        with pytest.raises(JobError, match=f"this job is in the project {OTHER}"):
            verb()
    job.preview(project_id=OTHER)  # the job itself names it


def test_a_stateful_job_that_is_gone_is_made_anew_with_a_warning(job: Stack) -> None:
    job.dli.good("DELETE", "jobs/1")
    session = job.session()
    outs, inputs = job.outs, job.inputs
    job._refreshed(session)  # noqa: SLF001
    del outs, inputs
    job._checked(session, {}, {})  # noqa: SLF001
    [told, warning] = job.warned
    assert told == "job orders (1) is gone; what is left of its state is in the bucket state"
    assert "creates and starts the job" in warning
    assert "WITHOUT STATE, because job 1 is gone" in warning
    assert "in the bucket state" in warning


def test_a_refresh_of_a_run_that_is_refused_tells_of_a_job_that_is_gone(job: Stack) -> None:
    """The engine has forgotten the job by then, so that the next run knows nothing of it."""
    job.dli.good("DELETE", "jobs/1")
    session = job.session()
    job._refreshed(session)  # noqa: SLF001 -- `refresh: always` is the same process
    with pytest.raises(Problems):
        job._checked(session, {}, {"cu_number": 1})  # noqa: SLF001
    assert job.warned == [
        "job orders (1) is gone; what is left of its state is in the bucket state"
    ]


def test_a_refresh_does_not_speak_of_a_job_without_state_that_is_gone(job: Stack) -> None:
    job.up(upgrade_mode="stateless")
    job.dli.good("DELETE", "jobs/1")
    job.refresh()
    assert job.warned == []


def test_every_problem_is_told_at_once(job: Stack) -> None:
    job.dli.create("taken")
    with pytest.raises(Problems) as error:
        job.preview(name="taken", cu_number=1, flink_version="9.9")
    paths = [text.partition(":")[0] for text in error.value.args]
    assert paths == ["cu_number", "flink_version", "name"]


# More than one thing at once.


def test_a_move_begins_from_the_directory_that_the_program_names(job: Stack) -> None:
    other = job.dli.create("other", entrypoint=PROGRAM["entrypoint"])
    job.dli.started(other)
    job.dli.stopped(other, savepoint=True)
    path = f"obs://{job.dli.details(other)['savepoint_path']}"
    job.sent()
    line = as_said(job, project_id=OTHER, restore_from=path)
    assert line.endswith(f"created here, deleted there, and started from {path}")
    assert job.resumed() == [path.removeprefix("obs://")]


def test_a_directory_that_a_start_has_used_is_not_used_by_a_move(job: Stack) -> None:
    used = {"restore_from": "obs://state/older/"}
    job.outs |= used
    job.inputs |= used
    line = as_said(job, project_id=OTHER, **used)
    assert line.endswith("and started from its savepoint")
    assert job.dli.inside(2)["counter"] > 1000


def test_a_crashed_job_moves_with_the_directory_that_the_program_names(job: Stack) -> None:
    job.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER"})
    job.dli.pass_time(5)
    path = f"obs://{job.job['savepoint_path']}"
    job.dli.stopped(1)
    with job.store.write() as db:
        db.execute("UPDATE jobs SET has_savepoint = 0, savepoint_path = NULL")
    job.refresh()
    job.preview(project_id=OTHER)
    assert job.failure
    job.preview(project_id=OTHER, restore_from=path)
    assert not job.failure
    job.up(project_id=OTHER, restore_from=path)
    assert job.resumed() == [path.removeprefix("obs://")]


def test_a_stateless_move_asks_for_no_savepoint(job: Stack) -> None:
    job.dli.arm("refuse_savepoint")
    line = as_said(job, project_id=OTHER, upgrade_mode="stateless")
    assert "REPLACES THE JOB WITHOUT STATE" in line
    assert job.jobs() == []


def test_a_refused_move_can_be_reverted_after_a_refresh(job: Stack) -> None:
    with pytest.raises(Halfway):
        job.up(project_id=OTHER, queue_name="gone")
    assert job.outs["project_id"] != OTHER
    with pytest.raises(Problems, match=f"in the project {OTHER}, but the stack's settings lead to"):
        job.preview()
    job.refresh()
    job.preview()
    job.up()
    assert job.jobs() == ["orders"]
    assert counter(job) > 1000


def test_a_project_that_is_taken_out_again_is_told_with_what_works(job: Stack) -> None:
    job.up(project_id=OTHER)
    ways = f'give it project_id="{OTHER}" again to leave it, or project_id="{PROJECT}" to move it'
    with pytest.raises(Problems, match=ways):
        job.preview()
    assert not job.preview(project_id=OTHER).changes
    line = as_said(job, project_id=PROJECT)
    assert line.startswith("orders: REPLACES THE JOB, because project_id changes")
    assert not job.preview().changes


def test_a_preview_refuses_a_move_from_where_the_up_cannot_reach(job: Stack) -> None:
    job.outs["endpoint"] = "https://dli.example.org"
    for verb in (job.preview, job.up):
        with pytest.raises(JobError, match=r"this job is at https://dli\.example\.org, but the"):
            verb(project_id=OTHER)
    assert job.sent() == []


def test_a_retained_job_is_left_where_it_is_by_a_move(job: Stack) -> None:
    line = as_said(job, project_id=OTHER, retained=True)
    assert line == (
        "orders: REPLACES THE JOB WITHOUT STATE, because project_id changes: it stays there as it "
        "is, because `retain_on_delete` keeps the old job running, another is created here, and "
        "started"
    )
    assert job.jobs() == ["orders"]


def test_a_retained_job_is_not_restarted_by_a_taint(job: Stack) -> None:
    job.preview(replace=True, retained=True)
    assert job.line == "orders: goes on with job 1"
    job.up(replace=True, retained=True)
    assert job.sent() == []


def test_a_move_back_to_a_job_that_was_retained_goes_on_with_it(job: Stack) -> None:
    job.up(project_id=OTHER, retained=True)
    job.dli.pass_time(1000)
    line = as_said(job, project_id=PROJECT, retained=True, parallel_number=2)
    assert line.startswith(
        "orders: REPLACES THE JOB, because project_id changes: it stays there as it is, its state "
        "stays there, because `retain_on_delete` keeps the old job running; goes on with job 1: "
        "restarts the job from a savepoint (downtime); parallel_number 1 → 2"
    )
    assert job.warned[-1] == line
    assert counter(job, 1) > 2000


def test_a_move_back_to_a_retained_job_that_cannot_start_is_refused_at_once(job: Stack) -> None:
    job.up(project_id=OTHER, retained=True)
    job.dli.stopped(1)
    job.sent()
    job.preview(project_id=PROJECT, retained=True)
    assert "CANNOT REPLACE, because project_id changes: job orders (1) ran before" in job.line
    assert job.failure
    with pytest.raises(StateAtRisk):
        job.up(project_id=PROJECT, retained=True)
    assert (job.id, job.sent()) == (2, [])


def test_two_jobs_with_state_are_not_made_one(job: Stack) -> None:
    job.up(project_id=OTHER, on_delete="retain")
    job.up(project_id=OTHER, on_delete="retain")
    job.dli.pass_time(50)
    there = job.id
    assert there == 2
    job.up(project_id="0123456789abcdef0123456789abcdef", on_delete="retain")
    assert job.jobs() == ["orders"]


def test_an_adopted_job_that_is_tainted_is_gone_on_with(theirs: Stack) -> None:
    theirs.up(adopt_job_id=1)
    theirs.sent()
    theirs.preview(replace=True, adopt_job_id=1)
    assert theirs.line.startswith("orders: goes on with job 1; if the engine replaces it")
    theirs.up(replace=True, adopt_job_id=1)
    assert requests(theirs.sent()) == ["stop with savepoint", "update", "run with state"]


def test_an_adopted_job_moves(theirs: Stack) -> None:
    theirs.up(adopt_job_id=1)
    theirs.sent()
    theirs.up(adopt_job_id=1, project_id=OTHER)
    assert theirs.id == 2
    assert theirs.dli.inside(2)["counter"] > 100


def test_a_resource_that_has_a_job_does_not_take_over_another(job: Stack) -> None:
    other = job.dli.create("other")
    job.forget()
    with pytest.raises(Problems, match="this resource has a job already, orders \\(1\\)"):
        job.preview(adopt_job_id=other)


def test_a_start_of_a_job_that_was_left_stopped_without_a_savepoint_fails_the_preview(
    job: Stack,
) -> None:
    job.dli.stopped(1)
    job.up(desired_state="stopped")
    job.preview()
    assert "CANNOT START" in job.line
    assert job.failure


def test_a_renamed_resource_is_known_by_the_marks_of_its_aliases(job: Stack) -> None:
    """The engine deletes under the old URN what it creates under the new one."""
    old = {"outs": job.outs, "urn": job.urn}
    renamed = {"former_owners": [job.mark], "name": None, "project_id": OTHER}
    job.mark = "e" * 32
    renamed["name"] = "renamed"
    session = job.session()
    urn = f"{URN}-renamed"
    news = job._checked_as(session, urn, {}, renamed)  # noqa: SLF001
    session.delete(str(old["urn"]), 1, job.outs, None)
    job.id, outs = session.create(urn, news, None)
    assert job.id == 2
    assert counter(job, 2) > 1000
    assert outs["owner"] == job.mark
    assert tags(job, 2)["pulumi-owner"] == job.mark


def test_the_job_of_an_alias_goes_although_another_job_is_replaced(job: Stack) -> None:
    """`--replace` of a resource that has a job, and takes the name of one that leaves."""
    first = (job.id, job.outs, job.mark)
    job.forget()
    job.mark = OTHER
    job.up(name="second")
    session = job.session()
    news = job._checked(session, {}, {"name": "second", "former_owners": [first[2]]})  # noqa: SLF001
    assert job.id is not None
    assert first[0] is not None
    session.delete(URN, job.id, job.outs, None)
    session.create(URN, news, None)
    session.delete(f"{URN}-first", first[0], first[1], None)
    assert job.jobs() == ["second"]


@pytest.mark.parametrize(("seconds", "looks"), [(0, 1), (60, 2)])
def test_an_update_looks_again_unless_its_diff_has_just_looked(
    job: Stack, seconds: float, looks: int
) -> None:
    session = job.session()
    news = job._checked(session, job.inputs, {"desc": "x"})  # noqa: SLF001
    before = len(job.all_sent())
    assert session.diff(URN, 1, job.outs, news, NOWHERE).changes
    job.clock.sleep(seconds)
    session.update(URN, 1, job.outs, news, None)
    asked = [each for each in job.all_sent()[before:] if each.endswith("/streaming/jobs/1")]
    assert len(asked) == looks


NEW = URN.replace("orders", "invoices")


@pytest.mark.parametrize(
    ("urn", "alias"),
    [
        (NEW, 'name="orders"'),
        (URN.replace("shop::", "shop::shop:index:Team$"), "parent=…"),
    ],
)
def test_a_new_job_that_may_be_a_renamed_one_is_warned_of(
    stack: Stack, urn: str, alias: str
) -> None:
    stack.up()
    stack.dli.pass_time(100)
    session = stack.session()
    session.read(stack.urn, 1, stack.outs)
    known, stack.urn = stack.urn, urn
    stack._checked(session, {}, {"name": "invoices", "owner": OTHER})  # noqa: SLF001
    [line] = stack.warned
    assert line.startswith("invoices: creates and starts the job; ")
    hint = f"`aliases=[pulumi.Alias({alias})]` keeps job 1 and its state"
    assert line.endswith(f"; if this is orders, renamed or moved: {hint}")
    stack.warned.clear()
    other = {"name": "another", "owner": "a" * 32, "entrypoint": "obs://jars/another.jar"}
    stack._checked(session, {}, other)  # noqa: SLF001
    assert stack.warned == []
    stack.urn = known


def test_one_beside_a_job_of_the_program_is_no_renamed_one(stack: Stack) -> None:
    stack.up()
    stack.dli.pass_time(100)
    session = stack.session()
    session.read(stack.urn, 1, stack.outs)
    news = stack._checked(session, stack.inputs, {})  # noqa: SLF001
    session.diff(stack.urn, 1, stack.outs, news, frozenset())
    stack.urn = NEW
    stack._checked(session, {}, {"name": "invoices", "owner": OTHER})  # noqa: SLF001
    assert stack.warned == []


def test_nor_is_one_of_a_fleet_of_equals_of_which_the_run_has_come_to_some(stack: Stack) -> None:
    stack.up()
    stack.dli.pass_time(100)
    session = stack.session()
    session.read(stack.urn, 1, stack.outs)
    first = stack.urn
    stack.forget()
    stack.urn, stack.mark = f"{first}-2", "a" * 32
    stack.up(name="orders-2")
    session.read(stack.urn, 2, stack.outs)
    stack.urn = NEW
    stack._checked(session, {}, {"name": "invoices", "owner": OTHER})  # noqa: SLF001
    assert stack.warned == []


# Two resources with one job.


def test_one_job_is_not_imported_twice(theirs: Stack) -> None:
    session = theirs.session()
    session.take_in(theirs.urn, "1", {}, theirs.mark)
    session.take_in(theirs.urn, "orders", {}, theirs.mark)
    second = f"{theirs.urn}-2"
    with pytest.raises(JobError, match=r"job orders \(1\) is the one of orders, too"):
        session.take_in(second, "orders", {}, OTHER)


def test_one_job_of_two_resources_is_warned_of(job: Stack) -> None:
    session = job.session()
    for urn, owner in ((job.urn, job.mark), (f"{job.urn}-2", OTHER)):
        news, found = session.check(urn, job.inputs, job.wish(owner=owner), frozenset())
        assert not found
        session.diff(urn, 1, job.outs, news, frozenset())
    [warning] = job.warned
    assert warning.startswith("job orders (1) is the one of orders, too: each would change it")
