"""Many jobs at once, and an engine that dies while one is on its way."""

from __future__ import annotations

import subprocess
import time

from dli import changes
from engine_project import PATIENCE
from job_stack import JobStack, job
from pulumi_dli.local.requests import Entry

HOUR = 3600
"""A start that ends only when a test lets that time pass."""


def _runs(log: list[Entry]) -> int:
    return sum(entry.path.endswith("/jobs/run") for entry in log)


def test_eight_jobs_start_at_the_same_time(stack: JobStack) -> None:
    names = [f"job{number}" for number in range(8)]
    stack.program(*(job(name) for name in names))
    stack.dli.delays(start=HOUR, stop=0)
    process = stack.project.start("up", "--yes", "--skip-preview", "--parallel", "16")
    # None of them runs before all are asked to: the host's own four threads would hang here.
    stack.dli.wait_for("the eighth start", lambda log: _runs(log) == len(names))
    stack.dli.pass_time(HOUR)
    stdout, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, stdout + stderr
    jobs = stack.dli.jobs()
    assert sorted(jobs) == names
    assert {found["status"] for found in jobs.values()} == {"job_running"}
    assert {item["id"] for item in stack.resources().values()} == {
        str(found["id"]) for found in jobs.values()
    }
    stack.nothing_changes()


def test_a_killed_up_is_gone_on_with_and_its_provider_goes_away(stack: JobStack) -> None:
    stack.program(job())
    stack.dli.delays(start=HOUR, stop=0)
    process = stack.project.start("up", "--yes", "--skip-preview")
    stack.dli.wait_for("the start", lambda log: _runs(log) == 1)
    orphans = _descendants(process.pid)
    assert orphans
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert stack.resources() == {}

    assert "pulumi cancel" in stack.fails("up", "--yes", "--skip-preview")
    stack.shows("cancel", "--yes")
    # The old provider still waits for the job when the next `up` finds it.
    second = stack.project.start("up", "--yes", "--skip-preview")
    stack.dli.wait_for("the look for the mark", lambda log: any("tags=" in e.path for e in log))
    stack.dli.pass_time(HOUR)
    stdout, stderr = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, stdout + stderr
    assert "is there already: going on with it" in stdout
    [found] = stack.dli.jobs().values()
    assert found["status"] == "job_running"
    assert stack.resources()["etl"]["id"] == str(found["id"])
    for pid in orphans:
        _wait_until_gone(pid)
    stack.shows("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    assert "warning" not in stack.shows("up", "--yes", "--skip-preview")


def test_a_provider_without_its_engine_starts_nothing_more(stack: JobStack) -> None:
    stack.begin(job(cu_number=2))
    before = stack.dli.job("etl")
    stack.dli.delays(start=0, stop=HOUR)
    stack.program(job(cu_number=4))
    with stack.dli.watched() as sent:
        process = stack.project.start("up", "--yes", "--skip-preview")
        stack.dli.wait_for("the stop", lambda log: any(e.path.endswith("/jobs/stop") for e in log))
        orphans = _descendants(process.pid)
        process.kill()
        process.communicate(timeout=PATIENCE)
        stack.dli.pass_time(2 * HOUR)  # the savepoint, then the stop
        for pid in orphans:
            _wait_until_gone(pid)
    assert changes(sent) == ["POST jobs/stop"]
    assert stack.dli.job("etl")["status"] == "job_cancel_success"

    stack.shows("cancel", "--yes")
    stack.dli.delays(start=0, stop=0)
    with stack.dli.watched() as sent:
        stack.up()
    assert changes(sent) == [f"PUT flink-jobs/{before['id']}", "POST jobs/run"]
    after = stack.dli.job("etl")
    assert after["definition"]["cu_number"] == 4
    assert after["status"] == "job_running"
    assert after["counter"] > before["counter"]
    stack.nothing_changes()


def _processes() -> dict[int, tuple[int, str]]:
    """Parent and state of every process."""
    command = ["ps", "-e", "-o", "pid=,ppid=,stat="]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in table.splitlines())
    return {int(pid): (int(parent), state) for pid, parent, state in rows}


def _descendants(pid: int) -> set[int]:
    parents = {child: parent for child, (parent, _) in _processes().items()}
    found: set[int] = set()
    while True:
        more = {child for child, parent in parents.items() if parent in {pid, *found}} - found
        if not more:
            return found
        found |= more


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _processes().get(pid, (0, "Z"))[1].startswith("Z"):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.2)
