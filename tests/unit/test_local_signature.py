"""The signature check: the published vector, and whatever the official signer signs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.local.signin.signature import SignedRequest, fault
from pulumi_dli.local.signin.tokens import KeyPair

VECTOR_KEYS = KeyPair("QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc")
VECTOR_TIME = datetime(2019, 11, 15, 3, 36, 55, tzinfo=UTC).timestamp()
VECTOR_HEADERS = {
    "Host": "service.region.example.com",
    "Content-Type": "application/json",
    "X-Sdk-Date": "20191115T033655Z",
    "Authorization": (
        "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, "
        "Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
    ),
}
NOW = 1_800_000_000.0
DATE = "20270115T080000Z"
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="/?#", exclude_categories=["C"]))
NAMES = st.from_regex(r"X-[A-Za-z0-9]{1,8}", fullmatch=True)
VALUES = st.from_regex(r"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True)


def vector(**changes: object) -> SignedRequest:
    parts: dict[str, object] = {
        "method": "GET",
        "path": "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
        "query": "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
        "headers": VECTOR_HEADERS,
        "body": b"",
    }
    return SignedRequest(**parts | changes)  # type: ignore[arg-type]


def checked(request: SignedRequest, keys: KeyPair = VECTOR_KEYS, now: float = VECTOR_TIME) -> str:
    return fault(request, {keys.access_key: keys}.get, now) or "good"


def test_the_published_vector_is_good() -> None:
    assert checked(vector()) == "good"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "POST"}, "verify"),
        ({"path": "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/subnets"}, "verify"),
        ({"query": "limit=3"}, "verify"),
        ({"body": b"x"}, "verify"),
        ({"headers": VECTOR_HEADERS | {"Content-Type": "text/plain"}}, "verify"),
        ({"headers": VECTOR_HEADERS | {"X-Security-Token": "x"}}, "security token"),
        ({"headers": VECTOR_HEADERS | {"Authorization": "Basic eA=="}}, "malformed"),
        ({"headers": {k: v for k, v in VECTOR_HEADERS.items() if k != "X-Sdk-Date"}}, "missing"),
        ({"headers": VECTOR_HEADERS | {"X-Sdk-Content-Sha256": "UNSIGNED-PAYLOAD"}}, "good"),
    ],
)
def test_a_changed_request_is_not(change: dict[str, object], words: str) -> None:
    assert words in checked(vector(**change))


def test_the_date_has_to_be_signed() -> None:
    unsigned = VECTOR_HEADERS["Authorization"].replace(";x-sdk-date", "")
    headers = VECTOR_HEADERS | {"Authorization": unsigned}
    assert checked(vector(headers=headers)) == "signed headers missing"


def test_keys_that_ended_are_no_keys() -> None:
    ended = KeyPair(VECTOR_KEYS.access_key, VECTOR_KEYS.secret_key, expires_at=VECTOR_TIME)
    assert "expired" in checked(vector(), ended)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=st.lists(WORDS, min_size=1, max_size=4),
    query=st.dictionaries(WORDS.filter(bool), WORDS, max_size=4),
    headers=st.dictionaries(NAMES, VALUES, max_size=4),
    body=st.one_of(st.just(""), WORDS),
    kind=st.sampled_from(["application/json", "text/plain"]),
)
def test_what_the_official_signer_signs_is_good(
    method: str,
    path: list[str],
    query: dict[str, str],
    headers: dict[str, str],
    body: str,
    kind: str,
) -> None:
    request = SdkRequest(
        method=method,
        schema="http",
        host="127.0.0.1:8080",
        resource_path="/" + "/".join(path),
        query_params=list(query.items()),
        header_params={"X-Sdk-Date": DATE, "Content-Type": kind} | headers,
        body=body,
    )
    # It reads a percent sign in a path as an escape, which a server never gets to see.
    request.resource_path = request.resource_path.replace("%", "")
    signed = Signer(BasicCredentials("KEY", "SECRET")).sign(request)
    _, _, raw_query = signed.uri.partition("?")
    sent = SignedRequest(
        method, signed.resource_path, raw_query, signed.header_params, body.encode()
    )
    assert checked(sent, KeyPair("KEY", "SECRET"), NOW) == "good"
    assert checked(sent, KeyPair("KEY", "OTHER"), NOW) != "good"
