"""What is told about a job before anything is done: doubts, look-ups, and the CUs it takes.

One for each process. It reads; nothing here changes anything on the service.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.client.tags import Tags
from pulumi_dli.console import Report
from pulumi_dli.errors import DliError, JobGone
from pulumi_dli.job.canonical import Arguments
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.move import Move, going_on, wish
from pulumi_dli.job.next_start import NextStart
from pulumi_dli.job.plan import Plan, plan
from pulumi_dli.job.rollback import arriving
from pulumi_dli.job.start import met_again
from pulumi_dli.job.state import State
from pulumi_dli.preview import move_line, plan_line
from pulumi_dli.preview.plan_line import Line
from pulumi_dli.preview.preflight import Findings, Lookups
from pulumi_dli.preview.room import Use
from pulumi_dli.preview.snapshot import Snapshot
from pulumi_dli.rules.sizing import SIZES, size
from pulumi_dli.rules.warnings import warnings

SIZED = frozenset(SIZES) | {"queue_name", "desired_state"}
"""Arguments without which nothing can be said of a job's CUs."""


class Compared(NamedTuple):
    """What a diff found by the state.

    Attributes:
        todo: the plan.
        replaces: the arguments that ask for a replacement.
        changes: whether an update follows. It begins with the live job, whatever the state says,
            so the job is looked at then.
    """

    todo: Plan
    replaces: list[str]
    changes: bool


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

    def examine(
        self,
        urn: str,
        desired: Desired,
        before: Desired | None,
        *,
        valid: bool = True,
    ) -> Findings:
        """Warn of what may go wrong with a job that is new or changes; what is wrong for certain.

        Args:
            urn: the resource.
            desired: the program's wish as check filled it in.
            before: the wish of the last run; None for a new resource.
            valid: whether nothing is wrong with the wish so far; else nothing is warned of.
        """
        if before is not None and not desired.changes(before):
            return Findings()
        lookups = self._of(_where(desired))
        found = Findings() if lookups is None else lookups.examine(desired, before)
        if valid and not found.problems:
            for text in (*warnings(desired), *found.warnings):
                self._tell(urn, text)
        return found

    def look(self, state: State) -> JobDetail | None:
        """The live job of a state, with its tags; None where it cannot be looked at.

        Raises:
            JobGone: there is none.
        """
        lookups = self._of((state.ours.get("region"), state.ours.get("project_id")))
        try:
            job = None if lookups is None else lookups.snapshot.details(state.job.job_id)
        except DliError as error:
            self._tell(
                "look-ups",
                f"job {state.job.name} ({state.job.job_id}) could not be looked at: {error}",
            )
            return None
        if lookups is not None and (job is None or state.is_another(job)):
            raise JobGone.of(state.job.job_id)
        return None if job is None else state.aged(job)

    def reached(self, state: State) -> None:
        """Take note of a job as this run leaves it: what its directory is, no list told before."""
        with suppress(DliError):  # what was reached is reached
            lookups = self._of((state.ours.get("region"), state.ours.get("project_id")))
            if lookups is not None:
                lookups.keep(state.job, state.owner)

    def arrival(self, urn: str, desired: Desired, job: JobDetail | None, path: str = "") -> Line:
        """The line for a resource that is not in the state.

        Args:
            urn: the resource.
            desired: the program's wish.
            job: the job that it meets: its own, or the one that it takes over; None for none.
            path: a directory that was handed over for a first start; "" for none.
        """
        own, known = desired.options, NextStart.at(path)
        if job is None:
            name = desired.name or urn.rpartition("::")[2]
            cus = self._first_cus(urn, desired) if own.adopt_job_id is None else ()
            return plan_line.creation(name, own, path, cus)
        if own.adopt_job_id is not None and job.mark not in desired.marks:
            marked = replace(job, mark=desired.owner)
            todo = arriving(job, desired, plan(marked, desired, None, taken_over=True, known=known))
            cus = self._changed_cus(urn, job, todo, desired)
            return plan_line.adoption(todo, job, job.mark, desired, cus)
        taken, meant = own.adopt_job_id is not None, met_again(job, desired)
        todo = arriving(job, meant, plan(job, meant, None, taken_over=taken, known=known))
        replaced = plan(job, desired, None, replaced=True, taken_over=taken, known=known)
        cus = self._changed_cus(urn, job, todo, desired)
        either = None if desired.retained or desired.created_first else replaced
        return plan_line.going_on(todo, job, desired, either, cus)

    def own(self, desired: Desired) -> JobDetail | None:
        """This resource's job in the place that the program names; None where none is told."""
        lookups = self._of(_where(desired))
        return None if lookups is None else lookups.own(desired)

    def named(self, desired: Desired, name: str) -> JobDetail | None:
        """The job of a name in that place; None where none is told."""
        lookups = self._of(_where(desired))
        return None if lookups is None else lookups.named(name)

    def moved(
        self,
        urn: str,
        desired: Desired,
        names: list[str],
        todo: Move,
        state: State,
        there: JobDetail | None,
    ) -> Line:
        """The line for a job that goes elsewhere.

        Args:
            urn: the resource.
            desired: the program's wish.
            names: the arguments that change.
            todo: what becomes of the old job and of its state.
            state: what is known of the old job.
            there: the resource's job in the new place: an interrupted run made it, or one that
                was retained.
        """
        if there is None or todo.blocked:
            return move_line.replacement(desired, names, todo, state)
        steps = going_on(there, desired, todo)
        cus = self._changed_cus(urn, there, steps, desired)
        goes_on = plan_line.going_on(steps, there, wish(desired, todo), None, cus)
        if todo.gone and (there.holds_state or not todo.lost):
            return goes_on
        return move_line.replacement(desired, names, todo, state, there, goes_on)

    def replaced(
        self, urn: str, desired: Desired, job: JobDetail, state: State, *, again: bool
    ) -> Line:
        """The line for a job that the engine replaces in its place.

        Args:
            urn: the resource.
            desired: the program's wish.
            job: the job.
            state: what is known of it.
            again: whether an interrupted run was replacing it.
        """
        todo = plan(job, desired, state, replaced=True)
        cus = self._changed_cus(urn, job, todo, desired)
        return plan_line.going_on(todo, job, desired, None, cus, again=again)

    def change(
        self, urn: str, job: JobDetail, todo: Plan, desired: Desired, *, looked: bool
    ) -> Line:
        """The line for a job that changes; empty when there is nothing to say.

        Args:
            urn: the resource.
            job: the job as it is known.
            todo: the plan.
            desired: the program's wish, with stored values for what is not known.
            looked: whether the job was looked at, or is only known from the state.
        """
        if job.phase is Phase.UNKNOWN:
            self._tell(
                urn,
                f"{job.status} is not a status that this provider knows; the job counts as running",
            )
        sized = SIZED.isdisjoint(desired.unknown)
        cus = self._changed_cus(urn, job, todo, desired) if sized else ()
        return plan_line.change(todo, job, desired, cus, looked=looked)

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
        if todo.blocked or not todo.touches:
            return
        changed = {change.name: change.new for change in todo.changes}
        old, new = size(job), size(replace(job, values={**job.values, **changed}))
        if old is None or new is None:
            return
        ends = todo.stop or job.phase in AT_REST
        before = Use(_queue(job), 0 if job.phase in AT_REST else old.cus)
        after = Use(_queue(desired) or before.queue, new.cus)
        if ends and todo.start is None:
            after = Use(after.queue, 0)
        if before.cus != after.cus:
            yield f"CUs {before.cus} → {after.cus}"
        if (before.cus, before.queue.lower()) != (after.cus, after.queue.lower()):
            # What waits in a start takes no CUs of its queue yet.
            taken = Use(before.queue, 0) if job.starting else before
            yield from self._room(urn, desired, taken, after)

    def _room(self, urn: str, desired: Desired, before: Use | None, after: Use) -> Iterator[str]:
        lookups = self._of(_where(desired))
        if lookups is None or not after.queue:
            return
        words, warning = lookups.room.taken(urn, before, after)
        if words:
            yield words
        if warning:
            self._tell(urn, warning)

    def _of(self, where: tuple[str | None, str | None]) -> Lookups | None:
        """The look-ups of a region's project; None where they are turned off."""
        settings = self._connections.settings(*where)
        if not settings.preflight:
            return None
        place = self._connections.place(*where)
        with self._lock:
            if place not in self._lookups:
                jobs = Jobs(self._connections.transport(*where).hasty())
                tags = Tags(jobs, settings.ignore_tags)
                snapshot = Snapshot(jobs, tags, lambda text: self._tell("look-ups", text, once=""))
                self._lookups[place] = Lookups(snapshot)
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
