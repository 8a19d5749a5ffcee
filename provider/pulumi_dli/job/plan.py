"""What a change costs, which steps it takes, and from which state the job starts.

`plan` is a pure function of a job (live, or as the state remembers it), of what the program
wants, and of what is stored. Every way to a job goes through it, in preview and in `up`: a job
of the state, one of ours that is not in the state, one that is taken over, a replacement.
`pulumi_dli.preview.plan_line` turns a Plan into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_dli.job.bars import Bar, bars, bucketless
from pulumi_dli.job.canonical import canonical
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.differences import Change, differences, managed, sets_others
from pulumi_dli.job.field import Cost
from pulumi_dli.job.next_start import LIVE, NextStart
from pulumi_dli.job.options import OWNER_TAG
from pulumi_dli.job.restarts import asking, restart_mark, savepoint_due
from pulumi_dli.job.run_state import STARTING
from pulumi_dli.job.start import Start, blocked, has_state, hung, pending_start, restart, start
from pulumi_dli.job.state import State


@dataclass(frozen=True, slots=True)
class Body:
    """What a PUT sends: fields of the definition, and their new values."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether it sends anything."""
        return bool(self.values)

    def value(self, name: str) -> Any:
        """A field's new value; None where it is not sent."""
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of an update, in their order: stop, put, tags, start.

    Attributes:
        changes: fields of the definition that differ.
        body: what the PUT sends; empty when there is none.
        resets: fields of the body that the program no longer sets.
        kept: removed fields that the service keeps.
        add_tags, remove_tags: tags to change.
        saves: whether a savepoint of the running job is taken first, because the program asks.
        stop: whether the job is stopped first; `savepoint`: with a savepoint.
        start: the start that ends the update.
        unless: the start in its place, should the job's first start, which is under way, not come
            to run; None where that makes no difference.
        overwritten: the arguments whose objects the restart is for: they hold other bytes than
            those that the job runs on.
        loses: whether these give up the state of a job that kept it so far.
        forgets: whether the job runs on, but keeps its state over restarts no more.
        blocked: why the job cannot be started or changed, with the ways out; then no step is
            taken.
        bar: what that is about.
        recorded: arguments that only the state needs to know.
        waits: whether a start that is under way is waited for.
        rollback: why the job does not go back to its old definition if the new one fails; "" where
            it does, None where that is not asked for or there is nothing to go back from.
        asked: arguments that ask for the start by having changed.
        restart_mark: what the tag says of that; "" where nothing asks.
    """

    changes: tuple[Change, ...] = ()
    body: Body = Body()
    resets: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    add_tags: Mapping[str, str] = field(default_factory=dict)
    remove_tags: Mapping[str, str] = field(default_factory=dict)
    saves: bool = False
    stop: bool = False
    savepoint: bool = False
    start: Start | None = None
    unless: Start | None = None
    overwritten: tuple[str, ...] = ()
    loses: bool = False
    forgets: bool = False
    blocked: str = ""
    bar: Bar = Bar.START
    recorded: tuple[str, ...] = ()
    waits: bool = False
    rollback: str | None = None
    asked: tuple[str, ...] = ()
    restart_mark: str = ""

    @property
    def touches(self) -> bool:
        """Whether the plan changes anything on the service, or would if it could."""
        return bool(
            self.body
            or self.saves
            or self.stop
            or self.start
            or self.blocked
            or self.add_tags
            or self.remove_tags
        )

    @property
    def begins(self) -> str:
        """The directory that a start is known to begin from, unless the program names it."""
        return "" if self.start is None or self.start.named else self.start.path

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments that differ."""
        tags = {**self.add_tags, **self.remove_tags}
        return (
            *(change.name for change in self.changes),
            *(["tags"] if tags.keys() - {OWNER_TAG} else []),
            *(["owner"] if OWNER_TAG in tags else []),
            *self.kept,
            *self.recorded,
        )


RECORDED = (
    "desired_state",
    "upgrade_mode",
    "restore_from",
    "restart_trigger",
    "savepoint_trigger",
    "adopt_job_id",
    "rollback",
    "on_delete",
    "timeouts",
)


def plan(
    job: JobDetail,
    desired: Desired,
    state: State | None,
    *,
    replaced: bool = False,
    taken_over: bool = False,
    known: NextStart = LIVE,
) -> Plan:
    """Plan the way from a job as it is to what the program wants.

    Args:
        job: the job, live or as stored. A job that is starting counts as running.
        desired: the program's wish.
        state: what the state knows; None when it knows nothing (a job that is gone on with or
            taken over).
        replaced: whether the engine replaces the job in its place, which restarts it.
        taken_over: whether the job was another's: tags that the program does not name stay.
        known: what is known of the next start where there is no state.
    """
    changes, kept = differences(job, desired, state)
    add, remove = _tags(job, desired, state, taken_over=taken_over)
    asked = asking(job, desired, state)
    # A run state that a refresh found is no wish: it is taken as it stands.
    stale = () if state is None or desired.as_found else state.stale(job)
    due = replaced or bool(asked or stale)
    restarts = due or any(change.cost is Cost.RESTART for change in changes)
    at_rest = job.phase in AT_REST
    runs = not at_rest if desired.as_found else desired.running
    stop = not at_rest and (not runs or restarts)
    begins, why_not = None, ""
    starts = at_rest and (job.phase is not Phase.FINISHED or restarts)
    if runs and (stop or starts):
        way = restart if stop else start
        begins = way(job, desired, state, pending_start(job, state, known))
        why_not = "" if begins else blocked(job, desired, state)
    bar, barred = bars(job, changes, desired, state)
    holds = has_state(job, state, known)
    if holds and not barred and (forgotten := bucketless(job, desired, state)):
        bar, barred = Bar.BUCKET, forgotten
    told = {*kept, *(change.name for change in changes)}
    recorded = tuple(name for name in _recorded(desired, state) if name not in told)
    full = stop or begins is not None
    changed = full or changes or kept or add or remove or recorded
    if _to_mark(job, desired, state) and (changed or not _taken_in(desired, state)):
        add[OWNER_TAG] = desired.owner
    savepoint = stop and desired.stateful and job.has_run
    return Plan(
        changes=changes,
        body=_body(job, desired, state, changes, full=full),
        resets=tuple(c.name for c in changes if desired.spec.value(c.name) is None),
        kept=kept,
        add_tags=add,
        remove_tags=remove,
        saves=not at_rest and savepoint_due(desired, state),
        stop=stop,
        savepoint=savepoint,
        start=begins,
        unless=hung(job, desired, state, known) if savepoint else None,
        overwritten=stale,
        loses=holds
        and ((stop and not savepoint and job.has_run) or (begins is not None and begins.empty)),
        forgets=runs
        and not full
        and state is not None
        and state.stateful
        and not desired.stateful
        and job.has_run,
        blocked=barred or why_not,
        bar=bar,
        recorded=recorded,
        waits=state is not None and state.desired_state.startswith(STARTING) and not stop and runs,
        asked=() if begins is None else asked,
        restart_mark=restart_mark(job, desired, state) if state and begins and asked else "",
    )


def _body(
    job: JobDetail,
    desired: Desired,
    state: State | None,
    changes: tuple[Change, ...],
    *,
    full: bool,
) -> Body:
    """What the PUT sends.

    With a restart, the whole definition that the program sets, because a job at rest takes
    every field. Live, only what differs, because the service refuses an unchanged
    `obs_bucket` on a running job. A draft that is as the program wants it needs no PUT.
    """
    changed = {change.name: change.new for change in changes}
    if not full:
        return Body(changed)
    whole = desired.definition
    certain = state is not None or whole.keys() <= job.values.keys()
    if job.phase is Phase.DRAFT and not changed and certain:
        return Body(changed)
    return Body(whole | changed)


def _tags(
    job: JobDetail, desired: Desired, state: State | None, *, taken_over: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Tags to add and to remove."""
    wanted = desired.spec.tags or {}
    stored = {} if state is None else state.value("tags")
    there = canonical("tags", job.values.get("tags", stored)) or {}
    add = {key: value for key, value in wanted.items() if there.get(key) != value}
    ours = there
    if state is not None or taken_over:
        ours = managed("tags", there, wanted, state) or {}
    return add, {key: value for key, value in ours.items() if key not in wanted}


def _to_mark(job: JobDetail, desired: Desired, state: State | None) -> bool:
    """Whether the job has to be given the ownership mark."""
    if state is not None and state.mark and state.owner == desired.owner:
        return False  # it could not be written
    if job.mark is None:
        return state is not None and (state.owner != desired.owner or bool(state.foreign))
    return job.mark != desired.owner


def _taken_in(desired: Desired, state: State | None) -> bool:
    """Whether a job is as an import left it: it is marked with the first change of any kind."""
    return state is not None and state.taken_in and not sets_others(desired, state)


def _recorded(desired: Desired, state: State | None) -> tuple[str, ...]:
    """The provider's own arguments that differ from the stored ones, and what is set as it is."""
    if state is None:
        return ()
    before = Desired.read(state.ours)
    owner = ("owner",) if state.taken_in and state.mark == desired.owner else ()
    others = (
        name
        for name in RECORDED
        if (name != "restore_from" or desired.running)  # it is due until a start has used it
        and (name in before.open or desired.value(name) != before.value(name))
    )
    open_ = {"tags", *desired.unknown}
    as_it_is = (name for name in sets_others(desired, state) if name not in open_)
    return (*owner, *others, *as_it_is)
