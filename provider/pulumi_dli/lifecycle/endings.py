"""How a wait ends that did not come where it should: in sentences, of a job as it was seen last."""

from __future__ import annotations

from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.object_url import directory_url
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.polling import words


def restarts_itself(job: JobDetail) -> bool:
    """Whether the service brings a crashed job back by itself."""
    return job.status == "job_running_exception" and bool(job.values.get("restart_when_exception"))


def title(job: JobDetail) -> str:
    """The job, for the beginning of a sentence."""
    return f"job {job.name} ({job.job_id})"


def reason(job: JobDetail) -> str:
    """The status in words and as it is, and the service's own words."""
    return f"{words(job.status)} ({job.status}){because(job)}"


def because(job: JobDetail) -> str:
    """The service's own words, behind a colon; "" for none."""
    return f": {job.words}" if job.words else ""


def begun_from(operation: Operation) -> str:
    """The directory that a start was to begin from, for who has to name it again."""
    return f"; it was to begin from {directory_url(operation.begins)}" if operation.begins else ""


def not_saved(job: JobDetail, operation: Operation) -> str:
    """That a running job took no savepoint that was asked for."""
    return (
        f"{title(job)} took no savepoint and runs on{because(job)}; {operation.so_far}. Mend the "
        f"cause and run {operation.again} again"
    )


def no_savepoint(job: JobDetail, operation: Operation) -> str:
    """That the savepoint of a stop failed, and the job runs on."""
    done = f"{title(job)} took no savepoint and runs on{because(job)}; {operation.so_far}"
    if operation.removes:  # what else there is to do, the delete says
        return f"{done}. Mend the cause and run {operation.again} again"
    return (
        f"{done}. Mend the cause and run {operation.again} again, or set `upgrade_mode` to "
        "`stateless` to give up its state"
    )


def failed_stop(job: JobDetail, operation: Operation, *, saved: bool) -> str:
    """That a stop ended in a failure; `saved`: behind its savepoint."""
    done = f"{title(job)} did not stop as asked: {reason(job)}; {operation.so_far}"
    if saved:
        goes_on = "deletes it" if operation.removes else "starts it from there"
        return (
            f"{done}. Its savepoint is complete, at {directory_url(job.savepoint_path)}: mend the "
            f"cause and run {operation.again} again, which {goes_on}"
        )
    return f"{done}. Mend the cause and run {operation.again} again"


def lost_savepoint(job: JobDetail, operation: Operation) -> str:
    """That a job is stopped, and the savepoint of its stop is not there."""
    checkpoint = job.values.get("checkpoint_path")
    where = f" (its checkpoints are under {checkpoint})" if checkpoint else ""
    done = (
        f"{title(job)} is stopped, but the service shows no savepoint of that stop"
        f"{because(job)}{where if operation.removes else ''}; {operation.so_far}"
    )
    if operation.removes:
        return done
    return (
        f"{done}, and the job was not started again, because that would lose its state. Set "
        f"`restore_from` to a savepoint or checkpoint directory{where}, or `upgrade_mode` to "
        f"`stateless`, and run {operation.again}"
    )
