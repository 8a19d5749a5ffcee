"""A stack that version 0.1.0 wrote, before its modules moved: nothing in it changes now.

tests/stored holds what that version left, made with the real engine: a program with jobs of
all makes, the state after its `up` and after a refresh of it, and the local DLI's store.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from dli import Dli, changes
from engine_project import make_project
from job_stack import JobStack
from leftovers import end_hosts

STORED = Path(__file__).parents[1] / "stored"
HEALED = {"fails": "update"}
"""The job whose first start failed is started again, as that version would have done."""
DRIFTED = HEALED | {"drifts": "update"}
"""Somebody changed this one by hand; only a refresh sees it."""


def _stack(folder: Path, state: str) -> JobStack:
    """The stack of that version, with one of its two states."""
    project = make_project(folder, name="jobs")
    store = project.directory / ".dli-local"
    store.mkdir()
    with closing(sqlite3.connect(store / "dli.sqlite3")) as db:
        db.executescript((STORED / "service.sql").read_text(encoding="utf-8"))
    project.write("__main__.py", (STORED / "program.py.txt").read_text(encoding="utf-8"))
    deployment = json.loads((STORED / f"{state}.json").read_text(encoding="utf-8"))
    salt = deployment["deployment"]["secrets_providers"]["state"]["salt"]
    project.write("Pulumi.dev.yaml", f"encryptionsalt: {salt}\n")
    project.must("stack", "import", "--file", str(STORED / f"{state}.json"))
    stack = JobStack(project, Dli(store))
    stack.configure(endpoint="local", defaultTags='{"team": "data"}')
    return stack


def _changes(stack: JobStack, *arguments: str) -> dict[str, str]:
    """The operations that a preview plans, by resource."""
    planned = {name: step["op"] for name, step in stack.planned(*arguments).items()}
    return {
        name: operation
        for name, operation in planned.items()
        if operation in ("create", "update", "replace", "delete")
    }


@pytest.mark.parametrize(
    ("state", "planned"), [("stack", HEALED), ("refreshed", DRIFTED)], ids=["up", "refreshed"]
)
def test_a_stack_of_the_version_before_changes_as_it_would_have(
    tmp_path: Path, state: str, planned: dict[str, str]
) -> None:
    stack = _stack(tmp_path, state)
    try:
        assert _changes(stack) == planned
        assert _changes(stack, "--refresh") == DRIFTED
        with stack.dli.watched() as sent:
            stack.up("--refresh")
        assert sorted(changes(sent)) == ["POST jobs/run", "PUT flink-jobs/11", "PUT flink-jobs/8"]
        assert _changes(stack, "--refresh") == {}
        stack.nothing_changes()
        stack.destroy()
    finally:
        end_hosts(stack.project.directory)
        stack.dli.close()
