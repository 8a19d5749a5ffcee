"""Whole stacks on the real engine, against the floor, and of both fronts: seconds of a command."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import programs
from engine_project import Project
from job_stack import NATIVE
from pulumi_dli.local import requests
from pulumi_dli.local.store import Store
from table import Row, count, ratio

CHANGE = 1.2
"""The most that a command may take that changes every job, of the floor's time."""
REFRESH = 1.3
"""The most of one that reads every job."""
READS = 30
"""The most requests of it, however many jobs there are."""
PREVIEW = 1.15
"""The most of a preview without changes."""
NATIVE_TO_DYNAMIC = 1.2
"""The most that a command of the native plugin may take, of the dynamic form's time."""
GOALS = {
    "create": CHANGE,
    "no-change preview": PREVIEW,
    "refresh": REFRESH,
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
    yield count(f"{size} stopped jobs: requests of a refresh", _reads(stacks["fleet"]), READS, "")
    for verb, most in GOALS.items():
        floor, ours, native = (statistics.median(found[name][verb]) for name in stacks)
        yield ratio(f"{size} stopped jobs: {verb}", floor, ours, most)
        what = f"{size} stopped jobs: {verb}, native to dynamic"
        yield ratio(what, ours, native, NATIVE_TO_DYNAMIC)


def _reads(project: Project) -> int:
    """The requests of a refresh of all jobs."""
    project.must("up", *programs.NO_PREVIEW)
    began = time.time()
    project.must("refresh", *programs.NO_PREVIEW)
    with closing(Store(project.directory.parent / "dli")) as store:
        return sum(entry.at >= began for entry in requests.kept(store))


def _life(project: Project) -> Iterator[tuple[str, float]]:
    programs.describe(project, "one")
    yield "create", programs.seconds(project, "up", *programs.NO_PREVIEW)
    yield "no-change preview", programs.seconds(project, "preview")
    yield "refresh", programs.seconds(project, "refresh", *programs.NO_PREVIEW)
    programs.describe(project, "two")
    yield "update", programs.seconds(project, "up", *programs.NO_PREVIEW)
    yield "destroy", programs.seconds(project, "destroy", *programs.NO_PREVIEW)
