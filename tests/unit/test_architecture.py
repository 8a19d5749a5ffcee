"""The house's rules that no linter checks. The layers are import-linter's, in pyproject.toml."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "provider" / "pulumi_dli"
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 330
"""Lines of a file; more than one idea lives in a longer one."""

ENVIRONMENT = {"settings/resolve.py", "command/cli.py", "dynamic.py"}
"""Who may read the environment; dynamic.py for PULUMI_DLI_DEBUG only."""


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def attributes(path: Path, module: str) -> Iterator[str]:
    """The attributes of a module that a file uses."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == module:
                yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module == module:
            yield from (each.name for each in node.names)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_holds_one_idea(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST
    assert path.stem not in {"utils", "util", "helpers", "common", "misc"}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize(
    "path",
    [f for f in FILES if name(f) not in ENVIRONMENT and not name(f).startswith("local/")],
    ids=name,
)
def test_the_environment_is_read_in_few_places(path: Path) -> None:
    assert not {"environ", "getenv", "putenv"}.intersection(attributes(path, "os"))


def test_the_provider_reads_one_variable_of_the_environment() -> None:
    text = (PACKAGE / "dynamic.py").read_text()
    assert text.count("os.environ") == text.count('os.environ.get("PULUMI_DLI_DEBUG")') == 1


@pytest.mark.parametrize(
    "path", [f for f in FILES if f.name not in {"cli.py", "host.py"}], ids=name
)
def test_only_the_command_and_the_host_print(path: Path) -> None:
    calls = [
        node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
    ]
    assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "print"]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_nobody_sleeps_but_a_clock(path: Path) -> None:
    sleeping = {"clock.py", "sdk/host.py", "local/app.py"}
    if "sleep" in attributes(path, "time"):
        assert name(path) in sleeping or name(path).startswith("local/")
