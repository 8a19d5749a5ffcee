"""The one place that turns settings into a ready client: of a cloud, or of the local DLI."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_dli.clock import SYSTEM, Clock
from pulumi_dli.loading import loading
from pulumi_dli.settings.project import project_folder
from pulumi_dli.settings.resolve import process_environment, resolve
from pulumi_dli.settings.settings import LOCAL, Settings
from pulumi_dli.settings.sources import NAMESPACE, TRACE, unknown

if TYPE_CHECKING:
    from pulumi_dli.client.link import Link
    from pulumi_dli.client.transport import Transport


class Place(NamedTuple):
    """Where jobs are: what tells one stack's service from another's.

    The region is empty where the settings know none: then the endpoint alone says where.
    """

    endpoint: str
    region: str
    project_id: str

    @property
    def local(self) -> bool:
        """Whether it is the embedded local DLI."""
        return self.endpoint == LOCAL

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

    Attributes:
        directory: the folder of Pulumi.yaml.

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
        self.directory = directory
        self._clock = clock
        self._lock = threading.Lock()
        self._sites: dict[tuple[str | None, str | None], _Site] = {}

    @classmethod
    def of_stack(cls, stack: Mapping[str, Any], here: Path) -> Connections:
        """The connections of a stack and of this process's environment.

        Args:
            stack: its whole configuration; a key of ours is such as `dli:region`.
            here: a folder of the project: that of Pulumi.yaml, or one within, which `main` names.
        """
        config = {
            key.removeprefix(NAMESPACE): str(value)
            for key, value in stack.items()
            if key.startswith(NAMESPACE) and value is not None
        }
        return cls(config, process_environment(), project_folder(here) or here)

    def unknown(self) -> list[str]:
        """One sentence for each key of the stack's configuration that is no setting."""
        return unknown(self._config)

    def settings(self, region: str | None = None, project_id: str | None = None) -> Settings:
        """The settings of the stack, or of a resource that names its own region or project.

        Raises:
            SettingsError: something is missing, malformed or contradictory.
        """
        return self._site(region, project_id).settings

    def transport(self, region: str | None = None, project_id: str | None = None) -> Transport:
        """What sends requests there; the same one each time.

        Raises:
            SettingsError: see `settings`; or the certificate file, a proxy or the local DLI's
                folder cannot be used.
        """
        return self._site(region, project_id).link().transport()

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
        return self._site(region, project_id).link().beside(url, signed=signed)

    def place(self, region: str | None = None, project_id: str | None = None) -> Place:
        """Where that is. A project that is known by its name is looked up once.

        Raises:
            SettingsError: see `settings`; or no project, or several, have that name.
            AuthError: the sign-in was refused.
            TransportError: the identity service could not be reached.
        """
        site = self._site(region, project_id)
        return Place(site.settings.endpoint, site.settings.region, site.project_id())

    def close(self) -> None:
        """Close every connection. They open again when needed."""
        with self._lock:
            sites, self._sites = set(self._sites.values()), {}
        for site in sites:
            site.close()

    def _site(self, region: str | None, project_id: str | None) -> _Site:
        with self._lock:
            key = (region or None, project_id or None)
            if key not in self._sites:
                self._sites[key] = self._shared(*key)
            return self._sites[key]

    def _shared(self, region: str | None, project_id: str | None) -> _Site:
        """A site for these settings, and the one there is where they come to the same."""
        settings = resolve(
            self._config,
            self._environ,
            directory=self.directory,
            region=region,
            project_id=project_id,
        )
        for site in self._sites.values():
            if site.leads_to(settings):
                return site
        traced = self._environ.get(TRACE)
        return _Site(settings, self._clock, self.directory / traced if traced else None)


class _Site:
    """Settings of one place, and its connection once something is sent: most runs send nothing."""

    def __init__(self, settings: Settings, clock: Clock, trace: Path | None) -> None:
        self.settings = settings
        self._clock = clock
        self._trace = trace
        self._lock = threading.Lock()
        self._link: Link | None = None

    def link(self) -> Link:
        """The connection; the same one each time."""
        with self._lock:
            if self._link is None:
                with loading():
                    from pulumi_dli.client.link import Link  # noqa: PLC0415 -- loads httpx

                self._link = Link(self.settings, self._clock, self._trace)
            return self._link

    def project_id(self) -> str:
        """The project's id, looked up by name where it was not given."""
        return self.settings.project_id or self.link().project_id()

    def leads_to(self, settings: Settings) -> bool:
        """Whether other settings come to the same place."""
        ours = self.settings
        if (ours.endpoint, ours.region) != (settings.endpoint, settings.region):
            return False
        if settings.project_id is not None:
            found = None if self._link is None else self._link.known_project_id
            return settings.project_id == (ours.project_id or found)
        return settings.project_name == ours.project_name

    def close(self) -> None:
        """Close the connection."""
        if self._link is not None:
            self._link.close()
