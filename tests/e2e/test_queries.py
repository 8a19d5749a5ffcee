"""Look-ups in a program that runs under the real engine."""

from __future__ import annotations

import json

from dli import changes
from job_stack import JobStack, job

LOOK = """\
from pulumi_dli import get_flink_jar_job, get_queue, list_flink_jar_jobs

queue = get_queue("testQueue")
pulumi.export("free", queue.cu_count - queue.used_cu)
pulumi.export("running", [found.name for found in list_flink_jar_jobs(status="job_running")])
pulumi.export("source", get_flink_jar_job(name="source").job_id)
"""


def test_a_program_looks_up_what_it_does_not_manage(stack: JobStack) -> None:
    job_id = stack.dli.create("source", queue_name="testQueue", cu_number=4)
    assert stack.dli.run(job_id).is_success
    stack.program(LOOK, job(queue_name=None, code={"queue_name": "queue.name"}))
    with stack.dli.watched() as sent:
        stack.shows("preview")
    assert changes(sent) == []
    stack.up()
    assert stack.dli.job("etl")["status"] == "job_running"
    assert json.loads(stack.project.must("stack", "output", "--json")) == {
        "free": 252,
        "running": ["source"],
        "source": job_id,
    }


def test_what_is_not_there_ends_the_program_in_one_sentence(stack: JobStack) -> None:
    stack.program("from pulumi_dli import get_queue\nget_queue('nowhere')\n", job())
    shown = stack.fails("preview")
    assert "get_queue: there is no queue nowhere in project" in shown
    assert "there are: default, pooled, testqueue" in shown
    assert stack.dli.jobs() == {}
