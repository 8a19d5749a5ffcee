"""The signature of a request made with an access key, form A: `SDK-HMAC-SHA256`.

Pure arithmetic over what is sent. Source: the service family's "API Request Signing
Guide". The gateway allows a clock to be off by 15 minutes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote

_ALGORITHM = "SDK-HMAC-SHA256"
_SIGNED = {"content-type", "host", "x-project-id", "x-sdk-date", "x-security-token"}


def sdk_date(now: float) -> str:
    """Epoch seconds as the `X-Sdk-Date` header has them."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")


def canonical_query(raw: str) -> str:
    """A query string with its pairs sorted, and encoded the one way that is signed."""
    pairs = sorted(parse_qsl(raw, keep_blank_values=True))
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)


def authorization(  # noqa: PLR0913 -- the parts that are signed
    access_key: str,
    secret_key: str,
    *,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
) -> str:
    """The `Authorization` header.

    Args:
        access_key: names the key.
        secret_key: signs, and is not part of the result.
        method: the HTTP method.
        path: the path as it is sent.
        query: as `canonical_query` returns it.
        headers: names in lower case; `x-sdk-date` must be there.
        body: the bytes that are sent.
    """
    signed = sorted(headers.keys() & _SIGNED)
    canonical = "\n".join(
        [
            method.upper(),
            _canonical_path(path),
            query,
            *(f"{name}:{headers[name].strip()}" for name in signed),
            "",
            ";".join(signed),
            hashlib.sha256(body).hexdigest(),
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{_ALGORITHM}\n{headers['x-sdk-date']}\n{digest}".encode()
    signature = hmac.new(secret_key.encode(), to_sign, hashlib.sha256).hexdigest()
    return (
        f"{_ALGORITHM} Access={access_key}, SignedHeaders={';'.join(signed)}, Signature={signature}"
    )


def _canonical_path(path: str) -> str:
    canonical = quote(unquote(path), safe="/~")
    return canonical if canonical.endswith("/") else canonical + "/"
