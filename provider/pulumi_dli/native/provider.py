"""An explicit provider: jobs of several accounts or regions in one program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

import pulumi
from pulumi import Input, Output, ResourceOptions

SECRETS = frozenset({"password", "token", "access_key", "secret_key", "security_token"})
_JSON = frozenset({"insecure", "max_retries", "starts_per_queue", "default_tags", "ignore_tags"})


class ProviderArgs(TypedDict, total=False):
    """The settings of a provider, under the names of the stack's configuration.

    What is left out comes from the environment or from clouds.yaml, never from the stack's
    configuration: that is the default provider's.
    """

    endpoint: Input[str | None]
    obs_endpoint: Input[str | None]
    region: Input[str | None]
    project_id: Input[str | None]
    project_name: Input[str | None]
    auth_url: Input[str | None]
    username: Input[str | None]
    user_id: Input[str | None]
    password: Input[str | None]
    domain_name: Input[str | None]
    domain_id: Input[str | None]
    token: Input[str | None]
    access_key: Input[str | None]
    secret_key: Input[str | None]
    security_token: Input[str | None]
    signature: Input[str | None]
    agency_name: Input[str | None]
    agency_domain_name: Input[str | None]
    cloud: Input[str | None]
    ca_cert: Input[str | None]
    insecure: Input[bool | None]
    max_retries: Input[int | None]
    default_tags: Input[Mapping[str, Input[str]] | None]
    ignore_tags: Input[list[str] | None]
    artifacts: Input[str | None]
    starts_per_queue: Input[int | None]
    watch_artifacts: Input[str | None]
    preflight: Input[str | None]
    local_path: Input[str | None]
    local_flink_version: Input[str | None]


class Provider(pulumi.ProviderResource):
    """A provider with settings of its own, for `pulumi.ResourceOptions(provider=…)`.

    Args:
        resource_name: its name in the program.
        opts: Pulumi's resource options.
        settings: see `ProviderArgs`.
    """

    def __init__(
        self,
        resource_name: str,
        opts: ResourceOptions | None = None,
        **settings: Unpack[ProviderArgs],
    ) -> None:
        unknown = sorted(settings.keys() - ProviderArgs.__annotations__.keys())
        if unknown:
            raise pulumi.RunError(
                f"Provider {resource_name}: {unknown[0]}: there is no such setting; there are: "
                f"{', '.join(ProviderArgs.__annotations__)}"
            )
        sent = {
            _key(name): _sent(name, value) for name, value in settings.items() if value is not None
        }
        super().__init__("dli", resource_name, sent, opts)


def _key(name: str) -> str:
    """A setting's key in the configuration: `project_id` is `projectId`."""
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)


def _sent(name: str, value: Input[Any]) -> Input[Any]:
    """A setting as the engine keeps it: what is no text as JSON."""
    if name in SECRETS:
        return Output.secret(value)
    return Output.json_dumps(value) if name in _JSON else value
