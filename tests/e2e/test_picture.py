"""The README's picture is what the engine shows."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from engine_project import ENGINE, engine_folder

TOOL = Path(__file__).resolve().parents[2] / "tools" / "picture.py"


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("picture", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_is_fresh() -> None:
    version = subprocess.check_output([engine_folder() / "pulumi", "version"], text=True).strip()
    [drawn_with] = re.findall(r'^VERSION = "(.*)"$', ENGINE.read_text(), re.MULTILINE)
    if version != f"v{drawn_with}":
        pytest.skip(f"it is drawn with the engine {drawn_with}, and this is {version}")
    picture = tool()
    drawn = picture.drawn(picture.preview())
    assert picture.PICTURE.read_text(encoding="utf-8") == drawn, "run `make picture`"
