"""Which job a text means: an id, or a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.errors import NotFoundError, NotThere
from pulumi_dli.finding import Finding

JOBS = {
    5: {"job_id": 5, "name": "in-sql", "status": "job_running", "job_type": "flink_sql_job"},
    6: {"job_id": 6, "name": "orders", "status": "job_running", "job_type": "flink_jar_job"},
    7: {"job_id": 7, "name": "138", "status": "job_init", "job_type": "flink_jar_job"},
    8: {"job_id": 8, "name": "twice", "status": "job_init", "job_type": "flink_jar_job"},
    9: {"job_id": 9, "name": "twice", "status": "job_init", "job_type": "flink_jar_job"},
}


class Service:
    """A service with these jobs, whose list has Jar jobs only, as it is asked."""

    def request(self, _method: str, path: str, *, params: Any = None, **_rest: Any) -> Any:
        if path.endswith("/streaming/jobs"):
            assert params["job_type"] == "flink_jar_job"
            jobs = [job for job in JOBS.values() if job["job_type"] == "flink_jar_job"]
            found = [job for job in jobs if job["name"] == params.get("name", job["name"])]
            return {"job_list": {"total_count": len(found), "jobs": found}}
        job_id = int(path.rpartition("/")[2])
        if job_id not in JOBS:
            raise NotFoundError("no such job", status=404)
        return {"job_detail": JOBS[job_id]}


class There(Connections):
    """Connections that lead to it."""

    def place(self, *_where: str | None, **_named: str | None) -> Place:
        return Place("https://dli", "eu-de", "p")

    def transport(self, *_where: str | None, **_named: str | None) -> Any:
        return Service()


@pytest.fixture
def find(tmp_path: Path) -> Finding:
    return Finding(There({}, {}, tmp_path))


@pytest.mark.parametrize(("text", "job_id"), [("6", 6), ("orders", 6), ("138", 7)])
def test_a_text_means_an_id_first_and_then_a_name(find: Finding, text: str, job_id: int) -> None:
    assert find.meant(text).job_id == job_id


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("5", "job in-sql (5) in project p of eu-de is not a Flink Jar job"),
        ("99", "there is no Flink job 99 in project p of eu-de"),
        ("in-sql", "no Flink job is called in-sql in project p of eu-de"),
        ("twice", "several Flink jobs are called twice in project p of eu-de: 8, 9; give the id"),
    ],
)
def test_what_it_cannot_mean_is_one_sentence(find: Finding, text: str, sentence: str) -> None:
    with pytest.raises(NotThere) as caught:
        find.meant(text)
    assert str(caught.value) == sentence
