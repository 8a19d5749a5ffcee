"""`pulumi-dli review`: what a preview found, in Markdown, for a comment on a pull request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pulumi_dli.command import markdown
from pulumi_dli.command.markdown import code, fenced
from pulumi_dli.command.previewed import Previewed, Seen
from pulumi_dli.command.queue_table import queue_table
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.state import unfold
from pulumi_dli.preview.plan_words import Said, said

REST = "the rest is not known"
"""The last words on a preview that failed."""
_MORE = "… and {} more, for which a comment has no room: the preview itself shows them"


class Farewell(StrEnum):
    """What becomes of the state of a job that leaves the stack."""

    STAYS = "kept: the job stays"
    SAVED = "kept in a savepoint, if the job runs"
    LOST = "LOST: the job is stopped without a savepoint"
    NONE = "none is kept: the job is stateless"


@dataclass(frozen=True, slots=True)
class Change:
    """A job that changes.

    Attributes:
        job: it, as the preview has it.
        line: its plan line, word for word; "" where there is none, as for one that goes.
        says: what the line says.
        others: severities and texts of what was said beside it.
        farewell: of a job that goes; else None.
    """

    job: Seen
    line: str
    says: Said
    others: tuple[tuple[str, str], ...]
    farewell: Farewell | None

    @classmethod
    def of(cls, job: Seen) -> Change:
        """Find the plan line among what was said of a job: it begins with the job's name."""
        head = f"{job.name}: "
        line = next((text for _, text in job.told if text.startswith(head)), "")
        return cls(
            job,
            line,
            said(line.removeprefix(head), replaced=job.replaced),
            tuple(each for each in job.told if each[1] != line),
            _farewell(job) if job.goes else None,
        )

    @property
    def fails(self) -> bool:
        """Whether it cannot be done."""
        return self.says.blocked or any(severity == "error" for severity, _ in self.job.told)

    @property
    def stops(self) -> bool:
        """Whether the job stands still, meanwhile or from then on."""
        return self.says.stops or self.farewell not in (None, Farewell.STAYS)

    @property
    def loses(self) -> bool:
        """Whether state is given up."""
        return self.says.loses or self.farewell is Farewell.LOST

    @property
    def rank(self) -> tuple[bool, bool, bool, str]:
        """Its place: what a reviewer has to see first comes first."""
        return (not self.fails, not self.loses, not self.stops, self.job.urn)


def review(found: Previewed) -> str:
    """A preview in Markdown: the jobs that change, one block each, and CUs by queue."""
    changes = sorted(
        (Change.of(job) for job in found.jobs.values() if job.changes), key=lambda each: each.rank
    )
    where = f" of {code(found.stack)} in {code(found.project)}" if found.stack else ""
    head = f"### Flink jobs{where}\n\n{_sum(changes, found)}"
    table = queue_table(
        found.jobs.values(),
        starts={change.job.urn for change in changes if change.says.starts},
        fails={change.job.urn for change in changes if change.fails},
        whole=not found.failed,
    )
    tail = "\n\n".join(filter(None, (table, _failure(found))))
    return markdown.bounded(head, [_block(change) for change in changes], tail, _MORE)


def _sum(changes: list[Change], found: Previewed) -> str:
    every = f"{len(found.jobs)} job{'' if len(found.jobs) == 1 else 's'}"
    if not changes and found.failed:
        return f"{every} seen, none that changes."
    if not changes:
        return f"Nothing changes; {every} as before."
    told = [f"{len(changes)} of {every}", f"{sum(each.stops for each in changes)} with downtime"]
    if lost := sum(each.loses for each in changes):
        told.append(f"**{lost} WITHOUT STATE**")
    if fails := sum(each.fails for each in changes):
        told.append(f"**{fails} cannot be done**")
    return f"Changes: {', '.join(told)}."


def _block(change: Change) -> str:
    job = change.job
    known = f" (job {code(job.job_id)})" if job.job_id else ""
    rows = [f"#### {code(job.resource)}{known}", "", fenced(change.line or _without_line(change))]
    if not change.fails:
        rows += [f"- downtime: {_downtime(change)}", f"- state: {_state(change)}"]
    for severity, text in change.others:
        rows += ["", f"{severity if severity in ('error', 'warning') else 'note'}:", fenced(text)]
    return "\n".join(rows)


def _without_line(change: Change) -> str:
    """What is done to a job of which the provider says nothing beforehand."""
    if change.farewell is not None:
        stays = change.farewell is Farewell.STAYS
        return "leaves the stack, and the job stays" if stays else "is deleted"
    if change.fails:
        return "cannot be done"
    return f"no line is told; the engine says {', '.join(change.job.ops) or 'nothing'}"


def _downtime(change: Change) -> str:
    if change.says.open:
        return "not known yet"
    if change.stops:
        back = change.says.starts
        return (
            "**yes**" if back else f"**yes**: it is {'deleted' if change.farewell else 'stopped'}"
        )
    return "no" if change.line or change.farewell else "not told"


def _state(change: Change) -> str:
    words = change.farewell or change.says.state or "as the line says"
    return f"**{words}**" if change.loses else words


def _farewell(job: Seen) -> Farewell:
    """What a delete does, by what the stack's state has."""
    known = unfold(job.before or {})
    names = ("obs_bucket", "upgrade_mode", "on_delete", "retained")
    wish = Desired.read({name: known.get(name) for name in names})
    does = wish.options.on_delete or ("savepoint" if wish.stateful else "stop")
    if wish.retained or does == "retain":
        return Farewell.STAYS
    if does == "savepoint":
        return Farewell.SAVED
    return Farewell.LOST if wish.stateful else Farewell.NONE


def _failure(found: Previewed) -> str:
    if not found.failed:
        return ""
    beside = "Errors that are not of a job are in the log of this run. " if found.errors else ""
    return f"**The preview failed.** {beside}What it came to is above; {REST}"
