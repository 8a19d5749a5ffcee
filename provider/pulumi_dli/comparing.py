"""What a diff finds, and what will come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pulumi_dli.client.location import known_place, moved, stored_place
from pulumi_dli.job import foreseen
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import settled
from pulumi_dli.job.differences import sets_others
from pulumi_dli.job.foreseen import Foreseen
from pulumi_dli.job.plan import plan
from pulumi_dli.job.state import State
from pulumi_dli.memory import Memory, Old
from pulumi_dli.preview.foresight import Foresight
from pulumi_dli.preview.preview import Compared


class Diff(NamedTuple):
    """What a diff finds.

    Attributes:
        changes: whether anything does.
        replaces: the arguments that ask for a replacement.
        names: the arguments that differ, however little that costs.
    """

    changes: bool
    replaces: list[str]
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class Comparing:
    """The diffs of one run.

    Attributes:
        foresight: what the run tells beforehand.
        memory: what the run remembers.
    """

    foresight: Foresight
    memory: Memory

    def diff(
        self,
        urn: str,
        job_id: int,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        unknown: frozenset[str],
    ) -> Diff:
        """See `Session.diff`."""
        state = State.read(job_id, olds)
        old = Old(known_place(olds), state, state.next_start.path, deleted=state.replaced)
        checked = self.memory.take_check(urn)
        if checked:
            self.memory.leave(urn, old)
        if state.replaced:
            return Diff(changes=True, replaces=["name"], names=("name",))
        desired = _wish(state, news, unknown)
        if desired.wrong or not desired.name:  # what a refresh or a get found: no check saw it
            others = tuple(name for name, value in news.items() if state.value(name) != value)
            return Diff(bool(others), [], others)
        replaces = moved(olds, news, unknown)
        if replaces and checked:
            stored_place(self.foresight.connections, olds)  # the `up` has to reach the old job
        todo = plan(state.job, desired, state)
        names = (*replaces, *sorted(unknown), *todo.names, *sets_others(desired, state))
        changes = bool(names or todo.touches or state.failure or state.rolled_back)
        if checked:
            self.foresight.speak_of_known(urn, old, desired, Compared(todo, replaces, changes))
        return Diff(changes, replaces, tuple(dict.fromkeys(names)))

    def foresee(
        self,
        urn: str,
        job_id: int | None,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        unknown: frozenset[str],
    ) -> Foreseen:
        """See `Session.foresee`."""
        if job_id is None:
            return foreseen.of_new(Desired.read(news, unknown))
        state = State.read(job_id, olds)
        desired = _wish(state, news, unknown)
        look = self.memory.take_look(urn)
        job = state.job if look is None else settled(look.job)
        todo = plan(job, desired, state)
        return foreseen.of_change(job, desired, state, todo, seen=look is not None)


def _wish(state: State, news: Mapping[str, Any], unknown: frozenset[str]) -> Desired:
    """The program's wish, with the stored value in place of what is not known yet."""
    return Desired.read(news, unknown).known_by(state.value)
