"""What an object service may say of an object that is there already."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from pulumi_dli.artifacts.names import LocalFile
from pulumi_dli.artifacts.objects import Objects
from pulumi_dli.artifacts.requests import Sender
from pulumi_dli.artifacts.uploads import Uploads
from pulumi_dli.client.transport import Transport
from pulumi_dli.job.desired import Desired
from stand_ins import HandClock, Lines


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({}, ["HEAD"]),
        ({"last-modified": "yesterday"}, ["HEAD"]),
        ({"last-modified": "Wed, 18 May 2033 00:00:00 GMT"}, ["HEAD"]),
        ({"last-modified": "Tue, 17 May 2033 00:00:00 GMT"}, ["HEAD", "PUT"]),
    ],
)
def test_only_an_age_that_is_told_makes_an_upload_anew(
    tmp_path: Path, headers: dict[str, str], sent: list[str]
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(200, headers={"etag": "e", "content-length": "1", **headers})

    client = httpx.Client(base_url="http://127.0.0.1", transport=httpx.MockTransport(answer))
    transport = Transport(client, project_id=lambda: "p", max_retries=0)
    clock = HandClock(2_000_000_000.0)  # 2033-05-18 03:33:20
    sender = Sender(transport, endpoint="http://127.0.0.1", region="r", keys=None, clock=clock)
    (tmp_path / "a.jar").write_bytes(b"x")
    uploads = Uploads(Lines(), clock)
    files = {"entrypoint": LocalFile(str(tmp_path / "a.jar"))}
    named = uploads.named("urn", files, {}, "obs://state/pulumi-dli/p")
    uploads.bring("urn", Desired.read(named.texts), None, lambda: Objects(sender))
    assert asked == sent
