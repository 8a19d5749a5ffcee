"""The campaign's ways and kills for real: the real engine, its real commands, and SIGKILL.

After a kill `pulumi cancel --yes` and plain `up` follow at once, while the old provider may
still live. Where nobody was killed, `up` sends what the preview's line announced.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from announced import announced, plan_lines, requests
from dli import Dli
from engine_project import make_project
from faults.losses import Losses
from faults.wishes import ELSEWHERE
from job_stack import DYNAMIC, NATIVE, Front, JobStack, job
from leftovers import end_hosts, mend_backend
from pulumi_dli.local.requests import kept
from searches import ENGINE_SCHEDULES, FIRST_SEED, ON_BOTH_FRONTS
from stack import changes, short

DELAYS = {"start": 0.4, "stop": 0.3}
"""Seconds in which a kill can strike."""
WAYS = ("kill", "kill", "taint", "replace", "forget", "move", "stopped", "tagged", "restore")


SCHEDULES = [
    (seed, front)
    for seed in range(FIRST_SEED, FIRST_SEED + ENGINE_SCHEDULES)
    for turn, front in enumerate((DYNAMIC, NATIVE))
    if ON_BOTH_FRONTS or seed % 2 == turn
]


@pytest.fixture
def stack(tmp_path: Path, kept: Path, front: Front) -> Iterator[JobStack]:
    """A stack as a pipeline has it: each `up` looks at the service first."""
    project = make_project(tmp_path, name="kills")
    made = JobStack(project, Dli(project.directory / ".dli-local"), kept, front)
    made.configure(endpoint="local")
    settings = project.directory / "Pulumi.yaml"
    content = json.loads(settings.read_text(encoding="utf-8"))
    settings.write_text(json.dumps({**content, "options": {"refresh": "always"}}), encoding="utf-8")
    yield made
    end_hosts(project.directory)
    made.dli.close()


@pytest.mark.search
@pytest.mark.parametrize(
    ("seed", "front"), SCHEDULES, ids=[f"{seed}-{front.module}" for seed, front in SCHEDULES]
)
def test_a_job_keeps_its_state_on_every_way(seed: int, stack: JobStack) -> None:
    dice = random.Random(seed)  # noqa: S311 -- a schedule must be repeatable, not secret
    program: dict[str, Any] = {"parallel_number": 1}
    if dice.random() < 0.2:
        stack.program(_program(program))
        stack.dli.delays(**DELAYS)
        _killed(stack, dice)
        _heal(stack)
    else:
        stack.begin(_program(program))
        stack.dli.delays(**DELAYS)
    ways = dice.sample(WAYS, 2)
    older = stack.shows("stack", "export") if "restore" in ways else ""
    for way in ways:
        held = _held(stack)
        program = _step(stack, way, program, dice, older)
        assert _held(stack) >= held, f"{way} lost state"
    _is_right(stack, program)
    stack.shows("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    assert not json.loads(stack.state_text())["checkpoint"]["latest"].get("pending_operations")
    stack.nothing_changes_beside_looks()
    stack.destroy()


def _urn(stack: JobStack) -> str:
    return f"urn:pulumi:dev::kills::{stack.front.type}::etl"


def _step(
    stack: JobStack, way: str, program: dict[str, Any], dice: random.Random, older: str
) -> dict[str, Any]:
    """One way to the job, and the `up` behind it; the program that holds then."""
    [live] = stack.dli.jobs().values()
    options: tuple[str, ...] = ()
    wanted = {**program, "parallel_number": dice.choice((1, 2, 3))}
    match way:
        case "kill":
            stack.program(_program(wanted))
            _killed(stack, dice)
            _heal(stack)
            return wanted
        case "taint":
            stack.shows("state", "taint", "--yes", _urn(stack))
        case "replace":
            options = ("--replace", _urn(stack))
        case "forget":
            stack.shows("state", "delete", "--yes", _urn(stack))
        case "restore" if "project_id" not in program:
            (stack.project.directory / "older.json").write_text(older, encoding="utf-8")
            stack.shows("stack", "import", "--file", "older.json")
        case "move" if "project_id" not in program:
            wanted |= {"project_id": ELSEWHERE}
        case "stopped" if live["project_id"] != ELSEWHERE:
            stack.dli.stopped(live["id"], savepoint=True)
            stack.dli.clock.release()  # it was moved on
        case "tagged" if live["project_id"] != ELSEWHERE:
            url = f"/v3/{{project_id}}/dli_flink_job/{live['id']}/tags/create"
            stack.dli.good("POST", url, {"tags": [{"key": "hand", "value": "x"}]})
    stack.program(_program(wanted))
    _as_announced(stack, *options, replaced=way in ("taint", "replace"))
    return wanted


def _as_announced(stack: JobStack, *options: str, replaced: bool) -> None:
    """A preview and the `up` behind it, in one command, that sends what the line says."""
    with stack.dli.watched() as seen:
        told = stack.project.must("up", "--yes", "--json", *options)
    shown, _ = json.JSONDecoder().raw_decode(told)  # the preview's document; events come behind
    texts = [
        d["message"].strip() for d in shown.get("diagnostics", []) if d.get("urn") == _urn(stack)
    ]
    lines = plan_lines(re.sub(r"^(warning|error): ", "", text) for text in texts)
    sent = [short(e.method, e.path, e.body) for e in seen if changes(e.method, e.path)]
    wanted = announced(lines[-1], replaced=replaced) if lines else []
    assert requests(sent) == wanted, lines


def _is_right(stack: JobStack, program: dict[str, Any]) -> None:
    [found] = stack.dli.jobs().values()
    assert found["definition"]["parallel_number"] == program["parallel_number"]
    assert found["status"] == "job_running"
    assert set(found["tags"]) == {"pulumi-owner"}
    assert stack.resources()["etl"]["id"] == str(found["id"])
    Losses().judge({found["id"]: stack.dli.history(found["id"])})


def _held(stack: JobStack) -> int:
    """How far the job's state has come."""
    return max(int(job["counter"]) for job in stack.dli.jobs().values())


def _program(arguments: dict[str, Any]) -> str:
    return job(timeouts={"settle": 0.5}, **arguments)


def _killed(stack: JobStack, dice: random.Random) -> None:
    """Start an `up`, and kill it once the service has seen some requests more.

    An `up` that needs fewer ends by itself. The provider is killed too, or only the engine.
    """
    before = len(kept(stack.dli.store))
    after, group = dice.randint(1, 18), dice.random() < 0.5
    with stack.project.start("up", "--yes", "--skip-preview") as process:
        while process.poll() is None and len(kept(stack.dli.store)) < before + after:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL) if group else process.kill()


def _heal(stack: JobStack) -> None:
    """Plain `up`, at most twice."""
    mend_backend(stack.project)
    stack.project.run("cancel", "--yes")  # says so when there is no lock
    first = stack.project.run("up", "--yes", "--skip-preview")
    if first.returncode:
        stack.up()
