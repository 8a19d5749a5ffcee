"""Jobs as the text of a program and of a script: whatever they hold, it is what it was."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.job.program import Exported, program, script

TEXTS = st.text(st.characters(codec="utf-8"))
PLAIN = st.recursive(
    TEXTS | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)


def job(job_id: int = 41, why_not: str = "", **arguments: Any) -> Exported:
    status = "job_running (so they say)"
    return Exported(job_id, "etl", status, {"name": "etl", **arguments}, ("a note",), why_not)


def calls(text: str) -> list[ast.Call]:
    """The jobs that a program makes."""
    body = ast.parse(text).body
    made = [each.value for each in body if isinstance(each, ast.Expr)]
    return [each for each in made if isinstance(each, ast.Call)]


def argument(call: ast.Call, name: str) -> ast.expr:
    [found] = [each.value for each in call.keywords if each.arg == name]
    return found


@given(PLAIN)
def test_a_value_is_what_it_was(value: Any) -> None:
    [call] = calls(program([job(desc=value)], ["head"]))
    found = ast.literal_eval(argument(call, "desc"))
    assert found == value
    assert json.dumps(found) == json.dumps(value)


@given(PLAIN)
def test_nothing_of_a_job_that_is_left_out_is_run(value: Any) -> None:
    text = program([job(desc=value, why_not="it is another's")], ["head"])
    assert calls(text) == []
    assert "# left out: it is another's" in text


def test_a_job_stands_in_it_as_a_person_would_write_it() -> None:
    text = program([job(cu_number=4, tags={"a": "b"}, entrypoint_args="--x planted")], ["of p"])
    assert text == (
        "# of p\n"
        "\n"
        "import pulumi\n"
        "from pulumi_dli import FlinkJarJob\n"
        "\n"
        "config = pulumi.Config()\n"
        "\n"
        "# job 41: job_running (so they say)\n"
        "# a note\n"
        "FlinkJarJob(\n"
        '    "etl",\n'
        '    name="etl",\n'
        "    cu_number=4,\n"
        '    tags={"a": "b"},\n'
        '    entrypoint_args=config.require_secret("etl-entrypoint_args"),\n'
        "    adopt_job_id=41,\n"
        "    opts=pulumi.ResourceOptions(protect=True),\n"
        ")\n"
    )


def test_the_native_plugin_imports_it() -> None:
    text = program([job()], [], native=True)
    assert "from pulumi_dli.native import FlinkJarJob\n" in text
    [call] = calls(text)
    assert ast.unparse(argument(call, "opts")) == (
        "pulumi.ResourceOptions(protect=True, import_='41')"
    )
    assert "adopt_job_id" not in text


def test_without_secrets_there_is_no_script() -> None:
    assert script([job(), job(entrypoint_args="planted", why_not="another's")], []) == ""


@pytest.mark.parametrize("text", ["plain", "SECRET", "a\nSECRET\nSECRET_\n", "$x `y` \\ 'z'"])
def test_a_secret_goes_by_standard_input(text: str) -> None:
    made = script([job(entrypoint_args=text)], ["of p"])
    lines = made.splitlines()
    command = next(line for line in lines if line.startswith("pulumi "))
    end = command.rpartition("'")[0].rpartition("'")[2]
    assert command == f"pulumi config set --secret \"$@\" -- etl-entrypoint_args <<'{end}'"
    body = made.partition(f"{command}\n")[2]
    assert body == f"{text}\n{end}\n"
    assert f"\n{end}\n" not in f"\n{text}\n"


def test_a_record_does_not_show_its_secrets() -> None:
    assert "planted" not in repr(job(entrypoint_args="planted"))
