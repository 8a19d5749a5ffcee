"""What the wheel carries, since users install that and not this checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_wheel_carries_the_package_and_its_plugin_file(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "provider", source / "provider", ignore=shutil.ignore_patterns("__py*"))
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", tmp_path, source], check=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        plugin = json.loads(archive.read("pulumi_dli/pulumi-plugin.json"))
    # Without this file the CLI would look for a plugin named `dli` to download.
    assert plugin == {"resource": False, "name": "dli"}
    assert {"pulumi_dli/py.typed", "pulumi_dli/dynamic.py", "pulumi_dli/local/app.py"} <= names
    assert not any(name.startswith("provider/") for name in names)
