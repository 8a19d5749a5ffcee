"""Random schedules of changes, ways, faults and kills, and what must survive them all.

A schedule is made from its seed alone. Before each `up` a preview is made from the same state,
and where no fault was armed the requests that follow must be those of its line. At the end the
faults are cleared and plain `up` runs until it succeeds, at most twice; where the job's state
cannot be had (a crash, a lost savepoint) the run must be refused, and goes on once the program
names a state.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from announced import announced, plan_lines, requests
from faults.hands import HANDS, Hands
from faults.world import BUILT, OBJECTS, OWNER, ROUTES, Kill, Program, Run, State, World
from pulumi_dli.settings.settings import LOCAL_PROJECT_ID

SETTLE = 3.0
ELSEWHERE = "f" * 32
"""Another project of the same region."""
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

CHANGES = ("live", "restart", "rename", "revert", "stop", "start", "refresh", "delete", "tags")
WAYS = ("taint", "replace", "forget", "restore", "move", "retain", "adopt", "steal", *HANDS)
"""How a job meets its resource other than by create and update."""
ANSWERS = ("429", "500", "502", "503", "504", "DLI.0999")
LOSING = frozenset({"crash", "lose_savepoint", "fail_start", "stop_empty"})
"""After these a state may have to be named by hand."""


MOVING = 25
"""The request of a move that finds its old job gone."""


class Violation(AssertionError):
    """An invariant does not hold."""


@dataclass(frozen=True)
class Step:
    """One `up` of a schedule: what happens before, the program, the faults, and the kill."""

    way: str
    program: Program | None
    faults: tuple[Mapping[str, Any], ...]
    kill: Kill | None


MOVED: Program = {**BASE, "project_id": ELSEWHERE}
NAMED = {
    -1: [  # the first start of a job that moved fails
        Step("", BASE, (), None),
        Step("waits", BASE, (), None),
        Step("move", MOVED, ({"kind": "fail_start", "route": "run"},), None),
        Step("", MOVED, (), None),
    ],
    -2: [  # a move is killed once the old job is gone, and before the new one runs
        Step("", BASE, (), None),
        Step("waits", BASE, (), None),
        Step("move", MOVED, (), Kill(request=MOVING, after=True)),
        Step("", MOVED, (), None),
    ],
    -3: [  # a move is refused, and the resource is taken out of the program
        Step("", BASE, (), None),
        # That the queue is missing is a doubt in preview; the fault does nothing, and says so.
        Step("move", {**MOVED, "queue_name": "gone"}, ({"kind": "delay", "seconds": 0},), None),
        Step("", None, (), None),
    ],
}
"""Schedules that chance draws too rarely."""


def schedule(seed: int) -> list[Step]:
    """The steps of a seed; every third schedule is without faults, every fifth has built jars."""
    if seed in NAMED:
        return NAMED[seed]
    return _with_jars(seed, _steps(seed)) if seed % 5 == 1 else _steps(seed)


def _with_jars(seed: int, steps: list[Step]) -> list[Step]:
    """The same with local files in place of the jar's name, and faults of the object service."""
    dice = random.Random(f"jars {seed}")  # noqa: S311 -- a schedule must be repeatable, not secret
    return [
        step
        if step.program is None
        else replace(
            step,
            program={**step.program, "entrypoint": f"{BUILT}{dice.randint(1, 3)}"},
            faults=(*step.faults, *_object_faults(dice, calm=seed % 3 == 0)),
        )
        for step in steps
    ]


def _object_faults(dice: random.Random, *, calm: bool) -> Iterator[Mapping[str, Any]]:
    if calm or dice.random() < 0.5:
        return
    route, when = dice.choice(OBJECTS), dice.choice(("before", "after"))
    if dice.random() < 0.5:
        yield {"kind": "drop", "route": route, "when": when}
    else:
        times, code = dice.choice((1, 2, 9)), dice.choice(("403", "500", "503"))
        yield {"kind": "answer", "route": route, "when": when, "code": code, "times": times}


def _steps(seed: int) -> list[Step]:
    dice = random.Random(seed)  # noqa: S311 -- a schedule must be repeatable, not secret
    calm = seed % 3 == 0
    program: Program | None = dict(BASE)
    before: Program | None = program
    steps = [Step("", program, _faults(dice, calm), _kill(dice))]
    for _ in range(dice.randint(2, 6)):
        way = dice.choice(WAYS) if dice.random() < 0.5 else ""
        changed = _changed(dice, program, before, way)
        before, program = program, changed
        steps.append(Step(way, program, _faults(dice, calm), _kill(dice)))
    return steps


def _changed(
    dice: random.Random, program: Program | None, before: Program | None, way: str
) -> Program | None:
    current = dict(program if program is not None else BASE)
    if way == "move":
        moves = "project_id" not in current
        rest = {key: value for key, value in current.items() if key != "project_id"}
        return {**rest, "project_id": ELSEWHERE} if moves else rest
    if way == "retain":
        return {**current, "on_delete": "retain"}
    match dice.choice(CHANGES):
        case "live":
            return {**current, "smn_topic": f"topic{dice.randint(1, 9)}"}
        case "restart":
            return {**current, "parallel_number": dice.randint(1, 4)}
        case "rename":
            return {**current, "name": dice.choice(("etl-1", "etl-2", "etl-3", "foreign"))}
        case "revert" if before is None or _place(before) == _place(current):
            return before
        case "stop":
            return {**current, "desired_state": "stopped"}
        case "start":
            return {**current, "desired_state": "running"}
        case "delete":
            return None
        case "tags":
            return {**current, "tags": dice.choice(({"a": "1"}, {"a": "2", "b": "1"}, {}))}
    return current


def _place(program: Program) -> Program:
    return {key: value for key, value in program.items() if key == "project_id"}


def _faults(dice: random.Random, calm: bool) -> tuple[Mapping[str, Any], ...]:
    number = dice.choice((0, 0, 1, 1, 2))
    return () if calm else tuple(_fault(dice) for _ in range(number))


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
            kind = dice.choice(("refuse_savepoint", "lose_savepoint", "fail_stop"))
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
    return Kill(dice.randint(1, 18), after=dice.random() < 0.5)


def play(seed: int, folder: Path) -> None:
    """Play a schedule and judge it. Raises Violation with what happened."""
    game = Game(World(folder))
    try:
        game.play(schedule(seed))
    except AssertionError as error:
        lines = "\n  ".join(game.world.trace)
        raise Violation(f"seed {seed}: {error}\n  {lines}") from error
    finally:
        game.world.close()


@dataclass
class Game:
    """A schedule under way.

    Attributes:
        world: the service and the engine's state.
        happened: faults that were armed and ways that were gone, by kind.
        older: states that could be restored.
        lost: whether somebody was told that state is lost, or it never was ours to keep.
    """

    world: World
    happened: set[str] = field(default_factory=set)
    older: list[State] = field(default_factory=list)
    faulty: bool = False
    lost: bool = False
    adopted: int | None = None
    moves_killed: bool = False
    place: str | None = None
    best: int = 0

    def play(self, steps: list[Step]) -> None:
        """The steps, then the healing, then the end."""
        foreign = self._foreign()
        program: Program | None = None
        orphan = False
        for step in steps:
            if step.program is None and (orphan or self._pending()):
                continue  # the engine tells of a pending create: nobody removes the resource then
            program = self._adopting(self._placed(self._way(step), orphan=orphan))
            for fault in step.faults:
                self.world.arm(fault)
                self.happened.add(str(fault["kind"]))
                self.faulty = True
            self._up(program, step.kill, replaced=step.way == "replace")
            orphan = program is not None and self._forgotten()
            if program is not None and program.get("on_delete") == "retain":
                self.happened.add("retain")
        self.world.clear()
        if program is not None and program["name"] == "foreign":
            program = {**program, "name": "etl"}  # a name that is taken can never be had
        program = self._healed(self._adopting(self._placed(program)))
        self._judge_end(program)
        must(self.world.history(foreign[0]) == foreign[1], "a foreign job was touched")
        self._destroyed(program)

    def _way(self, step: Step) -> Program | None:
        """What happens before the `up`; the program that it is made with."""
        world, state, wanted = self.world, self.world.state, step.program
        if state is None or wanted is None:
            return wanted
        here = state.outputs.get("project_id") == wanted.get("project_id", LOCAL_PROJECT_ID)
        hands = Hands(world)
        self.happened.add(step.way)
        match step.way:
            case "taint":
                world.state = replace(state, tainted=True)
            case "forget" if here and not state.pending:
                world.state = None
            case "restore" if self.older and here and "move" not in self.happened:
                world.state = self.older[0]
            case "adopt" if here and not state.pending and hands.present():
                hands.unmark()
                adopted = {**wanted, "adopt_job_id": state.job_id, "name": hands.name()}
                world.state = None
                self.adopted = state.job_id
                return adopted
            case "steal" if here and hands.steal():
                self._refused(wanted)
                hands.give_back()
            case way if way in HANDS and hands.do(way):
                self.lost |= way == "deleted"
        self.older.append(state)
        world.trace.append(f"way: {step.way}")
        return wanted

    def _placed(self, program: Program | None, *, orphan: bool = False) -> Program | None:
        """The program, with its place where the stack's would not do.

        A job that is not in the state is looked for where it was made (so none that a killed
        create left moves before it was found), and one that is somewhere else moves back only when
        the program names the place.
        """
        if program is None:
            return None
        there = self.world.state and self.world.state.outputs.get("project_id")
        if (there is None or orphan) and self.place is not None:
            return {**program, "project_id": self.place}
        self.place = program.get("project_id", LOCAL_PROJECT_ID)
        moved = there not in (None, LOCAL_PROJECT_ID)
        return {**program, "project_id": self.place} if moved else program

    def _adopting(self, program: Program | None) -> Program | None:
        """The program that goes on to take over a job until it is this resource's."""
        if program is None or self.adopted is None:
            return program
        if self.world.state is not None or not any(
            job["id"] == self.adopted for job in self.world.live_jobs()
        ):
            self.adopted = None
            return {key: value for key, value in program.items() if key != "adopt_job_id"}
        return {**program, "adopt_job_id": self.adopted}

    def _refused(self, program: Program) -> None:
        """While the job is another's nothing may be done to it."""
        if self.world.state is None or self.world.state.pending or self.faulty:
            return
        self.world.requests()
        run = self.world.up({**program, "smn_topic": "stolen"})
        must(not self.world.requests(), "a job of another resource was changed")
        must("mark" in run.error, f"a stolen job is not told of: {run.error}")

    def _up(self, program: Program | None, kill: Kill | None, *, replaced: bool = False) -> str:
        world = self.world
        before = self._state_held()
        live = world.live_jobs()
        passing = any(job["status"] == "job_savepointing" for job in live)
        state = world.state
        stands = state is not None and any(job["id"] == state.job_id for job in live)
        replaced = state is not None and stands and (replaced or state.tainted)
        saw = world.preview(program, replace=replaced)
        must(not world.requests(), "a preview changed something")
        known = world.state
        run = world.up(program, kill, replace=replaced)
        sent = world.requests()
        if known is not None and program is not None:
            there = program.get("project_id", LOCAL_PROJECT_ID)
            if known.outputs.get("project_id") not in (None, there):
                self.happened.add("move")
                self.moves_killed |= run.killed
        told = (*saw.told, *run.told)
        self.lost |= any("WITHOUT STATE" in text for text in told)
        if not (self.lost or self.happened & {"stop_empty", "adopt"}):
            for job in self._ours():
                judge_starts(world.history(job["id"]))
        if program is not None and not (run.killed or self.faulty or passing):
            self._judge_line(saw, run.error, sent, replaced=replaced)
        if program is None and not run.error:
            self.best = 0
        self._judge_jars()
        if before is not None and program is not None and not run.error and not run.killed:
            self._judge_state(before, program)
        return run.error

    def _judge_line(self, saw: Run, error: str, sent: list[str], *, replaced: bool) -> None:
        """What was sent is what the preview's line announced; a refusal was foreseen."""
        lines = plan_lines(saw.told)
        must(bool(saw.error) == bool(error), f"preview: {saw.error!r}, up: {error!r}")
        if error:
            must(not sent, f"refused, and yet sent: {sent}")
            return
        wanted = announced(lines[-1], replaced=replaced) if lines else []
        must(requests(sent) == wanted, f"announced {wanted}, sent {requests(sent)}: {lines}")

    def _judge_jars(self) -> None:
        """No job names an object that is not there."""
        for job in self._ours():
            name = str(job["definition"]["entrypoint"]).removeprefix("obs://")
            there = "/pulumi-dli/" not in name or (self.world.folder / "obs" / name).is_file()
            must(there, f"job {job['id']} runs {name}, which is not there")

    def _state_held(self) -> int | None:
        """How far our job's state has come; None where there is none to lose."""
        counts = [job["counter"] for job in self._ours()]
        return max(counts, default=None)

    def _judge_state(self, before: int, program: Program) -> None:
        """State is never lost silently."""
        before = max(before, self.best)
        held = self.best = self._state_held() or 0
        started = program["desired_state"] == "running" and "adopt_job_id" not in program
        may = self.lost or bool(self.happened & LOSING)
        must(may or not started or held >= before, f"state {before} became {held} unsaid")

    def _healed(self, program: Program | None) -> Program | None:
        """Run plain `up` until it succeeds, at most twice, as a user would; the final program."""
        self.faulty = True  # what a fault left may still be under way
        error = self._twice(program)
        if error and program is not None and "would lose its state" in error:
            # A stop that shows late, and whose answer was lost, may be taken for an older one's.
            may = self.happened & (LOSING | {"stale"})
            must(bool(may), f"refused although no state was lost: {error}")
            state = self._some_state()
            way_out = {"restore_from": state} if state else {"upgrade_mode": "stateless"}
            self.lost = True  # as its owner decided
            program = {**program, **way_out}
            error = self._twice(program)
        must(not error, f"does not heal: {error}")
        left = self.world.state
        must(left is None or not left.failed, "the state still says that it failed")
        return program

    def _twice(self, program: Program | None) -> str:
        return self._up(program, None) and self._up(program, None)

    def _some_state(self) -> str:
        """What a user would find in the bucket: the job's newest savepoint or checkpoint."""
        with self.world.store() as store, store.read() as db:
            rows = db.execute(
                "SELECT path FROM savepoints WHERE kind <> 'checkpoint' ORDER BY taken_at DESC"
            ).fetchall()
        return f"obs://{rows[0]['path']}" if rows else ""

    def _foreign(self) -> tuple[int, list[dict[str, Any]]]:
        """A running job that is nobody's of ours."""
        must(not self.world.up(FOREIGN).error, "the first job did not come up")
        state = self.world.state
        assert state is not None
        job_id, self.world.state = state.job_id, None
        with self.world.store() as store, store.write() as db:
            db.execute("UPDATE tags SET value = 'somebody' WHERE job_id = ?", (job_id,))
        self.world.requests()
        return job_id, self.world.history(job_id)

    def _ours(self) -> list[dict[str, Any]]:
        return [job for job in self.world.live_jobs() if job["tags"].get("pulumi-owner") == OWNER]

    def _forgotten(self) -> bool:
        """Whether a run ended between a create and what the engine would have stored of it."""
        state = self.world.state
        return state is None or any(job["id"] > state.job_id for job in self._ours())

    def _pending(self) -> bool:
        return self.world.state is not None and self.world.state.pending

    def _is_left(self, job: Mapping[str, Any]) -> bool:
        """Whether a job is the draft of a move that was killed and then reverted.

        The engine tells of its pending create; see docs/limits.md.
        """
        state = self.world.state
        mine = state is not None and state.job_id == job["id"]
        ran = any(each["event"] == "running" for each in self.world.history(job["id"]))
        return self.moves_killed and not mine and not ran

    def _judge_end(self, program: Program | None) -> None:
        """One job for the resource, as the program says; none when there is no resource."""
        ours = self._ours()
        drafts = [job for job in ours if self._is_left(job)]
        ours = [job for job in ours if job not in drafts]
        kept = "retain" in self.happened and (program is None or "move" in self.happened)
        must(kept or len(ours) == (program is not None), f"{len(ours)} jobs for one resource")
        known = len(ours) + len(drafts) + 1
        must(len(self.world.live_jobs()) == known, "a job that nobody knows of")
        if program is None:
            return
        state = self.world.state
        job = next((job for job in ours if state and job["id"] == state.job_id), ours[0])
        must(state is not None and state.job_id == job["id"], "the state names another job")
        must(job["name"] == program["name"], f"name is {job['name']}, not {program['name']}")
        for name in ("parallel_number", "smn_topic"):
            wanted, live = program.get(name), job["definition"][name] or None
            must(live == wanted, f"{name} is {live}, the program says {wanted}")
        tags = {key: value for key, value in job["tags"].items() if not key.startswith("pulumi-")}
        wanted_tags: Program = program.get("tags", {})
        if "adopt" in self.happened:  # those of before are kept
            tags = {key: value for key, value in tags.items() if key in wanted_tags}
        must(tags == wanted_tags, f"tags are {tags}")
        rest = job["status"] in (
            "job_init",
            "job_cancel_success",
            "job_running_exception",
            "job_submit_fail",
        )
        must(rest == (program["desired_state"] == "stopped"), f"the job is {job['status']}")

    def _destroyed(self, program: Program | None) -> None:
        if program is not None and program.get("on_delete") == "retain":
            program = {**program, "on_delete": "stop"}
            must(not self._twice(program), "the way of deletion is not changed")
        self.world.up(None)
        retained = "retain" in self.happened
        there = [job for job in self.world.live_jobs() if job["name"] != "foreign"]
        left = [job["name"] for job in there if not self._is_left(job)]
        must(retained or not left, f"left after destroy: {left}")


def must(holds: bool, sentence: str) -> None:
    """Raise Violation unless it holds."""
    if not holds:
        raise Violation(sentence)


def judge_starts(history: list[dict[str, Any]]) -> None:
    """Raise Violation if a start of a stateful job did not resume from its own stop."""
    counter, taken, imported = 0, None, None
    fresh, began, stands = False, 0.0, False
    for event in history:
        match event["event"]:
            case "savepoint" if event["stopping"]:
                taken, counter = event["path"], event["counter"]
            case "savepoint imported":
                imported = event["path"]
            case "stop":
                must(event["savepoint"] or not counter, "a running stateful job was stopped empty")
            case "savepoint failed":
                stands = True  # if it was written, it is not used up by what comes next
            case "crashed":
                taken = taken if stands else None
                if fresh and event["at"] - began < SETTLE:
                    counter = 0  # a first start that did not count leaves no state
            case "running" if counter or taken:
                named = event["resumed"] in (taken, imported) and event["resumed"] is not None
                must(named, f"started without its state: {event}, of {history}")
                counter, fresh, stands = event["counter"], False, False
            case "running":
                counter, fresh, began = event["counter"], True, event["at"]
