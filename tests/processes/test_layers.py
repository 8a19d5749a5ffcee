"""import-linter's contracts: each is broken by an import that it is there to forbid."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = [str(Path(sys.prefix) / "bin" / "lint-imports"), "--no-cache"]

ROOMS = "Rooms, top to bottom; each may import what stands below it"
PULUMI = "Pulumi is known to what a program writes, to the fronts and to sdk"
HTTPX = "httpx is known to client and artifacts"
RULES = "rules are pure: they ask no service"
LOCAL = "Only client.embedded and command open the local DLI"


def _broken(folder: Path, file: str, line: str) -> list[str]:
    """The contracts that are broken once a line stands at the end of a file of a copy."""
    shutil.copytree(ROOT / "provider" / "pulumi_dli", folder / "pulumi_dli")
    shutil.copy(ROOT / "pyproject.toml", folder)
    with (folder / "pulumi_dli" / file).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    done = subprocess.run(
        LINT,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert any(each.startswith("Contracts: ") for each in lines), done.stdout + done.stderr
    broken = [each.partition(" BROKEN")[0] for each in lines if " BROKEN" in each]
    assert bool(broken) == bool(done.returncode)
    return broken


@pytest.mark.parametrize(
    ("file", "line", "contracts"),
    [
        ("job/plan.py", "", []),
        ("job/plan.py", "from pulumi_dli.client import api", [ROOMS]),
        ("settings/resolve.py", "from pulumi_dli.job import spec", [ROOMS]),
        ("preview/preview.py", "from pulumi_dli.lifecycle import verbs", [ROOMS]),
        ("local/jobs.py", "from pulumi_dli.errors import DliError", [ROOMS]),
        ("newcomer.py", "", [ROOMS]),
        ("rules/check.py", "import pulumi", [PULUMI]),
        ("lifecycle/steps.py", "import httpx", [HTTPX]),
        ("client/api.py", "from pulumi_dli.artifacts import keys", [ROOMS]),
        ("rules/check.py", "from pulumi_dli.client import api", [RULES]),
        ("lifecycle/steps.py", "from pulumi_dli.local import store", [LOCAL]),
        ("client/api.py", "from pulumi_dli.local import store", [LOCAL]),
    ],
)
def test_a_contract_can_fail(tmp_path: Path, file: str, line: str, contracts: list[str]) -> None:
    assert _broken(tmp_path, file, line) == contracts
