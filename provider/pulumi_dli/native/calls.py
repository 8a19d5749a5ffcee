"""The calls of the engine that this process serves: how each ends, and how all of them do."""

from __future__ import annotations

import functools
import os
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import grpc
from google.protobuf.struct_pb2 import Struct

from pulumi_dli.errors import DliError, Halfway, Interrupted, Unforeseen
from pulumi_dli.sdk.engine import EngineGone, init_failed

_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")

_urn: ContextVar[str] = ContextVar("urn", default="")


@dataclass
class Calls:
    """The calls under way. Safe to share between threads."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _under_way: int = 0
    _ends: threading.Event = field(default_factory=threading.Event)

    @property
    def urn(self) -> str:
        """The resource that this thread works on."""
        return _urn.get()

    @property
    def any(self) -> bool:
        """Whether any call is under way."""
        with self._lock:
            return self._under_way > 0

    def end(self) -> None:
        """Let none begin anything more: the user has ended the run."""
        self._ends.set()

    def proceed(self) -> None:
        """Raise Interrupted once the user has ended the run."""
        if self._ends.is_set():
            raise Interrupted(
                "the run was interrupted, so nothing more was begun",
                "run the same command again, which goes on from there",
            )

    @contextmanager
    def one(self, urn: str) -> Iterator[None]:
        """The time that one call takes."""
        with self._lock:
            self._under_way += 1
        token = _urn.set(urn)
        try:
            yield
        finally:
            _urn.reset(token)
            with self._lock:
                self._under_way -= 1


class _Server(Protocol):
    """What serves calls."""

    calls: Calls

    def worded(self, text: str) -> str:
        """A sentence in the words of the provider that is served."""
        ...

    def kept(self, request: Any, outs: Mapping[str, Any]) -> Struct:
        """The outputs of a request that broke off, as the state is to keep them."""
        ...


def served(
    method: Callable[[Any, _Request], _Answer],
) -> Callable[[_Server, _Request, grpc.ServicerContext], _Answer]:
    """A method of the protocol that ends in an answer or in one sentence.

    An operation that broke off after it changed the service ends as a partial failure, so that
    the state knows the job.
    """

    @functools.wraps(method)
    def serve(self: _Server, request: _Request, context: grpc.ServicerContext) -> _Answer:
        with self.calls.one(getattr(request, "urn", "")):
            try:
                return method(self, request)
            except EngineGone:
                text = "the engine is gone; nothing more was started"
            except Halfway as error:
                text = self.worded(_told(error))
                outputs = self.kept(request, error.state.write())
                context.set_trailing_metadata(init_failed(str(error.job_id), outputs, text))
            except DliError as error:
                text = self.worded(_told(error))
            except Exception as error:  # noqa: BLE001 -- the engine prints what leaves here
                text = self.worded(_told(error))
        context.abort(grpc.StatusCode.UNKNOWN, text)
        raise AssertionError  # it has raised already

    return serve


def _told(error: Exception) -> str:
    """The sentence of an error, with all of it behind where that is asked for."""
    text = str(error if isinstance(error, DliError) else Unforeseen(error))
    if os.environ.get("PULUMI_DLI_DEBUG"):
        return f"{text}\n{''.join(traceback.format_exception(error))}"
    return text
