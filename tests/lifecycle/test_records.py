"""A savepoint waits in the job's bucket until the job that begins from it has started."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from local_service import PROJECT, START_TIME
from pulumi_dli.errors import Halfway, JobError, StateAtRisk
from stack import MARK, URN, Killed, Problems, Stack, as_said

OTHER = "f" * 32
PATH = "obs://state/jobs/savepoint/1/"


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Stack]:
    """A stateful job that has run for a while, with look-ups."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up()
    stack.dli.pass_time(1000)
    stack.sent()
    yield stack
    stack.close()


def records(stack: Stack) -> list[Path]:
    folder = Path(stack.config["localPath"]) / "obs/state/pulumi-dli"
    return [file for file in folder.glob("*/records/*") if file.is_file()]


def counter(stack: Stack, job_id: int = 1) -> int:
    return int(stack.dli.inside(job_id)["counter"])


def deleted_first(stack: Stack, **program: Any) -> None:
    """The engine deletes the job, since another resource is replaced, and is killed then."""
    session = stack.session()
    stack._checked(session, stack.inputs, program)  # noqa: SLF001 -- as any check of the run
    session.delete(URN, 1, stack.outs, None)
    stack.forget()
    stack.sent()


def delete_killed(job: Stack) -> None:
    """The same, and the engine is killed before the request that deletes, behind the record."""
    left = 2  # the stop, then the delete

    def guard() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    job.lines.guarded = guard
    with pytest.raises(Killed):
        deleted_first(job)
    job.lines.guarded = lambda: None


def test_a_job_that_was_deleted_first_is_made_anew_from_its_savepoint(job: Stack) -> None:
    deleted_first(job)
    [record] = records(job)
    assert record.name == f"{MARK}.json"
    job.clock.sleep(600)
    line = as_said(job)
    assert line.startswith(f"orders: creates and starts the job from {PATH}")
    assert "; job orders (1) left that savepoint 10 min ago" in line
    assert job.warned == [line]
    assert counter(job, 2) > 1000
    assert records(job) == []


def test_the_record_stays_until_a_start_has_counted(job: Stack) -> None:
    deleted_first(job)
    job.dli.arm("crash", seconds=0.5)
    with pytest.raises(Halfway, match="did not start"):
        job.up()
    assert len(records(job)) == 1


def test_the_create_of_the_same_run_uses_it_up(job: Stack) -> None:
    session = job.session()
    job._checked(session, job.inputs, {})  # noqa: SLF001
    session.delete(URN, 1, job.outs, None)
    assert len(records(job)) == 1
    news = job._checked(session, {}, {})  # noqa: SLF001 -- the engine's order, by hand
    job.id, job.outs = session.create(URN, news, None)
    assert counter(job, 2) > 1000
    assert records(job) == []


def test_a_delete_that_is_killed_leaves_no_record_behind(job: Stack) -> None:
    """The program takes the job out, and has it again."""
    delete_killed(job)
    assert len(records(job)) == 1
    job.refresh()
    job.up()
    assert counter(job) > 1000
    assert records(job) == []


def test_a_delete_by_another_process_is_seen_by_the_create(job: Stack) -> None:
    """The engine replaces a job in the `up` that changes its provider or front, too."""
    creating, deleting = job.session(), job.session()
    news = job._checked(creating, {}, {})  # noqa: SLF001
    deleting.delete(URN, 1, job.outs, None)
    job.id, job.outs = creating.create(URN, news, None)
    assert counter(job, 2) > 1000
    assert records(job) == []


def test_a_delete_by_another_process_is_seen_by_the_create_elsewhere(job: Stack) -> None:
    """The same, and the job moves to another project in that `up`."""
    creating, deleting = job.session(), job.session()
    program = {"project_id": OTHER}
    news = job._checked(creating, job.inputs, program)  # noqa: SLF001
    assert creating.diff(URN, 1, job.outs, news, frozenset()).replaces
    news = job._checked(creating, {}, program)  # noqa: SLF001
    deleting.delete(URN, 1, job.outs, None)
    job.id, job.outs = creating.create(URN, news, None)
    assert counter(job, 2) > 1000
    assert records(job) == []


def test_what_a_run_without_any_resource_deletes_comes_back_with_its_state(job: Stack) -> None:
    """The program's last job is taken out, or the stack destroyed, and the job wanted again."""
    job.destroy()
    assert "this resource begins from it when it is made again" in job.said[-1]
    line = as_said(job)
    assert line.startswith(f"orders: creates and starts the job from {PATH}")
    assert job.warned == [line]
    assert counter(job, 2) > 1000
    assert records(job) == []


def test_a_job_that_is_deleted_without_a_savepoint_forgets_what_was(job: Stack) -> None:
    record = Path(job.config["localPath"]) / f"obs/state/pulumi-dli/{PROJECT}/records/{MARK}.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    job.up(on_delete="stop")
    job.destroy()
    assert records(job) == []
    assert as_said(job).startswith("orders: creates and starts the job; ")
    assert counter(job, 2) < 100


def test_a_move_that_is_killed_in_its_first_start_goes_on_with_the_state(job: Stack) -> None:
    job.dli.arm("fail_start")
    job.killed_up(5, waiting=True, project_id=OTHER)  # in the wait for the start
    job.dli.pass_time(100)
    job.refresh()
    job.up(project_id=OTHER)
    assert counter(job, 2) > 1000
    assert records(job) == []


def test_an_update_uses_up_one_of_a_start_that_nobody_counted(job: Stack) -> None:
    slow: dict[str, Any] = {"timeouts": {"settle": 60}}
    deleted_first(job)
    job.killed_up(3, waiting=True)
    job.dli.pass_time(10)
    job.up(**slow)
    assert counter(job, 2) > 1000
    assert len(records(job)) == 1  # it has come to run a moment ago
    job.up(**slow, parallel_number=2)
    assert records(job) == []


def test_going_on_with_a_job_that_has_run_for_long_uses_it_up(job: Stack) -> None:
    deleted_first(job)
    job.killed_up(3, waiting=True)
    job.dli.pass_time(100)
    job.up()
    assert records(job) == []


@pytest.mark.parametrize("bucket", [None, "other"])
def test_one_in_the_bucket_that_a_job_leaves_is_used_up(job: Stack, bucket: str | None) -> None:
    """Else it would be begun from, once the program names that bucket again."""
    deleted_first(job)
    job.killed_up(3, waiting=True)
    job.dli.pass_time(100)
    job.up(obs_bucket=bucket)
    assert records(job) == []


def test_one_in_a_bucket_that_a_job_had_before_is_used_up_when_it_comes_back(job: Stack) -> None:
    deleted_first(job)
    job.up(obs_bucket=None)
    assert len(records(job)) == 1  # nobody knows of that bucket
    job.up()
    assert records(job) == []


def test_a_start_that_nobody_saw_count_leaves_it_to_the_next_update(job: Stack) -> None:
    """The delete is killed behind the record, and the job gone on with and not waited for."""
    delete_killed(job)
    job.dli.arm("hang", route="run")
    with pytest.raises(Halfway, match="waited"):
        job.up(20, replace=True)
    job.dli.http.delete("/_local/faults")
    job.dli.pass_time(400)
    job.refresh()
    job.up()
    job.up(parallel_number=2)
    assert records(job) == []


def test_a_job_that_is_taken_over_and_runs_uses_it_up(job: Stack) -> None:
    deleted_first(job)
    other = job.dli.create(name="other", queue_name="testQueue", entrypoint="obs://jars/orders.jar")
    job.dli.started(other)
    job.dli.pass_time(100)
    job.up(adopt_job_id=other, name="other")
    assert job.sent()[-1].startswith("put")
    assert records(job) == []


def test_a_job_that_is_taken_over_and_never_ran_begins_from_it(job: Stack) -> None:
    deleted_first(job)
    other = job.dli.create(name="other", queue_name="testQueue", entrypoint="obs://jars/orders.jar")
    line = as_said(job, adopt_job_id=other, name="other")
    assert line.startswith(f"other: takes over job {other}: starts from {PATH}")
    assert "; job orders (1) left that savepoint " in line
    assert counter(job, other) > 1000
    assert records(job) == []


def test_a_job_that_was_to_begin_elsewhere_and_failed_goes_back_to_it(job: Stack) -> None:
    """Be it gone on with or taken over: what it never ran from still waits."""
    deleted_first(job)
    job.killed_up(2)  # the draft is there
    with pytest.raises(Halfway, match="did not start"):
        job.up(restore_from=job.spoiled("obs://state/none/"))
    job.up()
    assert counter(job, 2) > 1000


def test_a_job_that_was_taken_over_to_begin_elsewhere_and_failed_goes_back_to_it(
    job: Stack,
) -> None:
    deleted_first(job)
    other = job.dli.create(name="other", queue_name="testQueue", entrypoint="obs://jars/orders.jar")
    with pytest.raises(Halfway, match="did not start"):
        job.up(adopt_job_id=other, name="other", restore_from=job.spoiled("obs://state/none/"))
    job.up(adopt_job_id=other, name="other")
    assert counter(job, other) > 1000


def test_a_job_that_is_taken_over_with_a_savepoint_begins_from_that(job: Stack) -> None:
    job.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER", "savepoint_path": "state/own/"})
    job.dli.pass_time(5000)
    deleted_first(job)
    other = job.dli.create(name="other", queue_name="testQueue", entrypoint="obs://jars/orders.jar")
    job.dli.good("POST", f"jobs/{other}/import-savepoint", {"savepoint_path": "obs://state/own/"})
    line = as_said(job, adopt_job_id=other, name="other")
    assert line.startswith(f"other: takes over job {other}: starts from its savepoint obs://state/")
    assert "left that savepoint" not in line
    assert job.resumed() == ["state/own/"]


@pytest.mark.parametrize("bucket", ["state", "other"])
def test_a_refusal_tells_of_one_that_another_job_has_left(job: Stack, bucket: str) -> None:
    deleted_first(job)
    job.dli.arm("crash", seconds=50)
    job.killed_up(3, waiting=True, checkpoint_enabled=None)
    job.dli.pass_time(100)
    job.preview(checkpoint_enabled=None, obs_bucket=bucket)
    assert f"{PATH}" in job.line
    assert "job orders (1) left it, and this one has run since; set `restore_from`" in job.line


def test_the_age_is_that_of_the_savepoint(job: Stack) -> None:
    job.up(desired_state="stopped")
    path = str(job.job["savepoint_path"])
    os.utime(Path(job.config["localPath"]) / "obs" / path / "_metadata", times=(0, START_TIME - 90))
    job.destroy()
    job.preview()
    assert "left that savepoint " in job.line
    assert " min ago" in job.line


def test_a_replaced_job_uses_it_up(job: Stack) -> None:
    job.dli.arm("fail_start")
    with pytest.raises(Halfway):
        job.up(project_id=OTHER)
    assert len(records(job)) == 1
    job.up(project_id=OTHER, replace=True)
    assert records(job) == []


def test_a_moved_job_whose_first_start_failed_may_be_taken_out_of_the_state(job: Stack) -> None:
    job.dli.arm("fail_start")
    with pytest.raises(Halfway, match="did not start"):
        job.up(project_id=OTHER)
    job.forget()
    line = as_said(job, project_id=OTHER)
    assert line.startswith(f"orders: goes on with job 2: starts from {PATH}")
    assert "left that savepoint" in line
    assert counter(job, 2) > 1000


def test_what_the_program_named_for_the_old_job_is_not_meant_for_the_new_one(job: Stack) -> None:
    job.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER", "savepoint_path": "state/old/"})
    job.dli.pass_time(10)
    program: dict[str, Any] = {"restore_from": "obs://state/old/"}
    job.up(**program)
    job.dli.pass_time(5000)
    deleted_first(job, **program)
    assert as_said(job, **program).startswith(f"orders: creates and starts the job from {PATH}")
    assert counter(job, 2) > 5000


def test_what_the_program_names_anew_goes_before(job: Stack) -> None:
    job.dli.good("POST", "jobs/1/savepoint", {"action": "TRIGGER", "savepoint_path": "state/old/"})
    job.dli.pass_time(5000)
    deleted_first(job)
    line = as_said(job, restore_from="obs://state/old/")
    assert line.startswith("orders: creates and starts the job from obs://state/old/")
    assert "left that savepoint" not in line
    assert 1000 < counter(job, 2) < 5000


def test_a_stateless_wish_begins_empty(job: Stack) -> None:
    deleted_first(job)
    assert as_said(job, upgrade_mode="stateless").startswith("orders: creates and starts the job;")


def test_a_job_that_ran_since_is_ahead_of_the_record(job: Stack) -> None:
    """The run that used it was killed before it could forget it."""
    deleted_first(job)
    [record] = records(job)
    text = record.read_text()
    job.dli.arm("crash", seconds=50)
    job.up()
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(text)
    job.dli.pass_time(100)
    job.forget()
    job.preview()
    assert "CANNOT START" in job.line


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"savepoint": 1}', '{"savepoint": "x", "job_id": 1}', "\xff", "[" * 5000],
)
def test_what_is_no_record_is_passed_over(job: Stack, text: str) -> None:
    deleted_first(job)
    [record] = records(job)
    record.write_text(text)
    job.preview()
    assert "creates and starts the job; " in job.line
    assert any("is not what this provider writes there" in line for line in job.warned)


def test_a_savepoint_that_is_gone_is_told(job: Stack) -> None:
    deleted_first(job)
    [record] = records(job)
    path = json.loads(record.read_text())["savepoint"].removeprefix("obs://")
    (Path(job.config["localPath"]) / "obs" / path / "_metadata").unlink()
    job.preview()
    assert "creates and starts the job; " in job.line
    assert any("was to begin, is not there any more" in line for line in job.warned)


def test_without_the_object_service_a_run_goes_as_before(job: Stack) -> None:
    job.dli.arm("answer", code="403", route="list_objects", times=99)
    deleted_first(job)
    assert as_said(job).startswith("orders: creates and starts the job; ")
    assert any("begins without a savepoint that may wait for it" in line for line in job.warned)
    assert len(records(job)) == 1


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Stack]:
    """A deleted job, whose savepoint waits, and a provider that repeats no request."""
    stack = Stack(tmp_path, {"preflight": "on", "maxRetries": "0"})
    stack.up()
    stack.dli.pass_time(1000)
    deleted_first(stack)
    yield stack
    stack.close()


@pytest.mark.parametrize("code", ["429", "500", "503", ""])
def test_a_service_that_fails_for_the_moment_begins_nothing_empty(hasty: Stack, code: str) -> None:
    """Nor does a lost answer; where no connection is made there is no way to the bucket."""
    fault = {"kind": "answer", "code": code} if code else {"kind": "drop"}
    hasty.dli.arm(**fault, route="list_objects", times=4)  # two of each run
    for run in (hasty.preview, hasty.up):
        with pytest.raises(Problems, match="a savepoint may wait for a job"):
            run()
    assert hasty.sent() == []
    assert "left that savepoint" in as_said(hasty)
    assert counter(hasty, 2) > 1000
    assert records(hasty) == []


def test_a_service_that_fails_for_the_moment_holds_no_running_job_up(hasty: Stack) -> None:
    slow: dict[str, Any] = {"timeouts": {"settle": 60}}
    hasty.killed_up(3, waiting=True)
    hasty.dli.pass_time(10)
    hasty.up(**slow)
    assert len(records(hasty)) == 1
    hasty.dli.arm("answer", code="503", route="list_objects", times=99)
    hasty.up(**slow, parallel_number=2)
    assert any("a later job begins from one that is left" in line for line in hasty.warned)
    assert counter(hasty, 2) > 1000


@pytest.mark.parametrize("route", ["get_object", "head_object"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_record_that_cannot_be_read_begins_nothing_empty(
    job: Stack, route: str, nth: int
) -> None:
    deleted_first(job)
    job.dli.arm("answer", code="403", route=route, nth=nth)
    with suppress(JobError, Problems):
        job.up()
    if job.id is None:
        assert job.sent() == []
        job.up()
    assert counter(job, 2) > 1000


def test_a_record_is_forgotten_under_every_mark(job: Stack) -> None:
    deleted_first(job)
    old, job.mark = job.mark, "9" * 32
    job.up(former_owners=[old])
    assert counter(job, 2) > 1000
    assert records(job) == []


def test_a_record_from_before_the_last_start_is_passed_over(job: Stack) -> None:
    deleted_first(job)
    [record] = records(job)
    told = json.loads(record.read_text())
    job.up()
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps({**told, "job_id": 2, "start_time": 1}))
    with job.store.write() as db:
        db.execute("UPDATE jobs SET deleted_at = 1 WHERE id = 2")
    session = job.session()
    job._refreshed(session)  # noqa: SLF001 -- `refresh: always` is the same process
    news = job._checked(session, {}, {})  # noqa: SLF001
    assert "WITHOUT STATE, because job 2 is gone" in job.line
    job.id, job.outs = session.create(URN, news, None)
    assert counter(job, 3) < 100


def test_state_stays_known_where_a_moved_job_cannot_begin_from_what_is_named(job: Stack) -> None:
    """The old job is gone by then, and the new one never ran."""
    job.dli.stopped(1)  # by somebody, without a savepoint
    job.refresh()
    wrong = job.spoiled("obs://state/no/such/")
    with pytest.raises(Halfway, match="did not start"):
        job.up(restore_from=wrong)
    with pytest.raises(Halfway, match="did not start"):
        job.up(restore_from=wrong, project_id=OTHER)
    job.sent()
    with pytest.raises(StateAtRisk, match="would lose its state"):
        job.up(project_id=OTHER)
    assert job.sent() == []


def test_a_record_that_no_start_has_counted_from_stays_when_the_job_is_deleted(job: Stack) -> None:
    deleted_first(job)
    job.dli.arm("crash", seconds=0.5)
    with pytest.raises(Halfway):
        job.up()
    job.refresh()
    job.destroy()
    assert PATH in job.said[-1]
    assert "from which no start was seen to count; this resource begins from it" in job.said[-1]
    assert as_said(job).startswith(f"orders: creates and starts the job from {PATH}")
    assert counter(job, 3) > 1000


@pytest.mark.parametrize("what", ["the list", "the savepoint"])
def test_a_page_of_a_proxy_says_nothing_of_what_waits(job: Stack, what: str) -> None:
    job.destroy()
    client = job.in_earnest()
    method = "GET" if what == "the list" else "HEAD"

    def instead(response: httpx.Response) -> None:
        if response.request.method == method and response.request.url.path.startswith("/state/"):
            page = httpx.Response(404, html="<html>no such host</html>", request=response.request)
            response.status_code, response.headers = page.status_code, page.headers
            assert isinstance(response.stream, httpx.SyncByteStream)
            response.stream.close()
            response.stream = page.stream

    client.event_hooks = {"response": [instead]}
    if what == "the list":
        job.preview()
        assert any("records in the bucket state could not be listed" in e for e in job.warned)
        return
    with pytest.raises(Problems, match="a savepoint waits for this resource's job"):
        job.preview()
    assert len(records(job)) == 1


def test_one_that_waits_for_a_resource_of_another_name_is_warned_of(job: Stack) -> None:
    """As after `pulumi stack rename`, where no run has marked the job anew."""
    job.destroy()
    for record in records(job):
        (record.parent / "0.json").write_text("{}")  # what else may lie there is no obstacle
    job.mark = "9" * 32
    job.preview()
    assert job.line.startswith("orders: creates and starts the job; 2 CUs")
    assert f"; the savepoint {PATH}" in job.line
    assert "waits for another resource, or for this one" in job.line
    assert job.warned == [job.line]
    [savepoint] = job.line.split("; the savepoint ")[1:]
    job.up(restore_from=savepoint.partition(" ")[0])
    assert counter(job, 2) > 1000


def test_one_of_another_job_is_not_and_is_read_once_for_a_fleet(job: Stack) -> None:
    job.destroy()
    session = job.session()
    for number in range(3):
        mark = f"{number:032}"
        wish = job.wish(name=f"another-{number}", owner=mark)
        assert session.check(f"{URN}-{number}", {}, wish, frozenset())[1] == []
    assert not any("; the savepoint " in line for line in job.lines.told)
    assert len([line for line in job.all_sent() if f"{MARK}.json" in line]) == 2  # written, read


def test_what_waits_for_a_job_that_is_left_stopped_is_told_of_and_not_forgotten(
    job: Stack,
) -> None:
    job.destroy()
    line = as_said(job, desired_state="stopped")
    assert line.startswith(f"orders: creates the job and leaves it stopped; begins from {PATH}")
    job.dli.started(2)
    job.dli.pass_time(50)
    job.refresh()
    [told] = job.warned
    assert told.startswith(
        f"job orders (2) has been started, and no run has noted from what: {PATH}"
    )


NINES = "9" * 32


@pytest.fixture
def draft(job: Stack) -> Stack:
    """The job is deleted, and another resource's draft comes to be its resource's by an alias."""
    job.destroy()
    job.mark = NINES
    job.up(name="other", desired_state="stopped")
    job.mark = MARK
    job.sent()
    return job


ALIAS: dict[str, Any] = {"former_owners": [NINES]}


def test_a_draft_that_comes_to_be_a_deleted_job_s_begins_from_its_savepoint(draft: Stack) -> None:
    line = as_said(draft, **ALIAS)
    assert line.startswith(f"orders: starts from {PATH}")
    assert "; job orders (1) left that savepoint " in line
    assert counter(draft, 2) > 1000
    assert records(draft) == []


def test_so_does_one_that_is_replaced(draft: Stack) -> None:
    draft.preview(replace=True, **ALIAS)
    assert f": starts from {PATH}" in draft.line
    assert "; job orders (1) left that savepoint " in draft.line
    draft.up(replace=True, **ALIAS)
    assert counter(draft, 2) > 1000


def test_while_it_is_left_stopped_the_savepoint_waits(draft: Stack) -> None:
    line = as_said(draft, desired_state="stopped", **ALIAS)
    assert f"; begins from {PATH}" in line
    assert len(records(draft)) == 1
    as_said(draft, desc="x", **ALIAS)
    assert counter(draft, 2) > 1000


def test_and_where_its_first_start_fails(draft: Stack) -> None:
    draft.dli.arm("fail_start")
    with pytest.raises(Halfway, match=f"it was to begin from {PATH}"):
        draft.up(**ALIAS)
    assert len(records(draft)) == 1
    as_said(draft, **ALIAS)
    assert counter(draft, 2) > 1000


def test_what_the_program_names_for_it_goes_before(draft: Stack) -> None:
    path = draft.spoiled("obs://state/mine/")
    draft.preview(restore_from=path, **ALIAS)
    assert f"starts from {path}" in draft.line
    assert PATH not in draft.line


def test_a_draft_that_is_taken_over_and_left_stopped_says_what_it_begins_from(job: Stack) -> None:
    deleted_first(job)
    other = job.dli.create(name="other", queue_name="testQueue", entrypoint="obs://jars/orders.jar")
    line = as_said(job, adopt_job_id=other, name="other", desired_state="stopped")
    assert f"; begins from {PATH}" in line
    assert "later; job orders (1) left that savepoint " in line


def test_a_draft_of_a_name_whose_savepoint_waits_elsewhere_is_taken_over_with_a_warning(
    job: Stack,
) -> None:
    job.destroy()
    job.mark = NINES
    own = job.dli.create(name="orders", queue_name="testQueue", entrypoint="obs://jars/orders.jar")
    job.preview(adopt_job_id=own)
    assert f"; the savepoint {PATH}" in job.line
    assert "waits for another resource, or for this one" in job.line


@pytest.mark.parametrize("named", [False, True])
def test_a_job_that_is_gone_gives_nothing_up_where_it_begins_elsewhere(
    job: Stack, *, named: bool
) -> None:
    job.dli.stopped(1, savepoint=True)
    program = {"restore_from": f"obs://{job.dli.details(1)['savepoint_path']}"} if named else {}
    with job.store.write() as db:
        db.execute("UPDATE jobs SET deleted_at = 1 WHERE id = 1")
    session = job.session()
    job._refreshed(session)  # noqa: SLF001 -- `refresh: always` is the same process
    session.check(URN, {}, job.wish(**program), frozenset())
    assert "job 1 is gone" in job.line
    assert ("WITHOUT STATE, because" not in job.line) is named
    assert job.warned[-1] == job.line


def test_one_in_the_bucket_that_a_draft_had_before_is_used_up(job: Stack) -> None:
    job.destroy()
    job.up(desired_state="stopped")
    job.up(desired_state="stopped", obs_bucket="state-2")
    assert f"starts from {PATH}" in as_said(job, obs_bucket="state-2")
    assert counter(job, 2) > 1000
    assert records(job) == []
