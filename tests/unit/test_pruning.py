"""What a bucket may show that the local object service never does, and what then goes."""

from __future__ import annotations

import httpx
from pulumi_dli.artifacts.objects import Objects
from pulumi_dli.artifacts.pruning import Pruning, Survey
from pulumi_dli.artifacts.requests import Sender
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.transport import Transport
from stand_ins import HandClock

NOW = 2_000_000_000.0
OLD = "2026-01-02T03:04:05.000Z"
FOLDER = "pulumi-dli/p/"
FILE = f"orders-{'b' * 16}.jar"


class Place:
    """A project without jobs, and a bucket with these keys; each was written at a time."""

    def __init__(self, **written: str) -> None:
        self.written = {FOLDER + key: when for key, when in written.items()}
        self.sent: list[str] = []
        self._client = httpx.Client(
            base_url="http://127.0.0.1", transport=httpx.MockTransport(self._answer)
        )
        transport = Transport(self._client, project_id=lambda: "p", max_retries=0)
        clock = HandClock(NOW)
        sender = Sender(transport, endpoint="http://127.0.0.1", region="r", keys=None, clock=clock)
        self.pruning = Pruning(
            Jobs(transport), Objects(sender), "p", older_than=24 * 3600, clock=clock
        )

    def survey(self) -> Survey:
        return self.pruning.survey(["obs://state"])

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.startswith("/v3/"):
            return httpx.Response(404)
        if path.startswith("/v1.0/"):
            return httpx.Response(200, json={"job_list": {"total_count": 0, "jobs": []}})
        if path != "/state/":
            self.sent.append(f"{request.method} {path}")
            return httpx.Response(204 if request.method == "DELETE" else 404)
        rows = "".join(
            f"<Contents><Key>{key}</Key><Size>1</Size><LastModified>{when}</LastModified>"
            "<ETag>e</ETag></Contents>"
            for key, when in sorted(self.written.items())
            if key.startswith(request.url.params["prefix"])
        )
        return httpx.Response(200, text=f"<ListBucketResult>{rows}</ListBucketResult>")


def test_an_object_whose_age_is_not_told_stays() -> None:
    for when in ("", "yesterday", "0001-01-01T00:00:00Z"):
        [home] = Place(**{FILE: when}).survey().homes
        [verdict] = home.verdicts
        assert (verdict.goes, verdict.why) == (False, "its age is not told")
    assert Place(**{FILE: OLD}).survey().doomed


def test_the_folders_that_consoles_make_are_no_objects_and_no_records() -> None:
    place = Place(**{"": OLD, "records/": OLD, "savepoints/": OLD, "records/sub/": OLD})
    [home] = place.survey().homes
    assert (home.verdicts, home.records, home.apart) == ([], [], {})
    assert place.sent == []


def test_a_record_that_is_gone_since_it_was_listed_names_nothing() -> None:
    place = Place(**{"records/a.json": OLD, FILE: OLD})
    assert place.survey().doomed
    assert place.sent == [f"GET /state/{FOLDER}records/a.json"]


def test_an_object_that_only_a_longer_name_is_left_of_is_not_deleted() -> None:
    place = Place(**{FILE: OLD})
    survey = place.survey()
    place.written = {f"{FOLDER}{FILE}.bak": OLD}
    [verdict] = place.pruning.sweep(survey)
    assert (verdict.goes, place.sent) == (False, [])
    place.written = {f"{FOLDER}{FILE}": OLD, f"{FOLDER}{FILE}.bak": OLD}
    [verdict] = place.pruning.sweep(survey)
    assert (verdict.goes, place.sent) == (True, [f"DELETE /state/{FOLDER}{FILE}"])
