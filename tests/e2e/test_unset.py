"""Arguments that a program leaves out: outputs all the same, without a place of their own."""

from __future__ import annotations

import json
from typing import Any

from job_stack import JobStack, job

ASKED = ("cu_number", "checkpoint_enabled", "checkpoint_mode", "desc", "upgrade_mode", "tags")
EXPORTS = "".join(f"pulumi.export({name!r}, etl.{name})\n" for name in ASKED)


def exported(stack: JobStack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stack.shows("stack", "output", "--json"))
    return found


def test_what_the_program_leaves_out_is_told_as_it_stands(stack: JobStack) -> None:
    stack.program(job(), EXPORTS)
    stack.up()
    assert exported(stack) == {
        "cu_number": 2,
        "checkpoint_enabled": False,
        "checkpoint_mode": "exactly_once",
        "desc": "",
        "tags": {},
    }
    unset = stack.outputs()["unset"]
    assert unset.keys() == {"checkpoint_mode", "checkpoint_interval", "checkpoint_path"}
    assert "cu_number" not in stack.outputs()
    stack.nothing_changes()


def test_what_changed_beside_pulumi_is_told_after_a_refresh(stack: JobStack) -> None:
    stack.program(job(desired_state="stopped"), EXPORTS)
    stack.up()
    answer = stack.dli.put(stack.dli.job("etl")["id"], cu_number=4, desc="by hand")
    assert answer.is_success
    stack.shows("refresh", "--yes", "--skip-preview")
    assert stack.outputs()["unset"]["cu_number"] == 4
    assert "changes at rest; desc changes; cu_number 4 → 2" in stack.shows("preview")


def test_a_misspelt_output_is_an_error_of_the_program(stack: JobStack) -> None:
    stack.program(job(), "pulumi.export('x', etl.cu_nummer)\n")
    done = stack.project.run("preview")
    assert done.returncode != 0
    assert "'FlinkJarJob' object has no attribute 'cu_nummer'" in done.stdout + done.stderr


def test_outputs_of_a_job_that_does_not_change_are_known_where_they_are_used(
    stack: JobStack,
) -> None:
    used = "first.tags.apply(str) + ' ' + first.failure.apply(str)"
    second = job("second", code={"desc": f"pulumi.Output.concat('', {used.replace(' + ', ', ')})"})
    stack.program(job("first"), second)
    stack.up()
    stack.nothing_changes()
    assert stack.dli.job("second")["definition"]["desc"] == "{} None"
