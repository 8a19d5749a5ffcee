"""What the SDK's dynamic-provider host knows but does not hand on.

The one module that leans on the host's private parts: the call's URN, its time-out and its
gRPC context are local variables of the host's frames. Each function has a plain fallback for
a host that looks different, and an end-to-end test that fails when it takes no effect.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from types import FrameType
from typing import Any, NamedTuple

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, status_pb2

INFO = engine_pb2.INFO
WARNING = engine_pb2.WARNING
ERROR = engine_pb2.ERROR
THREADS = 256
"""Calls at once. The engine's own `--parallel` is what limits them in practice."""

_METHODS = frozenset({"Check", "Diff", "Create", "Update", "Read", "Delete"})
_WATCH_SECONDS = 2.0


class EngineGone(BaseException):
    """The engine that started this process no longer listens; no failure of an operation."""


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


class Engine:
    """The engine's door for messages, at the address that it gave the host."""

    def __init__(self, address: str | None) -> None:
        self._address = address

    @classmethod
    def of_this_process(cls) -> Engine:
        """The engine that started this process, if its address is where the host gets it."""
        given = " ".join(sys.argv[1:2])
        return cls(given if re.fullmatch(r"\S+:\d+", given) else None)

    def say(self, text: str) -> None:
        """Show a line on the resource that this thread works on."""
        self._log(INFO, text)

    def progress(self, text: str) -> None:
        """Show a line there that only matters while the operation lasts."""
        self._log(INFO, text, passing=True)

    def warn(self, text: str) -> None:
        """Show a warning there."""
        self._log(WARNING, text)

    def error(self, text: str) -> None:
        """Show what cannot be done there. It alone lets no preview fail."""
        self._log(ERROR, text)

    def guard(self) -> None:
        """Raise EngineGone when nobody listens any more: then nothing new must be started."""
        if self._address and not self._listens():
            raise EngineGone

    def leave_when_gone(self) -> None:
        """End this process once the engine is gone and no call is being served."""
        if not self._address:
            return
        watcher = threading.Thread(target=self._watch, name="engine-watch", daemon=True)
        watcher.start()

    def _watch(self) -> None:
        while self._listens() or _serving():
            time.sleep(_WATCH_SECONDS)
        os._exit(0)

    @functools.cached_property
    def _stub(self) -> engine_pb2_grpc.EngineStub:
        """Made for the first line: most runs have nothing to say."""
        return engine_pb2_grpc.EngineStub(grpc.insecure_channel(str(self._address)))

    def _listens(self) -> bool:
        host, _, port = str(self._address).rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=_WATCH_SECONDS):
                return True
        except OSError:
            return False

    def _log(
        self, severity: engine_pb2.LogSeverity.ValueType, text: str, *, passing: bool = False
    ) -> None:
        urn = current_call().urn
        if self._address:
            request = engine_pb2.LogRequest(
                severity=severity, message=text, urn=urn, ephemeral=passing
            )
            try:
                self._stub.Log(request)
            except grpc.RpcError:
                pass
            else:
                return
        # If nobody listens there either, the guard before the next request ends the operation.
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{text}\n")


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

    The caller then raises. Returns False when this host has no context to tell it through. Which
    inputs are stored is not ours to say: of a create the program's, of an update those before it.
    """
    context = current_call().context
    if context is None or not hasattr(context, "set_trailing_metadata"):
        return False
    failed = provider_pb2.ErrorResourceInitFailed(
        id=job_id, properties=_struct(outputs), reasons=[reason]
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason)
    status.details.add().Pack(failed)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
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
