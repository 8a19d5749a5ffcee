"""Reading a job leniently, and what its status means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.job.detail import AT_REST, PHASES, JobDetail, Phase, settled
from pulumi_dli.job.spec import FIELDS

DOCUMENTED = json.loads(
    (Path(__file__).parents[1] / "contract" / "documented" / "details.json").read_text()
)["response"]["body"]["job_detail"]


def test_the_documented_job() -> None:
    job = JobDetail.from_wire(DOCUMENTED)
    assert (job.job_id, job.name, job.phase) == (104, "jptest", Phase.DRAFT)
    assert (job.create_time, job.update_time, job.start_time) == (1578466221525, 1578467395713, 0)
    assert job.values["queue_name"] == "flinktest"
    assert job.values["checkpoint_mode"] == "exactly_once"
    assert job.values["dependency_files"] == ["FemaleInfoCollection.jar", "ReadFromResource"]
    assert job.values["entrypoint_args"] is None
    assert not job.has_run


def test_what_the_answer_lacks_is_absent_and_says_nothing() -> None:
    job = JobDetail.from_wire(DOCUMENTED)
    assert "tm_cus" not in job.values
    assert job.holds("tm_cus", 1) is None
    assert job.holds("cu_number", 2) is True
    assert job.holds("cu_number", 3) is False


def test_what_stands_at_the_top_goes_before_what_stands_in_the_configuration() -> None:
    data = {"main_class": "top", "job_config": {"main_class": "inner", "entrypoint_args": "-a"}}
    values = JobDetail.from_wire(data).values
    assert values == {"main_class": "top", "entrypoint_args": "-a"}


@pytest.mark.parametrize(
    ("wire", "number"),
    [(5, 5), (5.0, 5), ("5", 5), ("5.0", 5), (None, 0), ("", 0), ("soon", 0), (float("inf"), 0)],
)
def test_numbers_may_come_as_text(wire: Any, number: int) -> None:
    job = JobDetail.from_wire({"create_time": wire, "job_id": wire, "restart_times": wire})
    assert (job.create_time, job.job_id, job.restart_times) == (number,) * 3


@pytest.mark.parametrize(
    ("wire", "flag"), [(True, True), ("true", True), ("True", True), (False, False), (None, False)]
)
def test_flags_may_come_as_text(wire: Any, flag: bool) -> None:
    assert JobDetail.from_wire({"has_savepoint": wire}).has_savepoint is flag


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
NAMES = sorted({*DOCUMENTED, *DOCUMENTED["job_config"]})


@given(
    st.dictionaries(st.sampled_from(NAMES), anything),
    st.none() | st.dictionaries(st.sampled_from([*NAMES, *FIELDS]), anything),
)
def test_nothing_in_an_answer_breaks_the_reading(top: dict[str, Any], config: Any) -> None:
    job = JobDetail.from_wire({**top, "job_config": config})
    assert job.phase in Phase
    assert job.values.keys() <= FIELDS.keys()


def test_every_documented_status_has_a_phase() -> None:
    assert len(PHASES) == 14
    assert all(status.startswith("job_") for status in PHASES)
    assert JobDetail(1, "orders", "job_dreaming").phase is Phase.UNKNOWN
    passing = {p for s, p in PHASES.items() if settled(JobDetail(1, "x", s)).phase is not p}
    assert passing == {Phase.STARTING, Phase.SAVEPOINTING, Phase.STOPPING}
    assert set(Phase) - passing - AT_REST == {Phase.RUNNING, Phase.UNKNOWN}


def test_when_a_start_that_is_under_way_will_have_been_is_not_known() -> None:
    began = {s: settled(JobDetail(1, "x", s, start_time=5)).start_time for s in PHASES}
    starting = {s for s, phase in PHASES.items() if phase is Phase.STARTING}
    assert {s for s, at in began.items() if at == 0} == starting


@pytest.mark.parametrize(
    ("status", "start_time", "has_run"),
    [
        ("job_init", 0, False),
        ("job_submitting", 0, False),
        ("job_submit_fail", 0, False),
        ("job_running", 0, True),
        ("job_savepointing", 0, True),
        ("job_cancel_success", 5, True),
    ],
)
def test_whether_a_job_may_hold_state(status: str, start_time: int, has_run: bool) -> None:
    assert JobDetail(1, "orders", status, start_time=start_time).has_run is has_run


def told(**parts: Any) -> JobDetail:
    return JobDetail.from_wire({"job_id": 1, "name": "orders", "status": "job_running", **parts})


def test_what_the_service_calls_things_is_bounded_and_on_one_line() -> None:
    long = "a\nb\x1b" * 100_000
    job = told(name=long, status=long, status_desc=long)
    assert len(job.name) == len(job.status) == 256
    assert job.name.isprintable()
    assert len(job.words) <= 512
    assert job.words.isprintable()
    assert len(job.status_desc) <= 4096


@pytest.mark.parametrize(
    "path", ["x" * 1095, "state/a\nb/", ["state/a/"], {"a": 1}, 7, "a\u202eb/"]
)
def test_a_directory_that_obs_cannot_have_is_none(path: object) -> None:
    job = told(savepoint_path=path, has_savepoint=True)
    assert (job.savepoint_path, job.has_savepoint) == ("", True)


def test_a_directory_is_whole_whatever_the_secrets_are() -> None:
    """Cut, nothing could begin from it; the arguments of a job often name its bucket."""
    path = "state-of-the-orders/savepoint/1/"
    assert told(savepoint_path=path, entrypoint_args=f"--out {path}").savepoint_path == path


def test_numbers_that_are_none_are_passed_over() -> None:
    job = told(job_config={"cu_number": "many", "parallel_number": "3", "log_enabled": "perhaps"})
    assert job.values == {"name": "orders", "parallel_number": 3}
    assert told(job_config={"dependency_files": [1, "a"]}).values == {"name": "orders"}
    assert told(entrypoint_args=5).values["entrypoint_args"] == 5


@pytest.mark.parametrize(
    ("field", "wire", "wish"),
    [
        ("parallel_number", "3", 3),
        ("cu_number", 2.0, 2),
        ("resume_max_num", "-1", -1),
        ("log_enabled", "True", True),
        ("restart_when_exception", 0, False),
        ("flink_version", 1.15, "1.15"),
    ],
)
def test_a_field_in_the_type_of_another_is_no_drift(field: str, wire: Any, wish: object) -> None:
    job = told(job_config={field: wire})
    assert job.holds(field, wish) is True
    assert type(job.value(field)) is type(wish)
