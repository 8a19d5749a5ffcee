"""Schedules that chance draws too rarely, by negative numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from faults.engine import Program
from faults.kills import Kill
from faults.steps import Schedule, Step
from faults.strikes import Fault
from faults.wishes import BASE, ELSEWHERE, NOWHERE, SAVED, without
from faults.world import BUILT

MOVED: Program = {**BASE, "project_id": ELSEWHERE}
EMPTY: Program = {**BASE, "upgrade_mode": "stateless"}
FROM: Program = {**BASE, "restore_from": f"{SAVED}1/"}
BACK: Sequence[Program] = [
    {**BASE, "rollback": "previous", "entrypoint": f"{BUILT}{version}", "checkpoint_interval": 60}
    for version in (1, 2)
]
RESIZED: Program = {**BASE, "parallel_number": 2}
BARE = without(BASE, "obs_bucket", "checkpoint_enabled", "checkpoint_interval", "log_enabled")
UNSAVED: Program = {**without(BASE, "checkpoint_interval"), "checkpoint_enabled": False}
RUNS = (Step("", BASE), Step("waits", BASE))
GOING = (Step("", BACK[0]), Step("waits", BACK[0]))
DESC: Program = {**BASE, "desc": "orders"}
STOPPED: Program = {**BASE, "desired_state": "stopped"}
OTHERS = (BASE, *[STOPPED] * 5)
DESCRIBED = (DESC, *[STOPPED] * 5)
FAILS: Fault = {"kind": "fail_start", "route": "run"}


def crash(seconds: int, times: int = 1) -> Fault:
    """The job crashes so long after it came to run."""
    return {"kind": "crash", "route": "run", "seconds": seconds, "times": times}


def killed(of: str, request: int = 1) -> Kill:
    """The end of a process right behind a request of a kind."""
    return Kill(request, after=True, of=of)


NAMED: Mapping[int, Schedule] = {
    -1: Schedule(  # the first start of a job that moved fails
        [Step("", BASE), Step("waits", BASE), Step("move", MOVED, (FAILS,)), Step("", MOVED)]
    ),
    -2: Schedule(  # a move is killed once the old job is gone, and before the new one runs
        [
            Step("", BASE),
            Step("waits", BASE),
            Step("move", MOVED, kill=killed("delete")),
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
        [*GOING, Step("", BACK[1], (crash(1),), meanwhile="stopped")], back=True
    ),
    -8: Schedule(  # neither the new definition nor the old one starts
        [*GOING, Step("", BACK[1], (crash(1, times=2),)), Step("", BACK[1])], back=True
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
            Step("", FROM, kill=killed("run"), saves=True),
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
    -15: Schedule([*GOING, Step("", BACK[1], (FAILS,)), Step("", BACK[1])], back=True),
    -16: Schedule(  # a kill while the new definition crashes, whose copy is told of
        [*GOING, Step("", BACK[1], (crash(2),), killed("run")), Step("waits", BACK[1])], back=True
    ),
    -17: Schedule(  # what is pruned is what neither jobs nor records need
        [
            *GOING,
            Step("", BACK[1], ({"kind": "hang", "route": "run"},), killed("run")),
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
    -20: Schedule(  # what was changed by hand is not overwritten before a refresh has noted it
        [*RUNS, Step("edited", RESIZED, plain=True), Step("", RESIZED)]
    ),
    -21: Schedule(  # nobody is asked to start a job without its state
        [Step("", UNSAVED, (crash(60),)), Step("waits", UNSAVED)]
    ),
    -22: Schedule(  # a checkpoint need not fit a changed job
        [Step("", BASE, (crash(60),)), Step("waits", RESIZED)]
    ),
    -23: Schedule(  # a job has run on behind the savepoint that it began from
        [*RUNS, Step("", FROM, (crash(60),), saves=True), Step("waits", FROM)]
    ),
    -24: Schedule(  # a job that somebody has stopped without a savepoint is not deleted unsaid
        [*RUNS, Step("stop_empty", None, beside=True, plain=True), Step("", BASE)]
    ),
    -25: Schedule([*RUNS, Step("steal", BASE)]),
    -26: Schedule(  # what was restored once is not restored again in the place of a deleted job
        [*RUNS, Step("", FROM, saves=True), Step("waits", None, beside=True), Step("", FROM)]
    ),
    -30: Schedule(  # a savepoint needs the bucket that the program adds only now
        [Step("", BARE), Step("waits", BASE)]
    ),
    -31: Schedule(  # what an interrupted move imported is older than what is brought now
        [*RUNS, Step("move", MOVED, kill=killed("import")), Step("started", MOVED)]
    ),
    -33: Schedule(  # rows of the list that lack what another job's details have are not read
        [*RUNS, Step("described", BASE)], others=DESCRIBED, lacks="times"
    ),
    -34: Schedule(  # a row of the list is not taken for a change
        [Step("", DESC), Step("", DESC)], others=OTHERS, lacks="values"
    ),
    -36: Schedule(  # a job has run on behind a savepoint that nobody has told the state of
        [Step("", BASE, (crash(160),)), Step("saved", BASE, plain=True), Step("waits", BASE)]
    ),
    -37: Schedule(  # a start that failed has not used what the program names
        [*RUNS, Step("", FROM, (FAILS,), saves=True), Step("", FROM)]
    ),
    -38: Schedule(  # a job that crashed goes on from its own checkpoint
        [Step("", BASE, (crash(60),)), Step("waits", BASE)]
    ),
    -39: Schedule(  # the time of a row of the list shows a change that its values lack
        [*RUNS, Step("described", BASE)], others=OTHERS, lacks="values"
    ),
    -40: Schedule(  # a replaced job leaves no record behind
        [*RUNS, Step("move", MOVED, (FAILS,)), Step("taint", MOVED)]
    ),
    -41: Schedule(  # a kill behind the old definition on the way back is gone on with
        [*GOING, Step("", BACK[1], (crash(2),), killed("put", 2)), Step("", BACK[1])], back=True
    ),
    -42: Schedule(  # a savepoint waits for a job that is made and left stopped
        [*RUNS, Step("", None, beside=True), Step("", STOPPED), Step("forget", BASE)]
    ),
    -43: Schedule(  # a move is killed in the first start of the new job, which then fails
        [*RUNS, Step("move", MOVED, (FAILS,), killed("run")), Step("waits", MOVED)]
    ),
    -44: Schedule(  # a directory that is named for a job at rest is due until it starts
        [*RUNS, Step("", {**FROM, "desired_state": "stopped"}, saves=True), Step("", FROM)]
    ),
    -45: Schedule(  # what was restored once is not restored again where the job moves
        [*RUNS, Step("", FROM, saves=True), Step("waits", FROM), Step("move", {**FROM, **MOVED})]
    ),
    -47: Schedule(  # a moved job whose first start failed is taken out of the state
        [*RUNS, Step("move", MOVED, (FAILS,)), Step("forget", MOVED)]
    ),
    -48: Schedule(  # a moved job that hangs in its first start is restarted
        [
            *RUNS,
            Step("move", MOVED, ({"kind": "hang", "route": "run", "times": 1},)),
            Step("", {**MOVED, "parallel_number": 2}),
        ]
    ),
    -46: Schedule(  # what a failed start was to begin from is remembered while the job rests
        [*RUNS, Step("", RESIZED, (FAILS,)), Step("", {**DESC, **STOPPED}), Step("", RESIZED)]
    ),
    -49: Schedule(  # a job that ran on behind a savepoint moves
        [Step("", BASE, (crash(60),)), Step("saved", BASE, plain=True), Step("move", MOVED)]
    ),
    -50: Schedule(  # a killed run began from a named directory, and the job ran on and failed
        [
            *RUNS,
            Step("saved", FROM, (crash(60),), killed("run"), saves=True),
            Step("waits", FROM),
            Step("", FROM),
        ]
    ),
    -51: Schedule(  # a directory was imported for a start that a kill kept from being made
        [*RUNS, Step("saved", FROM, kill=killed("import"), saves=True), Step("", BASE)]
    ),
}
