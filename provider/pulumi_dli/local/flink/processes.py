"""Processes that outlive the command that starts them, known by more than their number."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DETACH = 'umask 077; out=$1; shift; "$@" </dev/null >>"$out" 2>&1 & echo $!'
"""The shell ends at once, so the process is nobody's child and nobody's group is its own.

What it writes, its log, checkpoints and savepoints, is for its user alone.
"""


@dataclass(frozen=True, slots=True)
class Process:
    """A process of ours. Numbers are given again; with its start time a number is one process."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return bool(self.started) and _started(self.pid) == self.started

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Signal it, and never a stranger that has its number now."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, how)


def detach(
    command: Sequence[str],
    *,
    output: Path,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Process:
    """Start a command in a session of its own.

    Args:
        command: the command and its arguments.
        output: the file to which its standard output and error are added.
        directory: where it runs; None for here.
        environment: variables beside those of this process.
    """
    done = subprocess.run(
        ["/bin/sh", "-c", DETACH, "sh", str(output), *command],
        cwd=directory,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        check=True,
    )
    pid = int(done.stdout)
    return Process(pid, _started(pid))


def _started(pid: int) -> str:
    """When a process was started, as its system tells it; "" when it is gone."""
    proc = Path("/proc")
    if (proc / "self" / "stat").exists():
        try:
            # The name, in brackets, may hold anything.
            fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in "ZX" else fields[19]
    command = ["ps", "-p", str(pid), "-o", "lstart="]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
