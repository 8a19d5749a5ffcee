"""The room on a queue, and in its elastic resource pool, with the changes of one run."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from pulumi_dli.job.queue import Pool, Queue
from pulumi_dli.preview.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Use:
    """CUs that a job takes on a queue; 0 while it does not run."""

    queue: str
    cus: int


class Room:
    """The room in one project. Safe to share between threads.

    Args:
        snapshot: the project as the preview saw it.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._lock = threading.Lock()
        self._asked: dict[str, dict[str, int]] = {}

    def taken(self, urn: str, before: Use | None, after: Use) -> tuple[str, str]:
        """The words for a queue's CUs with a job's change, and a warning where they run short.

        The figure is what the service told plus the changes that other resources asked for in
        this process; jobs that are deleted cannot be seen.

        Args:
            urn: the job's resource. What it asked for before does not count any more.
            before: what the job takes now; None when it is new.
            after: what it will take.
        """
        queue = named(self._snapshot.queues, after.queue)
        name = after.queue.lower()
        here = before.cus if before is not None and before.queue.lower() == name else 0
        asks = {name: after.cus - here}
        if before is not None and before.queue.lower() != name:
            asks[before.queue.lower()] = -before.cus
        with self._lock:
            self._asked.pop(urn, None)
            asked = sum(each.get(name, 0) for each in self._asked.values())
            self._asked[urn] = asks
        if queue is None or queue.used_cu is None or queue.cu_count is None:
            return "", ""
        total = round(queue.cu_count)
        now = max(round(queue.used_cu) + asked, 0)
        then = max(now + after.cus - here, 0)
        words = f"queue {queue.name} {now} → {then} of {total} CUs"
        shared, tight = self._pool(queue, before, after)
        words += shared
        if then <= total or then <= now:
            return words, tight
        return words, (
            f"queue_name: queue {queue.name} has {total} CUs, and {then} would be taken; the job "
            "waits until others end, so stop one, or use a larger queue"
        )

    def _pool(self, queue: Queue, before: Use | None, after: Use) -> tuple[str, str]:
        """The same for the elastic resource pool of a queue, whose queues share its CUs.

        Args:
            queue: the one that the job will be on.
            before: what the job takes now; None when it is new.
            after: what it will take.
        """
        pool = _named_pool(self._snapshot.pools, queue.pool) if queue.pool else None
        if pool is None or pool.max_cu is None:
            return "", ""
        members = [each for each in self._snapshot.queues or () if each.pool == queue.pool]
        names = {each.key for each in members}
        with self._lock:
            asked = sum(
                cus for each in self._asked.values() for n, cus in each.items() if n in names
            )
        then = max(sum(round(each.used_cu or 0) for each in members) + asked, 0)
        here = before.cus if before is not None and before.queue.lower() in names else 0
        now, most = max(then - after.cus + here, 0), round(pool.max_cu)
        words = f", pool {pool.name} {now} → {then} of {most} CUs"
        if then <= most or then <= now:
            return words, ""
        return words, (
            f"queue_name: pool {pool.name} of queue {queue.name} grows to {most} CUs, and {then} "
            "would be taken; the job waits until others end, so stop one, or let the pool grow"
        )


def named(queues: Iterable[Queue] | None, name: str) -> Queue | None:
    """The queue of a name, whatever its case."""
    return next((queue for queue in queues or () if queue.key == name.lower()), None)


def _named_pool(pools: Iterable[Pool], name: str) -> Pool | None:
    return next((pool for pool in pools if pool.name == name), None)
