"""What a killed engine leaves: hosts that were never called, and a half-written file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil
from engine_project import Project


def end_hosts(directory: Path) -> None:
    """End every process that works in a test's own project folder.

    A host that was never called cannot know to end itself.
    """
    for process in psutil.process_iter(["cwd"]):
        cwd = process.info["cwd"]
        if cwd is not None and Path(cwd) == directory:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def mend_backend(project: Project) -> None:
    """What docs/troubleshooting.md tells where the engine was killed as it wrote a stack's file."""
    backend = project.environment["PULUMI_BACKEND_URL"].removeprefix("file://")
    for file in Path(backend).rglob("*.attrs"):
        if not file.stat().st_size:
            file.unlink()
