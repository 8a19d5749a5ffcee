"""Previews that find nothing to do, against a provider that imports nothing but Pulumi."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

import programs
from table import Row, ratio, scale

SIZES = (1, 100)
MOST = {(): 1.15, ("--refresh",): 1.25}
"""The most of each preview, of the floor's time, by its options."""


def rows(folder: Path, rounds: int) -> Iterator[Row]:
    """Compare one job and a fleet with as many resources that are nothing, which take turns."""
    for size in SIZES:
        yield from _compared(folder, size, rounds)
    empty = programs.empty(folder / "empty")
    empty.must("up", *programs.NO_PREVIEW)
    seconds = statistics.median(programs.seconds(empty, "preview") for _ in range(rounds))
    yield scale("an empty program: no-change preview", seconds)


def _compared(folder: Path, size: int, rounds: int) -> Iterator[Row]:
    stacks = {
        "floor": programs.floor(folder / f"floor-{size}", size, imports=""),
        "fleet": programs.fleet(folder / f"fleet-{size}", size),
    }
    for project in stacks.values():
        project.must("up", *programs.NO_PREVIEW)
    found: dict[tuple[str, tuple[str, ...]], list[float]] = {
        (name, options): [] for name in stacks for options in MOST
    }
    for number in range(rounds):
        for name in stacks if number % 2 == 0 else reversed(stacks):
            for options in MOST:
                found[name, options].append(programs.seconds(stacks[name], "preview", *options))
    for options, most in MOST.items():
        floor, ours = (statistics.median(found[name, options]) for name in stacks)
        what = " ".join((f"{size} stopped job{'s' * (size > 1)}: no-change preview", *options))
        yield ratio(f"{what}, to a provider of nothing", floor, ours, most)
