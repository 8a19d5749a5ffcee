"""What is known of a job of the state beforehand: as it is, where it goes, what waits for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.client.connections import Connections
from pulumi_dli.errors import JobGone
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, Phase, settled
from pulumi_dli.job.move import Move, conflict
from pulumi_dli.job.move import move as moved
from pulumi_dli.job.next_start import LIVE, LOST
from pulumi_dli.job.plan import plan
from pulumi_dli.job.run_state import NO_SAVEPOINT
from pulumi_dli.job.state import State
from pulumi_dli.memory import Memory, Old
from pulumi_dli.preview.preview import Preview

if TYPE_CHECKING:
    from pulumi_dli.artifacts.record import Record

ASKED_FOR_A_START = ("restore_from", "upgrade_mode", "obs_bucket", "desired_state")
"""Arguments that decide whether a job at rest can be started."""


@dataclass(frozen=True, slots=True)
class Known:
    """One for each run.

    Args:
        connections: the settings' clients.
        memory: what the run remembers.
        saved: where a job's state may be beside what the service tells.
        preview: the look-ups.
    """

    connections: Connections
    memory: Memory
    saved: SavedState
    preview: Preview

    def refused(self, desired: Desired, before: Desired, state: State | None) -> str:
        """Why a job of the state cannot be brought to the wish; "" where nothing is known of it.

        Args:
            desired: the program's wish.
            before: the wish of the last run, with the run state as it was found.
            state: what a refresh of this run found; None where there was none.
        """
        if not desired.knows(*ASKED_FOR_A_START):
            return ""
        if state is not None:
            job = self.saved.checkpoints.seen(settled(state.job), desired, state)
            return plan(job, desired, state).blocked
        found = str(before.given.get("desired_state"))
        started = found == "stopped" and desired.running and not desired.as_found
        if not started and not found.endswith(NO_SAVEPOINT):
            return ""
        there = self.preview.named(desired, before.name)
        if there is None or (started and there.phase is Phase.FAILED):
            return ""  # of a start of ours that failed the diff knows what it was to begin from
        if desired.options.restore_from == before.options.restore_from:
            desired = desired.without("restore_from")
        job = self.saved.checkpoints.seen(settled(there), desired, None)
        seen = job.checkpoint
        if seen is not None and seen.path and not seen.copy:
            return ""  # the diff, which knows what was started, tells whether it goes on from that
        return plan(job, desired, None, known=LIVE if started else LOST).blocked

    def move(self, urn: str, old: Old, desired: Desired, met: JobDetail | None) -> Move:
        """The plan of a job that is made anew elsewhere, where one of its resource may be."""
        live = self.live(urn, old, desired)
        state = old.state
        if live is None and not state.next_start.path and (left := self.recorded(desired)):
            state = left.known(state)
        todo = moved(live, desired, state)
        if met is None or todo.blocked:
            return todo
        return replace(todo, blocked=conflict(live, met, desired, todo))

    def live(self, urn: str, old: Old, desired: Desired) -> JobDetail | None:
        """The old job, live where it can be looked at, else as the state has it; None: gone."""
        seen = self.found(urn, old, desired)
        if seen is None:
            try:
                there = self.preview.look(old.state)
            except JobGone:
                return None
            if there is None:
                return settled(old.state.job)
            seen = settled(there)
        return self.saved.checkpoints.seen(seen, desired, old.state)

    def found(self, urn: str, old: Old, desired: Desired) -> JobDetail | None:
        """The old job as a refresh of this run found it; None where there was none."""
        known = self.memory.refreshed(urn, desired)
        if known is None:
            return None
        # The state does not keep the tags that are the provider's own.
        return replace(settled(old.state.job), restart=known.job.restart)

    def recorded(self, desired: Desired) -> Record | None:
        """The record of the savepoint that the resource's next job begins from."""
        return self.saved.records.find(desired) if self._looks(desired) else None

    def waiting(self, job: JobDetail, desired: Desired, state: State) -> Record | None:
        """The record that a job of the state begins from which never ran."""
        return self.saved.records.first(job, desired, state) if self._looks(desired) else None

    def _looks(self, desired: Desired) -> bool:
        own = desired.options
        return self.connections.settings(own.region, own.project_id).preflight
