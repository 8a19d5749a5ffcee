"""The six verbs of a provider over plain dictionaries, without any engine.

A Session lives as long as the process of a front. It adds to the lifecycle what one run
knows: where the stack's jobs are, which jobs this run made or took over, and which lines
were already spoken.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.client.location import PLACE, demand_place, explicit, moved, stored_place
from pulumi_dli.clock import Clock, SystemClock
from pulumi_dli.console import Report
from pulumi_dli.errors import DliError, Halfway, JobGone
from pulumi_dli.job import outputs
from pulumi_dli.job.canonical import differs
from pulumi_dli.job.options import Desired, Stored, Timeouts
from pulumi_dli.job.plan import Plan, plan
from pulumi_dli.job.redaction import discreet
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.lifecycle.operation import Incomplete
from pulumi_dli.lifecycle.verbs import Lifecycle
from pulumi_dli.preview import plan_line
from pulumi_dli.preview.preview import Foresight
from pulumi_dli.rules.check import ARGUMENTS, problems


class Diff(NamedTuple):
    """Whether anything changes, and which arguments ask for a replacement."""

    changes: bool
    replaces: list[str]


@dataclass(slots=True)
class Session:
    """One run of a front.

    Args:
        connections: the settings' clients.
        say: takes plan lines.
        progress: takes lines that only matter while an operation lasts.
        warn: takes warnings.
        guard: called before each request that changes something; raises to end there.
        clock: time.
    """

    connections: Connections
    say: Report
    progress: Report
    warn: Report
    guard: Callable[[], None] = lambda: None
    clock: Clock = field(default_factory=SystemClock)
    _foresight: Foresight = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _lives: dict[Place, Lifecycle] = field(default_factory=dict)
    _taken: set[tuple[Place, int]] = field(default_factory=set)
    _checked: dict[str, bool] = field(default_factory=dict)
    _sound: set[Place] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._foresight = Foresight(self.connections, self.warn)

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
            What to add to the inputs, and the problems.
        """
        found = problems(news, unknown)
        if found or not unknown.isdisjoint(PLACE):
            return {}, found
        try:
            settings = self.connections.settings(*explicit(news))
            place = self.connections.place(*explicit(news))
            demand_place(olds, news, place)
        except DliError as error:
            return {}, [str(error)]
        filled: dict[str, Any] = place._asdict()
        filled["desired_state"] = news.get("desired_state") or "running"
        if settings.default_tags and "tags" not in unknown:
            filled["tags"] = {**settings.default_tags, **(news.get("tags") or {})}
        whole = {**news, **filled}
        if "tags" in filled or place not in self._sound:  # the program's own were judged above
            found = problems(whole, unknown)
        if not found:
            self._sound.add(place)
        try:
            found = found or self._foresight.examine(urn, olds, whole, unknown)
            if not found:
                self._speak_of_creation(urn, olds, whole, unknown)
        except DliError as error:
            return filled, [str(error)]
        return {**filled, **_spelled_before(olds, whole, unknown)}, found

    def diff(
        self,
        urn: str,
        job_id: int,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        unknown: frozenset[str],
    ) -> Diff:
        """Compare the stored outputs with the program's inputs, and say what a change costs."""
        stored = Stored.from_outputs(job_id, olds)
        try:
            desired = Desired.from_inputs(_assume_kept(stored.outputs, news, unknown))
        except ValidationError:  # no check has seen them: they are what an earlier refresh found
            return Diff(any(stored.get(name) != value for name, value in news.items()), [])
        replaces = moved(olds, news, unknown)
        todo = plan(stored.job, desired, stored)
        renamed = set(desired.spec.set_names()) != stored.set_arguments
        if self._may_speak(urn):
            if replaces:
                line = plan_line.replacement(desired, replaces)
            else:
                line = self._foresight.change(urn, news, stored.job, todo, desired, unknown)
            if line:
                self.say(line)
        changes = bool(replaces or unknown or renamed or _changes(todo) or olds.get("failure"))
        return Diff(changes, replaces)

    def create(
        self, inputs: Mapping[str, Any], seconds: float | None
    ) -> tuple[int, dict[str, Any]]:
        """Create and start a job. Raises Halfway once something was changed."""
        desired = Desired.from_inputs(inputs)
        place = stored_place(self.connections, inputs)
        try:
            with discreet(inputs):
                outcome = self._life(place, inputs).deploy(
                    desired, seconds or desired.handling.timeouts.create
                )
        except Incomplete as error:
            job_id = error.outcome.job.job_id
            self._taken.add((place, job_id))
            outs = outputs.after_failure(error.outcome, inputs, None)
            raise Halfway(job_id, outs, error) from None
        self._taken.add((place, outcome.job.job_id))
        return outcome.job.job_id, outputs.after(outcome, inputs, None)

    def update(
        self,
        job_id: int,
        olds: Mapping[str, Any],
        inputs: Mapping[str, Any],
        seconds: float | None,
    ) -> dict[str, Any]:
        """Bring a job to what the program wants. Raises Halfway once something was changed."""
        desired = Desired.from_inputs(inputs)
        stored = Stored.from_outputs(job_id, olds)
        place = stored_place(self.connections, olds)
        try:
            with discreet(inputs, stored.outputs):
                outcome = self._life(place, olds).change(
                    job_id, desired, stored, seconds or desired.handling.timeouts.update
                )
        except Incomplete as error:
            outs = outputs.after_failure(error.outcome, inputs, stored)
            raise Halfway(job_id, outs, error) from None
        return outputs.after(outcome, inputs, stored)

    def read(
        self, job_id: int, props: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The live outputs and inputs; None when the job of a refresh is gone.

        Raises:
            JobGone: there is no such job, and it was asked for by its id alone (a `get`).
        """
        refresh = props.get("set_arguments") is not None
        stored = Stored.from_outputs(job_id, props) if refresh else None
        place = stored_place(self.connections, props)
        job = self._life(place, props).observe(job_id, stored)
        if job is None:
            if refresh:
                return None
            raise JobGone(
                f"there is no Flink job {job_id} in project {place.project_id} of "
                f"{place.region} ({place.endpoint}); correct the id"
            )
        outs, inputs = outputs.observed(job, stored)
        outs |= place._asdict()
        return outs, inputs

    def delete(self, job_id: int, props: Mapping[str, Any], seconds: float | None) -> None:
        """Delete a job as its stored `on_delete` says."""
        stored = Stored.from_outputs(job_id, props)
        place = stored_place(self.connections, props)
        if (place, job_id) in self._taken:
            self.say(f"job {job_id} belongs to another resource since this run: left alone")
            return
        own = (props.get("timeouts") or {}).get("delete")
        allowed = seconds or own or Timeouts().delete
        with discreet(stored.outputs):
            self._life(place, props).remove(job_id, stored, float(allowed))

    def _life(self, place: Place, props: Mapping[str, Any]) -> Lifecycle:
        with self._lock:
            if place not in self._lives:
                jobs = Jobs(self.connections.transport(*explicit(props)))
                self._lives[place] = Lifecycle(
                    jobs,
                    clock=self.clock,
                    say=self.say,
                    progress=self.progress,
                    warn=self.warn,
                    guard=self.guard,
                )
            return self._lives[place]

    def _speak_of_creation(
        self,
        urn: str,
        olds: Mapping[str, Any],
        inputs: Mapping[str, Any],
        unknown: frozenset[str],
    ) -> None:
        """Say that a job is created, unless it is a replacement, which diff has spoken of."""
        with self._lock:
            known_before = urn in self._checked
            self._checked[urn] = True
        if not olds and not known_before:
            known = {key: value for key, value in inputs.items() if key not in unknown}
            self.say(self._foresight.creation(urn, known, unknown))

    def _may_speak(self, urn: str) -> bool:
        """Diff speaks after a check of the same resource, once; so never in a refresh."""
        with self._lock:
            may = self._checked.get(urn, False)
            if may:
                self._checked[urn] = False
            return may


def open_session(
    setting: Callable[[str], Any],
    directory: Path,
    *,
    say: Report,
    progress: Report,
    warn: Report,
    guard: Callable[[], None],
) -> Session:
    """A session of a front.

    Args:
        setting: reads a key of the stack's configuration, such as `dli:region`.
        directory: the folder of Pulumi.yaml.
        say: see `Session`.
        progress: see `Session`.
        warn: see `Session`.
        guard: see `Session`.
    """
    connections = Connections.of_stack(setting, directory)
    return Session(connections, say=say, progress=progress, warn=warn, guard=guard)


def _assume_kept(
    olds: Mapping[str, Any], news: Mapping[str, Any], unknown: frozenset[str]
) -> dict[str, Any]:
    """The inputs, with the stored value in place of what is not known yet."""
    names = unknown.intersection(ARGUMENTS) - {"desired_state"}  # stored as found, not as wished
    kept = {name: olds[name] for name in names if olds.get(name) is not None}
    return {**{key: value for key, value in news.items() if key not in unknown}, **kept}


def _spelled_before(
    olds: Mapping[str, Any], news: Mapping[str, Any], unknown: frozenset[str]
) -> dict[str, Any]:
    """The old spelling of what is equal, so that a diff shows real changes only."""
    if not olds:
        return {}
    return {
        name: olds.get(name)
        for name, row in FIELDS.items()
        if name not in unknown
        and not row.secret
        and news.get(name) is not None
        and olds.get(name) != news.get(name)
        and not differs(name, olds, news)
    }


def _changes(todo: Plan) -> bool:
    return todo.touches or bool(todo.recorded or todo.kept)
