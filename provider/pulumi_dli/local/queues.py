"""The queues: what they offer, what is in use, and their two spellings on the wire."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_dli.local.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_dli.local.model import Job, Moment
    from pulumi_dli.local.store import Store

CREATED = 1_577_836_800_000
"""Milliseconds: the queues are older than every job."""
GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Queue:
    """A general-purpose queue. The name is stored in lower case, as the service does."""

    id: int
    name: str
    cus: int = 64
    pool: str = ""
    flink_versions: tuple[str, ...] = ("1.12", "1.15", "1.17")

    @property
    def resource_id(self) -> str:
        """The id that the service's other parts know the queue by."""
        return f"{self.id:032x}"

    def _rest(self, owner: str) -> dict[str, Any]:
        return {
            "queue_id": self.id,
            "description": "",
            "owner": owner,
            "create_time": CREATED,
            "resource_id": self.resource_id,
            "resource_mode": 1,
            "resource_type": "vm",
            "enterprise_project_id": "0",
            "cu_spec": self.cus,
            "cu_scale_out_limit": self.cus,
            "cu_scale_in_limit": self.cus,
            "elastic_resource_pool_name": self.pool,
            "support_flink_sql_versions": list(self.flink_versions),
            "default_flink_sql_version": self.flink_versions[-1],
            "support_flink_jar_versions": list(self.flink_versions),
            "default_flink_jar_version": self.flink_versions[-1],
        }

    def row(self, owner: str, used_cu: int) -> dict[str, Any]:
        """An element of the list: snake_case throughout."""
        return {
            "queue_name": self.name,
            "queue_type": GENERAL,
            "cu_count": self.cus,
            "charging_mode": 1,
            "used_cu": float(used_cu),
            "engine": "flink",
            "cidr_in_vpc": "",
            "cidr_in_mgntsubnet": "",
            "cidr_in_subnet": "",
            "platform": "x86_64",
            "is_restarting": False,
            "labels": "",
            "support_opensource_flink_versions": list(self.flink_versions),
            **self._rest(owner),
        }

    def detail(self, owner: str) -> dict[str, Any]:
        """The answer for one queue: four names in camelCase among the others."""
        return {
            "queueName": self.name,
            "queueType": GENERAL,
            "cuCount": self.cus,
            "chargingMode": 1,
            **self._rest(owner),
        }


POOL = "local"
QUEUES = (
    Queue(1, "default"),
    Queue(2, "testqueue", cus=256),
    Queue(3, "pooled", cus=256, pool=POOL),
)
"""A small one, to see jobs wait for room, one for fleets, and one that agencies work on; both sizes
are DLI's."""
ADDED = "queue:"
"""What the settings are called that add queues, before the name; they hold the CUs."""
POOLED = "pool:"
"""The same for the pool of such a queue: its name, a slash, the pool's."""


def add(store: Store, name: str, cus: int, pool: str = "", most: int = 0) -> None:
    """Let there be one more queue, or another size of one that was added.

    Args:
        store: of the data folder.
        name: the queue's.
        cus: its CUs.
        pool: the elastic resource pool that it belongs to; "" for none.
        most: the most CUs of that pool.
    """
    store.set(ADDED + name.lower(), cus)
    if pool:
        store.set(f"{POOLED}{name.lower()}/{pool}", most)


def every(moment: Moment) -> list[Queue]:
    """All queues; those that were added come last."""
    pools = {queue: pool for queue, pool, _ in _pooled(moment)}
    return [
        *QUEUES,
        *(
            Queue(zlib.crc32(name.encode()), name, cus, pools.get(name, ""))
            for name, cus in _added(moment, ADDED)
        ),
    ]


def pools(moment: Moment) -> list[dict[str, Any]]:
    """The elements of the list of elastic resource pools."""
    found: dict[str, dict[str, Any]] = {}
    ours = ((queue.name, queue.pool, queue.cus) for queue in QUEUES if queue.pool)
    for queue, pool, most in (*ours, *_pooled(moment)):
        row = found.setdefault(
            pool,
            {
                "elastic_resource_pool_name": pool,
                "description": "",
                "owner": "",
                "min_cu": 64,
                "max_cu": most,
                "current_cu": most,
                "actual_cu": most,
                "queues": [],
                "status": "AVAILABLE",
                "create_time": CREATED,
            },
        )
        row["queues"].append(queue)
    return list(found.values())


def _pooled(moment: Moment) -> Iterator[tuple[str, str, int]]:
    """Queues with their pools, and the most CUs of those."""
    for name, most in _added(moment, POOLED):
        queue, _, pool = name.partition("/")
        yield queue, pool, most


def _added(moment: Moment, kind: str) -> list[tuple[str, int]]:
    rows = moment.db.execute(
        "SELECT name, value FROM settings WHERE name LIKE ? ORDER BY name", (f"{kind}%",)
    )
    return [(row["name"].removeprefix(kind), int(row["value"])) for row in rows]


def find(moment: Moment, name: str) -> Queue:
    """The queue of a name, whatever its case.

    Raises:
        Refusal: DLI.0002, there is none.
    """
    for queue in every(moment):
        if queue.name == name.lower():
            return queue
    raise Refusal("DLI.0002", f"There is no queue named {name}")


def not_offered(moment: Moment, job: Job) -> str:
    """Why the job's queue cannot run its Flink version; "": it can."""
    wanted = job.definition["flink_version"]
    offered = find(moment, str(job.queue_name)).flink_versions
    if not wanted or job.definition["feature"] == "custom" or wanted in offered:
        return ""
    return f"Flink {wanted} is not offered here (only {', '.join(offered)})"


def used_cus(moment: Moment, queue_name: str) -> int:
    """CUs that the jobs on a queue take now, over all projects."""
    row = moment.db.execute(
        "SELECT COALESCE(SUM(cus), 0) FROM jobs WHERE queue_name = ? AND cus > 0", (queue_name,)
    ).fetchone()
    return int(row[0])
