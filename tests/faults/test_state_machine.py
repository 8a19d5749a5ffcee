"""Any sequence of programs and outside changes, without faults: state and service stay in step."""

from __future__ import annotations

import tempfile
from pathlib import Path

from faults.engine import OWNER, Program
from faults.losses import Losses
from faults.wishes import BASE
from faults.world import World
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pulumi_dli.local.requests import kept
from searches import examples
from stack import changes


class Lifetimes(RuleBasedStateMachine):
    """One resource through its program's changes, and what people do to its job in the console."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self._folder.name) / "dli")
        self.program: Program | None = None
        self.settled = True

    def teardown(self) -> None:
        self.world.close()
        self._folder.cleanup()

    @rule(
        parallel=st.integers(1, 3),
        topic=st.sampled_from([None, "alerts", "other"]),
        name=st.sampled_from(["etl", "etl-2"]),
        state=st.sampled_from(["running", "running", "stopped"]),
    )
    def up(self, parallel: int, topic: str | None, name: str, state: str) -> None:
        self.program = {
            **BASE,
            "name": name,
            "parallel_number": parallel,
            "smn_topic": topic,
            "desired_state": state,
        }
        self._up()

    @precondition(lambda self: self.program is not None)
    @rule()
    def again(self) -> None:
        before, settled = self._changing(), self.settled
        self._up()
        sent = self._changing()[len(before) :]
        assert not settled or not sent, f"an unchanged program sent {sent}"

    @precondition(lambda self: self.program is not None)
    @rule(topic=st.sampled_from(["", "outside"]))
    def somebody_edits(self, topic: str) -> None:
        with self.world.store() as store, store.write() as db:
            db.execute(
                "UPDATE jobs SET definition = json_set(definition, '$.smn_topic', ?),"
                " update_time = update_time + 1 WHERE deleted_at IS NULL",
                (topic,),
            )
        self.settled = False

    @precondition(lambda self: self.program is not None)
    @rule()
    def somebody_deletes(self) -> None:
        with self.world.store() as store, store.write() as db:
            db.execute("UPDATE jobs SET deleted_at = 1 WHERE deleted_at IS NULL")
        self.settled = False

    @rule()
    def destroy(self) -> None:
        assert not self.world.up(None).error
        self.program, self.settled = None, True

    @invariant()
    def one_job_as_the_program_says(self) -> None:
        live = self.world.live_jobs()
        for job in self.world.jobs():
            Losses().judge({job["id"]: self.world.history(job["id"])})
        if self.settled:
            assert len(live) == (self.program is not None)
        if not self.settled or self.program is None:
            return
        [job] = live
        assert job["tags"] == {"pulumi-owner": OWNER}
        assert job["name"] == self.program["name"]
        for field in ("parallel_number", "smn_topic"):
            assert (job["definition"][field] or None) == self.program[field]
        assert (job["status"] == "job_running") == (self.program["desired_state"] == "running")

    def _up(self) -> None:
        run = self.world.up(self.program)
        assert not run.error, run.error
        self.settled = True

    def _changing(self) -> list[str]:
        """The requests that change something."""
        with self.world.store() as store:
            return [e.path for e in kept(store) if changes(e.method, e.path)]


Lifetimes.TestCase.settings = settings(
    max_examples=examples(25),
    stateful_step_count=12,
)
test_lifetimes = Lifetimes.TestCase
