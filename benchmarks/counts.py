"""What does not depend on the machine: requests, and bytes of state."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import programs
from dli import Dli
from engine_project import Project
from job_stack import NATIVE
from pulumi_dli.local.requests import Entry
from table import Row, count

SIZE = 20
KILOBYTE = 1000


def rows(folder: Path) -> Iterator[Row]:
    """Count the requests of each command for running jobs, and weigh the state of stopped ones."""
    yield from _requests(folder / "running")
    yield from _state(folder / "floor", folder / "stopped")


def _requests(folder: Path) -> Iterator[Row]:
    project = programs.fleet(folder, SIZE, "running", timeouts={"settle": 0})
    dli = Dli(folder / "dli")
    with dli.watched() as seen:
        project.must("preview")
    lists = sum("/records/" in unquote(entry.path) for entry in seen)
    yield count("create and start: look-ups of a preview", len(seen) - lists, 3, "")
    yield count("create and start: looks of a preview into a bucket", lists, 1, "")
    with dli.watched() as seen:
        project.must("up", *programs.NO_PREVIEW)
    polls = [entry for entry in seen if _poll(entry)]
    yield count(
        "create and start: requests a job beside the polls",
        _each(seen) - _each(polls),
        5,
        "",
    )
    yield count("no change: requests of a preview", _sent(dli, project, "preview"), 0, "")
    yield count("no change: requests of an up", _sent(dli, project, "up", "--yes"), 0, "")
    sent = _sent(dli, project, "refresh", *programs.NO_PREVIEW)
    yield count("refresh: requests a job", sent / SIZE, 1.1, "")
    programs.describe(project, "two")
    sent = _sent(dli, project, "up", *programs.NO_PREVIEW)
    yield count("live change: requests a job", sent / SIZE, 2.1, "")
    dli.close()


def _state(floor: Path, fleet: Path) -> Iterator[Row]:
    baseline = _stored(programs.floor(floor, SIZE))
    jobs = _stored(programs.fleet(fleet, SIZE))
    more = (_bytes(jobs) - _bytes(baseline)) / SIZE / KILOBYTE
    yield count("state of a job, beyond the floor's", round(more, 2), 2.5, "KB")
    plugin = _stored(programs.fleet(fleet.parent / "native", SIZE, front=NATIVE))
    more = (_bytes(plugin) - _bytes(jobs)) / SIZE / KILOBYTE
    yield count("state of a job, native beyond dynamic", round(more, 2), 0, "KB")
    stored = base64.b64decode(jobs[0]["inputs"]["__provider"])
    assert b"FlinkJarJobProvider" in stored
    yield count("`__provider`, by name", len(stored), 100, "bytes")


def _sent(dli: Dli, project: Project, *arguments: str) -> int:
    with dli.watched() as seen:
        project.must(*arguments)
    return len(seen)


def _each(entries: Sequence[Entry]) -> float:
    return len(entries) / SIZE


def _poll(entry: Entry) -> bool:
    """Whether a request looks how far a start is."""
    return entry.method == "GET" and entry.path.rpartition("/")[2].isdecimal()


def _stored(project: Project) -> list[dict[str, Any]]:
    project.must("up", *programs.NO_PREVIEW)
    exported = json.loads(project.must("stack", "export"))
    return [
        item
        for item in exported["deployment"]["resources"]
        if item.get("id") and not item["type"].startswith("pulumi:")
    ]


def _bytes(resources: list[dict[str, Any]]) -> int:
    return sum(len(json.dumps(item, separators=(",", ":"))) for item in resources)
