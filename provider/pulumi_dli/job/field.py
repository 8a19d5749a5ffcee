"""What the field table says of a field beside its type: cost, default, reset value, secrecy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

KEEP: Any = "(kept)"
"""Reset value of a field that the service keeps when the program no longer sets it."""


class Cost(StrEnum):
    """What changing a field of a running job costs."""

    LIVE = "live"
    """One PUT, the job runs on."""

    RESTART = "restart"
    """The job is stopped, changed and started again."""

    TAGS = "tags"
    """Changed through the tag endpoints; the job is not touched."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the table knows of a field beside its type and bounds.

    Attributes:
        cost: what a change costs.
        default: how the service reads back when the field was never set. A live value equal
            to it is not drift.
        reset: what is sent when the program no longer sets the field; `KEEP` sends nothing.
        secret: never shown, logged or repeated in an error.
        sizing: a v1 size, which says nothing once `resource_config_version` is `v2`.
        unordered: a list whose order has no meaning.
    """

    cost: Cost
    default: Any = None
    reset: Any = KEEP
    secret: bool = False
    sizing: bool = False
    unordered: bool = False


class Strict(BaseModel):
    """Base of what a program writes: an unknown name is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
