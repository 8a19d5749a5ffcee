"""`pulumi-dli export`: the jobs of a project as a program that takes them over as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections
from pulumi_dli.client.tags import Tags
from pulumi_dli.clock import SYSTEM, Clock
from pulumi_dli.console import Report
from pulumi_dli.errors import NotFoundError, SettingsError
from pulumi_dli.job.canonical import line
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, date, settled
from pulumi_dli.job.plan import plan
from pulumi_dli.job.program import Exported, program, script
from pulumi_dli.job.written import written
from pulumi_dli.rules.tags import wrong_tags
from pulumi_dli.session import Session

PRIVATE = 0o600
LONGEST = 2000
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        file: where the program goes; there must not be one.
        queue: the queue whose jobs are meant; None for all.
        native: whether the native plugin imports the jobs.
    """

    file: Path
    queue: str | None = None
    native: bool = False

    @property
    def secrets(self) -> Path:
        """Where the script goes that sets the secrets."""
        return self.file.with_suffix(".secrets.sh")


class _Quiet:
    """A console for checks whose lines nobody waits for: the preview shows them."""

    def say(self, text: str) -> None:
        """Show nothing."""

    progress = warn = error = say

    def guard(self, *, begun: bool = False) -> None:
        """Nothing is started."""

    wait_on = guard


def export(connections: Connections, wanted: Wanted, *, say: Report, clock: Clock = SYSTEM) -> None:
    """Write the program, and a script for the secrets where there are any.

    Args:
        connections: of the stack.
        wanted: the options.
        say: takes a line for people.
        clock: time.

    Raises:
        DliError: a file is there already or cannot be written, or the service refused. Then
            nothing is written.
    """
    for file in (wanted.file, wanted.secrets):
        if os.path.lexists(file):
            raise SettingsError(f"{file} is there already: name another file, or move it away")
    place = connections.place()
    jobs = Jobs(connections.transport())
    tags = Tags(jobs, connections.settings().ignore_tags)
    session = Session(connections, _Quiet(), clock)
    found = [
        _exported(session, tags.seen(job))
        for job in sorted(_live(jobs), key=lambda job: (job.name, job.job_id))
        if wanted.queue is None or _on(job, wanted.queue)
    ]
    where = f"of project {place.project_id} in {place.where}"
    at = date(round(clock.epoch() * 1000))
    queue = f" on queue {wanted.queue}" if wanted.queue else ""
    head = [
        f"Flink Jar jobs {where}{queue}, as `pulumi-dli export` found them",
        f"at {at}. The first `pulumi up` takes them over as they are.",
    ]
    secrets = script(
        found,
        [
            f"Sets the secrets of {wanted.file.name}: sh {wanted.secrets.name} [--stack NAME].",
            "It holds them in clear, so delete it then.",
        ],
    )
    _write(wanted, program(found, head, native=wanted.native), secrets)
    for each in _summed(wanted, found, secrets=bool(secrets)):
        say(each)


def _live(jobs: Jobs) -> Iterator[JobDetail]:
    """The jobs in detail: a row of the list lacks arguments."""
    for row in jobs.list_jobs():
        try:
            yield jobs.details(row.job_id)
        except NotFoundError:
            continue  # it was deleted meanwhile


def _on(job: JobDetail, queue: str) -> bool:
    return str(job.value("queue_name") or "").casefold() == queue.casefold()


def _exported(session: Session, job: JobDetail) -> Exported:
    arguments = {"name": job.name, **written(job)}
    notes = []
    tags = arguments.pop("tags", {})
    settable = _settable(tags)
    if settable:
        arguments["tags"] = settable
    if others := len(tags) - len(settable):
        notes.append(f"tags that no program may set stay on the job: {others}")
    if job.mark is None:
        notes.append("its tags cannot be read, so nobody knows whether a stack has it already")
    words = f" ({job.words})" if job.words else ""
    return Exported(
        job_id=job.job_id,
        name=job.name,
        status=f"{job.status}{words}",
        arguments=arguments,
        notes=notes,
        why_not=line(_why_not(session, job, arguments), LONGEST),
    )


def _settable(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that a check lets pass. The others are for who made them, such as the service."""
    return {
        key: text
        for key, text in tags.items()
        if not any(wrong_tags(Desired.read({"tags": {key: text}})))
    }


def _why_not(session: Session, job: JobDetail, arguments: dict[str, Any]) -> str:
    """Why a program cannot have a job as it is; "" where it can."""
    if job.mark:
        return (
            f"it carries the mark {job.mark} of a resource, and nobody knows whether a stack still "
            "has that: uncomment it if none has"
        )
    mark = f"export-{job.job_id}"
    inputs = {**arguments, "adopt_job_id": job.job_id, "owner": mark}
    filled, problems = session.check(mark, {}, inputs, frozenset())
    if problems:
        return "; ".join(problems)
    wish = Desired.read({**inputs, **filled})
    todo = plan(settled(replace(job, mark=mark)), wish, None, taken_over=True)
    if todo.body or todo.stop or todo.start or todo.blocked:
        names = ", ".join(change.name for change in todo.changes) or "its run state"
        return f"what the service tells of {names} is not what a program could say"
    return ""


def _write(wanted: Wanted, text: str, secrets: str) -> None:
    """Write both files or none."""
    files = [(wanted.secrets, secrets, PRIVATE)] if secrets else []
    made: list[Path] = []
    for file, content, mode in (*files, (wanted.file, text, 0o666)):
        try:
            new = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
            made.append(file)
            with os.fdopen(new, "w", encoding="utf-8", newline="") as opened:
                opened.write(content)
        except OSError as error:
            for each in made:
                each.unlink()
            raise SettingsError(f"{file} cannot be written: {error.strerror}") from None


def _summed(wanted: Wanted, found: list[Exported], *, secrets: bool) -> Iterator[str]:
    off = sum(bool(job.why_not) for job in found)
    yield f"{wanted.file}: {len(found) - off} jobs, and {off} commented out with the reason"
    if secrets:
        yield f"{wanted.secrets}: their secrets in clear; `sh {wanted.secrets}`, then delete it"
