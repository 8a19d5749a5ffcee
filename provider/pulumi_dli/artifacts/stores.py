"""From the settings of a place to its objects, for one process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pulumi_dli.client.connections import Connections
from pulumi_dli.clock import SYSTEM, Clock
from pulumi_dli.errors import SettingsError
from pulumi_dli.settings.credentials import AccessKey
from pulumi_dli.settings.settings import Settings

if TYPE_CHECKING:
    from pulumi_dli.artifacts.keys import KeySource
    from pulumi_dli.artifacts.objects import Objects


class Stores:
    """The objects of each place, made when needed. Safe to share between threads.

    Args:
        connections: of the process.
        clock: time.
    """

    def __init__(self, connections: Connections, *, clock: Clock = SYSTEM) -> None:
        self._connections = connections
        self._clock = clock
        self._lock = threading.Lock()
        self._objects: dict[tuple[str, ...], Objects] = {}

    def at(self, region: str | None = None, project_id: str | None = None) -> Objects:
        """The objects of the stack's place, or of a resource that names its own.

        Nothing is sent before an object is asked for.

        Raises:
            SettingsError: OBS cannot be reached with the settings there are.
        """
        settings = self._connections.settings(region, project_id)
        project = settings.project_id or settings.project_name or ""
        place = (settings.obs_endpoint, settings.region, project)
        with self._lock:
            if place not in self._objects:
                self._objects[place] = self._opened(settings, region, project_id)
            return self._objects[place]

    def watched(self, region: str | None = None, project_id: str | None = None) -> Objects | None:
        """The same for looks at what was overwritten; None where nobody asks for them.

        Raises:
            SettingsError: as with `at`.
        """
        if not self._connections.settings(region, project_id).watch_artifacts:
            return None
        return self.at(region, project_id).hasty()

    def looked(self, region: str | None = None, project_id: str | None = None) -> Objects | None:
        """The same for looks at what a start needs; None where the settings leave them out.

        Raises:
            SettingsError: as with `at`.
        """
        if not self._connections.settings(region, project_id).preflight:
            return None
        return self.at(region, project_id).hasty()

    def _opened(self, settings: Settings, region: str | None, project_id: str | None) -> Objects:
        from pulumi_dli.artifacts.objects import Objects  # noqa: PLC0415 -- most runs need none
        from pulumi_dli.artifacts.requests import Sender  # noqa: PLC0415

        if settings.local:
            sender = Sender(
                self._connections.transport(region, project_id),
                endpoint="http://local",
                region=settings.region,
                keys=None,
                clock=self._clock,
            )
            return Objects(sender)
        if not settings.obs_endpoint:
            raise SettingsError(
                "no endpoint of the object service (OBS) is published for this place: set "
                "dli:obsEndpoint to its URL"
            )
        if not settings.region:
            raise SettingsError(
                "requests to the object service (OBS) are signed for a region, and none is known: "
                "set dli:region"
            )
        url = settings.obs_endpoint
        sender = Sender(
            self._connections.beside(url, region, project_id, signed=False),
            endpoint=url,
            region=settings.region,
            keys=self._keys(settings, region, project_id),
            clock=self._clock,
        )
        return Objects(sender)

    def close(self) -> None:
        """Forget all of them, before the connections are closed."""
        with self._lock:
            self._objects.clear()

    def _keys(self, settings: Settings, region: str | None, project_id: str | None) -> KeySource:
        from pulumi_dli.artifacts.keys import FetchedKeys, GivenKeys, Keys  # noqa: PLC0415

        given = settings.credentials
        if isinstance(given, AccessKey) and settings.agency is None:
            return GivenKeys(Keys(given.access_key, given.secret_key, given.security_token or ""))
        if not settings.auth_url:
            raise SettingsError(
                "the object service (OBS) takes no token, and the URL of the identity service, "
                "which gives keys for one, is not known: set dli:authUrl"
            )
        url = settings.auth_url
        identity = self._connections.beside(url, region, project_id, signed=True)
        return FetchedKeys(identity, self._clock)
