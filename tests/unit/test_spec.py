"""The field table: bounds, rows, and the provider's own arguments."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.field import KEEP, Cost, Row
from pulumi_dli.job.options import Options, Timeouts
from pulumi_dli.job.spec import FIELDS, SECRET_FIELDS, JobSpec
from pulumi_dli.job.state import State
from pydantic import ValidationError

BOUNDS: list[tuple[str, list[Any], list[Any]]] = [
    ("name", ["a", "x" * 57, "a-b_9"], ["", "x" * 58, "a b", "ä", "a.b", "a\n"]),
    ("desc", ["", "x" * 2048], ["x" * 2049, 5]),
    ("queue_name", ["q", "Q_1", "q" * 128], ["", "q" * 129, "a-b", "q\n"]),
    ("cu_number", [2, 10000, 2.0], [1, 10001, 2.5]),
    ("manager_cu_number", [1, 10000], [0, 10001]),
    ("parallel_number", [1, 2000], [0, 2001]),
    ("tm_cus", [1, 10000], [0, 10001]),
    ("tm_slot_num", [0, 10000], [-1, 10001]),
    ("checkpoint_enabled", [True, False], ["perhaps", 2]),
    ("checkpoint_mode", ["exactly_once", "at_least_once"], ["often", 1]),
    ("checkpoint_interval", [1, 999_999], [0, 1_000_000]),
    ("checkpoint_path", ["b/c/"], [""]),
    ("log_enabled", [True, False], ["perhaps"]),
    ("obs_bucket", ["b"], [""]),
    ("smn_topic", ["t"], [""]),
    ("main_class", ["org.example.Main"], [""]),
    ("entrypoint", ["obs://b/a.jar"], [""]),
    ("entrypoint_args", ["", "-a 1", ["-a", 1, True]], [5, {}, [[]]]),
    ("dependency_jars", [[], ["a.jar"]], ["a.jar", [""], [1]]),
    ("dependency_files", [[], ["a.csv"]], ["a.csv", [""], [1]]),
    ("restart_when_exception", [True, False], ["perhaps"]),
    ("resume_checkpoint", [True, False], ["perhaps"]),
    ("resume_max_num", [-1, 1, 10**6], [-2, 1.5]),
    ("runtime_config", [{}, {"a": "b"}, {"a": 1}], ["a=b", {"a": []}]),
    ("execution_agency_urn", ["agency"], [""]),
    ("resource_config_version", ["v1", "v2"], ["v3", 1]),
    (
        "resource_config",
        [{}, {"max_slot": 1}, {"jobmanager_resource_spec": {"cpu": 0.5, "memory": 4}}],
        [{"max_slot": 0}, {"slots": 1}, {"taskmanager_resource_spec": {"memory": "4 TB"}}],
    ),
    ("feature", ["basic", "custom"], ["fast"]),
    ("flink_version", ["1.15"], ["", 1.15]),
    ("image", ["org/name:1"], [""]),
    ("tags", [{}, {"a": "x" * 255}, {"a": 1}], [{"a": "x" * 256}, ["a"]]),
]


def test_the_bounds_are_of_every_field() -> None:
    assert [name for name, _, _ in BOUNDS] == sorted(FIELDS, key=[b[0] for b in BOUNDS].index)
    assert {name for name, _, _ in BOUNDS} == FIELDS.keys()


@pytest.mark.parametrize(("name", "good", "bad"), BOUNDS, ids=[b[0] for b in BOUNDS])
def test_bounds(name: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        JobSpec.model_validate({"name": "orders", name: value})
    for value in bad:
        with pytest.raises(ValidationError, match=name):
            JobSpec.model_validate({"name": "orders", name: value})


def test_a_table_row_for_every_field_and_a_text_for_each() -> None:
    for name, field in JobSpec.model_fields.items():
        assert isinstance(FIELDS[name], Row)
        assert field.description
        assert field.description.endswith(".")
    for field in Options.model_fields.values():
        assert field.description


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValidationError, match="cu_num"):
        JobSpec.model_validate({"name": "orders", "cu_num": 2})


def test_what_costs_no_restart() -> None:
    live = {name for name, row in FIELDS.items() if row.cost is Cost.LIVE}
    assert live == {
        "name",
        "desc",
        "smn_topic",
        "restart_when_exception",
        "resume_checkpoint",
        "resume_max_num",
        "checkpoint_path",
        "obs_bucket",
    }
    assert [name for name, row in FIELDS.items() if row.cost is Cost.TAGS] == ["tags"]


def test_what_is_kept_when_it_is_removed() -> None:
    kept = {name for name, row in FIELDS.items() if row.reset is KEEP}
    assert kept == {
        "name",
        "checkpoint_interval",
        "checkpoint_mode",
        "checkpoint_path",
        "tm_slot_num",
        "resource_config",
        "flink_version",
        "feature",
        "image",
        "queue_name",
        "entrypoint",
        "main_class",
    }


def test_a_reset_brings_the_default_back() -> None:
    for name, row in FIELDS.items():
        if row.reset is not KEEP:
            assert row.reset == row.default, name


def test_the_secrets() -> None:
    assert {"entrypoint_args", "runtime_config"} == SECRET_FIELDS


def test_a_wrong_value_is_not_in_the_error() -> None:
    with pytest.raises(ValidationError) as error:
        JobSpec.model_validate({"name": "orders", "runtime_config": {"a": ["TOPSECRET"]}})
    assert "TOPSECRET" not in str(error.value)


def test_values_are_plain_data_without_what_is_not_set() -> None:
    config = {"max_slot": 2, "jobmanager_resource_spec": {"memory": 4}}
    spec = JobSpec.model_validate({"name": "orders", "resource_config": config})
    assert spec.value("resource_config") == {
        "max_slot": 2,
        "jobmanager_resource_spec": {"memory": "4"},
    }
    assert spec.set_names() == ("name", "resource_config")


# The provider's own arguments.


@pytest.mark.parametrize(
    ("inputs", "stateful"),
    [
        ({}, False),
        ({"obs_bucket": "b"}, True),
        ({"obs_bucket": "b", "upgrade_mode": "stateless"}, False),
        ({"obs_bucket": "b", "upgrade_mode": "savepoint"}, True),
    ],
)
def test_stateful_means_that_restarts_keep_state(inputs: dict[str, Any], stateful: bool) -> None:
    assert Desired.read({"name": "orders", **inputs}).stateful is stateful
    assert State.read(1, {"name": "orders", **inputs}).stateful is stateful


def test_the_defaults() -> None:
    desired = Desired.read({"name": "orders", "owner": None, "desc": None})
    assert desired.running
    assert desired.owner == ""
    assert desired.spec.set_names() == ("name",)
    assert desired.options.timeouts == Timeouts(create=1200, update=1800, delete=2400, settle=10)


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (5.0, "5"), (True, "true"), (0.5, "0.5")])
def test_a_restart_trigger_may_be_a_number(value: object, text: str) -> None:
    desired = Desired.read({"name": "orders", "restart_trigger": value})
    stored = State.read(1, {"restart_trigger": value})
    assert desired.options.restart_trigger == stored.restart_trigger == text


def test_stored_outputs_are_read_leniently() -> None:
    stored = State.read(7, {})
    assert (stored.job.job_id, stored.job.name, stored.job.values) == (7, "", {})
    assert stored.set_arguments == frozenset()


def test_stored_outputs_come_back_as_they_were_written() -> None:
    outputs = {
        "name": "orders",
        "status": "job_running",
        "create_time": 1578466221525.0,
        "start_time": 1578466221526.0,
        "has_savepoint": True,
        "savepoint_path": "b/s/",
        "restart_times": 2.0,
        "real_cu_number": 4.0,
        "cu_number": 2.0,
        "tags": {"level": 3.0},
        "set_arguments": ["name", "cu_number"],
    }
    stored = State.read(7, outputs)
    job = stored.job
    assert (job.create_time, job.start_time) == (1578466221525, 1578466221526)
    assert (job.has_savepoint, job.savepoint_path, job.restart_times) == (True, "b/s/", 2)
    assert job.real_cu_number == 4
    assert job.values == {"name": "orders", "cu_number": 2.0, "tags": {"level": 3.0}}
