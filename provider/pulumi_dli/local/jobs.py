"""What a request does to the definition of a job: create, update, delete and list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_dli.local import runs, tags, validation
from pulumi_dli.local.errors import Refusal, bad_parameter, not_allowed
from pulumi_dli.local.model import Job
from pulumi_dli.local.records import find, from_row, insert, record, save
from pulumi_dli.local.states import AT_REST, Status
from pulumi_dli.local.validation import LARGE
from pulumi_dli.local.view import JOB_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_dli.local.model import Moment

JOB_TYPES = (JOB_TYPE, "flink_sql_job", "flink_opensource_sql_job", "flink_sql_edge_job")
MOST_ROWS = 100
SHOWN = "CASE WHEN shown_until > :now THEN shown_status ELSE status END"
"""The status that answers show, in SQL."""


def create(moment: Moment, project_id: str, user_name: str, body: Mapping[str, Any]) -> Job:
    """Store a draft.

    Raises:
        Refusal: DLI.0001 a bad field, DLI.0006 the name is taken.
    """
    given = dict(body)
    name = validation.check_name("name", given.pop("name", None))
    labels = tags.parse("tags", given.pop("tags", None) or [])
    definition = validation.complete(validation.parse(given))
    validation.check_together(body, definition)
    _name_must_be_free(moment, project_id, name)
    job = Job(
        id=0,
        project_id=project_id,
        user_name=user_name,
        name=name,
        queue_name=_queue_name(definition),
        definition=definition,
        create_time=moment.ms,
        update_time=moment.ms,
    )
    job.id = insert(moment.db, job)
    tags.put(moment, job.id, labels)
    record(moment, job.id, "created", name=name)
    return job


def update(moment: Moment, project_id: str, job_id: int, body: Mapping[str, Any]) -> Job:
    """Change the fields that are there, keep the others.

    Chosen: only `update` moves `update_time`; a field that needs a restart is refused while
    the job is not at rest, even with the value it has; and between two states (submitting,
    savepointing, canceling) every change is refused.

    Raises:
        Refusal: DLI.16001 no such job, DLI.0001 a bad field, DLI.0006 the name is taken,
            DLI.0007 not now.
    """
    job = find(moment.db, project_id, job_id)
    given = dict(body)
    if given.pop("job_type", JOB_TYPE) != JOB_TYPE:
        raise bad_parameter("job_type", f"{JOB_TYPE} is expected")
    name = validation.check_name("name", given.pop("name", job.name))
    values = validation.parse(given)
    definition = job.definition | values
    validation.check_together(body, definition)
    if job.status not in AT_REST:
        _must_be_live(job, values)
    if name != job.name:
        _name_must_be_free(moment, project_id, name)
    job.name = name
    job.definition = definition
    job.queue_name = _queue_name(definition)
    job.update_time = moment.ms
    save(moment.db, job)
    record(moment, job.id, "put", fields=sorted(body))
    return job


def delete(moment: Moment, project_id: str, job_id: int) -> None:
    """Take the job away, whatever its state; its name is free at once (Chosen).

    Raises:
        Refusal: DLI.16001, no such job.
    """
    job = find(moment.db, project_id, job_id)
    record(moment, job.id, "deleted", status=job.status, counter=job.count(moment.now))
    job.deleted_at = moment.now
    job.next_at = None
    moment.runner.drop(moment, job)
    runs.free(moment, job)


def listed(
    moment: Moment, project_id: str, query: Mapping[str, str]
) -> tuple[int, list[Job], bool]:
    """How many jobs pass the filters, those of the page, and whether details are wanted.

    Chosen: `name` finds every job whose name contains it.

    Raises:
        Refusal: DLI.0001, a bad filter.
    """
    where = ["project_id = :project", "deleted_at IS NULL"]
    values: dict[str, Any] = {"project": project_id, "now": moment.now}
    _choice(query, "job_type", JOB_TYPES)
    if query.get("job_type", JOB_TYPE) != JOB_TYPE:
        where.append("0")
    if status := _choice(query, "status", tuple(Status)):
        where.append(f"{SHOWN} = :status")
        values["status"] = status
    if queue_name := query.get("queue_name"):
        where.append("queue_name = :queue")
        values["queue"] = queue_name.lower()
    if name := query.get("name"):
        # Reads the index of the names only, not the rows.
        where.append(
            "id IN (SELECT id FROM jobs INDEXED BY jobs_name WHERE project_id = :project"
            " AND deleted_at IS NULL AND instr(name, :name) > 0)"
        )
        values["name"] = name
    if user_name := query.get("user_name"):
        where.append("user_name = :user")
        values["user"] = user_name
    if query.get("root_job_id", "-1") != "-1":
        where.append("0")
    if query.get("sys_enterprise_project_name", "default") != "default":
        where.append("0")
    for index, (key, value) in enumerate(tags.parse_query(query.get("tags", "")).items()):
        where.append(
            f"id IN (SELECT job_id FROM tags WHERE key = :key{index}"  # noqa: S608
            f" AND value = :value{index})"
        )
        values |= {f"key{index}": key, f"value{index}": value}
    order = _choice(query, "order", ("asc", "desc")) or "desc"
    values["limit"] = validation.check_number(query, "limit", 10, MOST_ROWS)
    values["offset"] = validation.check_number(query, "offset", 0, LARGE)
    show_detail = _choice(query, "show_detail", ("true", "false")) == "true"
    rule = " AND ".join(where)
    page = moment.db.execute(
        f"SELECT * FROM jobs WHERE {rule} ORDER BY id {order} LIMIT :limit OFFSET :offset",  # noqa: S608
        values,
    ).fetchall()
    total = len(page)
    if values["offset"] or total == values["limit"]:  # else the page is all there is
        count = moment.db.execute(f"SELECT COUNT(*) FROM jobs WHERE {rule}", values)  # noqa: S608
        total = count.fetchone()[0]
    return total, [from_row(row) for row in page], show_detail


def _queue_name(definition: Mapping[str, Any]) -> str | None:
    name = definition["queue_name"]
    return name.lower() if name else None


def _name_must_be_free(moment: Moment, project_id: str, name: str) -> None:
    row = moment.db.execute(
        "SELECT id FROM jobs WHERE project_id = ? AND name = ? AND deleted_at IS NULL",
        (project_id, name),
    ).fetchone()
    if row is not None:
        raise Refusal("DLI.0006", f"The job name {name} already exists.")


def _must_be_live(job: Job, values: Mapping[str, Any]) -> None:
    if job.status != Status.RUNNING:
        raise not_allowed(f"The job {job.name} cannot be changed while it is {job.status}.")
    held = [name for name in values if not validation.FIELDS[name].live]
    changed = [name for name in held if values[name] != job.definition[name]]
    if changed:
        raise not_allowed(
            f"Parameter {changed[0]} of job {job.name} cannot be changed while it is running."
        )
    if held:
        raise not_allowed(
            f"Parameter {held[0]} of job {job.name} cannot be sent while it is running, "
            "even unchanged."
        )
    if "obs_bucket" in values and values["obs_bucket"] == job.definition["obs_bucket"]:
        raise not_allowed(f"Parameter obs_bucket of running job {job.name} is not changed.")


def _choice(query: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str | None:
    value = query.get(name) or None
    if value is not None and value.lower() not in choices:
        raise bad_parameter(name, f"one of {', '.join(choices)} is expected")
    return None if value is None else value.lower()
