"""Something that is read once in a process, whichever thread needs it first."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Generic, TypeVar

_Read = TypeVar("_Read")


class Once(Generic[_Read]):
    """Reads once, for every thread. An error is its own thread's; who waited tries by itself."""

    def __init__(self, read: Callable[[], _Read]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._future: Future[_Read] | None = None

    def get(self) -> _Read:
        """What was read. No lock is held while it is being read."""
        while True:
            with self._lock:
                first = self._future is None
                self._future = future = self._future or Future()
            if first:
                return self._fill(future)
            with contextlib.suppress(CancelledError):
                return future.result()

    def _fill(self, future: Future[_Read]) -> _Read:
        try:
            read = self._read()
        except BaseException:
            with self._lock:
                self._future = None
            future.cancel()
            raise
        future.set_result(read)
        return read
