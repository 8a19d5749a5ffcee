"""One place of jobs: its sign-in, its HTTP client and its project's id, made when needed."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx

from pulumi_dli.client import clients
from pulumi_dli.client.auth import TokenAuth
from pulumi_dli.client.bodies import bound
from pulumi_dli.client.embedded import local_client
from pulumi_dli.client.projects import find_project
from pulumi_dli.client.retries import repeat
from pulumi_dli.client.trace import Trace
from pulumi_dli.client.transport import Transport, reaching
from pulumi_dli.clock import Clock
from pulumi_dli.once import Once
from pulumi_dli.settings.credentials import secrets
from pulumi_dli.settings.settings import Settings


class Link:
    """The connection of one place.

    Args:
        settings: of the place.
        clock: time.
        trace: the file that takes a line for each request; None where nobody wants one.
    """

    def __init__(self, settings: Settings, clock: Clock, trace: Path | None) -> None:
        self.settings = settings
        self._clock = clock
        traced = None if trace is None else Trace(trace, secrets(settings.credentials), clock)
        self._trace = traced
        self._lock = threading.Lock()
        self._auth = clients.sign_in(settings, lambda: self._project_id, clock)
        self._client: httpx.Client | None = None
        self._transport: Transport | None = None
        self._others: list[httpx.Client] = []
        self._project_id = settings.project_id
        self._project = Once(self._find_project)

    @property
    def known_project_id(self) -> str | None:
        """The project's id; None while it was not looked up by its name."""
        return self._project_id

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
