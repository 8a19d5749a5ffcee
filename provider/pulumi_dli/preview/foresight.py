"""What a check and a diff tell of a job before anything is done: problems, refusals, one line.

It brings together what the look-ups see and what the run remembers. It changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.client.location import PLACE, known_place
from pulumi_dli.clock import Clock
from pulumi_dli.console import Console
from pulumi_dli.errors import JobGone
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, settled
from pulumi_dli.job.next_start import NextStart
from pulumi_dli.job.plan import plan
from pulumi_dli.job.restarts import renewed
from pulumi_dli.job.start import ahead, met_again
from pulumi_dli.memory import Anew, Look, Memory, Old
from pulumi_dli.preview import asides
from pulumi_dli.preview.claims import claims, shared
from pulumi_dli.preview.known import Known
from pulumi_dli.preview.plan_line import Level, Line
from pulumi_dli.preview.preview import Compared, Preview
from pulumi_dli.rules.check import adopts_another

if TYPE_CHECKING:
    pass


@dataclass(slots=True)
class Foresight:
    """One for each run.

    Args:
        connections: the settings' clients.
        console: is told.
        clock: time.
        memory: what the run remembers.
        saved: where a job's state may be beside what the service tells.
    """

    connections: Connections
    console: Console
    clock: Clock
    memory: Memory
    saved: SavedState
    preview: Preview = field(init=False)
    known: Known = field(init=False)

    def __post_init__(self) -> None:
        self.preview = Preview(self.connections, self.console.warn)
        self.known = Known(self.connections, self.memory, self.saved, self.preview)

    def of_new(self, urn: str, anew: Anew, *, valid: bool) -> tuple[list[str], str]:
        """What a resource meets that is not in the state, or that the engine replaces.

        Args:
            urn: the resource.
            anew: its wish, as check filled it in.
            valid: whether nothing is wrong with it so far.

        Returns:
            The problems, and why it cannot be done.
        """
        first = self.memory.wish_anew(urn, anew)
        known = self.memory.refreshed(urn, anew.desired)
        old = self.memory.old(urn)
        diffed = old is not None  # then the diff has spoken of a move
        if old is None and known is not None:
            old = Old(known_place(known.ours), known)
            if anew.desired.created_first and old.place == anew.place:
                old = None  # the create meets it
        if old is not None:  # it is in the state, so the engine replaces it
            self.memory.leave(urn, old)
            if other := adopts_another(anew.desired, old.state):
                return [other], ""
            anew = replace(anew, desired=anew.desired.without("adopt_job_id"))
        here = old is not None and old.place == anew.place and not old.deleted
        # A job that is replaced in its place keeps its name, unless the program changes it too.
        before = Desired.read(old.state.inputs()) if old is not None and here else None
        found = self.preview.examine(urn, anew.desired, before, valid=valid)
        met = found.job and self.saved.checkpoints.seen(settled(found.job), anew.desired, None)
        problems = [
            *found.problems,
            *claims(self.memory, urn, anew.place, anew.desired, found.job, new=True),
        ]
        if problems or not valid:
            return problems, ""
        if old is None:
            return [], self._arrives(urn, anew.desired, met, old, speaks=first)
        desired = anew.desired.known_by(old.state.value)
        if old.deleted:
            return [], self._arrives(urn, desired, met, old, speaks=first)
        if here:
            return [], self._stays(urn, desired, old, speaks=first, again=diffed)
        if first and not diffed:
            there, now = old.place._asdict(), anew.place._asdict()
            moved = [name for name in PLACE if there[name] != now[name]]
            self._speak_of_move(urn, old, desired, moved)
        return [], self.known.move(urn, old, desired, met).blocked

    def of_known(
        self, urn: str, place: Place, desired: Desired, before: Desired, *, valid: bool
    ) -> tuple[list[str], str]:
        """The problems of a resource of the state, and why it cannot be brought to the wish."""
        self.memory.checked(urn)
        found = self.preview.examine(urn, desired, before, valid=valid)
        problems = [*found.problems, *claims(self.memory, urn, place, desired, None, new=False)]
        if problems or not valid:
            return problems, ""
        return [], self.known.refused(desired, before, self.memory.refreshed(urn, desired))

    def speak_of_known(self, urn: str, old: Old, desired: Desired, found: Compared) -> None:
        """Say what a diff found, once the resource was checked; so never in a refresh.

        Args:
            urn: the resource.
            old: its job.
            desired: the program's wish, with stored values for what is not known.
            found: what was found.
        """
        state = old.state
        if found.replaces:
            self._speak_of_move(urn, old, desired, found.replaces)
            return
        self.memory.keep(old.place, state.job.job_id, urn)
        if twice := shared(self.memory, urn, old.place, state.job):
            self.console.warn(twice)
        refreshed = self.known.found(urn, old, desired)
        live, looked = refreshed or settled(state.job), refreshed is not None
        if found.changes and not looked:
            try:
                seen = self.preview.look(state)
            except JobGone as error:
                self._speak(urn, Line(f"{desired.name}: CANNOT CHANGE: {error}", Level.ERROR))
                return
            if seen is not None:
                live, looked = settled(seen), True
                self.memory.looked(urn, Look(seen, self.clock.now()))
        if looked:
            live = self.saved.checkpoints.seen(live, desired, state)
        left = self.known.waiting(live, desired, state) if found.changes else None
        if left is not None:
            desired, state = left.handed(desired, state)
        stored = live is state.job and left is None
        todo = found.todo if stored else plan(live, desired, state)
        if looked:
            todo = self.saved.copies.armed(live, desired, state, todo)
        if todo.rollback == "":
            self.memory.tell_armed(urn)
        line = self.preview.change(urn, live, todo, desired, looked=looked)
        line = asides.left_open(line, desired, met=True)
        line = asides.begins(line, todo.begins, live, state, self.saved.checkpoints)
        line = asides.handed(line, left, desired, self.clock.epoch())
        self._speak(urn, asides.after_failure(line, desired, state))

    def _speak_of_move(self, urn: str, old: Old, desired: Desired, replaces: list[str]) -> None:
        """Speak of a job that is made anew elsewhere."""
        there = self.preview.own(desired)
        met = None if there is None else settled(there)
        moves = self.known.move(urn, old, desired, met)
        line = self.preview.moved(urn, desired, replaces, moves, old.state, met)
        line = asides.left_open(line, desired, met=True)
        path, checkpoints = "" if moves.named else moves.path, self.saved.checkpoints
        self._speak(urn, asides.begins(line, path, old.state.job, old.state, checkpoints))

    def _arrives(
        self, urn: str, desired: Desired, job: JobDetail | None, old: Old | None, *, speaks: bool
    ) -> str:
        """Speak of a job that comes into being; why it cannot."""
        if job is not None:
            self.memory.meet(urn)
        left = None if old is not None or ahead(job, desired) else self.known.recorded(desired)
        lost = self.memory.lost(urn, desired)
        if left is not None and lost is not None and left.behind(lost.job):
            self.saved.records.pass_over(desired)
            left = None
        path = old.path if old is not None and desired.stateful else ""
        desired = desired if old is None else renewed(desired, old.state)
        if left is not None:
            path, desired = left.savepoint, left.wish(desired)
        todo, waits = None, NextStart.at(path)
        if job is not None:
            desired = desired.known_by(job.value)
            todo = plan(job, met_again(job, desired), None, taken_over=True, known=waits)
        if speaks:
            line = self.preview.arrival(urn, desired, job, path)
            line = asides.left_open(line, desired, met=job is not None)
            fresh = job is None and left is None
            if fresh and lost is not None:
                line = asides.anew(line, lost, desired)
            elif fresh and old is None:
                line = asides.renamed(line, urn, desired, self.memory.left_over())
            if not (left or lost or old) and not (job and job.holds_state):
                line = asides.namesake(line, self.saved.records.namesake(desired))
            if job is not None and todo is not None and left is None:
                line = asides.begins(line, todo.begins, job, desired, self.saved.checkpoints)
            line = asides.handed(line, left, desired, self.clock.epoch())
            self._speak(urn, line)
        return "" if todo is None else todo.blocked

    def _stays(self, urn: str, desired: Desired, old: Old, *, speaks: bool, again: bool) -> str:
        """Speak of a job that is replaced in its place; why it cannot be."""
        try:
            seen = self.preview.look(old.state)
        except JobGone:
            path, desired = old.state.next_start.path, renewed(desired, old.state)
            met = self.preview.own(desired)  # an interrupted replacement made it
            if met is not None:
                seen = self.saved.checkpoints.seen(settled(met), desired, None)
                return self._arrives(urn, desired, seen, None, speaks=speaks)
            if not path and self.known.recorded(desired) is not None:
                return self._arrives(urn, desired, None, None, speaks=speaks)
            if speaks:
                line = self.preview.arrival(urn, desired, None, path)
                self._speak(urn, line if path else asides.anew(line, old.state, desired))
            return ""
        job = settled(seen or old.state.job)
        if seen is not None:
            job = self.saved.checkpoints.seen(job, desired, old.state)
        if desired.retained:
            return self._arrives(urn, desired, job, None, speaks=speaks)
        left, state = self.known.waiting(job, desired, old.state), old.state
        if left is not None:
            desired, state = left.handed(desired, state)
        if speaks:
            line = self.preview.replaced(urn, desired, job, state, again=again)
            line = asides.left_open(line, desired, met=True)
            self._speak(urn, asides.handed(line, left, desired, self.clock.epoch()))
        todo = plan(job, desired, state, replaced=True)
        return todo.blocked if seen is not None else ""

    def _speak(self, urn: str, line: Line) -> None:
        if line.loses:
            self.memory.tell_loss(urn, replaced=False)
        if line.loses or line.loses_replaced:
            self.memory.tell_loss(urn, replaced=True)
        match line.level:
            case Level.ERROR:
                self.console.error(line.text)
            case Level.WARNING:
                self.console.warn(line.text)
            case _ if line.text:
                self.console.say(line.text)
