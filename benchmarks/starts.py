"""How long the provider's process takes to be ready, against the imports it cannot do without."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from table import Row, medians, ratio

MOST = 1.15
BASELINE = "import pulumi.dynamic, grpc, httpx, pydantic"
READY = """
import pulumi.dynamic, grpc, httpx, pydantic
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi_dli.dynamic import FlinkJarJobProvider
FlinkJarJobProvider().configure(ConfigureRequest(Config({"dli:endpoint": "local"}, "shop")))
"""


def rows(folder: Path, rounds: int) -> Iterator[Row]:
    """Compare a process that only imports with one whose provider is configured."""
    found = medians({"imports": _run(folder, BASELINE), "ready": _run(folder, READY)}, rounds)
    yield ratio("start of the provider's process", found["imports"], found["ready"], MOST)


def _run(folder: Path, code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
