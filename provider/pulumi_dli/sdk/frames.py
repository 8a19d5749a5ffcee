"""The call stack that the state keeps of a resource's making: the program's lines only.

The SDK stores the whole stack with each resource, down to the language host. All but a line
or two are the SDK's and the host's own, with the paths of the machine that ran it; they are
half of what an empty resource takes in the state, which the engine's file backend writes
twice for each step.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_INNER = 5
"""Frames from where the SDK reads the stack to the resource's own `__init__`, with both."""


@contextmanager
def program_frames(caller: FrameType | None) -> Iterator[None]:
    """Let the SDK see no further than the program while a resource is made.

    Python's `sys.tracebacklimit` bounds what the SDK reads. It is the whole process's, so only
    the main thread sets it, in which the language host runs a program; elsewhere (the
    Automation API) the state keeps all.

    Args:
        caller: the frame that makes the resource.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = _INNER + _of_program(caller)
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before


def _of_program(frame: FrameType | None) -> int:
    """How many frames there are up to the one that the SDK or the language host called."""
    count = 0
    while frame is not None and not _runs_programs(str(frame.f_globals.get("__name__"))):
        count += 1
        frame = frame.f_back
    return count


def _runs_programs(module: str) -> bool:
    return module == "runpy" or module.partition(".")[0] == "pulumi"
