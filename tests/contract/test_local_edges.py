"""What no client should send: each is refused in the service's own words, and never with 500."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from local_service import PROJECT, LocalService

if TYPE_CHECKING:
    from collections.abc import Mapping

JOBS = f"/v1.0/{PROJECT}/streaming"
TAGS = f"/v3/{PROJECT}/dli_flink_job"
POSTS = (
    f"{JOBS}/flink-jobs",
    f"{JOBS}/jobs/run",
    f"{JOBS}/jobs/stop",
    f"{JOBS}/jobs/delete",
    f"{JOBS}/jobs/1/savepoint",
    f"{JOBS}/jobs/1/import-savepoint",
    f"{TAGS}/1/tags/create",
    f"{TAGS}/1/tags/delete",
    f"{TAGS}/resource-instances/filter",
    f"{TAGS}/resource-instances/count",
    f"/v1.0/{PROJECT}/dli/obs-authorize",
    "/v3/auth/tokens",
    "/v3.0/OS-CREDENTIAL/securitytokens",
    "/_local/faults",
    "/_local/clock",
)
DEEP = 100_000
BODIES: Mapping[str, bytes] = {
    "deep arrays": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "a deep field": b'{"name":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep, though it can be read": b'{"name":' + b"[" * 300 + b"]" * 300 + b"}",
    "a million digits": b'{"name":"a","cu_number":' + b"9" * 10**6 + b"}",
    "four thousand digits": b'{"cu_number":%d,"job_ids":[%d]}' % (10**4000, 10**4000),
    "half a character": b'{"name":"\\ud800","job_ids":["\\ud800"],"action":"TRIGGER"}',
    "half a character as a name": b'{"\\ud800":1}',
    "half a token": b'{"auth":{"identity":{"methods":["token"],"token":{"id":"\\ud800"}}}}',
    "not a number": b'{"name":"a","cu_number":NaN}',
    "Infinity": b'{"name":"a","resource_config":{"jobmanager_resource_spec":{"cpu":Infinity}}}',
    "infinite": b'{"name":"a","resource_config":{"jobmanager_resource_spec":{"cpu":1e999}}}',
    "a name twice": b'{"name":"a","name":"b","job_ids":[1],"job_ids":[1]}',
    "Latin-1": b'{"name":"\xe4"}',
    "UTF-16": '{"name":"a"}'.encode("utf-16"),
    "a text": b'"a"',
    "null": b"null",
    "nothing": b"",
    "a long name": b'{"' + b"k" * 20_000 + b'":1}',
    "line ends in a name": b'{"a\\r\\nb\\u0000":1}',
}
KINDS = ("application/json", "application/x-www-form-urlencoded", "text/plain; charset=utf-7")


def refusal(answer: Any) -> str:
    """The one sentence of a refusal, in the form of DLI or of its identity service."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:200])
    body = answer.json()
    told = body[0] if isinstance(body, list) else body
    if "error" in told:
        return str(told["error"]["message"])
    assert told["error_code"]
    return str(told["error_msg"])


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_cannot_be_is_refused_everywhere(
    embedded_dli: LocalService, body: bytes
) -> None:
    embedded_dli.create("mine")
    for path in POSTS:
        for kind in KINDS:
            answer = embedded_dli.http.post(path, content=body, headers={"Content-Type": kind})
            text = refusal(answer)
            assert len(text) <= 1100
            assert text.isprintable()
    assert len(embedded_dli.http.get("/_local/jobs").json()["jobs"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        f"{JOBS}/jobs?limit={'9' * 60_000}",
        f"{JOBS}/jobs?tags={','.join(f'a{i}=b' for i in range(3000))}",
        f"{JOBS}/jobs?order=%ed%a0%80",
        f"{JOBS}/jobs/%ed%a0%80",
        f"{JOBS}/jobs/{'9' * 60_000}",
        f"/v1.0/{PROJECT}/queues?page-size=-1",
        f"/v1.0/{PROJECT}/queues?current-page={'9' * 4000}",
        f"/v1.0/{PROJECT}/queues/{'q' * 60_000}",
        f"/{'q' * 60_000}",
        f"/v3/projects/{'p' * 60_000}",
    ],
    ids=lambda path: path[:60],
)
def test_an_address_that_cannot_be_is_refused(embedded_dli: LocalService, path: str) -> None:
    text = refusal(embedded_dli.http.get(path))
    assert len(text) <= 1100
    assert text.isprintable()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Auth-Token": b"\xff" * 100},
        {"Authorization": b"SDK-HMAC-SHA256 Access=\xe9, SignedHeaders=x-sdk-date, Signature=ab"},
        {"Authorization": b"[" * DEEP},
    ],
)
def test_headers_that_cannot_be_are_a_refused_sign_in(
    socket_dli: LocalService, headers: dict[str, bytes]
) -> None:
    del socket_dli.http.headers["X-Auth-Token"]
    for path in (f"{JOBS}/jobs", "/v3/projects"):
        sent = [(name.encode(), value) for name, value in headers.items()]
        answer = socket_dli.http.get(path, headers=sent)
        assert answer.status_code == 401
        refusal(answer)


def test_the_socket_refuses_them_too(socket_dli: LocalService) -> None:
    for path in POSTS:
        refusal(socket_dli.http.post(path, content=b"[" * DEEP, headers={"Content-Type": KINDS[0]}))


def test_what_is_refused_is_logged_by_its_length(embedded_dli: LocalService) -> None:
    embedded_dli.http.post(f"{JOBS}/flink-jobs", content=b"[" * DEEP)
    (*_, last) = embedded_dli.http.get("/_local/requests").json()["requests"]
    assert json.dumps(last["body"]) == f'"({DEEP} bytes that are not JSON)"'


def test_no_fault_can_be_aimed_at_the_doors(embedded_dli: LocalService) -> None:
    for door in ("request_log", "armed_faults", "arm_fault", "clear_faults", "time_now"):
        answer = embedded_dli.http.post("/_local/faults", json={"kind": "drop", "route": door})
        assert "drop goes with" in refusal(answer)
        assert door not in refusal(answer)
