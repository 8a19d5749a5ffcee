"""The examples of docs/testing.md, as a user has them: in files, run by a pytest of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from page_files import written


def test_the_examples_pass(tmp_path: Path) -> None:
    written("docs/testing.md", tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "test_pipeline.py", "test_own_mocks.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False
    )
    assert "5 passed" in done.stdout, done.stdout + done.stderr
