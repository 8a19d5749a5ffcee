"""The signature against the vendor's published example and the vendor's own signer."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.client.auth import SdkSigner
from stand_ins import HandClock

ACCESS_KEY = "QTWAOYTTINDUT2QVKYUC"
SECRET_KEY = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"


def signed(request: httpx.Request, signer: SdkSigner) -> httpx.Request:
    return next(signer.sync_auth_flow(request))


def test_the_published_example() -> None:
    """Source: the vendor's "API Request Signing Guide"; the key pair is public."""
    moment = datetime(2019, 11, 15, 3, 36, 55, tzinfo=UTC).timestamp()
    request = signed(
        httpx.Request(
            "GET",
            "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
            params={"limit": "2", "marker": "13551d6b-755d-4757-b956-536f674975c0"},
            headers={"Content-Type": "application/json"},
        ),
        SdkSigner(ACCESS_KEY, SECRET_KEY, clock=HandClock(moment)),
    )
    assert request.headers["X-Sdk-Date"] == "20191115T033655Z"
    assert request.headers["Authorization"] == (
        "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, "
        "SignedHeaders=content-type;host;x-sdk-date, "
        "Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
    )


PRINTABLE = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), max_size=12)
SEGMENT = st.text(
    st.characters(min_codepoint=0x21, exclude_characters="/?#%\x7f", exclude_categories=["Cs"]),
    min_size=1,
    max_size=10,
).filter(lambda text: text not in {".", ".."})
HEADER = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=12)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=st.lists(SEGMENT, min_size=1, max_size=5),
    slash=st.booleans(),
    params=st.dictionaries(PRINTABLE.filter(bool), PRINTABLE, max_size=5),
    body=st.binary(max_size=60),
    project_id=st.none() | HEADER,
    security_token=st.none() | HEADER,
    port=st.sampled_from(["", ":8443"]),
    now=st.integers(min_value=0, max_value=4_000_000_000),
)
def test_the_vendors_signer_agrees(  # noqa: PLR0917 -- the parts of a request
    method: str,
    path: list[str],
    slash: bool,
    params: dict[str, str],
    body: bytes,
    project_id: str | None,
    security_token: str | None,
    port: str,
    now: int,
) -> None:
    resource = "/" + "/".join(path) + ("/" if slash else "")
    request = signed(
        httpx.Request(
            method,
            httpx.URL(f"https://dli.example.com{port}").copy_with(path=resource),
            params=params,
            headers={"Content-Type": "application/json", "User-Agent": "not signed"},
            content=body,
        ),
        SdkSigner(
            ACCESS_KEY,
            SECRET_KEY,
            security_token=security_token,
            project_id=lambda: project_id,
            clock=HandClock(now),
        ),
    )
    names = ("Content-Type", "Host", "X-Sdk-Date", "X-Project-Id", "X-Security-Token")
    theirs = SdkRequest(
        method=method,
        schema="https",
        host=request.headers["Host"],
        resource_path=resource,
        query_params=list(params.items()),
        header_params={n: request.headers[n] for n in names if n in request.headers},
        body=body,
    )
    Signer(BasicCredentials(ACCESS_KEY, SECRET_KEY)).sign(theirs)
    assert request.headers["Authorization"] == theirs.header_params["Authorization"]
    assert request.url.raw_path.decode().partition("?")[2] == theirs.uri.partition("?")[2]


def test_the_body_that_is_sent_is_the_body_that_is_signed() -> None:
    signer = SdkSigner(ACCESS_KEY, SECRET_KEY, clock=HandClock(0.0))
    signatures = {
        signed(httpx.Request("PUT", "https://dli.x/", json=body), signer).headers["Authorization"]
        for body in ({"a": 1}, {"a": 2}, {})
    }
    assert len(signatures) == 3


@pytest.mark.parametrize("shown", [repr, str])
def test_a_signer_shows_no_secret(shown: type[str]) -> None:
    signer = SdkSigner(ACCESS_KEY, SECRET_KEY, security_token="planted")
    assert "planted" not in shown(signer)
    assert SECRET_KEY not in shown(signer)
