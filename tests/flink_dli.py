"""A local DLI whose jobs run on a real Flink, and the counts that its jobs leave."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from dli import COMMAND, Dli
from pulumi_dli.local import validation
from pulumi_dli.local.flink import choice
from pulumi_dli.local.flink.cluster import Running
from pulumi_dli.local.flink.processes import detach
from pulumi_dli.local.model import Job

PATIENCE = 600.0
"""Seconds. A guard against hanging, never a verdict."""
GUARD = 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$2" local flink stop --path "$3"'
"""Stops a folder's Flink once the tests' process is gone, even if it was killed."""


def a_job(**fields: Any) -> Job:
    """A job as the runners see it."""
    definition = validation.complete(validation.parse(fields))
    return Job(
        id=1,
        project_id="p",
        user_name="u",
        name="n",
        queue_name="default",
        definition=definition,
        create_time=0,
        update_time=0,
    )


def ways(arguments: str) -> dict[str, str]:
    """The fields of a job of Ways.java."""
    return {"entrypoint": "Ways.jar", "entrypoint_args": arguments}


class Counts:
    """The file of the job of examples/savepoint."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self) -> list[tuple[int, int, int]]:
        """Customer, count and order of each whole line."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
        rows = [[int(part) for part in line.split(",")] for line in lines]
        return [(row[0], row[1], row[2]) for row in rows]

    def total(self) -> int:
        """How many orders were counted."""
        return len(self.rows())

    def must_be_exact(self, *, repeats: bool = False) -> None:
        """Every order once, and every customer's counts from 1 on without a gap or a repeat.

        Args:
            repeats: whether a line may come again; what it counts is the same then.
        """
        rows = self.rows()
        if repeats:
            rows = sorted(set(rows), key=lambda row: row[2])
        assert rows
        for customer in {row[0] for row in rows}:
            counts = [row[1] for row in rows if row[0] == customer]
            assert counts == list(range(1, len(counts) + 1))
        assert sorted(row[2] for row in rows) == list(range(len(rows)))


class FlinkDli(Dli):
    """Waits for what Flink takes its time for."""

    @property
    def folder(self) -> Path:
        """The data folder, where relative paths of the jobs begin."""
        return self.store.folder

    @property
    def cluster(self) -> Running:
        """The one cluster that runs."""
        [found] = filter(None, (item.running() for item in choice.clusters(self.folder)))
        return found

    def until(self, what: str, seen: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < deadline, f"{what} never came"
            time.sleep(0.1)

    def orders(self, name: str, arguments: str = "", **fields: Any) -> int:
        """A job that counts orders, not started."""
        line = f"--output {name}.csv {arguments}".strip()
        return self.create(
            name, **{"entrypoint": "OrderCounts.jar", "entrypoint_args": line} | fields
        )

    def counts_on(self, counts: Counts, orders: int) -> None:
        """Wait until some more orders are counted."""
        least = counts.total() + orders
        self.until("more orders", lambda: counts.total() >= least)

    def reaches(self, job_id: int, status: str) -> dict[str, Any]:
        """Wait until a job has a status; its details."""
        seen: list[dict[str, Any]] = []
        deadline = time.monotonic() + PATIENCE
        while not seen or seen[-1]["status"] != status:
            words = [(item["status"], item["status_desc"]) for item in seen]
            assert time.monotonic() < deadline, f"{status} never came, but {words}"
            detail = self.details(job_id)
            if not seen or (seen[-1]["status"] != detail["status"]):
                seen.append(detail)
            time.sleep(0.1)
        return seen[-1]

    def fails_behind_its_hand_over(self, **fields: Any) -> None:
        """Start a job whose main fails behind its hand-over: it fails, and nothing of it runs."""
        job_id = self.orders("bad", **ways("throw") | fields)
        self.run(job_id)
        detail = self.reaches(job_id, "job_submit_fail")
        assert "IllegalStateException: throw" in detail["status_desc"]
        overview = f"{self.cluster.url}/jobs/overview"

        def states() -> set[str]:
            jobs = httpx.get(overview, trust_env=False).json()["jobs"]
            return {job["state"] for job in jobs if job["name"] == "handed over"}

        self.until("its end", lambda: states() == {"CANCELED"})

    def ends(self, job_id: int, *, savepoint: bool = False) -> dict[str, Any]:
        """Stop a job; its details once it is stopped."""
        answer = self.stop(job_id, savepoint=savepoint)
        assert answer.is_success, answer.text
        return self.reaches(job_id, "job_cancel_success")


@contextmanager
def switched_on(folder: Path, version: str) -> Iterator[FlinkDli]:
    """A local DLI in a folder, on Flink; nothing of it runs afterwards."""
    dli = FlinkDli(folder)
    guard = ["/bin/sh", "-c", GUARD, "sh", str(os.getpid()), COMMAND, str(folder)]
    guardian = detach(guard, output=Path(os.devnull))
    try:
        choice.switch_on(folder, version, lambda _: None)
        yield dli
    finally:
        clusters = [cluster.running() for cluster in choice.clusters(folder)]
        choice.stop(dli.store)
        dli.close()
        guardian.end()
    for found in filter(None, clusters):
        assert not found.jobmanager.alive
        assert not found.taskmanager.alive
    deadline = time.monotonic() + 30
    while left := _processes_of(folder):  # those of an earlier cluster end by themselves
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def _processes_of(folder: Path) -> list[str]:
    """The command lines of JVMs that belong to a folder."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line and ("org.apache.flink" in line or "client.args" in line):
            lines.append(line)
    return lines
