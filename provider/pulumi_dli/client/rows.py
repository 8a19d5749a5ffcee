"""Jobs by the rows of the list, a hundred a request, where a row tells as much as the details.

What rows hold beside what the documentation says of them is found out: they are worth something
once some and the details of the same jobs were seen to agree.
"""

from __future__ import annotations

import functools
import threading

from pulumi_dli.client.api import Jobs
from pulumi_dli.clock import Clock
from pulumi_dli.errors import DliError
from pulumi_dli.job.canonical import is_empty
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.once import Once

FEW = 5
"""Jobs that are asked for by their details before a list is worth its request."""
FRESH = 30.0
"""Seconds for which the list is good."""


class Rows:
    """The rows of one project. Safe to share between threads; no lock is held while one is read.

    Args:
        jobs: the DLI client.
        clock: time.
    """

    def __init__(self, jobs: Jobs, clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock
        self._lock = threading.Lock()
        self._asked = 0
        self._read_at = clock.now()
        self._pages: list[Once[bool]] = []
        self._rows: dict[int, JobDetail] = {}
        self._details: dict[int, JobDetail] = {}
        self._told: frozenset[str] = frozenset()
        self._trusted: set[str] = set()
        self._useless = False

    def row(self, job_id: int) -> JobDetail | None:
        """The row of a job, where it tells as much as the details; None where those must be read.

        The list is read as far as it costs no more requests than the details have.
        """
        with self._lock:
            self._asked += 1
            if self._asked <= FEW or self._useless:
                return None
            most = self._asked
        try:
            row = self._find(job_id, most)
        except DliError:
            self._useless = True
            return None
        with self._lock:
            return row if row is not None and self._enough(row) else None

    def learn(self, job: JobDetail) -> None:
        """Take the details of a job, by which rows are judged."""
        with self._lock:
            self._details[job.job_id] = job
            self._told |= job.told
            self._compare(job.job_id)

    def _find(self, job_id: int, most: int) -> JobDetail | None:
        for number in range(most):
            page = self._page(number)
            if job_id in self._rows:
                break
            if not page.get():
                break
        return self._rows.get(job_id)

    def _page(self, number: int) -> Once[bool]:
        """A page of the list, newest jobs first; it tells whether there are more behind it."""
        with self._lock:
            now = self._clock.now()
            if now - self._read_at > FRESH:
                self._pages, self._rows, self._read_at = [], {}, now
            while len(self._pages) <= number:
                self._pages.append(Once(functools.partial(self._ask, len(self._pages))))
            return self._pages[number]

    def _ask(self, number: int) -> bool:
        found, more = self._jobs.rows(number)
        with self._lock:
            for row in found:
                self._rows[row.job_id] = row
                self._compare(row.job_id)
        return more

    def _compare(self, job_id: int) -> None:
        """Learn from a job's details and its row which fields rows tell."""
        row, job = self._rows.get(job_id), self._details.get(job_id)
        if row is None or job is None:
            return
        for name, value in job.values.items():
            if is_empty(name, value):
                continue
            if is_empty(name, row.values.get(name)):
                self._useless = True  # the row of another job may lack it too
            elif row.values[name] == value:
                self._trusted.add(name)

    def _enough(self, row: JobDetail) -> bool:
        return (
            not self._useless  # as this very list may just have shown
            and self._told <= row.told
            and all(
                name in self._trusted or is_empty(name, value) for name, value in row.values.items()
            )
        )
