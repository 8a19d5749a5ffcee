"""What is read once, and what becomes of an error."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from pulumi_dli.once import Once, Renewed

THREADS = 8
LONG = 20
"""Seconds after which a test that is stuck gives up."""


def test_every_thread_gets_what_one_has_read() -> None:
    reads: list[int] = []
    together = threading.Barrier(4)

    def read() -> int:
        reads.append(1)
        return 7

    once = Once(read)

    def ask(_: int) -> int:
        together.wait()
        return once.get()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [7] * 4
    assert len(reads) == 1


def test_an_error_is_its_own_threads_and_who_waited_tries_again() -> None:
    waiting = threading.Event()
    reads: list[str] = []

    def read() -> str:
        reads.append("read")
        if len(reads) == 1:
            waiting.wait(10)
            raise ConnectionError("lost")
        return "there"

    once = Once(read)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(once.get)
        while not reads:
            pass
        second = pool.submit(once.get)
        waiting.set()
        with pytest.raises(ConnectionError, match="lost"):
            first.result()
        assert second.result() == "there"
    assert once.get() == "there"
    assert len(reads) == 2


class Source:
    """A read that fails once all the others wait for it, and then works only beside others."""

    def __init__(self) -> None:
        self.threads: dict[int, None] = {}
        self._beside = threading.Barrier(THREADS - 1, timeout=LONG)
        self._first = threading.Lock()

    def read(self) -> str:
        if self._first.acquire(blocking=False):
            until = time.monotonic() + LONG
            while sum(map(_waits, list(self.threads))) < THREADS - 1:
                assert time.monotonic() < until
                time.sleep(0.01)
            raise LookupError("refused")
        self._beside.wait()  # breaks where one reads behind the other
        return "read"


def _waits(thread: int) -> bool:
    frame = sys._current_frames().get(thread)  # noqa: SLF001 -- nobody else tells what it does
    while frame is not None:
        if frame.f_code is Future.result.__code__:
            return True
        frame = frame.f_back
    return False


def together(source: Source, get: Callable[[], str]) -> list[str]:
    """What each of the threads got."""

    def one() -> str:
        source.threads[threading.get_ident()] = None
        try:
            return get()
        except LookupError as error:
            return str(error)

    with ThreadPoolExecutor(THREADS) as pool:
        return sorted(each.result() for each in [pool.submit(one) for _ in range(THREADS)])


def test_those_who_waited_in_vain_read_beside_each_other() -> None:
    source = Source()
    once = Once(source.read)
    assert together(source, once.get) == ["read"] * (THREADS - 1) + ["refused"]
    assert once.get() == "read"  # without another read, which would wait for others


def test_a_renewal_that_fails_is_tried_beside_each_other() -> None:
    source = Source()
    renewed: Renewed[str] = Renewed()

    def get() -> str:
        found = renewed.current(lambda _: False)
        if found is None:
            try:
                found = source.read()
            except LookupError:
                renewed.fail()
                raise
            renewed.renew(found)
        return found

    assert together(source, get) == ["read"] * (THREADS - 1) + ["refused"]
    assert get() == "read"


def test_one_renews_and_the_others_wait_for_it() -> None:
    renewed: Renewed[str] = Renewed()
    assert renewed.latest is None
    assert renewed.current(lambda _: False) is None  # this one renews
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(renewed.current, lambda _: False)
        renewed.renew("new")
        assert other.result(timeout=LONG) == "new"
    assert renewed.latest == "new"
    assert renewed.current(lambda text: text == "old") == "new"
    assert renewed.current(lambda text: text == "new") is None
