"""What a preview looks up on the local DLI, and how it does without."""

# ruff: noqa: E501 -- a sentence that stands whole can be searched for

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import stamina
from announced import requests
from pulumi_dli.errors import Halfway
from pulumi_dli.job.state import unfold
from stack import PROGRAM, URN, Problems, Stack

NONE: frozenset[str] = frozenset()


@pytest.fixture
def looking(tmp_path: Path) -> Iterator[Stack]:
    """A stack whose previews look things up."""
    stack = Stack(tmp_path, {"preflight": "on"})
    yield stack
    stack.close()


def test_a_service_that_does_not_answer_stops_no_preview(tmp_path: Path) -> None:
    stamina.set_testing(True, attempts=2)
    config = {
        "endpoint": "http://127.0.0.1:9",
        "region": "x",
        "projectId": "p",
        "token": "t",
        "preflight": "on",
    }
    stack = Stack(tmp_path, config)
    stack.preview()
    stamina.set_testing(False)
    assert [line.partition(":")[0] for line in stack.warned] == [
        "jars in OBS could not be looked into, so some mistakes show only in `up`",
        "queues and jobs could not be looked up, so some mistakes show only in `up`",
        (
            "records in the bucket state could not be listed, so a job that is made anew begins "
            "without a savepoint that may wait for it"
        ),
    ]
    assert stack.plan_lines == ["orders: creates and starts the job; 2 CUs"]
    stack.close()


def test_a_preview_looks_and_an_unchanged_one_does_not(looking: Stack) -> None:
    looking.preview()
    assert looking.plan_lines == [
        "orders: creates and starts the job; 2 CUs; queue testqueue 0 → 2 of 256 CUs"
    ]
    looking.up()
    looking.preview(parallel_number=2, cu_number=3)
    assert looking.plan_lines == [
        "orders: restarts the job from a savepoint (downtime); cu_number 2 → 3; parallel_number 1 → 2; CUs 2 → 3; queue testqueue 2 → 3 of 256 CUs"
    ]
    before = looking.all_sent()
    looking.preview()
    looking.up()
    assert looking.all_sent()[len(before) :] == []
    looking.preview(desc="live")
    looks = [each.partition("?")[0].split("/")[-1] for each in looking.all_sent()[len(before) :]]
    assert looks == ["1", "filter"]


def test_preflight_off_looks_at_nothing(stack: Stack) -> None:
    before = stack.all_sent()
    stack.preview()
    assert stack.all_sent() == before
    assert stack.plan_lines == ["orders: creates and starts the job; 2 CUs"]


def test_a_foreign_name_stops_a_new_and_a_renamed_job(looking: Stack) -> None:
    looking.dli.create("taken")
    with pytest.raises(Problems, match="name: a job named taken exists already: job 1"):
        looking.preview(name="taken")
    looking.up()
    with pytest.raises(Problems, match="name: a job named taken exists already: job 1"):
        looking.preview(name="taken")
    assert looking.jobs() == ["orders", "taken"]


def test_a_resource_that_has_a_job_is_told_how_to_take_over_another(looking: Stack) -> None:
    looking.dli.create("taken")
    looking.up(desired_state="stopped")  # as a first start leaves it that failed
    taken: dict[str, Any] = {"name": "taken", "adopt_job_id": 1}
    with pytest.raises(Problems) as told:
        looking.preview(**taken)
    assert "to take that job over, set" not in str(told.value)
    assert "once `pulumi destroy --target` has given up its own" in str(told.value)
    looking.destroy()
    looking.preview(**taken)
    assert looking.line.startswith("taken: takes over job 1: ")


def test_taking_over_a_job_tells_what_differs(looking: Stack) -> None:
    job_id = looking.dli.create(**PROGRAM, cu_number=4)
    looking.dli.started(job_id)
    looking.preview(adopt_job_id=job_id, cu_number=3)
    assert looking.plan_lines == [
        "orders: takes over job 1: restarts the job from a savepoint (downtime); cu_number 4 → 3; CUs 4 → 3; queue testqueue 4 → 3 of 256 CUs"
    ]
    looking.up(adopt_job_id=job_id, cu_number=4)
    assert looking.plan_lines == ["orders: takes over job 1"]


def test_a_job_that_is_taken_over_cannot_have_the_name_of_another(looking: Stack) -> None:
    looking.dli.create("taken")
    job_id = looking.dli.create(**PROGRAM)
    with pytest.raises(Problems, match="name: a job named taken exists already: job 1"):
        looking.preview(adopt_job_id=job_id, name="taken")


def test_a_job_that_is_replaced_is_not_foreign_to_itself(looking: Stack) -> None:
    """The engine checks a replacement as a new job, while the old one, unmarked, is still there."""
    job_id = looking.dli.create(**PROGRAM)
    looking.dli.started(job_id)
    looking.up(adopt_job_id=job_id)
    session, wanted = looking.session(), looking.wish()
    assert session.check(URN, looking.inputs, wanted, NONE)[1] == []
    assert session.check(URN, {}, wanted, NONE)[1] == []
    assert looking.session().check(URN, {}, wanted, NONE)[1] == []  # it carries the mark


def test_an_unknown_status_is_a_warning(looking: Stack) -> None:
    looking.up()
    looking.outs["status"] = "job_dreaming"
    looking.dli.arm("answer", route="details", code="503", times=99)  # it cannot be looked at
    looking.preview(desc="live")
    assert looking.plan_lines == ["orders: changes live, without a restart; desc changes"]
    assert looking.warned[-1] == (
        "job_dreaming is not a status that this provider knows; the job counts as running"
    )


def test_the_local_dli_has_a_queue_for_jobs_with_an_agency(tmp_path: Path) -> None:
    job = Stack(tmp_path, {"preflight": "on"})
    job.preview(flink_version="1.15", execution_agency_urn="dli_flink", queue_name="pooled")
    assert job.warned == []
    assert job.line == (
        "orders: creates and starts the job; 2 CUs; queue pooled 0 → 2 of 256 CUs, "
        "pool local 0 → 2 of 256 CUs"
    )
    job.close()


@pytest.mark.parametrize("there", [False, True])
def test_what_another_job_of_the_run_has_come_to_have_is_no_ones_directory(
    looking: Stack, *, there: bool
) -> None:
    """An output that is handed on is known only once that job is made, or changed."""
    stack, news = looking, looking.wish()
    if there:
        stack.up()
    session = stack.session()
    filled, _ = session.check(URN, stack.inputs, {**news, "desc": "new"}, NONE)
    wish = {**news, "desc": "new", **filled}
    if there:
        outs = session.update(URN, 1, stack.outs, wish, None)
    else:
        _, outs = session.create(URN, wish, None)
    other = {
        **news,
        "name": "other",
        "owner": "f" * 32,
        "checkpoint_path": unfold(outs)["checkpoint_path"],
    }
    _, problems = session.check(f"{URN}-2", {}, other, NONE)
    assert any(each.startswith("checkpoint_path: ") for each in problems)


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_job_that_waits_in_its_start_takes_no_cus_yet_and_has_no_state(
    looking: Stack, *, refreshed: bool
) -> None:
    big = looking.dli.create("big", queue_name="testQueue", cu_number=200, parallel_number=8)
    looking.dli.started(big)
    looking.dli.pass_time(60)
    looking.dli.arm("hang", route="run", times=2)
    brief = {"settle": 0, "create": 2, "update": 40}
    with pytest.raises(Halfway, match="but it is submitting"):
        looking.up(cu_number=100, timeouts=brief)
    looking.sent()
    if refreshed:
        looking.refresh()
    looking.preview(cu_number=90, timeouts=brief)
    assert looking.line == (
        "orders: restarts the job from a savepoint (downtime); if its first start does not come "
        "to run, without one; cu_number 100 → 90; CUs 100 → 90; queue testqueue 200 → 290 of 256 "
        "CUs"
    )
    assert any("has 256 CUs, and 290 would be taken" in each for each in looking.warned)
    with suppress(Halfway):
        looking.up(cu_number=90, timeouts=brief)
    assert requests(looking.sent()) == ["stop", "update", "run"]


def test_a_job_that_is_stopped_in_its_first_start_leaves_no_savepoint(looking: Stack) -> None:
    looking.dli.arm("hang", route="run")
    brief = {"settle": 0, "create": 2, "update": 40}
    with pytest.raises(Halfway, match="but it is submitting"):
        looking.up(timeouts=brief)
    looking.sent()
    looking.preview(desired_state="stopped", timeouts=brief)
    assert "stops with a savepoint; if its first start does not come to run, without one" in (
        looking.line
    )
    looking.up(desired_state="stopped", timeouts=brief)
    assert requests(looking.sent()) == ["stop", "update"]


@pytest.mark.parametrize("stands", ["job_running", "job_submitting"])
def test_of_a_job_that_ran_before_a_start_is_waited_for(looking: Stack, stands: str) -> None:
    looking.up()
    with looking.store.write() as db:
        db.execute("UPDATE jobs SET status = ?", (stands,))
    looking.refresh()
    looking.preview(parallel_number=2)
    assert "if its first start" not in looking.line
