"""What somebody does to the job beside Pulumi, as with the console."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from faults.engine import OWNER
from pulumi_dli.local import jobs, records, tags, verbs
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.model import Moment

if TYPE_CHECKING:
    from faults.world import World

HANDS = ("edited", "tagged", "stopped", "stop_empty", "started", "deleted", "waits")
RARE = ("saved", "described")
"""What schedules with a name have somebody do, and the first of it those of later seeds."""
HAND = "hand"
"""The event in a job's history behind which somebody else does something to it."""
SOMEBODY = "e" * 32
MARK = "pulumi-owner"


@dataclass(frozen=True)
class Hands:
    """The hands on the job of the state, or on the resource's where that has none."""

    world: World

    def do(self, what: str) -> bool:
        """Do it, where the job is there and it can be done; whether it was."""
        job = self._job()
        if job is None:
            return False
        one = {"job_ids": [job["id"]]}
        project, running = job["project_id"], job["status"] == "job_running"
        at_rest = job["status"] == "job_cancel_success"
        match what:
            case "edited" if running or at_rest:
                self._do(lambda at: jobs.update(at, project, job["id"], {"smn_topic": "hand"}))
            case "tagged":
                self._do(lambda at: tags.put(at, job["id"], {"hand": "x"}))
            case "stopped" if running and job["definition"]["obs_bucket"]:
                self._do(lambda at: verbs.stop(at, project, {**one, "trigger_savepoint": True}))
                self._pass(5)
            case "stop_empty" if running:
                self._do(lambda at: verbs.stop(at, project, one))
                self._pass(5)
            case "started" if at_rest and job["has_savepoint"]:
                self._do(lambda at: verbs.run(at, project, {**one, "resume_savepoint": True}))
                self._pass(5)
            case "begun" if job["status"] == "job_init":
                self._do(lambda at: verbs.run(at, project, one))
                self._pass(5)
            case "deleted":
                self._do(lambda at: jobs.delete(at, project, job["id"]))
            case "described":
                self._do(lambda at: jobs.update(at, project, job["id"], {"desc": "hand"}))
            case "saved" if running and job["definition"]["obs_bucket"]:
                self._do(lambda at: verbs.savepoint(at, project, job["id"], {"action": "TRIGGER"}))
                self._pass(100)
            case "waits":
                self._pass(100)
            case _:
                return False
        return True

    def save(self, path: str) -> bool:
        """Take a savepoint of the running job, and let it go on for a while; whether it was."""
        job = self._job()
        if job is None or job["status"] != "job_running" or self.world.holds(path):
            return False
        body = {"action": "TRIGGER", "savepoint_path": path}
        self._do(lambda at: verbs.savepoint(at, job["project_id"], job["id"], body))
        self._pass(100)
        return True

    def present(self) -> bool:
        """Whether the job of the state is there."""
        return self._job() is not None

    def name(self) -> str:
        """Its name."""
        job = self._job()
        assert job is not None
        return str(job["name"])

    def unmark(self) -> None:
        """Take its ownership mark away."""
        job = self._job()
        assert job is not None
        self._do(lambda at: tags.drop(at, job["id"], [MARK]))

    def steal(self) -> bool:
        """Give it another resource's mark; whether it is there and carried ours."""
        job = self._job()
        if job is None or job["tags"].get(MARK) != OWNER:
            return False
        self._do(lambda at: tags.put(at, job["id"], {MARK: SOMEBODY}))
        return True

    def give_back(self) -> None:
        """Give it our mark again."""
        job = self._job()
        assert job is not None
        self._do(lambda at: tags.put(at, job["id"], {MARK: OWNER}))

    def _job(self) -> dict[str, Any] | None:
        state = self.world.state
        for job in self.world.live_jobs():
            forgotten = state is None and job["tags"].get(MARK) == OWNER
            if forgotten or (state is not None and job["id"] == state.job_id):
                return job
        return None

    def _do(self, change: Callable[[Moment], object]) -> None:
        job = self._job()
        assert job is not None
        with self.world.moment() as moment:
            records.record(moment, job["id"], HAND)
            change(moment)

    def _pass(self, seconds: float) -> None:
        with self.world.store() as store:
            StoredClock(store).advance(seconds)
