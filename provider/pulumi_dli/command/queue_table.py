"""The CUs that a stack's jobs take before and after, by queue, as far as a preview tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from pulumi_dli.command.markdown import code
from pulumi_dli.command.previewed import Seen
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, PHASES, Phase
from pulumi_dli.job.state import unfold
from pulumi_dli.rules.sizing import FIELDS_V1, size

_SIZED = (*FIELDS_V1, "resource_config", "resource_config_version", "queue_name")
"""What is read of a job. `runtime_config` may override sizes; it is secret, so nobody sees it."""


class Use(NamedTuple):
    """CUs that a job takes on a queue; None where its size or its queue is not known."""

    queue: str
    cus: int | None


NOTHING = Use("", 0)
"""What a job takes that does not run."""


def queue_table(
    jobs: Iterable[Seen], *, starts: Collection[str], fails: Collection[str], whole: bool
) -> str:
    """The table in Markdown; "" where no job takes anything.

    Args:
        jobs: all jobs of the stack, as a preview saw them.
        starts: the URNs of those that are started.
        fails: the URNs of those with which nothing is done, because it cannot be.
        whole: whether the preview came to all jobs.
    """
    before: dict[str, int] = defaultdict(int)
    after: dict[str, int] = defaultdict(int)
    unknown = 0
    for job in jobs:
        now = _now(job)
        then = now if job.urn in fails else _then(job, now, starts=job.urn in starts)
        if now.cus is None or then.cus is None:
            unknown += 1
            continue
        for use, into in ((now, before), (then, after)):
            if use.cus:
                into[use.queue] += use.cus
    rows = [
        f"| {code(name)} | {before[name]} | {after[name]} |"
        for name in sorted(before.keys() | after.keys())
    ]
    heading = "CUs after" if whole else "CUs after, as far as is known"
    table = [f"| queue | CUs before | {heading} |", "|---|---:|---:|", *rows] if rows else []
    if unknown:
        noun = "job whose size or queue is" if unknown == 1 else "jobs whose sizes or queues are"
        table += ["", f"Without {unknown} {noun} not known yet."]
    return "\n".join(table).strip()


def _now(job: Seen) -> Use:
    """What a job takes as it is."""
    if job.before is None:
        return NOTHING
    known = unfold(job.before)
    at_rest = PHASES.get(str(known.get("status")), Phase.UNKNOWN) in AT_REST
    return NOTHING if at_rest else _use(known)


def _then(job: Seen, now: Use, *, starts: bool) -> Use:
    """What it takes once all is done."""
    if job.after is None or job.after.get("desired_state", "running") != "running":
        return NOTHING
    if job.before is not None and now == NOTHING and not starts:
        return NOTHING  # it has finished, say
    return _use(job.after)


def _use(arguments: Mapping[str, Any]) -> Use:
    wish = Desired.read({name: arguments[name] for name in _SIZED if name in arguments})
    takes = size(wish)
    queue = (wish.spec.queue_name or "").lower()
    if wish.wrong or takes is None or not queue:  # what is not known yet is no number and no name
        return Use(queue, None)
    return Use(queue, takes.cus)
