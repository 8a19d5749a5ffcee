"""How many requests a fleet costs, with the real engine: none that one for all can save."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import unquote

from job_stack import JobStack, job
from pulumi_dli.local.requests import Entry

NAMES = ("a", "b", "c", "d")


def fleet(desc: str = "") -> str:
    return "".join(job(name, desc=desc) for name in NAMES)


def kinds(entries: Sequence[Entry]) -> Counter[str]:
    """How often each kind of request came, looks at one job apart."""
    return Counter(f"{entry.method} {_kind(entry.path)}" for entry in entries)


def _kind(path: str) -> str:
    plain, _, query = path.partition("?")
    end = plain.partition("/v1.0/")[2].partition("/")[2].removeprefix("streaming/")
    if plain.endswith("/resource-instances/filter"):
        return "tags"
    if "/records/" in unquote(query):
        return "records"
    if end.rpartition("/")[2].isdecimal():
        end = f"{end.rpartition('/')[0]}/ID"
    return f"{end} by mark" if "tags=" in query else f"{end} by name" if "name=" in query else end


def test_a_fleet_looks_up_its_queue_and_its_jobs_once_and_nothing_twice(stack: JobStack) -> None:
    stack.program(fleet())
    with stack.dli.watched() as previewed:
        stack.shows("preview")
    looks = {"GET jobs": 1, "GET queues": 1, "POST tags": 1, "GET records": 1}
    assert kinds(previewed) == looks
    with stack.dli.watched() as sent:
        stack.shows("up", "--yes", "--skip-preview")
    found = kinds(sent)
    assert found.pop("GET jobs/ID") >= len(NAMES)  # the polls
    assert found == {
        **looks,
        "GET queues/testQueue": 1,
        "GET jobs by name": len(NAMES),
        "GET jobs by mark": len(NAMES),
        "POST flink-jobs": len(NAMES),
        "POST jobs/run": len(NAMES),
    }
    with stack.dli.watched() as sent:
        stack.shows("up", "--yes", "--expect-no-changes")
    assert kinds(sent) == {}
    with stack.dli.watched() as sent:
        stack.shows("refresh", "--yes", "--skip-preview")
    assert kinds(sent) == {"GET jobs/ID": len(NAMES), "POST tags": 1}
    stack.program(fleet(desc="x"))
    with stack.dli.watched() as sent:
        stack.shows("up", "--yes", "--skip-preview")
    assert kinds(sent) == {
        "GET jobs/ID": len(NAMES),
        "POST tags": 1,
        "PUT flink-jobs/ID": len(NAMES),
    }
