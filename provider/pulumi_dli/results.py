"""What look-ups return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_dli.job.detail import JobDetail
    from pulumi_dli.job.queue import Queue


@dataclass(frozen=True, slots=True)
class GetFlinkJarJobResult:
    """A Flink Jar job as it stands. Times are epoch milliseconds; 0 where there is none yet.

    Attributes:
        job_id: its id.
        name: its name.
        status: its status, such as `job_running`.
        status_desc: the service's own words on the status.
        create_time: when it was created.
        start_time: when it started last.
        update_time: when its definition was changed last.
        has_savepoint: whether a savepoint waits to be started from.
        savepoint_path: the latest savepoint's directory.
        restart_times: how often the service restarted it by itself.
        real_cu_number: CUs that it really takes.
        definition: the arguments under the names that `FlinkJarJob` takes, as far as the
            service reports them, so that a program may write them as they are.
            `entrypoint_args` and `runtime_config` are left out, because they may hold secrets.
    """

    job_id: int
    name: str
    status: str
    status_desc: str
    create_time: int
    start_time: int
    update_time: int
    has_savepoint: bool
    savepoint_path: str
    restart_times: int
    real_cu_number: int
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GetQueueResult:
    """A queue.

    Attributes:
        name: its name, in lower case.
        queue_type: `general` (for Flink Jar jobs) or `sql`.
        cu_count: CUs that it has.
        used_cu: CUs in use now; None where the service does not tell.
        elastic_resource_pool_name: the pool that it belongs to; empty for a queue of its own.
        flink_jar_versions: Flink versions that it offers to jars.
        default_flink_jar_version: the one of a job that names none.
    """

    name: str
    queue_type: str
    cu_count: int
    used_cu: float | None
    elastic_resource_pool_name: str
    flink_jar_versions: tuple[str, ...]
    default_flink_jar_version: str


def job_result(job: JobDetail) -> GetFlinkJarJobResult:
    """A job, as a look-up returns it."""
    from pulumi_dli.job.spec import FIELDS  # noqa: PLC0415
    from pulumi_dli.job.state import standing  # noqa: PLC0415

    return GetFlinkJarJobResult(
        job_id=job.job_id,
        name=job.name,
        status=job.status,
        status_desc=job.status_desc,
        create_time=job.create_time,
        start_time=job.start_time,
        update_time=job.update_time,
        has_savepoint=job.has_savepoint,
        savepoint_path=job.savepoint_path,
        restart_times=job.restart_times,
        real_cu_number=job.real_cu_number,
        definition={
            name: value
            for name in job.values
            if not FIELDS[name].secret and (value := standing(name, job.values)) is not None
        },
    )


def queue_result(queue: Queue) -> GetQueueResult:
    """A queue, as a look-up returns it."""
    return GetQueueResult(
        name=queue.name,
        queue_type=queue.kind,
        cu_count=int(queue.cu_count or 0),
        used_cu=queue.used_cu,
        elastic_resource_pool_name=queue.pool or "",
        flink_jar_versions=queue.flink_versions,
        default_flink_jar_version=queue.default_flink_version,
    )
