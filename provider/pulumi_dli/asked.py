"""What a look-up asks for, judged before anything is sent: names, and tags to filter by."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Output

from pulumi_dli.given import kind

_MOST_SHOWN = 64
"""Characters of a key."""


def name(where: str, value: Any) -> Any:
    """A name, or None; what an output holds is judged once it is known.

    Raises:
        pulumi.RunError: it can be no name.
    """
    if isinstance(value, Output):
        return value.apply(functools.partial(name, where))
    demand_names(**{where: value})
    return value


def demand_name(where: str, value: object) -> None:
    """Demand something that can be a name.

    Raises:
        pulumi.RunError: it is empty, holds what no name does, or is not text.
    """
    if isinstance(value, Output):
        raise pulumi.RunError(
            f"{where} is an Output, which is not known yet here; look it up inside "
            "`output.apply(lambda value: …)`"
        )
    if not isinstance(value, str):
        raise pulumi.RunError(f"{where} is {kind(value)}; use text")
    if not value.strip():
        raise pulumi.RunError(f"{where} is empty; give it a value")
    if not value.isprintable():
        raise pulumi.RunError(f"{where} holds characters that no name has; remove them")


def demand_names(**values: object) -> None:
    """The same of each that is not None."""
    for where, value in values.items():
        if value is not None:
            demand_name(where, value)


def demand_filter(tags: object) -> None:
    """Demand tags that the filter of the job list can say.

    Raises:
        pulumi.RunError: they are something else.
    """
    if not isinstance(tags, Mapping):
        raise pulumi.RunError(f"tags is {kind(tags)}; use a mapping")
    for key, value in tags.items():
        shown = f"{ascii(key)[:_MOST_SHOWN]} as " if isinstance(key, str) and key else ""
        demand_name(f"{shown}a key of tags", key)
        if value != "":
            demand_name(f"tags.{key}", value)
        if not {",", "="}.isdisjoint(key) or "," in value:
            raise pulumi.RunError(
                f"tags.{key}: the job list cannot look for a comma, nor for `=` in a key; look "
                "for the jobs by `queue_name` or `status`"
            )
