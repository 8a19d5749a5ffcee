"""`entrypoint=pulumi.FileAsset(…)`: a job runs exactly the jar that was built, by its content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dli import changes
from jars import a_class, a_jar
from job_stack import JobStack, job

JAR = {"entrypoint": 'pulumi.FileAsset("target/orders.jar")'}


def build(stack: JobStack, release: int, **how: Any) -> None:
    """What a build leaves: the same classes at another time are other bytes."""
    file = stack.project.directory / "target/orders.jar"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(a_jar({"com/example/Orders.class": a_class(release=release)}, **how))


def objects(stack: JobStack) -> list[str]:
    folder: Path = stack.project.directory / ".dli-local/obs"
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*.jar"))


def test_a_job_runs_the_jar_that_was_built(stack: JobStack) -> None:
    build(stack, 7)
    stack.program(job(entrypoint=None, code=JAR))
    assert "creates and starts the job" in stack.up()
    [first] = objects(stack)
    assert stack.dli.job("etl")["definition"]["entrypoint"] == f"obs://{first}"
    stack.nothing_changes()

    (stack.project.directory / "target/orders.jar").unlink()
    stack.program(job(entrypoint=None, code=JAR, options='ignore_changes=["entrypoint"]'))
    assert "'target/orders.jar' is not there; build it first" in stack.fails("preview")
    stack.program(job(entrypoint=None, code=JAR))

    build(stack, 7, at=(2026, 5, 6, 7, 8, 10))  # the same content
    with stack.dli.watched() as sent:
        stack.shows("up", "--yes", "--refresh", "--expect-no-changes")
    assert changes(sent) == []

    build(stack, 8)
    shown = stack.shows("preview", "--diff")
    assert f"obs://{first}" in shown
    assert objects(stack) == [first]  # a preview uploads nothing
    before = stack.dli.job("etl")
    assert "restarts the job from a savepoint (downtime); entrypoint changes" in stack.up()
    after = stack.dli.job("etl")
    [second] = set(objects(stack)) - {first}
    assert after["definition"]["entrypoint"] == f"obs://{second}"
    assert after["counter"] >= before["counter"]

    build(stack, 7)  # back: it is there already
    with stack.dli.watched() as sent:
        stack.up()
    assert not [request for request in sent if request.method == "PUT" and "/obs" in request.path]
    assert stack.dli.job("etl")["definition"]["entrypoint"] == f"obs://{first}"
