"""How the language host learns that it is to end."""

from __future__ import annotations

import os
import signal
import stat
import sys


def watch_for_end() -> list[int]:
    """Turn SIGINT and SIGTERM into something to read, and give what becomes readable at the end."""
    wake_reader, wake_writer = os.pipe()
    os.set_blocking(wake_writer, False)
    signal.set_wakeup_fd(wake_writer)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    watched = [wake_reader]
    # The engine holds the other end of our standard input and never writes: readable means gone.
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        watched.append(sys.stdin.fileno())
    return watched
