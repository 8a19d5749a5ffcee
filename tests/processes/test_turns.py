"""`dli:startsPerQueue`: jobs that start at a time on a queue, with real threads and real time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pulumi_dli.client.connections import Connections
from pulumi_dli.errors import DliError
from pulumi_dli.local.requests import kept
from pulumi_dli.local.store import Store
from pulumi_dli.session import Session
from stack import PROGRAM, URN
from stand_ins import Lines

JOBS = 4


def sent_to(folder: Path) -> list[tuple[str, int]]:
    """Each look at a job (`look`), start and stop in their order, with the job's id."""
    store = Store(folder / "dli")
    found: list[tuple[str, int]] = []
    for entry in kept(store):
        if verb := re.search(r"/jobs/(run|stop)$", entry.path):
            found.append((verb[1], int(re.findall(r"\d+", entry.body)[0])))
        elif looked := re.search(r"/streaming/jobs/(\d+)$", entry.path):
            found.append(("look", int(looked[1])))
    store.close()
    return found


def overlaps(log: list[tuple[str, int]], begins: str = "run") -> int:
    """The most jobs that were between that request and the look that counted their start."""
    last = {job: at for at, (what, job) in enumerate(log) if what == "look"}
    spans = [(at, last[job]) for at, (what, job) in enumerate(log) if what == begins]
    return max(sum(one <= at <= end for one, end in spans) for at, _ in spans)


class Fleet:
    """A stack of jobs that are brought to their wish at once, in as many threads."""

    def __init__(self, folder: Path, queues: tuple[str, ...], **config: str) -> None:
        self.config = {"endpoint": "local", "localPath": str(folder / "dli"), "preflight": "off"}
        self.config |= config
        self.folder, self.queues = folder, queues
        self.lines = Lines()
        self.outs: dict[int, dict[str, Any]] = {}

    def up(self, **program: Any) -> list[str]:
        """Create them, or change them; the lines of those that wait."""
        self.lines.clear()
        session = Session(Connections(self.config, {}, self.folder), self.lines)
        with ThreadPoolExecutor(JOBS) as pool:
            list(pool.map(lambda number: self._up(session, number, program), range(JOBS)))
        session.connections.close()
        return [line for line in self.lines.progressed if "waits until fewer than" in line]

    def _up(self, session: Session, number: int, program: Mapping[str, Any]) -> None:
        news = {
            **PROGRAM,
            **program,
            "name": f"job-{number}",
            "queue_name": self.queues[number % len(self.queues)],
            "owner": f"{number:032x}",
            "timeouts": {"settle": 0.2},
        }
        urn, outs = f"{URN}-{number}", self.outs.get(number)
        inputs, problems = session.check(urn, outs or {}, news, frozenset())
        assert not problems, problems
        if outs is None:
            job_id, made = session.create(urn, {**news, **inputs}, None)
            self.outs[number] = {**made, "job_id": job_id}
        else:
            session.update(urn, outs["job_id"], outs, {**news, **inputs}, None)


def test_one_at_a_time(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, ("testQueue",), startsPerQueue="1")
    assert len(fleet.up()) == JOBS - 1
    assert overlaps(sent_to(tmp_path)) == 1


def test_a_job_that_restarts_runs_on_until_it_is_its_turn(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, ("testQueue",), startsPerQueue="1")
    fleet.up()
    before = len(sent_to(tmp_path))
    assert len(fleet.up(parallel_number=2)) == JOBS - 1
    assert overlaps(sent_to(tmp_path)[before:], "stop") == 1


def test_each_queue_has_its_own_turns(tmp_path: Path) -> None:
    queues = ("testQueue", "default", "TESTQUEUE", "DEFAULT")
    assert not Fleet(tmp_path, queues, startsPerQueue="2").up()


def test_without_it_nobody_waits(tmp_path: Path) -> None:
    assert not Fleet(tmp_path, ("testQueue",)).up()


@pytest.mark.parametrize("text", ["257", "-1", "two"])
def test_what_is_no_number_of_starts(tmp_path: Path, text: str) -> None:
    with pytest.raises((DliError, AssertionError), match="dli:startsPerQueue"):
        Fleet(tmp_path, ("testQueue",), startsPerQueue=text).up()
