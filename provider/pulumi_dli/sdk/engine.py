"""The engine, as a plugin reaches it: its log, whether it still listens, and a partial failure.

Both fronts are processes that the engine starts and that outlive it where it is killed. All of
this is the engine's own protocol; the generated messages of it are in the SDK.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, status_pb2

INFO = engine_pb2.INFO
WARNING = engine_pb2.WARNING
ERROR = engine_pb2.ERROR

_WATCH_SECONDS = 2.0


class EngineGone(BaseException):
    """The engine that started this process no longer listens; no failure of an operation."""


@dataclass
class Engine:
    """The engine's door for messages.

    Attributes:
        address: where it listens; None outside of an engine.
        urn: gives the resource that the calling thread works on.
        serving: whether any call of the engine is being served.
        proceed: raises where the operation of the calling thread has to end.
        worded: gives a line in the words in which it is shown.
    """

    address: str | None
    urn: Callable[[], str]
    serving: Callable[[], bool]
    proceed: Callable[[], None] = lambda: None
    worded: Callable[[str], str] = str

    @classmethod
    def at(
        cls,
        arguments: Iterable[str],
        urn: Callable[[], str],
        serving: Callable[[], bool],
        proceed: Callable[[], None] = lambda: None,
    ) -> Engine:
        """The engine whose address is among the arguments of a process."""
        given = [text for text in arguments if re.fullmatch(r"\S+:\d+", text)]
        return cls(given[-1] if given else None, urn, serving, proceed)

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

    def guard(self, *, begun: bool = False) -> None:
        """Raise EngineGone when nobody listens any more: then nothing new must be started."""
        if not begun:
            self.proceed()
        if self.address and not self._listens():
            raise EngineGone

    def wait_on(self) -> None:
        """Raise EngineGone as well where a wait that a later run can take up is for nobody."""
        self.guard()

    def leave_when_gone(self) -> None:
        """End this process once the engine is gone and no call is being served."""
        if not self.address:
            return
        watcher = threading.Thread(target=self._watch, name="engine-watch", daemon=True)
        watcher.start()

    def _watch(self) -> None:
        while self._listens() or self.serving():
            time.sleep(_WATCH_SECONDS)
        os._exit(0)

    @functools.cached_property
    def _stub(self) -> engine_pb2_grpc.EngineStub:
        """Made for the first line: most runs have nothing to say."""
        return engine_pb2_grpc.EngineStub(grpc.insecure_channel(str(self.address)))

    def _listens(self) -> bool:
        host, _, port = str(self.address).rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=_WATCH_SECONDS):
                return True
        except OSError:
            return False

    def _log(
        self, severity: engine_pb2.LogSeverity.ValueType, text: str, *, passing: bool = False
    ) -> None:
        text = self.worded(text)
        if self.address:
            request = engine_pb2.LogRequest(
                severity=severity, message=text, urn=self.urn(), ephemeral=passing
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


def init_failed(job_id: str, outputs: Struct, reason: str) -> tuple[tuple[str, bytes], ...]:
    """The metadata of an answer that tells that a resource exists although its operation failed.

    Which inputs are stored is not ours to say: of a create the program's, of an update those
    before it.
    """
    failed = provider_pb2.ErrorResourceInitFailed(id=job_id, properties=outputs, reasons=[reason])
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason)
    status.details.add().Pack(failed)
    return (("grpc-status-details-bin", status.SerializeToString()),)
