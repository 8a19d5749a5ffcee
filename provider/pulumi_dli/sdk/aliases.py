"""The URNs that a resource had before: its own aliases, and those that its parents' make.

The engine applies them, and tells the provider nothing of them.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, cast

import pulumi
from pulumi.runtime import resource

_UNSET: Any = ...
"""What the SDK takes for an attribute of an alias that is not given."""


def former_urns(
    name: str, type_: str, opts: pulumi.ResourceOptions | None
) -> list[pulumi.Input[str]]:
    """The aliases of a resource, whole; none where this SDK has no function that tells them.

    Args:
        name: the resource's name.
        type_: its type.
        opts: its options.
    """
    if opts is None:
        return []
    inherited = getattr(opts.parent, "_aliases", None)
    every: Any = getattr(resource, "all_aliases", None)
    if every is None or not (opts.aliases or inherited):
        return []
    return [detached(urn) for urn in every(opts.aliases, name, type_, opts.parent)]


def detached(urn: pulumi.Input[str]) -> pulumi.Input[str]:
    """A URN that waits for no resource.

    One below a parent depends on that, and a parent on its children: on the resource itself.
    """
    if not isinstance(urn, pulumi.Output):
        return urn
    future = cast("Awaitable[str]", urn.future())
    return pulumi.Output(set(), future, urn.is_known(), urn.is_secret())


def root_urn(name: str, type_: str) -> str:
    """The URN of a resource without a parent."""
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{type_}::{name}"


def of_other_front(
    name: str, opts: pulumi.ResourceOptions | None, own: str, other: str
) -> list[pulumi.Input[str | pulumi.Alias]]:
    """What a job was called on the other front: itself, and under each alias of the program.

    Args:
        name: the resource's name.
        opts: the resource's options.
        own: the type of a job on its own front.
        other: the type of a job on the other one.
    """
    opts = opts or pulumi.ResourceOptions()
    # A text where it can be one: of an `Alias` the SDK makes a dozen outputs for each resource.
    itself = pulumi.Alias(type_=other) if opts.parent else root_urn(name, other)
    found = (_renamed(each, own, other) for each in opts.aliases or [])
    return [itself, *(each for each in found if each is not None)]


def _renamed(alias: Any, own: str, other: str) -> Any:
    """An alias with the other front's type; None where it names a type itself."""
    if isinstance(alias, pulumi.Alias):
        if alias.type_ not in (_UNSET, None):
            return None
        return pulumi.Alias(alias.name, other, alias.parent, alias.stack, alias.project)
    if isinstance(alias, str):
        return alias.replace(own, other)
    return pulumi.Output.from_input(alias).apply(lambda urn: urn.replace(own, other))
