"""Complete settings for one place, and those of the local DLI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_dli.settings.credentials import AccessKey, Credentials
from pulumi_dli.settings.sources import Value

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
MOST_STARTS = 256


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
        obs_endpoint: the endpoint of the object service, such a URL too, or `local`; empty where
            nobody knows it.
        region: the region's name; empty where nobody names it and the endpoint does not tell.
        project_id: the project's id, or None when only its name is known.
        project_name: the project's name, or None when its id is given.
        auth_url: the identity URL without `/v3`; empty where none is needed, or only OBS would
            need it and nobody knows it.
        credentials: how to sign in.
        agency: the agency to act as, or None.
        ca_cert: a PEM file with the authorities to trust in place of the usual ones.
        insecure: True when certificates are not checked.
        max_retries: how often a request is repeated at most, 0 to 20.
        default_tags: tags for every job of the stack.
        ignore_tags: keys of tags that others manage; `team*` stands for all that begin so.
        artifacts: where local files go, as `obs://bucket` or `obs://bucket/folder`; empty: into
            the job's own bucket.
        starts_per_queue: how many jobs may start at a time on a queue; 0 for any number.
        watch_artifacts: whether a refresh looks for jars and files that were overwritten.
        preflight: whether preview may look things up.
        local_path: the folder of the local DLI.
        local_flink_version: the Flink version the local DLI runs jobs on; None: its own choice.
        values: each value that was used, by its key, with where it came from.
        warnings: one sentence each; nothing that stops the work.
    """

    endpoint: str
    obs_endpoint: str
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
    ignore_tags: tuple[str, ...]
    artifacts: str
    starts_per_queue: int
    watch_artifacts: bool
    preflight: bool
    local_path: Path
    local_flink_version: str | None
    values: Mapping[str, Value] = field(repr=False)
    warnings: tuple[str, ...]

    @property
    def local(self) -> bool:
        """Whether these settings are of the embedded local DLI."""
        return self.endpoint == LOCAL


def ignores(names: Iterable[str], key: str) -> bool:
    """Whether the key of a tag is one of `ignore_tags`, as `Settings` has them."""
    return any(key.startswith(name[:-1]) if name.endswith("*") else key == name for name in names)
