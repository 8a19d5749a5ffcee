"""docs/troubleshooting.md says what the errors say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from pulumi_dli.artifacts.refusals import OBJECT_STEPS
from pulumi_dli.client.error_codes import CODES, NEXT_STEPS

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "troubleshooting.py"
DOCUMENTED = (
    *(f"DLI.{number:04}" for number in (*range(1, 10), *range(11, 17), 18, 19, 23, 100, 999)),
    "DLI.1028",
    "DLI.13024",
    "DLI.16001",
)
"""The API reference's list of codes, and two that only the service knows."""


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("troubleshooting", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_fresh() -> None:
    made = tool()
    text = made.PAGE.read_text()
    assert text == made.page(text), "run `make fields`"


def test_every_code_and_status_has_a_row() -> None:
    text = tool().PAGE.read_text()
    for name in (*CODES, *OBJECT_STEPS):
        assert text.count(f"| `{name}` | ") == 1
    for status in NEXT_STEPS:
        assert text.count(f"\n| {status} ") == 1


def test_no_documented_code_is_unknown() -> None:
    assert set(DOCUMENTED) <= CODES.keys()


def test_the_symptoms_are_what_the_provider_says() -> None:
    code = "".join(
        path.read_text() for path in sorted((ROOT / "provider/pulumi_dli").rglob("*.py"))
    )
    said = re.sub(r"\{[^{}]*\}", "…", re.sub(r'"\s*\n\s*f?"', "", code))
    table = tool().PAGE.read_text().partition("## By code")[0]
    symptoms = re.findall(r"^\| `([^`]*)`", table, re.MULTILINE)
    theirs = {"the stack is currently locked", "failed to load checkpoint: EOF"}  # of the engine
    assert len(symptoms) > 10
    for symptom in symptoms:
        for words in re.split(r"\s*…\s*", symptom):
            assert words in said or symptom in theirs, symptom
