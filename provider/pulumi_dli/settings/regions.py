"""Where a region's services are, as far as that is published."""

from __future__ import annotations

import difflib
from urllib.parse import urlsplit

_OTC_IDENTITY = {
    "eu-de": "https://iam.eu-de.otc.t-systems.com",
    "eu-nl": "https://iam.eu-nl.otc.t-systems.com",
    "eu-ch2": "https://iam-pub.eu-ch2.sc.otc.t-systems.com",
}

_OTC_DLI = {"eu-de": "https://dli.eu-de.otc.t-systems.com"}

_CONSOLES = {
    "eu-de": "https://console.otc.t-systems.com/",
    "eu-nl": "https://console.otc.t-systems.com/",
    "cn-": "https://console.huaweicloud.com/dli",
}
"""By what a region begins with. Where Huawei Cloud's other customers sign in, their account says,
and no address of a single job is documented."""

_HUAWEI = frozenset(
    {
        *("cn-north-1", "cn-north-2", "cn-north-4", "cn-north-9"),
        *("cn-east-2", "cn-east-3", "cn-south-1", "cn-southwest-2"),
        *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"),
        *("la-north-2", "la-south-2", "na-mexico-1", "sa-brazil-1", "af-south-1"),
        *("tr-west-1", "me-east-1", "ae-ad-1", "my-kualalumpur-1", "ru-northwest-2"),
        *("eu-west-0", "eu-west-101"),
    }
)

_TOPS = (
    (".otc.t-systems.com", frozenset(_OTC_IDENTITY)),
    (".myhuaweicloud.com", _HUAWEI),
    (".myhuaweicloud.eu", _HUAWEI),
)


def dli_endpoint(region: str) -> str | None:
    """The public DLI endpoint of a region, or None where none is published."""
    return _OTC_DLI.get(region) or _huawei("dli", region)


def near(region: str) -> str:
    """Which region with DLI may be meant, or else which there are: how a clause begins."""
    known = () if region in _OTC_IDENTITY else (*_OTC_DLI, *sorted(_HUAWEI))
    found = difflib.get_close_matches(region.lower(), known, n=1)
    if found:
        return f"did you mean {found[0]}? Else"
    return f"there are {', '.join(_OTC_DLI)} and the public regions of Huawei Cloud; else"


def obs_endpoint(region: str) -> str | None:
    """The endpoint of the object service of a region, or None where none is published."""
    if region in _OTC_IDENTITY:
        top = "sc.otc" if region == "eu-ch2" else "otc"
        return f"https://obs.{region}.{top}.t-systems.com"
    return _huawei("obs", region)


def identity_url(region: str) -> str | None:
    """The identity (IAM) URL of a region, without `/v3`, or None where none is published."""
    return _OTC_IDENTITY.get(region) or _huawei("iam", region)


def region_of(url: str) -> str | None:
    """The region of a public endpoint, which its host names; None for any other."""
    host = urlsplit(url).hostname or ""
    for top, regions in _TOPS:
        if host.endswith(top):
            return next((label for label in host.split(".") if label in regions), None)
    return None


def console_of(endpoint: str) -> str | None:
    """The web console beside a public DLI endpoint, or None where none is documented."""
    region = region_of(endpoint) or ""
    found = (url for start, url in _CONSOLES.items() if region.startswith(start))
    return next(found, None)


def _huawei(service: str, region: str) -> str | None:
    if region not in _HUAWEI:
        return None
    top = "eu" if region == "eu-west-101" else "com"
    return f"https://{service}.{region}.myhuaweicloud.{top}"
