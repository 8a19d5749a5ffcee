"""Where a job is: the stack's place, or its own; and never another than the state says.

A stack that was pointed at another place is refused before anything is sent there, a sign-in
included, wherever the settings alone can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.errors import JobError, SettingsError
from pulumi_dli.job.canonical import line

PLACE = ("region", "project_id")
"""Arguments whose change replaces the job."""


def explicit(props: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The region and the project that properties name."""
    return props.get("region"), props.get("project_id")


def moved(olds: Mapping[str, Any], news: Mapping[str, Any], unknown: frozenset[str]) -> list[str]:
    """The arguments of the place that change."""

    def changes(name: str) -> bool:
        old, new = olds.get(name), news.get(name)
        return name in unknown or (old is not None and new is not None and old != new)

    return [name for name in PLACE if changes(name)]


def known_place(props: Mapping[str, Any]) -> Place:
    """The place that a state tells."""
    return Place(*(str(props.get(name) or "") for name in Place._fields))


def stored_place(connections: Connections, props: Mapping[str, Any]) -> Place:
    """Where a job of a state is.

    Raises:
        JobError: the settings lead to another place than the state says; nothing was sent.
        DliError: see `Connections.place`.
    """
    endpoint, own = props.get("endpoint"), props.get("own_place")
    try:
        if endpoint and own is not None:  # an older state does not tell what the program named
            stack_place(connections, props, {n: props.get(n) for n in PLACE if n in own})
        region, project_id = explicit(props)
        if own is not None and "region" not in own:  # the stack's, which it may not tell any more
            region = None
        place = connections.place(region, project_id)
    except _Elsewhere as error:
        raise JobError(str(error)) from None
    except SettingsError as error:
        if not endpoint:
            raise
        where = f"this job is at {line(endpoint)} (region {line(props.get('region'))})"
        raise JobError(f"{where}, which the settings do not reach: {error}") from None
    if endpoint and endpoint != place.endpoint:
        raise JobError(_elsewhere(props, "endpoint", place.endpoint))
    return place


def stack_place(
    connections: Connections, before: Mapping[str, Any], named: Mapping[str, Any]
) -> Place:
    """Where a stack puts a job, which has to be where it was, unless the job itself names another.

    Args:
        connections: the settings' clients.
        before: the place that the state tells; empty for a new job.
        named: the region and the project that the job names itself.

    Raises:
        SettingsError: the stack has left that place.
        DliError: see `Connections.place`.
    """
    settings = connections.settings(*explicit(named))
    goes = [name for name in PLACE if named.get(name) not in (None, before.get(name))]
    _demand_same(before, settings.endpoint, "endpoint", free="region" in goes, to=settings.region)
    _demand_same(before, settings.region, "region", free=named.get("region") is not None)
    free = named.get("project_id") is not None or "region" in goes
    _demand_same(before, settings.project_id, "project_id", free=free)
    place = connections.place(*explicit(named))
    _demand_same(before, place.project_id, "project_id", free=free)
    return place


class _Elsewhere(SettingsError):
    """The stack has left the place of a job."""


def _demand_same(
    before: Mapping[str, Any], now: str | None, name: str, *, free: bool, to: str = ""
) -> None:
    old = before.get(name)
    if old and now and old != now and not free:
        raise _Elsewhere(_elsewhere(before, name, now, to))


def _elsewhere(before: Mapping[str, Any], name: str, now: str, to: str = "") -> str:
    where, setting = {
        "endpoint": ("at", "`dli:endpoint` (or the region)"),
        "region": ("in the region", "`dli:region`"),
        "project_id": ("in the project", "`dli:projectId` (or `dli:projectName`)"),
    }[name]
    sentence = (
        f"this job is {where} {line(before[name])}, but the stack's settings lead to {now}; set "
        f"{setting} back, or destroy this stack there first, or `pulumi stack init` another stack "
        "for the new place"
    )
    if name == "endpoint":
        moves = to not in ("", before.get("region"))
        return f'{sentence}; to move this job alone, give it region="{to}"' if moves else sentence
    return f'{sentence}; to move this job alone, give it {name}="{now}"'
