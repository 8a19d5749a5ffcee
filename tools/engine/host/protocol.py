"""The engine's protocol, out of Pulumi's SDK, without the SDK around it.

`import pulumi` loads all that a program may need, which takes longer than the rest of the host's
start, and the engine starts the host two or three times for each command. Here the packages
that the protocol's modules lie in are made without running what they import.
"""

from __future__ import annotations

import importlib.util
import sys

for package in ("pulumi", "pulumi.runtime"):
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {package!r}")
    sys.modules[package] = importlib.util.module_from_spec(spec)

from pulumi.runtime.proto import (  # noqa: E402 -- the packages above it come first
    engine_pb2,
    engine_pb2_grpc,
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
)

__all__ = ["engine_pb2", "engine_pb2_grpc", "language_pb2", "language_pb2_grpc", "plugin_pb2"]
