"""Waiting: what it wastes, and how many jobs can wait side by side."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import programs
from dli import Dli
from engine_project import Project
from pulumi_dli.client.connections import Connections
from pulumi_dli.local.simulation import START_DELAY
from pulumi_dli.session import Session
from stack import PROGRAM, Stack
from stand_ins import Lines
from table import Row, count, ratio

SECONDS = (0.2, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 900.0)
"""How long a start takes, in a clock that only waits move."""
SETTLE = 10.0
FLEET, START = 40, 10.0
MOST = 1.5


def rows(folder: Path) -> Iterator[Row]:
    """Measure the waste, the fleet in one process, and the fleet on the engine."""
    waste = max(_waste(folder, seconds) for seconds in SECONDS)
    yield count("waiting: waste, of what is allowed (1 s or 10 %)", round(waste, 2), 1, "")
    one, many = (_core(folder / f"core-{size}", size) for size in (1, FLEET))
    yield ratio(f"{FLEET} starts of {START:g} s in {FLEET} threads, to one", one, many, MOST)
    one, many = (_engine(folder / f"engine-{size}", size) for size in (1, FLEET))
    yield ratio(f"{FLEET} starts of {START:g} s on the engine, to one", one, many, MOST)


def _waste(folder: Path, seconds: float) -> float:
    """How much later than needed a start is reported, over how much later it may be."""
    place = folder / f"start-{seconds:g}"
    place.mkdir(parents=True)
    stack = Stack(place)
    stack.store.set(START_DELAY, seconds)
    began = stack.clock.now()
    stack.up(timeouts={"settle": SETTLE})
    late = stack.clock.now() - began - seconds - SETTLE
    stack.close()
    return late / max(1.0, seconds / 10)


def _core(folder: Path, size: int) -> float:
    folder.mkdir(parents=True)
    _slow(folder)
    config = {"endpoint": "local", "localPath": str(folder / "dli")}
    connections = Connections(config, {}, folder)
    session = Session(connections, Lines())

    def create(number: int) -> None:
        inputs = _inputs(session, number)
        session.create(f"urn:{number}", inputs, None)

    began = time.monotonic()
    with ThreadPoolExecutor(size) as pool:
        list(pool.map(create, range(size)))
    seconds = time.monotonic() - began
    assert len(set(connections._sites.values())) == 1  # noqa: SLF001 -- one HTTP client for all
    connections.close()
    return seconds


def _inputs(session: Session, number: int) -> dict[str, Any]:
    wanted = {
        **PROGRAM,
        "name": f"job-{number}",
        "owner": f"{number:032x}",
        "timeouts": {"settle": 0.5},
    }
    filled, problems = session.check(f"urn:{number}", {}, wanted, frozenset())
    assert not problems
    return {**wanted, **filled}


def _engine(folder: Path, size: int) -> float:
    project: Project = programs.fleet(folder, size, "running", timeouts={"settle": 0.5})
    _slow(folder)
    began = time.monotonic()
    project.must("up", *programs.NO_PREVIEW, "--parallel", "64")
    return time.monotonic() - began


def _slow(folder: Path) -> None:
    dli = Dli(folder / "dli")
    dli.delays(start=START, stop=0)
    dli.close()
