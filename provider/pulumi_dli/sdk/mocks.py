"""Pulumi's mocks, with which the unit tests of a program put themselves in the engine's place."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

FUNCTIONS = "dli:index:"
"""What the names of look-ups begin with in `Mocks.call`."""


def mocked() -> bool:
    """Whether `pulumi.runtime.set_mocks` was called, and no engine is there."""
    return isinstance(get_monitor(), MockMonitor)


def answer(function: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """What `Mocks.call` answers to a look-up; None where no mocks are set.

    Args:
        function: its name, such as `getQueue`.
        asked: its arguments. None leaves one out.
    """
    if not mocked():
        return None
    given = {name: value for name, value in asked.items() if value is not None}
    return dict(plain(pulumi.runtime.invoke(FUNCTIONS + function, given).value or {}))


def plain(value: Any) -> Any:
    """A value as the SDK hands it to mocks, as the program wrote it.

    Secrets lose their mark, and whole numbers are whole again.
    """
    if rpc.is_rpc_secret(value):
        return plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def number(resource_id: str) -> int:
    """A job's number, out of its resource's id.

    The service's ids are numbers. Of mocks they may be any text, such as `orders_id`: then the
    number is the one that it ends with, else one that is always the same for that text.
    """
    last = re.search(r"[0-9]+\Z", resource_id)
    return int(last[0]) if last else zlib.crc32(resource_id.encode())
