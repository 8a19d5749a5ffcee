"""A stack with the embedded local DLI, for one test each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dli import Dli
from engine_project import make_project
from job_stack import JobStack
from leftovers import end_hosts


@pytest.fixture
def stack(tmp_path: Path, kept: Path) -> Iterator[JobStack]:
    """A stack whose jobs are on the embedded local DLI."""
    project = make_project(tmp_path, name="jobs")
    made = JobStack(project, Dli(project.directory / ".dli-local"), kept)
    made.configure(endpoint="local")
    yield made
    end_hosts(project.directory)
    made.dli.close()
