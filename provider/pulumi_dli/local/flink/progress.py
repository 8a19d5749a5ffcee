"""Tells how far a run is on its Flink, and does the next step of it.

A start, a savepoint and a stop are sent from here, as they were noted when they began
(`runner`). The command may be killed at any point, so each step may come again.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING

from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import files, install
from pulumi_dli.local.flink.causes import cause
from pulumi_dli.local.flink.processes import Process
from pulumi_dli.local.flink.rest import Refused, Unreachable
from pulumi_dli.local.flink.run import UNKNOWN
from pulumi_dli.local.model import Outcome, Progress
from pulumi_dli.local.states import Status

if TYPE_CHECKING:
    from pulumi_dli.local.flink.run import Run, Stand
    from pulumi_dli.local.model import Job, Moment

SOON, LATER = 0.2, 0.5
"""Seconds until the next look at something under way, and at a job that runs."""
GRACE = 5.0
"""Seconds that a submission gets to begin before it is taken for dead."""
LAUNCHES = 3
"""How often a start is tried whose cluster or submission dies."""
NO_SLOTS = "NoResourceAvailableException"


def look(moment: Moment, job: Job, run: Run) -> Progress:
    """Do the next step, and tell how far things are."""
    try:
        match job.status:
            case Status.SUBMITTING:
                return _submitting(moment, job, run)
            case Status.RUNNING:
                return _running(moment, job, run)
            case Status.SAVEPOINTING:
                return _saving(moment, job, run)
            case _:
                return _canceling(moment, job, run)
    except Unreachable:
        if run.cluster.alive:
            return _wait(moment)
        return _lost(job, run)
    except Refused as refusal:
        return Progress(Outcome.FAILED, cause(str(refusal)))
    except FlinkError as error:
        return Progress(Outcome.FAILED, str(error))


def _submitting(moment: Moment, job: Job, run: Run) -> Progress:
    if "error" in job.run:
        return Progress(Outcome.FAILED, job.run["error"])
    if install.home(run.cluster.version) is None:
        return _install(moment, job, run)
    result = run.result()
    if result is None:
        return _submit(moment, job, run)
    if result:
        return Progress(Outcome.FAILED, cause(result), log=result)
    stand = run.stand()
    if stand.going or stand.state == "FINISHED":
        for path in job.run.pop("discards", ()):
            shutil.rmtree(files.bucket_directory(run.data, path), ignore_errors=True)
        job.run["ran"] = True
        job.run["worker"] = _worker(run)
        return Progress(Outcome.DONE, restarts=stand.restarts)
    if stand.ended:
        return _failed(job, run, stand)
    if NO_SLOTS in stand.reason and "ran" not in job.run:
        run.cancel()  # else it would ask for slots again and again
        return Progress(Outcome.FAILED, stand.reason)
    run.cluster.ensure()
    words = stand.reason or f"Flink {run.cluster.version} starts the job"
    return _wait(moment, words, stand.restarts)


def _install(moment: Moment, job: Job, run: Run) -> Progress:
    words = install.WORDS.format(run.cluster.version)
    installer = Process(**job.run.get("installer", {"pid": 0, "started": ""}))
    if not installer.alive:
        # In this order: what ended meanwhile has left its word, or Flink.
        if failure := run.install_failure():
            return Progress(Outcome.FAILED, failure)
        job.run["installs"] = job.run.get("installs", 0) + 1
        if job.run["installs"] > LAUNCHES:
            return Progress(Outcome.FAILED, f"nothing came of {words}")
        job.run["installer"] = asdict(run.install())
    return _wait(moment, words)


def _submit(moment: Moment, job: Job, run: Run) -> Progress:
    quiet = moment.now - job.run.get("asked", 0) > GRACE
    if quiet and not (run.submitting and run.cluster.whole):
        job.run["asked"] = moment.now
        job.run["launches"] += 1
        if job.run["launches"] > LAUNCHES:
            run.withdraw()
            words = f"Flink {run.cluster.version} does not come up: see {run.cluster.folder}/log"
            return Progress(Outcome.FAILED, words)
        run.cluster.ensure()
        run.submit()
    return _wait(moment, f"Flink {run.cluster.version} takes the jar")


def _running(moment: Moment, job: Job, run: Run) -> Progress:
    stand = run.stand()
    if stand.going:
        return Progress(Outcome.WAITING, again=moment.now + LATER, restarts=stand.restarts)
    if stand.state == "FINISHED":
        _consume(job, run)
        return Progress(Outcome.DONE, "finished")
    if stand.ended:
        return _failed(job, run, stand)
    if stand.failing:
        return _wait(moment)
    run.cluster.ensure()
    return Progress(
        Outcome.RESTARTING,
        stand.reason,
        again=moment.now + SOON,
        restarts=stand.restarts,
        log=stand.trace,
    )


def _saving(moment: Moment, job: Job, run: Run) -> Progress:
    trigger = job.run["trigger"]
    target = files.bucket_directory(run.data, job.doom["savepoint_path"])
    try:
        done, failure = run.savepoint_status(trigger)
    except (Unreachable, Refused) as error:
        # Flink forgets what is done after some minutes, and dies with its machine.
        if run.bring_savepoint(trigger, target):
            return Progress(Outcome.DONE)
        if not isinstance(error, Refused) or error.status != UNKNOWN:
            raise
        run.take_savepoint(trigger, stop=job.stopping)
        return _wait(moment)
    if not done:
        return _wait(moment)
    if failure:
        # Flink may have written it and failed to end the job then, as when a `close` throws.
        saved = job.stopping and run.bring_savepoint(trigger, target)
        return Progress(Outcome.FAILED, cause(failure), saved=saved)
    if run.bring_savepoint(trigger, target):
        return Progress(Outcome.DONE)
    return Progress(Outcome.FAILED, "Flink wrote no savepoint")


def _canceling(moment: Moment, job: Job, run: Run) -> Progress:
    run.withdraw()
    if run.submitting:
        return _wait(moment)
    if not run.cluster.alive or run.stand().ended:
        _consume(job, run)
        run.forget()
        return Progress(Outcome.DONE)
    run.cancel()
    return _wait(moment)


def _failed(job: Job, run: Run, stand: Stand) -> Progress:
    """It ended by itself, or because the machinery below it did."""
    if not stand.state:
        return _lost(job, run)
    why = stand.reason or f"the job is {stand.state} in Flink"
    reason = f"{why}; see {run.page(ended=True)}"
    ours = "ran" in job.run and job.run.get("worker") != _worker(run)
    resume = _state(job, run) if ours else None
    return Progress(Outcome.FAILED, reason, restarts=stand.restarts, resume=resume, log=stand.trace)


def _lost(job: Job, run: Run) -> Progress:
    """The cluster is gone, and with it all that it knew."""
    return Progress(
        Outcome.FAILED,
        f"the local Flink ended while the job was on it: see {run.cluster.folder}/log",
        resume=_state(job, run),
    )


def _state(job: Job, run: Run) -> str | None:
    """What a job can go on from after its cluster failed it, as the wire names it."""
    if job.checkpoint_dir is None:
        return None
    kept = run.latest_checkpoint(files.bucket_directory(run.data, job.checkpoint_dir))
    if kept is not None:
        return files.wire_name(run.data, kept)
    begun: str | None = job.run.get("consumes")
    if begun is None:
        return None
    there = files.bucket_directory(run.data, begun) / "_metadata"
    return begun if there.is_file() else None


def _consume(job: Job, run: Run) -> None:
    """Remove the savepoint that the run began with, where Flink has not done so."""
    path = job.run.pop("consumes", None)
    if path is not None:
        shutil.rmtree(files.bucket_directory(run.data, path), ignore_errors=True)


def _wait(moment: Moment, text: str = "", restarts: int | None = None) -> Progress:
    return Progress(Outcome.WAITING, text, again=moment.now + SOON, restarts=restarts)


def _worker(run: Run) -> int | None:
    """The number of the TaskManager that lives; None: it does not."""
    found = run.cluster.running()
    return found.taskmanager.pid if found and found.taskmanager.alive else None
