"""Tags of jobs: by project, by job, and what the region does not offer found out once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.tags import Tags
from pulumi_dli.client.transport import Transport
from pulumi_dli.job.detail import JobDetail

MARK = [{"key": "pulumi-owner", "value": "m"}, {"key": "team", "value": "shop"}]
JOBS = [JobDetail(number, "orders", "job_running") for number in (1, 2, 3)]


class Region:
    """A region of three jobs; each endpoint answers with its status."""

    def __init__(
        self, *, project: int = 200, job: int = 200, listed: tuple[int, ...] = (1, 2, 3)
    ) -> None:
        self.project, self.job, self.listed = project, job, listed
        self.asked: list[str] = []

    def tags(self, *ignored: str) -> Tags:
        client = httpx.Client(
            base_url="https://dli.example.org", transport=httpx.MockTransport(self._answer)
        )
        transport = Transport(client, project_id=lambda: "p", max_retries=0)
        return Tags(Jobs(transport), ignored)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path.removeprefix("/v3/p/dli_flink_job/"))
        if request.url.path.endswith("/filter"):
            rows: list[dict[str, Any]] = [
                {"resource_id": str(number), "tags": MARK} for number in self.listed
            ]
            return httpx.Response(self.project, json={"resources": rows, "total_count": len(rows)})
        return httpx.Response(self.job, json={"tags": MARK})


def test_one_request_tells_the_tags_of_a_whole_project() -> None:
    region = Region()
    tags = region.tags()
    seen = [tags.seen(job) for job in JOBS]
    assert {job.mark for job in seen} == {"m"}
    assert all(job.values["tags"] == {"team": "shop"} for job in seen)
    assert region.asked == ["resource-instances/filter"]


def test_a_job_that_the_project_does_not_list_is_asked_for_by_itself() -> None:
    region = Region(listed=(1, 2))
    tags = region.tags()
    assert [tags.seen(job).mark for job in JOBS] == ["m", "m", "m"]
    assert region.asked == ["resource-instances/filter", "3/tags"]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_where_the_project_does_not_tell_each_job_does(status: int) -> None:
    region = Region(project=status)
    tags = region.tags()
    assert [tags.seen(job).mark for job in JOBS] == ["m", "m", "m"]
    assert region.asked == ["resource-instances/filter", "1/tags", "2/tags", "3/tags"]


def test_a_region_without_tags_is_found_out_once() -> None:
    region = Region(project=404, job=404)
    tags = region.tags()
    assert [tags.seen(job) for job in JOBS] == JOBS
    assert region.asked == ["resource-instances/filter", "1/tags"]


def test_a_refused_read_says_nothing_of_the_tags() -> None:
    region = Region(project=403, job=403)
    seen = region.tags().seen(JOBS[0])
    assert seen.mark is None
    assert "tags" not in seen.values


@pytest.mark.parametrize(
    ("ignored", "left"),
    [(("team",), {}), (("te*",), {}), (("t",), {"team": "shop"}), (("x*", "y"), {"team": "shop"})],
)
def test_tags_that_others_manage_are_not_seen(ignored: tuple[str, ...], left: Any) -> None:
    assert Region().tags(*ignored).seen(JOBS[0]).values["tags"] == left


def test_what_this_process_changed_is_read_anew() -> None:
    region = Region()
    tags = region.tags()
    job = tags.seen(JOBS[0])
    tags.add(1, {"a": "b"})
    assert tags.seen(job).mark == "m"
    assert region.asked[-1] == "1/tags"
