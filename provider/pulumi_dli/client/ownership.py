"""Whose a job is: the ownership mark, read in the ways that a region offers.

A job made here carries the tag `pulumi-owner`. The job details do not show tags, so the mark
is read with the list's `tags` filter, which is trusted only if it finds nothing for a mark
that no job can have; the tag endpoints are the second way. Where neither works the answer is
`UNKNOWN`, and a job of that name counts as someone else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from http import HTTPStatus
from typing import Protocol

from pulumi_dli.errors import ApiError, JobForeign
from pulumi_dli.job.canonical import line
from pulumi_dli.job.detail import JobDetail, date
from pulumi_dli.job.options import OWNER_TAG

IMPOSSIBLE_MARK = "no-job-has-this-mark"


class Listing(Protocol):
    """What marks are read from: the service, or what a preview saw of it."""

    def list_jobs(self, **filters: str | int) -> Iterator[JobDetail]:
        """The Flink Jar jobs that match."""
        ...

    def tags(self, job_id: int) -> dict[str, str]:
        """A job's tags. Raises ApiError where they cannot be read."""
        ...


class Owner(StrEnum):
    """Whose a job is."""

    OURS = "ours"
    OTHER = "another's"
    NOBODY = "nobody's"
    UNKNOWN = "unknown"


class Ownership:
    """Reads marks. One for each project; remembers what the region was found to offer."""

    def __init__(self, jobs: Listing, warn: Callable[[str], None]) -> None:
        self._jobs = jobs
        self._warn = warn
        self._filter_works: bool | None = None

    def arrival(self, name: str, *marks: str) -> tuple[JobDetail | None, Owner]:
        """The job that is there for a resource that is not in the state, by name and by mark.

        Args:
            name: the job's name; "" while it is not known.
            marks: the resource's marks, those of its aliases behind its own.

        Returns:
            The job and whose it is: ours, or one of that name whose mark cannot be read
            (`UNKNOWN`). None where there is neither.

        Raises:
            JobForeign: the name is another's, or two jobs carry the resource's marks.
        """
        marked = next(filter(None, map(self._marked, marks)), [])
        if len(marked) > 1:
            raise JobForeign(_twice(marked))
        named = self._named(name) if name else None
        if named is None or named.job_id in (job.job_id for job in marked):
            return (marked[0], Owner.OURS) if marked else (None, Owner.NOBODY)
        owner, theirs = self.owner(named, *marks)
        if owner is Owner.UNKNOWN:
            return named, owner
        if owner is not Owner.OURS:
            raise JobForeign(foreign(named, theirs))
        if marked:
            raise JobForeign(_twice([*marked, named]))
        return named, owner

    def owner(self, job: JobDetail, *marks: str) -> tuple[Owner, str]:
        """Whose a job is, seen from a resource's marks, and the mark it carries if it is told."""
        for mark in marks:
            if self._listed(job, mark) and self._filter_is_trusted(job):
                return Owner.OURS, mark
        try:
            found = line(self._jobs.tags(job.job_id).get(OWNER_TAG))
        except ApiError as error:
            if error.uncertain or error.status == HTTPStatus.UNAUTHORIZED:
                raise
            self._warn(
                f"the ownership mark of job {job.name} ({job.job_id}) cannot be read here: {error}"
            )
            return Owner.UNKNOWN, ""
        if not found:
            return Owner.NOBODY, ""
        return (Owner.OURS if found in marks else Owner.OTHER), found

    def _named(self, name: str) -> JobDetail | None:
        """The job of exactly that name, or None."""
        found = (job for job in self._jobs.list_jobs(name=name) if job.name == name)
        return next(found, None)

    def _marked(self, mark: str) -> list[JobDetail]:
        """The jobs that carry the mark, whatever their names; none where that cannot be told."""
        jobs = self._jobs.list_jobs(tags=f"{OWNER_TAG}={mark}")
        first = next(jobs, None)
        return [first, *jobs] if first is not None and self._filter_is_trusted(first) else []

    def _listed(self, job: JobDetail, mark: str) -> bool:
        filters = {"name": job.name, "tags": f"{OWNER_TAG}={mark}"}
        return any(other.job_id == job.job_id for other in self._jobs.list_jobs(**filters))

    def _filter_is_trusted(self, job: JobDetail) -> bool:
        """Whether the list's `tags` filter filters at all; asked once."""
        if self._filter_works is None:
            self._filter_works = not self._listed(job, IMPOSSIBLE_MARK)
        return self._filter_works


def foreign(job: JobDetail, mark: str) -> str:
    """That a job's name is taken, and the ways out.

    Args:
        job: the job that has the name.
        mark: the mark that it carries; "" when it has none, or none that can be read.
    """
    return (
        f"{_exists(job, mark)}; if this resource was renamed, give it "
        "`aliases=[…]` with its old name; to take that job over, set "
        f"`adopt_job_id={job.job_id}`; else choose another `name`"
    )


def taken(job: JobDetail, mark: str) -> str:
    """That the new name of a resource which has a job is taken; see `foreign`."""
    return (
        f"{_exists(job, mark)}; choose another `name`; this resource has a job of its own already, "
        "so `adopt_job_id`, which a create alone reads, takes that one over only once "
        "`pulumi destroy --target` has given up its own"
    )


def _exists(job: JobDetail, mark: str) -> str:
    whose = f"carries the mark {mark}" if mark else "carries no mark of this resource"
    return (
        f"a job named {job.name} exists already: job {job.job_id}, made at "
        f"{date(job.create_time)}, {whose}"
    )


def _twice(jobs: list[JobDetail]) -> str:
    ids = " and ".join(str(job.job_id) for job in jobs)
    return (
        f"jobs {ids} both carry this resource's mark or that of an alias, and it can have one job "
        "only; delete one of them, or take its tag `pulumi-owner` away"
    )
