"""A small world for the campaign: a local DLI, an engine's state, and runs that can be killed.

Every run is a session of its own, as every `pulumi up` is a process of its own. A run that is
to be killed happens in a child process that ends itself at a request boundary; what it had
not stored is lost, as with SIGKILL. Time is the local DLI's stored clock, shared by all.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import stamina
from pulumi_dli.client.connections import Connections
from pulumi_dli.client.transport import Transport
from pulumi_dli.errors import DliError, Halfway
from pulumi_dli.local import faults
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.doors import everything, history
from pulumi_dli.local.model import Moment
from pulumi_dli.local.service import Service
from pulumi_dli.local.signin.identity import Identity
from pulumi_dli.local.simulation import Simulation
from pulumi_dli.local.store import Store
from pulumi_dli.session import Session
from stack import OneClock, sent
from stand_ins import Lines

URN = "urn:pulumi:dev::campaign::pulumi-python:dynamic/dli:FlinkJarJob::etl"
OWNER = "0123456789abcdef0123456789abcdef"
KILLED = 9
CLEAN = multiprocessing.get_context("forkserver")
"""Children come from a process without threads: the test's own has some, and cannot be forked."""
# That process knows what is installed, not the path of the tests. What is loaded here, each child
# would load for itself.
CLEAN.set_forkserver_preload(["pulumi_dli.session", "pulumi_dli.local.app", "httpx"])
ROUTES = ("create", "update", "run", "stop", "details", "list_jobs", "delete", "import_savepoint")
"""Where the campaign aims faults."""

Program = Mapping[str, Any]


@dataclass(frozen=True)
class Kill:
    """End the process at the n-th request of an operation, before or after it is done."""

    request: int
    after: bool


@dataclass(frozen=True)
class State:
    """What the engine stores of the resource. `failed`: its last operation broke off."""

    job_id: int
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    failed: bool = False


@dataclass(frozen=True)
class Run:
    """How a run ended: the new state, the error if any, and whether it was killed."""

    state: State | None
    error: str = ""
    killed: bool = False
    said: tuple[str, ...] = ()


class KillingTransport(Transport):
    """Ends the process at a request boundary."""

    def __init__(self, inner: Transport, kill: Kill) -> None:
        self._inner = inner
        self._kill = kill
        self._count = 0

    def request(
        self,
        method: str,
        path: str,
        *,
        what: str,
        params: Mapping[str, str | int] | None = None,
        json: object | None = None,
        hide: Iterable[str] = (),
    ) -> Any:
        self._count += 1
        due = self._count == self._kill.request
        if due and not self._kill.after:
            os._exit(KILLED)
        try:
            return self._inner.request(method, path, what=what, params=params, json=json, hide=hide)
        finally:
            if due:
                os._exit(KILLED)


class Reached(Connections):
    """The real connections to the embedded local DLI, with a killing transport on top."""

    def __init__(self, folder: Path, kill: Kill | None) -> None:
        # The verbs must hold alone: a look-up would keep many schedules from reaching them.
        config = {"endpoint": "local", "localPath": str(folder), "preflight": "off"}
        super().__init__(config, {}, folder)
        self._kill = kill
        self._wrapped: Transport | None = None

    def transport(self, region: str | None = None, project_id: str | None = None) -> Transport:
        inner = super().transport(region, project_id)
        if self._kill is None:
            return inner
        if self._wrapped is None:
            self._wrapped = KillingTransport(inner, self._kill)
        return self._wrapped


@dataclass
class World:
    """A service in a folder, and the engine's state of one resource."""

    folder: Path
    state: State | None = None
    trace: list[str] = field(default_factory=list)
    new: bool = True

    def __post_init__(self) -> None:
        stamina.set_testing(True, attempts=6, cap=True)
        if self.new:
            with self.store() as store:
                StoredClock(store).set(1_800_000_000.0)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The service's folder, for as long as it is looked at; a fork must find it closed."""
        with closing(Store(self.folder)) as store:
            yield store

    @contextmanager
    def moment(self) -> Iterator[Moment]:
        """The service as it stands now, as its `/_local/` doors see it."""
        with self.store() as store:
            service = Service(store, Identity(), Simulation(), StoredClock(store), lambda _: None)
            with service.look() as moment:
                yield moment

    def arm(self, fault: Mapping[str, Any]) -> None:
        with self.store() as store:
            faults.arm(store, fault, frozenset(ROUTES))
        self.trace.append(f"armed {dict(fault)}")

    def clear(self) -> None:
        with self.store() as store:
            faults.clear(store)

    def jobs(self) -> list[dict[str, Any]]:
        """Every job there ever was."""
        with self.moment() as moment:
            return everything(moment)

    def live_jobs(self) -> list[dict[str, Any]]:
        """Every job that is not deleted."""
        return [job for job in self.jobs() if job["deleted_at"] is None]

    def history(self, job_id: int) -> list[dict[str, Any]]:
        with self.moment() as moment:
            return history(moment, job_id)

    def up(self, program: Program | None, kill: Kill | None = None) -> Run:
        """`pulumi up` with `refresh: always`; a program of None holds no resource."""
        run = self._in_child(program, kill) if kill else self._here(program, None)
        self.state = run.state
        ending = "killed" if run.killed else run.error or "ok"
        self.trace.append(f"up {_brief(program)} kill={kill}: {ending}")
        return run

    def _here(self, program: Program | None, kill: Kill | None) -> Run:
        said: list[str] = []
        with closing(Reached(self.folder, kill)) as connections, self.store() as store:
            lines = Lines(said=said, warned=said)
            session = Session(connections, lines, OneClock(StoredClock(store)))
            state, error = _engine(session, self.state, program)
        return Run(state, error, said=tuple(said))

    def _in_child(self, program: Program | None, kill: Kill) -> Run:
        reader, writer = CLEAN.Pipe(duplex=False)
        child = CLEAN.Process(target=_child, args=(self.folder, self.state, program, kill, writer))
        child.start()
        writer.close()
        with reader:
            try:
                run: Run = reader.recv()
            except EOFError:
                run = Run(self.state, killed=True)
        child.join()
        code = child.exitcode
        child.close()
        assert code == (KILLED if run.killed else 0), f"the child broke: {code}"
        return run


def _child(
    folder: Path, state: State | None, program: Program | None, kill: Kill, writer: Connection
) -> None:
    """A run in a process of its own, which may end at any request."""
    world = World(folder, state, new=False)
    writer.send(world._here(program, kill))  # noqa: SLF001 -- our own class
    writer.close()


def _engine(
    session: Session, state: State | None, program: Program | None
) -> tuple[State | None, str]:
    """What the engine does with one resource (engine 3.259): refresh, check, diff, then act."""
    try:
        if state is not None:
            found = session.read(state.job_id, state.outputs)
            if found is None:
                state = None
            else:
                outputs, inputs = (_stored(part) for part in found)
                state = State(state.job_id, inputs, outputs, state.failed)
        if program is None:
            if state is not None:
                session.delete(state.job_id, state.outputs, None)
            return None, ""
        return _apply(session, state, program)
    except Halfway as error:
        assert program is not None
        inputs = _stored({**program, **_filled(session, program)})
        return State(error.job_id, inputs, _stored(error.state.write()), failed=True), str(error)
    except DliError as error:
        return state, str(error)


def _apply(session: Session, state: State | None, program: Program) -> tuple[State | None, str]:
    news = _stored({**program, "owner": OWNER})
    filled, problems = session.check(URN, state.inputs if state else {}, news, frozenset())
    if problems:
        return state, "; ".join(problems)
    inputs = _stored({**news, **filled})
    if state is None:
        job_id, outs = session.create(inputs, None)
        return State(job_id, inputs, _stored(outs)), ""
    diff = session.diff(URN, state.job_id, state.outputs, inputs, frozenset())
    if not diff.changes and not state.failed:
        return State(state.job_id, inputs, state.outputs), ""
    outs = session.update(state.job_id, state.outputs, inputs, None)
    return State(state.job_id, inputs, _stored(outs)), ""


def _filled(session: Session, program: Program) -> dict[str, Any]:
    news = _stored({**program, "owner": OWNER})
    filled, _ = session.check(URN, news, news, frozenset())
    return {**filled, "owner": OWNER}


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the engine keeps them: numbers are floats, and nothing is null."""
    return sent({key: value for key, value in values.items() if value is not None})


def _brief(program: Program | None) -> str:
    return (
        "nothing"
        if program is None
        else json.dumps(
            {
                key: program.get(key)
                for key in ("name", "desired_state", "parallel_number", "smn_topic")
            }
        )
    )
