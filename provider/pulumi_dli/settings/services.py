"""Where a place's services are: as somebody says, or as it is published for the region."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pulumi_dli.settings import regions
from pulumi_dli.settings.reader import Reader
from pulumi_dli.settings.sources import Sources, Value, looked_at
from pulumi_dli.settings.urls import loopback, url_problem


class Services(NamedTuple):
    """The endpoints of DLI and OBS and the URL of the identity service, as `Settings` has them."""

    endpoint: str
    obs_endpoint: str
    auth_url: str


def told_region(sources: Sources) -> Value | None:
    """The region that the host of a public endpoint names."""
    endpoint = sources.find("endpoint")
    if endpoint is None or url_problem(endpoint.text):
        return None
    told = regions.region_of(endpoint.text)
    return Value(told, f"the host of {endpoint.source}") if told else None


def endpoint(reader: Reader, region: Value | None) -> str:
    """The DLI endpoint; empty where `reader.problems` says why there is none."""
    value = reader.take("endpoint")
    if value is not None:
        return reader.url("endpoint", value)
    public = _published(reader, "endpoint", regions.dli_endpoint, region)
    if region and not public:
        reader.problems.append(
            f"no DLI endpoint is published for the region {region.text} ({region.source}); "
            f"{regions.near(region.text)} set dli:endpoint to its URL"
        )
    return public


def obs_endpoint(reader: Reader, region: Value | None, dli: str) -> str:
    """The endpoint of the object service; empty where nobody knows one, which may not be needed.

    Args:
        reader: takes the settings.
        region: of the place.
        dli: the DLI endpoint. One on this machine is a local DLI, which has its own objects: what
            is tried there must not end in a cloud.
    """
    value = reader.take("obsEndpoint")
    if value is not None:
        return reader.url("obsEndpoint", value)
    if dli and loopback(dli):
        reader.note("obsEndpoint", dli, reader.used["endpoint"].source)
        return dli
    return _published(reader, "obsEndpoint", regions.obs_endpoint, region)


def auth_url(reader: Reader, sources: Sources, region: Value | None) -> str:
    """The identity URL without `/v3`; empty where `reader.problems` says why there is none."""
    value = reader.take("authUrl")
    if value is not None:
        return _without_version(reader.url("authUrl", value))
    if region is None and sources.find("endpoint"):
        reader.need("region", "authUrl")
    public = _published(reader, "authUrl", regions.identity_url, region)
    if region and not public:
        reader.problems.append(
            f"no identity (IAM) URL is published for the region {region.text} "
            f"(looked at {looked_at('authUrl')})"
        )
    return public


def spare_auth_url(sources: Sources, region: Value | None) -> str:
    """The same where only OBS would need it: no fault of it is one of the settings."""
    value = sources.find("authUrl")
    if value is not None and not url_problem(value.text):
        return _without_version(value.text.rstrip("/"))
    return (regions.identity_url(region.text) if region else None) or ""


def _published(
    reader: Reader, key: str, find: Callable[[str], str | None], region: Value | None
) -> str:
    """The URL that is published for a region, and noted as that; empty where there is none."""
    public = find(region.text) if region else None
    if region and public:
        reader.note(key, public, f"region {region.text}")
    return public or ""


def _without_version(url: str) -> str:
    return url.removesuffix("/v3").rstrip("/")
