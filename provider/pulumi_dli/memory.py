"""What one run remembers of its resources, by URN: the engine tells each call only its own part.

A check does not see the outputs, a create does not see what was deleted for it, and a delete
is not told whether it belongs to a replacement. One process serves a whole preview or `up`, so
what the earlier calls saw fills the gaps.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi_dli.client.connections import Place
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.state import State

if TYPE_CHECKING:
    from pulumi_dli.neighbours import Neighbours


@dataclass(frozen=True, slots=True)
class Old:
    """The job that a resource had so far, which is being replaced.

    Attributes:
        place: where it is.
        state: what is known of it.
        path: of a job that the engine had deleted already, the directory that its state is in.
        deleted: whether it was.
    """

    place: Place
    state: State
    path: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Anew:
    """A wish that was checked as one for a new resource: there is none yet, or it is replaced."""

    place: Place
    desired: Desired


@dataclass(frozen=True, slots=True)
class Look:
    """A live job, and when it was looked at."""

    job: JobDetail
    at: float


@dataclass(slots=True)
class Memory:
    """The memory of one run. Safe to share between threads.

    Attributes:
        neighbours: the other processes of the run; None where there are none.
        apart: what tells this process's local DLI from another's.
    """

    neighbours: Neighbours | None = None
    apart: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _anew: dict[str, Anew] = field(default_factory=dict)
    _marks: dict[str, str] = field(default_factory=dict)
    _jobs: dict[tuple[Place, int], str] = field(default_factory=dict)
    _olds: dict[str, Old] = field(default_factory=dict)
    _read: dict[str, State] = field(default_factory=dict)
    _lost: dict[str, State] = field(default_factory=dict)
    _looks: dict[str, Look] = field(default_factory=dict)
    _checked: set[str] = field(default_factory=set)
    _present: dict[tuple[Place, int], str] = field(default_factory=dict)
    _claims: dict[object, str] = field(default_factory=dict)
    _losses: set[tuple[str, bool]] = field(default_factory=set)
    _armed: set[str] = field(default_factory=set)
    _met: set[str] = field(default_factory=set)

    @classmethod
    def beside(cls, engine: str | None, apart: str) -> Memory:
        """The memory of a process beside those that the same engine starts; None: there are none.

        On Windows each knows of its own resources only.
        """
        if engine is None or sys.platform == "win32":
            return cls()
        from pulumi_dli.neighbours import Neighbours  # noqa: PLC0415 -- one front has them

        return cls(Neighbours(engine), apart)

    def checked(self, urn: str) -> None:
        """A check of a resource that is there, so that a diff that follows belongs to it."""
        with self._lock:
            self._checked.add(urn)

    def take_check(self, urn: str) -> bool:
        """Whether the resource was checked since the last diff; a refresh diffs without one."""
        with self._lock:
            known = urn in self._checked
            self._checked.discard(urn)
            return known

    def wish_anew(self, urn: str, anew: Anew) -> bool:
        """Remember a check without olds; whether it is the first of the resource."""
        with self._lock:
            first = urn not in self._anew
            self._anew[urn] = anew
            self._marks |= dict.fromkeys(anew.desired.marks, urn)
            return first

    def anew(self, urn: str, place: Place, job_id: int) -> Anew | None:
        """The wish of a check without olds: a delete of the job belongs to a replacement.

        None too where the resource is known to replace another job: then this one is that of an
        alias, which goes.
        """
        with self._lock:
            old = self._olds.get(urn)
            if old is not None and (old.place, old.state.job.job_id) != (place, job_id):
                return None
            return self._anew.get(urn)

    def leave(self, urn: str, old: Old) -> None:
        """Remember the job that a create of the same resource replaces."""
        with self._lock:
            self._olds[urn] = old
            self._jobs[old.place, old.state.job.job_id] = urn

    def heir(self, urn: str, place: Place, job_id: int, mark: str) -> str:
        """The resource whose job this is in this run: a delete still names the alias's URN."""
        with self._lock:
            return self._jobs.get((place, job_id)) or self._marks.get(mark) or urn

    def old(self, urn: str) -> Old | None:
        """The job that a create of this resource replaces; None where it has none."""
        with self._lock:
            return self._olds.get(urn)

    def read(self, urn: str, state: State) -> None:
        """Remember what a refresh found of a job that is there."""
        with self._lock:
            self._read |= dict.fromkeys({urn, state.owner} - {""}, state)

    def refreshed(self, urn: str, desired: Desired) -> State | None:
        """What a refresh of this run found of a job that is there, under this URN or an alias."""
        with self._lock:
            return _first(self._read, urn, desired)

    def left_over(self) -> dict[str, State]:
        """What a refresh found of jobs, by URN, whose resource the run has not come to so far."""
        with self._lock:
            ids = {job_id for _, job_id in self._present}
            return {
                urn: state
                for urn, state in self._read.items()
                if urn.startswith("urn:") and state.job.job_id not in ids
            }

    def lose(self, urn: str, state: State) -> None:
        """Remember a job that a refresh found gone, as it was known before."""
        with self._lock:
            self._lost |= dict.fromkeys({urn, state.owner} - {""}, state)

    def lost(self, urn: str, desired: Desired) -> State | None:
        """What was known of the job that a refresh of this run found gone."""
        with self._lock:
            return _first(self._lost, urn, desired)

    def looked(self, urn: str, look: Look) -> None:
        """Remember a live look."""
        with self._lock:
            self._looks[urn] = look

    def take_look(self, urn: str) -> Look | None:
        """The live look of the diff before; it is good once."""
        with self._lock:
            return self._looks.pop(urn, None)

    def tell_loss(self, urn: str, *, replaced: bool) -> None:
        """Remember that the run has said that the state of a resource's job is given up.

        Args:
            urn: the resource.
            replaced: whether that is said for the case that the engine replaces the job.
        """
        with self._lock:
            self._losses.add((urn, replaced))

    def tell_armed(self, urn: str) -> None:
        """Remember that the run has said that a resource's job goes back if an update fails."""
        with self._lock:
            self._armed.add(urn)

    def armed_told(self, urn: str) -> bool:
        """Whether it has."""
        with self._lock:
            return urn in self._armed

    def loss_told(self, urn: str, *, replaced: bool) -> bool:
        """Whether it has, for the one case or the other."""
        with self._lock:
            return (urn, replaced) in self._losses

    def meet(self, urn: str) -> None:
        """Remember that a check without olds found a job of the resource."""
        with self._lock:
            self._met.add(urn)

    def met(self, urn: str) -> bool:
        """Whether it has; the process of another provider may have deleted that job since."""
        with self._lock:
            return urn in self._met

    def keep(self, place: Place, job_id: int, urn: str) -> None:
        """Remember a job as a resource's present one: no delete of this run may take it."""
        with self._lock:
            self._present[place, job_id] = urn
        if self.neighbours is not None:
            self.neighbours.tell(self._thing(place, job_id), urn)

    def keeper(self, place: Place, job_id: int) -> str:
        """The resource whose present one a job is; "" for none."""
        with self._lock:
            known = self._present.get((place, job_id), "")
        if known or self.neighbours is None:
            return known
        return self.neighbours.told(self._thing(place, job_id))

    def _thing(self, place: Place, job_id: int) -> list[object]:
        return [*place, self.apart if place.local else "", job_id]

    def claim(self, thing: object, urn: str) -> str:
        """The resource of this run that asked for something first; "" if it is this one."""
        with self._lock:
            first = self._claims.setdefault(thing, urn)
            return "" if first == urn else first


def _first(known: dict[str, State], urn: str, desired: Desired) -> State | None:
    return next((known[key] for key in (urn, *desired.marks) if key in known), None)
