"""The runner on a real Flink: begins what the job verbs ask for.

What it begins is only noted while the service's transaction is open; it is sent by the look
that follows (`progress`), under a name that was noted, so a command that is killed in between
loses nothing and does nothing twice.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from pulumi_dli.local import queues, savepoints
from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import choice, files, install, java, mapping, progress, versions
from pulumi_dli.local.flink.rest import Refused, Unreachable
from pulumi_dli.local.flink.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_dli.local.model import Job, Moment, Progress

OF_A_SIMULATED_RUN = (
    "{} is of a simulated run, and holds no state that Flink could begin from: set "
    'upgrade_mode="stateless" for one `pulumi up`, or run `pulumi-dli local reset`'
)


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

    in_name = False

    def real(self, job: Job) -> bool:
        """Always."""
        del job
        return True

    def note(self, job: Job) -> str:
        """The version, and the page of the web UI that shows the job."""
        run = self._run(job)
        return f"on Flink {run.cluster.version}: {run.page(ended=False)}"

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
        return moment.now + progress.LATER

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
        return progress.look(moment, job, self._run(job))

    def drop(self, moment: Moment, job: Job) -> None:
        """Cancel, and stop the clusters with the last job."""
        run = self._run(job)
        run.withdraw()
        run.cancel()
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
        if words := queues.not_offered(moment, job):
            raise FlinkError(words)
        resume = self._resume(moment, job)
        job.run["version"] = versions.release(self._version)
        java.find()
        run = self._run(job)
        self._request(moment, job, run, resume)
        if install.home(run.cluster.version) is not None:
            run.cluster.ensure()

    def _resume(self, moment: Moment, job: Job) -> Path | None:
        """The directory that the run begins from; None: from nothing.

        Raises:
            FlinkError: there is nothing in it, or nothing that Flink can read.
        """
        if job.resume_path is None:
            return None
        found = files.bucket_directory(self._folder, job.resume_path)
        if not (found / savepoints.METADATA).is_file():
            raise FlinkError(f"there is no savepoint or checkpoint at {job.resume_path}")
        if savepoints.in_name_only(moment, job.resume_path):
            raise FlinkError(OF_A_SIMULATED_RUN.format(job.resume_path))
        return found

    def _request(self, moment: Moment, job: Job, run: Run, resume: Path | None) -> None:
        """Write down what is submitted, and what becomes of the savepoints of earlier stops."""
        taken = savepoints.taken_at_stop(moment, job)
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
