"""What helps who looks for the cause of a failed start: the console, and how the log ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.job.detail import JobDetail, Phase
from pulumi_dli.settings.credentials import secrets
from pulumi_dli.settings.regions import console_of
from pulumi_dli.settings.settings import Settings

FindClues = Callable[[JobDetail, float], str]
"""From a job whose start failed, and when it was waited for, to lines; see `Clues.of`."""


def no_clues(_job: JobDetail, _since: float) -> str:
    """Where nobody looks."""
    return ""


@dataclass(frozen=True, slots=True)
class Clues:
    """The clues to the failures of one place.

    Attributes:
        saved: reads logs.
        settings: of the place.
        where: the region and the project that a resource names itself.
    """

    saved: SavedState
    settings: Settings
    where: tuple[str | None, str | None]

    def of(self, job: JobDetail, since: float) -> str:
        """Lines to stand below the sentence of a failure, each behind a line's end.

        Args:
            job: the job, whose start failed.
            since: when it was waited for, in epoch seconds.
        """
        stopped = job.phase in (Phase.STOPPED, Phase.STOPPING)  # by somebody, who knows why
        if stopped or not self.settings.preflight:
            return ""
        console = console_of(self.settings.endpoint)
        lines = [f"console: {console}"] if console else []
        with contextlib.suppress(Exception):  # whatever it is, the failure itself is told
            lines += self._log(job, since)
        return "".join(f"\n    {line}" for line in lines)

    def _log(self, job: JobDetail, since: float) -> Iterator[str]:
        if job.value("log_enabled") is False and not self.settings.local:
            yield "log: none; `log_enabled=True` and an `obs_bucket` keep that of the next start"
        log = self.saved.logs.last(job, since, self.where, secrets(self.settings.credentials))
        if log is None:
            return
        if not log.there:
            yield f"log: nothing in {log.url}… yet; it is written there once a minute"
            return
        yield f"log: {log.url}"
        yield from (f"  {line}" for line in log.lines)
