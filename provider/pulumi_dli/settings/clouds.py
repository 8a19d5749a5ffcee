"""An entry of clouds.yaml as settings, read by OpenStack's own loader.

The loader knows where the file is looked for, its split into `secure.yaml` and the
profiles of public clouds. It is imported only when a cloud is named. The environment's
`OS_*` values are kept out of it, because they have a rank of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi_dli.errors import SettingsError

_AUTH = {
    "auth_url": "authUrl",
    "username": "username",
    "user_id": "userId",
    "password": "password",
    "user_domain_name": "domainName",
    "domain_name": "domainName",
    "user_domain_id": "domainId",
    "domain_id": "domainId",
    "project_id": "projectId",
    "project_name": "projectName",
    "token": "token",
    "ak": "accessKey",
    "access_key": "accessKey",
    "sk": "secretKey",
    "secret_key": "secretKey",
    "security_token": "securityToken",
}
_TOP = {"region_name": "region", "cacert": "caCert", "dli_endpoint_override": "endpoint"}
_SIGN_INS = {"", "password", "v3password", "token", "v3token", "aksk"}


def load(name: str, environ: Mapping[str, str], directory: Path) -> Mapping[str, str]:
    """The cloud called `name` as settings by key.

    Args:
        name: the entry's name under `clouds:`.
        environ: read for `OS_CLIENT_CONFIG_FILE` and `OS_CLIENT_SECURE_FILE` only.
        directory: looked at before the loader's usual folders.

    Raises:
        SettingsError: the loader is not installed, there is no such cloud, or it signs in
            in a way that is not supported.
    """
    entry = _entry(name, environ, directory)
    sign_in = str(entry.get("auth_type") or "")
    if sign_in not in _SIGN_INS:
        raise SettingsError(
            f"the cloud {name} of clouds.yaml signs in with {sign_in}, which is not supported: "
            "use a password, a token or an access key"
        )
    found = {key: entry[theirs] for theirs, key in _TOP.items() if entry.get(theirs)}
    auth = entry.get("auth") or {}
    for theirs, key in _AUTH.items():
        if auth.get(theirs):
            found.setdefault(key, auth[theirs])
    if entry.get("verify") is False:
        found["insecure"] = "on"
    return {key: str(value) for key, value in found.items()}


def _entry(name: str, environ: Mapping[str, str], directory: Path) -> Mapping[str, Any]:
    try:
        from openstack.config import loader  # noqa: PLC0415 -- only when a cloud is named
        from openstack.exceptions import ConfigException  # noqa: PLC0415
    except ModuleNotFoundError:
        raise SettingsError(
            f"the cloud {name} is named, and clouds.yaml is read by openstacksdk, which is not "
            "installed: pip install 'pulumi-dli[clouds]'"
        ) from None
    try:
        return (
            loader.OpenStackConfig(
                config_files=_files(environ.get("OS_CLIENT_CONFIG_FILE"), directory / "clouds.yaml")
                + loader.CONFIG_FILES,
                secure_files=_files(environ.get("OS_CLIENT_SECURE_FILE"), directory / "secure.yaml")
                + loader.SECURE_FILES,
                load_envvars=False,
            )
            .get_one(cloud=name, validate=False)
            .config
        )
    except ConfigException as error:
        raise SettingsError(
            f"the cloud {name} cannot be used: {error} (looked at clouds.yaml here and in the "
            "usual folders; a file that is not YAML is passed over)"
        ) from None


def _files(named: str | None, beside: Path) -> list[str]:
    return [*([named] if named else []), str(beside)]
