"""Finds and saves the jobs of the store, and adds to their history."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pulumi_dli.local import failures
from pulumi_dli.local.errors import StoreError, bad_parameter, no_such_job
from pulumi_dli.local.model import Job, Moment
from pulumi_dli.local.states import Status

if TYPE_CHECKING:
    import sqlite3


LARGEST_ID = 2**63 - 1
_JSON = ("definition", "doom", "run")
_FLAGS = ("stopping", "has_savepoint")
_NOTHING = "{}"


_COLUMNS = tuple(item.name for item in fields(Job))


def parse_id(text: str) -> int:
    """The job id of a path.

    Raises:
        Refusal: it is not a decimal number.
    """
    if not re.fullmatch(r"[0-9]{1,30}", text, re.ASCII):
        raise bad_parameter("job_id", f"{text!r} is not a job id")
    return int(text)


def find(db: sqlite3.Connection, project_id: str, job_id: int) -> Job:
    """A job that is there.

    Raises:
        Refusal: DLI.16001, it never was or is deleted, or is another project's.
    """
    if job_id > LARGEST_ID:
        raise no_such_job(job_id)
    row = db.execute(
        "SELECT * FROM jobs WHERE id = ? AND project_id = ? AND deleted_at IS NULL",
        (job_id, project_id),
    ).fetchone()
    if row is None:
        raise no_such_job(job_id)
    return from_row(row)


def from_row(row: sqlite3.Row) -> Job:
    """The job of a row.

    Raises:
        StoreError: the row is damaged.
    """
    values = dict(row)
    try:
        for name in _JSON:
            text = values[name]
            values[name] = {} if text == _NOTHING else dict(json.loads(text))
        Status(values["status"])
    except (ValueError, TypeError):
        where = f"job {values['id']} in the local DLI's data cannot be read"
        raise StoreError(f"{where}: {failures.DAMAGED}") from None
    for name in _FLAGS:
        values[name] = bool(values[name])
    return Job(**values)


def insert(db: sqlite3.Connection, job: Job) -> int:
    """Store a new job under the next free id, which is never given twice."""
    names = _COLUMNS[1:]
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO jobs ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 (own names)
    job_id = db.execute(statement, _values(job)).lastrowid
    assert job_id is not None  # noqa: S101 (an INSERT has one; for the type checker)
    return job_id


def save(db: sqlite3.Connection, job: Job) -> None:
    """Store what changed."""
    pairs = ", ".join(f"{name} = ?" for name in _COLUMNS[1:])
    db.execute(f"UPDATE jobs SET {pairs} WHERE id = ?", (*_values(job), job.id))  # noqa: S608


def record(moment: Moment, job_id: int, event: str, **data: Any) -> None:
    """Add to the job's history, from which tests judge what really happened."""
    moment.db.execute(
        "INSERT INTO history (job_id, at, event, data) VALUES (?, ?, ?, ?)",
        (job_id, moment.now, event, json.dumps(data)),
    )


def _values(job: Job) -> tuple[Any, ...]:
    values = {name: getattr(job, name) for name in _COLUMNS[1:]}
    for name in _JSON:
        values[name] = json.dumps(values[name])
    return tuple(values.values())
