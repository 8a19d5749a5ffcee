"""What the engine does with one resource: its order of calls, and what it stores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pulumi_dli.errors import DliError, Halfway
from pulumi_dli.session import Session
from stack import Problems, sent

URN = "urn:pulumi:dev::campaign::pulumi-python:dynamic/dli:FlinkJarJob::etl"
BESIDE = f"{URN}-beside"
"""Another resource of the same program."""
OWNER = "0123456789abcdef0123456789abcdef"
OTHER = {"name": "beside", "queue_name": "testQueue", "entrypoint": "b.jar", "owner": "b" * 32}

Program = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """What the engine stores of the resource.

    Attributes:
        job_id, inputs, outputs: what the provider gave.
        failed: its last operation broke off.
        pending: a replacement deleted it, and has not created it again.
        tainted: the next `up` replaces it.
    """

    job_id: int
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    failed: bool = False
    pending: bool = False
    tainted: bool = False


@dataclass(frozen=True)
class Run:
    """How a run ended: the new state, the error if any, whether it was killed, what was told."""

    state: State | None
    error: str = ""
    killed: bool = False
    told: tuple[str, ...] = ()


@dataclass
class Engine:
    """What the engine does with one resource (engine 3.259), in its order of calls.

    Attributes:
        session: the provider's.
        state: what it has stored.
        record: is told of what is stored in the middle of a run.
        meanwhile: happens once all is planned, before anything is done.
        plain: whether nothing is refreshed first.
        others: the other resources of the program, which are refreshed first.
    """

    session: Session
    state: State | None
    record: Callable[[State | None], None] = lambda _: None
    meanwhile: Callable[[], object] = lambda: None
    plain: bool = False
    others: Sequence[State] = ()

    def preview(self, program: Program | None, replace: bool) -> str:
        """Refresh, check, diff; the error, or why it fails."""
        try:
            self._refresh()
            if program is None:
                return ""
            inputs, _ = self._planned(program, replace)
            return str(inputs.get("failure", ""))
        except (Problems, DliError) as error:
            return str(error)

    def up(self, program: Program | None, replace: bool, *, beside: bool = False) -> str:
        """Refresh, check, diff, then act; the error.

        Args:
            program: the resource's arguments; None: it has the resource no more.
            replace: whether `--replace` is given.
            beside: whether the program has another resource, which needs nothing.
        """
        inputs: dict[str, Any] = {}
        try:
            self._refresh()
            if program is None:
                if beside:
                    self.session.check(BESIDE, OTHER, OTHER, frozenset())
                if self.state is not None and not self.state.pending:
                    self.session.delete(URN, self.state.job_id, self.state.outputs, None)
                self.state = None
                return ""
            inputs, replaces = self._planned(program, replace)
            self.meanwhile()
            self._apply(inputs, replaces=replaces)
        except Halfway as error:
            outputs = _stored(error.state.write())
            before = self.state
            if before is not None and not before.pending:  # of an update it keeps the old inputs
                inputs = before.inputs
            self.state = State(error.job_id, inputs, outputs, failed=True)
            return str(error)
        except (Problems, DliError) as error:
            return str(error)
        return str(inputs.get("failure", ""))

    def _refresh(self) -> None:
        state = self.state
        if self.plain:
            return
        for number, other in enumerate(self.others):
            self.session.read(f"{BESIDE}-{number}", other.job_id, other.outputs)
        if state is None or state.pending:
            return
        found = self.session.read(URN, state.job_id, state.outputs)
        if found is None:
            self.state = None
            return
        before, (outputs, inputs) = state.inputs, (_stored(part) for part in found)
        self.session.diff(URN, state.job_id, outputs, before, frozenset())
        self.state = replace(state, inputs=inputs, outputs=outputs)

    def _planned(self, program: Program, asked: bool) -> tuple[dict[str, Any], bool | None]:
        """The checked inputs, and whether the job is replaced; None where nothing changes."""
        state = self.state
        news = _stored({"owner": OWNER, **program})
        if state is None or ((asked or state.tainted) and not state.pending):
            return self._checked({}, news), state is not None
        inputs = self._checked(state.inputs, news)
        diff = self.session.diff(URN, state.job_id, state.outputs, inputs, frozenset())
        if diff.replaces or state.pending:
            return self._checked({}, news), True
        return inputs, False if diff.changes or state.failed else None

    def _checked(self, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        filled, problems = self.session.check(URN, olds, news, frozenset())
        if problems:
            raise Problems("; ".join(problems))
        return _stored({**news, **filled})

    def _apply(self, inputs: dict[str, Any], *, replaces: bool | None) -> None:
        state = self.state
        if replaces and state is not None and not state.pending:
            self.session.delete(URN, state.job_id, state.outputs, None)
            self.state = replace(state, pending=True)
            self.record(self.state)
        if state is None or replaces:
            job_id, outs = self.session.create(URN, inputs, None)
            self.state = State(job_id, inputs, _stored(outs))
        elif replaces is None:
            self.state = replace(state, inputs=inputs)
        else:
            outs = self.session.update(URN, state.job_id, state.outputs, inputs, None)
            self.state = State(state.job_id, inputs, _stored(outs))


def other(session: Session, number: int, program: Program) -> State:
    """Another resource of the program."""
    urn, mark = f"{BESIDE}-{number}", f"{number:032x}"
    news = _stored({**program, "name": f"other-{number}", "owner": mark})
    filled, problems = session.check(urn, {}, news, frozenset())
    assert not problems, problems
    job_id, outputs = session.create(urn, {**news, **filled}, None)
    return State(job_id, news, _stored(outputs))


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the engine keeps them: numbers are floats, and nothing is null."""
    return sent({key: value for key, value in values.items() if value is not None})
