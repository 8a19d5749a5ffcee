"""The six verbs of a provider over plain dictionaries, without any engine.

A Session lives as long as the process of a front. It adds to the lifecycle what one run
knows: where the stack's jobs are, which jobs this run made or took over, and which lines
were already spoken. Inputs and outputs are read here, once in each call; below is no plain
data.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.client.location import PLACE, demand_place, explicit, moved, stored_place
from pulumi_dli.clock import SYSTEM, Clock
from pulumi_dli.console import Console
from pulumi_dli.errors import DliError, Halfway, JobError, JobGone
from pulumi_dli.job.desired import ARGUMENTS, Desired
from pulumi_dli.job.options import Timeouts
from pulumi_dli.job.outputs import observed
from pulumi_dli.job.plan import plan
from pulumi_dli.job.redaction import discreet
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.verbs import Lifecycle
from pulumi_dli.preview import plan_line
from pulumi_dli.preview.preview import Preview
from pulumi_dli.rules.check import problems


class Diff(NamedTuple):
    """Whether anything changes, and which arguments ask for a replacement."""

    changes: bool
    replaces: list[str]


@dataclass(slots=True)
class Session:
    """One run of a front.

    Args:
        connections: the settings' clients.
        console: is told, and asked before each request that changes something.
        clock: time.
    """

    connections: Connections
    console: Console
    clock: Clock = SYSTEM
    _preview: Preview = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _lives: dict[Place, Lifecycle] = field(default_factory=dict)
    _taken: set[tuple[Place, int]] = field(default_factory=set)
    _checked: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._preview = Preview(self.connections, self.console.warn)

    def check(
        self,
        urn: str,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        unknown: frozenset[str],
    ) -> tuple[dict[str, Any], list[str]]:
        """Fill in what the program left out, and tell everything that is wrong.

        Args:
            urn: the resource.
            olds: the inputs of the last run; empty for a new resource.
            news: what is known of the program's inputs.
            unknown: names of inputs that are not known yet, wholly or in part.

        Returns:
            What to put into the inputs, and the problems.
        """
        desired = Desired.read(news, unknown)
        before = Desired.read(olds) if olds else None
        found = problems(desired)
        if found or not unknown.isdisjoint(PLACE):
            return {}, found
        try:
            settings = self.connections.settings(*explicit(news))
            place = self.connections.place(*explicit(news))
            demand_place(olds, news, place)
        except DliError as error:
            return {}, [str(error)]
        filled: dict[str, Any] = place._asdict()
        if "desired_state" not in unknown:
            filled["desired_state"] = desired.options.desired_state
        if settings.default_tags and "tags" not in unknown:
            filled["tags"] = {**settings.default_tags, **(desired.spec.tags or {})}
        desired = desired.fill(filled)
        found = problems(desired) if desired.wrong or "tags" in filled else []
        try:
            found = found or self._preview.examine(urn, desired, before)
            if not found:
                self._speak_of_creation(urn, desired, new=before is None)
        except DliError as error:
            return filled, [str(error)]
        return {**filled, **desired.given_as_in(before)}, found

    def diff(
        self,
        urn: str,
        job_id: int,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        unknown: frozenset[str],
    ) -> Diff:
        """Compare the stored outputs with the program's inputs, and say what a change costs."""
        state = State.read(job_id, olds)
        desired = replace(Desired.read(_assume_kept(state, news, unknown)), unknown=unknown)
        if desired.wrong or not desired.name:  # what a refresh or a get found: no check saw it
            return Diff(any(state.value(name) != value for name, value in news.items()), [])
        replaces = moved(olds, news, unknown)
        todo = plan(state.job, desired, state)
        if self._may_speak(urn):
            if replaces:
                line = plan_line.replacement(desired, replaces)
            else:
                line = self._preview.change(urn, state.job, todo, desired)
            if line:
                self.console.say(line)
        renamed = set(desired.spec.set_names()) != state.set_arguments
        touches = todo.touches or bool(todo.recorded or todo.kept)
        return Diff(bool(replaces or unknown or renamed or touches or state.failure), replaces)

    def create(
        self, inputs: Mapping[str, Any], seconds: float | None
    ) -> tuple[int, dict[str, Any]]:
        """Create and start a job. Raises Halfway once something was changed."""
        desired = _demand_valid(inputs)
        place = stored_place(self.connections, inputs)
        try:
            with discreet(inputs):
                state = self._life(place, inputs).deploy(
                    desired, seconds or desired.options.timeouts.create
                )
        except Halfway as error:
            self._taken.add((place, error.job_id))
            raise
        self._taken.add((place, state.job.job_id))
        return state.job.job_id, state.write()

    def update(
        self,
        job_id: int,
        olds: Mapping[str, Any],
        inputs: Mapping[str, Any],
        seconds: float | None,
    ) -> dict[str, Any]:
        """Bring a job to what the program wants. Raises Halfway once something was changed."""
        desired = _demand_valid(inputs)
        state = State.read(job_id, olds)
        place = stored_place(self.connections, olds)
        with discreet(inputs, state.job.values):
            reached = self._life(place, olds).change(
                job_id, desired, state, seconds or desired.options.timeouts.update
            )
        return reached.write()

    def read(
        self, job_id: int, props: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The live outputs and inputs; None when the job of a refresh is gone.

        Raises:
            JobGone: there is no such job, and it was asked for by its id alone (a `get`).
        """
        refresh = props.get("set_arguments") is not None
        state = State.read(job_id, props) if refresh else None
        place = stored_place(self.connections, props)
        job = self._life(place, props).observe(job_id, state)
        if job is None:
            if refresh:
                return None
            raise JobGone(
                f"there is no Flink job {job_id} in project {place.project_id} of "
                f"{place.region} ({place.endpoint}); correct the id"
            )
        found, inputs = observed(job, state)
        return found.write() | place._asdict(), inputs

    def delete(self, job_id: int, props: Mapping[str, Any], seconds: float | None) -> None:
        """Delete a job as its stored `on_delete` says."""
        state = State.read(job_id, props)
        place = stored_place(self.connections, props)
        if (place, job_id) in self._taken:
            self.console.say(f"job {job_id} belongs to another resource since this run: left alone")
            return
        allowed = seconds or state.seconds("delete") or Timeouts().delete
        with discreet(state.job.values):
            self._life(place, props).remove(job_id, state, allowed)

    def _life(self, place: Place, props: Mapping[str, Any]) -> Lifecycle:
        with self._lock:
            if place not in self._lives:
                jobs = Jobs(self.connections.transport(*explicit(props)))
                self._lives[place] = Lifecycle(jobs, self.clock, self.console)
            return self._lives[place]

    def _speak_of_creation(self, urn: str, desired: Desired, *, new: bool) -> None:
        """Say that a job is created, unless it is a replacement, which diff has spoken of."""
        with self._lock:
            known_before = urn in self._checked
            self._checked[urn] = True
        if new and not known_before:
            self.console.say(self._preview.creation(urn, desired))

    def _may_speak(self, urn: str) -> bool:
        """Diff speaks after a check of the same resource, once; so never in a refresh."""
        with self._lock:
            may = self._checked.get(urn, False)
            if may:
                self._checked[urn] = False
            return may


def open_session(setting: Callable[[str], Any], directory: Path, console: Console) -> Session:
    """A session of a front.

    Args:
        setting: reads a key of the stack's configuration, such as `dli:region`.
        directory: the folder of Pulumi.yaml.
        console: see `Session`.
    """
    return Session(Connections.of_stack(setting, directory), console)


def _demand_valid(inputs: Mapping[str, Any]) -> Desired:
    """The wish of checked inputs.

    Raises:
        JobError: they are not valid, so no check has seen them; nothing was sent.
    """
    desired = Desired.read(inputs)
    if desired.wrong:
        raise JobError(f"nothing was changed: {'; '.join(problems(desired))}")
    return desired


def _assume_kept(state: State, news: Mapping[str, Any], unknown: frozenset[str]) -> dict[str, Any]:
    """The inputs, with the stored value in place of what is not known yet."""
    names = unknown.intersection(ARGUMENTS) - {"desired_state"}  # stored as found, not as wished
    kept = {name: state.value(name) for name in names}
    return {**{key: value for key, value in news.items() if key not in unknown}, **kept}
