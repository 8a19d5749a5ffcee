"""The campaign's kills for real: `pulumi up` under the real engine, ended with SIGKILL.

After the kill `pulumi cancel --yes` and plain `up` follow at once, while the old provider may
still live.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from dli import Dli
from engine_project import make_project
from faults.campaign import judge_starts
from job_stack import JobStack, job
from leftovers import end_hosts
from pulumi_dli.local import requests
from searches import FIRST_SEED


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[JobStack]:
    """A stack as a pipeline has it: each `up` looks at the service first."""
    project = make_project(tmp_path, name="kills")
    dli = Dli(project.directory / ".dli-local")
    dli.delays(start=0.4, stop=0.3)
    made = JobStack(project, dli)
    made.configure(endpoint="local")
    settings = project.directory / "Pulumi.yaml"
    content = json.loads(settings.read_text(encoding="utf-8"))
    settings.write_text(json.dumps({**content, "options": {"refresh": "always"}}), encoding="utf-8")
    yield made
    end_hosts(project.directory)
    dli.close()


@pytest.mark.search
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + 10))
def test_a_killed_up_is_gone_on_with(seed: int, stack: JobStack) -> None:
    dice = random.Random(seed)  # noqa: S311 -- a schedule must be repeatable, not secret
    known = dice.random() < 0.7
    stack.program(_program(parallel_number=1))
    if known:
        stack.up()
    stack.program(_program(parallel_number=2))
    _killed(stack, dice, after=dice.randint(1, 16), group=dice.random() < 0.5)
    wanted = dice.choice((1, 2, 3)) if known else 2
    stack.program(_program(parallel_number=wanted))
    _heal(stack)

    [found] = stack.dli.jobs().values()
    assert found["definition"]["parallel_number"] == wanted
    assert found["status"] == "job_running"
    assert stack.resources()["etl"]["id"] == str(found["id"])
    judge_starts(stack.dli.history(found["id"]))
    stack.shows("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    assert not json.loads(stack.state_text())["checkpoint"]["latest"].get("pending_operations")
    stack.destroy()


def _program(parallel_number: int) -> str:
    return job(parallel_number=parallel_number, timeouts={"settle": 0.5})


def _killed(stack: JobStack, dice: random.Random, *, after: int, group: bool) -> None:
    """Start an `up`, and kill it once the service has seen some requests more.

    Args:
        stack: the stack.
        dice: decides the moment within the request.
        after: how many requests; an `up` that needs fewer ends by itself.
        group: whether the provider is killed too, or only the engine.
    """
    before = len(requests.kept(stack.dli.store))
    with stack.project.start("up", "--yes", "--skip-preview") as process:
        while process.poll() is None and len(requests.kept(stack.dli.store)) < before + after:
            with suppress(subprocess.TimeoutExpired):
                process.wait(dice.choice((0.01, 0.02, 0.05)))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL) if group else process.kill()


def _heal(stack: JobStack) -> None:
    """Plain `up`, at most twice."""
    stack.project.run("cancel", "--yes")  # says so when there is no lock
    first = stack.project.run("up", "--yes", "--skip-preview")
    if first.returncode:
        stack.up()
