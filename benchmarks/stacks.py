"""Whole stacks on the real engine, against the floor, and of both fronts: seconds of a command."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import programs
from engine_project import Project
from job_stack import NATIVE
from table import Row, ratio

CHANGE = 1.3
"""The most that a command may take that changes or reads every job, of the floor's time."""
PREVIEW = 1.15
"""The most of a preview without changes."""
NATIVE_TO_DYNAMIC = 1.2
"""The most that a command of the native plugin may take, of the dynamic form's time."""
GOALS = {
    "create": CHANGE,
    "no-change preview": PREVIEW,
    "refresh": CHANGE,
    "update": CHANGE,
    "destroy": CHANGE,
}


def rows(folder: Path, size: int, rounds: int) -> Iterator[Row]:
    """Compare the floor and the fleets, which take turns."""
    stacks = {
        "floor": programs.floor(folder / f"floor-{size}", size),
        "fleet": programs.fleet(folder / f"fleet-{size}", size),
        "native": programs.fleet(folder / f"native-{size}", size, front=NATIVE),
    }
    found: dict[str, dict[str, list[float]]] = {
        name: {verb: [] for verb in GOALS} for name in stacks
    }
    for number in range(rounds):
        for name in stacks if number % 2 == 0 else reversed(stacks):
            for verb, seconds in _life(stacks[name]):
                found[name][verb].append(seconds)
    for verb, most in GOALS.items():
        floor, ours, native = (statistics.median(found[name][verb]) for name in stacks)
        yield ratio(f"{size} stopped jobs: {verb}", floor, ours, most)
        what = f"{size} stopped jobs: {verb}, native to dynamic"
        yield ratio(what, ours, native, NATIVE_TO_DYNAMIC)


def _life(project: Project) -> Iterator[tuple[str, float]]:
    programs.describe(project, "one")
    yield "create", _seconds(project, "up", *programs.NO_PREVIEW)
    yield "no-change preview", _seconds(project, "preview")
    yield "refresh", _seconds(project, "refresh", *programs.NO_PREVIEW)
    programs.describe(project, "two")
    yield "update", _seconds(project, "up", *programs.NO_PREVIEW)
    yield "destroy", _seconds(project, "destroy", *programs.NO_PREVIEW)


def _seconds(project: Project, *arguments: str) -> float:
    began = time.monotonic()
    project.must(*arguments)
    return time.monotonic() - began
