"""How long the provider's process takes to be ready, against the imports it cannot do without."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from table import Row, medians, ratio

MOST = 1.15
BASELINE = "import pulumi.dynamic, grpc, httpx, pydantic"
MODEL = f"""
{BASELINE}
class Model(pydantic.BaseModel):
    field: int
"""
"""What pydantic loads only for the first model: no provider that has one can do without."""
LOADED = f"{BASELINE}; import pulumi_dli.dynamic"
READY = f"""
{BASELINE}
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi_dli.dynamic import FlinkJarJobProvider
FlinkJarJobProvider().configure(ConfigureRequest(Config({{"dli:endpoint": "local"}}, "shop")))
"""


def rows(folder: Path, rounds: int) -> Iterator[Row]:
    """Compare processes that only import with one that is up, and one that is configured."""
    codes = {"imports": BASELINE, "model": MODEL, "loaded": LOADED, "ready": READY}
    found = medians({name: _run(folder, code) for name, code in codes.items()}, 2 * rounds)
    what = "provider's process"
    yield ratio(f"{what}: started, to the imports", found["imports"], found["loaded"], MOST)
    yield ratio(f"{what}: configured, to the imports", found["imports"], found["ready"], MOST)
    yield ratio(
        f"{what}: configured, to the imports and a pydantic model",
        found["model"],
        found["ready"],
        MOST,
    )


def _run(folder: Path, code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
