"""Going back to the definition that ran before: whether that can be done, and what it puts back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pulumi_dli.job.canonical import is_empty
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.field import KEEP, Cost
from pulumi_dli.job.object_url import named_objects, overwritable
from pulumi_dli.job.options import OWNER_TAG
from pulumi_dli.job.plan import Body, Plan
from pulumi_dli.job.restarts import RESTART_TAG
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.start import Origin
from pulumi_dli.job.state import State

_APART = ("flink_version", "feature", "image", "obs_bucket")
"""Fields of which another value makes another home of the state: no way leads back."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What brings a job back: fields to put, tags to add, and keys of tags to remove."""

    body: Body
    add_tags: Mapping[str, str]
    remove_tags: Mapping[str, str]


def asked(desired: Desired, todo: Plan) -> bool:
    """Whether a plan restarts a job whose program asks for a way back."""
    restarts = todo.stop and todo.start is not None and not todo.blocked
    return desired.options.rollback == "previous" and restarts


def arriving(job: JobDetail, desired: Desired, todo: Plan) -> Plan:
    """The plan for a job that a create goes on with or takes over, with why it does not go back."""
    return (
        replace(todo, rollback=unarmed(job, desired, None, todo)) if asked(desired, todo) else todo
    )


def unarmed(job: JobDetail, desired: Desired, state: State | None, todo: Plan) -> str:
    """Why a job would not go back, as far as the plan tells; "" where it would.

    Args:
        job: the live job, with its old definition.
        desired: the program's wish.
        state: what is known of the job.
        todo: the plan of its restart.
    """
    changed = {change.name for change in todo.changes}
    restarting = {name for name in changed if FIELDS[name].cost is Cost.RESTART}
    if state is None:
        return "a create does not know what the job was before"
    if not state.owner:
        return "the job does not carry this resource's mark"
    if not state.stateful or not desired.stateful or not todo.savepoint:
        return "a job without state starts anew either way"
    if todo.start is None or todo.start.origin is not Origin.SAVEPOINT:
        return "it does not go on from its own savepoint"
    if not restarting:
        return "its definition does not change"
    if apart := changed.intersection(_APART):
        return f"{', '.join(sorted(apart))} changes"
    for name in sorted(changed):
        if FIELDS[name].reset is KEEP and is_empty(name, job.value(name)):
            return f"{name} was not set before, and the service does not take it back"
    for name, text in named_objects(job.value):
        if overwritable(text):
            return (
                f"what {name} names may have been overwritten: a FileAsset is named by its content"
            )
    return ""


def undo(job: JobDetail, todo: Plan) -> Undo:
    """What brings a job back to what it was.

    Args:
        job: the live job as it was before, with its tags.
        todo: the plan that was carried out.
    """
    old = {change.name: job.value(change.name) for change in todo.changes}
    body = {
        name: FIELDS[name].reset if is_empty(name, value) else value for name, value in old.items()
    }
    before = {**(job.value("tags") or {}), OWNER_TAG: job.mark, RESTART_TAG: job.restart}
    written = {*todo.add_tags, *([RESTART_TAG] if todo.restart_mark else [])}
    back = {key: str(before[key]) for key in written if before.get(key)}
    return Undo(
        body=Body({name: value for name, value in body.items() if value is not KEEP}),
        add_tags={**todo.remove_tags, **back},
        remove_tags=dict.fromkeys(written - back.keys(), ""),
    )
