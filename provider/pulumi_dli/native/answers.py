"""What the plugin's functions return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pulumi_dli.client.connections import Connections
from pulumi_dli.client.location import explicit
from pulumi_dli.errors import SettingsError
from pulumi_dli.finding import Finding
from pulumi_dli.native.queries import GET_JOB, GET_QUEUE, LIST_JOBS
from pulumi_dli.results import job_result, queue_result


def answer(connections: Connections, token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one call of a function.

    Args:
        connections: the settings and what they lead to.
        token: the function.
        asked: its arguments.

    Raises:
        SettingsError: there is no such function, or its arguments do not fit.
        DliError: what is asked for is not there, or the service cannot be asked.
    """
    find = Finding(connections, *explicit(asked))
    match token:
        case _ if token == GET_JOB:
            name, job_id = asked.get("name"), asked.get("job_id")
            if (name is None) == (job_id is None):
                raise SettingsError("give either `name` or `job_id`")
            if job_id is not None:
                return asdict(job_result(find.job(int(job_id))))
            return asdict(job_result(find.named(str(name), instead="`job_id`")))
        case _ if token == LIST_JOBS:
            found = find.jobs(asked.get("queue_name"), asked.get("status"), asked.get("tags"))
            return {"jobs": [asdict(job_result(job)) for job in found]}
        case _ if token == GET_QUEUE:
            return asdict(queue_result(find.queue(str(asked.get("name")))))
    raise SettingsError(f"there is no function {token}")
