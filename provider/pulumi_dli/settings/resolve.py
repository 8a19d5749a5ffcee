"""What the settings mean together: which service, which project, whose credentials.

`resolve` is given the stack's configuration and the environment, and either returns
complete settings or raises one `SettingsError` that lists everything that is missing or
malformed, with every source that was looked at. `sources.py` has the order.

`dli:endpoint: local` chooses the embedded local DLI. Its identity is fixed, so no
credential, no region, no project and no `OS_*` or `HW_*` value is read; a resource's own
`region` and `project_id` are honoured, so that a move can be tried. Nothing else leads there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pulumi_dli.errors import SettingsError
from pulumi_dli.settings import clouds, regions
from pulumi_dli.settings.credentials import Credentials, Password, choose
from pulumi_dli.settings.reader import Reader, is_name
from pulumi_dli.settings.settings import (
    DEFAULT_RETRIES,
    LOCAL,
    LOCAL_CREDENTIALS,
    LOCAL_IDENTITY,
    MOST_RETRIES,
    Agency,
    Settings,
)
from pulumi_dli.settings.sources import ARGUMENT, CONFIG, Sources, Value, looked_at
from pulumi_dli.settings.urls import url_problem

_REGION = re.compile(r"[A-Za-z0-9_.-]{1,64}")

CloudLoader = Callable[[str, Mapping[str, str], Path, str | None], clouds.Cloud]
"""Reads a cloud of clouds.yaml (its name, the environment, the project's folder, the region)."""


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
        sources = Sources(config, ours, {"region": region, "projectId": project_id})
        return _Resolver(sources, Reader(sources, directory), directory).local()
    sources = Sources(config, environ, {"region": region, "projectId": project_id})
    warnings: list[str] = []
    named, nearer = sources.find("cloud"), sources.find("region")
    if named is not None:
        try:
            if not is_name(named.text):
                raise SettingsError(f"{named.source} is not the name of a cloud")  # noqa: TRY301
            there = nearer.text if nearer and _REGION.fullmatch(nearer.text) else None
            cloud = load_cloud(named.text, environ, directory, there)
            sources = sources.with_cloud(cloud.values)
            warnings = [*cloud.warnings]
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
        for key in ("region", "projectId"):
            named = self.sources.find(key)
            if named is not None and named.rank == ARGUMENT:
                self.reader.used[key] = named
        region = self.reader.used["region"]
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", region.text):
            self.reader.malformed("region", region, "letters, digits, `-` and `_`")
        return self._finish(
            endpoint=LOCAL,
            region=region.text,
            project=("projectId", self.reader.used["projectId"]),
            auth_url="",
            credentials=LOCAL_CREDENTIALS,
            agency=None,
        )

    def cloud(self) -> Settings:
        """Settings of a cloud."""
        self.reader.take("cloud")
        region = self._region()
        endpoint = self._endpoint(region)
        project = self._project()
        if region and project:
            self._one_region(region, project[1])
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
                f"certificates are not checked ({reader.used['insecure'].where}); "
                "name the authority's file in dli:caCert instead"
            )
        max_retries = reader.count("maxRetries", default=DEFAULT_RETRIES, most=MOST_RETRIES)
        default_tags = reader.tags("defaultTags")
        ignore_tags = reader.names("ignoreTags")
        preflight = reader.flag("preflight", default=True)
        local_path = reader.path("localPath") or self.directory / ".dli-local"
        if endpoint == LOCAL != region:  # each region is a service of its own
            local_path = local_path / "regions" / region
        flink_version = reader.flink("localFlinkVersion")
        reader.demand_names()
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
            ignore_tags=ignore_tags,
            preflight=preflight,
            local_path=local_path,
            local_flink_version=flink_version,
            values=dict(reader.used),
            warnings=tuple(reader.warnings),
        )

    def _complaint(self) -> str:
        cloud = self.reader.used.get("cloud")
        named = cloud is not None and is_name(cloud.text)
        looked = [f"the cloud {cloud.text} of clouds.yaml does not help"] if cloud and named else []
        advice = "set them with `pulumi config set dli:<key> <value>` or in the environment"
        trial = "or try without a cloud: `pulumi config set dli:endpoint local`"
        endpoint = self.reader.used.get("endpoint")
        if endpoint is not None and endpoint.text.strip() == LOCAL:
            return f"the settings cannot be used: {'; '.join(self.reader.problems)}"
        clauses = [*self.reader.problems, *looked, advice, trial, *self.reader.warnings]
        return f"the settings are not complete: {'; '.join(clauses)}"

    def _region(self) -> Value | None:
        """The region. One that nobody names is told by a public endpoint; a private one needs none.

        None as well where `reader.problems` says what is wrong with it.
        """
        region = self.sources.find("region") or self._told(self.sources)
        if region is None:
            if self.sources.find("endpoint") is None:
                self.reader.need("region")
            return None
        self.reader.used["region"] = region
        if _REGION.fullmatch(region.text):
            return region
        self.reader.malformed("region", region, "letters, digits, `-`, `_` and `.`, at most 64")
        return None

    def _told(self, sources: Sources) -> Value | None:
        """The region that the host of a public endpoint names."""
        endpoint = sources.find("endpoint")
        if endpoint is None or url_problem(endpoint.text):
            return None
        told = regions.region_of(endpoint.text)
        return Value(told, f"the host of {endpoint.source}") if told else None

    def _endpoint(self, region: Value | None) -> str:
        value = self.reader.take("endpoint")
        if value is not None:
            return self.reader.url("endpoint", value)
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
            return self.reader.url("authUrl", value).removesuffix("/v3").rstrip("/")
        if region is None and self.sources.find("endpoint"):
            self.reader.need("region", "authUrl")
        public = regions.identity_url(region.text) if region else None
        if region and public:
            self.reader.note("authUrl", public, f"region {region.text}")
        elif region:
            self.reader.problems.append(
                f"no identity (IAM) URL is published for the region {region.text} "
                f"(looked at {looked_at('authUrl')})"
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

    def _one_region(self, region: Value, project: Value) -> None:
        """A resource in another region than its stack's must say all that goes with it."""
        stack = self.sources.of_stack()
        home = stack.find("region") or self._told(stack)
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
