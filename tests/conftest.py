"""What holds for every test."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pulumi.runtime import reset_options
from wheels import own_wheel

# A shell starts its background jobs with SIGINT ignored, and every process inherits that. The
# tests of Ctrl-C need processes as a terminal starts them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Timing never decides a test: a busy machine draws and runs examples slowly. Nor does chance:
# a search takes the same way each time. `make fuzz` takes new ones, FUZZ times as long.
FUZZ = os.environ.get("FUZZ")
UNHURRIED = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("seeded", UNHURRIED, derandomize=True)
settings.register_profile("fuzz", UNHURRIED, max_examples=100 * int(FUZZ or 1), print_blob=True)
settings.register_profile("glance", settings.get_profile("seeded"), max_examples=10)
settings.load_profile("fuzz" if FUZZ else "seeded")


FIRST = ("flink", "e2e", "native", "faults", "processes")
"""The folders whose tests wait or work longest, from the longest on."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no worker is left alone with it."""
    places = {folder: place for place, folder in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(FIRST)))


def pytest_collection_finish() -> None:
    """Keep the collector off what lives as long as the session: modules, and the tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def session_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The loop that Pulumi's SDK finds; else it makes one and leaves it open."""
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield made
    made.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def loop(session_loop: asyncio.AbstractEventLoop) -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop of the test's own, with whose threads go the loops that they left open.

    With it go the mocks that the test has put in the engine's place.
    """
    made = asyncio.new_event_loop()
    # One that failed, and goes while Python parses, would tell its traceback: that breaks it.
    made.set_exception_handler(lambda *_: None)
    asyncio.set_event_loop(made)
    gc.freeze()  # the collection below looks at what came since
    yield made
    made.run_until_complete(made.shutdown_default_executor())
    made.close()
    asyncio.set_event_loop(session_loop)
    reset_options()
    gc.collect()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Where the stacks are kept that tests begin with, for all workers."""
    own = tmp_path_factory.getbasetemp()
    return (own if worker_id == "master" else own.parent) / "begun"


@pytest.fixture(scope="session")
def wheel(kept: Path) -> Path:
    """The wheel of this package, as `make dist` writes it."""
    return own_wheel(kept)
