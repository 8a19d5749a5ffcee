"""The processes that the language host starts, and how they end.

They share one process group with the host, because that group is what the engine kills when the
host does not answer.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

# Seconds a program has to end. The engine gives the host 5 before it kills the whole group.
GRACE = 3.0


class EndedError(Exception):
    """The engine has asked for the end: nothing new is started."""


class Children:
    """The processes started for the engine. `end` ends them, and no other can start after it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self.ended = False

    def start(
        self,
        command: list[str],
        *,
        environment: Mapping[str, str],
        directory: Path | None = None,
        capture: bool = False,
        errors: int | None = subprocess.STDOUT,
    ) -> subprocess.Popen[bytes]:
        """Start a command in this process group.

        Args:
            command: What to run.
            environment: Its whole environment.
            directory: Where to run it; None for the directory of this process.
            capture: Whether its output goes to the caller instead of the engine.
            errors: Where what it writes to standard error goes then; None is to the engine.

        Raises:
            EndedError: `end` has been called.
        """
        # The engine sends SIGINT to the whole group. Python would answer with a traceback, so
        # the program ignores it and is ended with SIGTERM.
        ignoring_sigint = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
        with self._lock:
            if self.ended:
                raise EndedError
            process = subprocess.Popen(
                ignoring_sigint,
                env=environment,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if capture else None,
                stderr=errors if capture else None,
            )
            self._running.add(process)
        return process

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        """Wait until a started process ends; its exit code, negative for a signal."""
        code = process.wait()
        with self._lock:
            self._running.discard(process)
        return code

    def end(self) -> None:
        """End what is running: SIGTERM, and SIGKILL for what has not ended after `GRACE`."""
        with self._lock:
            self.ended = True
            running = list(self._running)
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
