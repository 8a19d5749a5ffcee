"""Twenty Flink Jar jobs of different make, as somebody else has made them on the service."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from local_service import LocalService

Make = Callable[[LocalService, str], int]
JAR = {"queue_name": "testQueue", "entrypoint": "obs://jars/etl.jar", "obs_bucket": "state"}
V2 = {
    "resource_config_version": "v2",
    "flink_version": "1.17",
    "resource_config": {
        "max_slot": 2,
        "parallel_number": 4,
        "jobmanager_resource_spec": {"cpu": 0.5, "memory": "2 GB"},
        "taskmanager_resource_spec": {"cpu": 1.5, "memory": "4096 MB"},
    },
}
SECRETS = {
    "entrypoint_args": "--password planted-one",
    "runtime_config": json.dumps([{"key": "s3.secret-key", "value": "planted-two"}]),
}


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def _draft(**fields: Any) -> Make:
    return lambda dli, name: dli.create(name, **{**JAR, **fields})


def _running(**fields: Any) -> Make:
    def make(dli: LocalService, name: str) -> int:
        job_id = dli.create(name, **{**JAR, **fields})
        dli.started(job_id)
        return job_id

    return make


def _stopped(*, savepoint: bool, **fields: Any) -> Make:
    def make(dli: LocalService, name: str) -> int:
        job_id = _running(**fields)(dli, name)
        dli.stopped(job_id, savepoint=savepoint)
        return job_id

    return make


def _crashed(dli: LocalService, name: str) -> int:
    dli.arm("crash", route="run", seconds=60)
    job_id = _running()(dli, name)
    dli.pass_time(120)
    assert dli.status(job_id) == "job_running_exception"
    return job_id


JOBS: dict[str, Make] = {
    "plain": _running(),
    "bare-draft": lambda dli, name: dli.create(name),
    "draft": _draft(desc="not yet", parallel_number=3, cu_number=4),
    "sized": _running(cu_number=6, manager_cu_number=2, parallel_number=8, tm_cus=2),
    "slots": _running(cu_number=4, parallel_number=3, tm_slot_num=3),
    "computed": _running(cu_number=3, parallel_number=4, tm_slot_num=2),
    "v2": _running(**V2),
    "v2-draft": _draft(resource_config_version="v2", flink_version="1.15"),
    "hidden": _running(**SECRETS),
    "tagged": _running(tags=_tags({"team": "shop", "tier": "1"})),
    "theirs": _running(tags=_tags({"pulumi-owner": "e" * 32, "team": "shop"})),
    "checkpoints": _running(checkpoint_enabled=True, checkpoint_interval=60, checkpoint_mode=2),
    "default-checkpoints": _running(checkpoint_enabled=True),
    "own-checkpoints": _running(checkpoint_path="state/own/", resume_checkpoint=True),
    "resumes": _running(restart_when_exception=True, resume_checkpoint=True, resume_max_num=3),
    "logged": _running(log_enabled=True, smn_topic="alarms"),
    "parts": _running(
        main_class="shop.Etl",
        dependency_jars=["obs://jars/a.jar", "obs://jars/b.jar"],
        dependency_files=["obs://jars/c.csv"],
        execution_agency_urn="agency",
        flink_version="1.15",
    ),
    "custom": _running(feature="custom", image="shop/flink:1", flink_version="1.15"),
    "stopped": _stopped(savepoint=True),
    "crashed": _crashed,
}
