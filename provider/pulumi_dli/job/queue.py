"""A queue as the service reports it, in the list or by itself.

Source: DLI API reference, "Querying All Queues" and "Querying Queue Details".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_dli.job.canonical import line

GENERAL = "general"
"""The kind of queue that Flink jobs run on."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue. What the answer does not tell is None, or empty.

    Attributes:
        name: as the service spells it.
        kind: `general` (for Flink Jar jobs) or `sql`.
        cu_count: CUs that it has.
        used_cu: CUs in use now.
        pool: the elastic resource pool that it belongs to; "" for a queue of its own.
        flink_versions: Flink versions that it offers to jars.
        default_flink_version: the one of a job that names none.
    """

    name: str
    kind: str = ""
    cu_count: float | None = None
    used_cu: float | None = None
    pool: str | None = None
    flink_versions: tuple[str, ...] = ()
    default_flink_version: str = ""

    @classmethod
    def from_wire(cls, row: Mapping[str, Any]) -> Queue:
        """Read a row of the list, or the queue detail with its mixed spellings."""
        versions = row.get("support_flink_jar_versions")
        pool = row.get("elastic_resource_pool_name")
        return cls(
            name=line(row.get("queue_name", row.get("queueName"))),
            kind=line(row.get("queue_type", row.get("queueType"))),
            cu_count=_number(row.get("cu_count", row.get("cuCount"))),
            used_cu=_number(row.get("used_cu")),
            pool=None if pool is None else line(pool),
            flink_versions=tuple(map(line, versions)) if isinstance(versions, list) else (),
            default_flink_version=line(row.get("default_flink_jar_version")),
        )

    @property
    def key(self) -> str:
        """The name in the form in which equal names are equal: they have no case."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Pool:
    """An elastic resource pool, which its queues share.

    Source: DLI API reference, "Querying All Elastic Resource Pools".

    Attributes:
        name: as the service spells it.
        max_cu: the most CUs that it grows to; None where that is not told.
    """

    name: str
    max_cu: float | None = None

    @classmethod
    def from_wire(cls, row: Mapping[str, Any]) -> Pool:
        """Read a row of the list."""
        return cls(line(row.get("elastic_resource_pool_name")), _number(row.get("max_cu")))


def _number(value: object) -> float | None:
    """A finite number, which may come as text."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
