"""Schedules that chance draws too rarely, by negative numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from faults.engine import Program
from faults.kills import Kill
from faults.steps import Schedule, Step
from faults.wishes import BASE, ELSEWHERE, NOWHERE, SAVED
from faults.world import BUILT

MOVING = 23
"""The request of a move that finds its old job gone."""
STARTED = 19
"""The request of a restart behind that which starts the job."""

CRASHING = 28
"""The same of one that is gone back from."""

MOVED: Program = {**BASE, "project_id": ELSEWHERE}
EMPTY: Program = {**BASE, "upgrade_mode": "stateless"}
FROM: Program = {**BASE, "restore_from": f"{SAVED}1/"}
BACK: Sequence[Program] = [
    {**BASE, "rollback": "previous", "entrypoint": f"{BUILT}{version}", "checkpoint_interval": 60}
    for version in (1, 2)
]
RUNS = (Step("", BASE), Step("waits", BASE))
GOING = (Step("", BACK[0]), Step("waits", BACK[0]))
NAMED: Mapping[int, Schedule] = {
    -1: Schedule(  # the first start of a job that moved fails
        [
            Step("", BASE),
            Step("waits", BASE),
            Step("move", MOVED, ({"kind": "fail_start", "route": "run"},)),
            Step("", MOVED),
        ]
    ),
    -2: Schedule(  # a move is killed once the old job is gone, and before the new one runs
        [
            Step("", BASE),
            Step("waits", BASE),
            Step("move", MOVED, kill=Kill(request=MOVING, after=True)),
            Step("", MOVED),
        ]
    ),
    -3: Schedule(  # a move is refused, and the resource is taken out of the program
        [
            Step("", BASE),
            # That the queue is missing is a doubt in preview; the fault does nothing, and says so.
            Step("move", {**MOVED, "queue_name": "gone"}, ({"kind": "delay", "seconds": 0},)),
            Step("", None),
        ]
    ),
    -4: Schedule(  # what would have changed live comes to start a job that somebody has stopped
        [*RUNS, Step("", {**EMPTY, "smn_topic": "topic1"}, meanwhile="stopped")]
    ),
    -5: Schedule(  # a job that never ran is about to move, and somebody starts it
        [
            Step("", {**BASE, "desired_state": "stopped"}),
            Step("move", {**EMPTY, "project_id": ELSEWHERE}, meanwhile="begun"),
        ]
    ),
    -6: Schedule(  # what a line says of a replacement does not hold for a job that is gone on with
        [*RUNS, Step("forget", EMPTY, meanwhile="stopped")]
    ),
    -7: Schedule(  # a promised way back is there, or nothing is begun
        [
            *GOING,
            Step(
                "", BACK[1], ({"kind": "crash", "route": "run", "seconds": 1},), meanwhile="stopped"
            ),
        ],
        back=True,
    ),
    -8: Schedule(  # neither the new definition nor the old one starts
        [
            *GOING,
            Step("", BACK[1], ({"kind": "crash", "route": "run", "seconds": 1, "times": 2},)),
            Step("", BACK[1]),
        ],
        back=True,
    ),
    -9: Schedule(  # a deleted job leaves its savepoint to the one that is made in its place
        [*RUNS, Step("", None, beside=True), Step("waits", BASE)]
    ),
    -10: Schedule(  # without a refresh a line tells of a replacement what it would come to
        [*RUNS, Step("replace", EMPTY, plain=True)]
    ),
    -11: Schedule(  # without a refresh too a line is about the job as it stands
        [*RUNS, Step("stopped", {**EMPTY, "smn_topic": "topic1"}, plain=True)]
    ),
    -12: Schedule(  # a directory that a killed run has started from is not started from once more
        [
            *RUNS,
            Step("", FROM, kill=Kill(request=STARTED, after=True), saves=True),
            Step("waits", FROM),
            Step("", {**FROM, "parallel_number": 2}),
        ]
    ),
    -13: Schedule([*RUNS, Step("deleted", BASE)]),
    -14: Schedule(  # a directory without state is taken out again
        [
            *RUNS,
            Step("", {**BASE, "desired_state": "stopped"}),
            Step("", {**BASE, "restore_from": NOWHERE}),
            Step("", BASE),
        ]
    ),
    -15: Schedule(
        [*GOING, Step("", BACK[1], ({"kind": "fail_start", "route": "run"},)), Step("", BACK[1])],
        back=True,
    ),
    -16: Schedule(  # a kill while the new definition crashes, whose copy is told of
        [
            *GOING,
            Step(
                "",
                BACK[1],
                ({"kind": "crash", "route": "run", "seconds": 2},),
                Kill(request=CRASHING, after=True),
            ),
            Step("waits", BACK[1]),
        ],
        back=True,
    ),
    -17: Schedule(  # what is pruned is what neither jobs nor records need
        [
            *GOING,
            Step(
                "", BACK[1], ({"kind": "hang", "route": "run"},), Kill(request=CRASHING, after=True)
            ),
            Step("", BACK[1], prunes=True),
        ],
        back=True,
    ),
    -19: Schedule(  # a lost answer is no failure
        [
            *GOING,
            Step("", BACK[1], ({"kind": "answer", "route": "run", "code": "504", "times": 3},)),
        ],
        back=True,
    ),
    -18: Schedule([Step("", {**BASE, "name": "foreign"})]),  # the name of a job that is another's
}
