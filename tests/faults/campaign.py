"""Random schedules of changes, ways, faults and kills, and what must survive them all.

Before each `up` a preview is made from the same state, and where no fault was armed the requests
that follow must be those of its line. Whatever happens, no state is lost unsaid. At the end the
faults are cleared and plain `up` runs until it succeeds, at most twice; where the job's state
cannot be had (a crash, a lost savepoint) the run must be refused, and goes on once the program
names a state.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from faults import judges, strikes
from faults.engine import Program, Run, State
from faults.hands import HANDS, RARE, Hands
from faults.judges import judge_job, judge_line, ours
from faults.losses import Losses, Told, Violation, must
from faults.schedules import schedule
from faults.steps import Schedule, Step
from faults.wishes import BASE, without
from faults.world import OBJECTS, World
from pulumi_dli.job.state import unfold
from pulumi_dli.settings.settings import LOCAL_PROJECT_ID

FOREIGN: Program = {**BASE, "name": "foreign"}
LOSING = frozenset({"crash", "lose_savepoint", "fail_start", "stop_empty", "unfit", "given up"})
"""After these a state may have to be named by hand."""
VEILING = LOSING - {"crash", "fail_start"} | {"drop", "answer", "stale", "fail_stop", "restore"}
VEILING |= {"refuse_savepoint", "adopt", "rights", "forget"}
"""After these nobody may know of the savepoint that a stop has left."""
UNSEEN = frozenset({"killed behind its start", "fail_start"})
"""Nor after both of these: the service forgets a savepoint with the start that asks for it."""
HIDING = frozenset({"answer", "drop", "rights", "move"})
"""After these nobody may see it in OBS, where it has the id of the job of before."""
GONE = re.compile(
    r"job .* is gone.* is in the bucket|is deleted without a savepoint|it stays there as it is"
    r"|job \d+ no longer exists"
)
"""How it is said that the state of a job is not there any more, or that it stays elsewhere."""
EMPTIED: Program = {"upgrade_mode": "stateless"}
"""What a program says that takes a job with state over, and has no bucket for it."""
FROM_COPY = re.compile(r": starts from (?:its savepoint )?\S*/pulumi-dli/")
"""How a line says that a job begins from a copy, which stays where its bucket changes then."""
BY_HAND = "was changed by hand"
UNUSED = "restore_from is not used"
UNWRITTEN = "could not be written down"
UNDELETED = re.compile(r"could not delete obs://([^/]+)/.* or a later job begins from it")
UNLISTED = re.compile(r"records in the bucket (\S+) could not be listed")
LEFT = re.compile(r"when it is made again here with the bucket (\S+),")
"""How a delete tells in which bucket the next job of the resource finds its savepoint."""
GIVEN_BACK = "was never taken over wholly"
USED = "used by a start before"
NOTHING = "there is no savepoint or checkpoint at"
TWOFOLD = "of this resource is in the new place already and has state of its own"
COPY = re.compile(r"a (?:savepoint|checkpoint) from before its last start, (\S+) of ")
BEHIND = re.compile(r"ran on behind its savepoint (\S+) and is ")
"""How a refusal names what the program could."""


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
        losses: what became of the job's state.
        happened: faults that were armed and ways that were gone, by kind.
        older: states that could be restored.
        faulty: whether a fault was armed, after which a preview cannot know all.
        adopted: the job that is being taken over.
        moves_killed: whether a move was killed.
        place: the project of the last program.
        stateful: whether the last state had it that the job keeps its state.
        done: the program of the last run, where that came to its end.
        promised: whether the next run starts the job: the last one has said so, or put its old
            definition back.
        left: buckets that runs were to leave that broke off, or found no job; see docs/limits.md.
        waits, waits_in: the bucket in which a savepoint of a deleted job was said to wait, and the
            project of its next job; "" for none.
        given_back: jobs that were taken over, and given back.
        refused: whether the last run said that a start would lose the job's state.
    """

    world: World
    losses: Losses = field(default_factory=Losses)
    happened: set[str] = field(default_factory=set)
    older: list[State] = field(default_factory=list)
    faulty: bool = False
    adopted: int | None = None
    moves_killed: bool = False
    place: str | None = None
    stateful: bool = True
    left: set[str] = field(default_factory=set)
    waits: str = ""
    waits_in: str = ""
    given_back: set[int] = field(default_factory=set)
    refused: bool = False
    done: Program | None = None
    promised: bool = False
    _foreign: int = 0

    def play(self, plan: Schedule) -> None:
        """The steps, then the healing, then the end."""
        was = self._meet_foreign()
        program: Program | None = None
        orphan = False
        self.happened |= {"rights"} if plan.rights else set()
        self.losses.blind = bool(plan.rights)
        self.world.meet(plan.others)
        self.world.requests()
        self._always(plan)
        for step in plan.steps:
            if step.program is None and (orphan or self._pending()):
                continue  # the engine tells of a pending create: nobody removes the resource then
            program = self._adopting(self._placed(self._way(step), orphan=orphan))
            for fault in step.faults:
                self.world.arm(fault)
                self.happened.add(str(fault["kind"]))
                self.losses.blind |= fault.get("route") in OBJECTS
                self.faulty = True
            self._up(program, step)
            orphan = program is not None and self._forgotten()
            if program is not None and program.get("on_delete") == "retain":
                self.happened.add("retain")
        self.world.clear()
        self._always(plan)
        program = self._healed(self._adopting(self._placed(_possible(program))))
        self._judge_end(program)
        if not plan.rights:
            program = self._judge_left(program, back=plan.back)
        must(self.world.history(self._foreign) == was, "a foreign job was touched")
        self._destroyed(program)

    def _always(self, plan: Schedule) -> None:
        """Arm what stays for the whole schedule."""
        for fault in plan.rights:
            self.world.arm(fault)
        if plan.lacks:
            self.world.arm(strikes.poor_rows(plan.lacks))

    def _way(self, step: Step) -> Program | None:
        """What happens before the `up`; the program that it is made with."""
        world, state, wanted = self.world, self.world.state, step.program
        self.happened.add(step.meanwhile)
        if state is None or wanted is None:
            if state is not None and step.way in HANDS and Hands(world).do(step.way):
                self.happened.add(step.way)
            return wanted
        here = state.outputs.get("project_id") == wanted.get("project_id", LOCAL_PROJECT_ID)
        hands = Hands(world)
        if step.saves:
            hands.save(wanted["restore_from"])
        if step.prunes and "move" not in self.happened:  # nobody sees the jobs of another project
            judges.judge_pruning(world)
        self.happened.add(step.way)
        match step.way:
            case "taint":
                world.state = replace(state, tainted=True)
            # One whose move was killed is looked for where it was to go.
            case "forget" if here and not state.pending and not self.moves_killed:
                world.state = None
                if not ours(world):
                    self.losses.forgive()  # then nobody knows that there ever was one
            case "restore" if self.older and here and "move" not in self.happened:
                world.state = self.older[0]
                self.losses.judge(self._histories())  # a killed run's start may count since
                self.losses.ask_anew()  # the older state knows of no start from it
                if not world.state.outputs.get("start_time"):
                    self.losses.forgive()  # nor of any, should the job be gone
            case "adopt" if here and not state.pending and hands.present():
                hands.unmark()
                adopted = {**wanted, "adopt_job_id": state.job_id, "name": hands.name()}
                world.state = None
                self.losses.ask_anew()  # of a job that is taken over
                self.adopted = state.job_id
                return adopted
            case "steal" if here and hands.steal():
                self._refused(wanted)
                hands.give_back()
            case way if way in (*HANDS, *RARE):
                hands.do(way)
                # The engine looks at none that is replaced, and a killed run tells of no start.
                if way == "deleted" and (state.pending or not state.outputs.get("start_time")):
                    self.losses.forgive()
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
        there = next((job for job in self.world.live_jobs() if job["id"] == self.adopted), None)
        if self.world.state is not None or there is None:
            self.adopted = None
            return without(program, "adopt_job_id")
        self.place = there["project_id"]
        emptied = {} if "obs_bucket" in program else EMPTIED
        found = {"adopt_job_id": self.adopted, "project_id": self.place}
        return {**program, **found, **emptied}

    def _refused(self, program: Program) -> None:
        """While the job is another's nothing may be done to it."""
        if self.world.state is None or self.world.state.pending or self.faulty:
            return
        self.world.requests()
        run = self.world.up({**program, "smn_topic": "stolen"})
        must(not self.world.requests(), "a job of another resource was changed")
        must("mark" in run.error, f"a stolen job is not told of: {run.error}")
        kept = self.world.state
        self.world.up(None)
        must(not self.world.requests(), "a job of another resource was deleted")
        self.world.state = kept

    def _up(self, program: Program | None, step: Step) -> str:
        """A preview and the `up` behind it, judged; its error."""
        world = self.world
        live = world.live_jobs()
        state = world.state
        before = next((job for job in live if state and job["id"] == state.job_id), None)
        replaced = state is not None and before is not None
        replaced = replaced and (step.way == "replace" or bool(state and state.tainted))
        named = str((program or {}).get("restore_from", ""))
        passing = any(map(self._passes, live)) or (named != "" and self._starts())
        world.spoil(named)
        mine = ours(world)
        used = filter(None, [named, *(job["savepoint_path"] for job in mine)])
        unfit = not all(map(world.holds, used))
        self.losses.judge(self._histories())  # what others did, and what time did
        if program is not None:
            self.losses.name(named)
        saw = world.preview(program, replace=replaced, plain=step.plain)
        must(not world.requests(), "a preview changed something")
        run = world.up(
            program,
            step.kill,
            replace=replaced,
            meanwhile=step.meanwhile,
            beside=step.beside,
            plain=step.plain,
        )
        sent = world.requests()
        found = next(iter(mine), None) if state is None else before
        self._leave(
            state, found, program, run, restarts=any(each.startswith("run") for each in sent)
        )
        if run.killed and Told(run.told, replaced).gives_up():
            self.happened.add("given up")  # and a revert is told so
        if unfit and run.killed:
            self.happened.add("unfit")  # a savepoint that only the service knew of may be forgotten
        gone = state is None and step.meanwhile == "deleted"  # nobody knew of more than its name
        if gone or any(map(GONE.search, (*saw.told, *run.told, run.error))):
            self.losses.forgive()
        if state is not None:  # as a refresh finds it
            self.stateful = _keeps(
                {**unfold(state.outputs), **(before or {}).get("definition", {})}
            )
        empty = self._wants_none(program, run)
        told = Told(run.told, replaced, self.stateful, empty)
        self.losses.judge(self._histories(), told)
        unwritten = any(UNWRITTEN in text for text in run.told)
        done = unwritten or not step.beside
        if program is None and (unwritten if run.killed else done and not run.error):
            self.losses.forgive()
        passing |= step.plain and replaced and BY_HAND in run.error  # only the state tells of that
        passing |= step.way == "deleted" and state is not None and state.pending
        met = run.killed or self.faulty or passing or step.meanwhile
        if program is not None and not met:
            judge_line(saw, run.error, sent, replaced=replaced, plain=step.plain, unfit=unfit)
        self._judge_reached(program, run, step, self._by_hand(before, state, program, step))
        same = (
            program is not None
            and program == self.done
            and step.way in ("", "waits")
            and not (met or step.saves)
        )
        must(not (same and sent), f"nothing has changed, and yet sent: {sent}")
        judges.judge_choice(run, empty=empty, replaced=replaced)
        judges.judge_objects(world)
        judges.judge_way_back(world, before, run, sent, said=not step.meanwhile)
        self._remember(program, step, run, sent)
        return run.error

    def _remember(self, program: Program | None, step: Step, run: Run, sent: Sequence[str]) -> None:
        """What a run said last time holds in this one; remember what this one says."""
        started = any(each.startswith("run") for each in sent)  # then it speaks of the next one
        if run.killed and started:
            self.happened.add("killed behind its start")
        if (run.error or run.killed) and not (_keeps(program) if program else self.stateful):
            self.happened.add("stateless")
        if "would lose its state" in run.error and not started:
            met = step.way in HANDS or step.meanwhile != ""
            must(met or not self.promised, f"it was to start: {run.error}")
            left = judges.left_state(self._histories())
            here = left.partition("/")[0] == (program or {}).get("obs_bucket")
            if here and self.world.holds(left):
                named = left.strip("/") in run.error
                known = not self.happened & VEILING and not self.happened >= UNSEEN
                must(not known, f"its state is in {left}, and yet: {run.error}")
                named |= "its newest checkpoint" in run.error
                must(named or bool(self.happened & HIDING), f"{left} is not named: {run.error}")
        undone = Told(run.told).goes_back and sum(each.startswith("put ") for each in sent) > 1
        undone &= run.killed  # else the job runs again, or the error tells of it
        # One that was killed behind the start on its way back may have crashed again.
        ran = run.killed and "/pulumi-dli/" in ["", *self._begun()][-1]
        self.promised = bool(judges.STRANDED.search(run.error)) or (undone and not ran)
        by_hand = step.meanwhile or step.way in HANDS  # a run without a refresh does not see it
        self.done = None if run.error or run.killed or by_hand else program

    def _leave(
        self,
        state: State | None,
        before: judges.Job | None,
        program: Program | None,
        run: Run,
        *,
        restarts: bool,
    ) -> None:
        """Note what a run left: a job that was nearly taken over, a project, and a bucket.

        Of one that broke off, that restarted nothing, or whose job was gone, nobody looks into the
        bucket again.
        """
        if state is not None and any(GIVEN_BACK in text for text in run.told):
            self.adopted = state.job_id
            self.given_back.add(state.job_id)
        if any(UNUSED in text for text in run.told):
            self.happened.add(UNUSED)
        for sign in UNDELETED, UNLISTED:  # a record that nobody could see stays, too
            self.left |= {match[1] for match in map(sign.search, run.told) if match}
        if program is None:
            told = (match for match in map(LEFT.search, run.told) if match)
            self.waits = next((match[1] for match in told), "")
            where = {} if state is None else state.outputs
            self.waits_in = str(where.get("project_id") or LOCAL_PROJECT_ID)
            return
        elsewhere = self.waits_in != program.get("project_id", LOCAL_PROJECT_ID)
        elsewhere |= self.waits != program.get("obs_bucket")
        if self.waits and (elsewhere or not _keeps(program)):
            self.left.add(self.waits)
            self.losses.forgive()
        self.waits = self.waits if run.killed or run.error else ""
        there = program.get("project_id", LOCAL_PROJECT_ID)
        if state is not None and state.outputs.get("project_id") not in (None, there):
            self.happened.add("move")
            self.moves_killed |= run.killed
        broke = run.error or run.killed or any(map(FROM_COPY.search, run.told)) or not restarts
        stored = {} if state is None else unfold(state.outputs)
        bucket = stored.get("obs_bucket") if before is None else before["definition"]["obs_bucket"]
        if (bucket or None) not in (None, program.get("obs_bucket")) and (broke or before is None):
            self.left.add(str(bucket))

    def _judge_reached(self, program: Program | None, run: Run, step: Step, by_hand: bool) -> None:
        """A run that came to its end brought the job to what the program says."""
        there = None if run.error or run.killed or step.meanwhile or by_hand else self.world.state
        if program is None or there is None:
            return
        live = self.world.live_jobs()
        job = next((job for job in live if job["id"] == there.job_id), None)
        must(job is not None or step.plain, "a job that is gone was not missed")
        if job is not None:
            judges.judge_definition(job, program)

    def _wants_none(self, program: Program | None, run: Run) -> bool:
        """Whether a program wants the job without state, be it as the refusal before advised."""
        empty = program is not None and not _keeps(program)
        if empty and self.refused:
            self.losses.forgive()
        self.refused = "would lose its state" in run.error
        return empty

    def _by_hand(
        self, before: judges.Job | None, state: State | None, program: Program | None, step: Step
    ) -> bool:
        """Whether a job was changed by hand, and no refresh noted it; then that stands."""
        if not step.plain or state is None or before is None or program is None:
            return False
        changed = judges.unnoted(before, unfold(state.outputs), program)
        if not step.meanwhile:
            judges.judge_hand(self.world, before, changed)
        return bool(changed)

    def _starts(self) -> bool:
        """Whether a start is under way of a job that the state does not know to have run."""
        return self.world.state is None and any(
            job["status"] == "job_submitting" for job in ours(self.world)
        )

    def _passes(self, job: Mapping[str, Any]) -> bool:
        """Whether a job is in what nobody can tell the end of."""
        begins = job["resume_path"] if job["status"] == "job_submitting" else None
        unfit = begins is not None and not self.world.holds(begins)
        return unfit or job["status"] == "job_savepointing"

    def _histories(self) -> dict[int, list[dict[str, Any]]]:
        apart = {self._foreign, *(each.job_id for each in self.world.others)}
        ids = [job["id"] for job in self.world.jobs() if job["id"] not in apart]
        return {job_id: self.world.history(job_id) for job_id in ids}

    def _begun(self) -> list[str]:
        """The directory that each run of the resource's jobs began from; "" for none."""
        return [path for each in self._histories().values() for path in judges.begun(each)]

    def _healed(self, program: Program | None) -> Program | None:
        """Run plain `up` until it succeeds, at most twice, as a user would; the final program."""
        self.faulty = True  # what a fault left may still be under way
        error = self._twice(program)
        if error and program is not None and not self._names_state(program):
            program = without(program, "restore_from")
            error = self._twice(program)
        if error and program is not None and "would lose its state" in error:
            # A stop that shows late, and whose answer was lost, may be taken for an older one's.
            # An older state does not know where a stop has left it. Of one that was stopped
            # without a savepoint, as announced, the program may want to keep the state again.
            may = self.happened & (LOSING | {"stale", "restore", "forget", "adopt", "stateless"})
            must(bool(may), f"refused although no state was lost: {error}")
            told = COPY.search(error)
            named = bool(told) or "newest checkpoint" in error
            # State that nobody gave up; a job that went back, and ran on, is ahead of its copy.
            kept = self.losses.held and "stop_empty" not in self.happened
            there = kept and set(judges.copies(self.world)).difference(self._begun())
            must(named or not there, f"a copy is there, and not named: {error}")
            found = told[1] if told else self._some_state()
            names = found not in ("", program.get("restore_from"))
            way_out = {"restore_from": found} if names else {"upgrade_mode": "stateless"}
            program = {**program, **way_out}
            error = self._twice(program)
        if error and program is not None and USED in error:
            stopped = {**without(program, "restore_from"), "desired_state": "stopped"}
            error = self._twice(stopped) or self._twice(program)
        if error and program is not None and (told := BEHIND.search(error)):
            program = {**program, "restore_from": told[1]}
            error = self._twice(program)
        if error and program is not None and NOTHING in error:  # a killed create had named it
            program = {**program, "upgrade_mode": "stateless"}
            error = self._twice(program)
        if error and program is not None and TWOFOLD in error and "retain" in self.happened:
            program = {**program, "upgrade_mode": "stateless"}
            error = self._twice(program)
        must(not error, f"does not heal: {error}")
        left = self.world.state
        must(left is None or not left.failed, "the state still says that it failed")
        return program

    def _twice(self, program: Program | None) -> str:
        step = Step("", program)
        return self._up(program, step) and self._up(program, step)

    def _names_state(self, program: Program) -> bool:
        """Whether there is something in the directory that a program names, if it names one."""
        return "restore_from" not in program or self.world.holds(program["restore_from"])

    def _some_state(self) -> str:
        """What a user would find in the bucket: the job's newest savepoint or checkpoint."""
        with self.world.store() as store, store.read() as db:
            rows = db.execute(
                "SELECT path FROM savepoints WHERE kind <> 'checkpoint' ORDER BY taken_at DESC"
            ).fetchall()
        return f"obs://{rows[0]['path']}" if rows else ""

    def _meet_foreign(self) -> list[dict[str, Any]]:
        """Start a job that is nobody's of ours; its history."""
        must(not self.world.up(FOREIGN).error, "the first job did not come up")
        state = self.world.state
        assert state is not None
        self._foreign, self.world.state = state.job_id, None
        with self.world.store() as store, store.write() as db:
            db.execute("UPDATE tags SET value = 'somebody' WHERE job_id = ?", (self._foreign,))
        self.world.requests()
        return self.world.history(self._foreign)

    def _forgotten(self) -> bool:
        """Whether a run ended between a create and what the engine would have stored of it."""
        state = self.world.state
        return state is None or any(job["id"] > state.job_id for job in ours(self.world))

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
        there = ours(self.world)
        drafts = [job for job in there if self._is_left(job)]
        there = [job for job in there if job not in drafts]
        kept = "retain" in self.happened and (program is None or "move" in self.happened)
        must(kept or len(there) == (program is not None), f"{len(there)} jobs for one resource")
        known = len(there) + len(drafts) + 1 + len(self.world.others)
        nobodys = self.given_back - {job["id"] for job in there}
        unknown = [job for job in self.world.live_jobs() if job["id"] not in nobodys]
        must(len(unknown) == known, "a job that nobody knows of")
        if program is None:
            return
        state = self.world.state
        job = next((job for job in there if state and job["id"] == state.job_id), there[0])
        must(state is not None and state.job_id == job["id"], "the state names another job")
        judge_job(job, program, taken_over="adopt" in self.happened)
        named = str(program.get("restore_from", ""))
        due = self.world.holds(named) and program["desired_state"] == "running"
        used = self.losses.begun or bool(self.happened & {"restore", "adopt", UNUSED})
        used = used or named.removeprefix("obs://").strip("/") in self._begun()
        must(not due or used, f"no job has begun from {named}, as the program says")

    def _judge_left(self, program: Program | None, *, back: bool) -> Program | None:
        """No record and no copy outlives its use; the program that showed it."""
        if program is None:
            return None
        if program["desired_state"] != "running":
            return program
        if back and "obs_bucket" in program:
            program = {**program, "parallel_number": program["parallel_number"] + 1}
            must(not self._twice(program), "a good update at the end fails")
            copies = self._known(judges.copies(self.world))
            must(not copies, f"copies are left: {copies}")
        if self._known(judges.records(self.world)):  # of a start that nobody saw count
            program = {**program, "parallel_number": program["parallel_number"] + 1}
            must(not self._twice(program), "a good update at the end fails")
        left = self._known(judges.records(self.world))
        must(not left, f"records are left: {left}")
        return program

    def _known(self, names: list[str]) -> list[str]:
        """Those in the project of the job, and in buckets that it is known to have had."""
        here = [name for name in names if name.split("/")[2] == (self.place or LOCAL_PROJECT_ID)]
        return [name for name in here if name.partition("/")[0] not in self.left]

    def _destroyed(self, program: Program | None) -> None:
        if program is not None and program.get("on_delete") == "retain":
            program = {**program, "on_delete": "stop"}
            must(not self._twice(program), "the way of deletion is not changed")
        self.world.up(None)
        retained = "retain" in self.happened
        apart = {self._foreign, *self.given_back, *(each.job_id for each in self.world.others)}
        there = [job for job in self.world.live_jobs() if job["id"] not in apart]
        left = [job["name"] for job in there if not self._is_left(job)]
        must(retained or not left, f"left after destroy: {left}")


def _possible(program: Program | None) -> Program | None:
    """The program, with a name that can be had: one that is taken never can."""
    if program is None or program["name"] != "foreign":
        return program
    return {**program, "name": "etl"}


def _keeps(arguments: Program) -> bool:
    """Whether a job with these arguments keeps its state over restarts."""
    mode = arguments.get("upgrade_mode")
    return mode == "savepoint" or (not mode and bool(arguments.get("obs_bucket")))
