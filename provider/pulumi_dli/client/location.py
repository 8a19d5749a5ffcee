"""Where a job is: the stack's place, or its own; and never another than the state says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.errors import JobError, SettingsError

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


def stored_place(connections: Connections, props: Mapping[str, Any]) -> Place:
    """Where a job is.

    Raises:
        JobError: the settings lead to another place than the state says; nothing was sent.
        DliError: see `Connections.place`.
    """
    endpoint = props.get("endpoint")
    try:
        place = connections.place(*explicit(props))
    except SettingsError as error:
        if not endpoint:
            raise
        where = f"this job is at {endpoint} (region {props.get('region')})"
        raise JobError(f"{where}, which the settings do not reach: {error}") from None
    if endpoint and endpoint != place.endpoint:
        raise JobError(_elsewhere(str(endpoint), place))
    return place


def demand_place(olds: Mapping[str, Any], news: Mapping[str, Any], place: Place) -> None:
    """Raise SettingsError when a stack would leave its place.

    A resource that itself names another region may: it is replaced.
    """
    before = olds.get("endpoint")
    goes = news.get("region") is not None and news.get("region") != olds.get("region")
    if before and before != place.endpoint and not goes:
        sentence = _elsewhere(str(before), place)
        if olds.get("region") != place.region:
            sentence += f'; to move this job alone, give it region="{place.region}"'
        raise SettingsError(sentence)


def _elsewhere(endpoint: str, place: Place) -> str:
    return (
        f"this job is at {endpoint}, but the stack's settings lead to {place.endpoint}; set "
        "`dli:endpoint` (or the region) back, or destroy this stack there first, or "
        "`pulumi stack init` another stack for the new place"
    )
