"""Fixtures for pytest: `pytest_plugins = ["pulumi_dli.testing.fixtures"]` in conftest.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pulumi_dli.testing.local_dli import LocalDli
    from pulumi_dli.testing.mocks import DliMocks


@pytest.fixture
def local_dli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalDli]:
    """A local DLI of the test's own."""
    from pulumi_dli.testing.local_dli import LocalDli  # noqa: PLC0415 -- most tests need none

    dli = LocalDli(tmp_path_factory.mktemp("dli") / ".dli-local")
    yield dli
    dli.close()


@pytest.fixture
def dli_mocks(local_dli: LocalDli) -> Iterator[DliMocks]:
    """Mocks in the engine's place, for the time of the test, with that local DLI behind them."""
    import pulumi  # noqa: PLC0415 -- most tests need none

    from pulumi_dli.testing.mocks import DliMocks  # noqa: PLC0415

    mocks = DliMocks(local_dli)
    pulumi.runtime.set_mocks(mocks, preview=False)
    yield mocks
    pulumi.runtime.reset_options()
    mocks.close()
