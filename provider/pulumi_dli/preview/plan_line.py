"""A plan in words: the one line that preview and up print for a job.

docs/architecture.md holds the table "plan phrase → request sequence".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from pulumi_dli.job.bars import Bar
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail, Phase
from pulumi_dli.job.field import Cost
from pulumi_dli.job.object_url import directory_url
from pulumi_dli.job.options import OWNER_TAG, Options
from pulumi_dli.job.plan import Plan
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.start import Origin, Start

_START = {
    Origin.FRESH: "starts",
    Origin.SAVEPOINT: "starts from its savepoint",
    Origin.IMPORT: "starts from",
    Origin.CHECKPOINT: "starts from its newest checkpoint",
    Origin.STATELESS: "STARTS WITHOUT STATE",
    Origin.AGAIN: "had finished, and runs again from the beginning",
}


LONGEST_REASON = 200
"""Characters of the service's words that a line repeats."""

RESTARTING = frozenset(
    {name for name, row in FIELDS.items() if row.cost is Cost.RESTART}
    | {"desired_state", "restart_trigger", "restore_from"}
)
"""Arguments whose change restarts a job, or starts it; they may while they are not known yet."""


INSTEAD = "; if the engine replaces it (--replace, taint): "
"""What stands before the words for a job that the engine replaces."""


class Level(Enum):
    """How loud a line is."""

    INFO = "info"
    WARNING = "warning"
    """It loses state, replaces, or begins again."""
    ERROR = "error"
    """It cannot be done."""


class Line(NamedTuple):
    """What is said of a job.

    Attributes:
        text: empty text says nothing.
        level: how loud it is.
        loses: whether it says that the job's state is given up.
        loses_replaced: whether it says so for the case that the engine replaces the job.
    """

    text: str = ""
    level: Level = Level.INFO
    loses: bool = False
    loses_replaced: bool = False


def creation(name: str, own: Options, path: str = "", cus: Iterable[str] = ()) -> Line:
    """The line for a job that does not exist yet.

    Args:
        name: the job's.
        own: the provider's own arguments.
        path: a directory that was handed over for its first start; "" for none.
        cus: the words for its CUs.
    """
    return Line("; ".join([f"{name}: {_creation(own, path)}", *cus]))


def _creation(own: Options, path: str) -> str:
    if own.adopt_job_id is not None:
        return f"takes over job {own.adopt_job_id}, changing what differs"
    path = directory_url(own.restore_from or path)
    if own.desired_state == "stopped":
        return "creates the job and leaves it stopped" + f"; begins from {path} later" * bool(path)
    return "creates and starts the job" + (f" from {path}" if path else "")


def adoption(
    plan: Plan, job: JobDetail, mark: str | None, desired: Desired, cus: Iterable[str] = ()
) -> Line:
    """The line for a job that is taken over, as it was looked up, and what differs.

    Args:
        plan: the plan.
        job: the live job.
        mark: the mark that it carries; None where that cannot be read.
        desired: the program's wish.
        cus: the words for its CUs.
    """
    another = bool(mark) and mark != desired.owner
    whose = f", which carries the mark {mark} of another resource" if another else ""
    if mark is None:
        whose = ", whose mark cannot be read here"
    line = _line(f"takes over job {job.job_id}{whose}", plan, _quiet(job), desired, cus)
    return line._replace(level=Level.WARNING) if another and line.level is Level.INFO else line


def going_on(
    plan: Plan,
    job: JobDetail,
    desired: Desired,
    replaced: Plan | None,
    cus: Iterable[str] = (),
    *,
    again: bool = False,
) -> Line:
    """The line for a job of this resource that is there although the state does not know it.

    Args:
        plan: the plan.
        job: the live job.
        desired: the program's wish.
        replaced: the plan for the case that the engine replaces the job, which it asks for in
            the same words; None where it certainly does.
        cus: the words for its CUs.
        again: whether the engine compared the job first, so that a line for a change may have been
            spoken: an interrupted run was replacing it.
    """
    quiet = _quiet(job)
    path = desired.options.restore_from
    unused = path and (plan.start.path != path if plan.start else _keeps_state(plan, job))
    told = ("restore_from is not used, the job has state of its own",) if unused else ()
    instead = ", whose replacement is still to be made" if again else ""
    line = _line(f"goes on with job {job.job_id}{instead}", plan, quiet, desired, (*told, *cus))
    if desired.created_first:
        either_way = f"not replaced: goes on with job {job.job_id}"
        return line._replace(text=f"{line.text}{INSTEAD}{either_way}")
    if replaced is None or replaced.blocked:
        return line
    either = bool(unused) and replaced.start is not None
    if not either and (plan.stop or not replaced.stop):  # it does the same
        return line
    [verb] = _verbs(replaced, quiet)
    if either:
        verb += f", or from {path} if that is new"
    text = f"{line.text}{INSTEAD}{verb}"
    level = max(line.level, _level(replaced), key=list(Level).index)
    return Line(text, level, line.loses, _loses(replaced))


def _keeps_state(plan: Plan, job: JobDetail) -> bool:
    """Whether a plan leaves a job with state of its own."""
    if job.phase in AT_REST:
        return job.has_run and job.has_savepoint
    return job.has_run and (plan.savepoint or not plan.stop)


def _quiet(job: JobDetail) -> JobDetail:
    """Without the service's words, which may repeat the secret of another program."""
    return replace(job, status_desc="")


def _line(head: str, plan: Plan, job: JobDetail, desired: Desired, cus: Iterable[str]) -> Line:
    """A line whose head says what becomes of the job, and the plan behind it."""
    parts = "; ".join([*_verbs(plan, job), *_details(plan, job, desired), *cus])
    text = ": ".join(filter(None, (desired.name, head, parts)))
    return Line(text, _level(plan), _loses(plan))


def _level(plan: Plan) -> Level:
    if plan.blocked:
        return Level.ERROR
    doubtful = _loses(plan) or plan.forgets or plan.rollback
    return Level.WARNING if doubtful else Level.INFO


def _loses(plan: Plan) -> bool:
    """Whether the words for a plan say that state is given up, or that there is none to keep."""
    return plan.loses or (plan.start is not None and plan.start.empty)


def change(
    plan: Plan, job: JobDetail, desired: Desired, cus: Iterable[str] = (), *, looked: bool = True
) -> Line:
    """The line for a job that changes; empty when there is nothing to say.

    Args:
        plan: the plan.
        job: the job as it is known.
        desired: the program's wish.
        cus: the words for its CUs.
        looked: whether the job was looked at, or is only known from the state.
    """
    parts = [*_verbs(plan, job), *_details(plan, job, desired), *cus]
    if plan.blocked and not looked:
        parts.append("as the state has it: the job itself was not looked at")
    text = f"{desired.name}: {'; '.join(parts)}"
    return Line(text, _level(plan), _loses(plan)) if parts else Line()


def _verbs(plan: Plan, job: JobDetail) -> Iterator[str]:
    if plan.blocked and plan.bar is not Bar.START:
        yield f"CANNOT CHANGE: {plan.blocked}"
    elif plan.blocked:
        yield f"CANNOT START: {plan.blocked}"
    elif plan.stop and plan.start is not None:
        yield _restart(plan, plan.start)
    elif plan.stop:
        yield _stop(plan)
    elif plan.start is not None:
        fresh = plan.start.origin is Origin.FRESH and job.phase is Phase.DRAFT
        found = "" if fresh else f", found {job.phase} ({_reason(job)})"
        yield _start(plan.start) + found
    elif plan.body:
        yield "changes at rest" if job.phase in AT_REST else "changes live, without a restart"
    elif plan.saves:
        yield "takes a savepoint, without a stop"
    elif plan.add_tags or plan.remove_tags:
        what = "the ownership mark" if _marks(plan) else "tags"
        yield f"changes {what}, without touching the job"
    elif plan.waits:
        yield "waits for the start that is under way"


def _stop(plan: Plan) -> str:
    if plan.savepoint:
        return "stops with a savepoint"
    return "STOPS WITHOUT A SAVEPOINT" if plan.loses else "stops"


def _restart(plan: Plan, start: Start) -> str:
    match start.origin:
        case Origin.SAVEPOINT:
            return "restarts the job from a savepoint (downtime)"
        case Origin.IMPORT | Origin.CHECKPOINT:
            first = ", after a savepoint of what it holds" if plan.savepoint else ""
            first = ", WITHOUT A SAVEPOINT of what it holds" if plan.loses else first
            return f"restarts the job from {directory_url(start.path)} (downtime){first}"
        case Origin.FRESH:
            return "restarts the job, which never ran"
    return "RESTARTS THE JOB WITHOUT STATE (downtime)"


def _start(start: Start) -> str:
    text = _START[start.origin]
    return f"{text} {directory_url(start.path)}".strip() if start.resumes else text


def _reason(job: JobDetail) -> str:
    """The status, and the service's own words on it in one short line."""
    text = job.words
    if not text:
        return job.status
    return f"{job.status}: {text[:LONGEST_REASON]}{'…' if len(text) > LONGEST_REASON else ''}"


def _details(plan: Plan, job: JobDetail, desired: Desired) -> Iterator[str]:
    if plan.unless is not None:
        path = plan.unless.path if plan.start is not None else ""
        begins = f"from {directory_url(path)}" if path else "without one"
        yield f"if its first start does not come to run, {begins}"
    saves = plan.stop and (plan.savepoint or plan.saves)
    if saves and plan.body.value("obs_bucket") and not job.values.get("obs_bucket"):
        yield "obs_bucket is set first"
    if plan.saves and (plan.body or plan.stop):
        yield "takes a savepoint first" if plan.stop else "takes a savepoint"
    for name in plan.asked:
        yield f"{name} changes"
    if plan.start is not None and plan.overwritten:
        yield f"the bytes of {', '.join(plan.overwritten)} changed"
    adopted = desired.options.adopt_job_id
    if "adopt_job_id" in plan.recorded and adopted not in (None, job.job_id):
        yield f"adopt_job_id is read by a create only: job {adopted} is not taken over"
    yield from (change.words for change in plan.changes)
    beside = plan.body or plan.saves or plan.stop or plan.start
    if (plan.add_tags or plan.remove_tags) and beside:
        yield "the ownership mark changes" if _marks(plan) else "tags change"
    if plan.rollback is not None:
        yield f"no rollback: {plan.rollback}" if plan.rollback else "rolls back if that fails"
    if plan.kept:
        yield f"no longer set, but kept by the service: {', '.join(plan.kept)}"
    recorded = [name for name in plan.recorded if name != "desired_state" or not plan.waits]
    if not plan.touches and recorded:
        yield f"nothing is sent, the state records: {', '.join(recorded)}"
    if plan.forgets:
        yield "KEEPS NO STATE from now on: a restart or a delete takes no savepoint"


def _marks(plan: Plan) -> bool:
    """Whether of the tags only the ownership mark changes, as when a resource is renamed."""
    return plan.add_tags.keys() == {OWNER_TAG} and not plan.remove_tags
