"""Shows a job in the words of the wire: details, a row of the list, the execution plan.

https://docs.otc.t-systems.com/data-lake-insight/api-ref/flink_job-related_apis/querying_job_details.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_dli.local.runs import needed_cus
from pulumi_dli.local.states import GRAPH_STATE, Status
from pulumi_dli.local.validation import DEFAULT_RESOURCES

if TYPE_CHECKING:
    from pulumi_dli.local.model import Job, Moment
    from pulumi_dli.local.signin.identity import Identity

JOB_TYPE = "flink_jar_job"
MODES = {1: "exactly_once", 2: "at_least_once"}
APART = ("desc", "queue_name", "main_class", "entrypoint_args")
"""Fields of the definition that stand beside `job_config`, not in it."""
ROOT_ID = -1
LEFT_OUT = {
    *("main_class", "entrypoint_args", "runtime_config", "desc", "dependency_jars"),
    *("has_savepoint", "savepoint_path"),
}
"""What a poor row is without."""
NOT_ENDED = -1
"""Flink's `end-time` of a job that has not ended."""


def detail(moment: Moment, job: Job, identity: Identity) -> dict[str, Any]:
    """`job_detail` of the details page. No tags."""
    return {
        **_common(moment, job),
        "start_time": job.start_time,
        "user_id": identity.user_id,
        "project_id": job.project_id,
        "sql_body": "",
        "run_mode": "exclusive_cluster",
        "job_config": config(job),
        "main_class": job.definition["main_class"],
        "entrypoint_args": job.definition["entrypoint_args"],
        "execution_graph": None,
        "update_time": job.update_time,
    }


def row(moment: Moment, job: Job, identity: Identity, *, show_detail: bool) -> dict[str, Any]:
    """An element of the list."""
    if show_detail:
        return detail(moment, job, identity) | {"start_time": job.start_time or 0}
    return {
        **_common(moment, job),
        "start_time": job.start_time or 0,
        "user_name": job.user_name,
        "duration": _duration(moment, job),
        "root_id": ROOT_ID,
    }


def poor(row: dict[str, Any], lacks: str) -> dict[str, Any]:
    """A row as another service might give it.

    Args:
        row: as this one does.
        lacks: `keys`: it is without some; `values`: some are null; `times`: some are null, and it
            shows no change since the job was made.
    """
    config = row.get("job_config") or {}
    if lacks == "keys":
        rest = {name: value for name, value in row.items() if name not in LEFT_OUT}
        return rest | {"job_config": {name: config[name] for name in config.keys() - LEFT_OUT}}
    nulls = row | dict.fromkeys((LEFT_OUT & row.keys()) - {"has_savepoint", "savepoint_path"})
    nulls["job_config"] = config | dict.fromkeys(LEFT_OUT & config.keys())
    return nulls | ({"update_time": row["create_time"]} if lacks == "times" else {})


def config(job: Job) -> dict[str, Any]:
    """`job_config`: the definition, the server's own values, and the nulls of a Jar job."""
    definition = job.definition
    own = {name: value for name, value in definition.items() if name not in APART}
    resources = definition["resource_config"]
    if definition["resource_config_version"] != "v2" or not resources:
        resources = DEFAULT_RESOURCES
    return own | {
        "checkpoint_mode": MODES[definition["checkpoint_mode"]],
        "checkpoint_path": definition["checkpoint_path"] or job.checkpoint_dir,
        "resource_config": resources,
        "real_cu_number": needed_cus(job) if job.cus else 0,
        "root_id": ROOT_ID,
        "edge_group_ids": None,
        "executor_number": None,
        "executor_cu_number": None,
        "idle_state_retention": 3600,
        "config_url": None,
        "udf_jar_url": None,
        "dirty_data_strategy": None,
        "operator_config": None,
        "static_estimator_config": None,
        "graph_editor_enabled": False,
        "graph_editor_data": "",
    }


def graph(moment: Moment, job: Job) -> dict[str, Any]:
    """`execute_graph` of a job that has been started."""
    own = moment.runner.graph(job)
    if own is not None:
        return own
    status = Status(job.visible_status(moment.now))
    return {
        "jid": f"{job.start_time or 0:016x}{job.id:016x}",
        "name": job.name,
        "isStoppable": False,
        "state": GRAPH_STATE[status],
        "start-time": job.start_time or 0,
        "end-time": NOT_ENDED if job.end_time is None else job.end_time,
        "duration": _duration(moment, job),
    }


def _common(moment: Moment, job: Job) -> dict[str, Any]:
    return {
        "job_id": job.id,
        "name": job.name,
        "desc": job.definition["desc"],
        "job_type": JOB_TYPE,
        "status": job.visible_status(moment.now),
        "status_desc": job.status_desc,
        "create_time": job.create_time,
        "queue_name": job.definition["queue_name"],
        "edge_group_ids": None,
        "has_savepoint": job.has_savepoint,
        "savepoint_path": job.savepoint_path,
        "restart_times": job.restart_times,
        "graph_editor_enabled": False,
    }


def _duration(moment: Moment, job: Job) -> int:
    if job.start_time is None:
        return 0
    return max(0, (moment.ms if job.end_time is None else job.end_time) - job.start_time)
