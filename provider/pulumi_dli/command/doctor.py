"""Looks whether a job could be deployed with the settings there are, and says why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections
from pulumi_dli.command.capabilities import Offer, offers
from pulumi_dli.errors import DliError, SettingsError
from pulumi_dli.job.queue import GENERAL, Queue

_TO_RUN_THIS = re.compile(r",? with `pulumi-dli doctor`,?")
"""What other commands advise."""


@dataclass(frozen=True, slots=True)
class Row:
    """A setting as it may be shown, and where it came from."""

    key: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried, and what came of it."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `ok` is True only when a job could be deployed.

    What the region offers beside is told only once every check passed.
    """

    settings: tuple[Row, ...]
    checks: tuple[Check, ...]
    offers: tuple[Offer, ...]
    warnings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return all(check.ok for check in self.checks)

    def as_json(self) -> Mapping[str, Any]:
        """For machines."""
        return {"ok": self.ok, **asdict(self)}

    def as_text(self) -> str:
        """For people: the settings, the checks, the offers and the warnings, one a line."""
        lines = [*_columns([(row.key, row.value, row.source) for row in self.settings]), ""]
        lines += _columns([("ok" if c.ok else "NO", c.name, c.detail) for c in self.checks])
        if self.offers:
            words = {True: "yes", False: "no", None: "?"}
            rows = [(words[offer.there], offer.name, offer.detail) for offer in self.offers]
            lines += ["", "offered here", *_columns(rows)]
        lines += [f"warning: {warning}" for warning in self.warnings]
        return "\n".join(lines).lstrip("\n")


def examine(connections: Connections, *, origin: str, flink: str) -> Report:
    """Resolve the settings, sign in, find the project, read the queues, and ask what is offered.

    Nothing is changed.

    Args:
        connections: of the stack, or of the environment.
        origin: in words, where the stack's configuration was read.
        flink: in words, what runs the jobs of the local DLI.
    """
    rows: list[Row] = []
    warnings: tuple[str, ...] = ()
    checks: list[Check] = []
    offered: tuple[Offer, ...] = ()
    try:
        settings = connections.settings()
        rows = [Row(key, value.shown, value.source) for key, value in settings.values.items()]
        warnings = settings.warnings
        checks.append(Check("settings", ok=True, detail=origin))
        place = connections.place()
        checks.append(Check("project", ok=True, detail=f"{place.project_id} in {place.where}"))
        jobs = Jobs(connections.transport())
        queues = jobs.queues()
        checks.append(_queues(queues))
        if settings.local:
            checks.append(Check("flink", ok=True, detail=flink))
        offered = (*offers(jobs, queues), _objects(connections))
    except DliError as error:
        name = ("settings", "project", "sign-in and queues")[min(len(checks), 2)]
        told = _TO_RUN_THIS.sub("", str(error))
        checks.append(Check(name, ok=False, detail=told if checks else f"{origin}; {told}"))
    return Report(tuple(rows), tuple(checks), offered, warnings)


def _queues(queues: list[Queue]) -> Check:
    name = "sign-in and queues"
    general = [queue for queue in queues if queue.kind == GENERAL]
    if general:
        names = ", ".join(f"{each.name} ({each.cu_count or 0:g} CUs)" for each in general)
        return Check(name, ok=True, detail=f"for Flink jobs: {names}")
    return Check(
        name,
        ok=False,
        detail="no general-purpose queue, which a Flink job needs: create one in the console",
    )


def _objects(connections: Connections) -> Offer:
    """Whether the settings lead to the object service; it is not asked."""
    name = "object storage"
    try:
        Stores(connections).at()
    except SettingsError as error:
        return Offer(name, there=False, detail=str(error))
    return Offer(name, there=True, detail="local files, and looks for savepoints and checkpoints")


def _columns(rows: list[tuple[str, str, str]]) -> list[str]:
    first = max((len(row[0]) for row in rows), default=0)
    second = max((len(row[1]) for row in rows), default=0)
    return [f"{a:<{first}}  {b:<{second}}  {c}".rstrip() for a, b, c in rows]
