"""`make mutants`: does a test notice when the code that keeps state safe is wrong?

cosmic-ray makes the mutants; N of them are drawn by seed and tried, in copies of the
repository, against the tests that reach the code. What survives is shown with its diff.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkItem, WorkResult

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "provider/pulumi_dli"
MUTATED = (
    "job/plan.py",
    "job/start.py",
    "job/restarts.py",
    "job/move.py",
    "job/state.py",
    "job/outputs.py",
    "memory.py",
    "session.py",
    "lifecycle/polling.py",
    "lifecycle/waits.py",
    "lifecycle/replace.py",
)
TESTS = (
    "tests/unit/test_plan.py",
    "tests/unit/test_outputs.py",
    "tests/unit/test_state.py",
    "tests/unit/test_spec.py",
    "tests/unit/test_waits.py",
    "tests/unit/test_steps_savepoint.py",
    "tests/unit/test_dynamic.py",
    "tests/lifecycle/test_ways.py",
    "tests/lifecycle",
)
"""In the order in which a mutant most likely dies."""
COPIED = ("provider", "tests", "docs", "tools", "examples", "pyproject.toml", "README.md")
PATIENCE = 900.0
"""Seconds that the tests may take with a mutant."""
WORKERS = 2
EQUAL = {
    "core/ReplaceComparisonOperator_Is_Eq",
    "core/ReplaceComparisonOperator_IsNot_NotEq",
}
"""What changes nothing here, where `is` compares with None and with members of enumerations."""


def main() -> None:
    """Draw, try, and tell how each ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=150, help="mutants to try")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(WORKERS)]
        _cosmic_ray(copies[0], "baseline", "mutants.toml")  # the tests pass in a copy
        drawn = _drawn(_made(copies[0]), chosen.count, chosen.seed)
        parts = [drawn[number::WORKERS] for number in range(WORKERS)]
        with ThreadPoolExecutor(WORKERS) as pool:
            ended = [pair for part in pool.map(_tried, copies, parts) for pair in part]
    _show(ended)


def _copy(folder: Path) -> Path:
    folder.mkdir()
    for name in COPIED:
        whole = (ROOT / name).is_dir()
        (shutil.copytree if whole else shutil.copy)(ROOT / name, folder / name)
    command = f"{sys.executable} -m pytest -x -q -p no:cacheprovider {' '.join(TESTS)}"
    modules = ", ".join(f'"{PACKAGE}/{name}"' for name in MUTATED)
    (folder / "mutants.toml").write_text(
        f"[cosmic-ray]\nmodule-path = [{modules}]\ntimeout = {PATIENCE}\n"
        f'excluded-modules = []\ntest-command = "{command}"\n'
        '[cosmic-ray.distributor]\nname = "local"\n',
        encoding="utf-8",
    )
    return folder


def _made(copy: Path) -> list[WorkItem]:
    """Every mutant, in an order that is the same each time."""
    _cosmic_ray(copy, "init", "mutants.toml", "all.sqlite")
    with use_db(str(copy / "all.sqlite"), WorkDB.Mode.open) as db:
        items: list[WorkItem] = list(db.work_items)
    said = {name: _silent(copy / PACKAGE / name) for name in MUTATED}
    loud = [item for item in items if not _is_silent(item.mutations[0], said)]
    loud = [item for item in loud if item.mutations[0].operator_name not in EQUAL]
    return sorted(loud, key=lambda item: _where(item.mutations[0]))


def _where(mutation: MutationSpec) -> tuple[object, ...]:
    place = (str(mutation.module_path), mutation.start_pos, mutation.operator_name)
    return (*place, mutation.occurrence)


def _silent(path: Path) -> set[int]:
    """Lines whose mutants change nothing that runs: annotations, decorators, type checks."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lines: set[int] = set()
    for node in ast.walk(tree):
        for part in _quiet_parts(node):
            lines |= set(range(part.lineno, (part.end_lineno or part.lineno) + 1))
    return lines


def _quiet_parts(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.FunctionDef):
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        yield from (each.annotation for each in arguments if each.annotation is not None)
        yield from node.decorator_list
        if node.returns is not None:
            yield node.returns
    elif isinstance(node, ast.ClassDef):
        yield from node.decorator_list
    elif isinstance(node, ast.AnnAssign):
        yield node.annotation


def _is_silent(mutation: MutationSpec, silent: dict[str, set[int]]) -> bool:
    name = str(mutation.module_path).partition(f"{PACKAGE}/")[2]
    return mutation.start_pos[0] in silent[name]


def _drawn(items: list[WorkItem], count: int, seed: int) -> list[WorkItem]:
    print(f"{len(items)} mutants, {count} of them by seed {seed}", flush=True)
    dice = random.Random(seed)  # noqa: S311 -- the draw must be repeatable, not secret
    return dice.sample(items, min(count, len(items)))


def _tried(copy: Path, part: list[WorkItem]) -> list[tuple[WorkItem, WorkResult]]:
    with use_db(str(copy / "part.sqlite"), WorkDB.Mode.create) as db:
        db.add_work_items(part)
    _cosmic_ray(copy, "exec", "mutants.toml", "part.sqlite")
    with use_db(str(copy / "part.sqlite"), WorkDB.Mode.open) as db:
        results = dict(db.results)
    return [(item, results[item.job_id]) for item in part if item.job_id in results]


def _cosmic_ray(copy: Path, *arguments: str) -> None:
    paths = (copy / "provider", copy / "tests")
    subprocess.run(
        [sys.executable, "-m", "cosmic_ray.cli", *arguments],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        check=True,
    )


def _show(ended: list[tuple[WorkItem, WorkResult]]) -> None:
    total: Counter[str] = Counter()
    survived: Counter[str] = Counter()
    for item, result in ended:
        name = str(item.mutations[0].module_path).partition(f"{PACKAGE}/")[2]
        total[name] += 1
        if result.test_outcome == TestOutcome.SURVIVED:
            survived[name] += 1
            print(f"\nsurvived, {item.mutations[0].operator_name}:\n{result.diff}")
    print()
    for name in MUTATED:
        print(f"{name:24} {total[name]:4} tried, {survived[name]:3} survived")
    share = 100 * survived.total() / max(1, total.total())
    print(f"{survived.total()} of {total.total()} survived ({share:.1f} %)")


if __name__ == "__main__":
    main()
