"""Wrong programs, and the sentences that they get."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.check import ARGUMENTS, problems
from pulumi_dli.models import FIELDS

RIGHT: dict[str, Any] = {"name": "orders", "queue_name": "q", "entrypoint": "obs://b/a.jar"}
SECRET = "TOPSECRET"

WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": None}, ["name: is required; set it"]),
    ({"name": ""}, ["name: is empty; remove it or give it a value"]),
    ({"name": "x" * 58}, ["name: has 58 characters, and 57 are allowed; shorten it"]),
    (
        {"name": "orders etl"},
        ["name: may hold letters, digits, `-` and `_` only; remove the others"],
    ),
    ({"name": 5}, ["name: has the wrong type; use text"]),
    ({"desc": "x" * 2049}, ["desc: has 2049 characters, and 2048 are allowed; shorten it"]),
    (
        {"queue_name": None},
        ['queue_name: a job that runs needs a queue; set it, or desired_state="stopped"'],
    ),
    (
        {"queue_name": "a-b"},
        ["queue_name: may hold letters, digits and `_` only; remove the others"],
    ),
    (
        {"entrypoint": None},
        ['entrypoint: a job that runs needs a jar; set it, or desired_state="stopped"'],
    ),
    ({"cu_number": 0.0}, ["cu_number: 0 is too small; use 2 or more"]),
    ({"cu_number": 10001.0}, ["cu_number: 10001 is too large; use 10000 or less"]),
    ({"cu_number": 2.5}, ["cu_number: is not a whole number; use one"]),
    ({"cu_number": "two"}, ["cu_number: is not a whole number; use one"]),
    ({"cu_number": float("inf")}, ["cu_number: is not a finite number; use one"]),
    ({"parallel_number": 2001.0}, ["parallel_number: 2001 is too large; use 2000 or less"]),
    ({"tm_slot_num": -1.0}, ["tm_slot_num: -1 is too small; use 0 or more"]),
    ({"checkpoint_enabled": "maybe"}, ["checkpoint_enabled: is not a flag; use True or False"]),
    (
        {"checkpoint_enabled": True},
        ["checkpoint_enabled: checkpoints need a bucket; set obs_bucket"],
    ),
    (
        {"checkpoint_mode": "often"},
        [
            "checkpoint_mode: is not one of the choices; use 'exactly_once' or 'at_least_once'",
        ],
    ),
    ({"checkpoint_interval": 0.0}, ["checkpoint_interval: 0 is too small; use 1 or more"]),
    (
        {"checkpoint_path": "b/c/", "checkpoint_enabled": True, "obs_bucket": "b"},
        ["checkpoint_path: cannot be chosen while checkpoint_enabled is true; remove one of them"],
    ),
    ({"log_enabled": True}, ["log_enabled: logs need a bucket; set obs_bucket"]),
    ({"obs_bucket": ""}, ["obs_bucket: is empty; remove it or give it a value"]),
    (
        {"entrypoint_args": {"a": SECRET}},
        ["entrypoint_args: has the wrong type; use text, or a list of texts"],
    ),
    (
        {"entrypoint_args": ["--password", {SECRET: 1}]},
        ["entrypoint_args[1]: has the wrong type; use text"],
    ),
    (
        {"entrypoint_args": ["--rate 3", f"x {SECRET}"]},
        [
            f"entrypoint_args[{index}]: is empty or holds a space, which separates arguments; "
            "write each argument as an item of its own"
            for index in (0, 1)
        ],
    ),
    ({"dependency_jars": "a.jar"}, ["dependency_jars: has the wrong type; use a list"]),
    (
        {"dependency_jars": ["a.jar", ""]},
        ["dependency_jars[1]: is empty; remove it or give it a value"],
    ),
    (
        {"resume_max_num": 0.0},
        ["resume_max_num: 0 is not allowed; use 1 or more, or -1 for no limit"],
    ),
    ({"resume_max_num": -2.0}, ["resume_max_num: -2 is too small; use -1 or more"]),
    ({"runtime_config": f"a={SECRET}"}, ["runtime_config: has the wrong type; use a mapping"]),
    ({"runtime_config": {"a": [SECRET]}}, ["runtime_config.a: has the wrong type; use text"]),
    (
        {"resource_config_version": "v3"},
        ["resource_config_version: is not one of the choices; use 'v1' or 'v2'"],
    ),
    (
        {"resource_config": {"max_slot": 1.0}},
        [
            (
                'resource_config: says nothing without v2; set resource_config_version="v2", or '
                "remove it"
            ),
        ],
    ),
    (
        {
            "resource_config_version": "v2",
            "resource_config": {
                "job_manager_resource_spec": {},
                "taskmanager_resource_spec": {"cpu": 0.1, "memory": "lots"},
            },
        },
        [
            (
                "resource_config.job_manager_resource_spec: there is no such argument; did you "
                "mean jobmanager_resource_spec?"
            ),
            "resource_config.taskmanager_resource_spec.cpu: 0.1 is too small; use 0.5 or more",
            (
                "resource_config.taskmanager_resource_spec.memory: is not a size of memory; write "
                "it as `4G` or `2048 MB`"
            ),
        ],
    ),
    (
        {"feature": "fast"},
        ["feature: is not one of the choices; use 'basic' or 'custom'"],
    ),
    ({"flink_version": 1.15}, ["flink_version: has the wrong type; use text"]),
    ({"tags": {"pulumi-owner": "x"}}, ["tags.pulumi-owner: this key is reserved; choose another"]),
    ({"tags": {"_sys_x": "x"}}, ["tags._sys_x: this key is reserved; choose another"]),
    ({"tags": {"k" * 129: "x"}}, ["tags: a key has 129 characters; use 1 to 128"]),
    (
        {"tags": {"k": "v" * 256}},
        ["tags.k: has 256 characters, and 255 are allowed; shorten it"],
    ),
    (
        {"tags": {f"k{n}": "v" for n in range(20)}},
        ["tags: there are 20, and 19 are allowed beside the ownership tag; remove some"],
    ),
    (
        {"desired_state": "paused"},
        ["desired_state: is not one of the choices; use 'running' or 'stopped'"],
    ),
    (
        {"upgrade_mode": "savepoint"},
        ["upgrade_mode: savepoints need a bucket; set obs_bucket, or use `stateless`"],
    ),
    (
        {"on_delete": "savepoint"},
        ["on_delete: a savepoint needs a bucket; set obs_bucket, or use `stop`"],
    ),
    ({"restart_trigger": ""}, ["restart_trigger: is empty; remove it or give it a value"]),
    ({"adopt_job_id": 0.0}, ["adopt_job_id: 0 is too small; use 1 or more"]),
    (
        {"project_id": "my-project"},
        ["project_id: has the wrong form; use 1 to 64 letters and digits"],
    ),
    ({"timeouts": {"create": 0.0}}, ["timeouts.create: 0 is too small; use more than 0"]),
    ({"timeouts": {"settle": -1.0}}, ["timeouts.settle: -1 is too small; use 0 or more"]),
    (
        {"timeouts": {"creation": 5.0}},
        ["timeouts.creation: there is no such argument; did you mean create?"],
    ),
    ({"cu_num": 2.0}, ["cu_num: there is no such argument; did you mean cu_number?"]),
    (
        {"colour": "red"},
        ["colour: there is no such argument; remove it; docs/fields.md lists them all"],
    ),
    (
        {"name": "a b", "queue_name": None, "cu_number": 0.0, "log_enabled": True},
        [
            "cu_number: 0 is too small; use 2 or more",
            "log_enabled: logs need a bucket; set obs_bucket",
            "name: may hold letters, digits, `-` and `_` only; remove the others",
            'queue_name: a job that runs needs a queue; set it, or desired_state="stopped"',
        ],
    ),
]


@pytest.mark.parametrize(("program", "sentences"), WRONG, ids=lambda part: str(part)[:40])
def test_a_wrong_program_gets_its_sentences(program: dict[str, Any], sentences: list[str]) -> None:
    found = problems({**RIGHT, **program})
    assert found == sentences
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    "program",
    [
        {},
        {"queue_name": None, "entrypoint": None, "desired_state": "stopped"},
        {"cu_number": 2.0, "checkpoint_enabled": True, "obs_bucket": "b"},
        {"entrypoint_args": ["--rate", 3.0, True]},
        {"entrypoint_args": "--text 'with spaces'"},
        {"resume_max_num": -1.0},
        {"tags": {"level": 3.0, "test": True}, "runtime_config": {"a": 1.0, "b": False}},
        {"tags": {f"k{n}": "v" for n in range(19)}},
        {"name": "x" * 57},
        {"owner": "f" * 32, "endpoint": "local", "smn_topic": None},
        {"timeouts": {"settle": 0.0}},
        {"restart_trigger": 7.0},
        {"resource_config_version": "v2", "resource_config": {"jobmanager_resource_spec": {}}},
    ],
)
def test_a_right_program_gets_none(program: dict[str, Any]) -> None:
    assert problems({**RIGHT, **program}) == []


# What is not known yet postpones exactly the rules that need it.


@pytest.mark.parametrize(
    ("program", "unknown"),
    [
        ({"name": None}, {"name"}),
        ({"queue_name": None}, {"queue_name"}),
        ({"entrypoint": None}, {"entrypoint"}),
        ({"queue_name": None, "entrypoint": None}, {"desired_state"}),
        ({"log_enabled": True, "checkpoint_enabled": True}, {"obs_bucket"}),
        ({"upgrade_mode": "savepoint", "on_delete": "savepoint"}, {"obs_bucket"}),
        ({"checkpoint_path": "b/c/"}, {"checkpoint_enabled"}),
        ({"checkpoint_enabled": True, "obs_bucket": "b"}, {"checkpoint_path"}),
        ({"resource_config": {"max_slot": 1.0}}, {"resource_config_version"}),
    ],
)
def test_a_rule_waits_for_what_it_needs(program: dict[str, Any], unknown: set[str]) -> None:
    inputs = {**RIGHT, **program}
    inputs = {name: value for name, value in inputs.items() if name not in unknown}
    assert problems(inputs, frozenset(unknown)) == []


def test_other_rules_do_not_wait() -> None:
    inputs = {**RIGHT, "cu_number": 0.0, "log_enabled": True}
    others = frozenset(ARGUMENTS) - inputs.keys() - {"obs_bucket"}
    assert problems(inputs, others) == [
        "cu_number: 0 is too small; use 2 or more",
        "log_enabled: logs need a bucket; set obs_bucket",
    ]


json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(ARGUMENTS), json))
def test_anything_at_all_ends_in_sentences_that_show_no_text(program: dict[str, Any]) -> None:
    for line in problems({**RIGHT, **program}):
        path, _, text = line.partition(": ")
        assert path.split(".")[0].split("[")[0] in ARGUMENTS
        assert "; " in text
        assert SECRET not in line


def test_every_field_is_an_argument() -> None:
    assert set(FIELDS) < set(ARGUMENTS)
