"""The schedules of the campaign: each is made from its seed alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from faults import strikes
from faults.engine import Program
from faults.hands import HANDS
from faults.named import NAMED
from faults.steps import Schedule, Step
from faults.wishes import ASKS, BASE, CHANGES, NOWHERE, UPDATES, Wishes, built

WAYS = ("taint", "replace", "forget", "restore", "move", "retain", "adopt", "steal", *HANDS)
"""How a job meets its resource other than by create and update."""
MEANWHILE = ("stopped", "stop_empty", "started", "begun", "edited", "deleted")
"""What somebody may do to a job between what is said of it and what is done."""
RIGHTS = {2: "reads", 4: "reads", 10: "writes", 26: "writes"}
"""What the object service refuses, by the seed."""


SAVED = 300_000
"""The seed from which on people take savepoints of a job that runs on behind them, too."""


def schedule(seed: int) -> Schedule:
    """The schedule of a seed.

    Every third is without faults. Every second changes what decides from which state a job
    starts, every fourth asks for rollbacks, every fifth has built jars, every seventh is of a
    program with more jobs, whose rows may lack something, every eleventh has runs without a
    refresh, and in some the object service lets its user read nothing, or write nothing.
    """
    if seed in NAMED:
        return NAMED[seed]
    calm, back, jars = seed % 3 == 0, seed % 4 == 0, seed % 5 == 1
    refused = RIGHTS.get(seed % 32, "")
    refused = "reads" if jars and refused else refused  # else there is no jar to run
    if back:
        steps = _updates(_dice(seed), calm=calm)
    else:
        steps = _steps(_dice(seed), CHANGES if seed % 2 else ASKS, calm=calm)
    if jars and not back:
        steps = _with_jars(_dice(f"jars {seed}"), steps, calm=calm)
    if seed % 2 == 0:
        steps = _met(_dice(f"met {seed}"), steps)
    if seed % 11 == 6:
        steps = _unrefreshed(_dice(f"plain {seed}"), steps)
    if seed >= SAVED:
        steps = _saved(_dice(f"saved {seed}"), steps)
    others, lacks = _others(_dice(f"others {seed}")) if seed % 7 == 3 else ((), "")
    return Schedule(steps, tuple(strikes.rights(refused)), back, others, lacks)


def _dice(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 -- a schedule must be repeatable, not secret


def _steps(dice: random.Random, changes: Sequence[str], *, calm: bool) -> list[Step]:
    wishes = Wishes(dice, changes)
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
            meanwhile=dice.choice(MEANWHILE) if dice.random() < 0.1 else "",
            beside=dice.random() < 0.5,
        )
        for before, step in zip([steps[0], *steps], steps, strict=False)
    ]


def _unrefreshed(dice: random.Random, steps: list[Step]) -> list[Step]:
    """The same, with runs of which nobody refreshes first, often behind somebody's change."""
    return [
        replace(step, plain=True, way=step.way or dice.choice(("", "edited")))
        if number and dice.random() < 0.4
        else step
        for number, step in enumerate(steps)
    ]


def _saved(dice: random.Random, steps: list[Step]) -> list[Step]:
    """The same, before some of whose steps somebody takes a savepoint on demand."""
    return [
        replace(step, way="saved") if number and not step.way and dice.random() < 0.3 else step
        for number, step in enumerate(steps)
    ]


def _others(dice: random.Random) -> tuple[Sequence[Program], str]:
    """Other jobs of the program, of several makes, and what the rows of the list are without."""
    makes = [BASE, {**BASE, "desired_state": "stopped"}, {**BASE, "desc": "beside"}]
    return dice.choices(makes, k=6), dice.choice(("", "keys", "values", "times"))


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


def _updates(dice: random.Random, *, calm: bool) -> list[Step]:
    """A job that has run for a while, and new definitions, which are gone back from."""
    more: Program = {"rollback": "previous", "restart_when_exception": dice.random() < 0.3}
    wishes = Wishes(dice, UPDATES)
    steps = [Step("", built(dice, {**BASE, **more}))]
    for number in range(dice.randint(2, 5)):
        way = "waits" if number == 0 or dice.random() < 0.3 else ""
        program = wishes.next(way)
        assert program is not None
        faults = () if calm else tuple(strikes.of_an_update(dice))
        kill = strikes.kill(dice, strikes.LATEST_OF_OBJECTS)
        prunes = dice.random() < 0.3
        steps.append(Step(way, built(dice, {**program, **more}), faults, kill, prunes=prunes))
    return [*steps, replace(steps[-1], way="", faults=(), kill=None, prunes=False)]
