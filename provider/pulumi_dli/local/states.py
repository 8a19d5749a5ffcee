"""The statuses of a Flink job, and what each of them allows."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """`job_detail.status` on the wire.

    https://docs.otc.t-systems.com/data-lake-insight/api-ref/flink_job-related_apis/querying_job_details.html
    """

    INIT = "job_init"
    SUBMITTING = "job_submitting"
    SUBMIT_FAIL = "job_submit_fail"
    RUNNING = "job_running"
    RUNNING_EXCEPTION = "job_running_exception"
    DOWNLOADING = "job_downloading"
    IDLE = "job_idle"
    CANCELING = "job_canceling"
    CANCEL_SUCCESS = "job_cancel_success"
    CANCEL_FAIL = "job_cancel_fail"
    SAVEPOINTING = "job_savepointing"
    ARREARAGE_STOPPED = "job_arrearage_stopped"
    ARREARAGE_RECOVERING = "job_arrearage_recovering"
    FINISH = "job_finish"


AT_REST = frozenset(
    {
        Status.INIT,
        Status.SUBMIT_FAIL,
        Status.RUNNING_EXCEPTION,
        Status.CANCEL_SUCCESS,
        Status.FINISH,
    }
)
"""Nothing runs and nothing is under way: the job may be started, changed and given a savepoint."""

STOPPABLE = frozenset({Status.SUBMITTING, Status.RUNNING})

GRAPH_STATE = {
    Status.SUBMITTING: "CREATED",
    Status.RUNNING: "RUNNING",
    Status.SAVEPOINTING: "RUNNING",
    Status.CANCELING: "CANCELLING",
    Status.CANCEL_SUCCESS: "CANCELED",
    Status.RUNNING_EXCEPTION: "FAILED",
    Status.SUBMIT_FAIL: "FAILED",
    Status.FINISH: "FINISHED",
}
"""Flink's own word for each status, as the execution plan gives it."""
