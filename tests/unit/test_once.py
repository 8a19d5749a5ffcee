"""What is read once, and what becomes of an error."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pulumi_dli.once import Once


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
