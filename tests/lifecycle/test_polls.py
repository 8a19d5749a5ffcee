"""How often a job is looked at while it is waited for, and how late that makes the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_dli.job.options import LOCAL_SETTLE
from pulumi_dli.local.requests import kept
from pulumi_dli.local.simulation import START_DELAY
from stack import Stack

SETTLE = 10.0


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path)
    stack.store.set(START_DELAY, 1.0)
    yield stack
    stack.close()


def requests(stack: Stack, **program: Any) -> int:
    """The requests of an up, from its first look at the job or change of it on."""
    before = len(kept(stack.store))
    stack.up(timeouts={"settle": SETTLE}, **program)
    log = kept(stack.store)[before:]
    return sum("/streaming/jobs?" not in entry.path for entry in log if "streaming" in entry.path)


def test_a_create_and_a_restart_take_few_looks(stack: Stack) -> None:
    assert requests(stack) <= 10
    stack.dli.pass_time(1000)
    assert requests(stack, parallel_number=2) <= 14


@pytest.mark.parametrize("seconds", [0.2, 1.0, 1.7, 3.0, 10.0, 30.0, 100.0, 900.0])
def test_a_start_is_reported_within_a_second_or_a_tenth(stack: Stack, seconds: float) -> None:
    stack.store.set(START_DELAY, seconds)
    began = stack.clock.now()
    stack.up(timeouts={"settle": SETTLE})
    late = stack.clock.now() - began - seconds - SETTLE
    assert 0 <= late <= max(1.0, seconds / 10)


def test_on_the_local_dli_a_start_counts_sooner_where_the_program_does_not_say(
    stack: Stack,
) -> None:
    began = stack.clock.now()
    stack.up(timeouts=None)
    assert LOCAL_SETTLE <= stack.clock.now() - began - 1.0 <= LOCAL_SETTLE + 1.0
    assert stack.outs.get("timeouts") is None  # so nothing differs where the place does
    assert not stack.preview(timeouts=None).changes
    began = stack.clock.now()
    stack.up(timeouts=None, parallel_number=2)
    assert stack.clock.now() - began < SETTLE


def test_a_restart_while_it_settles_is_told_by_its_count(stack: Stack) -> None:
    stack.dli.arm("crash", seconds=2)
    began = stack.clock.now()
    stack.up(timeouts={"settle": SETTLE}, restart_when_exception=True)
    assert stack.outs["restart_times"] == 1
    assert stack.clock.now() - began > 1 + 2 + SETTLE
