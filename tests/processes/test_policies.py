"""The policy pack of the examples has tests of its own, as a team that copies it has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PACK = Path(__file__).resolve().parents[2] / "examples" / "policies"


def test_the_pack_s_own_tests_pass() -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "test_flink_rules.py",
    ]
    done = subprocess.run(command, cwd=PACK, capture_output=True, text=True, check=False)
    assert " passed" in done.stdout, done.stdout
    assert done.returncode == 0, done.stdout
