"""The request log: what was sent, and no secret of it."""

from __future__ import annotations

import json

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
