"""One savepoint that waits for the job that is to begin from it, as it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi_dli.job.canonical import directory, line
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, integer
from pulumi_dli.job.next_start import NextStart
from pulumi_dli.job.restarts import same_directory
from pulumi_dli.job.state import State

UNREADABLE = (ValueError, TypeError, KeyError, RecursionError)
"""What reading something else than a record raises."""


@dataclass(frozen=True, slots=True)
class Record:
    """A savepoint that no start has counted from.

    Attributes:
        savepoint: its directory, `obs://bucket/…/`.
        job_id: the job that left it, and its `job_name`.
        job_name: its name then.
        written: when the savepoint was written, as far as that is known, else the record, in
            milliseconds.
        start_time: the last start of that job then, in milliseconds; one that was started since is
            ahead of the record.
        restore_from: the directory that the program had named for that job; "" for none. It is
            not meant for the next one.
        objects: what the job would run if it went back, which `artifacts prune` keeps.
    """

    savepoint: str
    job_id: int
    job_name: str
    written: int
    start_time: int
    restore_from: str = ""
    objects: tuple[str, ...] = ()

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Record:
        """A record as it was written.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        return cls(
            savepoint=directory(told["savepoint"]),
            job_id=integer(told["job_id"]),
            job_name=line(told["job_name"]),
            written=integer(told["written"]),
            start_time=integer(told["start_time"]),
            restore_from=directory(told["restore_from"]),
        )

    def behind(self, job: JobDetail) -> bool:
        """Whether that job was started since, and so has come to newer state."""
        return self.job_id == job.job_id and self.start_time < job.start_time

    def known(self, state: State) -> State:
        """What is known of a job, with the savepoint that its next start begins from."""
        return replace(state, next_start=NextStart.at(self.savepoint))

    def wish(self, desired: Desired) -> Desired:
        """The wish for the job that begins from it."""
        path = desired.options.restore_from
        used = path is not None and same_directory(path, self.restore_from)
        return desired.without("restore_from") if used else desired

    def handed(self, desired: Desired, state: State) -> tuple[Desired, State]:
        """The wish for a job of the state that begins from it, and what is known of that job."""
        return self.wish(desired), self.known(state)
