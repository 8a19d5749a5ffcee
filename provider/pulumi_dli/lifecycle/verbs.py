"""The verbs: deploy, change, replace, observe, remove. Engine-free: no Pulumi, no printing.

Each verb reads the live job first and does only the steps that are missing, so that any
operation that broke off, however it broke off, is finished by doing it again.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi_dli.artifacts.copies import COPIES
from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.ownership import Ownership
from pulumi_dli.client.rows import Rows
from pulumi_dli.client.tags import Tags
from pulumi_dli.clock import Clock, Deadline
from pulumi_dli.console import Console, WarnOnce
from pulumi_dli.errors import JobGone, StateAtRisk
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, Phase, date
from pulumi_dli.job.move import move
from pulumi_dli.job.next_start import NextStart
from pulumi_dli.job.plan import plan
from pulumi_dli.job.restarts import renewed
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.clues import Clues
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.create import deploy, go_on
from pulumi_dli.lifecycle.delete import remove
from pulumi_dli.lifecycle.finishing import finish
from pulumi_dli.lifecycle.meanwhile import unsaid
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.reconcile import Reconciliation
from pulumi_dli.lifecycle.refresh import Found, observe, refresh
from pulumi_dli.lifecycle.replace import kept, relocate, restart
from pulumi_dli.lifecycle.steps import Steps
from pulumi_dli.lifecycle.turns import Turns
from pulumi_dli.lifecycle.waits import Waits
from pulumi_dli.settings.settings import Settings


class Lifecycle:
    """The verbs for the jobs of one project.

    Args:
        jobs: the DLI client.
        clock: time.
        console: is told, and asked before each request that changes something.
        settings: of the project.
        saved: what the object service tells of the jobs.
        where: the region and the project that a resource names itself.
    """

    def __init__(
        self,
        jobs: Jobs,
        clock: Clock,
        console: Console,
        settings: Settings,
        saved: SavedState,
        where: tuple[str | None, str | None] = (None, None),
    ) -> None:
        console = WarnOnce(console)
        clues = Clues(saved, settings, where)
        waits = Waits(jobs, console.progress, console.wait_on, clues.of)
        tags = Tags(jobs, settings.ignore_tags)
        self._context = Context(
            jobs=jobs,
            ownership=Ownership(jobs, console.warn),
            tags=tags,
            rows=Rows(jobs, clock),
            saved=saved,
            waits=waits,
            steps=Steps(jobs, tags, waits, console),
            clock=clock,
            turns=Turns(settings.starts_per_queue, console),
            console=console,
        )

    def deploy(self, desired: Desired, seconds: float) -> State:
        """Bring a job into being, or go on with one of this resource that is there already.

        It begins from the savepoint that a job in its place left, where a record says so.

        Args:
            desired: the program's wish.
            seconds: the time allowed.

        Raises:
            JobForeign: a job of that name exists and is not this resource's.
            StateAtRisk: going on with a job would lose its state; nothing was changed.
            Halfway: the job exists, but is not yet as it should be.
            DliError: nothing was changed.
        """
        deadline = Deadline(self._context.clock, seconds)
        return deploy(self._context, desired, deadline)

    def redeploy(self, desired: Desired, state: State, path: str, seconds: float) -> State:
        """Bring a job into being in the place of one that the engine had deleted before.

        Args:
            desired: the program's wish.
            state: what was known of the deleted job.
            path: the directory that its state is in; "" for none.
            seconds: the time allowed.

        Raises:
            Halfway: as with `deploy`; before the new job exists, it tells of the deleted one,
                whose state then holds the directory.
        """
        begins = path if desired.stateful else ""
        desired = renewed(desired, state)
        with kept(state, None, path):
            deadline = Deadline(self._context.clock, seconds)
            return deploy(self._context, desired, deadline, begins)

    def change(
        self,
        job_id: int,
        desired: Desired,
        state: State,
        seconds: float,
        seen: JobDetail | None = None,
    ) -> State:
        """Bring an existing job to what the program wants.

        Args:
            job_id: the job.
            desired: the program's wish.
            state: what is known of it.
            seconds: the time allowed.
            seen: the live job, where it was looked at a moment ago.

        Raises:
            JobGone: it no longer exists, or its id now belongs to another job.
            JobForeign: it carries another resource's mark now.
            StateAtRisk: going on would lose state; nothing was changed.
            Halfway: something was changed, but the job is not yet as it should be.
            DliError: nothing was changed.
        """
        deadline = Deadline(self._context.clock, seconds)
        job = seen or self._context.waits.look(job_id)
        if state.is_another(job):
            raise JobGone(_another(job, state))
        if left := self._context.saved.records.first(job, desired, state):
            desired, state = left.handed(desired, state)
        operation = Operation(job=state.aged(job), deadline=deadline, settle=desired.settle)
        way = Reconciliation(self._context, operation, desired, state, looked=seen)
        reached = finish(self._context, operation, desired, state, way.run)
        # A run that was killed, or lost an answer, has left its copy and told nobody.
        asked = "previous" in (desired.options.rollback, state.value("rollback"))
        copied = asked or state.rejected is not None
        # Then it is the only one so far, be it in a start of a run that was killed.
        began_from_it = f"/{COPIES}/" in (operation.begins or state.next_start.path)
        if operation.counted and copied and not began_from_it:
            for where in {each.value("obs_bucket"): each for each in (state, reached)}.values():
                self._context.saved.copies.clear(where, *desired.marks, *state.marks)
        moves = reached.value("obs_bucket") != state.value("obs_bucket")  # to another bucket
        good = operation.counted or (moves and reached.job.runs)
        # A delete that was killed leaves a record, and one stays while the last start was not seen
        # to count, and in a bucket that the job had before.
        counted = state.started is not None and state.started.at == state.job.start_time
        ran = {job.phase, state.job.phase} == {Phase.RUNNING}
        if good and (copied or moves or not (counted and ran)):
            self._context.saved.records.drop(desired, state)
        return reached

    def replace(self, desired: Desired, state: State, seconds: float) -> State:
        """Restart a job that the engine replaces in its place; it keeps its id and its state.

        Raises:
            Halfway: it did not get there; tells of the job as it stands.
        """
        deadline = Deadline(self._context.clock, seconds)
        with kept(state, state.job):
            job = self._observe(state.job.job_id, state)
        if job is None:
            path = state.next_start.path or self._recorded(desired)
            if state.stateful and state.job.has_run and not path:
                self._warn_of_loss(desired, state)
            return self.redeploy(desired, state, path, seconds)
        if desired.retained:
            return go_on(self._context, job, desired, deadline)
        if left := self._context.saved.records.first(job, desired, state):
            desired, state = left.handed(desired, state)
        reached = restart(self._context, job, desired, state, deadline)
        if reached.job.runs:
            self._context.saved.records.drop(desired, state)
        return reached

    def relocate(self, old: Lifecycle, desired: Desired, state: State, seconds: float) -> State:
        """Make a job anew in this place from the state that it has in another, and delete it there.

        Args:
            old: the verbs of the other place.
            desired: the program's wish.
            state: what is known of the old job.
            seconds: the time allowed.

        Raises:
            Halfway: it did not get there; tells of the old job until the new one stands.
        """
        deadline = Deadline(self._context.clock, seconds)
        with kept(state, state.job):
            job = old._observe(state.job.job_id, state)
            job = None if job is None else old._context.tags.seen(job)
        if job is None and not state.next_start.path:
            # The process of another provider may have deleted it there a moment ago.
            self._context.saved.records.look_again(state)
            path = self._recorded(desired) or self._recorded(state)
            state = replace(state, next_start=NextStart.at(path))
            if move(None, desired, state).loses:
                self._warn_of_loss(desired, state)
        reached = relocate(self._context, old._context, job, desired, state, deadline)
        if job is None and reached.started is not None:
            self._context.saved.records.drop(state)
        return reached

    def _warn_of_loss(self, desired: Desired, state: State) -> None:
        self._context.console.warn(
            f"{desired.name}: job {state.job.job_id} is gone, so it is made anew WITHOUT STATE; "
            f"what is left of it is in the bucket {state.value('obs_bucket')}"
        )

    def _recorded(self, whose: Desired | State) -> str:
        """The savepoint that waits for a resource's job; "" for none."""
        record = self._context.saved.records.find(whose)
        return "" if record is None else record.savepoint

    def demand_replaceable(self, desired: Desired, state: State, *, here: bool) -> None:
        """Refuse a replacement that would lose state.

        Args:
            desired: the program's wish.
            state: what is known of the job.
            here: whether it is replaced in its place.

        Raises:
            StateAtRisk: it would.
            JobForeign: the job carries another resource's mark now.
        """
        job = self._observe(state.job.job_id, state)
        if job is None:
            return
        job = self._context.seen(job, desired, state)
        if here:
            todo = plan(job, desired, state, replaced=True)
            refused, loses = todo.blocked, todo.loses
        else:
            leaves = move(job, desired, state)
            refused, loses = leaves.blocked, leaves.loses
        if not refused and loses and not desired.loss_told:
            refused = unsaid(job)
        if refused:
            raise StateAtRisk(refused)

    def refresh(self, job_id: int, state: State | None) -> Found | None:
        """What a job has come to; None when it is gone. See `refresh`."""
        return refresh(self._context, job_id, state)

    def tagged(self, job: JobDetail) -> JobDetail:
        """A job with its tags and its mark, where they can be read."""
        return self._context.tags.seen(job)

    def _observe(self, job_id: int, state: State) -> JobDetail | None:
        return observe(self._context, job_id, state)

    def remove(self, job_id: int, state: State, seconds: float) -> str:
        """Stop, delete and verify that the job is gone, as `on_delete` says.

        A job that is missing already is a success. A job that is not this resource's any
        more is left alone.

        Args:
            job_id: the job.
            state: what is known of it.
            seconds: the time allowed.

        Returns:
            The directory of the savepoint that it left; "" for none.

        Raises:
            StateAtRisk: the savepoint that `on_delete` asks for could not be had.
            DliError: the job still exists; the next `pulumi destroy` goes on.
        """
        deadline = Deadline(self._context.clock, seconds)
        job = self._observe(job_id, state)
        if job is None:
            return ""
        return remove(self._context, job, state, deadline)


def _another(job: JobDetail, state: State) -> str:
    """That an id belongs to another job now."""
    return (
        f"job {job.job_id} is not the job that this stack made: that one was made at "
        f"{date(state.job.create_time)}, this one, {job.name}, at "
        f"{date(job.create_time)}; `pulumi up --refresh` creates it anew"
    )
