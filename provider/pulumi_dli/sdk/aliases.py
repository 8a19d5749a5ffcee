"""The URNs that a resource had before: its own aliases, and those that its parents' make.

The engine applies them, and tells the provider nothing of them.
"""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.runtime import resource


def former_urns(name: str, type_: str, opts: pulumi.ResourceOptions) -> list[pulumi.Input[str]]:
    """The aliases of a resource, whole; none where this SDK has no function that tells them.

    Args:
        name: the resource's name.
        type_: its type.
        opts: its options.
    """
    inherited = getattr(opts.parent, "_aliases", None)
    every: Any = getattr(resource, "all_aliases", None)
    if every is None or not (opts.aliases or inherited):
        return []
    return list(every(opts.aliases, name, type_, opts.parent))
