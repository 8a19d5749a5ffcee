"""The DLI client of Flink jobs: one method, one endpoint.

Every method raises the errors of `pulumi_dli.errors`; what is retried is the transport's
business. Source: DLI API reference, "Flink Job-related APIs" and "Queue-related APIs".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Protocol

from pulumi_dli.client.answers import mapping, paged, rows, unreadable
from pulumi_dli.errors import ApiError
from pulumi_dli.job.canonical import to_wire
from pulumi_dli.job.detail import JobDetail, integer
from pulumi_dli.job.listed import JAR_JOB, Listed
from pulumi_dli.job.queue import Pool, Queue
from pulumi_dli.job.redaction import secret_texts

_STREAMING = "/v1.0/{project_id}/streaming"
_TAGS = "/v3/{project_id}/dli_flink_job"
_QUEUES = "/v1.0/{project_id}/queues"
_POOLS = "/v3/{project_id}/elastic-resource-pools"
PAGE = 100
"""The most jobs that one page of the list may hold."""
WORDY_PAGE = 20
"""The jobs of a page that may hold whole programs in SQL: an answer is bounded."""
TAGGED_PAGE = 1000
"""The most jobs that one page of the tags of a project may hold."""

_ALL = "run this again, and where it stays so, as a user who may see every job of the project"


class Requests(Protocol):
    """What the client needs of a transport."""

    def request(
        self,
        method: str,
        path: str,
        *,
        what: str,
        params: Mapping[str, str | int] | None = None,
        json: object | None = None,
        hide: Iterable[str] = (),
    ) -> Any:
        """Send one request and return the decoded answer; no error repeats a text of `hide`."""
        ...


class Jobs:
    """Flink jobs of one project of one region."""

    def __init__(self, transport: Requests) -> None:
        self._transport = transport

    def create(self, values: Mapping[str, Any]) -> int:
        """Create a draft from fields of the JobSpec table and return its id. It is not started."""
        what = f"create the job {values.get('name')}"
        body = {name: to_wire(name, value) for name, value in values.items()}
        answer = self._transport.request(
            "POST", f"{_STREAMING}/flink-jobs", what=what, json=body, hide=secret_texts(values)
        )
        job_id = _told_of_job(answer, "job_id")
        if job_id <= 0:
            message = f"could not {what}: the service said yes but gave no job id"
            raise ApiError(message, status=200, uncertain=True)
        return job_id

    def update(self, job_id: int, values: Mapping[str, Any]) -> int:
        """Change fields of a job and return `update_time` (epoch milliseconds; 0 if not told)."""
        body = {name: to_wire(name, value) for name, value in values.items()}
        answer = self._transport.request(
            "PUT",
            f"{_STREAMING}/flink-jobs/{job_id}",
            what=f"change job {job_id}",
            json=body,
            hide=secret_texts(values),
        )
        return _told_of_job(answer, "update_time")

    def run(self, job_id: int, *, resume_savepoint: bool) -> None:
        """Ask for a start, from the job's latest savepoint or without state."""
        self._batch("run", f"start job {job_id}", job_id, resume_savepoint=resume_savepoint)

    def stop(self, job_id: int, *, trigger_savepoint: bool) -> None:
        """Ask for a stop, with or without taking a savepoint first."""
        self._batch("stop", f"stop job {job_id}", job_id, trigger_savepoint=trigger_savepoint)

    def delete(self, job_id: int) -> None:
        """Delete a job, whatever its state."""
        self._transport.request(
            "DELETE", f"{_STREAMING}/jobs/{job_id}", what=f"delete job {job_id}"
        )

    def details(self, job_id: int) -> JobDetail:
        """Read one job. Raises NotFoundError when there is none."""
        what = f"read job {job_id}"
        answer = self._transport.request("GET", f"{_STREAMING}/jobs/{job_id}", what=what)
        job = _job(what, mapping(what, answer, "job_detail"))
        if not job.status:
            raise unreadable(what, "it tells no status")
        if job.job_id not in (0, job_id):
            raise unreadable(what, "it tells of another job")
        return replace(job, job_id=job_id)

    def list_jobs(self, **filters: str | int) -> Iterator[JobDetail]:
        """Read the Flink Jar jobs that match, newest first, page by page.

        Args:
            filters: query parameters of the list, such as `name`, `tags`, `queue_name`,
                `status`. Whether `name` matches whole or in part is not documented, so look
                at the answers again.
        """
        what = "list the Flink jobs"

        def page(offset: int) -> Mapping[str, Any]:
            return self._page(what, offset, PAGE, {"job_type": JAR_JOB, **filters})

        return (_job(what, row) for _, row in paged(what, page, "jobs", "job_id", PAGE))

    def rows(self, number: int) -> tuple[list[JobDetail], bool]:
        """Read a page of the list of Flink Jar jobs, newest first, and whether more are behind it.

        Args:
            number: of the page, from 0 on.
        """
        what = "list the Flink jobs"
        around = self._page(what, number * PAGE, PAGE, {"job_type": JAR_JOB})
        found = [_job(what, row) for row in rows(what, around, "jobs")]
        total = integer(around.get("total_count"))
        return found, (number + 1) * PAGE < total if total > 0 else len(found) >= PAGE

    def listed(self, **filters: str) -> list[Listed]:
        """Read the jobs that match, of every kind, with all that the list says of each.

        Args:
            filters: query parameters of the list.

        Raises:
            ApiError: the list does not show all that it counts, or shows a job without its
                definition, as to a user who may not see every job.
        """
        what = "list the Flink jobs of every kind"
        totals: list[int] = []

        def page(offset: int) -> Mapping[str, Any]:
            around = self._page(what, offset, WORDY_PAGE, filters)
            totals.append(integer(around.get("total_count")))
            return around

        read = paged(what, page, "jobs", "job_id", WORDY_PAGE)
        found = [Listed.from_wire(row) for _, row in read]
        # Newest first: who deletes a job meanwhile moves an older one off the next page, and
        # the first total tells.
        if len(found) != max(totals):
            raise ApiError(
                f"could not {what}: the list counts {max(totals)} and shows {len(found)}; {_ALL}",
                status=HTTPStatus.OK,
            )
        return [_defined(what, job) for job in found]

    def told(self, job_id: int) -> Listed:
        """Read one job of any kind, with all that its details say.

        Raises:
            NotFoundError: there is none.
            ApiError: they are without its definition, as to a user who may not see it.
        """
        what = f"read job {job_id}"
        answer = self._transport.request("GET", f"{_STREAMING}/jobs/{job_id}", what=what)
        return _defined(what, Listed.from_wire(mapping(what, answer, "job_detail")))

    def trigger_savepoint(self, job_id: int, savepoint_path: str | None = None) -> None:
        """Ask a running job for a savepoint, into `savepoint_path` (`bucket/folder/`) if given."""
        body = {"action": "TRIGGER"}
        if savepoint_path:
            body["savepoint_path"] = savepoint_path
        self._transport.request(
            "POST",
            f"{_STREAMING}/jobs/{job_id}/savepoint",
            what=f"take a savepoint of job {job_id}",
            json=body,
        )

    def import_savepoint(self, job_id: int, savepoint_path: str) -> None:
        """Name the savepoint or checkpoint directory that the next resuming start reads."""
        self._transport.request(
            "POST",
            f"{_STREAMING}/jobs/{job_id}/import-savepoint",
            what=f"import the savepoint {savepoint_path} into job {job_id}",
            json={"job_id": job_id, "savepoint_path": savepoint_path},
        )

    def tags(self, job_id: int) -> dict[str, str]:
        """Read a job's tags."""
        what = f"read the tags of job {job_id}"
        return _tags(what, self._transport.request("GET", f"{_TAGS}/{job_id}/tags", what=what))

    def tags_of_project(self) -> dict[int, dict[str, str]]:
        """Read the tags of the project's jobs, by the jobs' ids, page by page."""
        what = "list the tags of the project's jobs"

        def page(offset: int) -> Mapping[str, Any]:
            answer = self._transport.request(
                "POST",
                f"{_TAGS}/resource-instances/filter",
                what=what,
                params={"limit": TAGGED_PAGE, "offset": offset},
                json={"tags": [], "matches": []},
            )
            return mapping(what, answer)

        found = paged(what, page, "resources", "resource_id", TAGGED_PAGE)
        return {job_id: _tags(what, row) for job_id, row in found}

    def add_tags(self, job_id: int, tags: Mapping[str, str]) -> None:
        """Add tags to a job, or give those it has a new value."""
        self._change_tags(job_id, "create", tags)

    def remove_tags(self, job_id: int, tags: Mapping[str, str]) -> None:
        """Take tags from a job."""
        self._change_tags(job_id, "delete", tags)

    def queues(self) -> list[Queue]:
        """Read every queue of the project."""
        what = "list the queues"
        answer = self._transport.request("GET", _QUEUES, what=what, params={"queue_type": "all"})
        queues = [Queue.from_wire(row) for row in rows(what, answer, "queues")]
        return [queue for queue in queues if queue.name]

    def queue(self, name: str) -> Queue:
        """Read one queue."""
        what = f"read the queue {name}"
        answer = self._transport.request("GET", f"{_QUEUES}/{name}", what=what)
        return Queue.from_wire(mapping(what, answer))

    def pools(self) -> list[Pool]:
        """Read the elastic resource pools of the project, at most a hundred."""
        what = "list the elastic resource pools"
        params = {"limit": PAGE, "offset": 0}
        answer = self._transport.request("GET", _POOLS, what=what, params=params)
        return [Pool.from_wire(row) for row in rows(what, answer, "elastic_resource_pools")]

    def _page(
        self, what: str, offset: int, limit: int, filters: Mapping[str, str | int]
    ) -> Mapping[str, Any]:
        """A page of the list of jobs, with their definitions, newest first."""
        params = {**filters, "show_detail": "true", "limit": limit, "offset": offset}
        answer = self._transport.request("GET", f"{_STREAMING}/jobs", what=what, params=params)
        return mapping(what, answer, "job_list")

    def _change_tags(self, job_id: int, action: str, tags: Mapping[str, str]) -> None:
        self._transport.request(
            "POST",
            f"{_TAGS}/{job_id}/tags/{action}",
            what=f"change the tags of job {job_id}",
            json={"tags": to_wire("tags", dict(tags))},
        )

    def _batch(self, verb: str, what: str, job_id: int, **options: bool) -> None:
        """Run or stop one job."""
        self._transport.request(
            "POST", f"{_STREAMING}/jobs/{verb}", what=what, json={"job_ids": [job_id], **options}
        )


def _told_of_job(answer: object, name: str) -> int:
    """A number of the job in the answer to a change; 0 where it is not told."""
    job = answer.get("job") if isinstance(answer, Mapping) else None
    return integer(job.get(name)) if isinstance(job, Mapping) else 0


def _job(what: str, data: Mapping[str, Any]) -> JobDetail:
    """A job of the details or of a list."""
    if not isinstance(data.get("job_config") or {}, Mapping):
        raise unreadable(what, "job_config is no object")
    return JobDetail.from_wire(data)


def _defined(what: str, job: Listed) -> Listed:
    if not job.defined:
        raise ApiError(
            f"could not {what}: job {job.job_id} is shown without its definition; {_ALL}",
            status=HTTPStatus.OK,
        )
    return job


def _tags(what: str, row: object) -> dict[str, str]:
    tags = rows(what, row, "tags")
    return {str(tag.get("key")): str(tag.get("value") or "") for tag in tags}
