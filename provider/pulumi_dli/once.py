"""What is read once in a process, or once in a while, whichever thread needs it first."""

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
        with self._lock:
            first = self._future is None
            self._future = future = self._future or Future()
        if first:
            return self._fill(future)
        with contextlib.suppress(CancelledError):
            return future.result()
        return self._by_itself()

    def _by_itself(self) -> _Read:
        """Read beside the others that had waited in vain: one behind the other would take long."""
        read = self._read()
        with self._lock:
            if self._future is None:
                self._future = Future()
                self._future.set_result(read)
        return read

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


class Renewed(Generic[_Read]):
    """A value that wears out: one thread renews it, the others wait for that one.

    No lock is held while it is being renewed. Where that fails, each tries by itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: _Read | None = None
        self._future: Future[_Read] | None = None

    @property
    def latest(self) -> _Read | None:
        """The value as it was renewed last, worn or not; None before the first time."""
        return self._value

    def current(self, worn: Callable[[_Read], bool]) -> _Read | None:
        """The value; None where the caller has to renew it, and to tell `renew` or `fail`.

        Args:
            worn: whether a value does not serve any more.
        """
        with self._lock:
            if self._value is not None and not worn(self._value):
                return self._value
            if self._future is None:
                self._future = Future()
                return None
            future = self._future
        with contextlib.suppress(CancelledError):
            return future.result()
        return None

    def renew(self, value: _Read) -> None:
        """Take a new value, for those who wait too."""
        with self._lock:
            self._value, future, self._future = value, self._future, None
        if future is not None:
            future.set_result(value)

    def fail(self) -> None:
        """Let those who wait try by themselves."""
        with self._lock:
            future, self._future = self._future, None
        if future is not None:
            future.cancel()
