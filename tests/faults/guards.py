"""Pieces of code without which an invariant falls, and the schedules that notice it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """A piece of code without which an invariant falls.

    Attributes:
        file: where it is.
        code: it.
        without: what stands there in its place.
        says: what the campaign then says.
        plays: the schedule that says it.
    """

    file: str
    code: str
    without: str
    says: str
    plays: int = 0


GUARDS = {
    "one job for one resource": Guard(
        "client/ownership.py",
        "        marked = next(filter(None, map(self._marked, marks)), [])\n",
        "        marked: list[JobDetail] = []\n",
        "2 jobs for one resource",
        plays=5,
    ),
    "no foreign job is touched": Guard(
        "client/ownership.py",
        "            raise JobForeign(foreign(named, theirs))\n",
        "            return named, Owner.OURS\n",
        "carries the mark",
        plays=98,
    ),
    "a job that became another resource's is not touched": Guard(
        "job/bars.py",
        '    return "" if back or mark in {"", *desired.marks, *state.marks} else mark\n',
        '    return ""\n',
        "a job of another resource was changed",
        plays=54,
    ),
    "the definition is the program's": Guard(
        "lifecycle/reconcile.py",
        "        if todo.body:\n",
        "        if todo.body and todo.stop:\n",
        "the program says",
        plays=2,
    ),
    "the tags are the program's": Guard(
        "lifecycle/refresh.py",
        "observed(context.tags.seen(job), state, ",
        "observed(job, state, ",
        "tags are",
        plays=14,
    ),
    "a running stateful job is stopped with a savepoint": Guard(
        "job/plan.py",
        "savepoint = stop and desired.stateful and job.has_run",
        "savepoint = False",
        "stopped empty, unsaid",
        plays=9,
    ),
    "nothing is left after destroy": Guard(
        "lifecycle/delete.py",
        "        context.jobs.delete(job_id)\n",
        "        return\n",
        "left after destroy",
        plays=0,
    ),
    "an interrupted start is gone on with": Guard(
        "lifecycle/reconcile.py",
        "        if todo.start is not None:\n",
        "        if todo.start is not None and todo.stop:\n",
        "the job is job_cancel_success",
        plays=-4,
    ),
    "a moved job takes its state along": Guard(
        "lifecycle/replace.py",
        "_arrived(new, there, desired, todo.begins(path), deadline)\n",
        '_arrived(new, there, desired, "", deadline)\n',
        "announced",
        plays=102,
    ),
    "a moved job leaves nothing behind": Guard(
        "lifecycle/replace.py",
        "                _delete(old, leaving.job, state, deadline)\n",
        "                pass\n",
        "jobs for one resource",
        plays=7,
    ),
    "the old job stays in the state until the new one stands": Guard(
        "lifecycle/replace.py",
        "        raise Halfway(state.job.job_id, _still(state, leaving), error) from error\n",
        "        raise\n",
        "does not heal",
        plays=-3,
    ),
    "a preview sees a refusal": Guard(
        "preview/foresight.py",
        "self.known.refused(desired, before, self.memory.refreshed(urn, desired))",
        '""',
        "preview: ''",
        plays=-24,
    ),
    "a preview sees a job that is forgotten": Guard(
        "preview/preflight.py",
        "            found.job = self.snapshot.details(job.job_id)\n",
        "            found.job = None\n",
        "does not heal",
        plays=-6,
    ),
    "a replacement is done in the create": Guard(
        "session.py",
        "        elif anew is not None and not (\n",
        "        elif anew is not None and not urn and not (\n",
        "announced",
        plays=-10,
    ),
    "a loss of state that no line has told is refused": Guard(
        "lifecycle/reconcile.py",
        "        if todo.loses and not self.desired.loss_told:\n",
        "        if todo.loses and not self:\n",
        "became 0 unsaid",
        plays=-4,
    ),
    "a plan knows what it would lose": Guard(
        "job/plan.py",
        "        loses=holds\n",
        "        loses=False\n",
        "became 0 unsaid",
        plays=-4,
    ),
    "what was changed by hand is not overwritten": Guard(
        "job/bars.py",
        "    found = list(_fields(changes, state))\n",
        "    found: list[str] = []\n",
        "overwritten unsaid",
        plays=-20,
    ),
    "a job that has lost its state is not started without": Guard(
        "job/start.py",
        "Origin.CHECKPOINT, left) if left else None\n",
        "Origin.CHECKPOINT, left) if left else Start(Origin.STATELESS)\n",
        "nobody has asked for that",
        plays=-21,
    ),
    "a checkpoint is taken where it fits": Guard(
        "job/checkpoint.py",
        "    began = None if state is None else state.started\n",
        '    if state: return ""\n    began = None if state is None else state.started\n',
        "does not fit",
        plays=-22,
    ),
    "a job is not started from behind where it was": Guard(
        "job/checkpoint.py",
        '    return "" if state is not None and of_our_stop(begins.path, state) else begins.path\n',
        '    return ""\n',
        "became 5 unsaid",
        plays=-36,
    ),
    "nor moved from there": Guard(
        "job/move.py",
        "    if job.checkpoint is None and resumable(job, pending):\n",
        "    if resumable(job, pending):\n",
        "became 5 unsaid",
        plays=-49,
    ),
    "a job that somebody stopped empty is not deleted unsaid": Guard(
        "lifecycle/delete.py",
        "    by_itself = ours is None and job.phase in (Phase.STOPPED, Phase.FAILED)\n",
        "    by_itself = False\n",
        "became 0 unsaid",
        plays=-24,
    ),
    "a job of another resource is not deleted": Guard(
        "lifecycle/delete.py",
        "    if owner is Owner.OTHER:\n",
        "    if not job:\n",
        "was deleted",
        plays=-25,
    ),
    "what was restored once is not restored again": Guard(
        "job/restarts.py",
        "    if asked != _asked(name, desired, state):\n        return False\n",
        "    if asked != _asked(name, desired, state) or asked:\n        return False\n",
        "once more from a directory",
        plays=-12,
    ),
    "nor is it for the job in its place": Guard(
        "artifacts/record.py",
        '        return desired.without("restore_from") if used else desired\n',
        "        return desired\n",
        "once more from a directory",
        plays=-26,
    ),
    "a savepoint has a bucket to go to": Guard(
        "lifecycle/reconcile.py",
        '            steps.put(operation, Body({"obs_bucket": bucket}))\n',
        "            pass\n",
        "no OBS bucket",
        plays=-30,
    ),
    "what a move imports is the latest": Guard(
        "lifecycle/replace.py",
        "            if at_rest and not same_directory(path, operation.job.savepoint_path):\n",
        "            if at_rest and not operation.job.savepoint_path:\n",
        "announced",
        plays=-31,
    ),
    "a start that fails forgets no savepoint": Guard(
        "lifecycle/steps.py",
        "        operation.next_start = _waiting(operation, start)\n",
        "        operation.next_start = None\n",
        "became 0 unsaid",
        plays=-1,
    ),
    "a promised way back is there": Guard(
        "lifecycle/reconcile.py",
        '        if todo.rollback == "":\n            self._copy()\n',
        "",
        "a promised way back",
        plays=-15,
    ),
    "it is there, or nothing is begun": Guard(
        "lifecycle/reconcile.py",
        "        if self.desired.armed_told and todo.start",
        "        if not self and todo.start",
        "a promised way back",
        plays=-7,
    ),
    "a lost answer is no failure": Guard(
        "lifecycle/rollback.py",
        "        if error.uncertain or unread or (stopped and isinstance(error, JobFailed)):\n"
        "            raise\n",
        "",
        "a lost answer was taken for a failure",
        plays=-19,
    ),
    "a way back puts back the old definition": Guard(
        "lifecycle/rollback.py",
        "        if back.body:\n            context.steps.put(operation, back.body)\n",
        "",
        "runs as before, it says",
        plays=-15,
    ),
    "it leads to the copy": Guard(
        "lifecycle/rollback.py",
        "Start(Origin.IMPORT, copy), state",
        "Start(Origin.STATELESS), state",
        "became 0 unsaid",
        plays=-15,
    ),
    "where it fails the state says from what to start": Guard(
        "lifecycle/rollback.py",
        "    operation.next_start = NextStart.at(operation.saved)\n",
        "",
        "it was to start",
        plays=-8,
    ),
    "a copy is a savepoint": Guard(
        "artifacts/copies.py",
        "        copy(last)\n        return",
        "        return",
        "there is no state in",
        plays=-15,
    ),
    "a copy stays while it is all that a job has": Guard(
        "lifecycle/verbs.py",
        "        if operation.counted and copied and not began_from_it:\n",
        "        if operation.counted and copied:\n",
        "began from",
        plays=-16,
    ),
    "copies go with the next good update": Guard(
        "lifecycle/verbs.py",
        "        if operation.counted and copied and not began_from_it:\n",
        "        if operation.counted and copied and not began_from_it and not desired:\n",
        "copies are left",
        plays=-15,
    ),
    "a deleted job leaves its savepoint to the next": Guard(
        "lifecycle/delete.py",
        "            context.saved.records.keep(state, path, operation.job, state)\n",
        "            pass\n",
        "became 0 unsaid",
        plays=-9,
    ),
    "a record goes once a job runs from it": Guard(
        "lifecycle/create.py",
        "        context.saved.records.drop(desired, reached, job=met)\n",
        "        pass\n",
        "records are left",
        plays=-9,
    ),
    "so does one of an update": Guard(
        "lifecycle/verbs.py",
        "        if good and (copied or moves or not counted",
        "        if not good and (copied or moves or not counted",
        "records are left",
        plays=-19,
    ),
    "what jobs run is not pruned": Guard(
        "artifacts/pruning.py",
        "        for content in {each for text in job.texts for each in mentioned(text)}:\n",
        "        for content in ():\n",
        "pruned, and yet needed",
        plays=-17,
    ),
    "what records name is not pruned": Guard(
        "artifacts/pruning.py",
        "    for record in found:\n        for content in mentioned(record.text):\n",
        "    for record in found:\n        for content in ():\n",
        "pruned, and yet needed",
        plays=-17,
    ),
    "rows that lack something are not read": Guard(
        "client/rows.py",
        "                self._useless = True  # the row of another job may lack it too\n",
        "                pass\n",
        "desc is hand",
        plays=-33,
    ),
    "a row is not taken for a change": Guard(
        "lifecycle/refresh.py",
        "    return found if found[0].write() == state.write() else None\n",
        "    return found\n",
        "announced",
        plays=-34,
    ),
    "a row of another time is not read": Guard(
        "lifecycle/refresh.py",
        " or row.update_time != state.job.update_time:\n",
        ":\n",
        "desc is hand",
        plays=-39,
    ),
    "so does that of a job that is replaced": Guard(
        "lifecycle/verbs.py",
        "        if reached.job.runs:\n",
        "        if not reached.job.runs:\n",
        "records are left",
        plays=-40,
    ),
    "a restart that was asked for leaves its mark": Guard(
        "lifecycle/reconcile.py",
        "        if todo.restart_mark:\n",
        "        if todo.restart_mark and not self:\n",
        "once more from a directory",
        plays=-12,
    ),
    "a kill on the way back leaves word of the copy": Guard(
        "lifecycle/rollback.py",
        "        context.saved.records.keep(state, copy, operation.job, state)\n",
        "",
        "it was to start",
        plays=-41,
    ),
    "a move leaves word of its savepoint": Guard(
        "lifecycle/replace.py",
        "                new.saved.records.keep(desired, waits, leaving.job, state)\n",
        "                pass\n",
        "became 0 unsaid",
        plays=-47,
    ),
    "a job that hangs in its first start keeps what that was to begin from": Guard(
        "job/start.py",
        "    if not job.has_run:\n        return start(job, desired, state, pending)\n",
        "    if not job.has_run:\n        return Start(Origin.FRESH)\n",
        "became 0 unsaid",
        plays=-48,
    ),
    "a moved job begins from what was handed to it": Guard(
        "lifecycle/replace.py",
        "    way = Reconciliation(new, arriving, desired, None, known=pending)\n",
        "    way = Reconciliation(new, arriving, desired, None)\n",
        "became 0 unsaid",
        plays=-43,
    ),
    "a record stays until a start has counted": Guard(
        "lifecycle/create.py",
        "    if reached.started is not None or lasts:\n",
        "    if reached is not None:\n",
        "became 0 unsaid",
        plays=-42,
    ),
    "what broke off is told to the engine": Guard(
        "lifecycle/finishing.py",
        "        raise Halfway(operation.job.job_id, kept, told) from error\n",
        "        raise\n",
        "it was to start",
        plays=-8,
    ),
    "a start that fails has not used what the program names": Guard(
        "job/outputs.py",
        'ours["restore_from"] = before.ours.get("restore_from")  # due until a start has counted\n',
        "pass\n",
        "no job has begun from",
        plays=-37,
    ),
    "nor has a job at rest": Guard(
        "job/outputs.py",
        "    if restore_due(desired, state) and not outcome.started and job.phase in AT_REST:\n",
        "    if not outcome:\n",
        "no job has begun from",
        plays=-44,
    ),
    "nor is what was used restored again elsewhere": Guard(
        "job/move.py",
        '    return desired if todo.named else desired.without("restore_from")\n',
        "    return desired\n",
        "became 105 unsaid",
        plays=-45,
    ),
    "what a start was to begin from is kept until one counts": Guard(
        "job/outputs.py",
        "pending_start(job, state) if outcome.next_start is None else",
        "LIVE if outcome.next_start is None else",
        "its state is in",
        plays=-46,
    ),
    "a killed start from a directory is not made again behind what the job did since": Guard(
        "job/checkpoint.py",
        '        return begins.path if restore_made(job, desired, state) else ""\n',
        '        return ""\n',
        "started once more from a directory",
        plays=-50,
    ),
    "a move behind a kill gives no state up unsaid": Guard(
        "lifecycle/replace.py",
        "        if job is not None and todo.loses and not desired.loss_told:\n",
        "        if job is None and todo.loses and not desired.loss_told:\n",
        "stopped empty, unsaid",
        plays=410254,
    ),
    "a job that was stopped behind its line is told of": Guard(
        "lifecycle/reconcile.py",
        "        if not begins.named or restore_made(before, self.desired, self.state):\n",
        "        if not begins.named:\n",
        "became 5 unsaid",
        plays=410802,
    ),
}
