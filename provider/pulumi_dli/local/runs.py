"""Moves a job's status on with time.

Nothing happens in the background: every look and every change first lets happen what was
due since (`advance`), in the order of time, so the answer is a function of the clock.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from pulumi_dli.local import logs, queues, savepoints
from pulumi_dli.local.model import Moment, Outcome
from pulumi_dli.local.records import from_row, record, save
from pulumi_dli.local.states import Status
from pulumi_dli.local.validation import memory_gb

if TYPE_CHECKING:
    from pulumi_dli.local.model import Job, Progress

GB_PER_CU = 4


def anything_due(moment: Moment) -> bool:
    """Whether `advance` has something to do."""
    row = moment.db.execute("SELECT 1 FROM jobs WHERE next_at <= ? LIMIT 1", (moment.now,))
    return row.fetchone() is not None


def advance(moment: Moment) -> None:
    """Let everything happen that is due, each at its own time."""
    while True:
        row = moment.db.execute(
            "SELECT * FROM jobs WHERE next_at <= ? ORDER BY next_at, id LIMIT 1", (moment.now,)
        ).fetchone()
        if row is None:
            return
        job = from_row(row)
        at = moment if moment.runner.real(job) else replace(moment, now=row["next_at"])
        job.next_at = None
        _step(at, job)
        save(at.db, job)


def submit(moment: Moment, job: Job) -> None:
    """Begin a start: of a run request, or the service's own after a crash."""
    job.status = Status.SUBMITTING
    job.status_desc = ""
    job.end_time = None
    job.next_at = moment.runner.start(moment, job)


def begin_savepoint(moment: Moment, job: Job, *, path: str, stopping: bool) -> None:
    """Begin a savepoint, as the first step of a stop or for itself."""
    job.status = Status.SAVEPOINTING
    job.stopping = stopping
    job.doom["savepoint_path"] = path
    job.next_at = moment.runner.savepoint(moment, job)


def begin_cancel(moment: Moment, job: Job) -> None:
    """Begin to stop."""
    job.status = Status.CANCELING
    job.next_at = moment.runner.cancel(moment, job)


def end(moment: Moment, job: Job, status: Status, text: str = "") -> None:
    """Come to rest: the queue's CUs are free, the state in memory is gone."""
    job.counter = job.count(moment.now)
    job.counting_since = None
    job.status = status
    job.status_desc = text
    job.stopping = False
    job.resume_path = None
    job.next_at = None
    job.doom = {}
    job.end_time = moment.ms
    free(moment, job)


def free(moment: Moment, job: Job) -> None:
    """Give the CUs back, and let the jobs that wait on the queue look again."""
    job.cus = 0
    save(moment.db, job)
    moment.db.execute(
        "UPDATE jobs SET next_at = ? WHERE queue_name = ? AND status = 'job_submitting'"
        " AND next_at IS NULL AND deleted_at IS NULL AND id <> ?",
        (moment.now, job.queue_name, job.id),
    )


def needed_cus(job: Job) -> int:
    """CUs that a run takes: `cu_number`, or what a v2 resource configuration adds up to."""
    config = job.definition["resource_config"]
    if job.definition["resource_config_version"] != "v2" or not config:
        return int(job.definition["cu_number"])
    workers = math.ceil(config["parallel_number"] / config["max_slot"])
    manager, worker = config["jobmanager_resource_spec"], config["taskmanager_resource_spec"]
    cpu = manager["cpu"] + workers * worker["cpu"]
    memory = memory_gb("memory", manager["memory"]) + workers * memory_gb(
        "memory", worker["memory"]
    )
    needed: float = max(cpu, memory / GB_PER_CU)
    return math.ceil(needed)


def _step(moment: Moment, job: Job) -> None:
    if job.status == Status.SUBMITTING and (lack := _lack_of_room(moment, job)):
        job.status_desc = lack
        return
    progress = moment.runner.look(moment, job)
    if progress.restarts is not None:
        job.restart_times = progress.restarts
    if progress.outcome is Outcome.RESTARTING:
        _restarting(moment, job, progress)
        return
    if progress.outcome is Outcome.WAITING:
        job.status_desc = progress.text or job.status_desc
        job.next_at = progress.again
        return
    match job.status:
        case Status.SUBMITTING if progress.outcome is Outcome.DONE or job.counting_since is None:
            _submitted(moment, job, progress)
        case Status.SUBMITTING | Status.RUNNING:  # it runs, or had run and was being brought back
            _ended(moment, job, progress)
        case Status.SAVEPOINTING:
            _saved(moment, job, progress)
        case _:
            end(moment, job, Status.CANCEL_SUCCESS)
            record(moment, job.id, "stopped", counter=job.counter)


def _lack_of_room(moment: Moment, job: Job) -> str:
    """Chosen: a job that finds its queue full waits in job_submitting, however long."""
    queue = queues.find(moment, str(job.queue_name))
    used, needed = queues.used_cus(moment, queue.name) - job.cus, needed_cus(job)
    if used + needed <= queue.cus:
        return ""
    return f"waiting for {needed} CUs on queue {queue.name} ({used} of {queue.cus} in use)"


def _submitted(moment: Moment, job: Job, progress: Progress) -> None:
    if progress.outcome is Outcome.FAILED:
        logs.keep(moment, job, progress)
        end(moment, job, Status.SUBMIT_FAIL, progress.text)
        record(moment, job.id, "submit failed", reason=progress.text)
        return
    resumed = job.resume_path
    carried = 0 if resumed is None else savepoints.counter(moment, resumed)
    job.status = Status.RUNNING
    job.status_desc = moment.runner.note(job)
    job.start_time = moment.ms
    job.cus = needed_cus(job)
    job.counter = (carried or 0) + 1
    job.counting_since = moment.now
    job.resume_path = None
    job.checkpoint_dir = savepoints.checkpoint_dir(moment, job)
    job.next_at = moment.runner.watch(moment, job)
    savepoints.remove_taken_at_stop(moment, job)
    record(moment, job.id, "running", counter=job.counter, resumed=resumed)


def _ended(moment: Moment, job: Job, progress: Progress) -> None:
    if progress.outcome is Outcome.DONE:
        end(moment, job, Status.FINISH, progress.text)
        record(moment, job.id, "finished", counter=job.counter)
        return
    logs.keep(moment, job, progress)
    if moment.runner.real(job):
        end(moment, job, Status.RUNNING_EXCEPTION, progress.text)
        # Chosen: what broke is this machine's, not the job's, so its state is at hand again.
        at_hand = progress.resume or next(iter(savepoints.taken_at_stop(moment, job)), None)
        job.has_savepoint, job.savepoint_path = at_hand is not None, at_hand
        record(moment, job.id, "crashed", reason=progress.text, checkpoint=progress.resume)
        return
    checkpoint = savepoints.retain_checkpoint(moment, job)
    end(moment, job, Status.RUNNING_EXCEPTION, progress.text)
    record(moment, job.id, "crashed", counter=job.counter, checkpoint=checkpoint)
    definition = job.definition
    allowed = definition["resume_max_num"]
    if definition["restart_when_exception"] and (allowed < 0 or job.restart_times < allowed):
        # Chosen: `resume_max_num` counts all the restarts of a run, not those of an hour.
        job.restart_times += 1
        job.resume_path = checkpoint if definition["resume_checkpoint"] else None
        submit(moment, job)
        job.status_desc = progress.text


def _restarting(moment: Moment, job: Job, progress: Progress) -> None:
    """The runner brings a crashed job back by itself."""
    logs.keep(moment, job, progress)
    job.status = Status.SUBMITTING
    job.status_desc = progress.text
    job.next_at = progress.again
    record(moment, job.id, "restarting", reason=progress.text)


def _saved(moment: Moment, job: Job, progress: Progress) -> None:
    path = job.doom.pop("savepoint_path")
    stopping, job.stopping = job.stopping, False
    if progress.outcome is Outcome.FAILED:
        job.doom.pop("refuse_savepoint", None)
        if broken := job.doom.pop("fail_stop", None):
            job.doom["crash"] = broken
        if progress.saved:
            _keep(moment, job, path, stopping=stopping)
        _go_on(moment, job)
        job.status_desc = progress.text
        record(moment, job.id, "savepoint failed", reason=progress.text)
        return
    count = job.count(moment.now)
    lost = job.doom.pop("lose_savepoint", None) is not None
    if lost:
        job.has_savepoint, job.savepoint_path = False, None
        record(moment, job.id, "savepoint", path=None, counter=count, stopping=stopping)
    else:
        _keep(moment, job, path, stopping=stopping)
    if stopping:
        job.counter, job.counting_since = count, None
        begin_cancel(moment, job)
    else:
        _go_on(moment, job)


def _keep(moment: Moment, job: Job, path: str, *, stopping: bool) -> None:
    count = job.count(moment.now)
    kind = savepoints.Kind.STOP if stopping else savepoints.Kind.TRIGGER
    savepoints.keep(moment, job, path, kind, count)
    job.has_savepoint, job.savepoint_path = True, path
    record(moment, job.id, "savepoint", path=path, counter=count, stopping=stopping)


def _go_on(moment: Moment, job: Job) -> None:
    """Run as before the savepoint; a look that fell due meanwhile comes now."""
    job.status = Status.RUNNING
    due = moment.runner.watch(moment, job)
    job.next_at = None if due is None else max(due, moment.now)
