"""The types that the others share: a job as stored, the moment of a look, and a runner."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol

from pulumi_dli.local.states import Status
from pulumi_dli.local.store import setting

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Moment:
    """A look at the store at one time, with the runner of the jobs and the data folder."""

    db: sqlite3.Connection
    now: float
    runner: Runner
    folder: Path

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
    """The queue itself, in lower case as all queues; the definition has it as it was sent."""
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
    """What is noted of the job's latest run on a real Flink; empty: simulated, or never run."""

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


class Outcome(Enum):
    """How far something under way is."""

    WAITING = auto()
    RESTARTING = auto()
    DONE = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Progress:
    """A runner's answer to a look.

    Attributes:
        outcome: of the start, savepoint or stop under way; for a running job DONE means
            that it finished, FAILED that it crashed and RESTARTING that the runner is
            bringing it back.
        text: why it failed or waits, for `status_desc`.
        again: seconds since 1970 when to look again; None: not by itself.
        restarts: how often the runner brought the job back; None: the service counts.
        resume: a directory with the state of a job whose machinery died; the next start
            that resumes takes it.
        saved: whether the savepoint of a stop that failed is complete all the same.
        log: why it failed, as its log has it; "": no more than `text`.
    """

    outcome: Outcome
    text: str = ""
    again: float | None = None
    restarts: int | None = None
    resume: str | None = None
    saved: bool = False
    log: str = ""


class Runner(Protocol):
    """What the job verbs need of whatever runs the jobs.

    A runner is asked to begin something (a start, a savepoint, a stop) and answers when to
    look again; when that time has come it is asked how far things are. It never answers later
    by itself, so it needs no threads, and the whole service is a function of time.
    """

    @property
    def name(self) -> str:
        """What it is, for people."""
        ...

    @property
    def in_name(self) -> bool:
        """Whether the next job that starts runs in name only, and needs no jar."""
        ...

    def real(self, job: Job) -> bool:
        """Whether the job has a life of its own: it restarts itself, and a look is as of now."""
        ...

    def note(self, job: Job) -> str:
        """`status_desc` of a job that runs."""
        ...

    def graph(self, job: Job) -> dict[str, Any] | None:
        """The execution plan; None: the service makes one up."""
        ...

    def start(self, moment: Moment, job: Job) -> float | None:
        """Begin to run the job from `job.resume_path`. Gives when to look."""
        ...

    def watch(self, moment: Moment, job: Job) -> float | None:
        """When to look at a job that runs; None: it ends only when it is told to."""
        ...

    def savepoint(self, moment: Moment, job: Job) -> float | None:
        """Begin a savepoint. Gives when to look."""
        ...

    def cancel(self, moment: Moment, job: Job) -> float | None:
        """Begin to stop the job. Gives when to look."""
        ...

    def look(self, moment: Moment, job: Job) -> Progress:
        """How far the thing is that the job's status says is under way."""
        ...

    def drop(self, moment: Moment, job: Job) -> None:
        """Let go of a job that is being deleted, whatever it does."""
        ...
