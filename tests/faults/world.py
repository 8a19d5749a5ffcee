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
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import stamina
from faults.engine import Engine, Program, Run, State, other
from faults.hands import Hands
from faults.kills import KILLED, Count, Kill, KillingTransport
from jars import a_class, a_jar
from local_service import new_store
from pulumi_dli.artifacts.names import LocalFile
from pulumi_dli.client.connections import Connections
from pulumi_dli.client.transport import Transport
from pulumi_dli.command.prune import Wanted, prune
from pulumi_dli.errors import DliError
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
from stack import OneClock, changes, short
from stand_ins import HandClock, Lines

ROUTES = ("create", "update", "run", "stop", "details", "list_jobs", "delete", "import_savepoint")
"""Where the campaign aims faults."""
OBJECTS = (
    *("head_object", "get_object", "list_objects"),
    *("put_object", "copy_object", "delete_object"),
)
"""The same, of the object service: what reads, then what writes."""
AGE = 30 * 24 * 3600
"""Seconds after which everything is old enough to be pruned."""
SPOILED = b"planted"
"""What stands in the `_metadata` of a directory that no start can begin from."""
BUILT = "built:"
"""How the `entrypoint` of a program begins that is a local file; its version follows."""


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
    others: Sequence[State] = ()
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

    def holds(self, path: str) -> bool:
        """Whether a savepoint or checkpoint is in a directory of a bucket."""
        found = self._metadata(path)
        return found.is_file() and found.read_bytes() != SPOILED

    def spoil(self, path: str) -> None:
        """Where a program names a directory without one, let there be what no start can use.

        What is not there at all is refused before a start.
        """
        file = self._metadata(path)
        if path and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(SPOILED)

    def _metadata(self, path: str) -> Path:
        return self.folder / "obs" / path.removeprefix("obs://") / "_metadata"

    def meet(self, others: Sequence[Program]) -> None:
        """Make jobs of other resources of the program, which stay as they are."""
        session = self._session(Lines())
        self.others = [other(session, *each) for each in enumerate(others)]

    def prune(self) -> None:
        """`pulumi-dli artifacts prune` in every bucket, when all that is there is old."""
        later = HandClock(time.time() + AGE)
        buckets = [folder.name for folder in (self.folder / "obs").glob("bucket*")]
        wanted = Wanted("12h", buckets, yes=True)
        with suppress(DliError):
            prune(self.reached(), wanted, say=self.trace.append, ask=None, clock=later)

    def up(
        self,
        program: Program | None,
        kill: Kill | None = None,
        *,
        replace: bool = False,
        meanwhile: str = "",
        beside: bool = False,
        plain: bool = False,
    ) -> Run:
        """`pulumi up` with `refresh: always`; a program of None holds no resource.

        Args:
            program: the resource's arguments.
            kill: where the process ends.
            replace: whether `--replace` is given.
            meanwhile: what somebody does to the job once the line was said; "" for nothing.
            beside: whether the program has another resource.
            plain: whether it is without the refresh.
        """
        asked = Up(program, kill, replace, meanwhile, beside, plain)
        run = self._in_child(asked) if kill else self._here(asked, Lines())
        self.state = run.state
        ending = "killed" if run.killed else run.error or "ok"
        told = f"kill={kill} replace={replace} meanwhile={meanwhile} beside={beside}"
        self.trace.append(f"up {_brief(program)} {told}: {ending}")
        self.trace += [f"  said: {text}" for text in run.told]
        return run

    def preview(
        self, program: Program | None, *, replace: bool = False, plain: bool = False
    ) -> Run:
        """`pulumi preview`, with a refresh unless `plain`, from the same state, which stays."""
        lines = Lines()
        engine = Engine(self._session(lines), self.state, plain=plain, others=self.others)
        error = engine.preview(self._built(program), replace)
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

    def _session(self, lines: Lines, kill: Kill | None = None) -> Session:
        return Session(self.reached(kill), lines, OneClock(StoredClock(self._store)))

    def reached(self, kill: Kill | None = None) -> Connections:
        """What reaches the service; it knows nothing of the runs, and takes long to make."""
        if self._connections is None:
            self._connections = Reached(self.folder, kill)
        return self._connections

    def _here(
        self, asked: Up, lines: Lines, record: Callable[[State | None], None] = lambda _: None
    ) -> Run:
        session = self._session(lines, asked.kill)
        meanwhile = partial(Hands(self).do, asked.meanwhile)
        engine = Engine(session, self.state, record, meanwhile, asked.plain, self.others)
        error = engine.up(self._built(asked.program), asked.replace, beside=asked.beside)
        return Run(engine.state, error, told=tuple(lines.told))

    def _in_child(self, asked: Up) -> Run:
        reader, writer = clean().Pipe(duplex=False)
        begun = (self.folder, self.state, self.others)
        child = clean().Process(target=_child, args=(*begun, asked, writer))
        child.start()
        writer.close()
        run = Run(self.state, killed=True)
        with reader, suppress(EOFError):
            while run.killed:  # what was recorded and told before the end stays so
                match reader.recv():
                    case str(text):
                        run = replace(run, told=(*run.told, text))
                    case (state,):
                        run = replace(run, state=state)
                    case Run() as run:
                        pass
        child.join()
        code = child.exitcode
        child.close()
        assert code == (KILLED if run.killed else 0), f"the child broke: {code}"
        return run


@dataclass(frozen=True)
class Up:
    """What is asked of a run; see `World.up`."""

    program: Program | None
    kill: Kill | None
    replace: bool
    meanwhile: str
    beside: bool
    plain: bool


class Sent(Lines):
    """Lines that reach the parent as soon as they are told."""

    def __init__(self, send: Callable[[str], None]) -> None:
        super().__init__()
        self._send = send

    def say(self, text: str) -> None:
        self._send(text)
        super().say(text)

    def warn(self, text: str) -> None:
        self._send(text)
        super().warn(text)

    def error(self, text: str) -> None:
        self._send(text)
        super().error(text)


def _child(
    folder: Path, state: State | None, others: Sequence[State], asked: Up, writer: Connection
) -> None:
    """A run in a process of its own, which may end at any request."""
    world = World(folder, state, others=others, new=False)
    run = world._here(  # noqa: SLF001 -- our own class
        asked, Sent(writer.send), lambda state: writer.send((state,))
    )
    writer.send(run)
    writer.close()


def _brief(program: Program | None) -> str:
    """What a program says beside what all of them say."""
    if program is None:
        return "nothing"
    told = ("entrypoint", "queue_name", "timeouts", "log_enabled", "checkpoint_interval")
    return json.dumps({key: value for key, value in program.items() if key not in told})
