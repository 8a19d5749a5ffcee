"""The mark and the name of a job, known to the program before there is one."""

from __future__ import annotations

import pulumi
from pulumi import Input, Output

from pulumi_dli.job.naming import TYPE, default_name, mark_of
from pulumi_dli.sdk.aliases import detached, root_urn


def mark(resource_name: str, parent: pulumi.Resource | None) -> Input[str]:
    """The ownership mark: whose the job is."""
    if parent is None:  # plain text: each output costs a fleet's program time
        return digest(root_urn(resource_name, TYPE))
    urn = detached(pulumi.create_urn(resource_name, TYPE, parent))
    return Output.from_input(urn).apply(digest)


def digest(urn: str) -> str:
    """The mark of a resource of this organization."""
    return mark_of(pulumi.get_organization(), urn)


def name(resource_name: str, written: Input[str | None], owner: Input[str]) -> Input[str]:
    """The job's name: the program's, or one that is made of the mark.

    Args:
        resource_name: the resource's name.
        written: what the program gives.
        owner: the mark.
    """
    if isinstance(written, str):
        return written
    if written is None and isinstance(owner, str):  # no output where none is needed
        return default_name(resource_name, pulumi.get_stack(), owner)
    stack = pulumi.get_stack()
    return Output.all(written, owner).apply(
        lambda known: default_name(resource_name, stack, known[1]) if known[0] is None else known[0]
    )
