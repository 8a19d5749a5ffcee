"""What a job's log says of a failure: `jobs/logs/{job_id}_{ms}/jobmanager.log` in its bucket.

Chosen: only of a job with `log_enabled`, at the failure and at once, and nothing else of the log.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pulumi_dli.local.obs.files import Files
from pulumi_dli.local.obs.refusals import ObjectRefusal

if TYPE_CHECKING:
    from pulumi_dli.local.model import Job, Moment, Progress


def keep(moment: Moment, job: Job, progress: Progress) -> None:
    """Write down why a job fails, while it still has the status in which it does."""
    bucket = job.definition["obs_bucket"]
    if not (job.definition["log_enabled"] and bucket):
        return
    at = datetime.fromtimestamp(moment.now, UTC).strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
    state = job.status.removeprefix("job_").upper()
    text = f"{at} INFO  Job {job.name} ({job.id}) switched from {state} to FAILED.\n"
    key = f"jobs/logs/{job.id}_{moment.ms}/jobmanager.log"
    # Where no object can be called so, there is no log.
    with suppress(ObjectRefusal), Files(moment.folder).writing(bucket, key) as file:
        file.write(f"{text}{progress.log or progress.text}\n".encode("utf-8", "replace"))
        file.flush()
        os.utime(file.fileno(), (moment.now, moment.now))
