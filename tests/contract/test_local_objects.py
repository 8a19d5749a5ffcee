"""The local object service: clients that none of us wrote, and what it refuses."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import boto3
import httpx
import minio
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from local_service import LocalService, new_store
from minio.commonconfig import CopySource
from pulumi_dli.local.app import create_app
from pulumi_dli.local.obs import pages, payload
from pulumi_dli.local.obs.files import Files
from pulumi_dli.local.obs.refusals import ObjectRefusal
from pulumi_dli.local.obs.signatures import Sent, signed
from pulumi_dli.local.signin.tokens import KeyPair
from searches import examples

with warnings.catch_warnings():  # it is written for every Python there ever was
    warnings.simplefilter("ignore")
    import obs

ACCESS, SECRET = "LOCALACCESSKEY", "LOCALSECRETKEY"
KEY = "folder/ü +&=%41.jar"
BODY = bytes(range(256)) * 300
RCLONE = str(Path(sys.prefix) / "bin" / "rclone")


@pytest.fixture
def endpoint(service: LocalService) -> str:
    return str(service.http.base_url).rstrip("/")


@pytest.fixture
def folder(service: LocalService) -> Path:
    return service.store.folder / "obs"


def vendors(endpoint: str, signature: str, **keys: str | None) -> Any:
    """The vendor's own client, with one form of signature."""
    return obs.ObsClient(
        **{"access_key_id": ACCESS, "secret_access_key": SECRET, **keys},
        server=endpoint,
        signature=signature,
        path_style=True,
        is_signature_negotiation=False,
    )


def s3(endpoint: str, secret: str = SECRET, **options: Any) -> Any:
    config = Config(
        **({"s3": {"addressing_style": "path"}, "retries": {"max_attempts": 0}} | options)
    )
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=ACCESS,
        aws_secret_access_key=secret,
        region_name="eu-de",
        config=config,
    )


@pytest.fixture
def client(endpoint: str) -> Iterator[Any]:
    made = s3(endpoint)
    yield made
    made.close()


# Clients that none of us wrote.


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_boto3(endpoint: str, folder: Path, signature: str) -> None:
    client = s3(endpoint, signature_version=signature)
    etag = f'"{hashlib.md5(BODY).hexdigest()}"'  # noqa: S324 -- what an ETag is
    assert client.put_object(Bucket="jars", Key=KEY, Body=BODY)["ETag"] == etag
    assert (folder / "jars" / KEY).read_bytes() == BODY
    head = client.head_object(Bucket="jars", Key=KEY)
    assert (head["ETag"], head["ContentLength"]) == (etag, len(BODY))
    part = client.get_object(Bucket="jars", Key=KEY, Range="bytes=5-9")
    assert part["Body"].read() == BODY[5:10]
    assert part["ContentRange"] == f"bytes 5-9/{len(BODY)}"
    assert client.get_object(Bucket="jars", Key=KEY, Range="bytes=-3")["Body"].read() == BODY[-3:]
    assert client.get_object(Bucket="jars", Key=KEY)["Body"].read() == BODY
    source = {"Bucket": "jars", "Key": KEY}
    copied = client.copy_object(Bucket="jars", Key="copy", CopySource=source)
    assert copied["CopyObjectResult"]["ETag"] == etag
    assert client.head_bucket(Bucket="jars")["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert [each["Name"] for each in client.list_buckets()["Buckets"]] == ["jars"]
    client.delete_object(Bucket="jars", Key=KEY)
    assert not (folder / "jars" / "folder").exists()
    assert [each["Key"] for each in client.list_objects(Bucket="jars")["Contents"]] == ["copy"]
    client.close()


def test_lists_in_both_versions(client: Any, folder: Path) -> None:
    keys = sorted(["A", "a.b", "a/b", "a/c/d", "b/x", "ü"], key=str.encode)
    for key in keys:
        client.put_object(Bucket="jars", Key=key, Body=b"1")
    (folder / "jars" / "z").mkdir()
    for version in ("list_objects", "list_objects_v2"):
        pages = client.get_paginator(version)

        def found(name: str, within: str = "Contents", **asked: Any) -> list[str]:
            each = "Key" if within == "Contents" else "Prefix"
            rows = pages.paginate(Bucket="jars", **asked)  # noqa: B023
            return [row[each] for page in rows for row in page.get(name or within, [])]

        assert found("Contents", PaginationConfig={"PageSize": 2}) == keys
        assert found("Contents", Prefix="a/") == ["a/b", "a/c/d"]
        assert found("Contents", Prefix="a", Delimiter="/") == ["a.b"]
        folded = found("", "CommonPrefixes", Delimiter="/", PaginationConfig={"PageSize": 1})
        assert folded == ["a/", "b/"]
        assert found("Contents", Prefix="../") == []
    assert [
        each["Key"] for each in client.list_objects(Bucket="jars", Marker="a/b")["Contents"]
    ] == ["a/c/d", "b/x", "ü"]
    later = client.list_objects_v2(Bucket="jars", StartAfter="a/b")["Contents"]
    assert [each["Key"] for each in later] == ["a/c/d", "b/x", "ü"]


def test_minio(endpoint: str, service: LocalService) -> None:
    client = minio.Minio(endpoint.partition("//")[2], ACCESS, SECRET, secure=False)
    assert not client.bucket_exists("jars")
    client.make_bucket("jars")
    assert client.bucket_exists("jars")
    client.put_object("jars", KEY, io.BytesIO(BODY), len(BODY))
    assert client.stat_object("jars", KEY).size == len(BODY)
    with client.get_object("jars", KEY, offset=3, length=4) as part:
        assert part.read() == BODY[3:7]
    client.copy_object("jars", "copy", CopySource("jars", KEY))
    assert [each.object_name for each in client.list_objects("jars")] == ["copy", "folder/"]
    client.remove_object("jars", "copy")
    names = [each.object_name for each in client.list_objects("jars", recursive=True)]
    assert names == [KEY]
    assert service.http.get("/_local/requests").json()["requests"][-1]["status"] == 200


@pytest.mark.parametrize("signature", ["obs", "v2"])
def test_the_vendors_own_client(endpoint: str, signature: str) -> None:
    client = vendors(endpoint, signature)
    assert client.putContent("jars", KEY, BODY).status == 200
    assert int(dict(client.getObjectMetadata("jars", KEY).header)["content-length"]) == len(BODY)
    wanted = obs.GetObjectHeader(range="bytes=1-2")
    part = client.getObject("jars", KEY, headers=wanted, loadStreamInMemory=True)
    assert part.body.buffer == BODY[1:3]
    assert client.copyObject("jars", KEY, "jars", "copy").status == 200
    listed = client.listObjects("jars", prefix="fold", max_keys=5).body.contents
    assert [each.key for each in listed] == [KEY]
    assert [each.name for each in client.listBuckets().body.buckets] == ["jars"]
    assert client.deleteObject("jars", KEY).status == 204
    assert client.headBucket("jars").status == 200
    gone = client.getObject("jars", KEY, loadStreamInMemory=True)
    assert (gone.status, gone.errorCode) == (404, "NoSuchKey")
    client.close()


def test_the_vendors_own_client_asks_which_signature_is_read(endpoint: str) -> None:
    s3(endpoint).put_object(Bucket="jars", Key="a", Body=b"1")
    client = obs.ObsClient(
        access_key_id=ACCESS, secret_access_key=SECRET, server=endpoint, path_style=True
    )
    assert client.getObject("jars", "a", loadStreamInMemory=True).status == 200
    client.close()


def test_rclone(endpoint: str, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "orders.jar").write_bytes(BODY)
    (tmp_path / "sub" / "ü x").write_bytes(b"2")
    settings = {
        "TYPE": "s3",
        "PROVIDER": "HuaweiOBS",
        "ENDPOINT": endpoint,
        "ACCESS_KEY_ID": ACCESS,
        "SECRET_ACCESS_KEY": SECRET,
        "FORCE_PATH_STYLE": "true",
    }
    environ = {f"RCLONE_CONFIG_L_{name}": value for name, value in settings.items()}

    def rclone(*arguments: str) -> str:
        command = [RCLONE, "--retries", "1", "--config", os.devnull, *arguments]
        done = subprocess.run(
            command, env={**os.environ, **environ}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    rclone("copy", str(tmp_path), "l:jars/x")
    assert (folder / "jars" / "x" / "sub" / "ü x").read_bytes() == b"2"
    rclone("check", "--download", str(tmp_path), "l:jars/x")
    rclone("moveto", "l:jars/x/orders.jar", "l:jars/y.jar")
    assert sorted(rclone("lsf", "-R", "--files-only", "l:jars").split("\n")) == [
        "",
        "x/sub/ü x",
        "y.jar",
    ]


def test_a_range_of_a_large_object_reads_it_once(service: LocalService) -> None:
    """An MD5 for each range made twenty ranges of a large jar take 22 seconds."""
    files = Files(service.store.folder)
    with files.writing("jars", "a") as file:
        file.write(BODY)
    first = files.opened("jars", "a")
    first.file.close()
    path = service.store.folder / "obs" / "jars" / "a"
    there = path.stat()
    path.write_bytes(BODY[::-1])  # which no time stamp tells
    os.utime(path, ns=(there.st_atime_ns, there.st_mtime_ns))
    second = files.opened("jars", "a")
    second.file.close()
    assert second.etag != first.etag
    kept = files._etags  # noqa: SLF001 -- whether it is read again shows in nothing else
    kept.update(dict.fromkeys(kept, "kept"))
    third = files.opened("jars", "a")
    third.file.close()
    assert third.etag == "kept"


# Who may, and what is believed.


def code(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal."""
    root = ET.fromstring(answer.content)  # noqa: S314 -- our own
    assert root.tag == "Error"
    assert root.findtext("Message")
    assert root.findtext("RequestId") == answer.headers["X-Request-Id"]
    return answer.status_code, str(root.findtext("Code"))


def asked(
    endpoint: str,
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    keys: tuple[str, ...] = (ACCESS, SECRET),
    host: str = "",
    sends: bytes | None = None,
    adds: Mapping[str, str] | None = None,
) -> httpx.Response:
    """A request that botocore signs, and that httpx sends: as it is, to a host, or changed.

    `keys` are the access key, the secret key, and the security token of a temporary one.
    """
    base = endpoint.replace("127.0.0.1", host) if host else endpoint
    request = AWSRequest(method, f"{base}{path}", dict(headers or {}), body)
    S3SigV4Auth(Credentials(*keys), "s3", "eu-de").add_auth(request)
    if host:
        request.headers["Host"] = base.partition("//")[2]
    return httpx.request(
        method,
        f"{endpoint}{path}",
        headers={**request.headers, **(adds or {})},
        content=body if sends is None else sends,
        trust_env=False,
        verify=False,  # noqa: S501 -- nothing is encrypted, and no certificate has to be loaded
    )


def test_a_bucket_in_the_host(endpoint: str, folder: Path) -> None:
    assert asked(endpoint, "PUT", "/a/b", b"1", host="jars.localhost").status_code == 200
    assert (folder / "jars" / "a" / "b").read_bytes() == b"1"
    assert asked(endpoint, "GET", "/a/b", host="jars.localhost").content == b"1"
    assert b"<Key>a/b</Key>" in asked(endpoint, "GET", "/", host="jars.localhost").content
    assert asked(endpoint, "GET", "/jars/a/b").content == b"1"


def test_who_may_not(endpoint: str) -> None:
    assert code(asked(endpoint, "GET", "/jars/a", keys=(ACCESS, "wrong"))) == (
        403,
        "SignatureDoesNotMatch",
    )
    assert code(asked(endpoint, "GET", "/jars/a", keys=("NOBODY", SECRET)))[1] == (
        "InvalidAccessKeyId"
    )
    for header in ("AWS4-HMAC-SHA256 nonsense", "AWS nonsense", "OBS x"):
        answer = httpx.get(f"{endpoint}/jars/a", headers={"Authorization": header})
        assert code(answer) == (400, "AuthorizationHeaderMalformed")
    assert code(httpx.get(f"{endpoint}/a", headers={"Host": "jars.localhost"}))[1] == "AccessDenied"
    # An address of DLI that does not exist stays one.
    assert httpx.get(f"{endpoint}/jars/a").json()["error_code"] == "APIGW.0101"


def test_what_is_changed_on_the_way_is_refused(endpoint: str) -> None:
    assert asked(endpoint, "PUT", "/jars/a", b"1").status_code == 200
    copies = {"x-amz-copy-source": "/jars/a"}
    assert code(asked(endpoint, "PUT", "/jars/b", adds=copies))[1] == "AccessDenied"
    later = {"X-Amz-Date": "20990101T000000Z"}
    assert code(asked(endpoint, "GET", "/jars/a", adds=later))[1] == "RequestTimeTooSkewed"


@pytest.mark.parametrize("signature", ["obs", "v2"])
def test_the_older_signatures_are_compared_too(endpoint: str, signature: str) -> None:
    for secret, expected in ((SECRET, 200), ("wrong", 403)):
        client = vendors(endpoint, signature, secret_access_key=secret)
        answer = client.putContent("jars", "a", b"1")
        assert answer.status == expected
        assert answer.errorCode == (None if expected == 200 else "SignatureDoesNotMatch")
        client.close()


@pytest.mark.parametrize("prefix", ["amz", "obs"])
def test_the_older_signatures_take_temporary_keys(
    service: LocalService, endpoint: str, prefix: str
) -> None:
    body = {"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}}
    found = service.http.post("/v3.0/OS-CREDENTIAL/securitytokens", json=body).json()["credential"]
    for token, expected in ((found["securitytoken"], 200), ("wrong", 400), (None, 400)):
        client = vendors(
            endpoint,
            "obs" if prefix == "obs" else "v2",
            access_key_id=found["access"],
            secret_access_key=found["secret"],
            security_token=token,
        )
        assert client.putContent("jars", "a", b"1").status == expected
        client.close()


def test_a_clock_that_is_wrong(service: LocalService, endpoint: str) -> None:
    service.clock.set(1_000_000_000)
    assert code(asked(endpoint, "GET", "/jars/a"))[1] == "RequestTimeTooSkewed"


def test_temporary_keys_are_good_until_they_expire(service: LocalService, endpoint: str) -> None:
    body = {"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}}
    answer = service.http.post("/v3.0/OS-CREDENTIAL/securitytokens", json=body)
    found = answer.json()["credential"]
    pair = (found["access"], found["secret"])
    token = found["securitytoken"]
    assert asked(endpoint, "PUT", "/jars/a", b"1", keys=(*pair, token)).status_code == 200
    assert code(asked(endpoint, "GET", "/jars/a", keys=pair)) == (400, "InvalidToken")
    wrong = asked(endpoint, "GET", "/jars/a", keys=(*pair, f"{token}x"))
    assert code(wrong) == (400, "InvalidToken")
    with service.store.write() as db:
        db.execute("UPDATE temporary_keys SET expires_at = 1")
    assert code(asked(endpoint, "GET", "/jars/a", keys=(*pair, token))) == (400, "ExpiredToken")


def test_a_payload_is_what_is_said_of_it(endpoint: str, folder: Path) -> None:
    answer = asked(endpoint, "PUT", "/jars/a", b"1", sends=b"2")
    assert code(answer) == (400, "XAmzContentSHA256Mismatch")
    assert not (folder / "jars").exists()
    for name, value in {
        "Content-MD5": base64.b64encode(hashlib.md5(b"1").digest()).decode(),  # noqa: S324
        "x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(b"1").digest()).decode(),
        "x-amz-checksum-crc32": base64.b64encode(zlib.crc32(b"1").to_bytes(4)).decode(),
    }.items():
        assert asked(endpoint, "PUT", "/jars/b", b"1", {name: value}).status_code == 200
        (folder / "jars" / "b").unlink()
        assert code(asked(endpoint, "PUT", "/jars/b", b"2", {name: value})) == (400, "BadDigest")
        assert not (folder / "jars" / "b").exists()
    assert list((folder / ".drafts").iterdir()) == []


HEADERS = {
    "host": "s3.amazonaws.com",
    "x-amz-date": "20130524T000000Z",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
    "content-length": "66824",
}
EXAMPLE = KeyPair("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
CHUNKS = (
    (b"a" * 65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
    (b"a" * 1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
    (b"", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
)


def received(how: str, body: bytes, headers: Mapping[str, str], seed: str = SEED) -> bytes:
    """What is taken in of a payload that comes in chunks."""
    names = "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
    names += "x-amz-decoded-content-length;x-amz-storage-class"
    header = (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        f"SignedHeaders={names},Signature={seed}"
    )
    said = {**headers, "x-amz-content-sha256": how, "authorization": header}
    sent = Sent("PUT", "/examplebucket/chunkObject.txt", "", said)
    good = signed(sent, {EXAMPLE.access_key: EXAMPLE}.get, 1369353600)
    out = io.BytesIO()
    payload.receive(io.BytesIO(body), out.write, said, good)
    return out.getvalue()


def chunked(*chunks: tuple[bytes, str]) -> bytes:
    parts = [
        b"%x;chunk-signature=%s\r\n%s\r\n" % (len(data), signature.encode(), data)
        for data, signature in chunks
    ]
    return b"".join(parts)


def test_the_published_chunks() -> None:
    """Source: S3's "Transferring Payload in Multiple Chunks"; the keys are public."""
    how = payload.SIGNED_CHUNKS
    assert received(how, chunked(*CHUNKS), HEADERS) == b"a" * 66560
    wrong = [
        chunked(CHUNKS[0], CHUNKS[2]),
        chunked(*CHUNKS[:2]),
        chunked(*CHUNKS)[:-100],
        chunked(CHUNKS[1], CHUNKS[0], CHUNKS[2]),
        chunked((b"b" * 65536, CHUNKS[0][1]), *CHUNKS[1:]),
        b"nonsense",
        b"-1;chunk-signature=\r\n" + chunked(*CHUNKS),
        b"1;chunk-signature=\xff\r\na\r\n",
        b"",
    ]
    for body in wrong:
        with pytest.raises(ObjectRefusal):
            received(how, body, HEADERS)
    with pytest.raises(ObjectRefusal):
        received(how, chunked(*CHUNKS), HEADERS, seed="0" * 64)


def test_a_trailer_that_nobody_signs(endpoint: str, folder: Path) -> None:
    """What boto3 sends to a service behind TLS."""
    checksum = base64.b64encode(zlib.crc32(b"12345").to_bytes(4))
    body = b"3\r\n123\r\n2\r\n45\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n"

    def put(body: bytes, length: str = "5") -> httpx.Response:
        request = AWSRequest(
            "PUT",
            f"{endpoint}/jars/a",
            {
                "Content-Encoding": "aws-chunked",
                "X-Amz-Decoded-Content-Length": length,
                "X-Amz-Trailer": "x-amz-checksum-crc32",
            },
            body,
        )
        request.context["checksum"] = {"request_algorithm": {"in": "trailer"}}
        S3SigV4Auth(Credentials(ACCESS, SECRET), "s3", "eu-de").add_auth(request)
        headers = dict(request.headers.items())
        assert headers["X-Amz-Content-SHA256"] == payload.UNSIGNED_TRAILER
        return httpx.put(f"{endpoint}/jars/a", headers=headers, content=body)

    assert put(body % checksum).status_code == 200
    assert (folder / "jars" / "a").read_bytes() == b"12345"
    assert code(put(body % b"AAAAAA==")) == (400, "BadDigest")
    assert code(put(body % checksum, "6")) == (400, "IncompleteBody")
    assert code(put((body % checksum)[:8])) == (400, "IncompleteBody")
    assert (folder / "jars" / "a").read_bytes() == b"12345"


# What is a key.


def test_a_key_that_leaves_its_bucket_is_refused(
    service: LocalService, endpoint: str, folder: Path
) -> None:
    asked(endpoint, "PUT", "/jars/a", b"1")
    files = Files(service.store.folder)
    for key in (
        "..",
        "../x",
        "a/../../x",
        "/etc/passwd",
        "a//b",
        "./a",
        "a\0b",
        "a/",
        ".",
        "x" * 1025,
    ):
        with pytest.raises(ObjectRefusal), files.writing("jars", key) as file:
            file.write(b"1")
        with pytest.raises(ObjectRefusal):
            files.opened("jars", key)
    outside = service.store.folder / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    (folder / "jars" / "link").symlink_to(outside)
    (folder / "jars" / "file").symlink_to(outside / "secret")
    (folder / "linked").symlink_to(outside)
    os.mkfifo(folder / "jars" / "pipe")
    for path in ("/jars/link/secret", "/jars/file", "/linked/secret", "/jars/pipe", "/jars/a/b"):
        assert asked(endpoint, "GET", path).status_code in {403, 404}, path
    for path in ("/jars/link/new", "/linked/new"):
        assert asked(endpoint, "PUT", path, b"1").status_code == 403
    assert asked(endpoint, "PUT", "/jars/file", b"1").status_code == 200  # in place of the link
    assert (outside / "secret").read_text() == "secret"
    assert [each.name for each in outside.iterdir()] == ["secret"]
    listed = asked(endpoint, "GET", "/jars").content
    assert b"<Key>a</Key>" in listed
    assert b"link" not in listed
    shutil.rmtree(outside)


def test_a_folder_and_an_object_of_one_name(endpoint: str) -> None:
    assert asked(endpoint, "PUT", "/jars/a/b", b"1").status_code == 200
    assert code(asked(endpoint, "PUT", "/jars/a", b"1")) == (409, "ObjectConflict")
    assert code(asked(endpoint, "PUT", "/jars/a/b/c", b"1")) == (409, "ObjectConflict")
    assert code(asked(endpoint, "GET", "/jars/a")) == (404, "NoSuchKey")
    assert asked(endpoint, "DELETE", "/jars/a").status_code == 204
    assert asked(endpoint, "GET", "/jars/a/b").content == b"1"


def test_what_is_not_there(client: Any) -> None:
    def refused(call: Callable[..., Any], **asked: Any) -> tuple[int, str]:
        with pytest.raises(ClientError) as caught:
            call(**asked)
        response = caught.value.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]

    assert refused(client.get_object, Bucket="jars", Key="a") == (404, "NoSuchBucket")
    assert refused(client.list_objects, Bucket="jars") == (404, "NoSuchBucket")
    assert refused(client.head_bucket, Bucket="jars") == (404, "404")
    client.create_bucket(Bucket="jars")
    assert refused(client.get_object, Bucket="jars", Key="a") == (404, "NoSuchKey")
    client.delete_object(Bucket="jars", Key="a")
    client.put_object(Bucket="jars", Key="a", Body=b"12")
    ranged = {"Bucket": "jars", "Key": "a", "Range": "bytes=2-"}
    assert refused(client.get_object, **ranged) == (416, "InvalidRange")
    matched = {"Bucket": "jars", "Key": "a", "IfMatch": '"other"'}
    assert refused(client.get_object, **matched) == (412, "PreconditionFailed")
    upload = client.create_multipart_upload
    assert refused(upload, Bucket="jars", Key="a") == (501, "NotImplemented")
    assert refused(client.get_object_acl, Bucket="jars", Key="a") == (501, "NotImplemented")


def test_files_are_their_owners_alone(endpoint: str, folder: Path) -> None:
    asked(endpoint, "PUT", "/jars/a/b", b"1")
    asked(endpoint, "PUT", "/jars/c", b"", {"x-amz-copy-source": "/jars/a/b"})
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_in_process_no_wrong_payload_and_no_full_disk_stores_anything(tmp_path: Path) -> None:
    store = new_store(tmp_path / "dli")
    app = create_app(store, inside=True)

    def inside(environ: Any, start: Any) -> Any:
        return app({**environ, "REMOTE_USER": "local"}, start)

    with httpx.Client(base_url="http://dli", transport=httpx.WSGITransport(inside)) as client:
        assert client.put("/jars/a", content=b"1").status_code == 200
        for digest in ("0" * 64, "nonsense"):  # which nobody signs
            wrong = client.put("/jars/a", content=b"2", headers={"x-amz-content-sha256": digest})
            assert code(wrong) == (400, "XAmzContentSHA256Mismatch")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
        try:
            full = client.put("/jars/a", content=b"2" * (2 << 20))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert code(full) == (500, "InternalError")
        assert b"the disk is full; make room on it" in full.content
        assert client.get("/jars/a").content == b"1"
        assert list((tmp_path / "dli" / "obs" / ".drafts").iterdir()) == []
    store.close()


def test_what_a_killed_process_left_goes_after_a_day(service: LocalService, folder: Path) -> None:
    files = Files(service.store.folder)
    (folder / ".drafts").mkdir(parents=True)
    for name, hours in (("old", 25), ("young", 23)):
        (folder / ".drafts" / name).touch()
        then = time.time() - hours * 3600
        os.utime(folder / ".drafts" / name, (then, then))
    with files.writing("jars", "a") as file:
        file.write(b"1")
    assert [each.name for each in (folder / ".drafts").iterdir()] == ["young"]


# Faults, and the other callers.


@pytest.mark.parametrize(
    ("route", "method", "path", "headers"),
    [
        ("put_object", "PUT", "/jars/b", {}),
        ("copy_object", "PUT", "/jars/b", {"x-amz-copy-source": "/jars/a"}),
        ("get_object", "GET", "/jars/a", {}),
        ("head_object", "HEAD", "/jars/a", {}),
        ("list_objects", "GET", "/jars", {}),
        ("delete_object", "DELETE", "/jars/a", {}),
        ("list_buckets", "GET", "/", {}),
    ],
)
def test_a_fault_strikes_its_verb(
    service: LocalService,
    endpoint: str,
    route: str,
    method: str,
    path: str,
    headers: dict[str, str],
) -> None:
    asked(endpoint, "PUT", "/jars/a", b"1")
    service.arm("answer", route=route, code="503", nth=1)
    service.arm("answer", route=route, code="403", nth=2)
    service.arm("drop", route=route, nth=3)
    assert asked(endpoint, "GET", "/jars/a").status_code == (503 if route == "get_object" else 200)
    if route != "get_object":
        assert asked(endpoint, method, path, b"", headers).status_code == 503
    refused = asked(endpoint, method, path, b"", headers)
    assert refused.status_code == 403
    if method != "HEAD":
        assert code(refused) == (403, "AccessDenied")
    with pytest.raises(httpx.RemoteProtocolError):
        asked(endpoint, method, path, b"", headers)
    assert asked(endpoint, method, path, b"", headers).is_success


rows = st.lists(st.text("ab/", min_size=1, max_size=5), max_size=8)


@given(
    names=rows,
    prefix=st.text("ab/", max_size=3),
    delimiter=st.sampled_from(["", "/", "b"]),
    most=st.integers(min_value=1, max_value=4),
)
@example(names=["b", "ba"], prefix="", delimiter="b", most=2)
@settings(max_examples=examples(60))
def test_pages_are_the_list_in_parts(
    names: list[str], prefix: str, delimiter: str, most: int
) -> None:
    with tempfile.TemporaryDirectory() as place:
        files = Files(Path(place))
        files.make("jars")
        keys = set()
        for name in names:
            with suppress(ObjectRefusal), files.writing("jars", name) as file:
                file.write(b"")
                keys.add(name)
        keys = {key for key in keys if (Path(place) / "obs" / "jars" / key).is_file()}
        expected: list[str] = []
        for key in sorted(keys):
            if key.startswith(prefix):
                head, found, _ = key[len(prefix) :].partition(delimiter or "\0")
                expected.append(prefix + head + found)
        seen: list[str] = []
        asked_for = pages.Wanted(1, prefix, "", delimiter, most, encoded=False)
        while True:
            page = pages.page(files, "jars", asked_for)
            here = sorted([*page.prefixes, *(name for name, _ in page.objects)])
            assert len(here) <= most
            seen += here
            if not page.truncated:
                break
            asked_for = replace(asked_for, after=page.last)
        assert seen == list(dict.fromkeys(expected))
