"""Where the records of savepoints that wait are: in a job's bucket, by its project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pulumi_dli.artifacts.names import FOLDER
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.object_url import is_bucket
from pulumi_dli.job.state import State

RECORDS = "records"
"""The folder of records, in that of the project's artifacts."""


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
    """The folders of a resource's records, each once: in its bucket, and in that of its job.

    Args:
        whose: the program's wish, and what is known of the job.
        job: the live job, whose bucket may be another; None for none.
    """
    buckets = [None] if job is None else [None, job.values.get("obs_bucket")]
    found = (Folder.of(each, bucket) for bucket in buckets for each in whose)
    return iter(dict.fromkeys(filter(None, found)))
