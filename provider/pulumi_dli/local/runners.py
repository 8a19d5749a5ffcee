"""Chooses the runner of a job: at its start, for as long as that run lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_dli.local.flink import versions
from pulumi_dli.local.simulation import Simulation

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_dli.local.model import Job, Moment, Progress, Runner


class Runners:
    """Flink where the folder has it switched on, else the simulation.

    Args:
        folder: the data folder.
        version: of Flink for all jobs that start, in place of the one that a job names, or
            else the folder.
    """

    def __init__(self, folder: Path, version: str | None = None) -> None:
        self._folder = folder
        self._version = version
        self._simulation = Simulation()

    @property
    def name(self) -> str:
        """What the next start uses."""
        chosen = self._next(None)
        free = chosen is not self._simulation and self._version is None
        return chosen.name + (versions.UNLESS if free else "")

    @property
    def in_name(self) -> bool:
        """Whether the folder has no Flink switched on."""
        return self._next(None).in_name

    def real(self, job: Job) -> bool:
        """Whether Flink runs the job."""
        return self._of(job).real(job)

    def note(self, job: Job) -> str:
        """`status_desc` of a job that runs."""
        return self._of(job).note(job)

    def graph(self, job: Job) -> dict[str, Any] | None:
        """The execution plan, where Flink has one."""
        return self._of(job).graph(job)

    def start(self, moment: Moment, job: Job) -> float | None:
        """Begin to run the job, on what was chosen for it."""
        chosen = self._next(versions.named(job.definition))
        if job.run and not chosen.real(job):
            self.drop(moment, job)  # Flink has run it so far, and will not again
        return chosen.start(moment, job)

    def watch(self, moment: Moment, job: Job) -> float | None:
        """When to look at a job that runs."""
        return self._of(job).watch(moment, job)

    def savepoint(self, moment: Moment, job: Job) -> float | None:
        """Begin a savepoint."""
        return self._of(job).savepoint(moment, job)

    def cancel(self, moment: Moment, job: Job) -> float | None:
        """Begin to stop the job."""
        return self._of(job).cancel(moment, job)

    def look(self, moment: Moment, job: Job) -> Progress:
        """How far things are."""
        return self._of(job).look(moment, job)

    def drop(self, moment: Moment, job: Job) -> None:
        """Let go of a job that is being deleted."""
        self._of(job).drop(moment, job)

    def _of(self, job: Job) -> Runner:
        return self._flink(str(job.run["version"])) if job.run else self._simulation

    def _next(self, named: str | None) -> Runner:
        chosen = versions.of_folder(self._folder)
        if chosen is None:
            return self._simulation
        return self._flink(self._version or named or chosen)

    def _flink(self, version: str) -> Runner:
        from pulumi_dli.local.flink.runner import Flink  # noqa: PLC0415 -- few folders use it

        return Flink(self._folder, version)
