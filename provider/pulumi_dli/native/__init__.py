"""The native plugin, the second front, and what a program writes for it."""

from pulumi_dli.native.provider import Provider, ProviderArgs
from pulumi_dli.native.queries import get_flink_jar_job, get_queue, list_flink_jar_jobs
from pulumi_dli.native.resource import FlinkJarJob

__all__ = [
    "FlinkJarJob",
    "Provider",
    "ProviderArgs",
    "get_flink_jar_job",
    "get_queue",
    "list_flink_jar_jobs",
]
