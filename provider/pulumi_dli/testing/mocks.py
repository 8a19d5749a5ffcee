"""Pulumi's mocks with a local DLI behind them: what a program wants is checked and done there."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks

from pulumi_dli.client.connections import Connections
from pulumi_dli.dynamic import PROVIDER_KEY, with_files
from pulumi_dli.errors import DliError
from pulumi_dli.finding import Finding
from pulumi_dli.job.naming import TYPE
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.results import job_result, queue_result
from pulumi_dli.sdk.mocks import FUNCTIONS, number, plain
from pulumi_dli.session import Session
from pulumi_dli.testing.local_dli import LocalDli


class DliMocks(Mocks):
    """Mocks for `pulumi.runtime.set_mocks`, in which jobs and look-ups are real.

    A `FlinkJarJob` is checked as a preview checks it, and created and started on a local DLI; in
    a preview (`set_mocks(…, preview=True)`) only checked. `FlinkJarJob.get` and the look-ups
    find what is there. Nobody waits: time passes where the provider would sleep. Any other
    resource has its inputs as outputs, and its name with `_id` as its id; override
    `new_resource` and `call` for more. What a preview or an `up` would fail with ends the program
    as pulumi.RunError: a job has it as its output `failure`, and a look-up raises it.

    Args:
        dli: where the jobs are.
        config: settings of the stack, by the key after `dli:`, such as `defaultTags`.

    Attributes:
        dli: where the jobs are.
        lines: what a preview and an `up` would say of the jobs, warnings too.
    """

    def __init__(self, dli: LocalDli, config: Mapping[str, str] | None = None) -> None:
        self.dli = dli
        self.lines: list[str] = []
        where = {"endpoint": "local", "localPath": str(dli.folder)}
        self._connections = Connections({**(config or {}), **where}, {}, dli.folder)
        self._one = threading.Lock()  # where one waits, time passes for all
        self._session = Session(self._connections, _Console(self.lines), _Time(dli))

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Bring a job into being, or read the one of that id."""
        if args.typ != TYPE:
            return args.resource_id or f"{args.name}_id", args.inputs
        urn = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{TYPE}::{args.name}"
        inputs = {name: value for name, value in plain(args.inputs).items() if name != PROVIDER_KEY}
        try:
            with self._one:
                if args.resource_id:
                    return args.resource_id, self._read(urn, number(args.resource_id), inputs)
                return self._made(urn, inputs)
        except DliError as error:
            return None, {**inputs, "failure": str(error)}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Answer a look-up."""
        asked = plain(args.args)
        try:
            return self._found(args.token.removeprefix(FUNCTIONS), asked), []
        except DliError as error:
            raise pulumi.RunError(str(error)) from None

    def close(self) -> None:
        """Close the connections to the local DLI."""
        self._connections.close()

    def _made(self, urn: str, inputs: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
        filled, problems = self._session.check(urn, {}, with_files(inputs), frozenset())
        wanted = {**inputs, **filled}
        if problems:
            return None, {**inputs, "failure": "; ".join(problems)}
        if pulumi.runtime.is_dry_run():
            return None, wanted
        job_id, outputs = self._session.create(urn, wanted, None)
        return str(job_id), outputs

    def _found(self, function: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        def find() -> Finding:
            return Finding(self._connections, asked.get("region"), asked.get("project_id"))

        match function:
            case "getFlinkJarJob":
                job_id, name = asked.get("job_id"), str(asked.get("name"))
                found = find().job(job_id) if job_id else find().named(name, instead="`job_id`")
                return asdict(job_result(found))
            case "listFlinkJarJobs":
                wanted = (asked.get(name) for name in ("queue_name", "status", "tags"))
                return {"jobs": [asdict(job_result(job)) for job in find().jobs(*wanted)]}
            case "getQueue":
                return asdict(queue_result(find().queue(asked["name"])))
        return {}

    def _read(self, urn: str, job_id: int, inputs: dict[str, Any]) -> dict[str, Any]:
        found = self._session.read(urn, job_id, inputs)
        return found[0] if found else {}


class _Time:
    """The local DLI's time, which from here on passes where somebody sleeps only."""

    def __init__(self, dli: LocalDli) -> None:
        self._stored = StoredClock(dli.store)
        self.now = self.epoch = self._stored.now
        self.sleep(0)

    def sleep(self, seconds: float) -> None:
        self._stored.advance(seconds)


class _Console:
    """Keeps the lines that are worth keeping."""

    def __init__(self, lines: list[str]) -> None:
        self.say = self.warn = self.error = lines.append

    def progress(self, text: str) -> None:
        """Nothing: nobody waits."""

    def guard(self, *, begun: bool = False) -> None:
        """Go on: there is no engine that could be gone."""

    wait_on = guard
