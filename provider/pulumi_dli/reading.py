"""What is read of a job that is there: for a refresh, for a `get`, and for an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pulumi_dli.client.connections import Connections
from pulumi_dli.client.location import explicit, stored_place
from pulumi_dli.console import Report
from pulumi_dli.errors import JobError, JobGone
from pulumi_dli.finding import Finding
from pulumi_dli.job.state import UNMARKED, State
from pulumi_dli.job.taken_in import taken_in
from pulumi_dli.lives import Lives
from pulumi_dli.memory import Memory
from pulumi_dli.preview.asides import gone
from pulumi_dli.preview.claims import shared


class Imported(NamedTuple):
    """A job that a program takes in as it is.

    Attributes:
        job_id: its id.
        outputs: what the state is to keep of it.
        inputs: what a program would write.
    """

    job_id: int
    outputs: dict[str, Any]
    inputs: dict[str, Any]


@dataclass(slots=True)
class Reading:
    """The reads of one run.

    Attributes:
        connections: the settings and what they lead to.
        lives: the verbs.
        memory: what the run remembers.
        warn: takes what is lost of a job that is gone, and doubtful of one that is taken in.
    """

    connections: Connections
    lives: Lives
    memory: Memory
    warn: Report

    def read(
        self, urn: str, job_id: int, props: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """See `Session.read`."""
        refresh = props.get("set_arguments") is not None
        state = State.read(job_id, props, anew=True) if refresh else None
        if state is not None and state.replaced:
            return state.write(), state.inputs()
        place = stored_place(self.connections, props)
        seen = self.lives.at(place, props).refresh(job_id, state)
        if seen is None:
            if state is not None:
                self.memory.lose(urn, state)
                if told := gone(state):
                    self.warn(told)
                return None
            raise JobGone(
                f"there is no Flink job {job_id} in project {place.project_id} of "
                f"{place.where} ({place.endpoint}); correct the id"
            )
        found, inputs = seen
        if state is not None:
            self.memory.read(urn, found)
        return found.write() | place.told(props), inputs

    def take_in(self, urn: str, named: str, props: Mapping[str, Any], owner: str) -> Imported:
        """See `Session.take_in`."""
        where = explicit(props)
        job = Finding(self.connections, *where).meant(named)
        place = self.connections.place(*where)
        if twice := shared(self.memory, urn, place, job):
            raise JobError(twice)
        found, inputs = taken_in(self.lives.at(place, props).tagged(job), owner)
        if found.mark not in ("", UNMARKED):
            self.warn(
                f"job {job.name} ({job.job_id}) carries the mark {found.mark} of another "
                "resource, and keeps it until the first change that is made here; if that "
                "resource is still in a stack, take it out there (`pulumi state delete`)"
            )
        self.memory.read(urn, found)
        return Imported(job.job_id, found.write() | place.told(props), inputs)
