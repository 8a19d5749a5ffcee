"""A plugin that a Python package names, as the engine asks for it."""

from __future__ import annotations

import base64

from protocol import plugin_pb2


def dependency(plugin: dict[str, object]) -> plugin_pb2.PackageDependency:
    """The dependency that a `pulumi-plugin.json` describes."""
    found = plugin_pb2.PackageDependency(
        kind="resource",
        name=str(plugin["name"]),
        version="v" + str(plugin["version"]).removeprefix("v"),
        server=str(plugin.get("server") or ""),
    )
    parameterization = plugin.get("parameterization")
    if isinstance(parameterization, dict):
        found.parameterization.name = parameterization["name"]
        found.parameterization.version = parameterization["version"]
        found.parameterization.value = base64.b64decode(parameterization["value"])
    return found
