"""The run state as found, and how fields are stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_dli.arguments import FlinkJarJobArgs
from pulumi_dli.job import outputs
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import PHASES, JobDetail
from pulumi_dli.job.options import PROVIDED
from pulumi_dli.job.outputs import Outcome, after
from pulumi_dli.job.run_state import found_state
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.state import State
from pulumi_dli.resource import OUTPUTS

PROGRAM: dict[str, Any] = {"name": "orders", "queue_name": "testQueue", "cu_number": 2.0}


def live(**values: Any) -> JobDetail:
    return JobDetail(1, "orders", "job_running", values={"name": "orders", **values})


def kept(outcome: Outcome, program: dict[str, Any], state: State | None) -> dict[str, Any]:
    """What the state stores after an operation."""
    return outputs.after(outcome, Desired.read(program), state).write()


@pytest.mark.parametrize(
    ("status", "wanted", "found"),
    [
        ("job_running", "running", "running"),
        ("job_submitting", "running", "starting (job_submitting: why)"),
        ("job_submitting", "stopped", "running"),
        ("job_savepointing", "running", "running"),
        ("job_dreaming", "running", "running"),
        ("job_finish", "running", "running"),
        ("job_cancel_success", "running", "stopped (job_cancel_success: why)"),
        ("job_init", "running", "stopped (job_init: why)"),
        ("job_canceling", "running", "stopped (job_canceling: why)"),
        ("job_running_exception", "running", "stopped (job_running_exception: why)"),
        ("job_running", "stopped", "running"),
        ("job_cancel_success", "stopped", "stopped"),
        ("job_finish", "stopped", "stopped"),
        ("job_running_exception", "stopped", "stopped"),
    ],
)
def test_the_run_state_as_found(status: str, wanted: str, found: str) -> None:
    assert found_state(JobDetail(1, "orders", status, "why"), wanted) == found


@pytest.mark.parametrize(
    ("wanted", "status"), [("running", "job_running"), ("stopped", "job_init")]
)
def test_a_job_on_other_bytes_is_found_so_only_where_it_should_run(
    wanted: str, status: str
) -> None:
    said = {"running": "running, on other bytes", "stopped": "stopped"}
    assert found_state(JobDetail(1, "o", status), wanted, stale=True) == said[wanted]


@pytest.mark.parametrize("status", PHASES)
def test_a_state_that_is_as_wanted_is_called_as_it_was_wished(status: str) -> None:
    found = {found_state(JobDetail(1, "o", status), w) for w in ("running", "stopped")}
    assert found & {"running", "stopped"}


def test_a_field_is_stored_in_the_programs_spelling_while_the_job_holds_it() -> None:
    job = live(queue_name="testqueue", cu_number=4)
    outs = kept(Outcome(job=job), PROGRAM, None)
    assert outs["queue_name"] == "testQueue"
    assert outs["cu_number"] == 4


def test_a_field_that_the_service_does_not_report_is_as_it_was_written_last() -> None:
    program = {**PROGRAM, "image": "o/n:2"}
    stored = State.read(1, {**PROGRAM, "image": "o/n:1"})
    put = Outcome(job=live(), written=frozenset({"image"}))
    assert kept(put, program, stored)["image"] == "o/n:2"
    assert kept(Outcome(job=live()), program, stored)["image"] == "o/n:1"
    assert kept(Outcome(job=live()), program, None)["image"] == "o/n:2"


def test_the_outputs_are_those_of_the_resource() -> None:
    memory = {"untold", "next_start", "unmanaged", *PROVIDED} - {"owner", "endpoint"}
    given = kept(Outcome(job=live()), PROGRAM, None).keys() - memory
    others = FlinkJarJobArgs.__annotations__.keys() - FIELDS.keys()
    assert given == {*PROGRAM, *others, *OUTPUTS, "owner", "tags"}


def test_update_time_is_the_puts_else_it_is_kept() -> None:
    job = JobDetail(1, "orders", "job_running", update_time=30)
    stored = State.read(1, {"update_time": 20.0})
    assert kept(Outcome(job=job, put_time=25), {}, stored)["update_time"] == 25
    assert kept(Outcome(job=job), {}, stored)["update_time"] == 20
    assert kept(Outcome(job=job), {}, None)["update_time"] == 30


@pytest.mark.parametrize("name", ["desc", "tm_cus"])
def test_update_time_is_the_live_jobs_once_its_definition_drifted(name: str) -> None:
    values = {"desc": "mine", "tm_cus": 1}
    known = State.read(1, {**PROGRAM, **values, "update_time": 20, "set_arguments": [*values]})
    job = replace(live(**values), update_time=30)
    assert outputs.observed(job, known)[0].job.update_time == 20
    drifted = replace(job, values={**job.values, name: 2 if name == "tm_cus" else "theirs"})
    assert outputs.observed(drifted, known)[0].job.update_time == 30


def test_what_nobody_set_is_others_and_what_is_gone_is_not() -> None:
    known = State.read(1, {**PROGRAM, "tags": {"mine": "a"}, "set_arguments": ["tags"]})
    seen = replace(live(), values={**live().values, "tags": {"theirs": "b"}})
    assert outputs.observed(seen, known)[0].unmanaged["tags"] == {"theirs"}


@pytest.mark.parametrize("wished", ["1" * 32, "9" * 32])
def test_a_mark_that_could_not_be_written_is_remembered_for_its_owner_only(wished: str) -> None:
    stood = "5" * 32
    known = State.read(1, {**PROGRAM, "owner": wished, "mark": stood})
    program = {**PROGRAM, "owner": wished}
    assert after(Outcome(job=live()), Desired.read(program), known).mark == stood
    renamed = {**PROGRAM, "owner": stood}
    assert after(Outcome(job=live()), Desired.read(renamed), known).mark == ""
    assert after(Outcome(job=live()), Desired.read(program), None).mark == ""


def test_keys_that_stay_after_a_put_of_ours_are_the_services_own() -> None:
    program = {**PROGRAM, "runtime_config": {"a": "1"}}
    seen = replace(live(), values={"runtime_config": {"a": "1", "added": "2"}})
    known = State.read(1, {**program, "unmanaged": {"runtime_config": ["old"]}})
    put = Outcome(job=seen, written=frozenset({"runtime_config"}))
    stored = outputs.after(put, Desired.read(program), known)
    assert stored.unmanaged == {"runtime_config": frozenset({"added"})}
    assert stored.job.values["runtime_config"] == {"a": "1"}
    live_change = outputs.after(Outcome(job=seen), Desired.read(program), known)
    assert live_change.unmanaged == {"runtime_config": frozenset({"old"})}
    assert live_change.job.values["runtime_config"] == {"a": "1", "added": "2"}


def test_tags_that_were_written_are_stored_whatever_was_seen_before() -> None:
    stale = replace(live(), values={"tags": {"a": "old", "gone": "x"}})
    program = {**PROGRAM, "tags": {"a": "new"}}
    known = State.read(1, {**PROGRAM, "tags": {"a": "old", "gone": "x"}})
    written = outputs.after(
        Outcome(job=stale, written=frozenset({"tags"})), Desired.read(program), known
    )
    assert written.job.values["tags"] == {"a": "new"}
    unsent = outputs.after(Outcome(job=stale), Desired.read(program), known)
    assert unsent.job.values["tags"] == {"a": "old", "gone": "x"}


@pytest.mark.parametrize(("mark", "stored"), [("5" * 32, ""), ("", "-")])
def test_a_state_of_an_earlier_release_learns_whether_its_job_is_marked(
    mark: str, stored: str
) -> None:
    seen = replace(live(), mark=mark, values={**live().values, "tags": {}})
    known = State.read(1, {**PROGRAM, "owner": "5" * 32})
    found, inputs = outputs.observed(seen, known)
    assert (found.mark, found.foreign, inputs["owner"]) == (stored, "", "5" * 32)


@pytest.mark.parametrize("mark", ["0123456789abcdef", "", None])
def test_a_job_that_is_only_read_tells_whose_it_is(mark: str | None) -> None:
    found, inputs = outputs.observed(replace(live(), mark=mark), None)
    assert found.write()["owner"] == (mark or "")
    assert "owner" not in inputs
