"""What a refresh finds: drift of every field, and what is not drift."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_dli.console import MASK
from pulumi_dli.errors import JobGone
from pulumi_dli.job.field import KEEP, Cost
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.state import unfold
from stack import PROGRAM, Stack

SET: dict[str, Any] = {
    "desc": "orders of the shop",
    "cu_number": 4,
    "manager_cu_number": 1,
    "parallel_number": 2,
    "tm_cus": 1,
    "tm_slot_num": 1,
    "checkpoint_mode": "exactly_once",
    "checkpoint_interval": 60,
    "checkpoint_path": "state/own/",
    "log_enabled": True,
    "smn_topic": "alerts",
    "main_class": "org.example.Main",
    "entrypoint_args": "--rate 3",
    "dependency_jars": ["obs://jars/a.jar"],
    "dependency_files": ["obs://jars/a.csv"],
    "restart_when_exception": True,
    "resume_checkpoint": True,
    "resume_max_num": 5,
    "runtime_config": {"a": "1"},
    "execution_agency_urn": "agency",
    "resource_config_version": "v1",
    "feature": "custom",
    "flink_version": "1.15",
    "image": "org/name:1",
    "checkpoint_enabled": False,
}
"""A program that sets every field of v1 (what `PROGRAM` sets and the tags beside)."""
V2: dict[str, Any] = {
    "resource_config_version": "v2",
    "resource_config": {"max_slot": 2, "taskmanager_resource_spec": {"memory": "8G"}},
}

LIVE_EDITS: dict[str, Any] = {
    "name": "renamed",
    "desc": "edited",
    "checkpoint_path": "state/elsewhere/",
    "obs_bucket": "elsewhere",
    "smn_topic": "elsewhere",
    "restart_when_exception": False,
    "resume_checkpoint": False,
    "resume_max_num": 9,
}
EDITS: dict[str, Any] = LIVE_EDITS | {
    "queue_name": "default",
    "cu_number": 6,
    "manager_cu_number": 2,
    "parallel_number": 3,
    "tm_cus": 2,
    "tm_slot_num": 3,
    "checkpoint_enabled": True,
    "checkpoint_mode": 2,
    "checkpoint_interval": 99,
    "log_enabled": False,
    "main_class": "org.example.Other",
    "entrypoint": "obs://jars/other.jar",
    "entrypoint_args": "--rate 99",
    "dependency_jars": ["obs://jars/other.jar"],
    "dependency_files": ["obs://jars/other.csv"],
    "runtime_config": '[{"key": "a", "value": "2"}]',
    "execution_agency_urn": "other",
    "resource_config_version": "v2",
    "resource_config": {"max_slot": 3},
    "feature": "basic",
    "flink_version": "1.17",
    "image": "org/name:2",
}
SHOWN: dict[str, Any] = {
    "checkpoint_mode": "at_least_once",
    "runtime_config": {"a": "2"},
    "resource_config": {
        "max_slot": 3,
        "parallel_number": 1,
        "jobmanager_resource_spec": {"cpu": 1, "memory": "4G"},
        "taskmanager_resource_spec": {"cpu": 1, "memory": "4G"},
    },
}
"""How a refresh shows an edit that goes over the wire in another form."""


def edit(stack: Stack, field: str, value: Any) -> None:
    """Change the job beside Pulumi, as somebody does in the console, and let it run on."""
    assert stack.id is not None
    if field in LIVE_EDITS:
        assert stack.dli.put(stack.id, **{field: value}).is_success
        return
    stack.dli.stopped(stack.id, savepoint=True)
    beside = {"checkpoint_path": ""} if field == "checkpoint_enabled" else {}
    answer = stack.dli.put(stack.id, **{field: value}, **beside)
    assert answer.is_success, answer.text
    stack.dli.run(stack.id, resume=field not in ("entrypoint", "parallel_number"))
    stack.dli.pass_time(5)


def test_the_edits_are_of_every_field() -> None:
    assert EDITS.keys() | {"tags"} == FIELDS.keys()
    assert {*PROGRAM, "tags", *SET, *V2} == FIELDS.keys()


@pytest.mark.parametrize("field", EDITS)
def test_drift_is_shown_at_its_property_and_put_right(stack: Stack, field: str) -> None:
    program = SET if field != "checkpoint_enabled" else {**SET, "checkpoint_path": None}
    program = V2 if field == "resource_config" else program
    stack.up(**program)
    before = dict(stack.inputs)
    edit(stack, field, EDITS[field])
    assert stack.refresh().changes
    changed = {name for name in before if stack.inputs.get(name) != before[name]}
    assert changed == {field}
    assert stack.inputs[field] == stack.outs[field] == SHOWN.get(field, EDITS[field])
    stack.up(**program)
    assert not stack.refresh().changes
    assert stack.inputs == before


def test_a_field_left_at_its_default_drifts_too(stack: Stack) -> None:
    stack.up()
    edit(stack, "desc", "edited")
    assert stack.refresh().changes
    assert stack.inputs["desc"] == "edited"
    stack.up()
    assert stack.job["desc"] == ""
    assert not stack.refresh().changes


def test_what_a_program_comes_to_set_as_it_is_is_told(stack: Stack) -> None:
    """Be it by `ignore_changes`, with which the engine gives what a refresh has found."""
    stack.up()
    stack.dli.put(1, desc="by hand")
    stack.refresh()
    assert stack.preview(desc="by hand").names == ("desc",)
    assert stack.line == "orders: nothing is sent, the state records: desc"
    stack.sent()
    stack.up(desc="by hand")
    assert stack.sent() == []
    assert not stack.preview(desc="by hand").changes


def test_a_secret_field_that_the_program_does_not_set_is_not_stored_in_clear(stack: Stack) -> None:
    stack.up()
    edit(stack, "entrypoint_args", "--password TOPSECRET")
    edit(stack, "runtime_config", '[{"key": "k", "value": "TOPSECRET"}]')
    assert stack.refresh().changes
    assert stack.inputs["entrypoint_args"] == stack.standing["entrypoint_args"] == MASK
    assert stack.standing["runtime_config"] == {"k": MASK}
    assert "TOPSECRET" not in str(stack.outs)
    stack.up()
    assert not stack.job["entrypoint_args"]


@pytest.mark.parametrize(
    "program",
    [
        {},
        SET,
        V2,
        {**V2, "resource_config": {"jobmanager_resource_spec": {"memory": "4096 MB"}}},
        {"desired_state": "stopped"},
    ],
)
def test_nothing_changed_is_not_drift(stack: Stack, program: dict[str, Any]) -> None:
    stack.up(**program)
    before = (stack.inputs, stack.outs["update_time"])
    stack.sent()
    assert not stack.refresh().changes
    assert (stack.inputs, stack.outs["update_time"]) == before
    stack.up(**program)
    assert stack.sent() == []


def test_sizes_that_say_nothing_under_v2_do_not_drift(stack: Stack) -> None:
    stack.up(**V2)
    edit(stack, "cu_number", 8)  # as a service may that counts the CUs itself
    assert not stack.refresh().changes
    assert "cu_number" not in stack.inputs


def test_a_restart_beside_pulumi_is_not_drift(stack: Stack) -> None:
    stack.up()
    assert stack.id is not None
    stack.dli.stopped(stack.id, savepoint=True)
    stack.dli.started(stack.id, resume=True)
    put_at = stack.outs["update_time"]
    assert not stack.refresh().changes
    assert stack.outs["start_time"] == stack.job["start_time"]
    assert stack.outs["update_time"] == put_at


def test_update_time_follows_a_definition_that_drifted(stack: Stack) -> None:
    stack.up()
    stack.dli.pass_time(10)
    edit(stack, "desc", "edited")
    stack.refresh()
    assert stack.outs["update_time"] == stack.job["update_time"] > stack.outs["create_time"]


def test_a_key_that_somebody_adds_to_the_runtime_config_is_drift(stack: Stack) -> None:
    stack.up(runtime_config={"a": "1"})
    edit(stack, "runtime_config", '[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]')
    assert stack.refresh().changes
    assert stack.inputs["runtime_config"] == {"a": "1", "b": "2"}
    stack.up(runtime_config={"a": "1"})
    assert stack.job["job_config"]["runtime_config"] == '[{"key": "a", "value": "1"}]'
    assert not stack.refresh().changes


def test_keys_that_were_there_before_the_upgrade_are_not_drift(stack: Stack) -> None:
    stack.up(runtime_config={"a": "1"})
    del stack.outs["unmanaged"]  # a state of an earlier release
    edit(stack, "runtime_config", '[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]')
    assert not stack.refresh().changes
    assert stack.outs["runtime_config"] == {"a": "1"}
    stack.up(runtime_config={"a": "1"})
    stack.sent()
    stack.up(runtime_config={"a": "1"})
    assert stack.sent() == []


def test_a_key_taken_out_of_the_runtime_config_is_taken_out(stack: Stack) -> None:
    stack.up(runtime_config={"a": "1", "b": "2"})
    stack.sent()
    stack.up(runtime_config={"a": "1"})
    assert stack.sent()[0] == "stop savepoint"
    assert stack.job["job_config"]["runtime_config"] == '[{"key": "a", "value": "1"}]'
    stack.up(runtime_config={"a": "1"})
    assert stack.sent() == []


def test_a_job_deleted_beside_pulumi_leaves_the_state_and_is_made_anew(stack: Stack) -> None:
    stack.up()
    stack.dli.good("DELETE", "jobs/1")
    stack.refresh()
    assert stack.id is None
    stack.up()
    assert stack.id == 2


def test_a_partial_failure_that_never_saw_the_job_is_still_refreshed(stack: Stack) -> None:
    stack.up(desc="x")
    stack.outs["create_time"] = 0.0
    stack.refresh()
    assert stack.inputs["desired_state"] == "running"
    assert stack.inputs["owner"] == stack.mark
    assert "desc" in stack.outs["set_arguments"]


# A get: an existing job, read by its id alone.


def test_get_reads_everything(stack: Stack) -> None:
    job_id = stack.dli.create("by-hand", desc="x", parallel_number=3)
    found = stack.session().read(stack.urn, job_id, {})
    assert found is not None
    outs = unfold(found[0])
    assert (outs["name"], outs["desc"], outs["parallel_number"]) == ("by-hand", "x", 3)
    assert (outs["endpoint"], outs["region"]) == ("local", "local")
    assert {"name", "desc", "parallel_number"} <= set(outs["set_arguments"])


def test_get_of_a_missing_job(stack: Stack) -> None:
    with pytest.raises(JobGone) as error:
        stack.session().read(stack.urn, 7, {})
    assert str(error.value) == (
        "there is no Flink job 7 in project 0123456789abcdef0123456789abcdef of local (local); "
        "correct the id"
    )


def test_the_fields_that_are_not_kept_have_a_reset_value_of_their_default() -> None:
    for name, row in FIELDS.items():
        if row.reset is not KEEP and row.cost is not Cost.TAGS:
            assert row.reset == row.default, name
