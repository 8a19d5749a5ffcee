"""All jobs of a project or none: what a list has to show before anything is concluded from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pulumi_dli.client.api import WORDY_PAGE, Jobs
from pulumi_dli.client.every_job import every_job
from pulumi_dli.client.transport import Transport
from pulumi_dli.errors import ApiError, DliError, TransportError

JAR = {"job_type": "flink_jar_job", "job_config": {"entrypoint": None}}
SQL = {"job_type": "flink_opensource_sql_job", "job_config": {"udf_jar_url": "obs://a/udf.jar"}}


def job(number: int, **fields: Any) -> dict[str, Any]:
    return {"job_id": number, "name": f"job-{number}", "user_id": "u1", **JAR, **fields}


class Project:
    """A service with these jobs, newest first, in pages as they are asked for."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = list(rows)
        self.total: object = None
        """What it counts, in place of how many there are."""
        self.tagged: list[int] | int = 404
        """The jobs that the tags tell of, or a status in their place."""
        self.details: dict[int, httpx.Response] = {}
        self.between: Callable[[], None] = lambda: None
        """Called behind each page."""
        self.asked: list[dict[str, str]] = []
        client = httpx.Client(
            base_url="https://dli.example.org", transport=httpx.MockTransport(self._answer)
        )
        self.jobs = Jobs(Transport(client, project_id=lambda: "p", max_retries=0))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/filter"):
            if isinstance(self.tagged, int):
                return httpx.Response(self.tagged)
            found = [{"resource_id": str(each), "tags": []} for each in self.tagged]
            return httpx.Response(200, json={"resources": found, "total_count": len(found)})
        if not path.endswith("/jobs"):
            job_id = int(path.rpartition("/")[2])
            if job_id in self.details:
                return self.details[job_id]
            [row] = [row for row in self.rows if row["job_id"] == job_id]
            return httpx.Response(200, json={"job_detail": row})
        query = dict(request.url.params)
        self.asked.append(query)
        kind = query.get("job_type")
        rows = [row for row in self.rows if kind in (None, row.get("job_type"))]
        start, size = int(query["offset"]), int(query["limit"])
        listed: dict[str, Any] = {"jobs": rows[start : start + size]}
        listed["total_count"] = len(rows) if self.total is None else self.total
        self.between()
        return httpx.Response(200, json={"is_success": "true", "job_list": listed})

    def refused(self) -> str:
        with pytest.raises(ApiError) as caught:
            every_job(self.jobs)
        return str(caught.value)


def test_jobs_of_every_kind_and_page_with_all_their_texts() -> None:
    rows = [job(number) for number in range(WORDY_PAGE, 0, -1)]
    rows[0]["execution_graph"] = {"libs": [{"obs://a/lib.jar": 1}]}
    sql = job(99, user_id=None, user_name="ann", sql_body="ADD JAR 'x.jar'", **SQL)
    project = Project(sql, *rows)
    found = every_job(project.jobs)
    assert [each.job_id for each in found] == [99, *range(WORDY_PAGE, 0, -1)]
    assert {"obs://a/udf.jar", "ADD JAR 'x.jar'"} <= set(found[0].texts)
    assert "obs://a/lib.jar" in found[1].texts
    assert (found[0].user, found[1].user) == ("ann", "u1")
    assert [query.get("job_type") for query in project.asked] == [None, None, "flink_jar_job"]
    assert {query["show_detail"] for query in project.asked} == {"true"}
    assert "obs://a" not in repr(found)


def test_a_kind_that_the_plain_list_leaves_out_is_read_by_its_name() -> None:
    project = Project(job(1))
    before = project._answer  # noqa: SLF001 -- the plain list is another one here

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/jobs") and "job_type" not in request.url.params:
            return httpx.Response(200, json={"job_list": {"total_count": 0, "jobs": []}})
        return before(request)

    client = httpx.Client(base_url="https://dli", transport=httpx.MockTransport(answer))
    jobs = Jobs(Transport(client, project_id=lambda: "p", max_retries=0))
    assert [each.job_id for each in every_job(jobs)] == [1]


def test_a_project_without_jobs() -> None:
    assert every_job(Project().jobs) == []


# A part of the jobs.


@pytest.mark.parametrize(
    ("total", "counts"), [(3, 3), ("26", 26), (0, 0), ("many", 0), (1, 1), ({}, 0)]
)
def test_a_list_that_does_not_show_what_it_counts(total: object, counts: int) -> None:
    project = Project(job(2), job(1))
    project.total = total
    assert f"the list counts {counts} and shows 2; run this again, and where it stays so, as a" in (
        project.refused()
    )


@pytest.mark.parametrize("job_id", [None, 0, "x", -4])
def test_a_row_without_an_id_is_not_shown(job_id: object) -> None:
    assert "counts 2 and shows 1" in Project(job(2), {**job(1), "job_id": job_id}).refused()


@pytest.mark.parametrize(
    "fields",
    [
        {"job_config": None},
        {"job_config": {}},
        {"job_config": "secret"},
        {"job_config": {"obs_bucket": "state"}},
        {"job_config": [], "job_type": "flink_sql_job"},
    ],
)
def test_a_row_without_its_definition(fields: dict[str, Any]) -> None:
    sentence = Project(job(2), job(1, **fields)).refused()
    assert "job 1 is shown without its definition; run this again" in sentence
    assert "secret" not in sentence


def test_a_job_that_is_deleted_between_two_pages_hides_no_other() -> None:
    project = Project(*(job(number) for number in range(2 * WORDY_PAGE, 0, -1)))

    def delete() -> None:
        project.rows = [row for row in project.rows if row["job_id"] != 2 * WORDY_PAGE]

    project.between = delete
    assert f"counts {2 * WORDY_PAGE} and shows {2 * WORDY_PAGE - 1}; run this again" in (
        project.refused()
    )


def test_a_job_that_the_tags_know_and_this_user_may_not_see() -> None:
    project = Project(job(1))
    project.tagged = [1, 7]
    project.details[7] = httpx.Response(403, json={"error_code": "DLI.0003"})
    hidden = "job 7 has tags and is not listed; run this as a user who may see every job"
    assert hidden in project.refused()
    project.details[7] = httpx.Response(
        200, json={"job_detail": {"job_id": 7, "status": "job_running"}}
    )
    assert hidden in project.refused()


def test_a_job_that_only_its_tags_outlived() -> None:
    project = Project(job(1))
    project.tagged = [1, 7]
    project.details[7] = httpx.Response(400, json={"error_code": "DLI.16001"})
    assert [each.job_id for each in every_job(project.jobs)] == [1]


def test_a_job_that_nobody_can_tell_of() -> None:
    project = Project(job(1))
    project.tagged = [7]
    project.details[7] = httpx.Response(500)
    with pytest.raises(DliError, match="could not read job 7"):
        every_job(project.jobs)


@pytest.mark.parametrize("status", [403, 404, 429])
def test_without_the_tags_the_list_alone_counts(status: int) -> None:
    project = Project(job(1))
    project.tagged = status
    assert [each.job_id for each in every_job(project.jobs)] == [1]


def test_a_service_out_of_reach_is_no_project_without_jobs() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no way", request=request)

    client = httpx.Client(base_url="https://dli", transport=httpx.MockTransport(answer))
    with pytest.raises(TransportError):
        every_job(Jobs(Transport(client, project_id=lambda: "p", max_retries=0)))
