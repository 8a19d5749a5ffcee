"""The house's rules that no linter checks, and that each of them can fail.

What a room may import is import-linter's business, in pyproject.toml; tests of the layers show
that those contracts can fail.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "provider" / "pulumi_dli"
LONGEST = 300
"""Lines of a file; more than one idea lives in a longer one."""
FRONTS = {"dynamic.py", "native/calls.py"}
"""The files that an engine's calls end in."""
VAGUE = {"utils", "util", "helpers", "common", "misc"}


@dataclass(frozen=True)
class Source:
    """A file: its name, from the package on where it is of the package, and its text."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """The folder or the single file right below the package."""
        return self.name.partition("/")[0].removesuffix(".py")


def _package() -> list[Source]:
    return [
        Source(path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    ]


def _around() -> list[Source]:
    """The other files that the house is made of."""
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for folder in ("tools", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def _attributes(source: Source, module: str) -> set[str]:
    """The attributes of a module that a file uses."""
    found = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == module:
                found.add(node.attr)
        elif isinstance(node, ast.ImportFrom) and node.module == module:
            found |= {each.name for each in node.names}
    return found


def _imported(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _too_long(source: Source) -> bool:
    return len(source.text.splitlines()) > LONGEST


def _vague(source: Source) -> bool:
    return Path(source.name).stem in VAGUE


def _silent(source: Source) -> bool:
    return not ast.get_docstring(source.tree)


def _code_in_init(source: Source) -> bool:
    return len(source.tree.body) > 1


def _reads_environment(source: Source) -> bool:
    return bool({"environ", "getenv", "putenv"} & _attributes(source, "os"))


def _reads_more_than_debug(source: Source) -> bool:
    whole, debug = "os.environ", 'os.environ.get("PULUMI_DLI_DEBUG")'
    return source.text.count(whole) != 1 or source.text.count(debug) != 1


def _prints(source: Source) -> bool:
    calls = (node.func for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    return any(isinstance(call, ast.Name) and call.id == "print" for call in calls)


def _sleeps(source: Source) -> bool:
    return "sleep" in _attributes(source, "time")


def _takes_plain_data(source: Source) -> bool:
    """A signature of `dict[str, Any]` or `Mapping[str, Any]`."""
    functions = (
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    for function in functions:
        arguments = function.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        hints = [function.returns, *(argument.annotation for argument in every)]
        words = " ".join(ast.unparse(hint) for hint in hints if hint is not None)
        if "dict[str, Any]" in words or "Mapping[str, Any]" in words:
            return True
    return False


def _leaves_the_local_dli(source: Source) -> bool:
    ours = [name for name in _imported(source) if name.partition(".")[0] == "pulumi_dli"]
    return any(not f"{name}.".startswith("pulumi_dli.local.") for name in ours)


class Rule(NamedTuple):
    """A rule of the house.

    Attributes:
        broken: whether a file breaks it.
        over: the files that it is for, by name.
        example: a text that breaks it.
    """

    broken: Callable[[Source], bool]
    over: Callable[[str], bool]
    example: Source


def _everywhere(_: str) -> bool:
    return True


RULES = {
    "a file holds one idea": Rule(_too_long, _everywhere, Source("a.py", "pass\n" * 301)),
    "a file's name says what is in it": Rule(_vague, _everywhere, Source("job/utils.py", "")),
    "a file says what it is for": Rule(_silent, _everywhere, Source("a.py", "A = 1\n")),
    "a room's door holds no code": Rule(
        _code_in_init,
        # A program imports the native front by itself, and nothing else does.
        lambda name: name.endswith("/__init__.py") and name != "native/__init__.py",
        Source("job/__init__.py", '"""A room."""\nimport pydantic\n'),
    ),
    "the environment is read in settings and command": Rule(
        _reads_environment,
        lambda name: (
            name.partition("/")[0] not in {"settings", "command", "local"}
            and name not in FRONTS
            and not name.startswith(("tools/", "benchmarks/"))
        ),
        Source("job/plan.py", "from os import environ\n"),
    ),
    "a front reads one variable of the environment": Rule(
        _reads_more_than_debug,
        lambda name: name in FRONTS,
        Source("dynamic.py", 'os.environ.get("PULUMI_DLI_DEBUG"), os.environ["HOME"]\n'),
    ),
    "only the command prints": Rule(
        _prints,
        lambda name: (
            not name.startswith(("command/", "tools/", "benchmarks/"))
            and name not in {"local/cli.py", "local/flink/cli.py"}
        ),
        Source("job/plan.py", "print(1)\n"),
    ),
    "nobody sleeps but a clock": Rule(
        _sleeps,
        lambda name: (
            not name.startswith(("local/", "tools/", "benchmarks/"))
            and name not in {"clock.py", "sdk/engine.py"}
        ),
        Source("lifecycle/waits.py", "import time\ntime.sleep(1)\n"),
    ),
    "plain data stands at the edges": Rule(
        _takes_plain_data,
        lambda name: name.startswith(("rules/", "preview/", "lifecycle/")),
        Source("rules/check.py", "def f(inputs: Mapping[str, Any]) -> None: ...\n"),
    ),
    "the local DLI imports nothing of the rest": Rule(
        _leaves_the_local_dli,
        lambda name: name.startswith("local/"),
        Source("local/jobs.py", "from pulumi_dli.job import spec\n"),
    ),
}
EVERY = [*_package(), *_around()]
CASES = {
    name: [source for source in EVERY if rule.over(source.name)] for name, rule in RULES.items()
}


@pytest.mark.parametrize("name", RULES)
def test_the_house_keeps_its_rules(name: str) -> None:
    assert [source.name for source in CASES[name] if RULES[name].broken(source)] == []


@pytest.mark.parametrize("name", RULES)
def test_a_rule_can_fail(name: str) -> None:
    rule = RULES[name]
    assert rule.over(rule.example.name)
    assert rule.broken(rule.example)


def test_one_more_way_to_leave_the_local_dli() -> None:
    for text in ("import pulumi_dli\n", "from pulumi_dli import FlinkJarJob\n"):
        assert _leaves_the_local_dli(Source("local/jobs.py", text))
    assert not _leaves_the_local_dli(Source("local/jobs.py", "from pulumi_dli.local import tags\n"))


def _listed_rooms() -> set[str]:
    """The rooms of the layer contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return {room for layer in layers for room in layer.split(" | ")}


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.over is _everywhere])
def test_a_rule_for_all_looks_at_every_room(name: str) -> None:
    seen = {source.room for source in CASES[name]}
    assert seen - {"__init__"} == _listed_rooms() | {"tools", "benchmarks"}


def test_the_other_rules_look_at_what_they_are_for() -> None:
    seen = {name: {source.room for source in sources} for name, sources in CASES.items()}
    assert seen["plain data stands at the edges"] == {"rules", "preview", "lifecycle"}
    assert seen["the local DLI imports nothing of the rest"] == {"local"}
    assert seen["a front reads one variable of the environment"] == {"dynamic", "native"}
    assert _listed_rooms() - seen["nobody sleeps but a clock"] == {"local", "clock"}
    assert _listed_rooms() - seen["the environment is read in settings and command"] == {
        "settings",
        "command",
        "local",
        "dynamic",
    }


def test_every_room_says_its_one_sentence() -> None:
    doors = {
        s.room: ast.get_docstring(s.tree)
        for s in EVERY
        if s.name.count("/") == 1 and s.name.endswith("/__init__.py")
    }
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert doors.keys() == folders
    assert all(text and text.partition("\n")[0].endswith(".") for text in doors.values())


def _map() -> tuple[list[tuple[str, str]], str]:
    """The map: of each row its room and what stands in it, and the part about `local/`."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    outer, inner = page.partition("## The rooms")[2].partition("### Inside `local/`")[::2]
    rows = [line.split("|")[1:3] for line in outer.splitlines() if line.startswith("| `")]
    return [(room, words) for room, words in rows], inner.partition("### Words")[0]


def test_the_map_names_every_file_of_the_house() -> None:
    rows, local = _map()
    for source in _package():
        *_, folder, name = "", *source.name.split("/")
        if name == "__init__.py":
            continue
        if source.room == "local":
            assert f"`{folder}/`" in local or f"`{name}`" in local, source.name
        elif folder:
            [words] = [words for room, words in rows if f"`{source.room}/`" in room]
            assert f"`{name}`" in words, source.name
        else:
            top = [room + words for room, words in rows if "/`" not in room]
            assert any(f"`{name}`" in words for words in top), source.name


def test_the_map_names_nothing_else() -> None:
    rows, _ = _map()
    there = {source.name.rpartition("/")[2] for source in _package()}
    assert {name for row in rows for name in re.findall(r"`(\w+\.py)`", "".join(row))} <= there
    rooms = [name for room, _ in rows for name in re.findall(r"`(\w+)/`", room)]
    assert sorted(rooms) == sorted({s.room for s in _package() if "/" in s.name})
