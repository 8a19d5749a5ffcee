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
from pulumi_dli.settings import clouds, services
from pulumi_dli.settings.credentials import Credentials, Password, choose
from pulumi_dli.settings.reader import Reader, is_name
from pulumi_dli.settings.services import Services
from pulumi_dli.settings.settings import (
    DEFAULT_RETRIES,
    LOCAL,
    LOCAL_CREDENTIALS,
    LOCAL_IDENTITY,
    MOST_RETRIES,
    MOST_STARTS,
    Agency,
    Settings,
)
from pulumi_dli.settings.sources import ARGUMENT, CONFIG, Sources, Value, unknown

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
        reader = Reader(sources, directory)
        reader.warnings += unknown(config)
        return _Resolver(sources, reader, directory).local()
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
    reader.warnings += [*unknown(config), *warnings]
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
            places=Services(LOCAL, LOCAL, ""),
            region=region.text,
            project=("projectId", self.reader.used["projectId"]),
            credentials=LOCAL_CREDENTIALS,
            agency=None,
        )

    def cloud(self) -> Settings:
        """Settings of a cloud."""
        self.reader.take("cloud")
        region = self._region()
        endpoint = services.endpoint(self.reader, region)
        project = self._project()
        if region and project:
            self._one_region(region, project[1])
        credentials = choose(self.sources, self.reader)
        agency = self._agency()
        self._signature()
        by_name = project is not None and project[0] == "projectName"
        asks = by_name or agency is not None or isinstance(credentials, Password)
        if asks:
            auth_url = services.auth_url(self.reader, self.sources, region)
        else:
            auth_url = services.spare_auth_url(self.sources, region)
        return self._finish(
            places=Services(
                endpoint, services.obs_endpoint(self.reader, region, endpoint), auth_url
            ),
            region=region.text if region else "",
            project=project,
            credentials=credentials,
            agency=agency,
        )

    def _finish(
        self,
        *,
        places: Services,
        region: str,
        project: tuple[str, Value] | None,
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
        artifacts = reader.bucket("artifacts")
        starts_per_queue = reader.count("startsPerQueue", default=0, most=MOST_STARTS)
        watch_artifacts = reader.flag("watchArtifacts", default=False)
        preflight = reader.flag("preflight", default=True)
        local_path = reader.path("localPath") or self.directory / ".dli-local"
        if places.endpoint == LOCAL != region:  # each region is a service of its own
            local_path = local_path / "regions" / region
        flink_version = reader.flink("localFlinkVersion")
        reader.demand_names()
        if reader.problems or credentials is None or project is None:
            raise SettingsError(self._complaint())
        key, value = project
        return Settings(
            **places._asdict(),
            region=region,
            project_id=value.text if key == "projectId" else None,
            project_name=value.text if key == "projectName" else None,
            credentials=credentials,
            agency=agency,
            ca_cert=ca_cert,
            insecure=insecure,
            max_retries=max_retries,
            default_tags=default_tags,
            ignore_tags=ignore_tags,
            artifacts=artifacts,
            starts_per_queue=starts_per_queue,
            watch_artifacts=watch_artifacts,
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
        region = self.sources.find("region") or services.told_region(self.sources)
        if region is None:
            if self.sources.find("endpoint") is None:
                self.reader.need("region")
            return None
        self.reader.used["region"] = region
        if _REGION.fullmatch(region.text):
            return region
        self.reader.malformed("region", region, "letters, digits, `-`, `_` and `.`, at most 64")
        return None

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
        home = stack.find("region") or services.told_region(stack)
        if region.rank != ARGUMENT or home is None or home.text == region.text:
            return
        if project.rank != ARGUMENT:
            self.reader.problems.append(
                f"the argument region is {region.text}, but the project ({project.source}) "
                f"is of {home.text}: give project_id beside region"
            )
        for endpoint in filter(None, map(stack.find, ("endpoint", "obsEndpoint"))):
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
