"""The local DLI beside a stack: what it was sent, what it holds, and changes from outside."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from engine_project import PATIENCE
from local_service import LocalService
from pulumi_dli.local import requests
from pulumi_dli.local.app import create_app
from pulumi_dli.local.requests import Entry
from pulumi_dli.local.simulation import START_DELAY, STOP_DELAY
from pulumi_dli.local.store import Store
from stack import changes as changes_something

COMMAND = str(Path(sys.prefix) / "bin" / "pulumi-dli")


class Dli(LocalService):
    """The local DLI in a folder, over a door of its own.

    It lives in wall time, as the provider's processes do, and is quick unless told otherwise.
    """

    def __init__(self, folder: Path) -> None:
        store = Store(folder)
        transport = httpx.WSGITransport(create_app(store))
        super().__init__(httpx.Client(base_url="http://local", transport=transport), store)
        self.clock.release()
        self.sign_in()
        self.delays(start=0, stop=0)

    def delays(self, *, start: float, stop: float) -> None:
        """Set the seconds that a start takes, and each step of a stop."""
        self.store.set(START_DELAY, start)
        self.store.set(STOP_DELAY, stop)

    def jobs(self) -> dict[str, dict[str, Any]]:
        """The jobs that exist, by name."""
        every = self.http.get("/_local/jobs").json()["jobs"]
        found = [job for job in every if job["deleted_at"] is None]
        assert len({job["name"] for job in found}) == len(found), "two jobs of one name"
        return {job["name"]: job for job in found}

    def job(self, name: str) -> dict[str, Any]:
        """The job of that name, as the service knows it."""
        return self.jobs()[name]

    @contextmanager
    def watched(self) -> Iterator[list[Entry]]:
        """The requests that come in meanwhile; the list is filled at the end of the block."""
        before = len(requests.kept(self.store))
        seen: list[Entry] = []
        yield seen
        after = requests.kept(self.store)
        assert len(after) < requests.KEPT, "the log forgets from here on"
        seen += after[before:]

    def wait_for(self, what: str, seen: Callable[[list[Entry]], bool]) -> None:
        """Wait until the request log shows something."""
        deadline = time.monotonic() + PATIENCE
        while not seen(requests.kept(self.store)):
            assert time.monotonic() < deadline, f"{what} never came"
            time.sleep(0.05)

    def close(self) -> None:
        """Let go of the folder."""
        self.http.close()
        self.store.close()


def changes(entries: Sequence[Entry]) -> list[str]:
    """The requests that change something, as `PUT flink-jobs/1`, in their order."""
    return [
        f"{entry.method} {entry.path.partition('/streaming/')[2] or entry.path}"
        for entry in entries
        if changes_something(entry.method, entry.path)
    ]


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """`pulumi-dli local serve` on a free port; its endpoint."""
    command = [COMMAND, "local", "serve", "--port", "0", "--path", str(folder), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()
            process.wait(PATIENCE)
