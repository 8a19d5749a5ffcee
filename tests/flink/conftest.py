"""A local DLI with a real Flink; skipped, with the reason, where no Java is."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import compiler, install, java, versions

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "savepoint" / "OrderCounts.java"


@pytest.fixture(scope="session")
def flink_version() -> str:
    """The Flink that the tests run on, installed by the first of them."""
    try:
        found = java.find()
    except FlinkError as error:
        pytest.skip(str(error))
    if found.javac is None:
        pytest.skip(f"{found.java} has no compiler: the tests compile their jobs")
    install.install(versions.DEFAULT_VERSION, lambda _: None)
    return versions.DEFAULT_VERSION


@pytest.fixture(scope="session")
def order_counts(flink_version: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The jar of examples/savepoint."""
    return compiler.jar(EXAMPLE, flink_version, tmp_path_factory.mktemp("jar"))
