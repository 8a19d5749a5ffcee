"""Whose a job is, in the ways that a region offers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.ownership import IMPOSSIBLE_MARK, Owner, Ownership
from pulumi_dli.client.transport import Transport
from pulumi_dli.errors import ApiError, AuthError, JobForeign
from pulumi_dli.job.detail import JobDetail

MARK = "0123456789abcdef0123456789abcdef"
JOB = JobDetail(7, "orders", "job_running")


class Region:
    """A region with a job of a mark, whose tag filter and tag endpoints may or may not work."""

    def __init__(self, mark: str | None, *, filters: bool = True, tags: int = 200) -> None:
        self.mark = mark
        self.filters = filters
        self.tags = tags
        self.asked: list[str] = []
        self.warned: list[str] = []

    def ownership(self) -> Ownership:
        client = httpx.Client(
            base_url="https://dli.example.org", transport=httpx.MockTransport(self._answer)
        )
        transport = Transport(client, project_id=lambda: "p", max_retries=0)
        return Ownership(Jobs(transport), self.warned.append)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/tags"):
            self.asked.append("tags")
            pairs = [] if self.mark is None else [{"key": "pulumi-owner", "value": self.mark}]
            return httpx.Response(self.tags, json={"tags": pairs})
        wanted = request.url.params.get("tags")
        self.asked.append(f"list {wanted}")
        hit = not self.filters or wanted in (None, f"pulumi-owner={self.mark}")
        jobs = [{"job_id": 7, "name": "orders"}, {"job_id": 8, "name": "orders-2"}] if hit else []
        return httpx.Response(200, json={"job_list": {"jobs": jobs}})


def test_a_filter_that_filters_is_believed() -> None:
    region = Region(MARK)
    ownership = region.ownership()
    assert ownership.owner(JOB, MARK) == (Owner.OURS, MARK)
    assert region.asked == [
        f"list pulumi-owner={MARK}",
        f"list pulumi-owner={IMPOSSIBLE_MARK}",
    ]
    assert ownership.owner(JOB, MARK) == (Owner.OURS, MARK)
    assert len(region.asked) == 3  # whether it filters is asked once


def test_a_filter_that_does_not_filter_is_not_believed() -> None:
    region = Region("f" * 32, filters=False)
    assert region.ownership().owner(JOB, MARK) == (Owner.OTHER, "f" * 32)
    assert Region(MARK, filters=False).ownership().owner(JOB, MARK) == (Owner.OURS, MARK)


@pytest.mark.parametrize(
    ("mark", "owner"), [(None, (Owner.NOBODY, "")), ("f" * 32, (Owner.OTHER, "f" * 32))]
)
def test_the_tags_tell_whose_a_job_is_that_is_not_ours(mark: str | None, owner: Any) -> None:
    assert Region(mark).ownership().owner(JOB, MARK) == owner


def test_where_neither_works_a_job_counts_as_anothers() -> None:
    region = Region(MARK, filters=False, tags=404)
    assert region.ownership().owner(JOB, MARK) == (Owner.UNKNOWN, "")
    [line] = region.warned
    assert line.startswith("the ownership mark of job orders (7) cannot be read here: ")


@pytest.mark.parametrize(("status", "error"), [(503, ApiError), (401, AuthError)])
def test_a_failure_is_no_answer(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        Region(None, tags=status).ownership().owner(JOB, MARK)


def test_a_job_is_found_by_its_whole_name() -> None:
    region = Region(None)
    for name, id_ in (("orders", 7), ("orders-2", 8)):
        with pytest.raises(JobForeign, match=f"a job named {name} exists already: job {id_}"):
            region.ownership().arrival(name, MARK)
    assert region.ownership().arrival("order", MARK) == (None, Owner.NOBODY)


def test_two_jobs_of_one_mark_are_told_with_their_ids() -> None:
    class Twice(Region):
        def _answer(self, request: httpx.Request) -> httpx.Response:
            if request.url.params.get("tags") == f"pulumi-owner={IMPOSSIBLE_MARK}":
                return httpx.Response(200, json={"job_list": {"jobs": []}})
            return super()._answer(request)

    with pytest.raises(JobForeign, match="jobs 7 and 8 both carry this resource's mark"):
        Twice(MARK).ownership().arrival("orders", MARK)
