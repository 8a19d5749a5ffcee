"""That mypy and pyright, as `make static` sets them up, refuse what tests/typed_programs.py marks.

A marked line that is right, and a wrong line without a mark, are errors to both.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """\
from pulumi_dli import FlinkJarJob

job = FlinkJarJob("a", cu_number=4)
FlinkJarJob("b", cu_number=job.cu_number, queue_name=job.queue_name)
FlinkJarJob("c", cu_number="4")  # type: ignore[arg-type]
FlinkJarJob("d", cu_number="4")
FlinkJarJob("e", cu_number=4)  # type: ignore[arg-type]
"""
WRONG = {6, 7}


def refused(output: str) -> set[int]:
    """The lines of the program that a checker names."""
    return {int(line) for line in re.findall(r"program\.py:(\d+):.*error", output)}


def test_mypy_refuses_what_is_wrong_and_not_marked_and_what_is_marked_and_not_wrong(
    tmp_path: Path,
) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(program)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused(done.stdout) == WRONG, done.stdout + done.stderr


def test_pyright_refuses_what_is_wrong_and_not_marked_and_what_is_marked_and_not_wrong(
    tmp_path: Path,
) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    here = {"include": ["program.py"], "extraPaths": [str(ROOT / "provider")]}
    text = json.dumps(settings["pyright"] | here)
    (tmp_path / "pyrightconfig.json").write_text(text, encoding="utf-8")
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused(done.stdout) == WRONG, done.stdout + done.stderr
