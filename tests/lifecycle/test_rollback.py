"""A changed definition that does not come to run: the job goes back to the one before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from announced import announced, requests
from jars import a_class, a_jar
from pulumi_dli.artifacts.names import LocalFile
from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.errors import DliError, Halfway, Interrupted, JobError
from pulumi_dli.job.state import State
from pulumi_dli.local import faults
from stack import SETTLE, Stack

ASKED: dict[str, Any] = {"rollback": "previous", "main_class": "com.example.Orders"}


def built(stack: Stack, text: str) -> LocalFile:
    """A jar as a build leaves it."""
    file = Path(stack.config["localPath"]).parent / "orders.jar"
    file.write_bytes(a_jar({"com/example/Orders.class": a_class(), "text": text}))
    return LocalFile(str(file))


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Stack]:
    """A stateful job whose jar goes by its content, that has run for a while."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up(entrypoint=built(stack, "one"), **ASKED)
    stack.dli.pass_time(1000)
    stack.sent()
    yield stack
    stack.close()


def obs(stack: Stack) -> Path:
    return Path(stack.config["localPath"]) / "obs"


def copies(stack: Stack) -> list[Path]:
    return list(obs(stack).glob("state/pulumi-dli/*/savepoints/**/_metadata"))


def records(stack: Stack) -> list[Path]:
    return list(obs(stack).glob("state/pulumi-dli/*/records/*.json"))


def counter(stack: Stack, job_id: int = 1) -> int:
    return int(stack.dli.inside(job_id)["counter"])


def definition(stack: Stack) -> dict[str, Any]:
    """What the job runs; an emptied field counts as one that was never set."""
    fields = stack.dli.inside(1)["definition"]
    return {name: None if value in ("", "[]") else value for name, value in fields.items()}


def rolled_back(stack: Stack, match: str = "", **program: Any) -> None:
    """An `up` whose new definition fails, and after which the job is as it was before."""
    before, tags = definition(stack), stack.dli.inside(1)["tags"]
    outs, inputs = dict(stack.outs), dict(stack.inputs)
    with pytest.raises(Halfway, match=f"^the new definition failed: .*{match}") as failed:
        stack.up(**ASKED, **program)
    copy = max(copies(stack)).parent.relative_to(obs(stack))
    assert str(failed.value).endswith(
        f"; job orders (1) runs again as before, from a copy of its savepoint, obs://{copy}/"
    )
    assert stack.dli.status(1) == "job_running"
    assert definition(stack) == before
    assert stack.dli.inside(1)["tags"] == tags
    assert counter(stack) > 1000
    assert stack.inputs == inputs
    same = outs.keys() - {"start_time", "update_time", "started", "rejected", "rolled_back"}
    assert {name: stack.outs.get(name) for name in same} == {name: outs[name] for name in same}


def test_a_start_that_fails_is_gone_back_from(job: Stack) -> None:
    job.dli.arm("fail_start", text="no such class")
    job.preview(entrypoint=built(job, "two"), **ASKED, parallel_number=2)
    assert "; rolls back if that fails" in job.line
    rolled_back(job, "no such class", entrypoint=built(job, "two"), parallel_number=2)
    assert len(copies(job)) == 1
    assert records(job) == []


@pytest.mark.parametrize("seconds", [0, SETTLE / 2])
def test_so_is_one_that_crashes_before_it_counts(job: Stack, seconds: float) -> None:
    job.dli.arm("crash", seconds=seconds, text="no such topic")
    rolled_back(job, "no such topic", entrypoint=built(job, "two"))


def test_so_is_one_that_restarts_by_itself(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"), **ASKED, restart_when_exception=True)
    job.dli.arm("crash", seconds=SETTLE / 2)
    more = {"restart_when_exception": True}
    rolled_back(job, "", entrypoint=built(job, "two"), **more)


def test_so_is_one_whose_status_still_shows_the_stop_before(job: Stack) -> None:
    more = {"restart_when_exception": True}
    job.up(entrypoint=built(job, "one"), **ASKED, **more)
    job.dli.arm("crash", seconds=2)
    job.dli.arm("stale", route="run", seconds=19)
    rolled_back(job, "", entrypoint=built(job, "two"), **more)


def test_so_is_one_that_is_refused(job: Stack) -> None:
    job.dli.arm("answer", route="run", code="403")
    rolled_back(job, "APIGW.0302", entrypoint=built(job, "two"))


def test_so_is_one_that_does_not_come_to_run_in_time(job: Stack) -> None:
    job.dli.arm("hang")
    rolled_back(job, r"waited 1200 s .* \(job_submitting\); job ", entrypoint=built(job, "two"))


def test_what_was_changed_beside_it_is_put_back_too(job: Stack) -> None:
    job.dli.arm("fail_start")
    rolled_back(
        job,
        entrypoint=built(job, "two"),
        name="other",
        desc="new",
        entrypoint_args="--new",
        runtime_config={"a": "b"},
        smn_topic="alarms",
        tags={"team": "new"},
        restart_trigger="2",
        checkpoint_enabled=True,
        checkpoint_interval=60,
        dependency_jars=["obs://jars/none-0123456789abcdef.jar"],
    )


def test_a_revert_sends_nothing_and_says_so(job: Stack) -> None:
    job.dli.arm("fail_start")
    rolled_back(job, entrypoint=built(job, "two"))
    job.sent()
    job.preview(entrypoint=built(job, "one"), **ASKED)
    assert job.line == "orders: nothing is sent: the job runs as the program has it again"
    job.up(entrypoint=built(job, "one"), **ASKED)
    assert job.sent() == []
    assert not job.preview(entrypoint=built(job, "one"), **ASKED).changes
    job.refresh()
    assert not job.preview(entrypoint=built(job, "one"), **ASKED).changes


def test_the_next_preview_says_that_it_is_tried_again(job: Stack) -> None:
    job.dli.arm("fail_start")
    rolled_back(job, entrypoint=built(job, "two"))
    job.refresh()
    job.preview(entrypoint=built(job, "two"), **ASKED)
    assert "; failed on 2027-01-15 " in job.line
    assert job.line.endswith(" UTC, is tried again")
    assert job.warned == [job.line]
    job.preview(entrypoint=built(job, "three"), **ASKED)
    assert "tried again" not in job.line


def test_what_cannot_start_is_not_tried_again(job: Stack) -> None:
    job.dli.arm("fail_start")
    rolled_back(job, entrypoint=built(job, "two"))
    job.dli.stop(1)
    job.dli.pass_time(60)
    for copy in copies(job):
        copy.unlink()
    job.refresh()
    job.preview(entrypoint=built(job, "two"), **ASKED)
    assert "CANNOT START" in job.line
    assert "tried again" not in job.line


def test_the_copy_goes_with_the_next_good_update(job: Stack) -> None:
    job.dli.arm("fail_start")
    rolled_back(job, entrypoint=built(job, "two"))
    job.sent()
    job.preview(entrypoint=built(job, "two"), **ASKED)
    [line] = job.plan_lines
    job.up(entrypoint=built(job, "two"), **ASKED)
    assert requests(job.sent()) == announced(line), line
    assert (copies(job), records(job)) == ([], [])
    assert counter(job) > 1000
    assert "rejected" not in job.outs


@pytest.mark.parametrize(("text", "left"), [("one", 1), ("two", 0)])
def test_the_copy_goes_from_a_bucket_that_the_job_leaves_with_a_restart(
    job: Stack, text: str, left: int
) -> None:
    """Without one the job runs on from it: it may be all that there is to begin from."""
    job.dli.arm("fail_start")
    rolled_back(job, entrypoint=built(job, "two"))
    job.up(entrypoint=built(job, text), obs_bucket="other", **ASKED)
    assert len(copies(job)) == left


def test_it_is_gone_back_from_a_second_time(job: Stack) -> None:
    for text in ("two", "three"):
        job.dli.arm("fail_start")
        rolled_back(job, entrypoint=built(job, text))
        job.dli.pass_time(1000)
    assert counter(job) > 2000


def test_where_going_back_fails_too_the_state_is_not_lost(job: Stack) -> None:
    job.dli.arm("fail_start", times=2, text="the queue is broken")
    with pytest.raises(Halfway, match="going back failed too: ") as failed:
        job.up(entrypoint=built(job, "two"), **ASKED)
    assert "job orders (1) is failed, and its state is in obs://state/pulumi-dli/" in str(
        failed.value
    )
    job.sent()
    job.preview(entrypoint=built(job, "two"), **ASKED)
    assert "orders: starts from obs://state/pulumi-dli/" in job.line
    assert "; failed on 2027-01-15" in job.line
    job.up(entrypoint=built(job, "two"), **ASKED)
    assert counter(job) > 1000
    assert (len(copies(job)), records(job)) == (1, [])  # the only state until a checkpoint is there
    job.up(entrypoint=built(job, "three"), **ASKED)
    assert copies(job) == []


def test_the_copy_that_a_job_left_stays_when_it_is_deleted(job: Stack) -> None:
    """It is the only state there is: the service removed the savepoint once the job ran."""
    new = built(job, "two")
    job.dli.arm("crash", seconds=0)
    job.dli.arm("fail_start", nth=2)
    with pytest.raises(Halfway, match="going back failed too: "):
        job.up(entrypoint=new, **ASKED)
    job.destroy()
    assert len(copies(job)) == 1


@pytest.mark.parametrize("stopped", [False, True])
def test_so_does_the_copy_that_a_job_ran_on(job: Stack, *, stopped: bool) -> None:
    """One that crashed, or was stopped without a savepoint, has nothing else."""
    job.dli.arm("fail_start")
    if not stopped:
        job.dli.arm("crash", nth=2, seconds=50)
    rolled_back(job, entrypoint=built(job, "two"))
    job.up(entrypoint=built(job, "one"), **ASKED)
    if stopped:
        job.dli.stopped(1)
    job.dli.pass_time(200)
    job.refresh()
    [left] = copies(job)
    copy = f"obs://{left.parent.relative_to(obs(job))}/"
    job.preview(entrypoint=built(job, "one"), **ASKED)
    assert "CANNOT START" in job.line
    assert f"a savepoint from before its last start, {copy} of 20" in job.line
    job.destroy()
    assert copies(job) == [left]
    assert f"; a savepoint from before is {copy}, which `restore_from` begins from" in job.warned[0]


def test_a_lost_answer_is_no_failure_and_leaves_nothing_behind(job: Stack) -> None:
    job.dli.arm("drop", route="run", when="before", times=3)
    with pytest.raises(DliError) as failed:
        job.up(entrypoint=built(job, "two"), **ASKED)
    assert "the new definition failed" not in str(failed.value)
    job.up(entrypoint=built(job, "two"), **ASKED)
    assert counter(job) > 1000
    assert (copies(job), records(job)) == ([], [])


def test_where_no_copy_can_be_made_nothing_is_changed(job: Stack) -> None:
    job.dli.arm("answer", code="403", route="copy_object")
    with pytest.raises(Halfway, match="no copy of the savepoint could be made, so nothing was ch"):
        job.up(entrypoint=built(job, "two"), **ASKED)
    assert "put" not in " ".join(job.sent())
    assert job.dli.status(1) == "job_running"
    assert counter(job) > 1000


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ({"restart_trigger": "2"}, "its definition does not change"),
        ({"parallel_number": 2, "flink_version": "1.15"}, "flink_version changes"),
        ({"parallel_number": 2, "obs_bucket": "other"}, "obs_bucket changes"),
        ({"parallel_number": 2, "upgrade_mode": "stateless"}, "a job without state starts anew"),
        ({"tm_slot_num": 2}, "tm_slot_num was not set before, and the service does not take it"),
    ],
)
def test_where_it_is_not_armed_the_line_says_why(
    job: Stack, program: dict[str, Any], why: str
) -> None:
    job.preview(entrypoint=built(job, "one"), **ASKED, **program)
    assert f"; no rollback: {why}" in job.line
    assert job.line in job.warned


@pytest.mark.parametrize("retained", [False, True])
def test_a_create_that_meets_its_job_says_that_it_does_not_go_back(
    job: Stack, *, retained: bool
) -> None:
    if retained:
        job.preview(replace=True, retained=True, entrypoint=built(job, "two"), **ASKED)
    else:
        job.forget()
        job.preview(entrypoint=built(job, "two"), **ASKED)
    assert "goes on with job 1: restarts the job from a savepoint" in job.line
    assert "; no rollback: a create does not know what the job was before" in job.line


def test_neither_does_one_that_takes_a_job_over(job: Stack) -> None:
    job.dli.create("theirs", **definition(job))
    job.dli.started(2)
    job.dli.pass_time(60)
    job.forget()
    program = {**ASKED, "name": "theirs", "adopt_job_id": 2, "owner": "f" * 32}
    job.preview(entrypoint=built(job, "two"), **program)
    assert "takes over job 2: restarts the job from a savepoint" in job.line
    assert "; no rollback: a create does not know what the job was before" in job.line


def test_a_jar_that_does_not_go_by_its_content_cannot_be_gone_back_to(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up(rollback="previous")
    stack.dli.pass_time(100)
    stack.preview(rollback="previous", parallel_number=2)
    assert "; no rollback: what entrypoint names may have been overwritten" in stack.line
    stack.close()


def test_neither_can_one_that_is_not_there_any_more(job: Stack) -> None:
    for file in obs(job).glob("state/pulumi-dli/*/orders-*.jar"):
        file.unlink()
    job.preview(entrypoint=built(job, "two"), **ASKED)
    assert "; no rollback: a jar or file of the old definition is not in OBS any more" in job.line


def test_what_is_not_asked_for_is_not_told(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"), main_class="com.example.Orders")
    assert "nothing is sent, the state records: rollback" in job.line
    job.dli.arm("fail_start")
    with pytest.raises(Halfway, match="did not start"):
        job.up(entrypoint=built(job, "two"), main_class="com.example.Orders")
    assert copies(job) == []
    assert "rollback" not in job.line


@pytest.mark.parametrize("text", ["one", "two"])
@pytest.mark.parametrize(
    ("at", "waiting"), [*((at, False) for at in range(1, 11)), (1, True), (6, True), (10, True)]
)
def test_a_kill_at_any_request_loses_nothing(
    job: Stack, at: int, text: str, *, waiting: bool
) -> None:
    """The program may be tried again or reverted after it."""
    job.dli.arm("fail_start")
    new = {"entrypoint": built(job, "two"), "tags": {"team": "new"}}
    job.killed_up(at, waiting=waiting, **ASKED, **new)
    faults.clear(job.store)
    job.dli.pass_time(100)
    job.refresh()
    program: dict[str, Any] = {"entrypoint": built(job, text)}
    job.preview(**ASKED, **program)
    assert not job.failure, job.failure
    job.up(**ASKED, **program)
    assert job.dli.status(1) == "job_running"
    assert counter(job) > 1000
    assert definition(job)["entrypoint"] == job.inputs["entrypoint"]
    assert not job.preview(**ASKED, **program).changes


def test_those_were_all_requests(job: Stack) -> None:
    job.dli.arm("fail_start")
    with pytest.raises(Halfway, match="runs again as before"):
        job.killed_up(11, entrypoint=built(job, "two"), tags={"team": "new"}, **ASKED)


@pytest.mark.parametrize("broken", [False, True])
def test_the_object_that_counts_is_copied_last(job: Stack, *, broken: bool) -> None:
    folder = obs(job) / "state/jobs/savepoint/1/large"
    folder.mkdir(parents=True)
    for number in range(20):
        (folder / f"part-{number}").write_bytes(b"state")
    (folder / "_metadata").write_bytes(b"it")
    if broken:
        job.dli.arm("answer", code="403", route="copy_object", nth=7)
    stores = Stores(job._connections)  # noqa: SLF001 -- the seam
    kept = SavedState(stores, job.clock, job.lines.warn).copies
    state = State.read(1, job.outs)
    if broken:
        with pytest.raises(DliError, match="could not copy obs://state/jobs/savepoint/1/large/"):
            kept.save(state, "state/jobs/savepoint/1/large/", lambda: None)
        assert copies(job) == []
        return
    path = kept.save(state, "state/jobs/savepoint/1/large/", lambda: None)
    [metadata] = copies(job)
    assert f"obs://{metadata.parent.relative_to(obs(job))}/" == path
    assert len(list(metadata.parent.iterdir())) == 21
    written = [line for line in job.all_sent() if line.startswith("PUT ") and "/large/" in line]
    assert written[-1].endswith("/large/_metadata")
    kept.clear(state)
    assert not metadata.parent.exists()


def test_a_region_without_tags_is_gone_back_in_all_the_same(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"), **ASKED, tags={"team": "a"})
    job.dli.arm("crash", seconds=0)
    job.dli.arm("answer", code="404", route="create_tags", times=9)
    job.dli.arm("answer", code="404", route="delete_tags", times=9)
    with pytest.raises(Halfway, match="runs again as before"):
        job.up(entrypoint=built(job, "two"), **ASKED, tags={"team": "b"})
    assert job.dli.status(1) == "job_running"


def test_a_line_that_promised_a_way_back_is_kept_or_nothing_is_stopped(job: Stack) -> None:
    new = built(job, "two")
    session = job.session()
    news = job._checked(session, job.inputs, {"entrypoint": new, **ASKED})  # noqa: SLF001
    assert job.id is not None
    session.diff(job.urn, job.id, job.outs, news, frozenset())
    assert "; rolls back if that fails" in job.line
    for file in obs(job).glob("state/pulumi-dli/*/orders-*.jar"):
        file.unlink()
    job.sent()
    with pytest.raises(JobError, match="was to go back if its new definition fails, and could not"):
        session.update(job.urn, job.id, job.outs, news, None)
    assert job.sent() == []
    assert job.dli.status(1) == "job_running"


def test_so_is_one_of_a_job_that_somebody_stops_after_it_was_said(job: Stack) -> None:
    session = job.session()
    news = job._checked(session, job.inputs, {"entrypoint": built(job, "two"), **ASKED})  # noqa: SLF001
    assert job.id is not None
    session.diff(job.urn, job.id, job.outs, news, frozenset())
    job.dli.stopped(1, savepoint=True)
    job.dli.pass_time(10)
    job.sent()
    with pytest.raises(JobError, match=r"could not: it is stopped \(job_cancel_success\) now; "):
        session.update(job.urn, job.id, job.outs, news, None)
    assert job.sent() == []


def test_a_kill_while_the_new_definition_crashes_is_told_where_the_state_is(job: Stack) -> None:
    job.dli.arm("crash", seconds=SETTLE / 2)
    job.killed_up(5, waiting=True, entrypoint=built(job, "two"), **ASKED)
    job.dli.pass_time(100)
    job.refresh()
    job.preview(entrypoint=built(job, "one"), **ASKED)
    assert "CANNOT START" in job.line
    assert "; a savepoint from before its last start, obs://state/pulumi-dli/" in job.line


def test_a_kill_while_the_new_definition_does_not_start_is_gone_on_with(job: Stack) -> None:
    """By the record of the copy, which the update writes before the run."""
    job.dli.arm("fail_start")
    job.killed_up(5, waiting=True, entrypoint=built(job, "two"), **ASKED)
    job.dli.pass_time(100)
    job.refresh()
    job.up(entrypoint=built(job, "one"), **ASKED)
    assert "starts from obs://state/pulumi-dli/" in job.line
    assert counter(job) > 1000


def test_the_copy_stays_that_a_killed_run_has_started_the_job_from(job: Stack) -> None:
    job.dli.arm("fail_start", times=2)
    program = {**ASKED, "entrypoint": built(job, "two")}
    with pytest.raises(Halfway, match="going back failed too: "):
        job.up(**program)
    job.killed_up(3, waiting=True, **program)
    [copy] = copies(job)
    job.up(**program)
    assert str(copy.parent.relative_to(obs(job))) in str(job.resumed()[-1])
    assert copies(job) == [copy]
    job.dli.pass_time(100)
    job.up(**program, parallel_number=2)
    assert copy not in copies(job)


def test_an_interrupt_in_the_wait_for_the_old_definition_leaves_it_to_start(job: Stack) -> None:
    job.dli.arm("fail_start")

    def interrupted() -> None:
        if [each["event"] for each in job.dli.history(1)].count("run") == 3:
            raise Interrupted("the run was interrupted", "run it again")

    job.lines.waits = interrupted
    with pytest.raises(Halfway, match=r"^the run was interrupted: job orders \(1\) is starting"):
        job.up(entrypoint=built(job, "two"), **ASKED)
    job.lines.waits = lambda: None
    job.dli.pass_time(100)
    assert job.dli.status(1) == "job_running"
    assert counter(job) > 1000
    job.refresh()
    job.sent()
    job.up(entrypoint=built(job, "one"), **ASKED)
    assert job.sent() == []


CAUSE = "java.lang.IllegalStateException: order 100 cannot be counted"


def test_the_log_of_the_definition_that_failed_is_shown(job: Stack) -> None:
    job.dli.arm("fail_start", text=CAUSE)
    with pytest.raises(Halfway, match=r"^the new definition failed: job orders") as failed:
        job.up(**ASKED, entrypoint=built(job, "two"), log_enabled=True)
    sentence, log, line = str(failed.value).split("\n")
    assert "; job orders (1) runs again as before, from a copy of its savepoint, obs:" in sentence
    assert log.startswith("    log: obs://state/jobs/logs/1_")
    assert line == f"      {CAUSE}"


def test_where_neither_starts_it_is_still_that_of_the_new_one(job: Stack) -> None:
    job.up(**ASKED, entrypoint=built(job, "one"), log_enabled=True)
    job.dli.arm("fail_start", text=CAUSE)
    job.dli.arm("fail_start", nth=2, text="java.lang.Error: the old one fails too")
    with pytest.raises(Halfway, match=r"going back failed too: .*the old one fails too") as failed:
        job.up(**ASKED, entrypoint=built(job, "two"), log_enabled=True)
    [_, _, line] = str(failed.value).split("\n")
    assert line == f"      {CAUSE}"


def test_a_copy_that_the_program_names_stays_while_the_job_runs_on_it(job: Stack) -> None:
    job.dli.arm("crash", seconds=SETTLE / 2)
    job.killed_up(5, waiting=True, entrypoint=built(job, "two"), **ASKED)
    job.dli.pass_time(100)
    job.refresh()
    [copy] = copies(job)
    named = f"obs://{copy.parent.relative_to(obs(job))}/"
    job.up(entrypoint=built(job, "one"), **ASKED, restore_from=named)
    assert counter(job) > 1000
    assert copies(job) == [copy]  # the only state until a checkpoint is there
    job.up(entrypoint=built(job, "three"), **ASKED, restore_from=named)
    assert copies(job) == []


@pytest.mark.parametrize("times", [1, 99])
def test_a_job_that_cannot_be_read_is_not_gone_back_from(job: Stack, times: int) -> None:
    """Nobody knows then how the new definition does: it may run well, and goes on."""
    job.dli.arm("answer", route="details", code="403", nth=6, times=times)
    with pytest.raises(Halfway, match=r"^could not read job 1: APIGW\.0302"):
        job.up(entrypoint=built(job, "two"), **ASKED)
    faults.clear(job.store)
    assert [each["event"] for each in job.dli.history(1)].count("stop") == 1
    job.dli.pass_time(100)
    job.up(entrypoint=built(job, "two"), **ASKED)
    assert job.dli.status(1) == "job_running"
    assert counter(job) > 1000
