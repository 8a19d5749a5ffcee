"""Programs drawn at random, through the provider's verbs in the engine's order.

Every problem of a wrong program is one sentence, and none shows a text of it. What passes check
is stable: created, a refresh and a preview show no change, however it is spelled.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drawn_programs import Program, carried, respelled, right_programs, wrong_programs
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pulumi_dli.errors import DliError
from pulumi_dli.job.canonical import is_empty
from pulumi_dli.job.desired import ARGUMENTS, Desired
from pulumi_dli.job.options import PROVIDED
from pulumi_dli.rules.check import problems
from searches import examples
from stack import PROGRAM, Problems, Stack
from wrong_programs import SECRET

LONGEST = 500
"""Characters of a sentence that a person reads to its end."""
ALONE = frozenset(
    {
        *("name", "desc", "smn_topic", "main_class", "entrypoint_args", "dependency_jars"),
        *("dependency_files", "restart_trigger", "timeouts", "tags", "project_id"),
    }
)
"""Arguments whose problems do not depend on others."""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with a job, which no example changes."""
    stack = Stack(tmp_path_factory.mktemp("known"), {"preflight": "on"})
    stack.up(**_whole(dict.fromkeys(ALONE)))
    stack.sent()
    yield stack
    stack.close()


def _whole(program: Program) -> Program:
    return {**PROGRAM, **{name: value for name, value in program.items() if value is not None}}


def _judge(lines: list[str]) -> None:
    assert lines == sorted(lines)
    for line in lines:
        assert SECRET not in line
        assert line.isprintable()
        assert len(line) <= LONGEST
        path, colon, text = line.partition(": ")
        assert colon
        assert "; " in text
        name = re.split(r"[.\[]", path)[0]
        assert name in ARGUMENTS or "there is no such argument" in text


@given(wrong_programs(), st.frozensets(st.sampled_from(ARGUMENTS), max_size=3))
@settings(max_examples=examples(200))
def test_a_wrong_program_ends_in_sentences(
    known: Stack, program: Program, unknown: frozenset[str]
) -> None:
    assert known.id is not None
    wish = {"owner": known.mark, **_whole(program)}
    wish = {name: item for name, item in wish.items() if name not in unknown}
    stored = {name: item for name, item in program.items() if name not in PROVIDED}
    session = known.session()
    for olds in ({}, known.inputs, stored):
        filled, lines = session.check(known.urn, olds, wish, unknown)
        _judge(lines)
        assert not lines or not filled.get("failure")
    session.diff(known.urn, known.id, known.outs, wish, unknown)
    if Desired.read(wish).wrong:
        with pytest.raises(DliError) as refused:
            session.update(known.urn, known.id, known.outs, wish, None)
        assert SECRET not in str(refused.value)
    assert known.sent() == []


@given(wrong_programs())
@settings(max_examples=examples(200))
def test_the_problems_of_one_argument_do_not_hide_those_of_another(program: Program) -> None:
    program.pop("flink_version", None)  # it decides what a jar may be
    everything = problems(Desired.read({**PROGRAM, **program}))
    for name in ALONE & program.keys():
        alone = problems(Desired.read({**PROGRAM, name: program[name]}))
        assert {line for line in alone if re.split(r"\W", line)[0] == name} <= {*everything}


def _set(inputs: Program) -> Program:
    return {name: value for name, value in inputs.items() if not is_empty(name, value)}


def _no_change(stack: Stack, program: Program) -> None:
    before = _set(stack.inputs)
    assert not stack.preview(**program).changes
    assert stack.lines.told == []
    stack.up(**program)
    assert _set(stack.inputs) == before
    assert stack.sent() == []


@given(st.data())
@settings(
    max_examples=examples(30),
    phases=(Phase.generate,),  # a shorter failure is slow to find
)
def test_what_passes_check_is_stable_in_every_spelling(data: st.DataObject) -> None:
    program = data.draw(right_programs())
    spelled = [data.draw(respelled(program)) for _ in range(3)]
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder))
        try:
            stack.up(**spelled[0])
            stack.sent()
            for each in (spelled[0], *spelled[1:], program):
                _no_change(stack, each)
            assert not stack.refresh().changes
            for each in (*spelled, program):
                _no_change(stack, each)
        finally:
            stack.close()


@given(right_programs(), wrong_programs(most=2))
@settings(max_examples=examples(30), phases=(Phase.generate,))
def test_what_passes_check_and_is_created_is_stable(right: Program, odd: Program) -> None:
    program = {**right, **{name: carried(odd[name]) for name in ARGUMENTS if name in odd}}
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder))
        try:
            refused = _refusal(stack, program)
            assert SECRET not in refused
            if not refused:
                stack.sent()
                _no_change(stack, program)
                assert not stack.refresh().changes
                _no_change(stack, program)
        finally:
            stack.close()


def _refusal(stack: Stack, program: Program) -> str:
    """What check, or the service (a doubtful tag, a job that is not there), has against it."""
    try:
        stack.up(**program)
    except (Problems, DliError) as refused:
        return str(refused)
    return ""


# Named ones.

NOTHING: list[tuple[Program, Program]] = [
    ({"resource_config_version": "v2", "resource_config": {}}, {"resource_config_version": "v2"}),
    (
        {"resource_config_version": "v2", "resource_config": {"jobmanager_resource_spec": {}}},
        {"resource_config_version": "v2", "resource_config": {"taskmanager_resource_spec": {}}},
    ),
    ({"desc": ""}, {}),
    ({"tags": {}, "dependency_jars": [], "runtime_config": {}, "entrypoint_args": " "}, {}),
    ({"entrypoint_args": "--a 1\n--b 2"}, {"entrypoint_args": "\t--a  1\r\n--b 2 "}),
    ({"entrypoint_args": ["--a", "1"]}, {"entrypoint_args": "--a  1"}),
    (
        {"dependency_files": ["obs://jars/a", "obs://jars/b"]},
        {"dependency_files": ["obs://jars/b", "obs://jars/a"]},
    ),
    ({"timeouts": {"settle": "0.1"}}, {"timeouts": {"settle": 0.1}}),
    ({"checkpoint_path": "state/orders/"}, {"checkpoint_path": "obs://state/orders"}),
]


@pytest.mark.parametrize(("one", "other"), NOTHING, ids=lambda part: str(part)[:40])
@pytest.mark.parametrize("way", ["there", "back"])
def test_what_says_the_same_is_no_change(
    stack: Stack, one: Program, other: Program, way: str
) -> None:
    first, second = (one, other) if way == "there" else (other, one)
    stack.up(**first)
    stack.sent()
    for program in (first, second):
        _no_change(stack, program)
        assert not stack.refresh().changes
        _no_change(stack, program)
    stack.up(**{**second, "desc": "changed"})
    assert stack.sent() == ["put desc"]


def test_blanks_between_quotes_are_the_jars_own_business(stack: Stack) -> None:
    stack.up(entrypoint_args="--name 'a  b'")
    stack.preview(entrypoint_args="--name 'a b'")
    assert "restarts the job" in stack.line


def test_a_directory_is_restored_once_however_it_is_spelled(stack: Stack) -> None:
    other = stack.dli.create("other")
    stack.dli.started(other)
    stack.dli.stopped(other, savepoint=True)
    path = stack.dli.details(other)["savepoint_path"].rstrip("/")
    stack.up(restore_from=f"obs://{path}/")
    stack.sent()
    for spelled in (path, f"{path}/", f"obs://{path}"):
        _no_change(stack, {"restore_from": spelled})


@pytest.mark.parametrize("name", ["region", "project_id"])
def test_a_place_that_is_no_text_is_a_problem_beside_the_others(stack: Stack, name: str) -> None:
    wrong: Program = {name: [SECRET], "cu_number": 0}
    with pytest.raises(Problems) as refused:
        stack.up(**wrong)
    assert refused.value.args == (
        "cu_number: 0 is too small; use 2 or more",
        f"{name}: has the wrong type; use text",
    )


def test_a_size_of_memory_is_sent_in_the_documented_form(stack: Stack) -> None:
    sizes = {"taskmanager_resource_spec": {"memory": "\t4  GB\n"}}
    stack.up(resource_config_version="v2", resource_config=sizes)
    [body] = stack.bodies("create")
    assert body["resource_config"]["taskmanager_resource_spec"]["memory"] == "4 GB"


@pytest.mark.parametrize(
    ("name", "stored", "live"),
    [
        ("restart_when_exception", "yes", True),
        ("obs_bucket", "Old_Bucket", "Old_Bucket"),
        ("smn_topic", "alerts ", "alerts "),
        ("parallel_number", "0_2", 2),
    ],
)
def test_a_stack_lives_on_with_what_an_earlier_version_took(
    stack: Stack, name: str, stored: Any, live: Any
) -> None:
    """The state as that version left it: the input as the program spells it."""
    stack.up()
    assert stack.id is not None
    assert stack.dli.put(stack.id, **{name: live}).is_success or name == "parallel_number"
    if name == "parallel_number":
        stack.up(parallel_number=live)
    stack.refresh()
    for keeper in (stack.inputs, stack.outs):
        keeper[name] = stored if keeper is stack.inputs else live
    stack.outs["set_arguments"] = sorted({*stack.outs["set_arguments"], name})
    stack.sent()
    program = {name: stored}
    _no_change(stack, program)
    assert not stack.refresh().changes
    _no_change(stack, program)
    stack.up(**program, desc="changed")
    assert stack.sent() == ["put desc"]
    worse: Program = {name: "no" if live is True else f"{stored}_\n"}
    with pytest.raises(Problems, match=name):
        stack.up(**worse)
