"""import-linter's contracts: each is broken by an import that it is there to forbid."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = [str(Path(sys.prefix) / "bin" / "lint-imports"), "--no-cache"]

ROOMS = "Rooms, top to bottom; each may import what stands below it"
PULUMI = "Pulumi is known to what a program or its test writes, to the fronts and to sdk"
HTTPX = "httpx is known to client and artifacts"
RULES = "rules are pure: they ask no service"
LOCAL = "Only client.embedded, command and testing open the local DLI"


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
        ("queries.py", "from pulumi_dli.testing import local_dli", [ROOMS]),
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


def _drawn() -> tuple[dict[str, str], dict[str, set[str]]]:
    """The diagram of docs/architecture.md: the box of each room, and the arrows between boxes."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    [diagram] = re.findall(r"```mermaid\n(.*?)```", text, re.DOTALL)
    boxes: dict[str, str] = {}
    arrows: dict[str, set[str]] = {}
    for box, rooms, ends in re.findall(r'(\w+)\["(.*?)"\](?: --> (.*))?', diagram):
        boxes |= dict.fromkeys(rooms.split(" · "), box)
        arrows[box] = set(filter(None, ends.split(" & ")))
    return boxes, arrows


def test_the_drawing_of_the_rooms_is_what_they_import() -> None:
    boxes, arrows = _drawn()
    graph = grimp.build_graph("pulumi_dli")
    imports: dict[str, set[str]] = {box: set() for box in arrows}
    for module in graph.modules - {"pulumi_dli"}:
        box = boxes[module.split(".")[1]]
        for other in graph.find_modules_directly_imported_by(module):
            imports[box].add(boxes[other.split(".")[1]])

    def below(box: str) -> set[str]:
        nearer = imports[box] - {box}
        return nearer.union(*(below(each) for each in nearer))

    for box, drawn in arrows.items():
        nearer = imports[box] - {box}
        assert drawn == nearer - set().union(*(below(each) for each in nearer)), box
