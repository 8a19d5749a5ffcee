"""What is sent to the object service, and signed: botocore's signer and encoder are the oracle."""

from __future__ import annotations

import hashlib

import httpx
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import percent_encode
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.artifacts.keys import GivenKeys, Keys
from pulumi_dli.artifacts.objects import Objects
from pulumi_dli.artifacts.payload import Payload
from pulumi_dli.artifacts.requests import Sender
from pulumi_dli.artifacts.signature import authorization
from pulumi_dli.client.transport import Transport
from pulumi_dli.job.object_url import ObjectUrl
from stand_ins import HandClock

ENDPOINTS = {
    "https://obs.example.com": ("https://jars.obs.example.com", ""),
    "https://obs.example.com:8443": ("https://jars.obs.example.com:8443", ""),
    "http://127.0.0.1:9000": ("http://127.0.0.1:9000", "/jars"),
    "http://localhost:9000": ("http://localhost:9000", "/jars"),
    "https://[2001:db8::1]:9000": ("https://[2001:db8::1]:9000", "/jars"),
    "https://10.0.0.1": ("https://10.0.0.1", "/jars"),
}
"""Each endpoint, and where the bucket `jars` is at it: before the host, or in the path."""
LIST = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
part = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"], exclude_characters="/")
    | st.just(" "),
    min_size=1,
    max_size=12,
).filter(lambda text: text not in {".", ".."})
keys = st.lists(part, min_size=1, max_size=4).map("/".join)
texts = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), max_size=12)
secrets = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)


def sent(endpoint: str, pair: Keys, now: float, verb: str, key: str, more: str) -> httpx.Request:
    """The request that a verb sends."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        content = LIST if verb == "list" else b"<CopyObjectResult><ETag>e</ETag></CopyObjectResult>"
        head = {"ETag": '"e"', "Content-Length": "3"}
        return httpx.Response(200, headers=head, content=content[: 3 if verb == "head" else None])

    client = httpx.Client(transport=httpx.MockTransport(answer), trust_env=False)
    transport = Transport(client, project_id=str, max_retries=0)
    sender = Sender(
        transport, endpoint=endpoint, region="eu-de", keys=GivenKeys(pair), clock=HandClock(now)
    )
    objects, url = Objects(sender), ObjectUrl("jars", key)
    match verb:
        case "put":
            objects.put(url, Payload.of(more.encode()))
        case "head":
            objects.head(url)
        case "read":
            objects.read(url, 0, 3)
        case "copy":
            objects.copy(ObjectUrl("jars", more or "x"), url)
        case "delete":
            objects.delete(url)
        case _:
            list(objects.listed("jars", key, marker=more))
    [request] = seen
    return request


@given(
    endpoint=st.sampled_from(sorted(ENDPOINTS)),
    pair=st.builds(Keys, secrets.filter(str.isalnum), secrets, st.just("") | secrets),
    now=st.integers(min_value=0, max_value=4_000_000_000),
    verb=st.sampled_from(["put", "head", "read", "delete", "list"]),
    key=keys,
    more=texts,
)
def test_botocores_signer_agrees(
    endpoint: str, pair: Keys, now: int, verb: str, key: str, more: str
) -> None:
    request = sent(endpoint, pair, now, verb, key, more)
    base, path = ENDPOINTS[endpoint]
    params = (
        {"prefix": key, "marker": more, "max-keys": "1000", "encoding-type": "url"}
        if verb == "list"
        else {}
    )
    path += "/" if verb == "list" else f"/{percent_encode(key, '/~')}"
    assert str(request.url).partition("?")[0] == f"{base}{path}"
    signed = {
        name: request.headers[name]
        for name in ("host", "content-type", "range", *sorted(request.headers))
        if name in request.headers and (name[:6] == "x-amz-" or name in "host content-type range")
    }
    theirs = AWSRequest(request.method, f"{base}{path}", signed, request.content, params)
    theirs.context["timestamp"] = signed["x-amz-date"]
    signer = S3SigV4Auth(Credentials(pair.access_key, pair.secret_key), "s3", "eu-de")
    canonical = signer.canonical_request(theirs)
    signature = signer.signature(signer.string_to_sign(theirs, canonical), theirs)
    names = ";".join(sorted(signed))
    scope = signer.scope(theirs)
    assert request.headers["Authorization"] == (
        f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}"
    )
    assert signer.canonical_query_string(theirs) == request.url.query.decode()
    assert request.headers["x-amz-content-sha256"] == hashlib.sha256(request.content).hexdigest()
    assert request.headers.get("x-amz-security-token", "") == pair.security_token


@given(source=keys)
def test_the_source_of_a_copy_is_encoded_as_botocore_does(source: str) -> None:
    pair = Keys("ACCESS", "secret")
    request = sent("https://obs.example.com", pair, 0, "copy", "target", source)
    assert request.headers["x-amz-copy-source"] == f"/jars/{percent_encode(source, '/~')}"


@given(values=st.dictionaries(st.sampled_from(["x-amz-a", "x-amz-b", "range"]), secrets | texts))
def test_headers_are_signed_as_botocore_signs_them(values: dict[str, str]) -> None:
    plain = {name: text.encode("ascii", "ignore").decode() for name, text in values.items()}
    plain = {name: " ".join(text.split()) for name, text in plain.items()}
    headers = {"host": "a.b", "x-amz-date": "20260101T000000Z", **plain}
    headers["x-amz-content-sha256"] = hashlib.sha256(b"").hexdigest()
    ours = authorization(
        "A", "s", region="r", method="GET", path="/k", query="", headers=dict(headers)
    )
    theirs = AWSRequest("GET", "https://a.b/k", headers)
    theirs.context["timestamp"] = headers["x-amz-date"]
    signer = S3SigV4Auth(Credentials("A", "s"), "s3", "r")
    string = signer.string_to_sign(theirs, signer.canonical_request(theirs))
    assert ours.endswith(f"Signature={signer.signature(string, theirs)}")


def test_the_published_example() -> None:
    """Source: S3's "Signature Calculations for the Authorization Header"; the keys are public."""
    headers = {
        "host": "examplebucket.s3.amazonaws.com",
        "range": "bytes=0-9",
        "x-amz-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-amz-date": "20130524T000000Z",
    }
    made = authorization(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
        method="GET",
        path="/test.txt",
        query="",
        headers=headers,
    )
    assert made.endswith(
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


@pytest.mark.parametrize("shown", [repr, str])
def test_keys_show_no_secret(shown: type[str]) -> None:
    assert "planted" not in shown(Keys("ACCESS", "planted", "planted"))
