"""`pulumi-dli artifacts prune`: shows which uploads nobody names, asks, and deletes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pulumi_dli.artifacts.names import LEAST_AGE
from pulumi_dli.artifacts.objects import Object
from pulumi_dli.artifacts.pruning import Pruning, Survey, Verdict
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.clock import SYSTEM, Clock
from pulumi_dli.command import durations
from pulumi_dli.errors import SettingsError
from pulumi_dli.job.canonical import line
from pulumi_dli.settings import buckets

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        older_than: how old an object has to be, such as `30d`.
        buckets: `bucket` or `bucket/folder`, in place of the ones that are known.
        dry_run: whether it is only shown what would go.
        yes: whether nobody is asked.
    """

    older_than: str
    buckets: Sequence[str] = ()
    dry_run: bool = False
    yes: bool = False


def prune(
    connections: Connections,
    wanted: Wanted,
    *,
    say: Say,
    ask: Callable[[str], bool] | None,
    clock: Clock = SYSTEM,
) -> bool:
    """Show what would go, ask, delete it, and sum up.

    Args:
        connections: of the stack.
        wanted: the options.
        say: takes a line for people.
        ask: puts a question to a person; None where there is nobody to ask.
        clock: time.

    Returns:
        Whether what was asked for is done; False where the person said no.

    Raises:
        DliError: an option cannot be; or not all jobs, objects or records can be seen, or a
            delete was refused. What is gone by then was told.
    """
    older_than = durations.seconds("--older-than", wanted.older_than)
    if older_than < LEAST_AGE:
        raise SettingsError(
            f"--older-than: {LEAST_AGE // 3600}h at least: a deploy that is under way may be about "
            "to name a younger object"
        )
    if ask is None and not (wanted.dry_run or wanted.yes):
        raise SettingsError(
            "there is no terminal to ask at: --yes deletes without a question, --dry-run only looks"
        )
    places = [_place(text) for text in wanted.buckets]
    settings, place = connections.settings(), connections.place()
    if not places and settings.artifacts:
        places = [settings.artifacts]
    pruning = Pruning(
        Jobs(connections.transport()),
        Stores(connections, clock=clock).at(),
        place.project_id,
        older_than=older_than,
        clock=clock,
    )
    survey = pruning.survey(places)
    for each in _shown(survey, place, clock.epoch()):
        say(each)
    doomed = survey.doomed
    if not doomed:
        say("nothing to delete")
        return True
    if wanted.dry_run:
        say(f"{_sum(doomed)} would be deleted")
        return True
    if wanted.yes and not survey.jobs:
        raise SettingsError(
            "no Flink job of the project is listed, because there is none or because this user "
            "may see none: --yes deletes nothing then; say yes at a terminal"
        )
    if not wanted.yes and (ask is None or not ask(f"{_sum(doomed)}: delete them?")):
        say("nothing was deleted")
        return False
    _sweep(pruning, survey, say)
    return True


def _sweep(pruning: Pruning, survey: Survey, say: Say) -> None:
    gone: list[Verdict] = []
    try:
        for verdict in pruning.sweep(survey):
            if verdict.goes:
                gone.append(verdict)
            else:
                say(f"kept {verdict.file}: {verdict.why}")
    finally:
        say(f"deleted {_sum(gone)}")


def _place(text: str) -> str:
    found = buckets.place(text)
    if not found:
        raise SettingsError(f"--bucket: {buckets.FORM} is expected")
    return found


def _shown(survey: Survey, place: Place, now: float) -> Iterator[str]:
    """What was found, a line each."""
    users = {job.user for job in survey.jobs}
    jobs = f"{_many(len(survey.jobs), 'Flink job')} of {_many(len(users), 'user')}"
    yield f"project {place.project_id} in {place.where}: {jobs}"
    if len(users) <= 1:
        yield "a user without the right to all jobs of a project sees its own only: is this one?"
    if survey.unread:
        yield f"records that nobody may read here: in {', '.join(survey.unread)}"
    for home in survey.homes:
        yield f"{home.folder}/"
        rows = [
            ("delete" if each.goes else "keep", each.file, each.object, each.why)
            for each in home.verdicts
        ]
        start = len(home.folder.key) + 1
        rows += [
            ("keep", each.url.key[start:], each.object, survey.claim(each)) for each in home.records
        ]
        yield from _columns(
            [(does, line(file), *_told(found, now), why) for does, file, found, why in rows]
        )
        for name, count in home.apart.items():
            yield f"  left alone: {_many(count, 'object')} in {line(name)}"


def _told(found: Object, now: float) -> tuple[str, str]:
    """An object's size and age."""
    written_at = found.written_at
    passed = "?" if written_at is None else durations.age(now - written_at)
    return durations.size(found.size), passed


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _sum(verdicts: Sequence[Verdict]) -> str:
    size = durations.size(sum(verdict.object.size for verdict in verdicts))
    return f"{_many(len(verdicts), 'object')} ({size})"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
