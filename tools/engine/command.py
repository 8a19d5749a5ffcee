"""Run one long command for a waiting user: progress on standard error, one sentence on failure."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# Seconds between two progress lines.
PROGRESS = 15


class EngineError(Exception):
    """Why the engine, or one way to it, is not available: one sentence."""


def say(line: str) -> None:
    """Tell the user something. Standard output belongs to the result."""
    print(line, file=sys.stderr, flush=True)


def run(
    what: str,
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    directory: Path | None = None,
    hint: str = "",
) -> None:
    """Run a command to its end; say every `PROGRESS` seconds that it still runs.

    Args:
        what: What the command does, for the progress line.
        command: The command and its arguments.
        environment: Its whole environment.
        directory: Where it runs; None for here.
        hint: Added to the progress line: how long it takes.

    Raises:
        EngineError: It failed: what it did, and its last line of output, which names the cause.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        started = time.monotonic()
        try:
            while True:
                try:
                    code = process.wait(PROGRESS)
                    break
                except subprocess.TimeoutExpired:
                    say(f"{what} ({time.monotonic() - started:.0f} s{hint})")
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        if code != 0:
            output.seek(0)
            lines = [line.strip() for line in output if line.strip()]
            reason = lines[-1] if lines else f"exit code {code}"
            raise EngineError(f"{what} failed ({reason})")
