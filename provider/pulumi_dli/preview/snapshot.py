"""What a preview saw of a project: its queues, its jobs and their tags, each read once.

It answers what marks are read from (`pulumi_dli.client.ownership.Listing`) out of the one list
of jobs, so that a stack of a hundred new jobs asks for a handful of pages.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.tags import Tags
from pulumi_dli.console import Report
from pulumi_dli.errors import DliError, NotFoundError
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.queue import Pool, Queue
from pulumi_dli.once import Once

_Row = TypeVar("_Row")


class Snapshot:
    """The project as it was when a preview needed it first.

    Args:
        jobs: the DLI client, over a transport that does not wait long.
        tags: the tags of the project.
        warn: takes the one warning that look-ups are left out.
    """

    def __init__(self, jobs: Jobs, tags: Tags, warn: Report) -> None:
        self._api = jobs
        self._tags = tags
        self._warn = warn
        self._lock = threading.Lock()
        self._details: dict[int, Once[JobDetail | None]] = {}
        self._queues = Once(lambda: self._read(jobs.queues))
        self._pools = Once(self._read_pools)
        self._later = Once(lambda: self._read(jobs.queues))
        self._jobs = Once(lambda: self._read(jobs.list_jobs))

    @property
    def jobs(self) -> tuple[JobDetail, ...] | None:
        """The rows of the list of jobs; None where it cannot be had."""
        return self._jobs.get()

    @property
    def queues(self) -> tuple[Queue, ...] | None:
        """The queues; None where they cannot be had."""
        return self._queues.get()

    @property
    def pools(self) -> tuple[Pool, ...]:
        """The elastic resource pools; none where they may not be looked at."""
        return self._pools.get()

    @property
    def later_queues(self) -> tuple[Queue, ...] | None:
        """The queues once more: one may have been made since by another resource of the run."""
        return self._later.get()

    def details(self, job_id: int) -> JobDetail | None:
        """A job with its tags; None where there is none.

        Raises:
            DliError: it cannot be read.
        """
        with self._lock:
            once = self._details.setdefault(job_id, Once(functools.partial(self._look, job_id)))
        return once.get()

    def list_jobs(self, **filters: str | int) -> Iterator[JobDetail]:
        """The jobs of the list that match a `name` in part and have a tag `tags` (`key=value`)."""
        rows = self.jobs or ()
        name, tag = str(filters.get("name", "")), str(filters.get("tags", ""))
        everyones = self._tags.everyones() if tag else None
        if tag and everyones is None:
            yield from self._api.list_jobs(**filters)
            return
        key, _, value = tag.partition("=")
        for row in rows:
            tagged = everyones is None or everyones.get(row.job_id, {}).get(key) == value
            if name in row.name and tagged:
                yield row

    def tags(self, job_id: int) -> dict[str, str]:
        """A job's tags. Raises ApiError where they cannot be read."""
        everyones = self._tags.everyones() or {}
        return everyones[job_id] if job_id in everyones else self._api.tags(job_id)

    def complain(self, error: DliError) -> None:
        """Warn that look-ups are left out."""
        self._warn(
            f"queues and jobs could not be looked up, so some mistakes show only in `up`: {error}; "
            "`dli:preflight: off` leaves the look-ups out"
        )

    def _look(self, job_id: int) -> JobDetail | None:
        try:
            return self._tags.seen(self._api.details(job_id))
        except NotFoundError:
            return None

    def _read_pools(self) -> tuple[Pool, ...]:
        try:
            return tuple(self._api.pools())
        except DliError:  # a right that looking at queues does not need
            return ()

    def _read(self, read: Callable[[], Iterable[_Row]]) -> tuple[_Row, ...] | None:
        """A list of the service; None, with a warning, where it cannot be had."""
        try:
            return tuple(read())
        except DliError as error:
            self.complain(error)
            return None
