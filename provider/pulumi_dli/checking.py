"""What a check fills in, and what it finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_dli.client.connections import Connections
from pulumi_dli.client.location import PLACE, explicit, stack_place
from pulumi_dli.errors import DliError
from pulumi_dli.job.desired import Desired
from pulumi_dli.memory import Anew
from pulumi_dli.preview.foresight import Foresight
from pulumi_dli.rules.check import problems
from pulumi_dli.rules.tags import ignored_tags


@dataclass(frozen=True, slots=True)
class Checking:
    """The checks of one run.

    Attributes:
        connections: the settings and what they lead to.
        foresight: what the run tells beforehand.
    """

    connections: Connections
    foresight: Foresight

    def check(
        self,
        urn: str,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        unknown: frozenset[str],
    ) -> tuple[dict[str, Any], list[str]]:
        """See `Session.check`."""
        desired, before = Desired.read(news, unknown), Desired.read(olds) if olds else None
        if not desired.knows(*PLACE):
            return {}, problems(desired, before)
        named = {name: news.get(name) for name in PLACE}
        try:
            settings = self.connections.settings(*explicit(news))
            place = stack_place(self.connections, olds, named)
        except DliError as error:
            return {}, [*problems(desired, before), str(error)]
        own = [name for name in PLACE if named[name] is not None]
        filled: dict[str, Any] = {**place.told(olds), "own_place": own}
        if "desired_state" not in desired.open:
            filled["desired_state"] = desired.value("desired_state")
        if settings.default_tags and "tags" not in desired.open:
            filled["tags"] = {**settings.default_tags, **(desired.spec.tags or {})}
        desired = desired.fill(filled)
        found = [*problems(desired, before), *ignored_tags(desired, settings.ignore_tags)]
        failure = ""
        try:
            if before is None:
                anew = Anew(place, desired)
                told, failure = self.foresight.of_new(urn, anew, valid=not found)
            else:
                told, failure = self.foresight.of_known(
                    urn, place, desired, before, valid=not found
                )
        except DliError as error:
            told = [str(error)]
        if found or told:
            return filled, sorted([*found, *told])
        failed = {"failure": failure} if failure else {}
        return {**filled, **failed, **desired.given_as_in(before)}, []
