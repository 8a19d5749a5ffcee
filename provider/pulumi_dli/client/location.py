"""Where a job is: the stack's place, or its own; and never another than the state says.

A stack that was pointed at another place is refused before anything is sent there, a sign-in
included, wherever the settings alone can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

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
        raise JobError(_elsewhere(props, "endpoint", place.endpoint, _Ways()))
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

    def demand_same(name: str, now: str | None, *, free: bool) -> None:
        old = before.get(name)
        if old and now and old != now and not free:
            here = {"region": settings.region, "project_id": settings.project_id, name: now}
            ways = _ways(connections, before, named, here, of=name)
            raise _Elsewhere(_elsewhere(before, name, now, ways))

    demand_same("endpoint", settings.endpoint, free="region" in goes)
    demand_same("region", settings.region, free=named.get("region") is not None)
    free = named.get("project_id") is not None or "region" in goes
    demand_same("project_id", settings.project_id, free=free)
    place = connections.place(*explicit(named))
    demand_same("project_id", place.project_id, free=free)
    return place


class _Elsewhere(SettingsError):
    """The stack has left the place of a job."""


class _Ways(NamedTuple):
    """The arguments of a job by which a program can say where it is to be; "" for none.

    Attributes:
        stay: those that it named itself and names no more.
        go: those of the place that the stack leads to now.
    """

    stay: str = ""
    go: str = ""


def _ways(
    connections: Connections,
    before: Mapping[str, Any],
    named: Mapping[str, Any],
    here: Mapping[str, Any],
    *,
    of: str,
) -> _Ways:
    own = before.get("own_place") or ()
    dropped = [name for name in PLACE if name in own and named.get(name) is None]
    if ("region" if of == "endpoint" else of) in dropped:
        return _Ways(_written(before, dropped), _written(here, dropped))
    changed = [name for name in PLACE if here[name] != before.get(name)]
    return _Ways(go=_written(here, changed) if _reached(connections, before) else "")


def _reached(connections: Connections, before: Mapping[str, Any]) -> bool:
    """Whether a job that names its place can be where one was: an endpoint serves one region."""
    try:
        return connections.settings(*explicit(before)).endpoint == before.get("endpoint")
    except SettingsError:
        return False


def _written(place: Mapping[str, Any], names: Iterable[str]) -> str:
    """`region="eu-de", project_id="…"`, as a program writes what is known of them."""
    return ", ".join(f'{name}="{line(place[name])}"' for name in names if place.get(name))


def _elsewhere(before: Mapping[str, Any], name: str, now: str, ways: _Ways) -> str:
    where, setting = {
        "endpoint": ("at", "`dli:endpoint` (or the region)"),
        "region": ("in the region", "`dli:region`"),
        "project_id": ("in the project", "`dli:projectId` (or `dli:projectName`)"),
    }[name]
    left = f"this job is {where} {line(before[name])}, but the stack's settings lead to {now}"
    if ways.stay:
        moves = f", or {ways.go} to move it" if ways.go else ""
        return f"{left}; it named its place itself: give it {ways.stay} again to leave it{moves}"
    moves = f"; to move this job alone, set it back and give the job {ways.go}" if ways.go else ""
    return (
        f"{left}; set {setting} back, or destroy this stack there first, or `pulumi stack init` "
        f"another stack for the new place{moves}"
    )
