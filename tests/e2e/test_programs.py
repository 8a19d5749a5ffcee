"""Outputs as inputs, and mistakes in one sentence, under the real engine."""

from __future__ import annotations

import json
from typing import Any

import pytest
from job_stack import JobStack, job

USES = """\
found = FlinkJarJob.get("found", etl.job_id)
outputs = {
    name: getattr(found, name)
    for name in FlinkJarJobArgs.__annotations__
    if name not in ("name", "checkpoint_path", "timeouts", "adopt_job_id")
}
more = FlinkJarJob("more", name="more", timeouts={"settle": 0.2}, **outputs)
again = FlinkJarJob.get("again", more.id)
pulumi.export("owner", found.owner)
pulumi.export("sizes", pulumi.Output.all(more.cu_number, again.parallel_number))
pulumi.export("bucket", found.obs_bucket.apply(lambda text: text.upper()))
pulumi.export("none", again.smn_topic.apply(str))
"""


def definition(stack: JobStack, name: str) -> dict[str, Any]:
    """A job's definition on the service, as far as it says something."""
    definition = stack.dli.job(name)["definition"]
    return {field: value for field, value in definition.items() if value not in (None, "", "[]")}


def test_the_outputs_of_a_job_that_is_read_make_another(stack: JobStack) -> None:
    source = job(queue_name="testqueue", cu_number=4)  # in lower case, as the service reports it
    stack.program("from pulumi_dli import FlinkJarJobArgs\n", source, USES)
    assert "etl" in stack.planned()  # neither job exists yet: ids and outputs are not known
    stack.up()
    assert definition(stack, "more") == definition(stack, "etl")
    shown = json.loads(stack.project.must("stack", "output", "--json"))
    owner = stack.outputs()["owner"]
    assert shown == {"owner": owner, "sizes": [4, 1], "bucket": "BUCKET", "none": "None"}
    stack.project.must("preview", "--expect-no-changes")  # all that was read is known here


WRONG = """\
FlinkJarJob("more", name="more", entrypoint_args=pulumi.Output.secret(b"planted-secret"))
"""


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (WRONG, "FlinkJarJob more: entrypoint_args is a bytes; use text, a number"),
        ('FlinkJarJob.get("more", etl.name)', "FlinkJarJob more: id is not the id of a Flink job"),
    ],
    ids=["value", "id"],
)
def test_a_mistake_in_a_program_is_one_sentence(
    stack: JobStack, program: str, sentence: str
) -> None:
    stack.program(job(), program)
    shown = stack.fails("preview")
    assert f"error: {sentence}" in shown
    assert "planted" not in shown
