"""What a job was started with, as the state remembers it: which start, and of what definition."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_dli.job.canonical import canonical
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.spec import FIELDS

SHAPING = frozenset({name for name, row in FIELDS.items() if row.sizing}) | {
    "entrypoint",
    "dependency_jars",
    "dependency_files",
    "main_class",
    "flink_version",
    "feature",
    "image",
    "runtime_config",
    "resource_config_version",
    "resource_config",
}
"""Fields that decide whether a checkpoint fits. DLI, FAQ: it need not fit another jar, graph or
parallelism, as a savepoint does."""


@dataclass(frozen=True, slots=True)
class Started:
    """A start that counted.

    Attributes:
        at: the job's `start_time` then, in milliseconds.
        definition: a digest of what it ran, as the service told it.
    """

    at: int
    definition: str

    @classmethod
    def of(cls, job: JobDetail) -> Started:
        """The start of a job that runs."""
        return cls(job.start_time, _digest(job.job_id, job.start_time, job.values))

    @classmethod
    def read(cls, text: object) -> Started | None:
        """From the form in the state; None where that says nothing."""
        at, _, definition = str(text or "").partition("-")
        return cls(int(at), definition) if at.isdecimal() and definition else None

    def __str__(self) -> str:
        """The form in the state."""
        return f"{self.at}-{self.definition}"


def _digest(job_id: int, start_time: int, values: Mapping[str, Any]) -> str:
    shape = [
        [name, canonical(name, values.get(name), unordered=FIELDS[name].unordered)]
        for name in sorted(SHAPING)
    ]
    text = json.dumps([job_id, start_time, shape], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
