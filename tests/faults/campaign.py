"""Random schedules of changes, faults and kills, and the invariants that must survive them.

A schedule is made from its seed alone. After it the faults are cleared and plain `up` runs
until it succeeds, at most twice; where the job's state cannot be had (a crash, a lost
savepoint) the run must be refused, and goes on once the program names a state.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.world import OWNER, ROUTES, Kill, Program, World

SETTLE = 3.0
BASE: Program = {
    "name": "etl",
    "queue_name": "testQueue",
    "entrypoint": "etl.jar",
    "obs_bucket": "bucket",
    "parallel_number": 1,
    "checkpoint_enabled": True,
    "checkpoint_interval": 1,
    "desired_state": "running",
    "timeouts": {"create": 300, "update": 300, "delete": 300, "settle": SETTLE},
}
FOREIGN: Program = {**BASE, "name": "foreign"}

CHANGES = ("live", "restart", "rename", "revert", "stop", "start", "refresh", "delete")
ANSWERS = ("429", "500", "502", "503", "504", "DLI.0999")
LOSING = frozenset({"crash", "lose_savepoint", "fail_start"})
"""Faults after which a state may have to be named by hand."""


class Violation(AssertionError):
    """An invariant does not hold."""


@dataclass(frozen=True)
class Step:
    """One `up` of a schedule: the program, the faults armed before it, and the kill."""

    program: Program | None
    faults: tuple[Mapping[str, Any], ...]
    kill: Kill | None


def schedule(seed: int) -> list[Step]:
    """The steps of a seed."""
    dice = random.Random(seed)  # noqa: S311 -- a schedule must be repeatable, not secret
    program: Program | None = dict(BASE)
    before: Program | None = program
    steps = [Step(program, _faults(dice), _kill(dice))]
    for _ in range(dice.randint(2, 6)):
        changed = _changed(dice, program, before)
        before, program = program, changed
        steps.append(Step(program, _faults(dice), _kill(dice)))
    return steps


def _changed(
    dice: random.Random, program: Program | None, before: Program | None
) -> Program | None:
    current = dict(program if program is not None else BASE)
    match dice.choice(CHANGES):
        case "live":
            return {**current, "smn_topic": f"topic{dice.randint(1, 9)}"}
        case "restart":
            return {**current, "parallel_number": dice.randint(1, 4)}
        case "rename":
            return {**current, "name": dice.choice(("etl-1", "etl-2", "etl-3", "foreign"))}
        case "revert":
            return before
        case "stop":
            return {**current, "desired_state": "stopped"}
        case "start":
            return {**current, "desired_state": "running"}
        case "delete":
            return None
    return current


def _faults(dice: random.Random) -> tuple[Mapping[str, Any], ...]:
    return tuple(_fault(dice) for _ in range(dice.choice((0, 0, 1, 1, 2))))


def _fault(dice: random.Random) -> Mapping[str, Any]:
    nth = {"nth": dice.randint(1, 3)}
    match dice.choice(("drop", "drop", "answer", "answer", "savepoint", "start", "stale")):
        case "drop":
            when = dice.choice(("before", "after"))
            return {"kind": "drop", "route": dice.choice(ROUTES), "when": when, **nth}
        case "answer":
            return {
                "kind": "answer",
                "route": dice.choice(ROUTES),
                "code": dice.choice(ANSWERS),
                "when": dice.choice(("before", "after")),
                "times": dice.choice((1, 2, 9)),
                **nth,
            }
        case "savepoint":
            kind = dice.choice(("refuse_savepoint", "lose_savepoint"))
            at_once = {"at_once": dice.random() < 0.5} if kind == "refuse_savepoint" else {}
            return {"kind": kind, "route": "stop", **at_once}
        case "start":
            kind = dice.choice(("fail_start", "crash", "hang"))
            seconds = {"seconds": dice.choice((1, 2, 60))} if kind == "crash" else {}
            return {"kind": kind, "route": "run", **seconds}
    return {"kind": "stale", "route": dice.choice(("run", "stop")), "seconds": dice.randint(1, 20)}


def _kill(dice: random.Random) -> Kill | None:
    if dice.random() < 0.6:
        return None
    return Kill(dice.randint(1, 14), after=dice.random() < 0.5)


def play(seed: int, folder: Path) -> World:
    """Play a schedule and judge it. Raises Violation with what happened."""
    world = World(folder)
    try:
        _play(world, schedule(seed))
    except AssertionError as error:
        lines = "\n  ".join(world.trace)
        raise Violation(f"seed {seed}: {error}\n  {lines}") from error
    return world


def _play(world: World, steps: list[Step]) -> None:
    foreign = _foreign(world)
    fired: set[str] = set()
    program: Program | None = None
    created: Program | None = None
    for step in steps:
        for fault in step.faults:
            world.arm(fault)
            fired.add(str(fault["kind"]))
        if step.program is None and created is not None:
            continue  # the engine tells of a pending create: nobody removes the resource then
        world.up(step.program, step.kill)
        created = step.program if world.state is None else None
        program = step.program
        _judge_history(world)
    world.clear()
    if program is not None and program["name"] == "foreign":
        program = {**program, "name": "etl"}  # a name that is taken can never be had
    program = heal(world, program, may_lose=bool(fired & LOSING))
    _judge_end(world, program)
    if program is None or "upgrade_mode" not in program:
        _judge_history(world)
    _must(world.history(foreign[0]) == foreign[1], "a foreign job was touched")
    world.up(None)
    left = [job["name"] for job in world.live_jobs() if job["name"] != "foreign"]
    _must(not left, f"left after destroy: {left}")


def heal(world: World, program: Program | None, *, may_lose: bool) -> Program | None:
    """Run plain `up` until it succeeds, at most twice, as a user would; the final program."""
    error = _twice(world, program)
    if error and program is not None and "would lose its state" in error:
        _must(may_lose, f"refused although no state was lost: {error}")
        state = _some_state(world)
        way_out = {"restore_from": state} if state else {"upgrade_mode": "stateless"}
        program = {**program, **way_out}
        error = _twice(world, program)
    _must(not error, f"does not heal: {error}")
    _must(world.state is None or not world.state.failed, "the state still says that it failed")
    return program


def _twice(world: World, program: Program | None) -> str:
    return world.up(program).error and world.up(program).error


def _some_state(world: World) -> str:
    """What a user would find in the bucket: the newest savepoint or checkpoint of the job."""
    with world.store() as store, store.read() as db:
        rows = db.execute(
            "SELECT path FROM savepoints WHERE kind <> 'checkpoint' ORDER BY taken_at DESC"
        ).fetchall()
    return f"obs://{rows[0]['path']}" if rows else ""


def _foreign(world: World) -> tuple[int, list[dict[str, Any]]]:
    """A running job that is nobody's of ours."""
    assert not world.up(FOREIGN).error
    state = world.state
    assert state is not None
    job_id, world.state = state.job_id, None
    with world.store() as store, store.write() as db:
        db.execute("UPDATE tags SET value = 'somebody' WHERE job_id = ?", (job_id,))
    return job_id, world.history(job_id)


def _judge_history(world: World) -> None:
    """Every restart of the stateful job resumed from the savepoint of its own stop."""
    for job in world.jobs():
        if job["name"] != "foreign":
            judge_starts(world.history(job["id"]))


def judge_starts(history: list[dict[str, Any]]) -> None:
    """Raise Violation if a start of a stateful job did not resume from its own stop."""
    counter, taken, imported = 0, None, None
    fresh, began = False, 0.0
    for event in history:
        match event["event"]:
            case "savepoint" if event["stopping"]:
                taken, counter = event["path"], event["counter"]
            case "savepoint imported":
                imported = event["path"]
            case "stop":
                _must(event["savepoint"] or not counter, "a running stateful job was stopped empty")
            case "crashed":
                taken = None
                if fresh and event["at"] - began < SETTLE:
                    counter = 0  # a first start that did not count leaves no state
            case "running" if counter or taken:
                named = event["resumed"] in (taken, imported) and event["resumed"] is not None
                _must(named, f"started without its state: {event}, of {history}")
                counter, fresh = event["counter"], False
            case "running":
                counter, fresh, began = event["counter"], True, event["at"]


def _judge_end(world: World, program: Program | None) -> None:
    """One job for the resource, as the program says; none when there is no resource."""
    ours = [job for job in world.live_jobs() if job["tags"].get("pulumi-owner") == OWNER]
    _must(len(ours) == (program is not None), f"{len(ours)} jobs for one resource")
    _must(len(world.live_jobs()) == len(ours) + 1, "a job that nobody knows of")
    if program is None:
        return
    job = ours[0]
    _must(
        world.state is not None and world.state.job_id == job["id"], "the state names another job"
    )
    _must(
        job["name"] == program["name"], f"name is {job['name']}, the program says {program['name']}"
    )
    for name in ("parallel_number", "smn_topic"):
        wanted, live = program.get(name), job["definition"][name] or None
        _must(live == wanted, f"{name} is {live}, the program says {wanted}")
    rest = job["status"] in (
        "job_init",
        "job_cancel_success",
        "job_running_exception",
        "job_submit_fail",
    )
    wanted_rest = program["desired_state"] == "stopped"
    _must(rest == wanted_rest, f"the job is {job['status']}")


def _must(holds: bool, sentence: str) -> None:
    if not holds:
        raise Violation(sentence)
