"""A cloud of clouds.yaml, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
from pathlib import Path
from pulumi_dli.settings.resolve import resolve
resolve({"cloud": "prod"}, {}, directory=Path.cwd().parent)
"""
WITHOUT = """
import sys
sys.modules["openstack"] = None
"""


def said(folder: Path, program: str) -> str:
    """The last line of what is said in a folder within a project, where its own clouds.yaml is."""
    within = folder / "src"
    within.mkdir()
    (within / "clouds.yaml").write_text("clouds: {prod: {region_name: eu-de}}\n")
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=within, capture_output=True, text=True, check=False)
    return done.stderr.splitlines()[-1]


def test_without_the_loader_the_extra_is_named(tmp_path: Path) -> None:
    assert "pip install 'pulumi-dli[clouds]'" in said(tmp_path, WITHOUT + PROGRAM)


def test_clouds_yaml_is_not_looked_for_where_the_process_works(tmp_path: Path) -> None:
    words = f"Cloud prod was not found (looked at clouds.yaml in {tmp_path} and in"
    assert words in said(tmp_path, PROGRAM)
