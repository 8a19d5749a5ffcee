"""The settings there are, and where each is looked for.

The first source that has a value wins:

1. the resource's own argument (`region` and `project_id` only);
2. the stack's configuration, `dli:<key>`;
3. the environment: the `OS_*` names that OpenStack tools read, then Huawei's `HW_*`;
4. the entry of `clouds.yaml` that `dli:cloud` or `OS_CLOUD` names.

An empty value counts as none. What a setting means together with the others is decided
in `settings.py`; this file only finds and remembers.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pulumi_dli.console import MASK

NAMESPACE = "dli:"
"""What the key of a setting begins with in a stack's configuration."""
TRACE = "PULUMI_DLI_TRACE"
"""The variable of the environment that names a file for a trace of the requests."""


class Setting(NamedTuple):
    """One setting: its key after `dli:`, what it is in words, and its other names."""

    key: str
    words: str
    environment: tuple[str, ...] = ()
    secret: bool = False
    argument: str = ""


_TABLE = (
    Setting("endpoint", "the DLI endpoint (a URL, or `local`)"),
    Setting("obsEndpoint", "the endpoint of the object service (OBS)"),
    Setting(
        "region",
        "the region",
        ("OS_REGION_NAME", "OS_REGION", "HW_REGION_NAME"),
        argument="region",
    ),
    Setting(
        "projectId",
        "the project id",
        ("OS_PROJECT_ID", "OS_TENANT_ID", "HW_PROJECT_ID"),
        argument="project_id",
    ),
    Setting(
        "projectName",
        "the project name",
        ("OS_PROJECT_NAME", "OS_TENANT_NAME", "HW_PROJECT_NAME"),
    ),
    Setting("authUrl", "the identity (IAM) URL", ("OS_AUTH_URL", "HW_AUTH_URL")),
    Setting("username", "the user name", ("OS_USERNAME", "HW_USER_NAME")),
    Setting("userId", "the user id", ("OS_USER_ID", "HW_USER_ID")),
    Setting("password", "the password", ("OS_PASSWORD", "HW_USER_PASSWORD"), secret=True),
    Setting(
        "domainName",
        "the user's domain (account) name",
        ("OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME", "HW_DOMAIN_NAME"),
    ),
    Setting(
        "domainId",
        "the user's domain (account) id",
        # Not OS_PROJECT_DOMAIN_ID: it often stands beside OS_USER_DOMAIN_NAME, and an id wins.
        ("OS_USER_DOMAIN_ID", "OS_DOMAIN_ID", "HW_DOMAIN_ID"),
    ),
    Setting("token", "a ready token", ("OS_TOKEN", "OS_AUTH_TOKEN", "HW_AUTH_TOKEN"), secret=True),
    Setting("accessKey", "the access key", ("OS_ACCESS_KEY", "HW_ACCESS_KEY"), secret=True),
    Setting("secretKey", "the secret key", ("OS_SECRET_KEY", "HW_SECRET_KEY"), secret=True),
    Setting(
        "securityToken",
        "the security token of a temporary access key",
        ("OS_SECURITY_TOKEN", "HW_SECURITY_TOKEN"),
        secret=True,
    ),
    Setting("signature", "the form of the access key's signature"),
    Setting("agencyName", "the agency", ("OS_AGENCY_NAME", "HW_ASSUME_ROLE_AGENCY_NAME")),
    Setting(
        "agencyDomainName",
        "the domain (account) that made the agency",
        ("OS_AGENCY_DOMAIN_NAME", "HW_ASSUME_ROLE_DOMAIN_NAME"),
    ),
    Setting("cloud", "a name in clouds.yaml", ("OS_CLOUD",)),
    Setting("caCert", "a file with the certificate authorities to trust", ("OS_CACERT",)),
    Setting("insecure", "whether certificates go unchecked", ("OS_INSECURE", "HW_INSECURE")),
    Setting("maxRetries", "how often a request is repeated", ("HW_MAX_RETRIES",)),
    Setting("defaultTags", "tags for every job"),
    Setting("ignoreTags", "keys of tags that others manage"),
    Setting("artifacts", "the bucket that local files go to"),
    Setting("startsPerQueue", "how many jobs start at a time on a queue"),
    Setting("watchArtifacts", "whether a refresh sees jars that were overwritten"),
    Setting("preflight", "whether preview looks things up"),
    Setting("localPath", "the folder of the local DLI", ("PULUMI_DLI_LOCAL_PATH",)),
    Setting("localFlinkVersion", "the Flink that the local DLI starts all jobs on"),
)

SETTINGS: Mapping[str, Setting] = {setting.key: setting for setting in _TABLE}
"""Every setting by its key."""

ARGUMENT, CONFIG, _OPENSTACK, _HUAWEI, CLOUD, DEFAULT = range(6)
"""The sources in their order; the last is a value that nobody set."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it came from.

    Attributes:
        text: the value; never shown by `repr`, because it may be a secret.
        source: where it was found, in words, such as "environment OS_REGION_NAME".
        rank: how far down the order that source stands; smaller wins.
        secret: whether `shown` is a mask.
        key: the key and the file, where the source is a file.
    """

    text: str = field(repr=False)
    source: str
    rank: int = DEFAULT
    secret: bool = False
    key: str = ""

    @property
    def where(self) -> str:
        """Where to go to change it."""
        return self.key or self.source

    @property
    def shown(self) -> str:
        """The value as a person may see it."""
        return MASK if self.secret else self.text


class Sources:
    """The sources where settings are looked for, in their order."""

    def __init__(
        self,
        config: Mapping[str, str],
        environ: Mapping[str, str],
        arguments: Mapping[str, str | None],
        cloud: Mapping[str, Value] | None = None,
    ) -> None:
        self._config = config
        self._environ = environ
        self._arguments = arguments
        self._cloud = cloud or {}

    def with_cloud(self, cloud: Mapping[str, Value]) -> Sources:
        """The same sources, with an entry of clouds.yaml as the last."""
        return Sources(self._config, self._environ, self._arguments, cloud)

    def of_stack(self) -> Sources:
        """The same sources without the resource's own arguments."""
        return Sources(self._config, self._environ, {}, self._cloud)

    def find(self, key: str) -> Value | None:
        """The first value that `key` has anywhere."""
        setting = SETTINGS[key]
        candidates = [
            (self._arguments.get(key), f"argument {setting.argument}", ARGUMENT),
            (self._config.get(key), f"stack config dli:{key}", CONFIG),
            *(
                (
                    self._environ.get(name),
                    f"environment {name}",
                    _HUAWEI if name.startswith("HW_") else _OPENSTACK,
                )
                for name in setting.environment
            ),
        ]
        for text, source, rank in candidates:
            # A password may begin or end with a blank; nothing else does.
            trimmed = text if key == "password" else (text or "").strip()
            if trimmed:
                return Value(trimmed, source, rank, setting.secret)
        return self._cloud.get(key)

    def nearest(self, *keys: str) -> tuple[str, Value] | None:
        """Of settings that stand for one another, the one from the nearest source.

        A project name in the stack's configuration beats a project id in the
        environment. In the same source the key named first wins.
        """
        found = [(key, value) for key in keys if (value := self.find(key))]
        return min(found, key=lambda pair: pair[1].rank, default=None)


def unknown(config: Iterable[str]) -> list[str]:
    """One sentence for each key of a stack's configuration that is no setting."""
    lower = {key.lower(): key for key in SETTINGS}
    sentences = []
    for key in sorted(set(config) - SETTINGS.keys()):
        near = difflib.get_close_matches(key.lower(), lower, n=1, cutoff=0.8)
        advice = (
            f"did you mean dli:{lower[near[0]]}?"
            if near
            else f"`pulumi config rm dli:{key}` takes it out"
        )
        sentences.append(f"dli:{key}: there is no such setting; {advice}")
    return sentences


def looked_at(*keys: str) -> str:
    """Every source in which these settings are looked for, in words and in order."""
    settings = [SETTINGS[key] for key in keys]
    arguments = [setting.argument for setting in settings if setting.argument]
    names = [name for setting in settings for name in setting.environment]
    words = []
    if arguments:
        words.append("argument " + ", ".join(arguments))
    words.append("stack config " + ", ".join(f"dli:{key}" for key in keys))
    if names:
        words.append("environment " + ", ".join(names))
    return "; ".join(words)
