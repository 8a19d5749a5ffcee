"""The local DLI in process, against an empty Flask route behind the same httpx client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from dli import Dli
from flask import Flask
from pulumi_dli.connect import Connections
from pulumi_dli.jobs import Jobs
from table import Row, medians, ratio

FEW, MANY = 10, 1000
CALLS = 100
SLOWER = 3
AS_FAST = 1.25
"""Chosen: what counts as as fast; two measurements of the same differ by a tenth."""


def rows(folder: Path, rounds: int) -> Iterator[Row]:
    """Time single calls among few jobs and among many."""
    calls = {"empty": _empty_route()}
    for size in (FEW, MANY):
        calls |= {f"{what} {size}": call for what, call in _calls(folder / str(size), size)}
    found = medians(calls, rounds, CALLS)
    for what in ("show a job", "find a job by name", "find a job by mark", "list 10 jobs"):
        few, many = (found[f"{what} {size}"] for size in (FEW, MANY))
        yield ratio(f"local DLI: {what}, to an empty route", found["empty"], few, SLOWER, "ms")
        yield ratio(f"local DLI: {what}, {MANY} jobs to {FEW}", few, many, AS_FAST, "ms")


def _empty_route() -> Callable[[], object]:
    app = Flask("empty")
    app.add_url_rule("/", view_func=dict)
    client = httpx.Client(base_url="http://local", transport=httpx.WSGITransport(app))
    return lambda: client.get("/").json()


def _calls(folder: Path, size: int) -> Iterator[tuple[str, Callable[[], object]]]:
    folder.mkdir(parents=True)
    dli = Dli(folder / "dli")
    for number in range(size):
        dli.create(f"job-{number:04}", tags=[{"key": "pulumi-owner", "value": f"{number:032x}"}])
    dli.close()
    config = {"endpoint": "local", "localPath": str(folder / "dli")}
    transport = Connections(config, {}, folder).transport()
    jobs, mark = Jobs(transport), f"pulumi-owner={3:032x}"
    page = {"limit": 10}
    yield "show a job", lambda: jobs.details(3)
    yield "find a job by name", lambda: list(jobs.list_jobs(name="job-0003"))
    yield "find a job by mark", lambda: list(jobs.list_jobs(tags=mark))
    yield (
        "list 10 jobs",
        lambda: transport.request(
            "GET", "/v1.0/{project_id}/streaming/jobs", what="list", params=page
        ),
    )
