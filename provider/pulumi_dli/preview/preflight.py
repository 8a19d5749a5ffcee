"""What a preview looks up on the service: queues, and the jobs that are there.

Each list is read once for a project in a process, when a job that is new or changes needs it,
and shared by all threads. Where a right or an endpoint is missing, or no answer comes, the
look-ups are left out with one warning, and the preview goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.ownership import Owner, Ownership, foreign
from pulumi_dli.console import Report
from pulumi_dli.errors import DliError
from pulumi_dli.job.canonical import canonical, differs
from pulumi_dli.job.detail import AT_REST, JobDetail
from pulumi_dli.rules.sizing import SIZES

GENERAL = "general"
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

_Read = TypeVar("_Read")


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


class _Once(Generic[_Read]):
    """Reads something once, for every thread; None where it cannot be read."""

    def __init__(self, read: Callable[[], _Read], complain: Callable[[DliError], None]) -> None:
        self._read = read
        self._complain = complain
        self._lock = threading.Lock()
        self._future: Future[_Read | None] | None = None

    def get(self) -> _Read | None:
        """What was read."""
        with self._lock:
            first = self._future is None
            self._future = future = self._future or Future()
        if first:
            self._fill(future)
        return future.result()

    def _fill(self, future: Future[_Read | None]) -> None:
        try:
            future.set_result(self._read())
        except DliError as error:
            self._complain(error)
            future.set_result(None)
        except BaseException as error:
            future.set_exception(error)
            raise


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
        self._queues = _Once(lambda: _by_name(jobs.queues()), self._complain)
        self._again = _Once(lambda: _by_name(jobs.queues()), self._complain)
        self._jobs = _Once(lambda: list(jobs.list_jobs()), self._complain)
        self._asked: dict[str, int] = {}
        self._claims: dict[tuple[str, str], str] = {}

    def _complain(self, error: DliError) -> None:
        self._warn(
            f"queues and jobs could not be looked up, so some mistakes show only in `up`: {error}; "
            "`dli:preflight: off` leaves the look-ups out"
        )

    def examine(
        self, inputs: Mapping[str, Any], olds: Mapping[str, Any], unknown: frozenset[str]
    ) -> Findings:
        """Look for what stands in the way of a job that is new or changes.

        Args:
            inputs: the arguments that are known, without problems.
            olds: the inputs of the last run; empty for a new job.
            unknown: names of arguments that are not known yet.
        """
        found = Findings()
        changed = any(name in unknown or differs(name, olds, inputs) for name in LOOKED_AT)
        if olds and not changed:
            return found
        if inputs.get("queue_name"):
            self._examine_queue(inputs, found)
        try:
            self._examine_jobs(inputs, olds, found)
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
        row = self._queue(after.queue)
        used, total = _number(row, "used_cu"), _number(row, "cu_count")
        name = after.queue.lower()
        here = before.cus if before is not None and before.queue.lower() == name else 0
        with self._lock:
            asked = self._asked.get(name, 0)
            self._asked[name] = asked + after.cus - here
            if before is not None and not here:
                other = before.queue.lower()
                self._asked[other] = self._asked.get(other, 0) - before.cus
        if row is None or used is None or total is None:
            return "", ""
        now = max(used + asked, 0)
        then = max(now + after.cus - here, 0)
        shown = row["queue_name"]
        words = f"queue {shown} {now} → {then} of {total} CUs"
        if then <= total or then <= now:
            return words, ""
        return words, (
            f"queue_name: queue {shown} has {total} CUs, and {then} would be taken; the job waits "
            "until others end, so stop one, or use a larger queue"
        )

    def job(self, job_id: int) -> JobDetail | None:
        """A job that is there, for a plan of taking it over."""
        return next((job for job in self._jobs.get() or () if job.job_id == job_id), None)

    def _queue(self, name: str) -> Mapping[str, Any] | None:
        return (self._queues.get() or {}).get(name.lower())

    def _examine_queue(self, inputs: Mapping[str, Any], found: Findings) -> None:
        rows, name = self._queues.get(), str(inputs["queue_name"]).lower()
        if rows is None:
            return
        if name not in rows:  # it may have been made since by another resource of this run
            rows = self._again.get() or {}
        row = rows.get(name)
        if row is None:
            there = [str(r["queue_name"]) for r in rows.values() if r.get("queue_type") == GENERAL]
            names = ", ".join(sorted(there)[:SHOWN_QUEUES]) or "none for Flink"
            found.warnings.append(
                "queue_name: the project has no such queue; create it, or correct the name (there "
                f"are: {names})"
            )
            return
        found.problems += _of_queue(row, inputs)
        found.warnings += _of_pool(row, inputs)

    def _examine_jobs(
        self, inputs: Mapping[str, Any], olds: Mapping[str, Any], found: Findings
    ) -> None:
        name, path = inputs.get("name"), canonical("checkpoint_path", inputs.get("checkpoint_path"))
        own, adopted = olds.get("name"), inputs.get("adopt_job_id")
        mark = str(inputs.get("owner") or "")
        there = self._jobs.get()
        if there is None:
            return
        for kind, text in (("name", name), ("checkpoint_path", path)):
            if text and not self._claim(kind, str(text), mark):
                found.problems.append(
                    f"{kind}: another job of this program has the same; choose another"
                )
        if adopted and not olds:
            if all(job.job_id != adopted for job in there):
                found.problems.append(
                    f"adopt_job_id: there is no job {adopted:g}; name an existing job, or remove "
                    "`adopt_job_id` to create one"
                )
        elif name and name != own:
            self._examine_name(next((j for j in there if j.name == name), None), mark, found)
        for job in there:
            same = path and canonical("checkpoint_path", job.values.get("checkpoint_path")) == path
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


def _of_queue(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> Iterator[str]:
    name, kind = row["queue_name"], row.get("queue_type")
    if kind and kind != GENERAL:
        yield (
            f"queue_name: queue {name} is of the type {kind}, and Flink jobs run on queues of the "
            f"type {GENERAL}; choose one of those"
        )
    offered, version = row.get("support_flink_jar_versions"), inputs.get("flink_version")
    if version and offered and version not in offered and inputs.get("feature") != "custom":
        yield (
            f"flink_version: queue {name} offers {', '.join(map(str, offered))}; use one of them, "
            "or another queue"
        )


def _of_pool(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> Iterator[str]:
    if inputs.get("execution_agency_urn") and row.get("elastic_resource_pool_name") == "":
        yield (
            f"execution_agency_urn: queue {row['queue_name']} is in no elastic resource pool, and "
            "agencies work in one only; choose a queue of a pool, or remove it"
        )


def _by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(row["queue_name"]).lower(): row for row in rows if row.get("queue_name")}


def _number(row: Mapping[str, Any] | None, key: str) -> int | None:
    value = None if row is None else row.get(key)
    return round(value) if isinstance(value, int | float) else None
