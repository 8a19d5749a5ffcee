"""A cloud of clouds.yaml where its loader is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
sys.modules["openstack"] = None
from pulumi_dli.settings.resolve import resolve
resolve({"cloud": "prod"}, {}, directory=Path.cwd())
"""


def test_without_the_loader_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text("clouds: {prod: {region_name: eu-de}}\n")
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "pip install 'pulumi-dli[clouds]'" in done.stderr.splitlines()[-1]
