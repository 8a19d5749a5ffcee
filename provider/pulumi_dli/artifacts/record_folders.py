"""Where the records of savepoints that wait are: in a job's bucket, by its project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pulumi_dli.artifacts.names import FOLDER
from pulumi_dli.client.retries import again
from pulumi_dli.errors import ApiError, DliError, TransportError
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.object_url import SCHEME, is_bucket
from pulumi_dli.job.state import State

if TYPE_CHECKING:
    from pulumi_dli.artifacts.objects import Objects

RECORDS = "records"
"""The folder of records, in that of the project's artifacts."""
_OF_A_JOB = re.compile(rf"(?:{SCHEME})?(?P<bucket>[^/]+)/(?:jobs/savepoint|{FOLDER})/")
"""A savepoint in the bucket of a job, as the service or a copy has it."""


class Folder(NamedTuple):
    """Where the records of a project's jobs with one bucket are."""

    bucket: str
    region: str | None
    project: str

    @classmethod
    def of(cls, whose: Desired | State, bucket: object = None) -> Folder | None:
        """That of a job, in its bucket or another; None without one, or without a project.

        Args:
            whose: the program's wish, or what is known of the job.
            bucket: another bucket.
        """
        bucket, project = bucket or whose.value("obs_bucket"), whose.value("project_id")
        if not bucket or not project or not is_bucket(str(bucket)):
            return None
        return cls(str(bucket), whose.value("region"), str(project))

    @property
    def prefix(self) -> str:
        """What their keys begin with."""
        return f"{FOLDER}/{self.project}/{RECORDS}/"

    def key(self, mark: str) -> str:
        """The key of a resource's record."""
        return f"{self.prefix}{mark}.json"


def folders(whose: Sequence[Desired | State], job: JobDetail | None) -> Iterator[Folder]:
    """The folders of a resource's records, each once: in its bucket, and in those of before.

    Args:
        whose: the program's wish, and what is known of the job. What it is to begin from may be in
            the bucket that it had when that was written.
        job: the live job, whose bucket may be another; None for none.
    """
    buckets = [None] if job is None else [None, job.values.get("obs_bucket")]
    paths = (each.next_start.path for each in whose if isinstance(each, State))
    buckets += [told["bucket"] for told in map(_OF_A_JOB.match, paths) if told]
    found = (Folder.of(each, bucket) for bucket in buckets for each in whose)
    return iter(dict.fromkeys(filter(None, found)))


def keys(store: Objects, folder: Folder) -> set[str]:
    """The keys of a folder's records; a service that is there, and fails, is asked patiently.

    Raises:
        DliError: they cannot be listed.
    """
    try:
        return {row.key for row in store.hasty().listed(folder.bucket, folder.prefix)}
    except DliError as error:
        if not passing(error):
            raise
    return {row.key for row in store.listed(folder.bucket, folder.prefix)}


def passing(error: DliError) -> bool:
    """Whether a service that is there fails, or its answer is lost, which it soon will no more."""
    if isinstance(error, TransportError):
        return error.uncertain  # else there is no way to it
    return isinstance(error, ApiError) and again(error, repeatable=True) is not False
