"""A stop whose savepoint is missing, while the service still shows an older one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.tags import Tags
from pulumi_dli.clock import Deadline
from pulumi_dli.errors import StateAtRisk
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.next_start import LOST
from pulumi_dli.job.plan import plan
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.steps import Steps
from pulumi_dli.lifecycle.waits import Waits
from stand_ins import HandClock, Lines

OLDER = "bucket/jobs/savepoint/138/2026-11-01_00-00-00/"
NEW = "bucket/jobs/savepoint/138/2026-11-22_00-00-00/"


class Service:
    """A service that shows one savepoint path while the job runs, and another once it stopped."""

    def __init__(self, after: str) -> None:
        self.details = {"job_id": 138, "name": "etl", "status": "job_running", "start_time": 1}
        self.details |= {"has_savepoint": True, "savepoint_path": OLDER}
        self._after = after

    def request(
        self,
        method: str,
        path: str,
        *,
        what: str,
        params: Mapping[str, str | int] | None = None,
        json: object | None = None,
        hide: Iterable[str] = (),
    ) -> Any:
        del path, what, params, json, hide
        if method == "POST":
            self.details |= {"status": "job_cancel_success", "savepoint_path": self._after}
            return [{"is_success": "true", "message": ""}]
        return {"is_success": "true", "job_detail": self.details}


def _stop(service: Service) -> Operation:
    work, steps = _prepared(service)
    steps.stop(work, savepoint=True)
    return work


def _prepared(service: Service) -> tuple[Operation, Steps]:
    jobs = Jobs(service)
    waits = Waits(jobs, lambda _: None)
    deadline = Deadline(HandClock(), 1800)
    work = Operation(job=waits.look(138), deadline=deadline, settle=10)
    return work, Steps(jobs, Tags(jobs), waits, Lines())


def test_an_older_savepoint_does_not_count_for_that_of_the_stop() -> None:
    work, steps = _prepared(Service(after=OLDER))
    with pytest.raises(StateAtRisk, match="shows no savepoint of that stop"):
        steps.stop(work, savepoint=True)
    assert work.next_start == LOST


def test_nor_is_the_job_started_from_it_later() -> None:
    job = Jobs(Service(after=OLDER)).details(138)
    outputs = {"status": "job_cancel_success", "start_time": 1, "next_start": str(LOST)}
    stopped = replace(job, status="job_cancel_success")
    wish = {"name": "etl", "obs_bucket": "bucket", "queue_name": "q", "entrypoint": "e.jar"}
    todo = plan(stopped, Desired.read(wish), State.read(138, outputs))
    assert (todo.start, todo.blocked.partition(",")[0]) == (
        None,
        "job etl (138) ran before and is stopped (job_cancel_success) without a savepoint",
    )


@pytest.mark.parametrize("after", [NEW, ""])
def test_a_new_one_does_and_one_without_a_path(after: str) -> None:
    assert str(_stop(Service(after)).next_start) == after
