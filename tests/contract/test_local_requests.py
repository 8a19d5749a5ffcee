"""The request log: what was sent, and no secret of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from local_service import PROJECT, LocalService


def test_every_request_is_logged_without_its_secrets(dli: LocalService) -> None:
    runtime = json.dumps([{"key": "k", "value": "planted-runtime"}])
    job_id = dli.create(entrypoint_args="--password planted-args", runtime_config=runtime)
    dli.put(job_id, entrypoint_args=["planted-list"])
    token = {"id": dli.http.headers["X-Auth-Token"]}
    identity = {"methods": ["token"], "token": token}
    dli.http.post("/v3/auth/tokens", json={"auth": {"identity": identity}})
    dli.http.post(f"/v1.0/{PROJECT}/streaming/jobs/run", content=b"planted-no-json")
    log = dli.http.get("/_local/requests").json()["requests"]
    text = json.dumps(log)
    assert "planted" not in text
    assert token["id"] not in text
    sign_in, create, put, *_ = log
    assert sign_in["method"] == "POST"
    assert sign_in["path"] == "/v3/auth/tokens"
    assert sign_in["status"] == 201
    assert json.loads(sign_in["body"])["auth"]["identity"]["password"]["user"] == {
        "name": "local",
        "password": "***",
        "domain": {"name": "local"},
    }
    assert json.loads(create["body"])["entrypoint_args"] == "***"
    assert json.loads(create["body"])["name"] == "orders"
    assert put["status"] == 400
    assert log[-1]["body"] == "(15 bytes that are not JSON)"


def test_the_log_keeps_the_query_and_leaves_out_its_own_doors(dli: LocalService) -> None:
    dli.request("GET", "jobs", None, name="a b", limit=3)
    dli.http.get("/_local/jobs")
    log = dli.http.get("/_local/requests").json()["requests"]
    assert log[-1]["path"] == f"/v1.0/{PROJECT}/streaming/jobs?name=a%20b&limit=3".replace(
        "%20", "+" if "+" in log[-1]["path"] else "%20"
    )
    assert not [entry for entry in log if "_local" in entry["path"]]


def test_the_log_keeps_a_thousand(embedded_dli: LocalService) -> None:
    for number in range(1002):
        embedded_dli.http.get(f"/none/{number}")
    log = embedded_dli.http.get("/_local/requests").json()["requests"]
    assert len(log) == 1000
    assert (log[0]["path"], log[-1]["path"]) == ("/none/2", "/none/1001")
    assert log[-1]["status"] == 404


def logged(dli: LocalService) -> str:
    return json.dumps(dli.http.get("/_local/requests").json()["requests"][-1])


@pytest.mark.parametrize(
    "body",
    [
        {"entrypointArgs": "--key planted-value"},
        {"ENTRYPOINT-ARGS": ["planted-value"]},
        {"runtimeConfig": {"a": ["planted-value"]}},
        {"db_password": "planted-value"},
        {"nested": [{"securityToken": "planted-value"}]},
        {"tags": [{"key": "api-key", "value": "planted-value"}]},
        {"entrypoint_args": "--key=planted-value", "desc": "it is planted-value, dear"},
        {"entrypoint_args": "--key=planted-value", "planted-value": 1},
        {"auth": {"identity": {"methods": ["token"], "token": "planted-value"}}},
        {"auth": {"identity": {"password": {"user": {"password": {"x": "planted-value"}}}}}},
        {"auth": {"identity": {"totp": {"user": {"passcode": "planted-value"}}}}},
        {"password": {"x": "planted-value"}},
    ],
    ids=json.dumps,
)
def test_secrets_are_masked_wherever_they_stand_in_a_body(dli: LocalService, body: Any) -> None:
    dli.http.post(f"/v1.0/{PROJECT}/streaming/flink-jobs", json=body)
    assert "planted" not in logged(dli)
    assert "***" in logged(dli)


@pytest.mark.parametrize(
    "query",
    ["X-Auth-Token=planted", "a=1&password=planted&b=2", "tags=a=b,db_password=planted,c=d"],
)
def test_secrets_are_masked_in_a_query(dli: LocalService, query: str) -> None:
    path = f"/v1.0/{PROJECT}/streaming/jobs"
    dli.http.get(f"{path}?{query}")
    assert "planted" not in logged(dli)
    dli.http.get(f"{path}?{query.replace('s=a=', 's=a%3D').replace('word=', 'word%3D')}")
    assert "planted" not in logged(dli)


def test_what_a_request_signs_in_with_is_masked_where_it_is_repeated(dli: LocalService) -> None:
    token = dli.http.headers["X-Auth-Token"]
    dli.create(desc=f"made with {token}", entrypoint_args="a")
    assert token not in logged(dli)
    headers = {"Authorization": "SDK-HMAC-SHA256 Access=a, Signature=0123456789abcdef"}
    dli.http.get(f"/v1.0/{PROJECT}/streaming/jobs?name=0123456789abcdef", headers=headers)
    assert "name=***" in logged(dli)


def test_what_is_no_secret_is_seen(dli: LocalService) -> None:
    dli.create(entrypoint_args="--topic orders --fast true", desc="orders, true", cu_number=3)
    entry = json.loads(json.loads(logged(dli))["body"])
    assert entry["name"] == "orders"
    assert entry["desc"] == "orders, true"
    assert entry["cu_number"] == 3


def test_too_many_secrets_are_not_looked_for(dli: LocalService) -> None:
    dli.create(entrypoint_args=" ".join(f"planted-{number}" for number in range(2000)))
    assert "planted" not in logged(dli)
    assert "too many secrets" in logged(dli)
