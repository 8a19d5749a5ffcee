"""All Flink jobs of a project, or none: a list that may be a part of them is refused.

A user may see fewer jobs than there are, and then the service may count fewer too. The tags of a
project are listed by other rights, and every job that was made here has one: a job that they
tell of and the list does not is there, and hidden.
"""

from __future__ import annotations

from http import HTTPStatus

from pulumi_dli.client.api import Jobs
from pulumi_dli.errors import ApiError, NotFoundError
from pulumi_dli.job.listed import JAR_JOB, Listed


def every_job(jobs: Jobs) -> list[Listed]:
    """Read all Flink jobs of the project, of every kind.

    Raises:
        ApiError: the service refused, or does not show all of them to this user.
        DliError: it could not be reached.
    """
    tagged = _tagged(jobs)  # before the list, so that a job in both is no matter of moments
    # Which kinds a list without `job_type` holds is not documented.
    found = {job.job_id: job for job in [*jobs.listed(), *jobs.listed(job_type=JAR_JOB)]}
    for job_id in sorted(tagged - found.keys()):
        if _is_there(jobs, job_id):
            raise ApiError(
                f"could not list the Flink jobs of every kind: job {job_id} has tags and is not "
                "listed; run this as a user who may see every job of the project",
                status=HTTPStatus.OK,
            )
    return list(found.values())


def _tagged(jobs: Jobs) -> set[int]:
    """The jobs that the tags of the project tell of; none where those are not to be had."""
    try:
        return set(jobs.tags_of_project())
    except ApiError:
        return set()


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
