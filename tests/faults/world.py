"""A small world for the campaign: a local DLI, an engine's state, and runs that can be killed.

Every run is a session of its own, as every `pulumi up` is a process of its own. A run that is
to be killed happens in a child process that ends itself at a request boundary; what it had
not stored is lost, as with SIGKILL. Time is the local DLI's stored clock, shared by all.
"""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import httpx
import stamina
from jars import a_class, a_jar
from local_service import new_store
from pulumi_dli.artifacts.names import LocalFile
from pulumi_dli.client.connections import Connections
from pulumi_dli.client.transport import Transport
from pulumi_dli.errors import DliError, Halfway
from pulumi_dli.local import faults
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.doors import everything, history
from pulumi_dli.local.model import Moment
from pulumi_dli.local.requests import kept
from pulumi_dli.local.service import Service
from pulumi_dli.local.signin.identity import Identity
from pulumi_dli.local.simulation import Simulation
from pulumi_dli.local.store import Store
from pulumi_dli.session import Session
from stack import OneClock, Problems, changes, sent, short
from stand_ins import Lines

URN = "urn:pulumi:dev::campaign::pulumi-python:dynamic/dli:FlinkJarJob::etl"
OWNER = "0123456789abcdef0123456789abcdef"
KILLED = 9
ROUTES = ("create", "update", "run", "stop", "details", "list_jobs", "delete", "import_savepoint")
"""Where the campaign aims faults."""
OBJECTS = ("head_object", "put_object")
"""The same, where a job has a local file."""
BUILT = "built:"
"""How the `entrypoint` of a program begins that is a local file; its version follows."""

Program = Mapping[str, Any]


@functools.cache
def clean() -> ForkServerContext:
    """Children come from a process without threads: the test's own has some, and cannot be forked.

    It has loaded what each child would have to load for itself.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "pulumi_dli.local.app"])
    own = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))  # it is not told otherwise
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        if own is not None:
            os.environ["PYTHONPATH"] = own
    return context


@dataclass(frozen=True)
class Kill:
    """End the process at the n-th request of an operation, before or after it is done."""

    request: int
    after: bool


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
class Count:
    """The requests of a process so far, to whichever project."""

    requests: int = 0


class KillingTransport(Transport):
    """Ends the process at a request boundary."""

    def __init__(self, inner: Transport, kill: Kill, count: Count) -> None:
        self._inner = inner
        self._kill = kill
        self._count = count

    def hasty(self) -> Transport:
        return KillingTransport(self._inner.hasty(), self._kill, self._count)

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
        with self._counted():
            return self._inner.request(method, path, what=what, params=params, json=json, hide=hide)

    def build(self, *args: Any, **options: Any) -> httpx.Request:
        return self._inner.build(*args, **options)

    def exchange(self, *args: Any, **options: Any) -> Any:
        """A request for an object."""
        with self._counted():
            return self._inner.exchange(*args, **options)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._count.requests += 1
        due = self._count.requests == self._kill.request
        if due and not self._kill.after:
            os._exit(KILLED)
        try:
            yield
        finally:
            if due:
                os._exit(KILLED)


class Reached(Connections):
    """The real connections to the embedded local DLI, with a killing transport on top."""

    def __init__(self, folder: Path, kill: Kill | None) -> None:
        config = {"endpoint": "local", "localPath": str(folder)}
        super().__init__(config, {}, folder)
        self._kill = kill
        self._count = Count()

    def transport(self, region: str | None = None, project_id: str | None = None) -> Transport:
        inner = super().transport(region, project_id)
        return inner if self._kill is None else KillingTransport(inner, self._kill, self._count)


@dataclass
class World:
    """A service in a folder, and the engine's state of one resource."""

    folder: Path
    state: State | None = None
    trace: list[str] = field(default_factory=list)
    new: bool = True
    _seen: int = 0
    _connections: Connections | None = None

    def __post_init__(self) -> None:
        stamina.set_testing(True, attempts=6, cap=True)
        self._store = new_store(self.folder) if self.new else Store(self.folder)
        if self.new:
            StoredClock(self._store).set(1_800_000_000.0)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The service's folder, for as long as it is looked at."""
        yield self._store

    @contextmanager
    def moment(self) -> Iterator[Moment]:
        """The service as it stands now, as its `/_local/` doors see it."""
        with self.store() as store:
            service = Service(store, Identity(), Simulation(), StoredClock(store), lambda _: None)
            with service.change() as moment:
                yield moment

    def arm(self, fault: Mapping[str, Any]) -> None:
        with self.store() as store:
            faults.arm(store, fault, frozenset((*ROUTES, *OBJECTS)))
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

    def up(
        self, program: Program | None, kill: Kill | None = None, *, replace: bool = False
    ) -> Run:
        """`pulumi up` with `refresh: always`; a program of None holds no resource.

        Args:
            program: the resource's arguments.
            kill: where the process ends.
            replace: whether `--replace` is given.
        """
        run = self._in_child(program, kill, replace) if kill else self._here(program, None, replace)
        self.state = run.state
        ending = "killed" if run.killed else run.error or "ok"
        self.trace.append(f"up {_brief(program)} kill={kill} replace={replace}: {ending}")
        self.trace += [f"  said: {text}" for text in run.told]
        return run

    def preview(self, program: Program | None, *, replace: bool = False) -> Run:
        """`pulumi preview` with a refresh, from the same state, which stays."""
        lines = Lines()
        with self.store() as store:
            session = Session(self._reached(None), lines, OneClock(StoredClock(store)))
            built = self._built(program)
            error = Engine(session, self.state, lambda _: None).preview(built, replace)
        self.trace += [f"  preview: {text}" for text in lines.told]
        return Run(self.state, error, told=tuple(lines.told))

    def requests(self) -> list[str]:
        """The short forms of the requests that changed something since the last call."""
        with self.store() as store:
            log = [each for each in kept(store) if changes(each.method, each.path)]
        fresh, self._seen = log[self._seen :], len(log)
        return [short(each.method, each.path, each.body) for each in fresh]

    def close(self) -> None:
        """Close what reaches the service."""
        self._store.close()
        if self._connections is not None:
            self._connections.close()

    def _built(self, program: Program | None) -> Program | None:
        """The program with the local file that its jar is, as a build leaves it."""
        _, _, version = str((program or {}).get("entrypoint")).partition(BUILT)
        if program is None or not version:
            return program
        file = self.folder / "orders.jar"
        entries: dict[str, str | bytes] = {
            "com/example/Orders.class": a_class(),
            "version": version,
        }
        file.write_bytes(a_jar(entries))
        return {**program, "entrypoint": LocalFile(str(file))}

    def _reached(self, kill: Kill | None) -> Connections:
        """What reaches the service; it knows nothing of the runs, and takes long to make."""
        if self._connections is None:
            self._connections = Reached(self.folder, kill)
        return self._connections

    def _here(
        self,
        program: Program | None,
        kill: Kill | None,
        replace: bool,
        record: Callable[[State | None], None] = lambda _: None,
    ) -> Run:
        lines = Lines()
        with self.store() as store:
            session = Session(self._reached(kill), lines, OneClock(StoredClock(store)))
            engine = Engine(session, self.state, record)
            error = engine.up(self._built(program), replace)
        return Run(engine.state, error, told=tuple(lines.told))

    def _in_child(self, program: Program | None, kill: Kill, replace: bool) -> Run:
        reader, writer = clean().Pipe(duplex=False)
        given = (self.folder, self.state, program, kill, replace, writer)
        child = clean().Process(target=_child, args=given)
        child.start()
        writer.close()
        run = Run(self.state, killed=True)
        with reader, suppress(EOFError):
            while run.killed:  # what the engine recorded before the end stays recorded
                told = reader.recv()
                run = told if isinstance(told, Run) else Run(told[0], killed=True)
        child.join()
        code = child.exitcode
        child.close()
        assert code == (KILLED if run.killed else 0), f"the child broke: {code}"
        return run


def _child(
    folder: Path,
    state: State | None,
    program: Program | None,
    kill: Kill,
    replace: bool,
    writer: Connection,
) -> None:
    """A run in a process of its own, which may end at any request."""
    world = World(folder, state, new=False)
    run = world._here(  # noqa: SLF001 -- our own class
        program, kill, replace, lambda state: writer.send((state,))
    )
    writer.send(run)
    writer.close()


@dataclass
class Engine:
    """What the engine does with one resource (engine 3.259), in its order of calls.

    Attributes:
        session: the provider's.
        state: what it has stored.
        record: is told of what is stored in the middle of a run.
    """

    session: Session
    state: State | None
    record: Callable[[State | None], None]

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

    def up(self, program: Program | None, replace: bool) -> str:
        """Refresh, check, diff, then act; the error."""
        inputs: dict[str, Any] = {}
        try:
            self._refresh()
            if program is None:
                if self.state is not None and not self.state.pending:
                    self.session.delete(URN, self.state.job_id, self.state.outputs, None)
                self.state = None
                return ""
            inputs, replaces = self._planned(program, replace)
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
