"""The six verbs of a provider over plain dictionaries, without any engine.

A Session lives as long as the process of a front. It adds to the lifecycle what one run
knows: where the stack's jobs are, what the calls before saw (`memory`), and which lines were
already spoken. Inputs and outputs are read here, once in each call; below is no plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.artifacts.uploads import Uploads
from pulumi_dli.checking import Checking
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.client.location import (
    explicit,
    stored_place,
)
from pulumi_dli.clock import SYSTEM, Clock
from pulumi_dli.comparing import Comparing, Diff
from pulumi_dli.console import Console
from pulumi_dli.errors import Halfway
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.foreseen import Foreseen
from pulumi_dli.job.options import Timeouts
from pulumi_dli.job.redaction import discreet
from pulumi_dli.job.state import State
from pulumi_dli.lives import Lives
from pulumi_dli.memory import Memory, Old
from pulumi_dli.preview.foresight import Foresight
from pulumi_dli.reading import Imported, Reading
from pulumi_dli.rules.check import demand_valid

if TYPE_CHECKING:
    from pulumi_dli.artifacts.objects import Objects

YOUNG = 1.0
"""Seconds for which the live look of a diff is good for the update that follows it."""


@dataclass(slots=True)
class Session:
    """One run of a front; see `open_session` for what it is made of."""

    connections: Connections
    console: Console
    clock: Clock = SYSTEM
    _memory: Memory = field(default_factory=Memory)
    _foresight: Foresight = field(init=False)
    _checking: Checking = field(init=False)
    _uploads: Uploads = field(init=False)
    _stores: Stores = field(init=False)
    _saved: SavedState = field(init=False)
    _comparing: Comparing = field(init=False)
    _lives: Lives = field(init=False)
    _reading: Reading = field(init=False)

    def __post_init__(self) -> None:
        self._stores = Stores(self.connections, clock=self.clock)
        self._saved = SavedState(self._stores, self.clock, self.console.warn)
        self._foresight = Foresight(
            self.connections, self.console, self.clock, self._memory, self._saved
        )
        self._uploads = Uploads(self.console)
        self._checking = Checking(
            self.connections,
            self._foresight,
            self._uploads,
            self._stores,
            self._saved,
            self.console.warn,
        )
        self._comparing = Comparing(self._foresight, self._memory)
        self._lives = Lives(self.connections, self.clock, self.console, self._saved)
        self._reading = Reading(self.connections, self._lives, self._memory, self.console.warn)

    @discreet
    def check(
        self,
        urn: str,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        unknown: frozenset[str],
        *,
        created_first: bool = False,
    ) -> tuple[dict[str, Any], list[str]]:
        """Fill in what the program left out, and tell everything that is wrong.

        Args:
            urn: the resource.
            olds: the inputs of the last run; empty for a new resource, and for one that the
                engine replaces.
            news: what is known of the program's inputs.
            unknown: names of inputs that are not known yet, wholly or in part.
            created_first: see `Desired`.

        Returns:
            What to put into the inputs, and the problems. An input `failure` says why the job
            cannot be brought to the wish.
        """
        return self._checking.check(urn, olds, news, unknown, created_first=created_first)

    @discreet
    def present_name(self, urn: str, news: Mapping[str, Any], unknown: frozenset[str]) -> str:
        """The name of the job that a resource has, for a check without olds; "" where none is told.

        Arguments as of `check`.
        """
        return self._checking.present_name(urn, news, unknown)

    @discreet
    def diff(
        self,
        urn: str,
        job_id: int,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        unknown: frozenset[str],
    ) -> Diff:
        """Compare the stored outputs with the program's inputs, and say what a change costs."""
        return self._comparing.diff(urn, job_id, olds, news, unknown)

    @discreet
    def foresee(
        self,
        urn: str,
        job_id: int | None,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        unknown: frozenset[str],
    ) -> Foreseen:
        """The outputs that a create or an update will have, as far as they are certain.

        Args:
            urn: the resource.
            job_id: its job; None for one that comes into being.
            olds: its stored outputs; empty then.
            news: what is known of its inputs.
            unknown: names of those that are not known yet, wholly or in part.
        """
        return self._comparing.foresee(urn, job_id, olds, news, unknown)

    @discreet
    def create(
        self, urn: str, inputs: Mapping[str, Any], seconds: float | None
    ) -> tuple[int, dict[str, Any]]:
        """Create and start a job, or go on with the one that is replaced.

        Raises Halfway once something was changed, or an old job would be forgotten.
        """
        place = stored_place(self.connections, inputs)
        try:
            state = self._deploy(urn, place, inputs, seconds)
        except Halfway as error:
            self._memory.keep(place, error.job_id, urn)
            raise
        self._memory.keep(place, state.job.job_id, urn)
        self._foresight.preview.reached(state)
        return state.job.job_id, state.write()

    @discreet
    def update(
        self,
        urn: str,
        job_id: int,
        olds: Mapping[str, Any],
        inputs: Mapping[str, Any],
        seconds: float | None,
    ) -> dict[str, Any]:
        """Bring a job to what the program wants. Raises Halfway once something was changed."""
        state = State.read(job_id, olds)
        place = stored_place(self.connections, olds)
        desired = self._wish(urn, place, inputs, replaced=False)
        demand_valid(desired)
        self._memory.keep(place, job_id, urn)
        look = self._memory.take_look(urn)
        seen = look.job if look is not None and self.clock.now() - look.at <= YOUNG else None
        self._uploads.bring(urn, desired, state, self._objects(olds))
        allowed = seconds or desired.options.timeouts.update
        state = self._lives.at(place, olds).change(job_id, desired, state, allowed, seen)
        self._foresight.preview.reached(state)
        return state.write()

    @discreet
    def read(
        self, urn: str, job_id: int, props: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The live outputs and inputs; None when the job of a refresh is gone.

        Raises:
            JobGone: there is no such job, and it was asked for by its id alone (a `get`).
        """
        return self._reading.read(urn, job_id, props)

    @discreet
    def take_in(self, urn: str, named: str, props: Mapping[str, Any], owner: str) -> Imported:
        """A job that no resource has yet, as a program takes it in; nothing is sent but looks.

        Args:
            urn: the resource.
            named: the job's id, or its name.
            props: what is known of its place; empty for the stack's.
            owner: the mark of the resource.

        Raises:
            NotThere: there is no such Flink Jar job.
        """
        return self._reading.take_in(urn, named, props, owner)

    @discreet
    def delete(
        self, urn: str, job_id: int, props: Mapping[str, Any], seconds: float | None
    ) -> None:
        """Delete a job as its stored `on_delete` says.

        Where the delete belongs to a replacement nothing is done but to refuse one that would
        lose state: the create that follows does it all, and no kill in between loses the job.
        """
        state = State.read(job_id, props)
        place = stored_place(self.connections, props)
        heir = self._memory.heir(urn, place, job_id, state.owner)
        anew = self._memory.anew(heir, place, job_id)
        life = self._lives.at(place, props)
        if state.replaced:
            self._memory.leave(heir, Old(place, state, state.next_start.path, deleted=True))
        elif anew is not None and not (
            # The create came first, and went on with the job.
            anew.desired.created_first and self._memory.keeper(place, job_id)
        ):
            told = self._memory.loss_told(heir, replaced=True)
            wish = replace(anew.desired, loss_told=told)
            life.demand_replaceable(wish, state, here=place == anew.place)
            self._memory.leave(heir, Old(place, state))
        elif state.took_from is None and (keeper := self._memory.keeper(place, job_id)):
            whose = "this resource's again" if keeper == urn else "another resource's"
            self.console.say(f"job {job_id} is {whose}: left alone")
        else:
            allowed = seconds or state.seconds("delete") or Timeouts().delete
            path = life.remove(job_id, state, allowed)
            self._memory.leave(urn, Old(place, state, path, deleted=True))

    def _deploy(
        self, urn: str, place: Place, inputs: Mapping[str, Any], seconds: float | None
    ) -> State:
        """Bring a job into being in the way that the calls before ask for."""
        from pulumi_dli.lifecycle.replace import kept  # noqa: PLC0415 -- see `Lives`

        old = self._memory.old(urn)
        life = self._lives.at(place, inputs)
        desired = self._wish(urn, place, inputs, replaced=old is not None)
        allowed = seconds or desired.options.timeouts.create
        there = self._objects(inputs)
        if old is None:
            demand_valid(desired)
            if self._memory.met(urn):
                self._saved.records.look_again(desired)
            self._uploads.bring(urn, desired, None, there)
            return life.deploy(desired, allowed)
        with kept(old.state, None if old.deleted else old.state.job, old.path):
            self._uploads.bring(urn, desired, old.state, there, gone=old.deleted)
        desired = desired.without("adopt_job_id")  # it has a job already
        if old.deleted:
            return life.redeploy(desired, old.state, old.path, allowed)
        if old.place == place:
            return life.replace(desired, old.state, allowed)
        before = self._lives.at(old.place, old.place._asdict())
        return life.relocate(before, desired, old.state, allowed)

    def _objects(self, props: Mapping[str, Any]) -> Callable[[], Objects]:
        return lambda: self._stores.at(*explicit(props))

    def _wish(
        self, urn: str, place: Place, inputs: Mapping[str, Any], *, replaced: bool
    ) -> Desired:
        told = self._memory.loss_told(urn, replaced=replaced)
        armed = self._memory.armed_told(urn)
        desired = Desired.read(inputs)
        return replace(desired, loss_told=told, armed_told=armed, local=place.local)


def open_session(
    stack: Mapping[str, Any], here: Path, console: Console, engine: str | None = None
) -> Session:
    """A session of a front.

    Args:
        stack: its whole configuration; a key of ours is such as `dli:region`.
        here: the folder that the program works in.
        console: is told, and asked before each request that changes something.
        engine: the engine's address, where it may start a process for each provider.
    """
    memory = Memory.beside(engine, str(here / stack.get("dli:localPath", "")))
    return Session(Connections.of_stack(stack, here), console, _memory=memory)
