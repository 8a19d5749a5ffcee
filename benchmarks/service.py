"""The local DLI in process, against an empty Flask route behind the same httpx client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from dli import Dli
from flask import Flask
from local_service import PROJECT
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections
from pulumi_dli.local.app import create_app
from pulumi_dli.local.store import Store
from table import Row, medians, ratio

FEW, MANY = 10, 1000
CALLS = 100
SLOWER = 3
AS_FAST = 1.25
"""Chosen: what counts as as fast; two measurements of the same differ by a tenth."""
CLIENT = 2
"""Chosen: the most of a bare call that a call of the provider's client may take."""
JOBS = f"/v1.0/{PROJECT}/streaming/jobs"
ASKED = {
    "show a job": f"{JOBS}/3",
    "find a job by name": f"{JOBS}?name=job-0003",
    "find a job by mark": f"{JOBS}?tags=pulumi-owner%3D{3:032x}",
    "list 10 jobs": f"{JOBS}?limit=10",
}

Call = Callable[[], object]


def rows(folder: Path, rounds: int) -> Iterator[Row]:
    """Time single calls among few jobs and among many, and the same call of our client."""
    calls: dict[str, Call] = {"empty": _bare(_empty_app())("/")}
    for size in (FEW, MANY):
        place = folder / str(size)
        _fill(place, size)
        bare = _bare(create_app(Store(place), inside=True))
        calls |= {f"{what} {size}": bare(path) for what, path in ASKED.items()}
    calls["client"] = _client(folder, folder / str(FEW))
    found = medians(calls, rounds, CALLS)
    for what in ASKED:
        few, many = (found[f"{what} {size}"] for size in (FEW, MANY))
        yield ratio(f"local DLI: {what}, to an empty route", found["empty"], few, SLOWER, "ms")
        yield ratio(f"local DLI: {what}, {MANY} jobs to {FEW}", few, many, AS_FAST, "ms")
    shown = found[f"show a job {FEW}"]
    yield ratio("the client's call, to a bare one", shown, found["client"], CLIENT, "ms")


def _empty_app() -> Flask:
    app = Flask("empty")
    app.add_url_rule("/", view_func=dict)
    return app


def _bare(app: Flask) -> Callable[[str], Call]:
    """Bare httpx calls into an app, as its process's own user."""
    transport = httpx.WSGITransport(lambda env, start: app(env | {"REMOTE_USER": "me"}, start))
    client = httpx.Client(base_url="http://local", transport=transport)

    def call(path: str) -> Call:
        assert client.get(path).is_success
        return lambda: client.get(path).json()

    return call


def _client(folder: Path, place: Path) -> Call:
    config = {"endpoint": "local", "localPath": str(place)}
    jobs = Jobs(Connections(config, {}, folder).transport())
    return lambda: jobs.details(3)


def _fill(place: Path, size: int) -> None:
    place.mkdir(parents=True)
    dli = Dli(place)
    for number in range(size):
        dli.create(f"job-{number:04}", tags=[{"key": "pulumi-owner", "value": f"{number:032x}"}])
    dli.close()
