"""The schedules of the campaign: each is made from its seed alone."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from faults import strikes
from faults.engine import Program
from faults.hands import HANDS
from faults.kills import Kill
from faults.strikes import Fault
from faults.wishes import BASE, ELSEWHERE, NOWHERE, Wishes, built

WAYS = ("taint", "replace", "forget", "restore", "move", "retain", "adopt", "steal", *HANDS)
"""How a job meets its resource other than by create and update."""
MEANWHILE = ("stopped", "stop_empty", "started", "edited", "deleted")
"""What somebody may do to a job between what is said of it and what is done."""
MOVING = 25
"""The request of a move that finds its old job gone."""


@dataclass(frozen=True)
class Step:
    """One `up` of a schedule.

    Attributes:
        way: what happens before.
        program: the program; None holds no resource.
        faults: what is armed for it.
        kill: where it is killed.
        saves: whether somebody has taken the savepoint that `restore_from` names.
        meanwhile: what somebody does to the job once the plan was said; "" for nothing.
        beside: whether the program has another resource.
    """

    way: str
    program: Program | None
    faults: tuple[Fault, ...] = ()
    kill: Kill | None = None
    saves: bool = False
    meanwhile: str = ""
    beside: bool = False


@dataclass(frozen=True)
class Schedule:
    """The steps of a seed, and what the object service refuses all the while.

    Attributes:
        steps: the steps.
        rights: faults that stay.
    """

    steps: tuple[Step, ...]
    rights: tuple[Fault, ...] = ()


MOVED: Program = {**BASE, "project_id": ELSEWHERE}
NAMED = {
    -1: [  # the first start of a job that moved fails
        Step("", BASE),
        Step("waits", BASE),
        Step("move", MOVED, ({"kind": "fail_start", "route": "run"},)),
        Step("", MOVED),
    ],
    -2: [  # a move is killed once the old job is gone, and before the new one runs
        Step("", BASE),
        Step("waits", BASE),
        Step("move", MOVED, kill=Kill(request=MOVING, after=True)),
        Step("", MOVED),
    ],
    -3: [  # a move is refused, and the resource is taken out of the program
        Step("", BASE),
        # That the queue is missing is a doubt in preview; the fault does nothing, and says so.
        Step("move", {**MOVED, "queue_name": "gone"}, ({"kind": "delay", "seconds": 0},)),
        Step("", None),
    ],
}
"""Schedules that chance draws too rarely."""


def schedule(seed: int) -> Schedule:
    """The schedule of a seed.

    Every third is without faults. Every second changes what decides from which state a job
    starts, every fourth asks for rollbacks, every fifth has built jars.
    """
    if seed in NAMED:
        return Schedule(tuple(NAMED[seed]))
    calm, asks, back = seed % 3 == 0, seed % 2 == 0, seed % 4 == 0
    steps = _steps(random.Random(seed), calm=calm, asks=asks)  # noqa: S311 -- repeatable, not secret
    if asks:
        steps = _met(random.Random(f"met {seed}"), steps)  # noqa: S311
    if back or seed % 5 == 1:
        steps = _with_jars(random.Random(f"jars {seed}"), steps, calm=calm)  # noqa: S311
    if back:
        steps = _going_back(random.Random(f"back {seed}"), steps, calm=calm)  # noqa: S311
    return Schedule(tuple(steps))


def _steps(dice: random.Random, *, calm: bool, asks: bool) -> list[Step]:
    wishes = Wishes(dice, asks)
    steps = [_step(dice, "", wishes.now, calm=calm)]
    for _ in range(dice.randint(2, 6)):
        way = dice.choice(WAYS) if dice.random() < 0.5 else ""
        steps.append(_step(dice, way, wishes.next(way), calm=calm))
    return steps


def _step(dice: random.Random, way: str, program: Program | None, *, calm: bool) -> Step:
    number = dice.choice((0, 0, 1, 1, 2))
    faults = () if calm else tuple(strikes.fault(dice) for _ in range(number))
    return Step(way, program, faults, strikes.kill(dice))


def _met(dice: random.Random, steps: list[Step]) -> list[Step]:
    """The same, with savepoints that people take, and what they do while an `up` runs."""
    return [
        replace(
            step,
            saves=_directory(step) not in ("", NOWHERE, _directory(before)),
            meanwhile=dice.choice(MEANWHILE) if dice.random() < 0.15 else "",
            beside=dice.random() < 0.5,
        )
        for before, step in zip([steps[0], *steps], steps, strict=False)
    ]


def _directory(step: Step) -> str:
    return str((step.program or {}).get("restore_from", ""))


def _with_jars(dice: random.Random, steps: list[Step], *, calm: bool) -> list[Step]:
    """The same with local files in place of the jar's name, and faults of the object service."""
    return [
        step
        if step.program is None
        else replace(
            step,
            program=built(dice, step.program),
            faults=(*step.faults, *(() if calm else strikes.of_objects(dice))),
        )
        for step in steps
    ]


def _going_back(dice: random.Random, steps: list[Step], *, calm: bool) -> list[Step]:
    """The same with definitions that fail, and that are gone back from."""
    more: Program = {"rollback": "previous", "restart_when_exception": dice.random() < 0.3}
    return [
        step
        if step.program is None
        else replace(
            step,
            program={**step.program, **more},
            faults=(*step.faults, *(() if calm else strikes.of_a_definition(dice))),
            kill=strikes.kill(dice, strikes.LATEST_OF_OBJECTS),
        )
        for step in steps
    ]
