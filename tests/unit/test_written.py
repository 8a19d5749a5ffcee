"""A live job as the program that wants it would write it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import PHASES, JobDetail
from pulumi_dli.job.differences import differences
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.written import written

V1: dict[str, Any] = {
    "desc": "",
    "queue_name": "q",
    "cu_number": 2,
    "manager_cu_number": 1,
    "parallel_number": 1,
    "tm_cus": 1,
    "tm_slot_num": 1,
    "checkpoint_enabled": False,
    "checkpoint_mode": 1,
    "checkpoint_interval": 30,
    "checkpoint_path": "state/jobs/checkpoint/0001-etl/",
    "log_enabled": False,
    "obs_bucket": "state",
    "smn_topic": "",
    "entrypoint": "obs://jars/etl.jar",
    "entrypoint_args": "",
    "dependency_jars": [],
    "restart_when_exception": False,
    "resume_checkpoint": False,
    "resume_max_num": -1,
    "runtime_config": "",
    "resource_config_version": "v1",
    "resource_config": {"max_slot": 1, "parallel_number": 1},
    "feature": "basic",
    "flink_version": None,
    "image": None,
}
"""A job as the service shows it of which a program wrote as little as it may."""
BARE = {
    "name": "etl",
    "queue_name": "q",
    "obs_bucket": "state",
    "entrypoint": "obs://jars/etl.jar",
}


def live(status: str = "job_running", **config: Any) -> JobDetail:
    return JobDetail.from_wire(
        {"job_id": 1, "name": "etl", "status": status, "job_config": {**V1, **config}}
    )


def test_neither_defaults_nor_what_the_service_makes_are_written() -> None:
    assert written(live()) == BARE


@pytest.mark.parametrize(
    ("config", "more"),
    [
        ({"desc": "loads"}, {"desc": "loads"}),
        ({"cu_number": 4.0, "tm_slot_num": 2.0}, {"cu_number": 4, "tm_slot_num": 2}),
        ({"cu_number": 4, "parallel_number": 6, "tm_slot_num": 2}, None),
        ({"cu_number": 1, "tm_slot_num": 0}, {"cu_number": 1}),
        ({"checkpoint_enabled": True}, {"checkpoint_enabled": True, "checkpoint_interval": 30}),
        (
            {"checkpoint_enabled": True, "checkpoint_mode": 2, "checkpoint_path": "else/where/"},
            {
                "checkpoint_enabled": True,
                "checkpoint_mode": "at_least_once",
                "checkpoint_interval": 30,
            },
        ),
        ({"checkpoint_path": "else/where/"}, {"checkpoint_path": "else/where/"}),
        ({"feature": "custom", "image": "o/i:1"}, {"feature": "custom", "image": "o/i:1"}),
        ({"image": "o/i:1"}, {}),
        ({"flink_version": "1.15"}, {"flink_version": "1.15"}),
        ({"entrypoint_args": "--password p"}, {"entrypoint_args": "--password p"}),
        ({"runtime_config": '[{"key": "a", "value": 1}]'}, {"runtime_config": {"a": "1"}}),
        ({"resume_max_num": 3}, {"resume_max_num": 3}),
        (
            {
                "resource_config_version": "v2",
                "resource_config": {
                    "max_slot": 2.0,
                    "parallel_number": None,
                    "jobmanager_resource_spec": {"cpu": 0.5, "memory": "2 GB"},
                    "taskmanager_resource_spec": {},
                },
                "cu_number": 7,
                "tm_slot_num": 9,
            },
            {
                "resource_config_version": "v2",
                "resource_config": {
                    "max_slot": 2,
                    "jobmanager_resource_spec": {"cpu": 0.5, "memory": "2 GB"},
                },
            },
        ),
    ],
)
def test_what_differs_is_written(config: dict[str, Any], more: dict[str, Any] | None) -> None:
    if more is None:
        more = {name: config[name] for name in ("cu_number", "parallel_number")}
    found = written(live(**config))
    assert found == BARE | more
    assert list(found) == [name for name in FIELDS if name in found]


def test_tags_are_written_once_they_were_read() -> None:
    job = live()
    assert "tags" not in written(job)
    tagged = replace(job, values={**job.values, "tags": {"team": "x"}})
    assert written(tagged)["tags"] == {"team": "x"}


@pytest.mark.parametrize("status", PHASES)
def test_a_job_at_rest_is_wanted_stopped(status: str) -> None:
    at_rest = {
        "job_init",
        "job_canceling",
        "job_cancel_success",
        "job_cancel_fail",
        "job_submit_fail",
        "job_running_exception",
        "job_arrearage_stopped",
    }
    assert ("desired_state" in written(live(status))) is (status in at_rest)


@pytest.mark.parametrize("config", [{}, {"cu_number": 4, "checkpoint_enabled": True, "desc": "d"}])
def test_the_program_that_is_written_changes_nothing(config: dict[str, Any]) -> None:
    job = live(**config)
    assert differences(job, Desired.read(written(job)), None) == ((), ())
