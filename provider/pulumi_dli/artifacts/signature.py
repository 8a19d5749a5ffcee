"""The signature of a request to the object service: `AWS4-HMAC-SHA256`, service `s3`.

Pure arithmetic over what is sent. Source: OBS, "Authentication of Signature in a Header", V4. The
path is signed as it is sent: with the bucket in path style, without it in virtual-host style.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"
_SERVICE = "s3"
_SIGNED = {"host", "content-type", "content-md5", "range"}


def amz_date(now: float) -> str:
    """Epoch seconds as the `x-amz-date` header has them."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")


def encoded(text: str, *, safe: str = "") -> str:
    """A text percent-encoded the one way that is signed."""
    return quote(text, safe=f"~{safe}")


def canonical_query(params: Mapping[str, str]) -> str:
    """A query as it is signed and sent: encoded, and in the order of the encoded names."""
    return "&".join(f"{k}={v}" for k, v in sorted((encoded(k), encoded(params[k])) for k in params))


def authorization(  # noqa: PLR0913 -- the parts that are signed
    access_key: str,
    secret_key: str,
    *,
    region: str,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
) -> str:
    """The `Authorization` header.

    Args:
        access_key: names the key.
        secret_key: signs, and is not part of the result.
        region: of the bucket.
        method: the HTTP method.
        path: the path as it is sent, percent-encoded.
        query: as `canonical_query` returns it.
        headers: names in lower case; `host`, `x-amz-date` and `x-amz-content-sha256`, which is
            the digest of the body, must be there.
    """
    names = sorted(name for name in headers if name in _SIGNED or name.startswith("x-amz-"))
    date = headers["x-amz-date"]
    scope = f"{date[:8]}/{region}/{_SERVICE}/aws4_request"
    canonical = "\n".join(
        [
            method.upper(),
            path,
            query,
            *(f"{name}:{' '.join(headers[name].split())}" for name in names),
            "",
            ";".join(names),
            headers["x-amz-content-sha256"],
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, f"{_ALGORITHM}\n{date}\n{scope}\n{digest}".encode(), "sha256")
    return (
        f"{_ALGORITHM} Credential={access_key}/{scope}, SignedHeaders={';'.join(names)}, "
        f"Signature={signature.hex()}"
    )
