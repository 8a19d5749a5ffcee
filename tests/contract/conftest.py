"""A local DLI in process and one behind a socket: each contract test runs through both doors."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from local_service import LocalService
from pulumi_dli.local.app import create_app
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVE = "from pulumi_dli.local.cli import app; app()"


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[str, Path]]:
    """`pulumi-dli local serve` in a process of its own, for all tests of the session."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", SERVE, "serve", "--port", "0", "--path", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            endpoint = process.stdout.readline().split()[1]
            yield endpoint, Path(folder)
            process.terminate()
            assert process.wait(10) == 0


@pytest.fixture(scope="session")
def embedded() -> Iterator[tuple[httpx.WSGITransport, Store]]:
    """The app in this process, for all tests of the session."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        app = create_app(store, sleep=StoredClock(store).advance)
        yield httpx.WSGITransport(app), store
        store.close()


@pytest.fixture
def socket_dli(served: tuple[str, Path]) -> Iterator[LocalService]:
    endpoint, folder = served
    store = Store(folder)
    _empty(store)
    with httpx.Client(base_url=endpoint, trust_env=False) as client:
        yield LocalService(client, store)
    store.close()


@pytest.fixture
def embedded_dli(embedded: tuple[httpx.WSGITransport, Store]) -> Iterator[LocalService]:
    transport, store = embedded
    _empty(store)
    with httpx.Client(base_url="http://dli.local", transport=transport) as client:
        yield LocalService(client, store)


def _empty(store: Store) -> None:
    """Forget what the test before left, its settings too."""
    store.reset()
    with store.write() as db:
        db.execute("DELETE FROM settings")


@pytest.fixture(params=["embedded_dli", "socket_dli"])
def dli(request: pytest.FixtureRequest) -> LocalService:
    """The same suite for both doors."""
    service = request.getfixturevalue(request.param)
    assert isinstance(service, LocalService)
    return service


@pytest.fixture
def service(socket_dli: LocalService) -> LocalService:
    """The local DLI on a port, in wall time as foreign clients live, without a bucket."""
    socket_dli.clock.release()
    socket_dli.sign_in()
    shutil.rmtree(socket_dli.store.folder / "obs", ignore_errors=True)
    return socket_dli
