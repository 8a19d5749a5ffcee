"""A plan in words: the one line that preview and up print for a job.

docs/architecture.md holds the table "plan phrase → request sequence".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.options import Options
from pulumi_dli.job.plan import Origin, Plan, Start
from pulumi_dli.job.spec import FIELDS

_START = {
    Origin.FRESH: "starts",
    Origin.SAVEPOINT: "starts from its savepoint",
    Origin.IMPORT: "starts from",
    Origin.STATELESS: "STARTS WITHOUT STATE",
    Origin.AGAIN: "had finished, and runs again from the beginning",
}


LONGEST_REASON = 200
"""Characters of the service's words that a line repeats."""

RESTARTING = frozenset({*FIELDS, "desired_state", "restart_trigger", "restore_from"})
"""Arguments that may cost a restart while they are not known yet."""


def creation(name: str, own: Options, cus: Iterable[str] = ()) -> str:
    """The line for a job that does not exist yet, with the words for its CUs."""
    return "; ".join([f"{name}: {_creation(own)}", *cus])


def _creation(own: Options) -> str:
    if own.adopt_job_id is not None:
        return f"takes over job {own.adopt_job_id}, changing what differs"
    if own.desired_state == "stopped":
        return "creates the job and leaves it stopped"
    path = own.restore_from
    return "creates and starts the job" + (f" from {path}" if path else "")


def adoption(plan: Plan, job: JobDetail, desired: Desired, cus: Iterable[str] = ()) -> str:
    """The line for a job that is taken over, as it was looked up, and what differs."""
    quiet = replace(job, status_desc="")  # the service's words may repeat somebody's secret
    parts = [*_verbs(plan, quiet), *_details(plan, quiet, desired), *cus]
    return "; ".join([f"{desired.name}: takes over job {job.job_id}", *parts])


def change(plan: Plan, job: JobDetail, desired: Desired, cus: Iterable[str] = ()) -> str:
    """The line for a job that changes; empty when there is nothing to say.

    Args:
        plan: the plan.
        job: the job as it is known.
        desired: the program's wish; arguments that are not known yet may turn a live change
            into a restart.
        cus: the words for its CUs.
    """
    parts = [*_verbs(plan, job), *_details(plan, job, desired), *cus]
    if open_ := desired.unknown & RESTARTING:
        parts.append(f"not known yet, may cost a restart: {', '.join(sorted(open_))}")
    return f"{desired.name}: {'; '.join(parts)}" if parts else ""


def _verbs(plan: Plan, job: JobDetail) -> Iterator[str]:
    if plan.blocked:
        yield f"CANNOT START: {plan.blocked}"
    elif plan.stop and plan.start is not None:
        yield _restart(plan.start, savepoint=plan.savepoint)
    elif plan.stop:
        yield "stops with a savepoint" if plan.savepoint else "stops"
    elif plan.start is not None:
        fresh = plan.start.origin is Origin.FRESH and job.phase is Phase.DRAFT
        found = "" if fresh else f", found {job.phase} ({_reason(job)})"
        yield _start(plan.start) + found
    elif plan.body:
        yield "changes at rest" if job.phase in AT_REST else "changes live, without a restart"
    elif plan.add_tags or plan.remove_tags:
        yield "changes tags, without touching the job"


def _restart(start: Start, *, savepoint: bool) -> str:
    match start.origin:
        case Origin.SAVEPOINT:
            return "restarts the job from a savepoint (downtime)"
        case Origin.IMPORT:
            first = ", after a savepoint of what it holds" if savepoint else ""
            return f"restarts the job from {start.path} (downtime){first}"
        case Origin.FRESH:
            return "restarts the job, which never ran"
    return "RESTARTS THE JOB WITHOUT STATE (downtime)"


def _start(start: Start) -> str:
    text = _START[start.origin]
    return f"{text} {start.path}".strip() if start.resumes else text


def _reason(job: JobDetail) -> str:
    """The status, and the service's own words on it in one short line."""
    text = " ".join(job.status_desc.split())
    if not text:
        return job.status
    return f"{job.status}: {text[:LONGEST_REASON]}{'…' if len(text) > LONGEST_REASON else ''}"


def _details(plan: Plan, job: JobDetail, desired: Desired) -> Iterator[str]:
    if plan.savepoint and plan.body.value("obs_bucket") and not job.values.get("obs_bucket"):
        yield "obs_bucket is set first"
    if plan.stop or plan.start is not None:
        for name in ("restart_trigger", "restore_from"):
            if name in plan.recorded and desired.value(name) is not None:
                yield f"{name} changes"
    for change in plan.changes:
        old, new = _shown(change.old), _shown(change.new)
        if FIELDS[change.name].secret or old is None or new is None:
            yield f"{change.name} changes"
        else:
            yield f"{change.name} {old} → {new}"
    if (plan.add_tags or plan.remove_tags) and (plan.body or plan.stop or plan.start):
        yield "tags change"
    if plan.kept:
        yield f"no longer set, but kept by the service: {', '.join(plan.kept)}"
    if not plan.touches and plan.recorded:
        yield f"nothing is sent, the state records: {', '.join(plan.recorded)}"


def _shown(value: Any) -> str | None:
    """Numbers and flags as text. Any text may be a secret, so none is shown."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return None


def replacement(desired: Desired, names: list[str]) -> str:
    """The line for a job that goes elsewhere."""
    return (
        f"{desired.name}: REPLACES THE JOB, because {' and '.join(names)} change: it is "
        "deleted there, with its savepoint left in its bucket, and created here without state"
    )
