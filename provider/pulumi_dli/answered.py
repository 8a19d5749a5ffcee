"""What Pulumi's mocks answer to look-ups, in the unit tests of a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import pulumi

from pulumi_dli.results import GetFlinkJarJobResult, GetQueueResult
from pulumi_dli.sdk.mocks import answer

_R = TypeVar("_R", GetFlinkJarJobResult, GetQueueResult)
_NO_JOB = GetFlinkJarJobResult(
    job_id=0,
    name="",
    status="",
    status_desc="",
    create_time=0,
    start_time=0,
    update_time=0,
    has_savepoint=False,
    savepoint_path="",
    restart_times=0,
    real_cu_number=0,
    definition={},
)
_NO_QUEUE = GetQueueResult(
    name="",
    queue_type="",
    cu_count=0,
    used_cu=None,
    elastic_resource_pool_name="",
    flink_jar_versions=(),
    default_flink_jar_version="",
)


def job(question: Mapping[str, Any]) -> GetFlinkJarJobResult | None:
    """A job as `dli:index:getFlinkJarJob` answers it; None where no mocks are set.

    What the answer leaves out is what was asked for, or else empty, 0 or False.

    Raises:
        pulumi.RunError: the answer has what a result does not have.
    """
    told = answer("getFlinkJarJob", question)
    return None if told is None else _result(_NO_JOB, question, told)


def every_job(question: Mapping[str, Any]) -> list[GetFlinkJarJobResult] | None:
    """Jobs as `dli:index:listFlinkJarJobs` answers them under `jobs`; see `job`."""
    told = answer("listFlinkJarJobs", question)
    if told is None:
        return None
    return [_result(_NO_JOB, question, each) for each in told.get("jobs") or ()]


def queue(question: Mapping[str, Any]) -> GetQueueResult | None:
    """A queue as `dli:index:getQueue` answers it; see `job`."""
    told = answer("getQueue", question)
    if told is None:
        return None
    found = _result(_NO_QUEUE, question, told)
    return replace(found, flink_jar_versions=tuple(found.flink_jar_versions))


def _result(nothing: _R, question: Mapping[str, Any], told: Mapping[str, Any]) -> _R:
    allowed = type(nothing).__dataclass_fields__
    if unknown := sorted(told.keys() - allowed - question.keys()):
        raise pulumi.RunError(
            f"Mocks.call answers {', '.join(unknown)}, which {type(nothing).__name__} does not "
            f"have; it has: {', '.join(allowed)}"
        )
    known = {**question, **told}
    return replace(nothing, **{n: known[n] for n in allowed if known.get(n) is not None})
