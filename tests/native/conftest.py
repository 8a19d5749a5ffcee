"""Stacks of the native plugin, with the real engine and without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dli import Dli
from engine_project import make_project
from job_stack import NATIVE, JobStack
from leftovers import end_hosts


@pytest.fixture
def stack(tmp_path: Path, kept: Path) -> Iterator[JobStack]:
    """A stack of the native front whose jobs are on the embedded local DLI."""
    project = make_project(tmp_path, name="jobs")
    made = JobStack(project, Dli(project.directory / ".dli-local"), kept, NATIVE)
    made.configure(endpoint="local")
    yield made
    end_hosts(project.directory)
    made.dli.close()
