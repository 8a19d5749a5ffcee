"""Who may call the port: programs of this machine, and no page that a browser shows."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from local_service import PROJECT, SIGN_IN, LocalService
from pulumi_dli.client.responses import refusal
from pulumi_dli.errors import AuthError
from pulumi_dli.local.guard import guarded
from pulumi_dli.local.serve import MOST_BYTES, Parser
from waitress.adjustments import Adjustments
from werkzeug.test import Client
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

JOBS = f"/v1.0/{PROJECT}/streaming/jobs"
DOORS = [
    ("GET", "/"),
    ("GET", "/v3"),
    ("POST", "/v3/auth/tokens"),
    ("GET", "/v3/auth/projects"),
    ("GET", JOBS),
    ("POST", f"{JOBS}/run"),
    ("DELETE", f"{JOBS}/1"),
    ("GET", f"/v3/{PROJECT}/dli_flink_job/tags"),
    ("GET", "/_local/jobs"),
    ("GET", "/_local/requests"),
    ("POST", "/_local/faults"),
    ("DELETE", "/_local/faults"),
    ("POST", "/_local/clock"),
    ("OPTIONS", "/_local/faults"),
    ("GET", "/nowhere"),
]
FAULT = {"kind": "drop"}
SIMPLE = [
    None,
    "",
    "text/plain",
    "text/plain; charset=utf-8",
    "text/plain;application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
]
"""What a page may say of a body without asking; None: nothing."""
OTHER_ORIGINS = [
    "https://evil.example",
    "http://localhost.evil.example",
    "http://localhost:1",
    "http://127.0.0.1",
    "http://user@127.0.0.1",
    "file://",
    "chrome-extension://abc",
    "NULL",
    "",
]
OWN_HOSTS = [
    "localhost",
    "LocalHost",
    "localhost.",
    "localhost:1",
    "localhost:",
    "127.0.0.1",
    "127.0.0.1:65535",
    "127.8.9.10",
    "[::1]",
    "[::1]:80",
    "[0:0:0:0:0:0:0:1]",
]
OTHER_HOSTS = [
    "evil.example",
    "evil.example:80",
    "localhost.evil.example",
    "evil.localhost.example",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io",
    "localhost:1@evil.example",
    "localhost, evil.example",
    "localhost/evil.example",
    "0.0.0.0",  # noqa: S104 -- a name, not a binding
    "[::]",
    "192.168.0.1",
    "[fe80::1]",
    "[::1",
    "::1",
    "localhost..",
    "localhost:x",
    "local",
    "",
]


def port(dli: LocalService) -> int:
    return int(urlsplit(str(dli.http.base_url)).port or 0)


def stored(dli: LocalService) -> list[str]:
    """All that the store holds."""
    with dli.store.read() as db:
        return list(db.iterdump())


def refused(answer: httpx.Response, status: int = 403) -> None:
    """A refusal says one sentence, in the gateway's form and the identity service's."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["error_code"].startswith("APIGW.")
    assert body["error_msg"].count(". ") == 0
    assert body["error"] == {"code": status, "message": body["error_msg"], "title": "Refused"}
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=lambda headers: "=".join(next(iter(headers.items()))),
)
def test_no_door_opens_to_a_page(socket_dli: LocalService, headers: Mapping[str, str]) -> None:
    before = stored(socket_dli)
    for method, path in DOORS:
        body = SIGN_IN if "tokens" in path else FAULT
        refused(socket_dli.http.request(method, path, json=body, headers=dict(headers)))
    assert stored(socket_dli) == before


def test_another_host_is_refused(socket_dli: LocalService) -> None:
    for host in OTHER_HOSTS:
        refused(socket_dli.http.get("/_local/jobs", headers={"Host": host}))


def test_this_machine_is_answered_by_each_of_its_names(socket_dli: LocalService) -> None:
    for host in OWN_HOSTS:
        assert socket_dli.http.get("/_local/jobs", headers={"Host": host}).is_success, host


def test_another_origin_is_refused(socket_dli: LocalService) -> None:
    for origin in OTHER_ORIGINS:
        refused(socket_dli.http.get("/_local/jobs", headers={"Origin": origin}))


def test_its_own_origin_is_none_of_others(socket_dli: LocalService) -> None:
    own = f"http://127.0.0.1:{port(socket_dli)}"
    for headers in ({"Origin": own}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}):
        assert socket_dli.http.get("/_local/jobs", headers=headers).is_success
    refused(socket_dli.http.get("/_local/jobs", headers={"Sec-Fetch-Site": "same-site"}))


@pytest.mark.parametrize(
    ("path", "body"),
    [("/_local/faults", FAULT), ("/_local/clock", {"set": 1}), ("/v3/auth/tokens", SIGN_IN)],
)
def test_what_a_page_can_send_unasked_changes_nothing(
    socket_dli: LocalService, path: str, body: Any
) -> None:
    del socket_dli.http.headers["X-Auth-Token"]
    before = stored(socket_dli)
    for kind in SIMPLE:
        headers = {} if kind is None else {"Content-Type": kind}
        refused(socket_dli.http.post(path, content=json.dumps(body), headers=headers), 415)
    assert stored(socket_dli) == before
    good = {"Content-Type": "application/json;charset=utf8"}
    assert socket_dli.http.post(path, content=json.dumps(body), headers=good).is_success


def test_no_disk_is_filled_with_a_body(socket_dli: LocalService) -> None:
    with socket.create_connection(("127.0.0.1", port(socket_dli))) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n")
        raw.settimeout(20)
        assert b" 413 " in raw.recv(1000).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("line", "size", "taken"),
    [
        ("PUT /jars/a HTTP/1.1\r\nAuthorization: AWS x:y", 10**8, True),
        ("PUT /jars/a HTTP/1.1\r\nAuthorization: AWS x:y", 10**10, False),
        ("PUT /jars/a HTTP/1.1\r\nAuthorization: Basic eDp5", 10**8, False),
        ("PUT /jars/a HTTP/1.1", 10**8, False),
        ("POST /jars/a HTTP/1.1\r\nAuthorization: AWS x:y", 10**8, False),
    ],
)
def test_an_object_may_be_large(line: str, size: int, *, taken: bool) -> None:
    parser = Parser(Adjustments(max_request_body_size=MOST_BYTES))
    parser.received(f"{line}\r\nContent-Length: {size}\r\n\r\n".encode())
    assert (parser.error is None) == taken


def test_a_bucket_before_this_machines_name_is_answered_by_the_object_service(
    socket_dli: LocalService,
) -> None:
    for host in ("jars.localhost", "a.b-c.LOCALHOST.:80"):
        answer = socket_dli.http.get("/_local/jobs", headers={"Host": host})
        assert answer.status_code == 403
        assert "<Code>AccessDenied</Code>" in answer.text
        refused(socket_dli.http.get("/", headers={"Host": host, "Origin": f"http://x.{host}"}))


def test_our_client_tells_the_sentence(socket_dli: LocalService) -> None:
    answer = socket_dli.http.get(JOBS, headers={"Host": "build-7.example"})
    error = refusal("list jobs", answer.status_code, answer.content, answer.headers, now=0)
    assert isinstance(error, AuthError)
    assert "the Host header names another: call it at 127.0.0.1 or localhost" in str(error)
    assert "build-7" not in str(error)


def test_a_proxy_in_front_is_answered_by_the_name_that_was_allowed() -> None:
    client = Client(guarded(Response("good"), ["DLI.example.org"]))
    assert client.get("/", headers={"Host": "dli.example.org"}).status_code == 200
    assert client.get("/", headers={"Host": "dli.example.org.:443"}).status_code == 200
    assert client.get("/", headers={"Host": "other.example.org"}).status_code == 403


def test_callers_in_this_process_are_not_hindered(embedded_dli: LocalService) -> None:
    answer = embedded_dli.http.post("/_local/faults", content=json.dumps(FAULT))
    assert answer.is_success
    assert embedded_dli.http.get("/_local/jobs", headers={"Host": "dli"}).is_success
