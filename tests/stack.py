"""A stack of one job: the provider's verbs called in the engine's order, on a local DLI.

No engine and no gRPC: check, diff, create, read, update and delete of a Session, with the
numbers as floats, as the engine hands them on, and one clock for both sides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from announced import announced, plan_lines, requests
from hostile import Hostile
from local_service import PROJECT, START_TIME, LocalService, new_store
from pulumi_dli.client.bodies import bound
from pulumi_dli.client.connections import Connections
from pulumi_dli.client.transport import Transport
from pulumi_dli.comparing import Diff
from pulumi_dli.errors import Halfway
from pulumi_dli.job.state import unfold
from pulumi_dli.local.app import create_app
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.requests import kept
from pulumi_dli.local.simulation import Simulation
from pulumi_dli.session import Session
from stand_ins import Lines

URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/dli:FlinkJarJob::orders"
MARK = "0123456789abcdef0123456789abcdef"
PROGRAM: dict[str, Any] = {
    "name": "orders",
    "queue_name": "testQueue",
    "entrypoint": "obs://jars/orders.jar",
    "obs_bucket": "state",
}
"""A stateful job that runs."""
SETTLE = 1.0
"""Seconds that a start must last: each look in them costs a test, and says nothing new."""


class OneClock:
    """The local DLI's clock as the client's: sleeping moves both."""

    def __init__(self, stored: StoredClock) -> None:
        self._stored = stored
        self.sleeps: Callable[[], None] = lambda: None

    def now(self) -> float:
        return self._stored.now()

    def epoch(self) -> float:
        return self._stored.now()

    def sleep(self, seconds: float) -> None:
        self.sleeps()
        self._stored.advance(seconds)


class Killed(BaseException):
    """The process ends here. No code of the provider may catch it."""


class Problems(Exception):
    """What check found."""


class Reached(Connections):
    """Connections that lead to a transport of the test's own."""

    reached: Transport

    def transport(self, *_place: str | None, **_named: str | None) -> Transport:
        return self.reached


class InEarnest(Simulation):
    """Jobs that need their jars, although they run in name only."""

    in_name = False


class Stack:
    """One resource and its state. Each `up` is a new process: a new Session."""

    def __init__(self, folder: Path, config: Mapping[str, str] | None = None) -> None:
        self.config = {"endpoint": "local", "localPath": str(folder / "dli"), "preflight": "off"}
        self.config |= config or {}
        self.store = new_store(folder / "dli")
        stored = StoredClock(self.store)
        stored.set(START_TIME)
        self.clock = OneClock(stored)
        client = httpx.Client(
            base_url="http://local",
            transport=httpx.WSGITransport(create_app(self.store, sleep=stored.advance)),
        )
        self.dli = LocalService(client, self.store)
        self.dli.clock.set(START_TIME)
        self.urn = URN
        self.failure = ""
        self.mark = MARK
        self.id: int | None = None
        self.inputs: dict[str, Any] = {}
        self.outs: dict[str, Any] = {}
        self.failed = False
        self.pending = False
        """Whether a replacement has deleted the job and not created it again."""
        self.lines = Lines()
        self.said, self.progress = self.lines.said, self.lines.progressed
        self.warned, self.refused = self.lines.warned, self.lines.refused
        self._connections = Connections(self.config, {}, folder)
        self._seen = len(kept(self.store))

    def configure(self, **config: str) -> None:
        """`pulumi config set`."""
        self.config |= config
        self._connections.close()
        self._connections = Connections(self.config, {}, Path(self.config["localPath"]).parent)

    def close(self) -> None:
        self._connections.close()
        self.dli.http.close()
        self.store.close()

    def spoiled(self, path: str) -> str:
        """Put what is no savepoint where one should be: it is there, and no start can use it."""
        file = self.store.folder / "obs" / path.removeprefix("obs://") / "_metadata"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"planted")
        return path

    def hostile(self, instead: Mapping[int, httpx.Response], *, lost: bool = False) -> Hostile:
        """Put other answers in the place of those with these numbers, from 1 on."""
        headers = {"X-Auth-Token": self.dli.http.headers["X-Auth-Token"]}
        app = create_app(self.store, sleep=self.clock.sleep)
        inside = httpx.WSGITransport(lambda e, start: app({**e, "REMOTE_USER": "local"}, start))
        service = Hostile(inside, dict(instead), lost)
        client = httpx.Client(base_url="http://local", transport=service, headers=headers)
        bound(client, self.clock)
        reached = Reached(self.config, {}, Path(self.config["localPath"]).parent)
        reached.reached = Transport(client, project_id=lambda: PROJECT, max_retries=0)
        self._connections = reached
        return service

    def in_earnest(self) -> httpx.Client:
        """Let jobs need what they name, as those of a cloud do. Returns what carries requests."""
        app = create_app(self.store, sleep=self.clock.sleep, inside=True, runner=InEarnest())
        transport = httpx.WSGITransport(lambda e, start: app({**e, "REMOTE_USER": "local"}, start))
        client = httpx.Client(base_url="http://local", transport=transport)
        reached = Reached(self.config, {}, Path(self.config["localPath"]).parent)
        reached.reached = Transport(client, project_id=lambda: PROJECT, max_retries=0)
        self._connections = reached
        return client

    def session(self) -> Session:
        """A new process, which has spoken of nothing yet."""
        self.lines.clear()
        return Session(self._connections, self.lines, self.clock)

    def wish(self, **program: Any) -> dict[str, Any]:
        """The program's inputs as the engine hands them to check. None leaves one out."""
        wanted = {**PROGRAM, "owner": self.mark, "timeouts": {"settle": SETTLE}, **program}
        return sent({name: value for name, value in wanted.items() if value is not None})

    def preview(self, *, replace: bool = False, **program: Any) -> Diff:
        """What a preview calls: check, and diff for a job that exists."""
        session = self.session()
        if self.id is None or replace:
            self._checked(session, {}, program)
            return Diff(changes=True, replaces=[])
        news = self._checked(session, self.inputs, program)
        diff = session.diff(self.urn, self.id, self.outs, news, frozenset())
        if diff.replaces or self.pending:
            self._checked(session, {}, program)
        return diff

    def up(self, seconds: float | None = None, *, replace: bool = False, **program: Any) -> None:
        """What `pulumi up` calls. A partial failure is kept, as it is stored.

        Args:
            seconds: the time that the engine allows.
            replace: whether the job is tainted, or `--replace` is given.
            program: the arguments.
        """
        session = self.session()
        if self.id is None:
            news = self._checked(session, {}, program)
        elif replace:
            news = self._checked(session, {}, program)
            session.delete(self.urn, self.id, self.outs, seconds)
            self.pending = True
        else:
            news = self._checked(session, self.inputs, program)
            diff = session.diff(self.urn, self.id, self.outs, news, frozenset())
            if diff.replaces or self.pending:
                news = self._checked(session, {}, program)
            if diff.replaces and not self.pending:
                session.delete(self.urn, self.id, self.outs, seconds)
                self.pending = True
            elif not self.pending and not diff.changes and not self.failed:
                self.inputs = news
                return
        try:
            if self.id is None or self.pending:
                self.id, self.outs = session.create(self.urn, news, seconds)
            else:
                self.outs = session.update(self.urn, self.id, self.outs, news, seconds)
        except Halfway as error:
            if self.id is None or self.pending:  # of an update the engine keeps the old inputs
                self.inputs = news
            self.id, self.outs = error.job_id, sent(error.state.write())
            self.failed, self.pending = True, False
            raise
        self.outs, self.failed, self.pending = sent(self.outs), False, False
        self.inputs = news

    def refresh(self) -> Diff:
        """Read, and the diff without a check that the engine makes of it."""
        return self._refreshed(self.session())

    def _refreshed(self, session: Session) -> Diff:
        assert self.id is not None
        found = session.read(self.urn, self.id, self.outs)
        before = self.inputs
        if found is None:
            self.id, self.outs, self.inputs = None, {}, {}
            return Diff(changes=True, replaces=[])
        self.outs, self.inputs = sent(found[0]), sent(found[1])
        return session.diff(self.urn, self.id, self.outs, before, frozenset())

    def destroy(self, seconds: float | None = None) -> None:
        assert self.id is not None
        if not self.pending:  # else the engine asks nobody
            self.session().delete(self.urn, self.id, self.outs, seconds)
        self.forget()

    def forget(self) -> None:
        """`pulumi state delete`."""
        self.id, self.outs, self.inputs = None, {}, {}
        self.failed = self.pending = False

    def killed_up(self, at: int, *, waiting: bool = False, **program: Any) -> None:
        """An up whose process ends before its n-th request that would change something.

        Args:
            at: n.
            waiting: let that request be sent, and end in the wait behind it.
            program: the arguments.
        """
        left = at

        def guard() -> None:
            nonlocal left
            left -= 1
            if left == 0 and not waiting:
                raise Killed

        def sleeps() -> None:
            if left == 0:
                raise Killed

        self.lines.guarded, self.clock.sleeps = guard, sleeps
        with suppress(Killed):
            self.up(**program)
            raise AssertionError("the up needed fewer requests")
        self.lines.guarded = self.clock.sleeps = lambda: None

    def sent(self) -> list[str]:
        """The requests that change something, in short, since the last call."""
        log = [entry for entry in kept(self.store) if changes(entry.method, entry.path)]
        fresh, self._seen = log[self._seen :], len(log)
        return [short(entry.method, entry.path, entry.body) for entry in fresh]

    def all_sent(self) -> list[str]:
        """Every request in the log, the looks too."""
        return [f"{entry.method} {entry.path}" for entry in kept(self.store)]

    def bodies(self, word: str) -> list[Any]:
        """The bodies of the requests whose short form begins with a word."""
        log = [entry for entry in kept(self.store) if changes(entry.method, entry.path)]
        chosen = (e for e in log if short(e.method, e.path, e.body).startswith(word))
        return [json.loads(entry.body) for entry in chosen]

    @property
    def line(self) -> str:
        """The one line that was said of the plan."""
        [line] = self.plan_lines
        return line

    @property
    def plan_lines(self) -> list[str]:
        """The lines that were said of the plan, however loud."""
        return plan_lines(self.lines.told)

    @property
    def standing(self) -> dict[str, Any]:
        """The state's outputs, with every argument as it stands."""
        return unfold(self.outs)

    @property
    def job(self) -> dict[str, Any]:
        """The one job's details on the service."""
        assert self.id is not None
        return self.dli.details(self.id)

    def jobs(self) -> list[str]:
        """The names of all jobs there are."""
        listed = self.dli.good("GET", "jobs", limit="100")["job_list"]["jobs"]
        return sorted(job["name"] for job in listed)

    def resumed(self) -> list[str | None]:
        """What each run of the job began with: a directory, or None for no state."""
        assert self.id is not None
        history = self.dli.history(self.id)
        return [entry["resumed"] for entry in history if entry["event"] == "running"]

    def _checked(
        self, session: Session, olds: Mapping[str, Any], program: Mapping[str, Any]
    ) -> dict[str, Any]:
        return self._checked_as(session, self.urn, olds, program)

    def _checked_as(
        self, session: Session, urn: str, olds: Mapping[str, Any], program: Mapping[str, Any]
    ) -> dict[str, Any]:
        wanted = self.wish(**program)
        filled, problems = session.check(urn, olds, wanted, frozenset())
        if problems:
            raise Problems(*problems)
        self.failure = filled.get("failure", "")
        return sent({**wanted, **filled})


def changes(method: str, path: str) -> bool:
    """Whether a request changes something of a job: a project's tags are read with a POST."""
    return method != "GET" and path.startswith("/v") and "/resource-instances/" not in path


def as_said(stack: Stack, **program: Any) -> str:
    """A preview, and the `up` that has to send what its line announces; the line."""
    stack.preview(**program)
    assert not stack.failure
    [line] = stack.plan_lines
    stack.sent()
    stack.up(**program)
    assert stack.plan_lines == [line]
    assert requests(stack.sent()) == announced(line), line
    return line


def sent(props: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as the engine hands them on."""
    return {name: _as_sent(value) for name, value in props.items()}


def _as_sent(value: Any) -> Any:
    """Plain data as the engine hands it on: every number a float, no tuples."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _as_sent(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_as_sent(item) for item in value]
    return value


def short(method: str, path: str, body: str) -> str:
    """`create`, `put desc`, `stop savepoint`, `run resume`, `delete`, `import`, `tags create`."""
    sent = json.loads(body) if body.startswith("{") else {}
    end = re.sub(r"\?.*", "", path).rpartition("/streaming/")[2]
    match method, end.split("/"):
        case "POST", ["flink-jobs"]:
            return "create"
        case "PUT", _:
            return "put " + " ".join(sent)
        case "POST", ["jobs", "stop"]:
            return "stop savepoint" if sent["trigger_savepoint"] else "stop"
        case "POST", ["jobs", "run"]:
            return "run resume" if sent["resume_savepoint"] else "run"
        case "POST", [*_, "savepoint"]:
            return "savepoint"
        case "POST", [*_, "import-savepoint"]:
            return f"import {sent['savepoint_path']}"
        case "DELETE", _:
            return "delete"
    if "/tags/" in path:
        return f"tags {path.rpartition('/')[2]} " + " ".join(tag["key"] for tag in sent["tags"])
    return f"{method} {path}"
