"""Medians, and the one table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured thing. `goal` is what it should be; `met` whether it is."""

    what: str
    baseline: str
    ours: str
    result: str
    goal: str
    met: bool


def ratio(what: str, baseline: float, ours: float, most: float, unit: str = "s") -> Row:
    """A row whose result is a ratio to a baseline of the same run."""
    found = ours / baseline
    scale = 1000 if unit == "ms" else 1
    return Row(
        what,
        f"{baseline * scale:.2f} {unit}",
        f"{ours * scale:.2f} {unit}",
        f"{found:.2f}",
        f"≤ {most:g}",
        round(found, 2) <= most,
    )


def count(what: str, found: float, most: float, unit: str) -> Row:
    """A row whose result is a number with a bound."""
    return Row(what, "", "", f"{found:g} {unit}".strip(), f"≤ {most:g}", found <= most)


def scale(what: str, seconds: float) -> Row:
    """A row without a goal, by which others can be judged."""
    return Row(what, "", f"{seconds:.2f} s", "", "for scale", met=True)


def medians(
    measured: Mapping[str, Callable[[], object]], rounds: int, times: int = 1
) -> dict[str, float]:
    """Seconds of one call of each, in alternating order: the median of the rounds.

    Args:
        measured: what is called, by its name.
        rounds: how often each is measured.
        times: calls in one measurement.
    """
    seconds: dict[str, list[float]] = {name: [] for name in measured}
    for number in range(rounds):
        names = list(measured)
        for name in names if number % 2 == 0 else reversed(names):
            began = time.perf_counter()
            for _ in range(times):
                measured[name]()
            seconds[name].append((time.perf_counter() - began) / times)
    return {name: statistics.median(found) for name, found in seconds.items()}


def show(rows: list[Row]) -> None:
    """Print the table, as Markdown."""
    print("| | baseline | ours | result | goal | |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        verdict = "met" if row.met else "**missed**"
        print(
            f"| {row.what} | {row.baseline} | {row.ours} | {row.result} | {row.goal} | {verdict} |"
        )
