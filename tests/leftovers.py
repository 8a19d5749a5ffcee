"""The hosts that a killed engine leaves: one that was never called cannot know to end itself."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil


def end_hosts(directory: Path) -> None:
    """End every process that works in a test's own project folder."""
    for process in psutil.process_iter(["cwd"]):
        cwd = process.info["cwd"]
        if cwd is not None and Path(cwd) == directory:
            with suppress(psutil.NoSuchProcess):
                process.kill()
