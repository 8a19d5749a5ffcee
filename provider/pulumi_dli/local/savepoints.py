"""The record of savepoints and checkpoints: what a start can resume from.

Layout in the job's bucket: `jobs/savepoint/{job_id}/{yyyy-mm-dd_HH-mm-ss}/` and
`jobs/checkpoint/{job_id}_…/chk-N/`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_dli.local.model import Job, Moment

SCHEME = "obs://"


class Kind(StrEnum):
    """Who asked for it; only that of a stop goes away when the job runs again."""

    STOP = "stop"
    TRIGGER = "trigger"
    CHECKPOINT = "checkpoint"


def normal(path: str) -> str:
    """One spelling of a directory: `bucket/dir/`, without the scheme."""
    return path.removeprefix(SCHEME).strip("/") + "/"


def free_path(moment: Moment, job: Job) -> str:
    """The directory of the next savepoint of a job that has a bucket."""
    second = int(moment.now)
    while True:
        stamp = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d_%H-%M-%S")
        path = normal(f"{job.definition['obs_bucket']}/jobs/savepoint/{job.id}/{stamp}")
        if counter(moment, path) is None:
            return path
        second += 1


def keep(moment: Moment, job: Job, path: str, kind: Kind, count: int) -> None:
    """Record what was written, and the state counter in it."""
    moment.db.execute(
        "REPLACE INTO savepoints (path, job_id, kind, counter, shape, taken_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (path, job.id, kind, count, shape(job), moment.now),
    )


def shape(job: Job) -> str:
    """What has to be the same for a checkpoint to fit a job."""
    return f"{job.definition['parallel_number']} {job.definition['entrypoint']}"


def counter(moment: Moment, path: str) -> int | None:
    """The state counter in a savepoint or checkpoint; None where there is none."""
    row = moment.db.execute("SELECT counter FROM savepoints WHERE path = ?", (path,)).fetchone()
    return None if row is None else int(row[0])


def taken_at_stop(moment: Moment, job: Job) -> list[str]:
    """The savepoints of the job's stops that no start has used up."""
    rows = moment.db.execute(
        "SELECT path FROM savepoints WHERE job_id = ? AND kind = ?", (job.id, Kind.STOP)
    )
    return [str(row["path"]) for row in rows]


def remove_taken_at_stop(moment: Moment, job: Job) -> None:
    """What the service does once a job runs again.

    Chosen: at that moment and not before, so that a start that fails can be tried again
    with `import-savepoint`; whatever goes wrong later needs a checkpoint or a new savepoint.
    """
    moment.db.execute("DELETE FROM savepoints WHERE job_id = ? AND kind = ?", (job.id, Kind.STOP))


def checkpoint_dir(moment: Moment, job: Job) -> str | None:
    """Where the job's checkpoints go; None: nowhere. Made up when the user gave no path."""
    if job.definition["checkpoint_path"]:
        return normal(job.definition["checkpoint_path"])
    bucket = job.definition["obs_bucket"]
    if not bucket:
        return None
    root = f"{bucket}/jobs/checkpoint/{job.id}_"
    if job.checkpoint_dir and job.checkpoint_dir.startswith(root):
        return job.checkpoint_dir
    return f"{root}{moment.ms}/"


def retain_checkpoint(moment: Moment, job: Job) -> str | None:
    """The last checkpoint of a running job that ends by itself; None: it made none."""
    definition = job.definition
    on = definition["checkpoint_enabled"] or (
        definition["resume_checkpoint"] and definition["checkpoint_path"]
    )
    where = checkpoint_dir(moment, job)
    if not on or where is None or job.counting_since is None:
        return None
    interval = definition["checkpoint_interval"]
    number = int((moment.now - job.counting_since) // interval)
    if not number:
        return None
    path = f"{where}chk-{number}/"
    keep(moment, job, path, Kind.CHECKPOINT, job.counter + number * interval)
    return path
