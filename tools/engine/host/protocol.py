"""The engine's protocol, out of Pulumi's SDK, without the SDK around it.

`import pulumi` loads all that a program may need, which takes longer than the rest of the host's
start, and the engine starts the host two or three times for each command. Here the packages
that the protocol's modules lie in are made without running what they import, and gRPC, whose
asynchronous half nobody here uses, does without asyncio: most of what is left.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType


class Unused(ModuleType):
    """A module of which only the names are wanted: each is a class that can do nothing."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


for package in ("pulumi", "pulumi.runtime", "pulumi.runtime.proto"):
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {package!r}")
    sys.modules[package] = importlib.util.module_from_spec(spec)
unused = {name: Unused(name) for name in ("asyncio", "grpc.aio") if name not in sys.modules}
sys.modules.update(unused)
import grpc  # noqa: E402 -- what is above comes first

for name in unused:
    del sys.modules[name]
from pulumi.runtime.proto import (  # noqa: E402 -- what is above comes first
    engine_pb2,
    engine_pb2_grpc,
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
)

__all__ = [
    "engine_pb2",
    "engine_pb2_grpc",
    "grpc",
    "language_pb2",
    "language_pb2_grpc",
    "plugin_pb2",
]
