"""Definitions that the state remembers by a digest: what was started, and what failed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from pulumi_dli.job.canonical import Arguments, canonical, whole
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.field import Cost
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
RESTARTING = frozenset(name for name, row in FIELDS.items() if row.cost is Cost.RESTART)
"""Fields whose change restarts a job."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition as it was at a time, without what it says.

    Attributes:
        at: that time, in milliseconds.
        digest: of its fields.
    """

    at: int
    digest: str

    @classmethod
    def started(cls, job: JobDetail) -> Definition:
        """What decides whether a checkpoint fits, of a job that runs; `at` is its `start_time`."""
        return cls(job.start_time, _digest(job, SHAPING, job.job_id, job.start_time))

    @classmethod
    def wished(cls, desired: Desired, at: int) -> Definition:
        """What a program asks to be run."""
        return cls(at, _digest(desired, RESTARTING, desired.owner))

    @classmethod
    def read(cls, text: object) -> Definition | None:
        """From the form in the state; None where that says nothing."""
        at, _, digest = str(text or "").partition("-")
        return cls(int(at), digest) if at.isdecimal() and digest else None

    def __str__(self) -> str:
        """The form in the state."""
        return f"{self.at}-{self.digest}"


def _digest(whose: Arguments, names: Iterable[str], *salt: object) -> str:
    fields = [
        [name, canonical(name, whole(whose.value(name)), unordered=FIELDS[name].unordered)]
        for name in sorted(names)
    ]
    text = json.dumps([*salt, fields], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
