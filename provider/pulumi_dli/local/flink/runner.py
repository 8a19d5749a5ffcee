"""The engine that runs jobs on a real Flink.

What it begins is only noted while the service's transaction is open; it is sent by the look
that follows, under a name that was noted, so a command that is killed in between loses
nothing and does nothing twice.
"""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pulumi_dli.local import savepoints
from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import choice, files, install, java, mapping, versions
from pulumi_dli.local.flink.causes import cause
from pulumi_dli.local.flink.processes import Process
from pulumi_dli.local.flink.rest import Refused, Unreachable
from pulumi_dli.local.flink.run import UNKNOWN, Run
from pulumi_dli.local.model import Outcome, Progress
from pulumi_dli.local.simulation import not_offered
from pulumi_dli.local.states import Status

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_dli.local.flink.run import Stand
    from pulumi_dli.local.model import Job, Moment

SOON, LATER = 0.2, 0.5
"""Seconds until the next look at something under way, and at a job that runs."""
GRACE = 5.0
"""Seconds that a submission gets to begin before it is taken for dead."""
LAUNCHES = 3
"""How often a start is tried whose cluster or submission dies."""
NO_SLOTS = "NoResourceAvailableException"


class Flink:
    """Runs jobs on the clusters beside a data folder.

    Args:
        folder: the data folder.
        version: of Flink, for the jobs that start: a release, or a line such as 1.15.
    """

    def __init__(self, folder: Path, version: str) -> None:
        self._folder = folder
        self._version = version

    @property
    def name(self) -> str:
        """Flink and its version."""
        return f"Flink {self._version}"

    def real(self, job: Job) -> bool:
        """Always."""
        del job
        return True

    def note(self, job: Job) -> str:
        """The version, and the page of the web UI that shows the job."""
        cluster = self._run(job).cluster
        return f"on Flink {cluster.version}: {cluster.rest().url}/#/job/running/{job.run['id']}"

    def graph(self, job: Job) -> dict[str, Any] | None:
        """Flink's own words, while it knows the job."""
        try:
            return self._run(job).graph()
        except (Unreachable, Refused):
            return None

    def start(self, moment: Moment, job: Job) -> float | None:
        """Note the run, and start a cluster where none runs and its Flink is installed."""
        run_id = f"{job.id:016x}{moment.ms:016x}"
        job.run = {"id": run_id, "version": versions.DEFAULT_VERSION, "launches": 0}
        try:
            self._begin(moment, job)
        except FlinkError as error:
            job.run["error"] = str(error)
        self._tidy(moment, job, job.run["version"])
        return moment.now

    def watch(self, moment: Moment, job: Job) -> float | None:
        """Now and then."""
        del job
        return moment.now + LATER

    def savepoint(self, moment: Moment, job: Job) -> float | None:
        """Note the savepoint's name."""
        job.run["trigger"] = uuid.uuid4().hex
        return moment.now

    def cancel(self, moment: Moment, job: Job) -> float | None:
        """Nothing to note: Flink cancels by the run's name."""
        del job
        return moment.now

    def look(self, moment: Moment, job: Job) -> Progress:
        """Do the next step, and tell how far things are."""
        run = self._run(job)
        try:
            match job.status:
                case Status.SUBMITTING:
                    return self._submitting(moment, job, run)
                case Status.RUNNING:
                    return self._running(moment, job, run)
                case Status.SAVEPOINTING:
                    return self._saving(moment, job, run)
                case _:
                    return self._canceling(moment, job, run)
        except Unreachable:
            if run.cluster.alive:
                return _wait(moment)
            return self._lost(job, run)
        except Refused as refusal:
            return Progress(Outcome.FAILED, cause(str(refusal)))
        except FlinkError as error:
            return Progress(Outcome.FAILED, str(error))

    def drop(self, moment: Moment, job: Job) -> None:
        """Cancel, and stop the clusters with the last job."""
        run = self._run(job)
        run.withdraw()
        _cancel(run)
        run.forget()
        self._tidy(moment, job)

    def _tidy(self, moment: Moment, job: Job, *used: str) -> None:
        """Stop the clusters that no other job has run on last."""
        others = "SELECT run FROM jobs WHERE deleted_at IS NULL AND run <> '{}' AND id <> ?"
        rows = moment.db.execute(others, (job.id,)).fetchall()
        needed = {*used, *(json.loads(row["run"])["version"] for row in rows)}
        choice.stop_all_but(self._folder, needed)

    def _run(self, job: Job) -> Run:
        cluster = choice.cluster(self._folder, job.run["version"])
        return Run(cluster, self._folder, job.run["id"])

    def _begin(self, moment: Moment, job: Job) -> None:
        if words := not_offered(job):
            raise FlinkError(words)
        job.run["version"] = versions.release(self._version)
        java.find()
        run = self._run(job)
        self._request(moment, job, run)
        if install.home(run.cluster.version) is not None:
            run.cluster.ensure()

    def _request(self, moment: Moment, job: Job, run: Run) -> None:
        """Write down what is submitted, and what becomes of the savepoints of earlier stops."""
        taken = savepoints.taken_at_stop(moment, job)
        resume = None
        if job.resume_path is not None:
            resume = files.bucket_directory(self._folder, job.resume_path)
            if not (resume / "_metadata").is_file():
                raise FlinkError(f"there is no savepoint or checkpoint at {job.resume_path}")
        claim = job.resume_path in taken
        job.run["consumes"] = job.resume_path if claim else None
        job.run["discards"] = [path for path in taken if path != job.resume_path]
        version, checkpoints = run.cluster.version, self._checkpoints(moment, job)
        body = mapping.body(
            run.id, job, version, checkpoints=checkpoints, resume=resume, claim=claim
        )
        run.request(mapping.code(self._folder, job.definition), body)

    def _checkpoints(self, moment: Moment, job: Job) -> Path:
        """The directory of the job's checkpoints; without a bucket one that no client sees."""
        job.checkpoint_dir = savepoints.checkpoint_dir(moment, job)
        if job.checkpoint_dir is None:
            return self._folder / "flink" / "checkpoints" / str(job.id)
        return files.bucket_directory(self._folder, job.checkpoint_dir)

    def _submitting(self, moment: Moment, job: Job, run: Run) -> Progress:
        if "error" in job.run:
            return Progress(Outcome.FAILED, job.run["error"])
        if install.home(run.cluster.version) is None:
            return self._install(moment, job, run)
        result = run.result()
        if result is None:
            return self._submit(moment, job, run)
        if result:
            return Progress(Outcome.FAILED, cause(result))
        stand = run.stand()
        if stand.going or stand.state == "FINISHED":
            for path in job.run.pop("discards", ()):
                shutil.rmtree(files.bucket_directory(self._folder, path), ignore_errors=True)
            job.run["ran"] = True
            job.run["worker"] = _worker(run)
            return Progress(Outcome.DONE, restarts=stand.restarts)
        if stand.ended:
            return self._failed(job, run, stand)
        if NO_SLOTS in stand.reason and "ran" not in job.run:
            _cancel(run)  # else it would ask for slots again and again
            return Progress(Outcome.FAILED, stand.reason)
        run.cluster.ensure()
        return _wait(moment, stand.reason or f"{self.name} starts the job", stand.restarts)

    def _install(self, moment: Moment, job: Job, run: Run) -> Progress:
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

    def _submit(self, moment: Moment, job: Job, run: Run) -> Progress:
        quiet = moment.now - job.run.get("asked", 0) > GRACE
        if quiet and not (run.submitting and run.cluster.whole):
            job.run["asked"] = moment.now
            job.run["launches"] += 1
            if job.run["launches"] > LAUNCHES:
                run.withdraw()
                words = (
                    f"Flink {run.cluster.version} does not come up: see {run.cluster.folder}/log"
                )
                return Progress(Outcome.FAILED, words)
            run.cluster.ensure()
            run.submit()
        return _wait(moment, f"Flink {run.cluster.version} takes the jar")

    def _running(self, moment: Moment, job: Job, run: Run) -> Progress:
        stand = run.stand()
        if stand.going:
            return Progress(Outcome.WAITING, again=moment.now + LATER, restarts=stand.restarts)
        if stand.state == "FINISHED":
            self._consume(job)
            return Progress(Outcome.DONE, "finished")
        if stand.ended:
            return self._failed(job, run, stand)
        run.cluster.ensure()
        return Progress(
            Outcome.RESTARTING, stand.reason, again=moment.now + SOON, restarts=stand.restarts
        )

    def _saving(self, moment: Moment, job: Job, run: Run) -> Progress:
        trigger = job.run["trigger"]
        target = files.bucket_directory(self._folder, job.doom["savepoint_path"])
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
            return Progress(Outcome.FAILED, cause(failure))
        if run.bring_savepoint(trigger, target):
            return Progress(Outcome.DONE)
        return Progress(Outcome.FAILED, "Flink wrote no savepoint")

    def _canceling(self, moment: Moment, job: Job, run: Run) -> Progress:
        run.withdraw()
        if run.submitting:
            return _wait(moment)
        if not run.cluster.alive or run.stand().ended:
            self._consume(job)
            run.forget()
            return Progress(Outcome.DONE)
        _cancel(run)
        return _wait(moment)

    def _failed(self, job: Job, run: Run, stand: Stand) -> Progress:
        """It ended by itself, or because the machinery below it did."""
        if not stand.state:
            return self._lost(job, run)
        reason = stand.reason or f"the job is {stand.state} in Flink"
        ours = "ran" in job.run and job.run.get("worker") != _worker(run)
        resume = self._state(job, run) if ours else None
        return Progress(Outcome.FAILED, reason, restarts=stand.restarts, resume=resume)

    def _lost(self, job: Job, run: Run) -> Progress:
        """The cluster is gone, and with it all that it knew."""
        return Progress(
            Outcome.FAILED,
            f"the local Flink ended while the job was on it: see {run.cluster.folder}/log",
            resume=self._state(job, run),
        )

    def _state(self, job: Job, run: Run) -> str | None:
        """What a job can go on from after its cluster failed it, as the wire names it."""
        if job.checkpoint_dir is None:
            return None
        kept = run.latest_checkpoint(files.bucket_directory(self._folder, job.checkpoint_dir))
        if kept is not None:
            return files.wire_name(self._folder, kept)
        begun: str | None = job.run.get("consumes")
        if begun is None:
            return None
        there = files.bucket_directory(self._folder, begun) / "_metadata"
        return begun if there.is_file() else None

    def _consume(self, job: Job) -> None:
        """Remove the savepoint that the run began with, where Flink has not done so."""
        path = job.run.pop("consumes", None)
        if path is not None:
            shutil.rmtree(files.bucket_directory(self._folder, path), ignore_errors=True)


def _wait(moment: Moment, text: str = "", restarts: int | None = None) -> Progress:
    return Progress(Outcome.WAITING, text, again=moment.now + SOON, restarts=restarts)


def _cancel(run: Run) -> None:
    try:
        run.cluster.rest().cancel(run.id)
    except (Unreachable, Refused):
        return  # not there, or ended by itself


def _worker(run: Run) -> int | None:
    """The number of the TaskManager that lives; None: it does not."""
    found = run.cluster.running()
    return found.taskmanager.pid if found and found.taskmanager.alive else None
