"""What the wheel carries, since users install that and not this checkout."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path


def test_the_wheel_carries_the_package_and_its_plugin_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        plugin = json.loads(archive.read("pulumi_dli/pulumi-plugin.json"))
    # Without this file the CLI would look for a plugin named `dli` to download.
    assert plugin == {"resource": False, "name": "dli"}
    assert {"pulumi_dli/py.typed", "pulumi_dli/dynamic.py", "pulumi_dli/local/app.py"} <= names
    assert not any(name.startswith("provider/") for name in names)
