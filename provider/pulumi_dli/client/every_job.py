"""All Flink jobs of a project, or none: a list that may be a part of them is refused.

A user may see fewer jobs than there are, and then the service may count fewer too. The tags of a
project are listed by other rights, and every job that was made here has one: a job that they
tell of and the list does not is there, and hidden.

Whether a row of the list holds all of a job is not documented either, and what is absent or null
there may be set: so each job's details are read too.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus
from itertools import repeat

from pulumi_dli.client.api import Jobs
from pulumi_dli.errors import ApiError, NotFoundError
from pulumi_dli.job.listed import JAR_JOB, Listed
from pulumi_dli.job.options import OWNER_TAG

AT_ONCE = 8
"""Jobs whose details are asked for beside each other."""


def every_job(jobs: Jobs) -> list[Listed]:
    """Read all Flink jobs of the project, of every kind, each with all that is told of it.

    Raises:
        ApiError: the service refused, or does not show all of them, or all of one, to this user.
        DliError: it could not be reached.
    """
    tags = _tags(jobs)  # before the list, so that a job in both is no matter of moments
    # Which kinds a list without `job_type` holds is not documented.
    found = {job.job_id: job for job in [*jobs.listed(), *jobs.listed(job_type=JAR_JOB)]}
    for job_id in sorted(tags.keys() - found.keys()):
        if _is_there(jobs, job_id):
            raise ApiError(
                f"could not list the Flink jobs of every kind: job {job_id} has tags and is not "
                "listed; run this as a user who may see every job of the project",
                status=HTTPStatus.OK,
            )
    with ThreadPoolExecutor(AT_ONCE) as pool:
        whole = pool.map(_whole, repeat(jobs), found.values())
        return [replace(job, mark=tags.get(job.job_id, {}).get(OWNER_TAG, "")) for job in whole]


def _whole(jobs: Jobs, row: Listed) -> Listed:
    """A job with what its details say beside its row."""
    try:
        told = jobs.told(row.job_id)
    except NotFoundError:  # deleted meanwhile
        return row
    return replace(row, bucket=told.bucket or row.bucket, texts=(*row.texts, *told.texts))


def _tags(jobs: Jobs) -> dict[int, dict[str, str]]:
    """The tags of the project's jobs by their ids; none where those are not to be had."""
    try:
        return jobs.tags_of_project()
    except ApiError:
        return {}


def _is_there(jobs: Jobs, job_id: int) -> bool:
    """Whether there is a job, be it one that this user may not see."""
    try:
        jobs.details(job_id)
    except NotFoundError:
        return False
    except ApiError as error:
        if error.uncertain:
            raise
    return True
