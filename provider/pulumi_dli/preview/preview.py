"""What is told about a job before anything is done: doubts, look-ups, and the CUs it takes.

One for each process. It reads; nothing here changes anything on the service.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.console import Report
from pulumi_dli.job.canonical import differs
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.options import Desired, Handling
from pulumi_dli.job.plan import Plan, plan
from pulumi_dli.preview import plan_line
from pulumi_dli.preview.preflight import Lookups, Use
from pulumi_dli.rules import check
from pulumi_dli.rules.sizing import SIZES, size

SIZED = frozenset(SIZES) | {"queue_name", "desired_state"}
"""Arguments without which nothing can be said of a job's CUs."""


class Foresight:
    """What a run can tell of its jobs beforehand.

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
        self._seen: dict[str, tuple[Any, Any]] = {}

    def examine(
        self,
        urn: str,
        olds: Mapping[str, Any],
        inputs: Mapping[str, Any],
        unknown: frozenset[str],
    ) -> list[str]:
        """Warn of what may go wrong with a job that is new or changes; what is wrong for certain.

        Args:
            urn: the resource.
            olds: the inputs of the last run; empty for a new resource.
            inputs: its arguments as check filled them in, without problems.
            unknown: names of arguments that are not known yet.
        """
        known = {name: value for name, value in inputs.items() if name not in unknown}
        replaced = self._replaces(urn, inputs) and not olds
        if olds and not unknown and not any(differs(name, olds, known) for name in check.ARGUMENTS):
            return []
        if replaced:
            return []  # its name is taken by itself, until it is deleted
        doubts = check.warnings(known, unknown)
        lookups = self._of(inputs)
        if lookups is not None:
            found = lookups.examine(known, olds, unknown)
            doubts += found.warnings
            if found.problems:
                return sorted(found.problems)
        for text in doubts:
            self._tell(urn, text, text)
        return []

    def creation(self, urn: str, known: Mapping[str, Any], unknown: frozenset[str]) -> str:
        """The line for a job that does not exist yet, or is taken over.

        Args:
            urn: the resource.
            known: its arguments as far as they are known.
            unknown: names of those that are not.
        """
        own = Handling.from_inputs(known)
        name = str(known.get("name") or urn.rpartition("::")[2])
        if own.adopt_job_id is None:
            return plan_line.creation(name, own, self._first_cus(urn, known, unknown))
        lookups = None if unknown else self._of(known)
        job = None if lookups is None else lookups.job(own.adopt_job_id)
        if job is None:
            return plan_line.creation(name, own)
        desired = Desired.from_inputs(known)
        todo = plan(job, desired, None)
        cus = self._changed_cus(urn, known, job, todo, desired)
        return plan_line.adoption(todo, job, desired, cus)

    def change(
        self,
        urn: str,
        inputs: Mapping[str, Any],
        job: JobDetail,
        todo: Plan,
        desired: Desired,
        unknown: frozenset[str],
    ) -> str:
        """The line for a job that changes; empty when there is nothing to say.

        Args:
            urn: the resource.
            inputs: its arguments as far as they are known.
            job: the job as it is known.
            todo: the plan.
            desired: the program's wish, with stored values for what is not known.
            unknown: names of arguments that are not known yet.
        """
        if job.phase is Phase.UNKNOWN:
            text = (
                f"{job.status} is not a status that this provider knows; the job counts as running"
            )
            self._tell(urn, text, text)
        sized = SIZED.isdisjoint(unknown)
        cus = self._changed_cus(urn, inputs, job, todo, desired) if sized else ()
        return plan_line.change(todo, job, desired, unknown, cus)

    def _first_cus(
        self, urn: str, inputs: Mapping[str, Any], unknown: frozenset[str]
    ) -> Iterator[str]:
        """The words for the CUs that a new job takes; none while they are not known."""
        if inputs.get("desired_state") == "stopped" or not unknown.isdisjoint(SIZES):
            return
        after = size(inputs)
        if after is not None:
            yield f"{after.cus} CUs"
            yield from self._room(urn, inputs, None, _use(inputs, after.cus))

    def _changed_cus(
        self, urn: str, inputs: Mapping[str, Any], job: JobDetail, todo: Plan, desired: Desired
    ) -> Iterator[str]:
        """The words for the CUs of a job that a plan changes; none where they stay.

        Args:
            urn: the resource.
            inputs: its arguments, all of them known as far as sizes go.
            job: the job as it is known.
            todo: the plan.
            desired: the program's wish.
        """
        values = dict(job.values) | {change.name: change.new for change in todo.changes}
        old, new = size(job.values), size(values)
        if todo.refusal or old is None or new is None:
            return
        ends = todo.stop or job.phase in AT_REST
        before = _use(job.values, 0 if job.phase in AT_REST else old.cus)
        after = Use(str(desired.spec.queue_name or before.queue), new.cus)
        if ends and todo.start is None:
            after = Use(after.queue, 0)
        if before.cus != after.cus:
            yield f"CUs {before.cus} → {after.cus}"
        if (before.cus, before.queue.lower()) != (after.cus, after.queue.lower()):
            yield from self._room(urn, inputs, before, after)

    def _room(
        self, urn: str, inputs: Mapping[str, Any], before: Use | None, after: Use
    ) -> Iterator[str]:
        lookups = self._of(inputs)
        if lookups is None or not after.queue:
            return
        words, warning = lookups.room(before, after)
        if words:
            yield words
        if warning:
            self._tell(urn, warning, warning)

    def _replaces(self, urn: str, inputs: Mapping[str, Any]) -> bool:
        """Whether this run checked the resource before, at the same place."""
        place = inputs.get("region"), inputs.get("project_id")
        with self._lock:
            before = self._seen.get(urn)
            self._seen[urn] = place
        return before == place

    def _of(self, inputs: Mapping[str, Any]) -> Lookups | None:
        """The look-ups of a job's project; None where they are turned off."""
        where = inputs.get("region"), inputs.get("project_id")
        if not self._connections.settings(*where).preflight:
            return None
        place = self._connections.place(*where)
        with self._lock:
            if place not in self._lookups:
                jobs = Jobs(self._connections.transport(*where).hasty())
                self._lookups[place] = Lookups(jobs, lambda text: self._tell("look-ups", "", text))
            return self._lookups[place]

    def _tell(self, topic: str, key: str, text: str) -> None:
        """Warn once in a process; a job that is replaced is checked twice."""
        with self._lock:
            known = (topic, key) in self._told
            self._told.add((topic, key))
        if not known:
            self._warn(text)


def _use(values: Mapping[str, Any], cus: int) -> Use:
    return Use(str(values.get("queue_name") or ""), cus)
