"""What a request asks of a job: run, stop, savepoint and import-savepoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_dli.local import queues, runs, savepoints
from pulumi_dli.local.errors import Refusal, bad_parameter, not_allowed
from pulumi_dli.local.records import find, record, save
from pulumi_dli.local.states import AT_REST, STOPPABLE, Status
from pulumi_dli.local.validation import check_bool, check_list, check_object, check_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_dli.local.faults import Fault
    from pulumi_dli.local.model import Job, Moment

SUBMITTED = "The request for submitting DLI jobs is successfully delivered."
STOPPED = "The request for stopping DLI jobs is successfully delivered."


def job_ids(body: dict[str, Any]) -> list[int]:
    """The jobs that a batch body names, each once.

    Raises:
        Refusal: DLI.0001.
    """
    ids = check_list("job_ids", body.get("job_ids"))
    if not ids:
        raise bad_parameter("job_ids", "at least one job id is expected")
    for index, value in enumerate(ids):
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise bad_parameter(f"job_ids[{index}]", "an integer is expected")
    return list(dict.fromkeys(ids))


def run(
    moment: Moment, project_id: str, body: dict[str, Any], faults: Iterable[Fault] = ()
) -> list[dict[str, str]]:
    """Submit jobs. One element for each, in order.

    Chosen: when one job is unknown or has no good queue, nothing is done for any of them;
    a job that is not at rest, or has no savepoint to resume from, refuses for itself.

    Raises:
        Refusal: DLI.0001, DLI.16001, DLI.13024 (no queue chosen), DLI.0002 (no such queue).
    """
    check_object("body", body, "job_ids", "resume_savepoint")
    resume = check_bool("resume_savepoint", body.get("resume_savepoint") or False)
    jobs = [find(moment.db, project_id, job_id) for job_id in job_ids(body)]
    for job in jobs:
        if not job.queue_name:
            raise Refusal(
                "DLI.13024", "No job-running queue selected. Please select a queue for your job."
            )
        queues.find(moment, job.queue_name)
    return [_run(moment, job, resume, list(faults)) for job in jobs]


def stop(
    moment: Moment, project_id: str, body: dict[str, Any], faults: Iterable[Fault] = ()
) -> list[dict[str, str]]:
    """Stop jobs, with a savepoint first where it is asked for. One element for each, in order.

    Chosen: when one of them cannot be stopped, nothing is done for any.

    Raises:
        Refusal: DLI.0001, DLI.16001, DLI.0007 (not running, or nowhere to save).
    """
    check_object("body", body, "job_ids", "trigger_savepoint")
    save_first = check_bool("trigger_savepoint", body.get("trigger_savepoint") or False)
    jobs = [find(moment.db, project_id, job_id) for job_id in job_ids(body)]
    for job in jobs:
        if job.status not in STOPPABLE:
            raise not_allowed(f"The job {job.name} is not running: it is {job.status}.")
        if save_first and job.status != Status.RUNNING:
            raise not_allowed(f"The job {job.name} does not run yet: there is nothing to save.")
        if save_first and not job.definition["obs_bucket"]:
            raise not_allowed(f"The job {job.name} has no OBS bucket to put a savepoint in.")
    return [_stop(moment, job, save_first, list(faults)) for job in jobs]


def savepoint(
    moment: Moment,
    project_id: str,
    job_id: int,
    body: dict[str, Any],
    faults: Iterable[Fault] = (),
) -> None:
    """Take a savepoint of a running job, which goes on running.

    Raises:
        Refusal: DLI.0001, DLI.16001, DLI.0007 (not running, or nowhere to save).
    """
    check_object("body", body, "action", "savepoint_path")
    if body.get("action") != "TRIGGER":
        raise bad_parameter("action", "TRIGGER is expected")
    job = find(moment.db, project_id, job_id)
    given = check_text("savepoint_path", body.get("savepoint_path") or "")
    if job.status != Status.RUNNING:
        raise not_allowed(f"The job {job.name} is not running: it is {job.status}.")
    if not given and not job.definition["obs_bucket"]:
        raise not_allowed(f"The job {job.name} has no OBS bucket to put a savepoint in.")
    if refusal := _take(job, faults):
        raise not_allowed(refusal)
    path = savepoints.normal(given) if given else savepoints.free_path(moment, job)
    runs.begin_savepoint(moment, job, path=path, stopping=False)
    save(moment.db, job)
    record(moment, job.id, "savepoint asked", path=path)


def import_savepoint(moment: Moment, project_id: str, job_id: int, body: dict[str, Any]) -> None:
    """Name the savepoint or checkpoint that the next resume starts from.

    Chosen: only for a job at rest. Any path is taken; one at which there is nothing makes
    the start fail, which a client sees only when it looks.

    Raises:
        Refusal: DLI.0001, DLI.16001, DLI.0007 (not at rest).
    """
    check_object("body", body, "job_id", "savepoint_path")
    job = find(moment.db, project_id, job_id)
    if str(body.get("job_id", job_id)) != str(job_id):
        raise bad_parameter("job_id", "it is not that of the address")
    path = check_text("savepoint_path", body.get("savepoint_path"))
    bucket, slash, directory = path.removeprefix(savepoints.SCHEME).partition("/")
    if not bucket or not slash or not directory.strip("/"):
        raise bad_parameter("savepoint_path", "obs://bucket/directory/ is expected")
    if job.status not in AT_REST:
        raise not_allowed(f"The job {job.name} is not at rest: it is {job.status}.")
    job.has_savepoint = True
    job.savepoint_path = savepoints.normal(path)
    save(moment.db, job)
    record(moment, job.id, "savepoint imported", path=job.savepoint_path)


def _run(moment: Moment, job: Job, resume: bool, faults: list[Fault]) -> dict[str, str]:
    if job.status not in AT_REST:
        return _element(f"The job {job.name} cannot be started: it is {job.status}.")
    if resume and not job.has_savepoint:
        # Chosen: refused, where the service might as well start it without its state.
        return _element(f"The job {job.name} has no savepoint to resume from.")
    _show_old_status(moment, job, faults)
    job.doom = {fault.kind: fault.options for fault in faults if fault.of_run}
    job.resume_path = job.savepoint_path if resume else None
    # Chosen: consumed by the request, also by one that does not resume and by one that fails.
    job.has_savepoint = False
    job.savepoint_path = None
    job.restart_times = 0
    record(moment, job.id, "run", resume=resume, savepoint=job.resume_path)
    runs.submit(moment, job)
    save(moment.db, job)
    return _element("", SUBMITTED)


def _stop(moment: Moment, job: Job, save_first: bool, faults: list[Fault]) -> dict[str, str]:
    if save_first and (refusal := _take(job, faults)):
        return _element(refusal)
    _show_old_status(moment, job, faults)
    if save_first:
        path = savepoints.free_path(moment, job)
        runs.begin_savepoint(moment, job, path=path, stopping=True)
    else:
        runs.begin_cancel(moment, job)
    save(moment.db, job)
    record(moment, job.id, "stop", savepoint=save_first)
    return _element("", STOPPED)


def _take(job: Job, faults: Iterable[Fault]) -> str:
    """Let the faults of a savepoint wait for the job; the words of one that refuses at once."""
    for fault in faults:
        if fault.of_savepoint:
            if fault.options.get("at_once"):
                return str(fault.options["text"])
            job.doom[fault.kind] = fault.options
    return ""


def _show_old_status(moment: Moment, job: Job, faults: Iterable[Fault]) -> None:
    for fault in faults:
        if fault.kind == "stale":
            job.shown_status = job.visible_status(moment.now)
            job.shown_until = moment.now + fault.options["seconds"]


def _element(refusal: str, message: str = "") -> dict[str, str]:
    return {"is_success": "false" if refusal else "true", "message": refusal or message}
