"""What a region offers: asked for without changing anything, and never a reason to fail."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from pulumi_dli.client.api import Jobs
from pulumi_dli.command.capabilities import offers
from pulumi_dli.command.doctor import Report, examine
from pulumi_dli.job.queue import Queue
from stack import Stack

NAMES = ["tags", "savepoint", "import-savepoint", "v2 sizing", "object storage"]


def found(stack: Stack) -> Report:
    connections = stack.session().connections
    return examine(connections, origin="stack dev", flink="simulated")


def there(report: Report) -> dict[str, bool | None]:
    return {offer.name: offer.there for offer in report.offers}


def test_the_local_dli_offers_all_of_it(stack: Stack) -> None:
    stack.up()
    before = stack.dli.inside(1)
    report = found(stack)
    assert there(report) == dict.fromkeys(NAMES, True)
    assert stack.dli.inside(1) == before
    lines = report.as_text().splitlines()
    assert "yes  tags              changed in place, without touching the job" in lines
    told = json.loads(json.dumps(report.as_json()))
    assert [offer["name"] for offer in told["offers"]] == NAMES


@pytest.mark.parametrize(
    ("route", "name"),
    [("job_tags", "tags"), ("savepoint", "savepoint"), ("import_savepoint", "import-savepoint")],
)
@pytest.mark.parametrize(("code", "is_there"), [("404", False), ("500", None)])
def test_what_is_missing_is_told_and_a_job_can_still_be_deployed(
    stack: Stack, route: str, name: str, code: str, *, is_there: bool | None
) -> None:
    stack.dli.arm("answer", route=route, code=code, times=100)
    report = found(stack)
    assert there(report) == {**dict.fromkeys(NAMES, True), name: is_there}
    assert report.ok


@pytest.mark.parametrize(
    ("row", "is_there", "words"),
    [
        ({"support_flink_jar_versions": ["1.15", "1.12"]}, True, "Flink 1.12, 1.15"),
        ({"support_flink_jar_versions": ["1.7", "1.12"]}, False, "there is 1.7, 1.12"),
        ({"support_flink_jar_versions": []}, None, "the queues do not tell"),
        ({}, None, "the queues do not tell"),
    ],
)
def test_v2_sizing_follows_from_the_queues(
    stack: Stack, row: Mapping[str, object], words: str, *, is_there: bool | None
) -> None:
    *_, sizing = offers(Jobs(stack.session().connections.transport()), [Queue.from_wire(row)])
    assert sizing.there is is_there
    assert words in sizing.detail
