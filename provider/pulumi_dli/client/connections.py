"""The one place that turns settings into a ready client: of a cloud, or of the local DLI."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from pulumi_dli.client import clients
from pulumi_dli.client.auth import TokenAuth
from pulumi_dli.client.bodies import bound
from pulumi_dli.client.embedded import local_client
from pulumi_dli.client.projects import find_project
from pulumi_dli.client.retries import repeat
from pulumi_dli.client.trace import VARIABLE, Trace
from pulumi_dli.client.transport import Transport, reaching
from pulumi_dli.clock import SYSTEM, Clock
from pulumi_dli.once import Once
from pulumi_dli.settings.credentials import secrets
from pulumi_dli.settings.project import project_folder
from pulumi_dli.settings.resolve import process_environment, resolve
from pulumi_dli.settings.settings import Settings
from pulumi_dli.settings.sources import SETTINGS


class Place(NamedTuple):
    """Where jobs are: what tells one stack's service from another's.

    The region is empty where the settings know none: then the endpoint alone says where.
    """

    endpoint: str
    region: str
    project_id: str

    @property
    def where(self) -> str:
        """The region, for people, or the endpoint in its place."""
        return self.region or self.endpoint

    def told(self, before: Mapping[str, Any]) -> dict[str, str]:
        """What inputs and outputs say of it; a region that is not known any more, as before."""
        texts = {**self._asdict(), "region": self.region or before.get("region")}
        return {name: text for name, text in texts.items() if text}


class Connections:
    """Every connection of one process: settings, sign-ins and clients, made when needed.

    Safe to share between threads. Nothing is read or sent before it is asked for.

    Args:
        config: the stack's configuration, by the key after `dli:`.
        environ: the environment.
        directory: the folder of Pulumi.yaml.
        clock: time.
    """

    def __init__(
        self,
        config: Mapping[str, str],
        environ: Mapping[str, str],
        directory: Path,
        *,
        clock: Clock = SYSTEM,
    ) -> None:
        self._config = config
        self._environ = environ
        self._directory = directory
        self._clock = clock
        self._lock = threading.Lock()
        self._links: dict[tuple[str | None, str | None], _Link] = {}

    @classmethod
    def of_stack(cls, setting: Callable[[str], Any], here: Path) -> Connections:
        """The connections of a stack and of this process's environment.

        Args:
            setting: reads a key of the stack's configuration, such as `dli:region`.
            here: a folder of the project: that of Pulumi.yaml, or one within, which `main` names.
        """
        values = {key: setting(f"dli:{key}") for key in SETTINGS}
        config = {key: str(value) for key, value in values.items() if value is not None}
        return cls(config, process_environment(), project_folder(here) or here)

    def settings(self, region: str | None = None, project_id: str | None = None) -> Settings:
        """The settings of the stack, or of a resource that names its own region or project.

        Raises:
            SettingsError: something is missing, malformed or contradictory.
        """
        return self._link(region, project_id).settings

    def transport(self, region: str | None = None, project_id: str | None = None) -> Transport:
        """What sends requests there; the same one each time.

        Raises:
            SettingsError: see `settings`; or the certificate file, a proxy or the local DLI's
                folder cannot be used.
        """
        return self._link(region, project_id).transport()

    def beside(
        self,
        url: str,
        region: str | None = None,
        project_id: str | None = None,
        *,
        signed: bool,
    ) -> Transport:
        """What sends requests to another service of that place, a new one each time.

        It is closed with the others. Of the local DLI it is the one that `transport` gives.

        Args:
            url: of the service.
            region: see `transport`.
            project_id: see `transport`.
            signed: whether the sign-in for DLI signs them, as the identity service wants it.

        Raises:
            SettingsError: see `transport`.
        """
        return self._link(region, project_id).beside(url, signed=signed)

    def place(self, region: str | None = None, project_id: str | None = None) -> Place:
        """Where that is. A project that is known by its name is looked up once.

        Raises:
            SettingsError: see `settings`; or no project, or several, have that name.
            AuthError: the sign-in was refused.
            TransportError: the identity service could not be reached.
        """
        link = self._link(region, project_id)
        return Place(link.settings.endpoint, link.settings.region, link.project_id())

    def close(self) -> None:
        """Close every connection. They open again when needed."""
        with self._lock:
            links, self._links = set(self._links.values()), {}
        for link in links:
            link.close()

    def _link(self, region: str | None, project_id: str | None) -> _Link:
        with self._lock:
            key = (region or None, project_id or None)
            if key not in self._links:
                self._links[key] = self._shared(*key)
            return self._links[key]

    def _shared(self, region: str | None, project_id: str | None) -> _Link:
        """A link for these settings, and the one there is where they come to the same."""
        settings = resolve(
            self._config,
            self._environ,
            directory=self._directory,
            region=region,
            project_id=project_id,
        )
        for link in self._links.values():
            if link.leads_to(settings):
                return link
        return _Link(settings, self._clock, self._trace(settings))

    def _trace(self, settings: Settings) -> Trace | None:
        named = self._environ.get(VARIABLE)
        if not named:
            return None
        file = self._directory / named
        return Trace(file, secrets(settings.credentials), self._clock)


class _Link:
    """One place: its sign-in, its client and its project's id."""

    def __init__(self, settings: Settings, clock: Clock, trace: Trace | None) -> None:
        self.settings = settings
        self._clock = clock
        self._trace = trace
        self._lock = threading.Lock()
        self._auth = clients.sign_in(settings, lambda: self._project_id, clock)
        self._client: httpx.Client | None = None
        self._transport: Transport | None = None
        self._others: list[httpx.Client] = []
        self._project_id = settings.project_id
        self._project = Once(self._find_project)

    def leads_to(self, settings: Settings) -> bool:
        """Whether other settings come to the same place."""
        ours = self.settings
        if (ours.endpoint, ours.region) != (settings.endpoint, settings.region):
            return False
        if settings.project_id is not None:
            return settings.project_id == self._project_id
        return settings.project_name == ours.project_name

    def transport(self) -> Transport:
        """What sends requests to DLI."""
        with self._lock:
            if self._transport is None:
                self._client = self._careful(
                    local_client(self.settings)
                    if self.settings.local
                    else clients.opened(self.settings, self.settings.endpoint, self._auth)
                )
                self._transport = self._over(self._client)
            return self._transport

    def beside(self, url: str, *, signed: bool) -> Transport:
        """What sends requests to another service."""
        if self.settings.local:
            return self.transport()
        auth = self._auth if signed else None
        with self._lock:
            client = self._careful(clients.opened(self.settings, url, auth))
            self._others.append(client)
            return self._over(client)

    def project_id(self) -> str:
        """The project's id, looked up by name where it was not given."""
        return self._project_id or self._project.get()

    def _find_project(self) -> str:
        client = clients.opened(self.settings, self.settings.auth_url, self._auth)
        with self._careful(client) as identity:
            self._project_id = self._own_project(identity) or find_project(
                self._over(identity), self.settings.values["projectName"]
            )
        return self._project_id

    def close(self) -> None:
        """Close the client."""
        with self._lock:
            for client in filter(None, (self._client, *self._others)):
                client.close()
            self._client = self._transport = None
            self._others.clear()

    def _own_project(self, identity: httpx.Client) -> str | None:
        """The project that a fetched token is for; None for the other ways to sign in."""
        auth = self._auth
        if not isinstance(auth, TokenAuth):
            return None

        def sign_in() -> str | None:
            with reaching("sign in"):
                return auth.sign_in(identity)

        return repeat(sign_in, repeatable=True, max_retries=self.settings.max_retries)

    def _careful(self, client: httpx.Client) -> httpx.Client:
        """A client within the bounds of what is read, and watched where somebody wants a trace."""
        bound(client, self._clock)
        if self._trace is not None:
            self._trace.watch(client)
        return client

    def _over(self, client: httpx.Client) -> Transport:
        return Transport(
            client,
            project_id=self.project_id,
            max_retries=self.settings.max_retries,
            hide=secrets(self.settings.credentials),
            clock=self._clock,
            trace=self._trace,
        )
