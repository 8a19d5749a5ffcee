"""docs/fields.md is what the tables say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from pulumi_dli.job.options import Options
from pulumi_dli.job.spec import FIELDS, SECRET_FIELDS, JobSpec

TOOL = Path(__file__).parents[2] / "tools" / "fields.py"


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fields", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_fresh() -> None:
    fields = tool()
    assert fields.PAGE.read_text() == fields.page(), "run `make fields`"


def test_every_argument_has_one_row() -> None:
    lines = tool().page().split("### ")[0].splitlines()
    named = [line.split("`")[1] for line in lines if line.startswith("| `")]
    assert sorted(named) == sorted([*FIELDS, *Options.model_fields])


def test_every_row_has_all_its_cells() -> None:
    for part in tool().page().split("\n\n"):
        rows = [line.replace("\\|", "").count("|") for line in part.splitlines() if "|" in line]
        assert len(set(rows)) <= 1, part


def test_a_secret_says_that_it_is_one() -> None:
    for name in SECRET_FIELDS:
        assert "Always kept secret." in str(JobSpec.model_fields[name].description)
