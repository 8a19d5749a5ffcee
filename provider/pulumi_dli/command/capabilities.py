"""What a region offers beside the documented calls, found out without changing anything.

Open Telekom Cloud documents neither the savepoint nor the tag endpoints, and sizing by
`resource_config` needs a newer Flink. Each endpoint is asked about job 0, which no job is:
the service's own refusal shows that the endpoint is there, the gateway's that it is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pulumi_dli.client.api import Jobs
from pulumi_dli.errors import ApiError, AuthError, DliError, MissingEndpoint
from pulumi_dli.job.queue import Queue

_NO_JOB = 0
_UNSUPPORTED = "DLI.0007"
_V2_SIZING = (1, 15)
"""The first Flink version that takes `resource_config`."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a region may offer; `there` is None where that could not be told."""

    name: str
    there: bool | None
    detail: str


def offers(jobs: Jobs, queues: Iterable[Queue]) -> tuple[Offer, ...]:
    """What the region of this client offers.

    Args:
        jobs: the client.
        queues: those of the project.
    """
    return (
        _asked(
            "tags",
            lambda: jobs.tags(_NO_JOB),
            yes="changed in place, without touching the job",
            no="jobs keep the tags that they were created with",
        ),
        _asked(
            "savepoint",
            lambda: jobs.trigger_savepoint(_NO_JOB),
            yes="savepoints of running jobs",
            no="savepoints are made by a stop only",
        ),
        _asked(
            "import-savepoint",
            lambda: jobs.import_savepoint(_NO_JOB, ""),
            yes="restore_from works",
            no="restore_from is refused; a restart resumes from its own savepoint",
        ),
        _sizing(queues),
    )


def _asked(name: str, ask: Callable[[], object], *, yes: str, no: str) -> Offer:
    try:
        ask()
    except MissingEndpoint:
        return Offer(name, there=False, detail=no)
    except DliError as error:
        refused = isinstance(error, ApiError) and not isinstance(error, AuthError)
        if not refused or error.uncertain:
            return Offer(name, there=None, detail=str(error))
        if isinstance(error, ApiError) and error.code == _UNSUPPORTED:
            return Offer(name, there=False, detail=no)
    return Offer(name, there=True, detail=yes)


def _sizing(queues: Iterable[Queue]) -> Offer:
    name = "v2 sizing"
    versions = {version for queue in queues for version in queue.flink_versions}
    if not versions:
        return Offer(name, there=None, detail="the queues do not tell which Flink they offer")
    shown = ", ".join(sorted(versions, key=_numbers))
    if any(_numbers(version) >= _V2_SIZING for version in versions):
        return Offer(name, there=True, detail=f"resource_config works; Flink {shown}")
    return Offer(name, there=False, detail=f"resource_config needs Flink 1.15; there is {shown}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
