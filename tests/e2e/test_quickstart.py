"""The quickstart's whole life, from its own Pulumi.yaml and program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dli import Dli, changes
from engine_project import make_project
from job_stack import JobStack

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def quickstart(tmp_path: Path) -> Iterator[JobStack]:
    """The root's project, with the Python that runs the tests."""
    project = make_project(tmp_path, name="quickstart")
    for name in ("Pulumi.yaml", "__main__.py"):
        text = (ROOT / name).read_text(encoding="utf-8")
        project.write(name, text.replace("virtualenv: .venv", f"virtualenv: {sys.prefix}"))
    project.must("stack", "init", "dev")
    dli = Dli(project.directory / ".dli-local")
    yield JobStack(project, dli)
    dli.close()


def test_the_quickstart_lives_its_life(quickstart: JobStack) -> None:
    stack, dli = quickstart, quickstart.dli

    def outputs() -> dict[str, object]:
        return dict(json.loads(stack.project.must("stack", "output", "--json")))

    with dli.watched() as sent:
        shown = stack.shows("preview")
    assert "creates and starts the job" in shown
    assert "+ 2 to create" in shown
    assert changes(sent) == []

    stack.shows("up", "--yes")
    first = dli.job("test1")
    assert outputs() == {
        "job_id": first["id"],
        "status": "job_running",
        "update_time": first["update_time"],
    }
    assert first["status"] == "job_running"

    stack.nothing_changes()
    assert "2 unchanged" in stack.shows("refresh", "--yes")
    stack.nothing_changes()

    stack.project.must("config", "set", "parallelNumber", "2")
    with dli.watched() as sent:
        shown = stack.shows("preview", "--diff")
    assert "~ parallel_number  : 1 => 2" in shown
    assert shown.count("restarts the job from a savepoint (downtime); parallel_number 1 → 2") == 1
    assert "job_id" not in shown  # known, and the same
    assert changes(sent) == []

    with dli.watched() as sent:
        stack.shows("up", "--yes")
    assert f"PUT flink-jobs/{first['id']}" in changes(sent)
    [put] = [entry for entry in sent if entry.method == "PUT"]
    assert put.path == f"/v1.0/{first['project_id']}/streaming/flink-jobs/{first['id']}"
    assert json.loads(put.body)["parallel_number"] == 2
    second = dli.job("test1")
    assert second["counter"] > first["counter"]
    assert second["update_time"] > first["update_time"]
    assert outputs() == {
        "job_id": first["id"],
        "status": "job_running",
        "update_time": second["update_time"],
    }
    stack.destroy()
