"""Random lives of a job on the local DLI, against a model small enough to be believed."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from local_service import STARTED, STOPPED, LocalService, new_store
from pulumi_dli.local.app import create_app
from searches import examples

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

REST = {"job_init", "job_cancel_success"}
SECONDS: SearchStrategy[float] = st.sampled_from([0.25, STOPPED, 2 * STOPPED, STARTED, 10.0])


@dataclass
class Model:
    """What a job should be, by the documents: the status and what it turns to, and its state."""

    job_id: int
    status: str = "job_init"
    left: float = 0.0
    """Seconds until the status turns."""
    then_stop: bool = False
    cu_number: int = 2
    state: float = 0
    saved: int | None = None
    carried: int = 0

    def pass_time(self, seconds: float) -> None:
        while seconds and self.status not in REST | {"job_running"}:
            step = min(seconds, self.left)
            self.left -= step
            seconds -= step
            if self.status == "job_savepointing":
                self.state += step
            if self.left:
                return
            self._turn()
        if self.status == "job_running":
            self.state += seconds

    def _turn(self) -> None:
        if self.status == "job_submitting":
            self.status, self.state = "job_running", self.carried + 1
        elif self.status == "job_savepointing":
            self.saved = int(self.state)
            self.status = "job_canceling" if self.then_stop else "job_running"
            self.left = STOPPED
        else:
            self.status = "job_cancel_success"


class Lives(RuleBasedStateMachine):
    """One job at a time, created, changed, run, stopped, saved and deleted at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = new_store(Path(self.folder.name))
        transport = httpx.WSGITransport(create_app(self.store))
        self.http = httpx.Client(base_url="http://dli.local", transport=transport)
        self.dli = LocalService(self.http, self.store)
        self.model: Model | None = None
        self.last_id = 0

    def teardown(self) -> None:
        self.http.close()
        self.store.close()
        self.folder.cleanup()

    @property
    def job(self) -> Model:
        assert self.model
        return self.model

    @precondition(lambda self: self.model is None)
    @rule()
    def create(self) -> None:
        job_id = self.dli.create("orders")
        assert job_id > self.last_id
        self.last_id = job_id
        self.model = Model(job_id)

    @precondition(lambda self: self.model)
    @rule(cu_number=st.integers(2, 64))
    def put(self, cu_number: int) -> None:
        answer = self.dli.put(self.job.job_id, cu_number=cu_number)
        assert answer.is_success == (self.job.status in REST)
        if answer.is_success:
            self.job.cu_number = cu_number

    @precondition(lambda self: self.model)
    @rule(resume=st.booleans())
    def run(self, resume: bool) -> None:
        answer = self.dli.run(self.job.job_id, resume=resume).json()[0]
        allowed = self.job.status in REST and (self.job.saved is not None or not resume)
        assert answer["is_success"] == ("true" if allowed else "false")
        if allowed:
            self.job.carried = (self.job.saved or 0) if resume else 0
            self.job.saved = None
            self.job.status, self.job.left = "job_submitting", STARTED

    @precondition(lambda self: self.model)
    @rule(savepoint=st.booleans())
    def stop(self, savepoint: bool) -> None:
        answer = self.dli.stop(self.job.job_id, savepoint=savepoint)
        running = self.job.status == "job_running"
        assert answer.is_success == (
            running or (self.job.status == "job_submitting" and not savepoint)
        )
        if answer.is_success:
            self.job.status = "job_savepointing" if savepoint else "job_canceling"
            self.job.left, self.job.then_stop = STOPPED, True

    @precondition(lambda self: self.model)
    @rule()
    def savepoint(self) -> None:
        path = f"jobs/{self.job.job_id}/savepoint"
        answer = self.dli.request("POST", path, {"action": "TRIGGER"})
        assert answer.is_success == (self.job.status == "job_running")
        if answer.is_success:
            self.job.status = "job_savepointing"
            self.job.left, self.job.then_stop = STOPPED, False

    @precondition(lambda self: self.model)
    @rule(seconds=SECONDS)
    def pass_time(self, seconds: float) -> None:
        self.dli.pass_time(seconds)
        self.job.pass_time(seconds)

    @precondition(lambda self: self.model)
    @rule()
    def delete(self) -> None:
        path = f"jobs/{self.job.job_id}"
        assert self.dli.request("DELETE", path).is_success
        assert self.dli.request("GET", path).status_code == 400
        self.model = None

    @invariant()
    def the_service_agrees_with_the_model(self) -> None:
        listed = self.dli.good("GET", "jobs", show_detail="true")["job_list"]
        assert listed["total_count"] == (1 if self.model else 0)
        if self.model is None:
            return
        detail = self.dli.details(self.model.job_id)
        assert detail | {"start_time": 0} == listed["jobs"][0] | {"start_time": 0}
        assert detail["status"] == self.model.status
        assert detail["has_savepoint"] == (self.model.saved is not None)
        assert bool(detail["savepoint_path"]) == detail["has_savepoint"]
        assert detail["job_config"]["cu_number"] == self.model.cu_number
        if self.model.status == "job_running":
            assert self.dli.inside(self.model.job_id)["counter"] == int(self.model.state)


Lives.TestCase.settings = settings(
    max_examples=examples(60),
    stateful_step_count=30,
)
TestLives = Lives.TestCase
