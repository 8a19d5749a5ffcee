"""The schedules of the campaign: each is made from its seed alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from faults import strikes
from faults.engine import Program
from faults.hands import HANDS
from faults.kills import Kill
from faults.strikes import Fault
from faults.wishes import ASKS, BASE, CHANGES, ELSEWHERE, NOWHERE, SAVED, UPDATES, Wishes, built
from faults.world import BUILT

WAYS = ("taint", "replace", "forget", "restore", "move", "retain", "adopt", "steal", *HANDS)
"""How a job meets its resource other than by create and update."""
MEANWHILE = ("stopped", "stop_empty", "started", "begun", "edited", "deleted")
"""What somebody may do to a job between what is said of it and what is done."""
RIGHTS = {2: "reads", 4: "reads", 10: "writes", 26: "writes"}
"""What the object service refuses, by the seed."""
MOVING = 23
"""The request of a move that finds its old job gone."""


STARTED = 19
"""The request of a restart behind that which starts the job."""

CRASHING = 28
"""The same of one that is gone back from."""


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
        prunes: whether somebody has `pulumi-dli artifacts prune` delete what nobody needs.
        plain: whether it is without a refresh.
    """

    way: str
    program: Program | None
    faults: tuple[Fault, ...] = ()
    kill: Kill | None = None
    saves: bool = False
    meanwhile: str = ""
    beside: bool = False
    prunes: bool = False
    plain: bool = False


@dataclass(frozen=True)
class Schedule:
    """The steps of a seed, and what the object service refuses all the while.

    Attributes:
        steps: the steps.
        rights: faults that stay.
        back: whether definitions that fail are gone back from.
    """

    steps: tuple[Step, ...]
    rights: tuple[Fault, ...] = ()
    back: bool = False


MOVED: Program = {**BASE, "project_id": ELSEWHERE}
EMPTY: Program = {**BASE, "upgrade_mode": "stateless"}
FROM: Program = {**BASE, "restore_from": f"{SAVED}1/"}
BACK: Sequence[Program] = [
    {**BASE, "rollback": "previous", "entrypoint": f"{BUILT}{version}", "checkpoint_interval": 60}
    for version in (1, 2)
]
RUNS = (Step("", BASE), Step("waits", BASE))
GOING = (Step("", BACK[0]), Step("waits", BACK[0]))
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
    -4: [  # what would only have changed live comes to start a job that somebody has stopped
        *RUNS,
        Step("", {**EMPTY, "smn_topic": "topic1"}, meanwhile="stopped"),
    ],
    -5: [  # a job that never ran is about to move, and somebody starts it
        Step("", {**BASE, "desired_state": "stopped"}),
        Step("move", {**EMPTY, "project_id": ELSEWHERE}, meanwhile="begun"),
    ],
    -6: [  # what a line says of a replacement does not hold for a job that is gone on with
        *RUNS,
        Step("forget", EMPTY, meanwhile="stopped"),
    ],
    -7: [  # a promised way back is there, or nothing is begun
        *GOING,
        Step("", BACK[1], ({"kind": "crash", "route": "run", "seconds": 1},), meanwhile="stopped"),
    ],
    -8: [  # neither the new definition nor the old one starts
        *GOING,
        Step("", BACK[1], ({"kind": "crash", "route": "run", "seconds": 1, "times": 2},)),
        Step("", BACK[1]),
    ],
    -9: [  # a deleted job leaves its savepoint to the one that is made in its place
        *RUNS,
        Step("", None, beside=True),
        Step("waits", BASE),
    ],
    -10: [  # without a refresh a line tells of a replacement what it would come to
        *RUNS,
        Step("replace", EMPTY, plain=True),
    ],
    -11: [  # without a refresh too a line is about the job as it stands
        *RUNS,
        Step("stopped", {**EMPTY, "smn_topic": "topic1"}, plain=True),
    ],
    -12: [  # a directory that a killed run has started from is not started from once more
        *RUNS,
        Step("", FROM, kill=Kill(request=STARTED, after=True), saves=True),
        Step("waits", FROM),
        Step("", {**FROM, "parallel_number": 2}),
    ],
    -13: [*RUNS, Step("deleted", BASE)],
    -14: [  # a directory without state is taken out again
        *RUNS,
        Step("", {**BASE, "desired_state": "stopped"}),
        Step("", {**BASE, "restore_from": NOWHERE}),
        Step("", BASE),
    ],
    -15: [*GOING, Step("", BACK[1], ({"kind": "fail_start", "route": "run"},)), Step("", BACK[1])],
    -16: [  # a kill while the new definition crashes, whose copy is told of
        *GOING,
        Step(
            "",
            BACK[1],
            ({"kind": "crash", "route": "run", "seconds": 2},),
            Kill(request=CRASHING, after=True),
        ),
        Step("waits", BACK[1]),
    ],
    -17: [  # what is pruned is what neither jobs nor records need
        *GOING,
        Step("", BACK[1], ({"kind": "hang", "route": "run"},), Kill(request=CRASHING, after=True)),
        Step("", BACK[1], prunes=True),
    ],
    -19: [  # a lost answer is no failure
        *GOING,
        Step("", BACK[1], ({"kind": "answer", "route": "run", "code": "504", "times": 3},)),
    ],
    -18: [Step("", {**BASE, "name": "foreign"})],  # the name of a job that is another's
}
"""Schedules that chance draws too rarely."""


def schedule(seed: int) -> Schedule:
    """The schedule of a seed.

    Every third is without faults. Every second changes what decides from which state a job
    starts, every fourth asks for rollbacks, every fifth has built jars, and in some the object
    service lets its user read nothing, or write nothing.
    """
    if seed in NAMED:
        return Schedule(tuple(NAMED[seed]), back=NAMED[seed][0].program == BACK[0])
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
    return Schedule(tuple(steps), tuple(strikes.rights(refused)), back)


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
