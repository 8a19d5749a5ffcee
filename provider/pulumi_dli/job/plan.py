"""What a change costs, which steps it takes, and from which state the job starts.

`plan` is a pure function of a job (live, or as the state remembers it), of what the program
wants, and of what is stored. Preview calls it with the stored job, the update with the live
one, so both follow the same rules. `pulumi_dli.preview.plan_line` turns a Plan into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.differences import Change, differences
from pulumi_dli.job.field import Cost
from pulumi_dli.job.next_start import FRESH, LIVE, LOST, NextStart
from pulumi_dli.job.options import OWNER_TAG
from pulumi_dli.job.state import State


class Origin(StrEnum):
    """The state that a start begins with."""

    FRESH = "fresh"
    """The job never ran: there is no state."""

    SAVEPOINT = "savepoint"
    """The latest savepoint that the service holds for the job."""

    IMPORT = "import"
    """A savepoint or checkpoint directory that is imported first."""

    STATELESS = "stateless"
    """None, although the job ran before: asked for, or there is no bucket."""

    AGAIN = "again"
    """None: the job had finished, and runs again from the beginning."""


@dataclass(frozen=True, slots=True)
class Start:
    """A start and the state it begins with. `path` is "" where it is not known yet."""

    origin: Origin
    path: str = ""

    @property
    def resumes(self) -> bool:
        """Whether the service is asked to resume from a savepoint."""
        return self.origin in (Origin.SAVEPOINT, Origin.IMPORT)


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
        stop: whether the job is stopped first; `savepoint`: with a savepoint.
        start: the start that ends the update.
        blocked: why the job cannot be started, with the ways out; then no step is taken.
        recorded: arguments that only the state needs to know.
    """

    changes: tuple[Change, ...] = ()
    body: Body = Body()
    resets: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    add_tags: Mapping[str, str] = field(default_factory=dict)
    remove_tags: Mapping[str, str] = field(default_factory=dict)
    stop: bool = False
    savepoint: bool = False
    start: Start | None = None
    blocked: str = ""
    recorded: tuple[str, ...] = ()

    @property
    def touches(self) -> bool:
        """Whether the plan changes anything on the service, or would if it could."""
        return bool(
            self.body
            or self.stop
            or self.start
            or self.blocked
            or self.add_tags
            or self.remove_tags
        )


RECORDED = (
    "desired_state",
    "upgrade_mode",
    "restore_from",
    "restart_trigger",
    "adopt_job_id",
    "on_delete",
    "timeouts",
)


def plan(
    job: JobDetail,
    desired: Desired,
    state: State | None,
    *,
    restarted: bool = False,
    tags: Mapping[str, str] | None = None,
) -> Plan:
    """Plan the way from a job as it is to what the program wants.

    Args:
        job: the job, live or as stored. A job that is starting counts as running.
        desired: the program's wish.
        state: what the state knows; None when it knows nothing (a job taken over).
        restarted: whether an interrupted update already made the restart that a changed
            `restart_trigger` or `restore_from` asks for.
        tags: the live tags, where they were read.
    """
    changes, kept = differences(job, desired, state)
    add, remove = _tags(desired, state, tags)
    due = not restarted and restart_due(desired, state)
    restart = due or any(change.cost is Cost.RESTART for change in changes)
    at_rest = job.phase in AT_REST
    stop = not at_rest and (not desired.running or restart)
    start, blocked = None, ""
    if desired.running:
        if stop:
            start = _restart(job, desired, state, restarted=restarted)
        elif at_rest and (job.phase is not Phase.FINISHED or restart):
            start = _start(job, desired, state)
            blocked = "" if start else _blocked(job)
    full = stop or start is not None
    return Plan(
        changes=changes,
        body=_body(job, desired, state, changes, full=full),
        resets=tuple(c.name for c in changes if desired.spec.value(c.name) is None),
        kept=kept,
        add_tags=add,
        remove_tags=remove,
        stop=stop,
        savepoint=stop and desired.stateful and job.has_run,
        start=start,
        blocked=blocked,
        recorded=_recorded(desired, state),
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
    spec = desired.spec
    whole = {name: spec.value(name) for name in spec.set_names() if name != "tags"}
    certain = state is not None or whole.keys() <= job.values.keys()
    if not full or (job.phase is Phase.DRAFT and not changed and certain):
        return Body(changed)
    return Body(whole | changed)


def _tags(
    desired: Desired, state: State | None, live: Mapping[str, str] | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Tags to add and to remove; a job taken over keeps the tags that the program does not name."""
    wanted = desired.spec.tags or {}
    had = state.tags if state is not None else {}
    known = had if live is None else live
    add = {key: value for key, value in wanted.items() if known.get(key) != value}
    if state is not None and state.owner not in ("", desired.owner):
        add[OWNER_TAG] = desired.owner
    return add, {key: value for key, value in had.items() if key not in wanted}


def _recorded(desired: Desired, state: State | None) -> tuple[str, ...]:
    """The provider's own arguments that differ from the stored ones."""
    if state is None:
        return ()
    before = Desired.read(state.ours)
    # A run state that was found is no valid wish, and differs from every one.
    return tuple(
        name
        for name in RECORDED
        if name in before.open or desired.value(name) != before.value(name)
    )


def restart_due(desired: Desired, state: State | None) -> bool:
    """Whether a changed `restart_trigger` or `restore_from` asks for a restart."""
    if state is None:
        return False
    trigger = desired.options.restart_trigger
    changed = trigger is not None and trigger != state.restart_trigger
    return changed or _restore_due(desired, state)


def _restore_due(desired: Desired, state: State | None) -> bool:
    """Whether the program names a directory that no start has used yet."""
    path = desired.options.restore_from
    return path is not None and (state is None or path != state.restore_from)


def _restart(job: JobDetail, desired: Desired, state: State | None, *, restarted: bool) -> Start:
    """The start after a stop of ours."""
    if state is not None and not restarted and _restore_due(desired, state):
        return Start(Origin.IMPORT, str(desired.options.restore_from))
    if not job.has_run:
        return Start(Origin.FRESH)
    return Start(Origin.SAVEPOINT if desired.stateful else Origin.STATELESS)


def _start(job: JobDetail, desired: Desired, state: State | None) -> Start | None:
    """The start of a job at rest; None when it must not be started.

    Every start of a stateful job that has run before names its state.
    """
    pending = pending_start(job, state)
    if _restore_due(desired, state):
        return Start(Origin.IMPORT, str(desired.options.restore_from))
    if job.phase is Phase.FINISHED:
        return Start(Origin.AGAIN)
    if pending == FRESH or (not job.has_run and pending == LIVE):
        return Start(Origin.FRESH)
    if not desired.stateful:
        return Start(Origin.STATELESS)
    if pending == LOST:
        return None
    if job.has_savepoint:
        return Start(Origin.SAVEPOINT, job.savepoint_path)
    return Start(Origin.IMPORT, pending.path) if pending.path else None


def _blocked(job: JobDetail) -> str:
    """Why a stateful job at rest is not started, and the ways out."""
    return (
        f"job {job.name} ({job.job_id}) ran before and is {job.phase} ({job.status}) without a "
        "savepoint, so starting it would lose its state; set `restore_from` to a savepoint or "
        "checkpoint directory, or `upgrade_mode` to `stateless` to start it empty"
    )


def pending_start(job: JobDetail, state: State | None) -> NextStart:
    """What the next start begins with, when no start has counted since the state was stored."""
    if state is None or state.job.phase is Phase.RUNNING:
        return LIVE
    return state.next_start if job.start_time == state.job.start_time else LIVE
