"""The resource that users write for the native plugin: a FlinkJarJob with another type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi import Input, ResourceOptions

from pulumi_dli import given
from pulumi_dli.job.naming import NATIVE_TYPE, TYPE
from pulumi_dli.resource import FlinkJarJob as DynamicJob


class FlinkJarJob(DynamicJob):
    """A Flink Jar job on Open Telekom Cloud DLI or Huawei Cloud DLI, by the native plugin.

    Arguments, outputs and resource options are those of `pulumi_dli.FlinkJarJob`, and so is the
    job: a stack that changes from one class to the other, or back, keeps its jobs as they are.
    `import_` and explicit providers work with this one alone, and a preview knows every output
    that the change leaves as it is.
    """

    _types = NATIVE_TYPE, TYPE

    @staticmethod
    def _made(_name: str, _props: Mapping[str, Any], _mark: Input[str]) -> dict[str, Any]:
        return {}  # the plugin makes a name, as the stack's configuration wants it

    @classmethod
    def _implied(cls) -> dict[str, Any]:
        return {}

    @staticmethod
    @given.called
    def get(
        resource_name: str,
        id: Input[str | int],  # noqa: A002 -- Pulumi's own name
        *,
        region: Input[str | None] = None,
        project_id: Input[str | None] = None,
        opts: ResourceOptions | None = None,
    ) -> FlinkJarJob:
        """Read an existing job without managing it; see `pulumi_dli.FlinkJarJob.get`."""
        place, opts = FlinkJarJob._asked(resource_name, id, region, project_id, opts)
        return FlinkJarJob(resource_name, place, opts)
