"""Something that is read once in a process, whichever thread needs it first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

_Read = TypeVar("_Read")


class Once(Generic[_Read]):
    """Reads once, for every thread. An error reaches all who wait, and is not kept."""

    def __init__(self, read: Callable[[], _Read]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._future: Future[_Read] | None = None

    def get(self) -> _Read:
        """What was read. No lock is held while it is being read."""
        with self._lock:
            first = self._future is None
            self._future = future = self._future or Future()
        if first:
            self._fill(future)
        return future.result()

    def _fill(self, future: Future[_Read]) -> None:
        try:
            future.set_result(self._read())
        except BaseException as error:
            with self._lock:
                self._future = None
            future.set_exception(error)
            raise
