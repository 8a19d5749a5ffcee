"""The runner without a Flink: jobs run in name only, and start, save and stop on time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulumi_dli.local import queues, savepoints
from pulumi_dli.local.model import Outcome, Progress
from pulumi_dli.local.states import Status

if TYPE_CHECKING:
    from pulumi_dli.local.model import Job, Moment

START_DELAY = "start_delay"
STOP_DELAY = "stop_delay"
DEFAULTS = {START_DELAY: 1.0, STOP_DELAY: 0.5}
"""Seconds from run to running, and of each step of a stop; stored settings override them."""


class Simulation:
    """Jobs that run in name only: they start, count seconds, save and stop on time."""

    name = "simulated: no Flink runs the jobs"

    in_name = True

    def real(self, job: Job) -> bool:
        """Never."""
        del job
        return False

    def note(self, job: Job) -> str:
        """Says so."""
        del job
        return "simulated: no Flink runs this job"

    def graph(self, job: Job) -> None:
        """None of its own."""

    def drop(self, moment: Moment, job: Job) -> None:
        """Nothing is held."""

    def start(self, moment: Moment, job: Job) -> float | None:
        """Ready after the start delay."""
        job.run = {}
        return moment.now + moment.setting(START_DELAY, DEFAULTS[START_DELAY])

    def watch(self, moment: Moment, job: Job) -> float | None:
        """Never, unless a crash waits for the job."""
        crash = job.doom.get("crash")
        if crash is None:
            return None
        return float(crash.setdefault("at", moment.now + crash["seconds"]))

    def savepoint(self, moment: Moment, job: Job) -> float | None:
        """Ready after the stop delay."""
        del job
        return moment.now + moment.setting(STOP_DELAY, DEFAULTS[STOP_DELAY])

    def cancel(self, moment: Moment, job: Job) -> float | None:
        """Ready after the stop delay."""
        del job
        return moment.now + moment.setting(STOP_DELAY, DEFAULTS[STOP_DELAY])

    def look(self, moment: Moment, job: Job) -> Progress:
        """Done when due, unless a fault waits for the job."""
        match job.status:
            case Status.SUBMITTING:
                return self._submitted(moment, job)
            case Status.RUNNING:
                return _doom(job, "crash") or Progress(Outcome.WAITING)
            case Status.SAVEPOINTING:
                broken = _doom(job, "fail_stop")
                if broken is not None:
                    return replace(broken, saved=True)
                return _doom(job, "refuse_savepoint") or Progress(Outcome.DONE)
            case _:
                return Progress(Outcome.DONE)

    def _submitted(self, moment: Moment, job: Job) -> Progress:
        if "hang" in job.doom:
            return Progress(Outcome.WAITING)
        if failure := _doom(job, "fail_start") or _unfit(moment, job):
            return failure
        return Progress(Outcome.DONE)


def _doom(job: Job, kind: str) -> Progress | None:
    fault = job.doom.get(kind)
    return None if fault is None else Progress(Outcome.FAILED, fault["text"])


def _unfit(moment: Moment, job: Job) -> Progress | None:
    """Why a start cannot work, as Flink would find out."""
    if words := queues.not_offered(moment, job):
        return _failed(words)
    if job.resume_path is None:
        return None
    found = savepoints.content(moment, job.resume_path)
    if found is None:
        return _failed(f"there is no savepoint or checkpoint at {job.resume_path}")
    if found.kind == savepoints.Kind.CHECKPOINT and found.shape != savepoints.shape(job):
        return _failed(
            f"the checkpoint {job.resume_path} does not fit: parallel_number or entrypoint changed"
        )
    return None


def _failed(text: str) -> Progress:
    return Progress(Outcome.FAILED, text)
