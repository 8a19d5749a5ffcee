"""The test of a whole stack that docs/testing.md shows, on the real engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from engine_project import PATIENCE, make_project
from leftovers import end_hosts
from page_files import written


def test_a_stack_of_the_testing_page(tmp_path: Path) -> None:
    environment = make_project(tmp_path).environment
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    written("docs/testing.md", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "test_stack.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    end_hosts(tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert "Exception ignored" not in done.stdout + done.stderr
