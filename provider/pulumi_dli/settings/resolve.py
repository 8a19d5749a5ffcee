"""What the settings mean together: which service, which project, whose credentials.

`resolve` is given the stack's configuration and the environment, and either returns
complete settings or raises one `SettingsError` that lists everything that is missing or
malformed, with every place that was looked at. `sources.py` has the order.

`dli:endpoint: local` chooses the embedded local DLI. Its identity is fixed, so no
credential, no region, no project and no `OS_*` or `HW_*` value is read, and a resource's
own `region` and `project_id` stand back. Nothing else leads there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_dli.errors import SettingsError
from pulumi_dli.settings import clouds, regions
from pulumi_dli.settings.credentials import AccessKey, Credentials, Password, choose
from pulumi_dli.settings.reader import Reader
from pulumi_dli.settings.sources import ARGUMENT, CONFIG, Sources, Value, places

LOCAL = "local"
"""The endpoint, region and project name of the local DLI."""
LOCAL_PROJECT_ID = "0123456789abcdef0123456789abcdef"
LOCAL_CREDENTIALS = AccessKey("LOCALACCESSKEY", "LOCALSECRETKEY")
LOCAL_IDENTITY = {
    "region": LOCAL,
    "projectName": LOCAL,
    "projectId": LOCAL_PROJECT_ID,
    "username": LOCAL,
    "password": LOCAL,
    "domainName": LOCAL,
    "accessKey": LOCAL_CREDENTIALS.access_key,
    "secretKey": LOCAL_CREDENTIALS.secret_key,
}
"""Who signs in at the local DLI, unless it is told otherwise. Public; it opens nothing else."""

DEFAULT_RETRIES = 5
"""How often a request is repeated at most, unless `dli:maxRetries` says otherwise."""
MOST_RETRIES = 20


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency (assumed role) and the domain that made it."""

    name: str
    domain_name: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Complete settings for one place.

    Attributes:
        endpoint: the DLI endpoint, a URL without a slash at its end, or `local`.
        region: the region's name.
        project_id: the project's id, or None when only its name is known.
        project_name: the project's name, or None when its id is given.
        auth_url: the identity URL without `/v3`; empty where none is needed.
        credentials: how to sign in.
        agency: the agency to act as, or None.
        ca_cert: a PEM file with the authorities to trust in place of the usual ones.
        insecure: True when certificates are not checked.
        max_retries: how often a request is repeated at most, 0 to 20.
        default_tags: tags for every job of the stack.
        preflight: whether preview may look things up.
        local_path: the folder of the local DLI.
        local_flink_version: the Flink version the local DLI runs jobs on; None: its own choice.
        values: each value that was used, by its key, with where it came from.
        warnings: one sentence each; nothing that stops the work.
    """

    endpoint: str
    region: str
    project_id: str | None
    project_name: str | None
    auth_url: str
    credentials: Credentials
    agency: Agency | None
    ca_cert: Path | None
    insecure: bool
    max_retries: int
    default_tags: Mapping[str, str]
    preflight: bool
    local_path: Path
    local_flink_version: str | None
    values: Mapping[str, Value] = field(repr=False)
    warnings: tuple[str, ...]

    @property
    def local(self) -> bool:
        """Whether these settings are of the embedded local DLI."""
        return self.endpoint == LOCAL


CloudLoader = Callable[[str, Mapping[str, str], Path], Mapping[str, str]]
"""Reads a cloud of clouds.yaml (its name, the environment, the project's folder)."""


def process_environment() -> Mapping[str, str]:
    """The environment of this process."""
    return os.environ


def resolve(
    config: Mapping[str, str],
    environ: Mapping[str, str],
    *,
    directory: Path,
    region: str | None = None,
    project_id: str | None = None,
    load_cloud: CloudLoader = clouds.load,
) -> Settings:
    """Settings from everything that was given.

    Args:
        config: the stack's configuration, by the key after `dli:`.
        environ: the environment.
        directory: the folder of Pulumi.yaml, which relative paths start from.
        region: the resource's own region, if it names one.
        project_id: the resource's own project id, if it names one.
        load_cloud: reads an entry of clouds.yaml; called only when a cloud is named.

    Raises:
        SettingsError: something is missing, malformed or contradictory.
    """
    if config.get("endpoint", "").strip() == LOCAL:
        ours = {name: text for name, text in environ.items() if name.startswith("PULUMI_DLI_")}
        sources = Sources(config, ours, {})
        return _Resolver(sources, Reader(sources, directory), directory).local()
    sources = Sources(config, environ, {"region": region, "projectId": project_id})
    warnings = []
    named = sources.find("cloud")
    if named is not None:
        try:
            sources = sources.with_cloud(load_cloud(named.text, environ, directory))
        except SettingsError as error:
            # What a shell exports for other tools must not stop a stack that needs none of it.
            if named.rank <= CONFIG:
                raise
            warnings = [str(error)]
    reader = Reader(sources, directory)
    reader.warnings += warnings
    return _Resolver(sources, reader, directory).cloud()


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Puts together what the reader takes."""

    sources: Sources
    reader: Reader
    directory: Path

    def local(self) -> Settings:
        """Settings of the embedded local DLI."""
        self.reader.take("endpoint")
        for key, text in LOCAL_IDENTITY.items():
            # Public and the same everywhere, so nothing of it is masked.
            self.reader.used[key] = Value(text, "the local DLI's own identity")
        return self._finish(
            endpoint=LOCAL,
            region=LOCAL,
            project=("projectId", self.reader.used["projectId"]),
            auth_url="",
            credentials=LOCAL_CREDENTIALS,
            agency=None,
        )

    def cloud(self) -> Settings:
        """Settings of a cloud."""
        self.reader.take("cloud")
        found = self.reader.need("region")
        region = found[1] if found else None
        endpoint = self._endpoint(region)
        project = self._project()
        if region and project:
            self._one_place(region, project[1])
        credentials = choose(self.sources, self.reader)
        agency = self._agency()
        self._signature()
        by_name = project is not None and project[0] == "projectName"
        asks = by_name or agency is not None or isinstance(credentials, Password)
        return self._finish(
            endpoint=endpoint,
            region=region.text if region else "",
            project=project,
            auth_url=self._auth_url(region) if asks else "",
            credentials=credentials,
            agency=agency,
        )

    def _finish(
        self,
        *,
        endpoint: str,
        region: str,
        project: tuple[str, Value] | None,
        auth_url: str,
        credentials: Credentials | None,
        agency: Agency | None,
    ) -> Settings:
        reader = self.reader
        ca_cert = reader.path("caCert")
        insecure = reader.flag("insecure", default=False)
        if insecure:
            reader.warnings.append(
                f"certificates are not checked ({reader.used['insecure'].source}); "
                "name the authority's file in dli:caCert instead"
            )
        max_retries = reader.count("maxRetries", default=DEFAULT_RETRIES, most=MOST_RETRIES)
        default_tags = reader.tags("defaultTags")
        preflight = reader.flag("preflight", default=True)
        local_path = reader.path("localPath") or self.directory / ".dli-local"
        flink = reader.take("localFlinkVersion")
        if reader.problems or credentials is None or project is None:
            raise SettingsError(self._complaint())
        key, value = project
        return Settings(
            endpoint=endpoint,
            region=region,
            project_id=value.text if key == "projectId" else None,
            project_name=value.text if key == "projectName" else None,
            auth_url=auth_url,
            credentials=credentials,
            agency=agency,
            ca_cert=ca_cert,
            insecure=insecure,
            max_retries=max_retries,
            default_tags=default_tags,
            preflight=preflight,
            local_path=local_path,
            local_flink_version=flink.text if flink else None,
            values=dict(reader.used),
            warnings=tuple(reader.warnings),
        )

    def _complaint(self) -> str:
        cloud = self.reader.used.get("cloud")
        looked = [f"the cloud {cloud.text} of clouds.yaml does not help"] if cloud else []
        advice = "set them with `pulumi config set dli:<key> <value>` or in the environment"
        trial = "or try without a cloud: `pulumi config set dli:endpoint local`"
        clauses = [*self.reader.problems, *looked, advice, trial, *self.reader.warnings]
        return f"the settings are not complete: {'; '.join(clauses)}"

    def _endpoint(self, region: Value | None) -> str:
        value = self.reader.take("endpoint")
        if value is not None:
            return self.reader.url(value)
        public = regions.dli_endpoint(region.text) if region else None
        if region and public:
            self.reader.note("endpoint", public, f"region {region.text}")
        elif region:
            self.reader.problems.append(
                f"no DLI endpoint is published for the region {region.text} ({region.source}): "
                "set dli:endpoint to its URL"
            )
        return public or ""

    def _auth_url(self, region: Value | None) -> str:
        value = self.reader.take("authUrl")
        if value is not None:
            return self.reader.url(value).removesuffix("/v3").rstrip("/")
        public = regions.identity_url(region.text) if region else None
        if region and public:
            self.reader.note("authUrl", public, f"region {region.text}")
        elif region:
            self.reader.problems.append(
                f"no identity (IAM) URL is published for the region {region.text} "
                f"(looked at {places('authUrl')})"
            )
        return public or ""

    def _project(self) -> tuple[str, Value] | None:
        project = self.reader.need("projectId", "projectName")
        if project and project[0] == "projectId":
            value = project[1]
            if not re.fullmatch(r"[A-Za-z0-9]{1,64}", value.text):
                self.reader.malformed(
                    "projectId", value, "letters and digits (a name goes into dli:projectName)"
                )
        return project

    def _one_place(self, region: Value, project: Value) -> None:
        """A resource in another region than its stack's must say all that goes with it."""
        stack = self.sources.of_stack()
        home = stack.find("region")
        if region.rank != ARGUMENT or home is None or home.text == region.text:
            return
        if project.rank != ARGUMENT:
            self.reader.problems.append(
                f"the argument region is {region.text}, but the project ({project.source}) "
                f"is of {home.text}: give project_id beside region"
            )
        if (endpoint := stack.find("endpoint")) is not None:
            self.reader.problems.append(
                f"the argument region is {region.text}, but {endpoint.source} is of "
                f"{home.text}: use a stack of its own for that region"
            )

    def _agency(self) -> Agency | None:
        name, domain = self.reader.take("agencyName"), self.reader.take("agencyDomainName")
        if name and domain:
            return Agency(name.text, domain.text)
        if name or domain:
            self.reader.need("agencyDomainName" if name else "agencyName")
        return None

    def _signature(self) -> None:
        value = self.reader.take("signature")
        if value and value.text != "sdk":
            self.reader.malformed("signature", value, "`sdk`, the only form there is so far")
