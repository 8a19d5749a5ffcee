"""Checks the signatures of S3 (V4 and V2) and OBS's own, of the local identity's keys.

- V4: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`
- V2: `AWS ACCESS_KEY:SIGNATURE`, over the `x-amz-` headers
- OBS: `OBS ACCESS_KEY:SIGNATURE`, the same over the `x-obs-` headers

Chosen: V4 may be for any region, and has to sign all headers that begin with `x-amz-`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from pulumi_dli.local.obs.refusals import FORBIDDEN, ObjectRefusal, bad, denied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pulumi_dli.local.signin.tokens import KeyPair

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
SKEW = 15 * 60
"""Seconds that the caller's clock may be wrong."""
V4 = re.compile(
    rf"{ALGORITHM} +Credential=(?P<access>[^,\s/]+)/(?P<scope>\d{{8}}/[^,\s/]+"
    r"/s3/aws4_request), *SignedHeaders=(?P<headers>[^,\s]+), *Signature=(?P<signature>[0-9a-f]+)"
)
PLAIN = re.compile(r"(?P<form>AWS|OBS) +(?P<access>[^\s:]+):(?P<signature>[A-Za-z0-9+/=]+)")
OURS = (f"{ALGORITHM} ", "AWS ", "OBS ")
"""How an `Authorization` begins that the object service reads."""
SUBRESOURCES = frozenset(
    {
        *("acl", "cors", "delete", "encryption", "lifecycle", "location", "logging", "metadata"),
        *("modify", "notification", "object-lock", "partNumber", "policy", "quota", "replication"),
        *("requestPayment", "restore", "storageClass", "storageinfo", "storagePolicy", "tagging"),
        *("torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website"),
        *("response-cache-control", "response-content-disposition", "response-content-encoding"),
        *("response-content-language", "response-content-type", "response-expires"),
    }
)
"""Parameters of a query that V2 and OBS sign; the others they leave open."""
PATHS = ("/~", "/~!$&'()*+,;=:@", "/-_.~!*'();:@&=+$,?%#[]")
"""What clients leave unencoded in a path. Each of them means the same path."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it was sent: its path decoded, its query raw, names of headers in lower case.

    `bucket` is that of the host; empty where the path names it.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    bucket: str = ""


@dataclass(slots=True)
class Chain:
    """The signatures of the chunks of a payload, each over the one before."""

    key: bytes = field(repr=False)
    date: str
    scope: str
    last: str

    def goes_on(self, signature: str, *digests: str, kind: str = "PAYLOAD") -> bool:
        """Whether a signature is the next one."""
        text = "\n".join([f"{ALGORITHM}-{kind}", self.date, self.scope, self.last, *digests])
        self.last = _hmac(self.key, text).hex()
        return hmac.compare_digest(self.last.encode(), signature.encode())


@dataclass(frozen=True, slots=True)
class Signed:
    """What a good signature says of the payload: its digest, or how it is sent instead."""

    payload: str
    chain: Chain | None = None


def signed(sent: Sent, keys: Callable[[str], KeyPair | None], now: float) -> Signed:
    """What a request's signature covers.

    Args:
        sent: the request.
        keys: gives the key pair of an access key.
        now: seconds since 1970.

    Raises:
        ObjectRefusal: there is no signature, or none that is good.
    """
    header = sent.headers.get("authorization", "")
    if found := V4.fullmatch(header):
        return _v4(sent, found, _pair(sent, keys, found["access"], "x-amz-", now), now)
    if found := PLAIN.fullmatch(header):
        prefix = {"AWS": "x-amz-", "OBS": "x-obs-"}[found["form"]]
        pair = _pair(sent, keys, found["access"], prefix, now)
        return _plain(sent, found["signature"], pair, prefix, now)
    if header.startswith(OURS):
        raise bad("AuthorizationHeaderMalformed", "The Authorization header is malformed.")
    raise denied("The request has no signature that the object service reads.")


def _pair(
    sent: Sent, keys: Callable[[str], KeyPair | None], access: str, prefix: str, now: float
) -> KeyPair:
    pair = keys(access)
    if pair is None:
        raise ObjectRefusal(FORBIDDEN, "InvalidAccessKeyId", "There is no such access key.")
    token = sent.headers.get(f"{prefix}security-token", "")
    if not hmac.compare_digest(token.encode(), pair.security_token.encode()):
        raise bad("InvalidToken", "The security token is missing, or is not that of the key.")
    if pair.expires_at is not None and pair.expires_at <= now:
        raise bad("ExpiredToken", "The temporary key has expired.")
    return pair


def _v4(sent: Sent, found: re.Match[str], pair: KeyPair, now: float) -> Signed:
    headers = {name: " ".join(value.split()) for name, value in sent.headers.items()}
    names = found["headers"].lower().split(";")
    ours = {name for name in headers if name.startswith("x-amz-")}
    payload = headers.get("x-amz-content-sha256", "")
    if not payload:
        raise bad("InvalidRequest", "The header x-amz-content-sha256 is missing.")
    if not {"host", "x-amz-date", *ours} <= set(names) <= headers.keys():
        raise denied("There are headers that have to be signed, and are not or are not there.")
    date = headers["x-amz-date"]
    _demand_near(_moment(date), now)
    pairs = parse_qsl(sent.query, keep_blank_values=True)
    query = sorted((quote(key, safe="~"), quote(value, safe="~")) for key, value in pairs)
    canonical = "\n".join(
        [
            sent.method,
            quote(sent.path, safe="/~"),
            "&".join(f"{key}={value}" for key, value in query),
            "".join(f"{name}:{headers[name]}\n" for name in sorted(names)),
            ";".join(sorted(names)),
            payload,
        ]
    )
    text = (
        f"{ALGORITHM}\n{date}\n{found['scope']}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    )
    key = f"AWS4{pair.secret_key}".encode()
    for part in found["scope"].split("/"):
        key = _hmac(key, part)
    good = _hmac(key, text).hex()
    if not hmac.compare_digest(good, found["signature"]):
        raise _mismatch()
    return Signed(payload, Chain(key, date, found["scope"], good))


def _plain(sent: Sent, signature: str, pair: KeyPair, prefix: str, now: float) -> Signed:
    own = sent.headers.get(f"{prefix}date")
    _demand_near(_moment(own or sent.headers.get("date", "")), now)
    head = [
        sent.method,
        sent.headers.get("content-md5", ""),
        sent.headers.get("content-type", ""),
        "" if own else sent.headers["date"],
        *(
            f"{name}:{' '.join(value.split())}"
            for name, value in sorted(sent.headers.items())
            if name.startswith(prefix)
        ),
    ]
    for resource in _resources(sent, prefix):
        text = "\n".join([*head, resource]).encode()
        good = base64.b64encode(hmac.digest(pair.secret_key.encode(), text, "sha1"))
        if hmac.compare_digest(good, signature.encode()):
            return Signed(sent.headers.get("x-amz-content-sha256", UNSIGNED))
    raise _mismatch()


def _resources(sent: Sent, prefix: str) -> Iterable[str]:
    """What is asked for, in the spellings that clients sign."""
    whole = f"/{sent.bucket}{sent.path}" if sent.bucket else sent.path
    paths = [quote(whole, safe=safe) for safe in PATHS]
    if whole.count("/") < 2 or whole.endswith("/"):  # noqa: PLR2004 -- a bucket itself
        paths += [f"{whole.rstrip('/')}/", whole.rstrip("/")]
    pairs = parse_qsl(sent.query, keep_blank_values=True)
    query = "&".join(
        f"{key}={value}" if value else key
        for key, value in sorted(pairs)
        if key in SUBRESOURCES or key.startswith(prefix)
    )
    return [f"{path}?{query}" if query else path for path in dict.fromkeys(paths)]


def _moment(text: str) -> float:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ArithmeticError, LookupError, TypeError, ValueError):
        raise denied("The request has no date that can be read.") from None


def _demand_near(moment: float, now: float) -> None:
    if abs(moment - now) > SKEW:
        text = "The date of the request is more than 15 minutes off."
        raise ObjectRefusal(FORBIDDEN, "RequestTimeTooSkewed", text)


def _mismatch() -> ObjectRefusal:
    text = "The signature is not the one that the request has to have."
    return ObjectRefusal(FORBIDDEN, "SignatureDoesNotMatch", text)


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
