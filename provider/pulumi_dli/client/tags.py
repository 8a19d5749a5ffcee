"""Tags of jobs: read for a whole project by one request where the region offers it, else by job.

The details of a job do not show tags. What the region does not offer is found out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pulumi_dli.client.api import Jobs
from pulumi_dli.errors import ApiError, DliError, MissingEndpoint
from pulumi_dli.job.canonical import line
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.options import OWNER_TAG
from pulumi_dli.job.restarts import RESTART_TAG
from pulumi_dli.once import Once
from pulumi_dli.settings.settings import ignores

OURS = "pulumi-*"
"""The keys of tags that are the provider's own."""


class Tags:
    """The tags of one project.

    Args:
        jobs: the DLI client.
        ignored: keys that others manage; one that ends with `*` stands for all that begin so.
    """

    def __init__(self, jobs: Jobs, ignored: Iterable[str] = ()) -> None:
        self._jobs = jobs
        self._hidden = (OURS, *ignored)
        self._project = Once(self._read_project)
        self._missing = False
        self._changed: set[int] = set()

    def seen(self, job: JobDetail) -> JobDetail:
        """The job with its tags and its mark, as this process saw them first.

        Where they cannot be read the job is as it was.
        """
        if job.mark is not None and job.job_id not in self._changed:
            return job
        return self._tagged(job, self.of(job.job_id))

    def fresh(self, job: JobDetail) -> JobDetail:
        """The job with its tags and its mark as they are now, where they can be read."""
        return self._tagged(job, self._of_job(job.job_id))

    def of(self, job_id: int) -> dict[str, str] | None:
        """All tags of a job; None where they cannot be read."""
        everyones = self.everyones()
        if everyones is not None and job_id in everyones and job_id not in self._changed:
            return everyones[job_id]
        return self._of_job(job_id)  # a list need not name jobs without tags

    def everyones(self) -> dict[int, dict[str, str]] | None:
        """The tags of the project's jobs by their ids; None where the region does not list them."""
        return self._project.get()

    def add(self, job_id: int, tags: Mapping[str, str]) -> None:
        """Add tags to a job, or give those it has a new value."""
        self._changed.add(job_id)
        self._jobs.add_tags(job_id, tags)

    def remove(self, job_id: int, tags: Mapping[str, str]) -> None:
        """Take tags from a job."""
        self._changed.add(job_id)
        self._jobs.remove_tags(job_id, tags)

    def _read_project(self) -> dict[int, dict[str, str]] | None:
        try:
            return self._jobs.tags_of_project()
        except DliError:
            return None

    def _of_job(self, job_id: int) -> dict[str, str] | None:
        if self._missing:
            return None
        try:
            return self._jobs.tags(job_id)
        except MissingEndpoint:
            self._missing = True
            return None
        except ApiError:
            return None

    def _tagged(self, job: JobDetail, tags: dict[str, str] | None) -> JobDetail:
        if tags is None:
            return job
        told = {key: text for key, text in tags.items() if not ignores(self._hidden, key)}
        mark, restart = line(tags.get(OWNER_TAG)), line(tags.get(RESTART_TAG))
        return replace(job, mark=mark, restart=restart, values={**job.values, "tags": told})
