"""What a preview looks up on the service: queues, and the jobs that are there.

Each list is read once for a project in a process, when a job that is new or changes needs it,
and shared by all threads. Where a right or an endpoint is missing, or no answer comes, the
look-ups are left out with one warning, and the preview goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.ownership import Owner, Ownership, foreign
from pulumi_dli.console import Report
from pulumi_dli.errors import DliError
from pulumi_dli.job.canonical import canonical
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail
from pulumi_dli.job.queue import GENERAL, Queue
from pulumi_dli.once import Once
from pulumi_dli.rules.sizing import SIZES

SHOWN_QUEUES = 5

LOOKED_AT = (
    *SIZES,
    "name",
    "queue_name",
    "flink_version",
    "feature",
    "execution_agency_urn",
    "checkpoint_path",
    "desired_state",
)
"""Arguments whose change is worth a look."""

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Use:
    """CUs that a job takes on a queue; 0 while it does not run."""

    queue: str
    cus: int


@dataclass(slots=True)
class Findings:
    """What the look at one job found: what is wrong, and what may be."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Lookups:
    """The look-ups in one project.

    Args:
        jobs: the DLI client, over a transport that does not wait long.
        warn: takes the one warning that look-ups are left out.
    """

    def __init__(self, jobs: Jobs, warn: Report) -> None:
        self._ownership = Ownership(jobs, lambda _: None)
        self._warn = warn
        self._lock = threading.Lock()
        self._queues = Once(lambda: self._read(jobs.queues))
        self._again = Once(lambda: self._read(jobs.queues))
        self._jobs = Once(lambda: self._read(jobs.list_jobs))
        self._asked: dict[str, int] = {}
        self._claims: dict[tuple[str, str], str] = {}

    def _read(self, read: Callable[[], Iterable[_Row]]) -> tuple[_Row, ...] | None:
        """A list of the service; None, with a warning, where it cannot be had."""
        try:
            return tuple(read())
        except DliError as error:
            self._complain(error)
            return None

    def _complain(self, error: DliError) -> None:
        self._warn(
            f"queues and jobs could not be looked up, so some mistakes show only in `up`: {error}; "
            "`dli:preflight: off` leaves the look-ups out"
        )

    def examine(self, desired: Desired, before: Desired | None) -> Findings:
        """Look for what stands in the way of a job that is new or changes.

        Args:
            desired: the program's wish, without problems.
            before: the wish of the last run; None for a new job.
        """
        found = Findings()
        if before is not None and not desired.changes(before, LOOKED_AT):
            return found
        if desired.spec.queue_name:
            self._examine_queue(desired, found)
        try:
            self._examine_jobs(desired, before, found)
        except DliError as error:  # of a mark
            self._complain(error)
        return found

    def room(self, before: Use | None, after: Use) -> tuple[str, str]:
        """The words for a queue's CUs with a job's change, and a warning where they run short.

        The figure is what the service told plus the changes asked for in this process; jobs
        that are deleted cannot be seen.

        Args:
            before: what the job takes now; None when it is new.
            after: what it will take.
        """
        queue = self._queue(self._queues, after.queue)
        name = after.queue.lower()
        here = before.cus if before is not None and before.queue.lower() == name else 0
        with self._lock:
            asked = self._asked.get(name, 0)
            self._asked[name] = asked + after.cus - here
            if before is not None and not here:
                other = before.queue.lower()
                self._asked[other] = self._asked.get(other, 0) - before.cus
        if queue is None or queue.used_cu is None or queue.cu_count is None:
            return "", ""
        total = round(queue.cu_count)
        now = max(round(queue.used_cu) + asked, 0)
        then = max(now + after.cus - here, 0)
        words = f"queue {queue.name} {now} → {then} of {total} CUs"
        if then <= total or then <= now:
            return words, ""
        return words, (
            f"queue_name: queue {queue.name} has {total} CUs, and {then} would be taken; the job "
            "waits until others end, so stop one, or use a larger queue"
        )

    def job(self, job_id: int) -> JobDetail | None:
        """A job that is there, for a plan of taking it over."""
        return next((job for job in self._jobs.get() or () if job.job_id == job_id), None)

    def _queue(self, there: Once[tuple[Queue, ...] | None], name: str) -> Queue | None:
        return next((q for q in there.get() or () if q.key == name.lower()), None)

    def _examine_queue(self, desired: Desired, found: Findings) -> None:
        queues, name = self._queues.get(), str(desired.spec.queue_name)
        if queues is None:
            return
        queue = self._queue(self._queues, name)
        # It may have been made since by another resource of this run.
        queue = queue or self._queue(self._again, name)
        if queue is None:
            there = [each.name for each in self._again.get() or () if each.kind == GENERAL]
            names = ", ".join(sorted(there)[:SHOWN_QUEUES]) or "none for Flink"
            found.warnings.append(
                "queue_name: the project has no such queue; create it, or correct the name (there "
                f"are: {names})"
            )
            return
        found.problems += _of_queue(queue, desired)
        found.warnings += _of_pool(queue, desired)

    def _examine_jobs(self, desired: Desired, before: Desired | None, found: Findings) -> None:
        name, path = desired.name, canonical("checkpoint_path", desired.spec.checkpoint_path)
        own = None if before is None else before.name
        adopted = desired.options.adopt_job_id
        there = self._jobs.get()
        if there is None:
            return
        for kind, text in (("name", name), ("checkpoint_path", path)):
            if text and not self._claim(kind, str(text), desired.owner):
                found.problems.append(
                    f"{kind}: another job of this program has the same; choose another"
                )
        if adopted and before is None:
            if all(job.job_id != adopted for job in there):
                found.problems.append(
                    f"adopt_job_id: there is no job {adopted}; name an existing job, or remove "
                    "`adopt_job_id` to create one"
                )
        elif name and name != own:
            namesake = next((job for job in there if job.name == name), None)
            self._examine_name(namesake, desired.owner, found)
        for job in there:
            same = path and canonical("checkpoint_path", job.value("checkpoint_path")) == path
            if not same or job.name in (name, own) or job.job_id == adopted:
                continue
            into = found.warnings if job.phase in AT_REST else found.problems
            into.append(
                f"checkpoint_path: job {job.name} ({job.job_id}) has the same path, and each job "
                "needs its own; choose another"
            )

    def _examine_name(self, job: JobDetail | None, mark: str, found: Findings) -> None:
        if job is None:
            return
        owner, theirs = self._ownership.owner(job, mark)
        if owner is Owner.UNKNOWN:
            found.warnings.append(f"name: {foreign(job, theirs)}")
        elif owner is not Owner.OURS:
            found.problems.append(f"name: {foreign(job, theirs)}")

    def _claim(self, kind: str, text: str, mark: str) -> bool:
        """Whether no other resource of this run asked for the same."""
        with self._lock:
            return self._claims.setdefault((kind, text), mark) == mark


def _of_queue(queue: Queue, desired: Desired) -> Iterator[str]:
    if queue.kind and queue.kind != GENERAL:
        yield (
            f"queue_name: queue {queue.name} is of the type {queue.kind}, and Flink jobs run on "
            f"queues of the type {GENERAL}; choose one of those"
        )
    offered, spec = queue.flink_versions, desired.spec
    if spec.flink_version and offered and spec.flink_version not in offered:
        if spec.feature == "custom":
            return
        yield (
            f"flink_version: queue {queue.name} offers {', '.join(offered)}; use one of them, or "
            "another queue"
        )


def _of_pool(queue: Queue, desired: Desired) -> Iterator[str]:
    if desired.spec.execution_agency_urn and queue.pool == "":
        yield (
            f"execution_agency_urn: queue {queue.name} is in no elastic resource pool, and "
            "agencies work in one only; choose a queue of a pool, or remove it"
        )
