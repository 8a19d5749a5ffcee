"""Checks `SDK-HMAC-SHA256` signatures, whatever headers the caller chose to sign.

Only `X-Sdk-Date` has to be among them.
https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_dli.local.signin.tokens import KeyPair

ALGORITHM = "SDK-HMAC-SHA256"
DATE_HEADER = "x-sdk-date"
HASH_HEADER = "x-sdk-content-sha256"
UNSIGNED = "UNSIGNED-PAYLOAD"
SKEW = 15 * 60
"""Seconds that the caller's clock may be wrong."""
HEADER = re.compile(
    rf"{ALGORITHM} +Access=(?P<access>[^,\s]+), *"
    r"SignedHeaders=(?P<headers>[^,\s]+), *Signature=(?P<signature>[0-9a-fA-F]+)"
)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a signature covers. `path` is decoded, `query` is raw, header names any case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def fault(request: SignedRequest, keys: Callable[[str], KeyPair | None], now: float) -> str | None:
    """What is wrong with a request's signature; None: it is good.

    Args:
        request: as it came.
        keys: gives the key pair of an access key.
        now: seconds since 1970.
    """
    headers = {name.lower(): value.strip() for name, value in request.headers.items()}
    found = HEADER.fullmatch(headers.get("authorization", ""))
    if not found:
        return "authorization header malformed"
    pair = keys(found["access"])
    if pair is None or (pair.expires_at is not None and pair.expires_at <= now):
        return "access key not found or expired"
    if not hmac.compare_digest(
        headers.get("x-security-token", "").encode(), pair.security_token.encode()
    ):
        return "security token missing or wrong"
    names = found["headers"].lower().split(";")
    if DATE_HEADER not in names or any(name not in headers for name in names):
        return "signed headers missing"
    try:
        date = datetime.strptime(headers[DATE_HEADER], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return "X-Sdk-Date malformed"
    if abs(date.timestamp() - now) > SKEW:
        return "X-Sdk-Date is more than 15 minutes off"
    for payload in _payloads(request, headers):
        canonical = _canonical(request, headers, names, payload)
        text = f"{ALGORITHM}\n{headers[DATE_HEADER]}\n{_sha256(canonical.encode())}"
        good = hmac.new(pair.secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
        if hmac.compare_digest(good, found["signature"].lower()):
            return None
    return "verify signature failed"


def _payloads(request: SignedRequest, headers: Mapping[str, str]) -> set[str]:
    """The body's digest, and the word that a caller may sign in its place."""
    allowed = {_sha256(request.body)}
    if headers.get(HASH_HEADER) == UNSIGNED:
        allowed.add(UNSIGNED)
    return allowed


def _canonical(
    request: SignedRequest, headers: Mapping[str, str], names: list[str], payload: str
) -> str:
    path = "/".join(quote(part, safe="~") for part in unquote(request.path).split("/"))
    query = sorted(parse_qsl(request.query, keep_blank_values=True))
    return "\n".join(
        [
            request.method.upper(),
            path if path.endswith("/") else path + "/",
            "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in query),
            "".join(f"{name}:{headers[name]}\n" for name in sorted(names)),
            ";".join(names),
            payload,
        ]
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
