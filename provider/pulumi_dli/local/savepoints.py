"""The record of savepoints and checkpoints: what a start can resume from.

Layout in the job's bucket: `jobs/savepoint/{job_id}/{yyyy-mm-dd_HH-mm-ss}/` and
`jobs/checkpoint/{job_id}_…/chk-N/`. What Flink writes are Flink's own files; of a job that runs
in name only it is one object, `_metadata`, so that a copy of it is as good.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pulumi_dli.local.obs.files import Files
from pulumi_dli.local.obs.refusals import NOT_FOUND, ObjectRefusal

if TYPE_CHECKING:
    from pulumi_dli.local.model import Job, Moment

SCHEME = "obs://"
METADATA = "_metadata"
"""The object that makes a directory a savepoint."""
MOST_BYTES = 4096
"""Bytes of that object, for a job that runs in name only."""


class Kind(StrEnum):
    """Who asked for it; only that of a stop goes away when the job runs again."""

    STOP = "stop"
    TRIGGER = "trigger"
    CHECKPOINT = "checkpoint"


class Content(NamedTuple):
    """What is in a savepoint or a checkpoint of a job that runs in name only."""

    counter: int
    kind: str
    shape: str


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
    content = Content(count, kind, shape(job))
    moment.db.execute(
        "REPLACE INTO savepoints (path, job_id, kind, counter, shape, taken_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (path, job.id, kind, count, content.shape, moment.now),
    )
    if not moment.runner.real(job):
        _write(moment, path, content)


def _write(moment: Moment, path: str, content: Content) -> None:
    bucket, _, key = f"{path}{METADATA}".partition("/")
    # Where no object can be called so, the record alone must do.
    with suppress(ObjectRefusal), Files(moment.folder).writing(bucket, key) as file:
        file.write(json.dumps(content._asdict()).encode())
        file.flush()
        os.utime(file.fileno(), (moment.now, moment.now))


def shape(job: Job) -> str:
    """What has to be the same for a checkpoint to fit a job."""
    return f"{job.definition['parallel_number']} {job.definition['entrypoint']}"


def counter(moment: Moment, path: str) -> int | None:
    """The state counter in a savepoint or checkpoint; None where there is none."""
    found = content(moment, path)
    return None if found is None else found.counter


def content(moment: Moment, path: str) -> Content | None:
    """What is in a savepoint or checkpoint, as a run in name only takes it, be it a copy.

    Where no object can be called so, and of what Flink has written, the record tells.
    """
    try:
        return _read(moment, path) or _recorded(moment, path)
    except ObjectRefusal as refusal:
        return None if refusal.status == NOT_FOUND else _recorded(moment, path)


def in_name_only(moment: Moment, path: str) -> bool:
    """Whether a run in name only has written a directory, so that no Flink can begin from it."""
    try:
        return _read(moment, path) is not None
    except ObjectRefusal:
        return False


def _read(moment: Moment, path: str) -> Content | None:
    """What a run in name only has written; None: it is Flink's own, or somebody's.

    Raises:
        ObjectRefusal: there is nothing, or no object can be called so.
    """
    bucket, _, key = f"{path}{METADATA}".partition("/")
    found = Files(moment.folder).opened(bucket, key)
    with found.file as file:
        text = file.read(MOST_BYTES)
    try:
        told = json.loads(text)
        return Content(int(told["counter"]), str(told["kind"]), str(told["shape"]))
    except (ValueError, TypeError, KeyError):
        return None


def _recorded(moment: Moment, path: str) -> Content | None:
    row = moment.db.execute(
        "SELECT counter, kind, shape FROM savepoints WHERE path = ?", (path,)
    ).fetchone()
    return None if row is None else Content(*row)


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
    if not moment.runner.real(job):  # else Flink has done so
        for path in taken_at_stop(moment, job):
            bucket, _, key = f"{path}{METADATA}".partition("/")
            with suppress(ObjectRefusal):
                Files(moment.folder).delete(bucket, key)
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
