"""What is a URL of a service, and what is wrong with one that is not."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import urlsplit

MOST = 2048
_URL = re.compile(
    r"https?://(?:\[(?P<address>[^\]]*)\]|(?P<host>[^/:\[\]]*))(?::(?P<port>[^/]*))?(?P<path>/.*)?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?", re.IGNORECASE)
_PATH = re.compile(r"(?:[\w.~!$&'()*+,;=:/-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_MOST_LABEL, _MOST_HOST, _MOST_PORT = 63, 253, 65535


def url_problem(text: str) -> str:
    """What is wrong with the URL of a service, without repeating it; "" when nothing is.

    The HTTP library would mend some of these in silence, and stumble over others at the first
    request only.
    """
    if len(text) > MOST:
        return f"it has {len(text)} characters, and {MOST} are allowed"
    if not text.isascii():
        return "it holds characters beyond ASCII; write the name of a host in its `xn--` form"
    if not text.isprintable() or " " in text:
        return "it holds a blank or a control character"
    for mark, words in (("@", "a user"), ("?", "a query"), ("#", "a fragment")):
        if mark in text:
            return f"it holds {words}"
    found = _URL.fullmatch(text)
    if found is None:
        return "it does not begin with https:// or http:// and the name of a host"
    address, host, port, path = found.group("address", "host", "port", "path")
    if port is not None and not (re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) <= _MOST_PORT):
        return f"its port is not a number from 1 to {_MOST_PORT}"
    if not _PATH.fullmatch(path or ""):
        return "its path holds a character that a path cannot have"
    return _host_problem(host) if address is None else _address_problem(address)


def _host_problem(host: str) -> str:
    labels = host.removesuffix(".").split(".")
    if len(host) > _MOST_HOST or any(len(label) > _MOST_LABEL for label in labels):
        return (
            f"the name of its host is too long: {_MOST_LABEL} characters between two dots, "
            f"{_MOST_HOST} in all"
        )
    if not all(map(_LABEL.fullmatch, labels)):
        return "the name of its host may hold letters, digits, `-`, and single dots between them"
    return ""


def _address_problem(address: str) -> str:
    try:
        plain = IPv6Address(address).scope_id is None
    except ValueError:
        plain = False
    return "" if plain else "its address is not one of IPv6"


def loopback(url: str) -> bool:
    """Whether a URL leads to this machine."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}
