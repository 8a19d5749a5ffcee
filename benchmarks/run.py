"""`make bench`: everything that is measured, as one table of ratios from one run."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import counts
import previews
import service
import stacks
import starts
import waiting
from table import Row, show

PARTS = ("stacks", "previews", "counts", "starts", "waiting", "service")


def main() -> None:
    """Run the chosen parts, tell each row as it comes, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each time")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 500], help="jobs in a stack")
    chosen = parser.parse_args()
    unknown = set(chosen.parts) - set(PARTS)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))} is none of {', '.join(PARTS)}")
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="pulumi-dli-bench-") as folder:
        for row in _rows(Path(folder), chosen):
            print(f"{row.what}: {row.result} ({row.goal})", file=sys.stderr, flush=True)
            found.append(row)
    print(f"{os.cpu_count()} cores, medians of {chosen.rounds} alternating rounds\n")
    show(found)


def _rows(folder: Path, chosen: argparse.Namespace) -> Iterator[Row]:
    parts = chosen.parts or PARTS
    if "counts" in parts:
        yield from counts.rows(folder / "counts")
    if "starts" in parts:
        yield from starts.rows(folder, chosen.rounds)
    if "service" in parts:
        yield from service.rows(folder / "service", chosen.rounds)
    if "waiting" in parts:
        yield from waiting.rows(folder / "waiting")
    if "previews" in parts:
        yield from previews.rows(folder / "previews", chosen.rounds)
    if "stacks" in parts:
        for size in chosen.sizes:
            yield from stacks.rows(folder / "stacks", size, chosen.rounds)


if __name__ == "__main__":
    main()
