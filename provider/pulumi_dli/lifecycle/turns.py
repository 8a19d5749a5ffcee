"""Starts that wait for their turn: so many at a time on each queue, where a stack asks for that."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pulumi_dli.console import Console
from pulumi_dli.lifecycle.operation import Operation

LOOK = 1.0
"""Seconds between two looks at whether the engine is still there."""


class Turns:
    """The turns of one project. Safe to share between threads.

    Args:
        most: starts at a time on a queue; 0 for any number.
        console: is told who waits, and asked whether to go on waiting.
    """

    def __init__(self, most: int, console: Console) -> None:
        self.most = most
        self._console = console
        self._lock = threading.Lock()
        self._gates: dict[str, threading.BoundedSemaphore] = {}

    @contextmanager
    def turn(self, operation: Operation, queue: str) -> Iterator[None]:
        """Wait until fewer jobs than that start on the queue, and count as one of them.

        The wait is no part of the operation's time.
        """
        if not self.most:
            yield
            return
        gate = self._gate(queue.lower())
        clock = operation.deadline.clock
        began = clock.now()
        if not gate.acquire(blocking=False):
            job = operation.job
            self._console.progress(
                f"{job.name} ({job.job_id}): waits until fewer than {self.most} jobs of queue "
                f"{queue} start (dli:startsPerQueue)"
            )
            while not gate.acquire(timeout=LOOK):
                self._console.guard(begun=operation.changed)
        try:
            operation.deadline = operation.deadline.later(clock.now() - began)
            yield
        finally:
            gate.release()

    def _gate(self, queue: str) -> threading.BoundedSemaphore:
        with self._lock:
            return self._gates.setdefault(queue, threading.BoundedSemaphore(self.most))
