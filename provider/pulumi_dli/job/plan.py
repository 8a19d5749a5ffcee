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

from pulumi_dli.job.detail import AT_REST, JobDetail, Phase, same
from pulumi_dli.job.options import OWNER_TAG, Desired, Stored
from pulumi_dli.job.spec import FIELDS, KEEP, Cost


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the definition that differs. `new` is the reset value of a removed field."""

    name: str
    old: Any
    new: Any

    @property
    def cost(self) -> Cost:
        """What it costs on a running job."""
        return FIELDS[self.name].cost


FRESH = "fresh"
"""Stored as `next_start`: the first start did not count, so there is no state to lose."""


LOST = "lost"
"""Stored as `next_start`: the stop left no savepoint, and an older one would not do."""


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
        refusal: why the job cannot be started, with the ways out; then no step is taken.
        recorded: arguments that only the state needs to know.
    """

    changes: tuple[Change, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    resets: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    add_tags: Mapping[str, str] = field(default_factory=dict)
    remove_tags: Mapping[str, str] = field(default_factory=dict)
    stop: bool = False
    savepoint: bool = False
    start: Start | None = None
    refusal: str = ""
    recorded: tuple[str, ...] = ()

    @property
    def touches(self) -> bool:
        """Whether the plan changes anything on the service, or would if it could."""
        return bool(
            self.body
            or self.stop
            or self.start
            or self.refusal
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
    stored: Stored | None,
    *,
    restarted: bool = False,
    tags: Mapping[str, str] | None = None,
) -> Plan:
    """Plan the way from a job as it is to what the program wants.

    Args:
        job: the job, live or as stored. A job that is starting counts as running.
        desired: the program's wish.
        stored: what the state knows; None when it knows nothing (a job taken over).
        restarted: whether an interrupted update already made the restart that a changed
            `restart_trigger` or `restore_from` asks for.
        tags: the live tags, where they were read.
    """
    changes, kept = differences(job, desired, stored)
    add, remove = _tags(desired, stored, tags)
    due = not restarted and restart_due(desired, stored)
    restart = due or any(change.cost is Cost.RESTART for change in changes)
    at_rest = job.phase in AT_REST
    stop = not at_rest and (not desired.running or restart)
    start, refusal = None, ""
    if desired.running:
        if stop:
            start = _restart(job, desired, stored, restarted=restarted)
        elif at_rest and (job.phase is not Phase.FINISHED or restart):
            start = _start(job, desired, stored)
            refusal = "" if start else _refusal(job)
    full = stop or start is not None
    return Plan(
        changes=changes,
        body=_body(job, desired, stored, changes, full=full),
        resets=tuple(c.name for c in changes if desired.spec.value(c.name) is None),
        kept=kept,
        add_tags=add,
        remove_tags=remove,
        stop=stop,
        savepoint=stop and desired.stateful and job.has_run,
        start=start,
        refusal=refusal,
        recorded=_recorded(desired, stored),
    )


def differences(
    job: JobDetail, desired: Desired, stored: Stored | None
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """The fields of the definition that differ, and the removed ones that the service keeps.

    A field that the service does not report is compared with the state instead.
    """
    changes: list[Change] = []
    kept: list[str] = []
    v2 = desired.spec.resource_config_version == "v2"
    for name, row in FIELDS.items():
        if row.cost is Cost.TAGS:
            continue
        wanted = desired.spec.value(name)
        old = _known(name, job, stored)
        if wanted is not None:
            if keeps_dropped(name, old, wanted, stored) or (
                not same(name, old, wanted, unordered=row.unordered)
                and not (old is None and stored is None and name not in job.values)
            ):
                changes.append(Change(name, old, wanted))
        elif row.reset is KEEP or (v2 and row.sizing):
            if stored is not None and name in stored.set_arguments:
                kept.append(name)
        elif keeps_dropped(name, old, None, stored) or (
            not same(name, old, None) and not same(name, old, row.default)
        ):
            changes.append(Change(name, old, row.reset))
    return tuple(changes), tuple(kept)


def keeps_dropped(name: str, live: Any, wanted: Any, stored: Stored | None) -> bool:
    """Whether `runtime_config` still holds keys that the program set before and now does not.

    Other keys beside the wanted ones are the service's own.
    """
    if name != "runtime_config" or stored is None or name not in stored.set_arguments:
        return False
    dropped = (stored.get(name) or {}).keys() - (wanted or {}).keys()
    return not dropped.isdisjoint(live or {})


def _known(name: str, job: JobDetail, stored: Stored | None) -> Any:
    """A field as the job reports it; as the state remembers it where the job says nothing."""
    if name in job.values or stored is None:
        return job.values.get(name)
    return stored.job.values.get(name)


def _body(
    job: JobDetail,
    desired: Desired,
    stored: Stored | None,
    changes: tuple[Change, ...],
    *,
    full: bool,
) -> dict[str, Any]:
    """What the PUT sends.

    With a restart, the whole definition that the program sets, because a job at rest takes
    every field. Live, only what differs, because the service refuses an unchanged
    `obs_bucket` on a running job. A draft that is as the program wants it needs no PUT.
    """
    changed = {change.name: change.new for change in changes}
    spec = desired.spec
    whole = {name: spec.value(name) for name in spec.set_names() if name != "tags"}
    certain = stored is not None or whole.keys() <= job.values.keys()
    if not full or (job.phase is Phase.DRAFT and not changed and certain):
        return changed
    return whole | changed


def _tags(
    desired: Desired, stored: Stored | None, live: Mapping[str, str] | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Tags to add and to remove; a job taken over keeps the tags that the program does not name."""
    wanted = desired.spec.tags or {}
    had = stored.tags if stored is not None else {}
    known = had if live is None else live
    add = {key: value for key, value in wanted.items() if known.get(key) != value}
    if stored is not None and stored.get("owner") not in (None, "", desired.owner):
        add[OWNER_TAG] = desired.owner
    return add, {key: value for key, value in had.items() if key not in wanted}


def _recorded(desired: Desired, stored: Stored | None) -> tuple[str, ...]:
    """The provider's own arguments that differ from the stored ones."""
    if stored is None:
        return ()
    own = desired.handling.model_dump(exclude_unset=True)
    return tuple(name for name in RECORDED if own.get(name) != stored.get(name))


def restart_due(desired: Desired, stored: Stored | None) -> bool:
    """Whether a changed `restart_trigger` or `restore_from` asks for a restart."""
    if stored is None:
        return False
    trigger = desired.handling.restart_trigger
    changed = trigger is not None and trigger != stored.get("restart_trigger")
    return changed or _restore_due(desired, stored)


def _restore_due(desired: Desired, stored: Stored | None) -> bool:
    """Whether the program names a directory that no start has used yet."""
    path = desired.handling.restore_from
    return path is not None and (stored is None or path != stored.get("restore_from"))


def _restart(job: JobDetail, desired: Desired, stored: Stored | None, *, restarted: bool) -> Start:
    """The start after a stop of ours."""
    if stored is not None and not restarted and _restore_due(desired, stored):
        return Start(Origin.IMPORT, str(desired.handling.restore_from))
    if not job.has_run:
        return Start(Origin.FRESH)
    return Start(Origin.SAVEPOINT if desired.stateful else Origin.STATELESS)


def _start(job: JobDetail, desired: Desired, stored: Stored | None) -> Start | None:
    """The start of a job at rest; None when it must not be started.

    Every start of a stateful job that has run before names its state.
    """
    pending = pending_start(job, stored)
    if _restore_due(desired, stored):
        return Start(Origin.IMPORT, str(desired.handling.restore_from))
    if job.phase is Phase.FINISHED:
        return Start(Origin.AGAIN)
    if pending == FRESH or (not job.has_run and not pending):
        return Start(Origin.FRESH)
    if not desired.stateful:
        return Start(Origin.STATELESS)
    if pending == LOST:
        return None
    if job.has_savepoint:
        return Start(Origin.SAVEPOINT, job.savepoint_path)
    return Start(Origin.IMPORT, pending) if pending else None


def _refusal(job: JobDetail) -> str:
    """Why a stateful job at rest is not started, and the ways out."""
    return (
        f"job {job.name} ({job.job_id}) ran before and is {job.phase} ({job.status}) without a "
        "savepoint, so starting it would lose its state; set `restore_from` to a savepoint or "
        "checkpoint directory, or `upgrade_mode` to `stateless` to start it empty"
    )


def pending_start(job: JobDetail, stored: Stored | None) -> str:
    """What the next start begins with, when no start has counted since the state was stored.

    A directory, `FRESH` or `LOST`; "" when only the live job can tell.
    """
    if stored is None or stored.job.phase is Phase.RUNNING:
        return ""
    return stored.next_start if job.start_time == stored.job.start_time else ""
