"""Ctrl-C in the middle of a restart: once, and twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from engine_project import PATIENCE
from job_stack import JobStack, job
from pulumi_dli.local.requests import kept


def _until_stopping(stack: JobStack, process: subprocess.Popen[str], before: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not any("jobs/stop" in entry.path for entry in kept(stack.dli.store)[before:]):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _program(parallel_number: int) -> str:
    return job("etl", parallel_number=parallel_number) + job(
        "next", parallel_number=parallel_number, options="depends_on=[etl]"
    )


def _interrupted(stack: JobStack, *signals: int) -> str:
    """An `up` of a restart, interrupted while the job stops; all it shows."""
    stack.begin(_program(1))
    stack.dli.delays(start=1, stop=1)
    stack.program(_program(2))
    before = len(kept(stack.dli.store))
    with stack.project.start("up", "--yes", "--skip-preview") as process:
        _until_stopping(stack, process, before)
        for each in signals:
            os.killpg(process.pid, each)
            time.sleep(0.2)
        shown, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    return shown


def _goes_on(stack: JobStack) -> None:
    """The next `up` does what is left, and no job has lost its state."""
    stack.up()
    for name in "etl", "next":
        found = stack.dli.job(name)
        assert (found["status"], found["definition"]["parallel_number"]) == ("job_running", 2)
        runs = [e["resumed"] for e in stack.dli.history(found["id"]) if e["event"] == "running"]
        assert None not in runs[1:]
    stack.nothing_changes()


@pytest.mark.parametrize(
    ("sent", "told"), [(signal.SIGINT, "^C received"), (signal.SIGTERM, "SIGTERM received")]
)
def test_one_interrupt_lets_end_what_is_under_way_and_begins_nothing(
    stack: JobStack, sent: signal.Signals, told: str
) -> None:
    shown = _interrupted(stack, sent)
    assert f"{told}; cancelling" in shown
    assert stack.outputs("etl")["parallel_number"] == 2  # the state knows
    assert stack.dli.job("etl")["status"] == "job_running"
    assert stack.dli.job("next")["definition"]["parallel_number"] == 1
    _goes_on(stack)


def test_a_second_interrupt_is_a_kill_and_the_next_up_goes_on(stack: JobStack) -> None:
    _interrupted(stack, signal.SIGINT, signal.SIGINT)
    stack.project.run("cancel", "--yes")
    stack.shows("refresh", "--yes", "--skip-preview")
    _goes_on(stack)
