"""The verbs: deploy, change, observe, remove. Engine-free: no Pulumi, no printing, no global state.

Each verb reads the live job first and does only the steps that are missing, so that any
operation that broke off, however it broke off, is finished by doing it again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pulumi_dli.detail import AT_REST, JobDetail, Phase
from pulumi_dli.errors import (
    ApiError,
    DliError,
    JobError,
    JobForeign,
    JobGone,
    NotFoundError,
    StateAtRisk,
)
from pulumi_dli.handling import OWNER_TAG, Desired, Stored
from pulumi_dli.jobs import Jobs
from pulumi_dli.ownership import Owner, Ownership
from pulumi_dli.plan import Origin, Plan, Start, plan, restart_due
from pulumi_dli.steps import STALE, Steps, Work, unused_after
from pulumi_dli.waiter import Clock, Deadline, Report

RESTART_TAG = "pulumi-restart"
"""Key of the tag that tells which restart asked for by the program was already made."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation left behind.

    Attributes:
        job: the job as last seen.
        put_time: `update_time` of the answer to the PUT; 0 when nothing was put.
        started: whether a start was accepted, so that `restart_trigger` and `restore_from`
            have had their effect.
        unused: a savepoint that no start has used up yet.
        written: the fields that were put.
    """

    job: JobDetail
    put_time: int = 0
    started: bool = False
    unused: str = ""
    written: frozenset[str] = frozenset()


class Incomplete(DliError):
    """An operation changed the service and then failed: the state must know how the job stands."""

    def __init__(self, outcome: Outcome, cause: DliError) -> None:
        super().__init__(str(cause))
        self.outcome = outcome
        self.uncertain = cause.uncertain


class Lifecycle:
    """The verbs for the jobs of one project.

    Args:
        jobs: the DLI client.
        clock: time.
        report: takes progress lines.
        warn: takes warnings.
        guard: called before each request that changes something; raises to end the
            operation there.
    """

    def __init__(  # noqa: PLR0913 -- every seam is an argument
        self,
        jobs: Jobs,
        *,
        ownership: Ownership,
        clock: Clock,
        report: Report,
        warn: Report,
        guard: Callable[[], None],
    ) -> None:
        self._jobs = jobs
        self._ownership = ownership
        self._clock = clock
        self._warn = warn
        self._guard = guard
        self._steps = Steps(jobs, report=report, guard=guard)

    def deploy(self, desired: Desired, seconds: float) -> Outcome:
        """Bring a job into being, or go on with what an interrupted create left.

        Args:
            desired: the program's wish.
            seconds: the time allowed.

        Raises:
            JobForeign: a job of that name exists and is not this resource's.
            Incomplete: the job exists, but is not yet as it should be.
            DliError: nothing was changed.
        """
        deadline = Deadline(self._clock, seconds)
        if desired.handling.adopt_job_id is not None:
            return self._adopt(desired, desired.handling.adopt_job_id, deadline)
        job = self._ownership.named(desired.spec.name)
        if job is not None:
            self._demand_ours(job, desired)
            made = _date(job.create_time)
            self._warn(
                f"job {job.name} ({job.job_id}), made at {made} by an earlier `up` that did not "
                "end, is this resource's: going on with it"
            )
            return self._take_over(job, desired, deadline)
        job_id = self._create(desired, deadline)
        draft = JobDetail(job_id=job_id, name=desired.spec.name, status="job_init")
        work = Work(deadline, desired.handling.timeouts.settle, draft, changed=True)
        return self._finish(work, None, lambda: self._first_start(work, desired))

    def change(self, job_id: int, desired: Desired, stored: Stored, seconds: float) -> Outcome:
        """Bring an existing job to what the program wants.

        Raises:
            JobGone: it no longer exists, or its id now belongs to another job.
            StateAtRisk: going on would lose state; nothing was changed.
            Incomplete: something was changed, but the job is not yet as it should be.
            DliError: nothing was changed.
        """
        job = self._steps.look(job_id)
        _demand_same(job, stored)
        deadline = Deadline(self._clock, seconds)
        work = Work(deadline, desired.handling.timeouts.settle, job)
        return self._finish(work, stored, lambda: self._bring(work, desired, stored))

    def observe(self, job_id: int, stored: Stored | None) -> JobDetail | None:
        """The live job; None when it no longer exists or its id belongs to another job now."""
        try:
            job = self._jobs.details(job_id)
        except NotFoundError:
            return None
        return None if stored is not None and _is_another(job, stored) else job

    def remove(self, job_id: int, stored: Stored, seconds: float) -> None:
        """Stop, delete and verify that the job is gone, as `on_delete` says.

        A job that is missing already is a success. A job that is not this resource's any
        more is left alone.

        Raises:
            StateAtRisk: the savepoint that `on_delete` asks for could not be had.
            DliError: the job still exists; the next `pulumi destroy` goes on.
        """
        job = self.observe(job_id, stored)
        if job is None:
            return
        title = f"job {job.name} ({job_id})"
        if stored.get("on_delete") == "retain":
            self._warn(f"{title} is kept, as `on_delete` says; it is {job.phase}")
            return
        owner, mark = self._ownership.owner(job, str(stored.get("owner") or ""))
        if owner is Owner.OTHER:
            self._warn(f"{title} now carries the mark {mark} of another resource: left alone")
            return
        timeouts = stored.get("timeouts") or {}
        work = Work(Deadline(self._clock, seconds), float(timeouts.get("settle") or 0), job)
        self._stop_for_delete(work, stored)
        self._delete(work)

    # -- create -------------------------------------------------------------------------

    def _create(self, desired: Desired, deadline: Deadline) -> int:
        """Create the draft; after a lost answer look for it by name before trying again."""
        spec = desired.spec
        values = {name: spec.value(name) for name in spec.set_names()}
        values["tags"] = {**(spec.tags or {}), OWNER_TAG: desired.owner}
        self._guard()
        try:
            return self._jobs.create(values)
        except DliError as error:
            if not error.uncertain:
                raise
            until = self._clock.now() + min(STALE, deadline.left)
            while True:
                job = self._ownership.named(spec.name)
                if job is not None:
                    self._demand_ours(job, desired)
                    return job.job_id
                if self._clock.now() >= until:
                    raise
                self._clock.sleep(1.0)

    def _first_start(self, work: Work, desired: Desired) -> None:
        if not desired.running:
            work.job = self._steps.look(work.job.job_id)
            return
        path = desired.handling.restore_from
        start = Start(Origin.IMPORT, path) if path else Start(Origin.FRESH)
        self._steps.start(work, start)

    def _adopt(self, desired: Desired, job_id: int, deadline: Deadline) -> Outcome:
        """Take over the job that the program names, changing only what differs."""
        try:
            job = self._jobs.details(job_id)
        except NotFoundError:
            raise JobGone(
                f"adopt_job_id: there is no job {job_id}; name an existing job, or remove "
                "`adopt_job_id` to create one"
            ) from None
        return self._take_over(job, desired, deadline)

    def _take_over(self, job: JobDetail, desired: Desired, deadline: Deadline) -> Outcome:
        work = Work(deadline, desired.handling.timeouts.settle, job)

        def bring() -> None:
            owner, mark = self._ownership.owner(job, desired.owner)
            if owner is Owner.OTHER:
                self._guard()
                self._jobs.add_tags(job.job_id, {OWNER_TAG: desired.owner})
                work.changed = True
                self._warn(
                    f"job {job.name} ({job.job_id}) carried the mark {mark} of another resource "
                    "and now carries this one's"
                )
            self._bring(work, desired, None)

        return self._finish(work, None, bring)

    def _demand_ours(self, job: JobDetail, desired: Desired) -> None:
        owner, mark = self._ownership.owner(job, desired.owner)
        if owner is Owner.OURS:
            return
        whose = f"carries the mark {mark}" if mark else "carries no mark of this resource"
        raise JobForeign(
            f"a job named {job.name} exists already: job {job.job_id}, made at "
            f"{_date(job.create_time)}, {whose}; if this resource was renamed, give it "
            "`aliases=[…]` with its old name; to take that job over, set "
            f"`adopt_job_id={job.job_id}`; else choose another `name`"
        )

    # -- change -------------------------------------------------------------------------

    def _bring(self, work: Work, desired: Desired, stored: Stored | None) -> None:
        """Do the steps that are missing."""
        self._let_it_settle(work, desired, stored)
        todo = self._plan(work.job, desired, stored)
        if todo.refusal:
            raise StateAtRisk(todo.refusal)
        for name in todo.kept:
            self._warn(f"{name} is no longer set, but the service keeps its value")
        if todo.stop:
            self._steps.stop(work, savepoint=todo.savepoint)
        if todo.body:
            self._put(work, todo, desired, stored)
        self._change_tags(work, todo, desired, stored)
        if todo.start is not None:
            self._steps.start(work, todo.start)
        elif todo.resets or todo.stop:
            work.job = self._steps.look(work.job.job_id)

    def _plan(self, job: JobDetail, desired: Desired, stored: Stored | None) -> Plan:
        """The plan from the live job, with the tags where they matter."""
        restarted, tags = False, None
        takes_tags = stored is None and bool(desired.spec.tags)
        if takes_tags or (restart_due(desired, stored) and job.phase not in AT_REST):
            tags = self._live_tags(job)
            restarted = tags.get(RESTART_TAG) == _restart_mark(desired)
        return plan(job, desired, stored, restarted=restarted, tags=tags if takes_tags else None)

    def _let_it_settle(self, work: Work, desired: Desired, stored: Stored | None) -> None:
        """Wait for a stop or a start that is under way already.

        A job that hangs in its start is not waited for when it must be stopped anyway and
        holds no state yet.
        """
        phase = work.job.phase
        if phase is Phase.STOPPING:
            self._steps.await_stop(work, savepoint=False)
        elif phase is Phase.SAVEPOINTING:
            self._steps.await_rest(work, "to end its savepoint", phase)
            self._let_it_settle(work, desired, stored)
        elif phase is Phase.STARTING:
            stateless = not desired.stateful or not work.job.has_run
            if stateless and self._plan(work.job, desired, stored).stop:
                return
            if desired.running:
                self._steps.await_start(work)
            else:
                self._steps.await_rest(work, "to leave its start", phase)

    def _put(self, work: Work, todo: Plan, desired: Desired, stored: Stored | None) -> None:
        """Send the PUT; if it is refused after our stop, bring the old definition back up."""
        was_running = todo.stop or (
            stored is not None
            and stored.get("desired_state") == "running"
            and work.job.phase is Phase.STOPPED
        )
        try:
            self._steps.put(work, todo.body)
        except ApiError as error:
            if error.uncertain or not was_running or work.job.phase not in AT_REST:
                raise
            raise self._back_to_old(work, todo, desired, error) from None

    def _back_to_old(self, work: Work, todo: Plan, desired: Desired, refusal: ApiError) -> DliError:
        """Start the old definition again from its savepoint; the error that tells of it all."""
        if work.job.has_savepoint:
            start = Start(Origin.SAVEPOINT, work.job.savepoint_path)
        elif desired.stateful and work.job.has_run:
            return JobError(f"{refusal}; the job is stopped, with its old definition")
        else:
            start = todo.start or Start(Origin.STATELESS)
        try:
            self._steps.start(work, start)
        except DliError as error:
            return JobError(f"{refusal}; and its old definition did not start again: {error}")
        work.started = False  # the old definition runs: what the program asked for was not done
        return JobError(f"{refusal}; the job runs again with its old definition")

    def _change_tags(self, work: Work, todo: Plan, desired: Desired, stored: Stored | None) -> None:
        """Change tags; a region without the tag endpoints gets one warning."""
        job_id = work.job.job_id
        add = dict(todo.add_tags)
        if todo.stop and restart_due(desired, stored):
            add[RESTART_TAG] = _restart_mark(desired)
        try:
            if todo.remove_tags:
                self._guard()
                self._jobs.remove_tags(job_id, todo.remove_tags)
                work.changed = True
            if add:
                self._guard()
                self._jobs.add_tags(job_id, add)
                work.changed = True
        except ApiError as error:
            if error.uncertain:
                raise
            self._warn(f"the tags of job {job_id} were not changed: {error}")

    def _live_tags(self, job: JobDetail) -> dict[str, str]:
        try:
            return self._jobs.tags(job.job_id)
        except ApiError as error:
            if error.uncertain:
                raise
            return {}

    def _finish(self, work: Work, stored: Stored | None, steps: Callable[[], None]) -> Outcome:
        """Do the steps; once something was changed, a failure tells how the job stands."""
        try:
            steps()
        except DliError as error:
            if not work.changed:
                raise
            with contextlib.suppress(DliError):  # else the job as last seen must do
                work.job = self._jobs.details(work.job.job_id)
            raise Incomplete(_outcome(work, stored), error) from None
        return _outcome(work, stored)

    # -- delete -------------------------------------------------------------------------

    def _stop_for_delete(self, work: Work, stored: Stored) -> None:
        policy = stored.get("on_delete") or ("savepoint" if stored.stateful else "stop")
        if work.job.phase is Phase.STOPPING:
            self._steps.await_stop(work, savepoint=False)
        if work.job.phase is Phase.SAVEPOINTING:
            self._steps.await_rest(work, "to end its savepoint", Phase.SAVEPOINTING)
        if work.job.phase in AT_REST:
            return
        savepoint = policy == "savepoint" and work.job.has_run
        if savepoint and work.job.phase is Phase.STARTING:
            self._steps.await_start(work)
        try:
            self._steps.stop(work, savepoint=savepoint)
        except StateAtRisk as error:
            raise StateAtRisk(
                f'{error}. The job was not deleted; `on_delete="stop"`, brought in by a '
                "`pulumi up`, allows deleting it without a savepoint"
            ) from None
        if savepoint:
            self._warn(
                f"job {work.job.name} ({work.job.job_id}) left its savepoint at "
                f"{work.job.savepoint_path}; `restore_from` starts another job from it"
            )

    def _delete(self, work: Work) -> None:
        job_id = work.job.job_id
        until = work.deadline
        self._guard()
        try:
            self._jobs.delete(job_id)
        except NotFoundError:
            return
        while self.observe(job_id, None) is not None:
            if until.left <= 0:
                raise JobError(
                    f"job {work.job.name} ({job_id}) was deleted, but the service still shows it "
                    f"after {until.seconds:.0f} s; `pulumi destroy` looks again"
                )
            self._clock.sleep(1.0)


def _outcome(work: Work, stored: Stored | None) -> Outcome:
    return Outcome(work.job, work.put_time, work.started, unused_after(work, stored), work.written)


def _restart_mark(desired: Desired) -> str:
    own = desired.handling
    text = f"{own.restart_trigger}\n{own.restore_from}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _is_another(job: JobDetail, stored: Stored) -> bool:
    """Ids are not enough to know a job by: a job with another creation time is another job."""
    known = stored.job.create_time
    return bool(known and job.create_time and known != job.create_time)


def _demand_same(job: JobDetail, stored: Stored) -> None:
    if _is_another(job, stored):
        raise JobGone(
            f"job {job.job_id} is not the job that this stack made: that one was made at "
            f"{_date(stored.job.create_time)}, this one, {job.name}, at {_date(job.create_time)}; "
            "`pulumi up --refresh` creates it anew"
        )


def _date(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
