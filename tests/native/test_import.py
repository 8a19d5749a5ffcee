"""Jobs that are there are taken in as they are: the preview after it finds nothing to do."""

from __future__ import annotations

import json
from typing import Any

from job_stack import NATIVE, JobStack, job
from native_jobs import JOBS

URN = f"urn:pulumi:dev::jobs::{NATIVE.type}"
TAKE = ("--yes", "--generate-code=false", "--protect=false")


def inputs(stack: JobStack, resource: str) -> dict[str, Any]:
    return dict(stack.resources()[resource]["inputs"])


def shown_inputs(stack: JobStack) -> dict[str, dict[str, Any]]:
    """The inputs of each resource of the state, secrets in clear."""
    told = json.loads(stack.project.must("stack", "export", "--show-secrets"))
    return {
        item["urn"].rpartition("::")[2]: _clear(item["inputs"])
        for item in told["deployment"]["resources"]
        if item["type"] == NATIVE.type
    }


def _clear(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "plaintext" in value:
        return json.loads(value["plaintext"])
    return {name: _clear(item) for name, item in value.items()}


def test_twenty_jobs_of_different_make(stack: JobStack) -> None:
    made = {name: make(stack.dli, name) for name, make in JOBS.items()}
    assert len(made) == 20
    by_id = list(made)[::2]
    wanted = [
        {"type": NATIVE.type, "name": name, "id": str(made[name]) if name in by_id else name}
        for name in made
    ]
    (stack.project.directory / "jobs.json").write_text(json.dumps({"resources": wanted}))
    stack.program()
    with stack.dli.watched() as sent:
        stack.project.must("import", "--file", "jobs.json", *TAKE)
    assert {entry.method for entry in sent if "/streaming/" in entry.path} == {"GET"}
    assert {name: int(found["id"]) for name, found in stack.resources().items()} == made
    assert "planted" not in stack.state_text()
    stack.program(*(_written(name, given) for name, given in shown_inputs(stack).items()))
    with stack.dli.watched() as sent:
        stack.project.must("preview", "--expect-no-changes")
    assert sent == []
    shown = stack.shows("refresh", "--yes", "--skip-preview")
    assert "21 unchanged" in shown
    stack.nothing_changes()
    assert stack.dli.job("plain")["tags"] == {}  # nothing was changed yet, so nothing marked
    assert len(stack.dli.jobs()) == 20


def _written(name: str, given: dict[str, Any]) -> str:
    """The program of a job, of exactly the inputs that its import gave."""
    arguments = "".join(f", {argument}={value!r}" for argument, value in given.items())
    return f"FlinkJarJob({name!r}{arguments})\n"


def test_a_program_imports_and_then_owns_the_job(stack: JobStack) -> None:
    job_id = JOBS["plain"](stack.dli, "plain")
    stack.program(job("etl", name="plain", options='import_="plain"', obs_bucket="state"))
    stack.up()
    assert stack.resources()["etl"]["id"] == str(job_id)
    mark = stack.outputs("etl")["owner"]
    assert stack.dli.job("plain")["tags"] == {"pulumi-owner": mark}
    stack.program(job("etl", name="plain", obs_bucket="state"))
    stack.nothing_changes()
    stack.destroy()


def test_one_that_is_not_there_is_one_sentence(stack: JobStack) -> None:
    stack.program()
    shown = stack.fails("import", NATIVE.type, "etl", "nowhere", *TAKE)
    assert "no Flink job is called nowhere in project" in shown
    JOBS["plain"](stack.dli, "plain")
    shown = stack.fails("import", "dli:index:FlinkSqlJob", "etl", "plain", *TAKE)
    assert f"there is no resource type dli:index:FlinkSqlJob, only {NATIVE.type}" in shown
    assert "FlinkSqlJob" not in stack.state_text()
