"""A refresh of many jobs reads the list, and misses nothing that the details would have told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from local_service import PROJECT
from pulumi_dli.client import rows
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.local.requests import kept
from stack import PROGRAM, URN, Stack, sent
from stand_ins import HandClock

JOBS = 12
PLAIN = 9
"""The id of a job at rest that sets no more than it must."""
RUNNING = 6
"""That of one that runs."""
ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"desc": "described", "entrypoint_args": "--rate 3"},
    {"runtime_config": {"a": "1"}, "dependency_jars": ["group/a.jar"]},
    {"tags": {"team": "shop"}, "smn_topic": "alerts", "main_class": "com.shop.Main"},
]
FIELDS: dict[str, Any] = {
    "desc": "by hand",
    "smn_topic": "by-hand",
    "entrypoint_args": "--by hand",
    "runtime_config": '[{"key":"by","value":"hand"}]',
    "parallel_number": 3,
    "main_class": "by.Hand",
    "dependency_jars": ["by/hand.jar"],
    "restart_when_exception": True,
    "flink_version": "1.17",
}


class Fleet:
    """Twelve jobs at rest and running, of four makes, and what the state has of each."""

    def __init__(self, folder: Path, makes: int = len(ARGUMENTS)) -> None:
        self.stack = Stack(folder)
        self.outs: dict[int, dict[str, Any]] = {}
        session = self.stack.session()
        for number in range(JOBS):
            news = {
                **PROGRAM,
                **ARGUMENTS[number % makes],
                "name": f"job-{number}",
                "owner": f"{number + 1:032x}",
                "desired_state": "running" if number < JOBS // 2 else "stopped",
                "timeouts": {"settle": 0},
            }
            urn = f"{URN}-{number}"
            inputs, problems = session.check(urn, {}, news, frozenset())
            assert not problems
            job_id, outs = session.create(urn, {**news, **inputs}, None)
            self.outs[job_id] = sent(outs)
        self.stack.dli.pass_time(60)
        self.refresh()
        self.stack.sent()

    def refresh(self) -> dict[int, dict[str, Any] | None]:
        """What each job's refresh found, by its id; all in one process."""
        self._before = len(kept(self.stack.store))
        session = self.stack.session()
        found: dict[int, dict[str, Any] | None] = {}
        for job_id, outs in self.outs.items():
            read = session.read(f"{URN}-{job_id}", job_id, outs)
            found[job_id] = None if read is None else sent(read[0])
        return found

    def asked(self, job_id: int) -> bool:
        """Whether the last refresh asked for the details of a job."""
        log = kept(self.stack.store)[self._before :]
        return any(entry.path.endswith(f"/streaming/jobs/{job_id}") for entry in log)

    def requests(self) -> int:
        """The requests of a refresh in which nothing has changed."""
        assert self.refresh() == self.outs
        return len(kept(self.stack.store)) - self._before

    def changed(self) -> dict[int, Any]:
        """What a refresh finds that is not as the state has it."""
        return {
            job_id: found for job_id, found in self.refresh().items() if found != self.outs[job_id]
        }


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(tmp_path)
    yield fleet
    fleet.stack.close()


def test_it_takes_the_list_and_few_details(fleet: Fleet) -> None:
    assert fleet.requests() <= rows.FEW + 3  # a page, the tags, and one job of another make


@pytest.mark.parametrize("name", FIELDS)
def test_a_change_by_hand_is_seen(fleet: Fleet, name: str) -> None:
    assert fleet.stack.dli.put(PLAIN, **{name: FIELDS[name]}).is_success
    assert list(fleet.changed()) == [PLAIN]
    assert fleet.asked(PLAIN)  # a row is never taken for a change


@pytest.mark.parametrize("name", ["desc", "entrypoint_args", "runtime_config", "main_class"])
@pytest.mark.parametrize("lacks", ["keys", "values", "times"])
def test_where_rows_are_poor_it_is_seen_too(fleet: Fleet, name: str, lacks: str) -> None:
    fleet.stack.dli.arm("poor_rows", lacks=lacks, times=99)
    assert fleet.stack.dli.put(PLAIN, **{name: FIELDS[name]}).is_success
    assert list(fleet.changed()) == [PLAIN]


def test_where_the_list_shows_only_once_it_is_read_that_rows_are_poor(fleet: Fleet) -> None:
    first = [*range(1, rows.FEW + 1), PLAIN]  # the last is the first that a row is asked of
    fleet.outs = {job_id: fleet.outs[job_id] for job_id in dict.fromkeys([*first, *fleet.outs])}
    fleet.stack.dli.arm("poor_rows", lacks="times", times=99)
    assert fleet.stack.dli.put(PLAIN, desc="by hand").is_success
    assert list(fleet.changed()) == [PLAIN]


def test_where_no_job_shows_that_rows_are_poor_their_times_do(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, makes=1)
    fleet.stack.dli.arm("poor_rows", lacks="values", times=99)
    assert fleet.requests() <= rows.FEW + 2
    assert fleet.stack.dli.put(JOBS, desc="by hand").is_success
    assert list(fleet.changed()) == [JOBS]
    fleet.stack.close()


def test_a_savepoint_that_rows_do_not_tell_is_seen(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, makes=1)
    fleet.stack.dli.arm("poor_rows", lacks="keys", times=99)
    fleet.stack.dli.good("POST", f"jobs/{RUNNING}/savepoint", {"action": "TRIGGER"})
    fleet.stack.dli.pass_time(60)
    assert list(fleet.changed()) == [RUNNING]
    fleet.stack.close()


@pytest.mark.parametrize("lacks", ["keys", "values"])
def test_poor_rows_cost_one_request_more(fleet: Fleet, lacks: str) -> None:
    fleet.stack.dli.arm("poor_rows", lacks=lacks, times=99)
    assert fleet.requests() <= JOBS + 2


def test_a_job_that_was_stopped_or_deleted_is_seen(fleet: Fleet) -> None:
    dli = fleet.stack.dli
    dli.stopped(RUNNING, savepoint=True)
    dli.good("DELETE", f"jobs/{JOBS}")
    found = fleet.changed()
    assert found.keys() == {JOBS, RUNNING}
    assert found[JOBS] is None
    assert fleet.asked(RUNNING)
    assert fleet.asked(JOBS)


def test_a_tag_is_seen(fleet: Fleet) -> None:
    path = f"/v3/{PROJECT}/dli_flink_job/{JOBS}/tags/create"
    fleet.stack.dli.good("POST", path, {"tags": [{"key": "by", "value": "hand"}]})
    assert list(fleet.changed()) == [JOBS]
    assert fleet.asked(JOBS)


def test_a_list_that_is_refused_costs_one_request(fleet: Fleet) -> None:
    fleet.stack.dli.arm("answer", route="list_jobs", code="403", times=99)
    assert fleet.requests() <= JOBS + 2


def test_jobs_of_others_do_not_make_it_dear(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a project of many more jobs, ours are the oldest: at the end of the list."""
    monkeypatch.setattr("pulumi_dli.client.api.PAGE", 2)
    for number in range(60):
        fleet.stack.dli.create(f"theirs-{number}")
    assert fleet.requests() <= 2 * JOBS + 2


def test_a_list_is_not_trusted_for_long(fleet: Fleet) -> None:
    session = fleet.stack.session()
    for job_id in list(fleet.outs)[:-1]:
        session.read(f"{URN}-{job_id}", job_id, fleet.outs[job_id])
    assert fleet.stack.dli.put(JOBS, desc="by hand").is_success
    fleet.stack.dli.pass_time(rows.FRESH + 1)
    read = session.read(f"{URN}-{JOBS}", JOBS, fleet.outs[JOBS])
    assert read is not None
    assert sent(read[0]) != fleet.outs[JOBS]


class Listed:
    """A service whose rows hold one value that no details have shown yet."""

    def rows(self, number: int) -> tuple[list[JobDetail], bool]:
        assert number == 0
        return [replace(job(each), values={**BARE, "desc": "new"}) for each in range(1, 9)], False


BARE = {"name": "orders", "queue_name": "q"}


def job(job_id: int) -> JobDetail:
    return JobDetail(job_id, "orders", "job_running", values=BARE)


def test_a_value_that_no_details_have_shown_is_not_trusted() -> None:
    read = rows.Rows(Listed(), HandClock())  # type: ignore[arg-type]
    for job_id in range(1, rows.FEW + 1):
        assert read.row(job_id) is None
        read.learn(job(job_id))
    assert read.row(7) is None
    read.learn(replace(job(7), values={**BARE, "desc": "new"}))
    assert read.row(8) is not None
