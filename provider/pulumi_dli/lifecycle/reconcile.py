"""Bring an existing job to what the program wants: only the steps that are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from pulumi_dli.errors import (
    ApiError,
    DliError,
    JobError,
    JobForeign,
    MissingEndpoint,
    StartFailed,
    StateAtRisk,
)
from pulumi_dli.job.bars import Bar
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.next_start import LIVE, LOST, NextStart
from pulumi_dli.job.options import OWNER_TAG
from pulumi_dli.job.plan import Body, Plan, plan
from pulumi_dli.job.restarts import RESTART_TAG, restore_made
from pulumi_dli.job.run_state import is_up
from pulumi_dli.job.start import Origin, Start
from pulumi_dli.job.state import UNMARKED, State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.demands import demand_objects, demand_queue
from pulumi_dli.lifecycle.meanwhile import tell_of_stop, unsaid
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.rollback import go_back, start

NO_TAGS = (
    "this region has no endpoints for tags: jobs keep the tags that they were created with, "
    "whatever the program says, and a restart that is interrupted may be made again"
)


_ERRORS = {Bar.MARK: JobForeign, Bar.HAND: JobError}


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The way of one job to the program's wish.

    Attributes:
        context: the client and what goes with it.
        operation: how far it got.
        desired: the program's wish.
        state: what the state knows; None when it knows nothing (a job that is gone on with or
            taken over).
        replaced: whether the engine replaces the job in its place, which restarts it.
        taken_over: whether the job was another's.
        known: what is known of the next start where there is no state.
        looked: the job as its line knew it, where it was looked at for that.
    """

    context: Context
    operation: Operation
    desired: Desired
    state: State | None
    replaced: bool = False
    taken_over: bool = False
    known: NextStart = LIVE
    looked: JobDetail | None = None

    def run(self) -> None:
        """Do the steps that are missing.

        Raises:
            StateAtRisk: a start would lose state, or a savepoint failed.
            DliError: a step failed.
        """
        self._await_rest()
        turns = self.context.turns
        if not turns.most or self._plan(self._seen()).start is None:
            self._bring()
            return
        queue = self.desired.spec.queue_name or self.operation.job.value("queue_name") or ""
        with turns.turn(self.operation, str(queue)):  # before the stop: it waits running
            self.operation.job = self.context.waits.look(self.operation.job.job_id)
            self._await_rest()
            self._bring()

    def _bring(self) -> None:
        steps, operation = self.context.steps, self.operation
        before = self._seen()
        todo = self.context.saved.copies.armed(before, self.desired, self.state, self._plan(before))
        if todo.blocked:
            raise _ERRORS.get(todo.bar, StateAtRisk)(todo.blocked)
        if operation.job.has_savepoint and not before.has_savepoint:
            # What it holds was imported for a start that was not made: should this one fail too,
            # the next begins from its own.
            operation.next_start = self._own()
        if todo.loses and not self.desired.loss_told:
            raise StateAtRisk(unsaid(operation.job, operation.so_far))
        if self.desired.armed_told and todo.start is not None and todo.rollback != "":
            job = operation.job
            raise JobError(
                f"job {job.name} ({job.job_id}) was to go back if its new definition fails, and "
                f"could not: {todo.rollback or f'it is {job.phase} ({job.status}) now'}; nothing "
                "was changed, run this again"
            )
        self._demand_needed(todo)
        self._tell_of_stop(todo.start, before)
        if todo.kept:
            self.context.console.warn(
                f"no longer set, but the service keeps its value: {', '.join(todo.kept)}"
            )
        bucket = todo.body.value("obs_bucket")
        saves_first = todo.saves and todo.stop
        if (
            (todo.savepoint or saves_first)
            and bucket
            and not operation.job.values.get("obs_bucket")
        ):
            # The savepoint needs the bucket that the program adds only now.
            steps.put(operation, Body({"obs_bucket": bucket}))
        if saves_first:
            steps.savepoint(operation)
        if todo.stop:
            steps.stop(operation, savepoint=todo.savepoint)
        if todo.rollback == "":
            self._copy()
        if todo.body:
            self._put(todo)
        self._change_tags(todo)
        if todo.saves and not todo.stop:
            steps.savepoint(operation)
        if todo.start is not None:
            self._start(todo, todo.start, before)
        elif todo.resets or todo.stop:
            operation.job = self.context.waits.look(operation.job.job_id)

    def _tell_of_stop(self, begins: Start | None, before: JobDetail) -> None:
        """Warn that the job is begun from what is left, where its line had it running."""
        said = self.looked is not None and self.looked.phase in AT_REST
        if begins is None or self.state is None or said:
            return
        # The line knew of a start that a killed run made from the named directory.
        if not begins.named or restore_made(before, self.desired, self.state):
            tell_of_stop(self.context, before, self.state, begins.path)

    def _demand_needed(self, todo: Plan) -> None:
        """Raise JobError when what the start needs certainly is not there."""
        if todo.start is None:
            return
        if any(change.name == "queue_name" for change in todo.changes):
            demand_queue(self.context, self.desired)
        demand_objects(self.context, self.desired, todo.start, self.operation.so_far)

    def _await_rest(self) -> None:
        """Wait for a stop or a start that is under way already.

        A job that hangs in its start is not waited for when it must be stopped anyway and
        holds no state yet.
        """
        waits, operation = self.context.waits, self.operation
        if operation.job.phase is Phase.DRAFT and self._has_run:
            waits.linger(operation, Phase.DRAFT)  # a status from before the start shows still
        if operation.job.phase is Phase.SAVEPOINTING:
            waits.left(operation, "to end its savepoint", Phase.SAVEPOINTING)
        if operation.job.phase is Phase.STOPPING:
            waits.stopped(operation, savepoint=False)
        if operation.job.phase is not Phase.STARTING:
            return
        if self.desired.stateful and not self._has_run:
            waits.linger(operation, Phase.STARTING)
        if operation.job.phase is not Phase.STARTING:
            return
        empty = not self.desired.stateful or not self._has_run
        if empty and self._plan(self._seen()).stop:
            return
        if self.desired.running:
            waits.started(operation)
        else:
            waits.left(operation, "to leave its start", Phase.STARTING)

    @property
    def _has_run(self) -> bool:
        """Whether the job ever ran, by what is seen of it or by what the state knows."""
        return self._aged(self.operation.job).has_run

    def _aged(self, job: JobDetail) -> JobDetail:
        return job if self.state is None else self.state.aged(job)

    def _seen(self) -> JobDetail:
        """The live job, as far as it can be seen."""
        job = self._aged(self.operation.job)
        return self.context.seen(job, self.desired, self.state, self.known)

    def _own(self) -> NextStart:
        """What a job that holds a foreign directory begins from once the program names none."""
        unnamed = self.desired.without("restore_from")
        found = self.context.seen(self.operation.job, unnamed, self.state, self.known).checkpoint
        return LOST if found is None or found.unused else NextStart.at(found.path)

    def _plan(self, job: JobDetail) -> Plan:
        return plan(
            job,
            self.desired,
            self.state,
            replaced=self.replaced,
            taken_over=self.taken_over,
            known=self.known,
        )

    def _copy(self) -> None:
        """Copy the savepoint of the stop; where that cannot be, the job runs on as it was.

        Raises:
            JobError: there can be none; tells how the job stands.
        """
        context, job, state = self.context, self.operation.job, self.state
        if state is None:  # no plan is armed then
            return
        try:
            guard = partial(context.console.guard, begun=True)
            saved = context.saved.copies.save(state, job.savepoint_path, guard)
        except DliError as error:
            text = f"no copy of the savepoint could be made, so nothing was changed: {error}"
            raise self._back(JobError(text)) from None
        context.saved.records.keep(state, saved, job, state)
        self.operation.saved = saved

    def _start(self, todo: Plan, begins: Start, before: JobDetail) -> None:
        """Start the job; with a copy of its savepoint at hand, go back where that fails."""
        context, operation, state = self.context, self.operation, self.state
        begin = partial(context.start, operation, begins, self.desired)
        if not operation.saved or state is None:
            begin()
            return
        back = partial(go_back, context, operation, before, todo, state)
        start(context, operation, self.desired, begin, back)

    def _put(self, todo: Plan) -> None:
        """Send the PUT; if it is refused after our stop, bring the old definition back up."""
        operation = self.operation
        wanted_up = self.state is not None and is_up(self.state.desired_state)
        ours = todo.stop or (wanted_up and operation.job.phase is Phase.STOPPED)
        try:
            self.context.steps.put(operation, todo.body)
        except ApiError as error:
            at_rest = operation.job.phase in AT_REST
            if error.uncertain or not ours or not self.desired.running or not at_rest:
                raise
            raise self._back(error) from None

    def _back(self, refusal: DliError) -> DliError:
        """Start the old definition again from its savepoint; the error that tells of it all."""
        operation = self.operation
        start = Start(Origin.STATELESS)
        if operation.job.has_savepoint:
            start = Start(Origin.SAVEPOINT, operation.job.savepoint_path)
        elif self.desired.stateful and self._has_run:
            return JobError(f"{refusal}; the job is stopped, with its old definition")
        again = f"{refusal}; and its old definition did not start again"
        try:
            self.context.start(operation, start, self.desired)
        except StartFailed as error:
            return StartFailed(f"{again}: {error.failure}", error.way)
        except DliError as error:
            return JobError(f"{again}: {error}")
        operation.started = False  # what the program asked for was not done
        return JobError(f"{refusal}; the job runs again with its old definition")

    def _change_tags(self, todo: Plan) -> None:
        """Change tags. A region without the tag endpoints is worth one warning, not one a job."""
        console, operation = self.context.console, self.operation
        add = dict(todo.add_tags)
        if todo.restart_mark:
            add[RESTART_TAG] = todo.restart_mark
        try:
            self.context.steps.change_tags(operation, add, todo.remove_tags)
        except MissingEndpoint:
            console.warn(NO_TAGS)
            self._keep_mark(add)
        except ApiError as error:
            if error.uncertain:
                raise
            console.warn(f"the tags of job {operation.job.job_id} were not changed: {error}")
            self._keep_mark(add)
        operation.written |= {"tags"}

    def _keep_mark(self, add: Mapping[str, str]) -> None:
        """Remember the mark that stands on the job, where it could not be rewritten."""
        if OWNER_TAG in add and self.state is not None:
            self.operation.mark = self.state.mark or self.state.owner or UNMARKED
