"""Flink Jar jobs on Open Telekom Cloud DLI and Huawei Cloud DLI as Pulumi resources."""

from pulumi_dli.arguments import (
    FlinkJarJobArgs,
    ResourceConfig,
    ResourceConfigArgs,
    ResourceSpec,
    ResourceSpecArgs,
    Timeouts,
    TimeoutsArgs,
)
from pulumi_dli.digest import file_digest, jar_digest
from pulumi_dli.queries import (
    get_flink_jar_job,
    get_queue,
    list_flink_jar_jobs,
)
from pulumi_dli.resource import FlinkJarJob
from pulumi_dli.results import GetFlinkJarJobResult, GetQueueResult

__all__ = [
    "FlinkJarJob",
    "FlinkJarJobArgs",
    "GetFlinkJarJobResult",
    "GetQueueResult",
    "ResourceConfig",
    "ResourceConfigArgs",
    "ResourceSpec",
    "ResourceSpecArgs",
    "Timeouts",
    "TimeoutsArgs",
    "file_digest",
    "get_flink_jar_job",
    "get_queue",
    "jar_digest",
    "list_flink_jar_jobs",
]
