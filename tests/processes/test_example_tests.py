"""The examples that have tests of their own, as a team that copies them has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TESTED = sorted({file.parent.name for file in EXAMPLES.rglob("test_*.py")})


@pytest.mark.parametrize("example", TESTED)
def test_an_example_s_own_tests_pass(example: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=EXAMPLES / example, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_there_are_such_examples() -> None:
    assert TESTED == ["policies", "streaming-job"]
