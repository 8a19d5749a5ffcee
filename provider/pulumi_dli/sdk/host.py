"""What the SDK's dynamic-provider host knows but does not hand on.

The one module that leans on the host's private parts: the call's URN, its time-out and its
gRPC context are local variables of the host's frames, and the names of what is configured a
private attribute. Each function has a plain fallback for
a host that looks different, and an end-to-end test that fails when it takes no effect.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import FrameType
from typing import Any, NamedTuple

from google.protobuf.struct_pb2 import Struct
from pulumi.dynamic import Config
from pulumi.runtime import rpc

from pulumi_dli.sdk.engine import Engine, init_failed

THREADS = 256
"""Calls at once. The engine's own `--parallel` is what limits them in practice."""

_METHODS = frozenset({"Check", "Diff", "Create", "Update", "Read", "Delete"})


class Call(NamedTuple):
    """The engine's call that this thread is serving."""

    urn: str
    seconds: float | None
    context: Any


def current_call() -> Call:
    """The call that this thread serves; an empty one outside of a host."""
    for frame in _frames(sys._getframe()):  # noqa: SLF001 -- the host's frame is the point
        if frame.f_code.co_name in _METHODS and "context" in frame.f_locals:
            request = frame.f_locals.get("request")
            seconds = float(getattr(request, "timeout", 0) or 0)
            return Call(getattr(request, "urn", ""), seconds or None, frame.f_locals["context"])
    return Call("", None, None)


def engine() -> Engine:
    """The engine that started this process, if its address is where the host gets it."""
    return Engine.at(sys.argv[1:2], lambda: current_call().urn, _serving)


def configuration(config: Config, known: Iterable[str]) -> Mapping[str, Any]:
    """The stack's whole configuration where the host shows it, else what it has of known keys."""
    whole = getattr(config, "_props", None)
    return whole if isinstance(whole, Mapping) else {key: config.get(key) for key in known}


def widen_threads() -> bool:
    """Let the host serve more than its four calls at once; whether that took effect."""
    main = threading.main_thread().ident
    frame = sys._current_frames().get(main or 0)  # noqa: SLF001 -- the server is a local there
    for outer in _frames(frame):
        server = outer.f_locals.get("server")
        pool: Any = getattr(getattr(server, "_state", None), "thread_pool", None)
        if pool is not None and hasattr(pool, "_max_workers"):
            pool._max_workers = max(pool._max_workers, THREADS)  # noqa: SLF001 -- see above
            return True
    return False


def partial_failure(job_id: str, outputs: Mapping[str, Any], reason: str) -> bool:
    """Tell the engine that the resource exists although the operation failed.

    The caller then raises. Returns False when this host has no context to tell it through.
    """
    context = current_call().context
    if context is None or not hasattr(context, "set_trailing_metadata"):
        return False
    context.set_trailing_metadata(init_failed(job_id, _struct(outputs), reason))
    return True


def hidden(properties: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Properties of a partial failure, with the named ones as secrets.

    As plain values they are where this SDK marks secrets in another way.
    """
    key = getattr(rpc, "_special_sig_key", None)
    secret = getattr(rpc, "_special_secret_sig", None)
    if key is None or secret is None:
        return dict(properties)
    return {
        name: {key: secret, "value": value} if name in names and value else value
        for name, value in properties.items()
    }


def _struct(properties: Mapping[str, Any]) -> Struct:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(rpc.serialize_properties(dict(properties), {}))
    finally:
        loop.close()


def _serving() -> bool:
    """Whether any thread is inside a call."""
    return any(
        frame.f_code.co_name in _METHODS and "context" in frame.f_locals
        for top in sys._current_frames().values()  # noqa: SLF001 -- see above
        for frame in _frames(top)
    )


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
