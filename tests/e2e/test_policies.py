"""The policy pack of the examples, run by the engine."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml
from job_stack import JobStack, job

PACK = Path(__file__).resolve().parents[2] / "examples" / "policies"
GOOD: dict[str, Any] = {
    "checkpoint_enabled": True,
    "resume_checkpoint": True,
    "smn_topic": "flink-alerts",
    "tags": {"team": "shop", "cost-center": "42"},
}


def test_a_job_of_production_that_breaks_a_rule_fails_the_preview(
    stack: JobStack, tmp_path: Path
) -> None:
    pack = tmp_path / "policies"
    shutil.copytree(PACK, pack, ignore=shutil.ignore_patterns("__pycache__"))
    settings = yaml.safe_load((pack / "PulumiPolicy.yaml").read_text())
    settings["runtime"]["options"]["virtualenv"] = sys.prefix
    (pack / "PulumiPolicy.yaml").write_text(json.dumps(settings))
    production = tmp_path / "production.json"
    names = ("keeps-state", "checkpoints", "has-alert", "is-bounded", "is-tagged")
    production.write_text(json.dumps({name: {"stacks": ["dev"]} for name in names}))
    rules = ("--policy-pack", str(pack), "--policy-pack-config", str(production))

    stack.program(job("etl", **GOOD, cu_number=65))
    done = stack.project.run("preview", *rules)
    assert done.returncode != 0
    _, shown = re.findall(r"```\n(.*?)```", (PACK / "README.md").read_text(), re.DOTALL)
    assert shown.split() == done.stdout.partition("policies)\n")[2].partition("\n\n")[0].split()
    assert stack.dli.jobs() == {}

    stack.program(job("etl", **GOOD))
    assert "creates and starts the job" in stack.project.must("up", "--yes", *rules)
    assert list(stack.dli.jobs()) == ["etl"]
