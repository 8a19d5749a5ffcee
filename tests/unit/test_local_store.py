"""The local DLI's folder: shared by processes, never half written, ids never used twice."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from pulumi_dli.local import jobs, records, runs
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.errors import StoreError
from pulumi_dli.local.model import Moment
from pulumi_dli.local.service import Service
from pulumi_dli.local.signin.identity import Identity
from pulumi_dli.local.simulation import Simulation
from pulumi_dli.local.store import FILE, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT = Identity().projects[0].id


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "dli")
    yield store
    store.close()


def service(store: Store) -> Service:
    clock = StoredClock(store)
    clock.set(1000.0)
    return Service(store, Identity(), Simulation(), clock, clock.advance)


def create(store: Store, name: str, **fields: Any) -> int:
    with service(store).change() as moment:
        return jobs.create(moment, PROJECT, "local", {"name": name} | fields).id


def names(store: Store) -> list[str]:
    with store.read() as db:
        return [row["name"] for row in db.execute("SELECT name FROM jobs ORDER BY id")]


def test_threads_share_a_store(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda number: create(store, f"job-{number}"), range(80)))
    assert len(set(ids)) == 80


def test_an_id_is_never_given_twice_not_even_after_a_reset(store: Store) -> None:
    first = create(store, "a")
    store.reset()
    assert names(store) == []
    second = create(store, "a")
    with service(store).change() as moment:
        jobs.delete(moment, PROJECT, second)
    assert first < second < create(store, "a")


def test_a_block_that_raises_leaves_nothing(store: Store) -> None:
    def write_and_fail() -> None:
        with store.write() as db:
            db.execute("INSERT INTO settings VALUES ('x', 1)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with store.read() as db:
        assert db.execute("SELECT * FROM settings").fetchall() == []


def test_a_folder_that_cannot_be_used_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot keep its data"):
        Store(tmp_path / "file" / "dli")
    (tmp_path / FILE).write_text("not a database, but long enough to be read as one" * 100)
    with pytest.raises(StoreError, match="not a local DLI's data"):
        Store(tmp_path)


def test_another_versions_file_is_not_touched(store: Store) -> None:
    with store.read() as db:
        db.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(StoreError, match="another version") as caught:
        Store(store.folder)
    assert not [file for file in psutil.Process().open_files() if str(store.folder) in file.path]
    del caught  # its frames hold the store


def test_lists_and_shows_walk_an_index(store: Store) -> None:
    job_id = create(store, "orders", tags=[{"key": "a", "value": "b"}])
    seen: list[str] = []
    with store.read() as db:
        db.set_trace_callback(seen.append)
        moment = Moment(db, 1000.0, Simulation(), store.folder)
        runs.anything_due(moment)
        records.find(db, PROJECT, job_id)
        for query in ({}, {"name": "x"}, {"tags": "a=b"}, {"status": "job_init"}):
            jobs.listed(moment, PROJECT, query)
        db.set_trace_callback(None)
        plans = {statement: explained(db, statement) for statement in seen}
    assert plans
    for statement, steps in plans.items():
        assert not [step for step in steps if "SCAN" in step]
        # What a name or a tag has found is few: those may be sorted.
        assert "id IN" in statement or not [step for step in steps if "TEMP B-TREE" in step]


def explained(db: sqlite3.Connection, statement: str) -> list[str]:
    return [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]


def test_the_clock_is_one_for_all_processes(store: Store) -> None:
    clock, other = StoredClock(store), StoredClock(Store(store.folder))
    clock.set(50.0)
    assert other.advance(5) == clock.now() == clock() == 55.0
    clock.release()
    assert other.now() > 1_700_000_000
