"""A queue as the list and the detail tell of it."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_dli.job.queue import Queue


@pytest.mark.parametrize(
    ("row", "queue"),
    [
        (
            {"queue_name": "q", "queue_type": "general", "cu_count": 64, "used_cu": 3},
            Queue("q", "general", 64, 3),
        ),
        ({"queueName": "q", "queueType": "sql", "cuCount": 16}, Queue("q", "sql", 16)),
        ({"queue_name": "q", "cu_count": "64", "used_cu": "3.0"}, Queue("q", "", 64, 3)),
        ({"queue_name": "q", "cu_count": None, "used_cu": "many"}, Queue("q")),
        (
            {"queue_name": "q", "elastic_resource_pool_name": "", "support_flink_jar_versions": 1},
            Queue("q", pool=""),
        ),
    ],
)
def test_a_queue_is_read_leniently(row: dict[str, Any], queue: Queue) -> None:
    assert Queue.from_wire(row) == queue
