"""The local DLI in this process, behind the same client as a cloud."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx

from pulumi_dli.clock import SYSTEM
from pulumi_dli.errors import SettingsError
from pulumi_dli.loading import loading
from pulumi_dli.settings.settings import Settings

if TYPE_CHECKING:
    from pulumi_dli.local.store import Store

LOCAL_USER = "local"
"""Who calls the local DLI from within its process."""


class _LocalTransport(httpx.WSGITransport):
    """Calls the local DLI in this process as its user, and closes its store with the client.

    One call at a time: threads that fight for the interpreter take half as long again.
    """

    def __init__(self, make_app: Callable[..., Any], store: Store, **options: Any) -> None:
        app = make_app(store, sleep=self._sleep, inside=True, **options)
        super().__init__(lambda environ, start: app({**environ, "REMOTE_USER": LOCAL_USER}, start))
        self._store = store
        self._turn = threading.Lock()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hand one request over; a dropped connection looks as it does on a socket."""
        try:
            with self._turn:
                return super().handle_request(request)
        except ConnectionError:
            message = "the connection was dropped without an answer"
            raise httpx.RemoteProtocolError(message, request=request) from None

    def _sleep(self, seconds: float) -> None:
        """Let others have their turn while an armed delay lasts."""
        self._turn.release()
        try:
            SYSTEM.sleep(seconds)
        finally:
            self._turn.acquire()


def local_client(settings: Settings) -> httpx.Client:
    """A client that calls the local DLI of these settings.

    Raises:
        SettingsError: the extra `local` is not installed, the folder cannot be used, or no Flink
            has that version.
    """
    try:
        with loading():
            from pulumi_dli.local.app import create_app  # noqa: PLC0415 -- the extra `local`
            from pulumi_dli.local.errors import FlinkError, StoreError  # noqa: PLC0415
            from pulumi_dli.local.flink import versions  # noqa: PLC0415
            from pulumi_dli.local.runners import Runners  # noqa: PLC0415
            from pulumi_dli.local.store import Store  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"dli:endpoint is local, and the local DLI needs {error.name}, which is not "
            "installed: pip install 'pulumi-dli[local]'"
        ) from None
    try:
        if settings.local_flink_version is not None:
            versions.release(settings.local_flink_version)
    except FlinkError as error:
        where = settings.values["localFlinkVersion"].where
        raise SettingsError(f"{where}: {error}") from None
    try:
        store = Store(settings.local_path)
    except StoreError as error:
        raise SettingsError(f"{error}; dli:localPath names the folder") from None
    runners = Runners(store.folder, settings.local_flink_version)
    return httpx.Client(
        base_url="http://local",
        transport=_LocalTransport(create_app, store, runner=runners),
        trust_env=False,
    )
