"""A job as the store keeps it, and the moment in which it is looked at or changed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from pulumi_dli.local.errors import bad_parameter, no_such_job
from pulumi_dli.local.states import Status
from pulumi_dli.local.store import setting

if TYPE_CHECKING:
    import sqlite3

    from pulumi_dli.local.engine import Engine

LARGEST_ID = 2**63 - 1
_JSON = ("definition", "doom", "run")
_FLAGS = ("stopping", "has_savepoint")
_NOTHING = "{}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A look at the store at one time, with the engine that runs the jobs."""

    db: sqlite3.Connection
    now: float
    engine: Engine

    @property
    def ms(self) -> int:
        """The time in milliseconds, as the wire has it."""
        return round(self.now * 1000)

    def setting(self, name: str, default: float) -> float:
        """A setting that is shared by all processes on the folder."""
        value = setting(self.db, name)
        return default if value is None else value


@dataclass(slots=True, kw_only=True)
class Job:
    """One row of the jobs table. Times: `…_time` milliseconds as on the wire, else seconds."""

    id: int
    project_id: str
    user_name: str
    name: str
    queue_name: str | None
    definition: dict[str, Any]
    create_time: int
    update_time: int
    deleted_at: float | None = None
    status: str = Status.INIT
    status_desc: str = ""
    shown_status: str | None = None
    """What the answers show instead of the status, until `shown_until`."""
    shown_until: float | None = None
    start_time: int | None = None
    end_time: int | None = None
    restart_times: int = 0
    cus: int = 0
    """CUs taken on the queue now."""
    next_at: float | None = None
    """When the status is due to move on by itself."""
    stopping: bool = False
    """The savepoint under way is the one of a stop."""
    has_savepoint: bool = False
    savepoint_path: str | None = None
    resume_path: str | None = None
    """The savepoint or checkpoint that the start under way resumes."""
    checkpoint_dir: str | None = None
    """The checkpoint directory that the service made up."""
    counter: int = 0
    """The job's state: how much it has seen. Only a resume carries it over a start."""
    counting_since: float | None = None
    doom: dict[str, Any] = field(default_factory=dict)
    """The faults that wait for this job."""
    run: dict[str, Any] = field(default_factory=dict)
    """What a real engine remembers of the job's latest run; empty: simulated, or never run."""

    def count(self, now: float) -> int:
        """The state counter at a time: one for each start that was carried over, one a second."""
        if self.counting_since is None:
            return self.counter
        return self.counter + int(now - self.counting_since)

    def visible_status(self, now: float) -> str:
        """The status that answers show."""
        if self.shown_status is not None and (self.shown_until or 0) > now:
            return self.shown_status
        return self.status


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
    """The job of a row."""
    values = dict(row)
    for name in _JSON:
        text = values[name]
        values[name] = {} if text == _NOTHING else json.loads(text)
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
