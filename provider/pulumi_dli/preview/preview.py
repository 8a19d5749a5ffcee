"""What is told about a job before anything is done: doubts, look-ups, and the CUs it takes.

One for each process. It reads; nothing here changes anything on the service.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.console import Report
from pulumi_dli.job.canonical import Arguments
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.plan import Plan, plan
from pulumi_dli.preview import plan_line
from pulumi_dli.preview.preflight import Lookups, Use
from pulumi_dli.rules.sizing import SIZES, size
from pulumi_dli.rules.warnings import warnings

SIZED = frozenset(SIZES) | {"queue_name", "desired_state"}
"""Arguments without which nothing can be said of a job's CUs."""


class Preview:
    """What a run can tell of its jobs beforehand. It reads; nothing here changes the service.

    Args:
        connections: the settings' clients.
        warn: takes warnings.
    """

    def __init__(self, connections: Connections, warn: Report) -> None:
        self._connections = connections
        self._warn = warn
        self._lock = threading.Lock()
        self._lookups: dict[Place, Lookups] = {}
        self._told: set[tuple[str, str]] = set()
        self._seen: dict[str, tuple[str | None, str | None]] = {}

    def examine(self, urn: str, desired: Desired, before: Desired | None) -> list[str]:
        """Warn of what may go wrong with a job that is new or changes; what is wrong for certain.

        Args:
            urn: the resource.
            desired: the program's wish as check filled it in, without problems.
            before: the wish of the last run; None for a new resource.
        """
        replaced = self._replaces(urn, desired) and before is None
        if before is not None and not desired.changes(before):
            return []
        if replaced:
            return []  # its name is taken by itself, until it is deleted
        doubts = warnings(desired)
        lookups = self._of(desired)
        if lookups is not None:
            found = lookups.examine(desired, before)
            doubts += found.warnings
            if found.problems:
                return sorted(found.problems)
        for text in doubts:
            self._tell(urn, text)
        return []

    def creation(self, urn: str, desired: Desired) -> str:
        """The line for a job that does not exist yet, or is taken over."""
        own = desired.options
        name = desired.name or urn.rpartition("::")[2]
        if own.adopt_job_id is None:
            return plan_line.creation(name, own, self._first_cus(urn, desired))
        lookups = None if desired.unknown else self._of(desired)
        job = None if lookups is None else lookups.job(own.adopt_job_id)
        if job is None:
            return plan_line.creation(name, own)
        todo = plan(job, desired, None)
        cus = self._changed_cus(urn, job, todo, desired)
        return plan_line.adoption(todo, job, desired, cus)

    def change(self, urn: str, job: JobDetail, todo: Plan, desired: Desired) -> str:
        """The line for a job that changes; empty when there is nothing to say.

        Args:
            urn: the resource.
            job: the job as it is known.
            todo: the plan.
            desired: the program's wish, with stored values for what is not known.
        """
        if job.phase is Phase.UNKNOWN:
            self._tell(
                urn,
                f"{job.status} is not a status that this provider knows; the job counts as running",
            )
        sized = SIZED.isdisjoint(desired.unknown)
        cus = self._changed_cus(urn, job, todo, desired) if sized else ()
        return plan_line.change(todo, job, desired, cus)

    def _first_cus(self, urn: str, desired: Desired) -> Iterator[str]:
        """The words for the CUs that a new job takes; none while they are not known."""
        if not desired.running or not desired.unknown.isdisjoint(SIZES):
            return
        after = size(desired)
        if after is not None:
            yield f"{after.cus} CUs"
            yield from self._room(urn, desired, None, Use(_queue(desired), after.cus))

    def _changed_cus(self, urn: str, job: JobDetail, todo: Plan, desired: Desired) -> Iterator[str]:
        """The words for the CUs of a job that a plan changes; none where they stay.

        Args:
            urn: the resource.
            job: the job as it is known.
            todo: the plan.
            desired: the program's wish, known as far as sizes go.
        """
        changed = {change.name: change.new for change in todo.changes}
        old, new = size(job), size(replace(job, values={**job.values, **changed}))
        if todo.blocked or old is None or new is None:
            return
        ends = todo.stop or job.phase in AT_REST
        before = Use(_queue(job), 0 if job.phase in AT_REST else old.cus)
        after = Use(_queue(desired) or before.queue, new.cus)
        if ends and todo.start is None:
            after = Use(after.queue, 0)
        if before.cus != after.cus:
            yield f"CUs {before.cus} → {after.cus}"
        if (before.cus, before.queue.lower()) != (after.cus, after.queue.lower()):
            yield from self._room(urn, desired, before, after)

    def _room(self, urn: str, desired: Desired, before: Use | None, after: Use) -> Iterator[str]:
        lookups = self._of(desired)
        if lookups is None or not after.queue:
            return
        words, warning = lookups.room(before, after)
        if words:
            yield words
        if warning:
            self._tell(urn, warning)

    def _replaces(self, urn: str, desired: Desired) -> bool:
        """Whether this run checked the resource before, at the same place."""
        with self._lock:
            before = self._seen.get(urn)
            self._seen[urn] = where = _where(desired)
        return before == where

    def _of(self, desired: Desired) -> Lookups | None:
        """The look-ups of a job's project; None where they are turned off."""
        where = _where(desired)
        if not self._connections.settings(*where).preflight:
            return None
        place = self._connections.place(*where)
        with self._lock:
            if place not in self._lookups:
                jobs = Jobs(self._connections.transport(*where).hasty())
                self._lookups[place] = Lookups(
                    jobs, lambda text: self._tell("look-ups", text, once="")
                )
            return self._lookups[place]

    def _tell(self, topic: str, text: str, once: str | None = None) -> None:
        """Warn once in a process; a job that is replaced is checked twice."""
        key = topic, text if once is None else once
        with self._lock:
            known = key in self._told
            self._told.add(key)
        if not known:
            self._warn(text)


def _where(desired: Desired) -> tuple[str | None, str | None]:
    """Region and project, which check has filled in."""
    return desired.options.region, desired.options.project_id


def _queue(job: Arguments) -> str:
    return str(job.value("queue_name") or "")
