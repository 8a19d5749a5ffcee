"""An entry of clouds.yaml as settings.

OpenStack's own package says where the files are looked for, and has the profiles of public
clouds. It is imported only when a cloud is named. The environment's `OS_*` values have a rank
of their own and do not change an entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pulumi_dli.errors import SettingsError
from pulumi_dli.settings.reader import switch
from pulumi_dli.settings.sources import CLOUD, SETTINGS, Value

if TYPE_CHECKING:
    from pulumi_dli.settings.cloud_files import Entry, Files, Text

_KEYS = {
    "region": ("region_name",),
    "endpoint": ("dli_endpoint_override",),
    "obsEndpoint": ("obs_endpoint_override",),
    "authUrl": ("auth.auth_url",),
    "username": ("auth.username",),
    "userId": ("auth.user_id",),
    "password": ("auth.password",),
    "domainName": ("auth.user_domain_name", "auth.domain_name", "auth.project_domain_name"),
    "domainId": ("auth.user_domain_id", "auth.domain_id"),
    "projectId": ("auth.project_id", "auth.tenant_id"),
    "projectName": ("auth.project_name", "auth.tenant_name"),
    "token": ("auth.token", "auth.auth_token"),
    "accessKey": ("auth.ak", "auth.access_key"),
    "secretKey": ("auth.sk", "auth.secret_key"),
    "securityToken": ("auth.security_token",),
    "caCert": ("cacert",),
}
"""Each setting's keys in an entry, the first one that is there counts."""
_BESIDE = {
    *("user_domain_name", "domain_name", "project_domain_name", "user_domain_id", "domain_id"),
    *("project_id", "tenant_id", "project_name", "tenant_name", "token", "auth_token"),
}
"""Keys of `auth` that may stand beside it as well, and then win."""
_WANTED = frozenset(
    {key for keys in _KEYS.values() for key in keys}
    | _BESIDE
    | {"profile", "cloud", "auth_type", "auth_plugin", "verify", "insecure", "identity_api_version"}
)
_SIGN_INS = {"", "password", "v3password", "token", "v3token", "aksk"}
_UNSUPPORTED = {
    *("cert", "key", "auth_methods", "identity_endpoint_override", "passcode", "auth.passcode"),
    *("auth.trust_id", "auth.system_scope", "auth.identity_provider", "auth.protocol"),
    *("auth.application_credential_id", "auth.application_credential_name"),
    *("auth.application_credential_secret", "auth.access_token"),
    *("auth.default_domain_id", "auth.default_domain_name"),
}
"""Keys with which OpenStack signs in in another way, or as somebody else."""


class Cloud(NamedTuple):
    """An entry of clouds.yaml: settings by key, and one sentence for each thing left out."""

    values: Mapping[str, Value]
    warnings: tuple[str, ...]


def load(name: str, environ: Mapping[str, str], directory: Path, region: str | None) -> Cloud:
    """The cloud called `name`.

    Args:
        name: the entry's name under `clouds:`.
        environ: read for `OS_CLIENT_CONFIG_FILE` and `OS_CLIENT_SECURE_FILE` only.
        directory: looked at before the usual folders; relative paths begin there.
        region: the region that a nearer source names.

    Raises:
        SettingsError: openstacksdk is not installed, a file cannot be read or has another
            shape, there is no such cloud, or it signs in in a way that is not supported.
    """
    try:
        from pulumi_dli.settings.cloud_files import Files  # noqa: PLC0415 -- only for a cloud
    except ModuleNotFoundError:
        raise SettingsError(
            f"the cloud {name} is named, and clouds.yaml is read by openstacksdk, which is not "
            "installed: pip install 'pulumi-dli[clouds]'"
        ) from None
    try:
        return _read(name, environ, Files(directory, _WANTED), region)
    except SettingsError as error:
        raise SettingsError(f"the cloud {name} cannot be used: {error}") from None


def _read(name: str, environ: Mapping[str, str], files: Files, region: str | None) -> Cloud:
    plain = files.entry("clouds", "clouds", name, environ.get("OS_CLIENT_CONFIG_FILE", ""))
    secure = files.entry("secure", "clouds", name, environ.get("OS_CLIENT_SECURE_FILE", ""))
    entry = secure.over(plain) if secure and plain else secure or plain
    if entry is None:
        raise SettingsError(
            f"Cloud {name} was not found (looked at clouds.yaml in {files.directory} and in "
            "OpenStack's usual folders)"
        )
    warnings = [
        f"{key} of the cloud {name} in clouds.yaml is not supported: it is left out"
        for key in sorted(entry.others & _UNSUPPORTED)
    ]
    if profile := entry.texts.get("profile") or entry.texts.get("cloud"):
        public = files.profile(profile.text)
        entry = entry.over(public) if public else entry
        if public is None:
            warnings.append(f"{profile.where} names no profile that is known: it is left out")
    version = entry.texts.get("identity_api_version")
    if version and version.text.strip().removeprefix("v").partition(".")[0] != "3":
        warnings.append(f"{version.where} is not supported: version 3 is used")
    if region is None and len(entry.regions) > 1:
        where = entry.regions[0][0].where
        warnings.append(f"{where} lists several regions, and the first is used; set dli:region")
    return Cloud(_values(_in_region(entry, region)), tuple(warnings))


def _in_region(entry: Entry, region: str | None) -> Mapping[str, Text]:
    """The texts of an entry in the region that is asked for, or in its first.

    `region_name` is its first in any case, which tells where the entry is at home.
    """
    texts = dict(entry.texts)
    name = region or ""
    if entry.regions:
        home = entry.regions[0][0]
        name = region or home.text
        there = [inner.texts for listed, inner in entry.regions if listed.text == name]
        texts |= {**(there[0] if there else {}), "region_name": home}
    for key in _BESIDE & texts.keys():
        texts[f"auth.{key}"] = texts.pop(key)
    if url := texts.get("auth.auth_url"):
        texts["auth.auth_url"] = url._replace(text=url.text.replace("{region_name}", name))
    return texts


def _values(texts: Mapping[str, Text]) -> Mapping[str, Value]:
    """The settings that an entry has."""
    sign_in = texts.get("auth_type") or texts.get("auth_plugin")
    if sign_in and sign_in.text not in _SIGN_INS:
        raise SettingsError(
            f"{sign_in.where} signs in with {_way(sign_in.text)}, which is not supported: use a "
            "password, a token or an access key"
        )
    found = {
        key: next((texts[name] for name in names if name in texts), None)
        for key, names in _KEYS.items()
    }
    insecure, verify = texts.get("insecure"), texts.get("verify")
    if insecure and switch(insecure.text) is None:
        raise SettingsError(f"{insecure.where} must be true or false")
    if insecure and switch(insecure.text):
        found["insecure"] = insecure._replace(text="on")
    elif verify and switch(verify.text) is None:
        found["caCert"] = found["caCert"] or verify
    elif verify and not switch(verify.text):
        found["insecure"] = verify._replace(text="on")
    values = {}
    for key, text in found.items():
        # A password may begin or end with a blank; nothing else does.
        trimmed = "" if text is None else text.text if key == "password" else text.text.strip()
        if text and trimmed:
            values[key] = Value(trimmed, "clouds.yaml", CLOUD, SETTINGS[key].secret, text.where)
    return values


def _way(sign_in: str) -> str:
    """One of OpenStack's ways to sign in by its name; any other text may be anything."""
    from keystoneauth1.loading import get_available_plugin_names  # noqa: PLC0415

    return sign_in if sign_in in get_available_plugin_names() else "something"
