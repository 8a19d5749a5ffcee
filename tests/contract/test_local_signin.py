"""Who gets in: tokens, signatures, projects, and what everybody else is told."""

from __future__ import annotations

import copy
import hashlib
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from local_service import PROJECT, SIGN_IN, LocalService, refusal

if TYPE_CHECKING:
    import httpx

JOBS = f"/v1.0/{PROJECT}/streaming/jobs"
DAY = 24 * 3600
SECRET_KEY = "LOCALSECRETKEY"
USER_ID = "fedcba9876543210fedcba9876543210"


def signed_out(dli: LocalService) -> LocalService:
    del dli.http.headers["X-Auth-Token"]
    return dli


def gateway_code(answer: httpx.Response) -> str:
    body = answer.json()
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["error_msg"]
    return str(body["error_code"])


def sign(dli: LocalService, *, secret: str = SECRET_KEY, **wrong: str) -> dict[str, str]:
    """Headers that sign `GET …/streaming/jobs` by hand, as the signing guide says."""
    date = datetime.fromtimestamp(dli.clock.now(), UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"x-sdk-date": date, "x-something": "anything at all"} | wrong
    names = sorted(headers)
    lines = [f"{name}:{headers[name]}\n" for name in names]
    digest = hashlib.sha256(b"").hexdigest()
    canonical = "\n".join(["GET", f"{JOBS}/", "limit=5", "".join(lines), ";".join(names), digest])
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"SDK-HMAC-SHA256\n{headers['x-sdk-date']}\n{hashed}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    scheme = "SDK-HMAC-SHA256 Access=LOCALACCESSKEY"
    headers["Authorization"] = f"{scheme}, SignedHeaders={';'.join(names)}, Signature={signature}"
    return headers


def test_without_a_credential_nothing_is_told(dli: LocalService) -> None:
    answer = signed_out(dli).http.get(JOBS)
    assert answer.status_code == 401
    assert gateway_code(answer) == "APIGW.0301"


def test_a_made_up_token_is_refused(dli: LocalService) -> None:
    answer = dli.http.get(JOBS, headers={"X-Auth-Token": "made-up"})
    assert (answer.status_code, gateway_code(answer)) == (401, "APIGW.0301")


def test_a_token_lives_a_day(dli: LocalService) -> None:
    dli.pass_time(DAY - 1)
    assert dli.http.get(JOBS).is_success
    dli.pass_time(1)
    answer = dli.http.get(JOBS)
    assert (answer.status_code, gateway_code(answer)) == (401, "APIGW.0307")
    dli.sign_in()
    assert dli.http.get(JOBS).is_success


def test_a_good_signature_over_any_headers_gets_in(dli: LocalService) -> None:
    signed_out(dli)
    assert dli.http.get(JOBS, params={"limit": 5}, headers=sign(dli)).is_success


@pytest.mark.parametrize(
    ("wrong", "query"),
    [
        ({"secret": "another"}, {"limit": 5}),
        ({}, {"limit": 6}),
        ({"x-sdk-date": "20200101T000000Z"}, {"limit": 5}),
        ({"x-sdk-date": "yesterday"}, {"limit": 5}),
    ],
)
def test_a_bad_signature_is_refused(
    dli: LocalService, wrong: dict[str, str], query: dict[str, int]
) -> None:
    signed_out(dli)
    answer = dli.http.get(JOBS, params=query, headers=sign(dli, **wrong))
    assert (answer.status_code, gateway_code(answer)) == (401, "APIGW.0301")


def test_a_signature_may_be_a_quarter_of_an_hour_off(dli: LocalService) -> None:
    signed_out(dli)
    headers = sign(dli)
    dli.pass_time(15 * 60)
    assert dli.http.get(JOBS, params={"limit": 5}, headers=headers).is_success
    dli.pass_time(1)
    assert dli.http.get(JOBS, params={"limit": 5}, headers=headers).status_code == 401


def test_another_project_is_forbidden(dli: LocalService) -> None:
    answer = dli.http.get(JOBS.replace(PROJECT, "f" * 32))
    assert (answer.status_code, gateway_code(answer)) == (403, "APIGW.0302")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2"),
        ("GET", "/v1.0//streaming/jobs"),
        ("GET", f"/v1.0/{PROJECT}/streaming"),
        ("POST", f"/v1.0/{PROJECT}/streaming/sql-jobs"),
        ("PATCH", JOBS),
        ("GET", f"/v3/{PROJECT}/dli_package_resource/1/tags"),
    ],
)
def test_an_unknown_address_is_not_found(dli: LocalService, method: str, path: str) -> None:
    answer = dli.http.request(method, path)
    assert (answer.status_code, gateway_code(answer)) == (404, "APIGW.0101")


def test_a_body_that_is_too_large_is_refused(embedded_dli: LocalService) -> None:
    answer = embedded_dli.http.post(JOBS + "/run", content=b"x" * (12 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert gateway_code(answer) == "APIGW.0201"


def edited(path: str, value: Any) -> dict[str, Any]:
    body = copy.deepcopy(SIGN_IN)
    *parents, last = path.split(".")
    place: Any = body
    for name in parents:
        place = place[name]
    place[last] = value
    return body


@pytest.mark.parametrize(
    ("path", "value", "status"),
    [
        ("auth.identity.password.user.password", "wrong", 401),
        ("auth.identity.password.user.name", "nobody", 401),
        ("auth.identity.password.user.domain", {"name": "elsewhere"}, 401),
        ("auth.identity.password.user.domain", None, 401),
        ("auth.scope.project", {"name": "nowhere"}, 401),
        ("auth.scope.project", {"id": "nowhere"}, 401),
        ("auth.scope.project.domain", {"name": "elsewhere"}, 401),
        ("auth.scope", {"domain": {"name": "elsewhere"}}, 401),
        ("auth.identity.methods", ["totp"], 400),
        ("auth.identity.password", None, 400),
        ("auth.scope.project", "local", 400),
        ("auth", None, 400),
    ],
)
def test_a_wrong_sign_in_is_refused_as_the_identity_service_does(
    dli: LocalService, path: str, value: object, status: int
) -> None:
    answer = dli.http.post("/v3/auth/tokens", json=edited(path, value))
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == status
    assert error["title"] in {"Unauthorized", "Bad Request"}
    assert "X-Subject-Token" not in answer.headers


def test_a_token_tells_its_end_and_its_project(dli: LocalService) -> None:
    answer = dli.http.post("/v3/auth/tokens", json=SIGN_IN)
    token = answer.json()["token"]
    assert token["expires_at"] == "2027-01-16T08:00:00.000000Z"
    assert token["project"]["id"] == PROJECT
    assert {entry["type"] for entry in token["catalog"]} == {"dli", "identity"}
    short = dli.http.post("/v3/auth/tokens?nocatalog", json=SIGN_IN).json()["token"]
    assert "catalog" not in short


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (
            "auth.identity.password.user",
            {"id": USER_ID, "password": "LOCALPASSWORD"},
        ),
        ("auth.scope.project", {"id": PROJECT}),
        ("auth.scope.project.domain", {"name": "local"}),
    ],
)
def test_ids_do_for_names(dli: LocalService, path: str, value: object) -> None:
    answer = dli.http.post("/v3/auth/tokens", json=edited(path, value))
    headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    assert dli.http.get(JOBS, headers=headers).is_success


@pytest.mark.parametrize("scope", [None, {"domain": {"name": "local"}}])
def test_a_token_without_a_project_reaches_no_job(dli: LocalService, scope: object) -> None:
    answer = dli.http.post("/v3/auth/tokens", json=edited("auth.scope", scope))
    assert answer.status_code == 201
    headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    assert dli.http.get(JOBS, headers=headers).status_code == 403
    assert dli.http.get("/v3/auth/projects", headers=headers).is_success


def test_a_token_begets_a_token_that_ends_with_it(dli: LocalService) -> None:
    dli.pass_time(3600)
    identity = {"methods": ["token"], "token": {"id": dli.http.headers["X-Auth-Token"]}}
    answer = dli.http.post("/v3/auth/tokens", json=edited("auth.identity", identity))
    assert answer.json()["token"]["expires_at"] == "2027-01-16T08:00:00.000000Z"


def test_an_agency_is_assumed_by_who_is_signed_in(dli: LocalService) -> None:
    role = {"agency_name": "local", "domain_name": "local"}
    identity = {"methods": ["assume_role"], "assume_role": role}
    body = edited("auth.identity", identity)
    token = dli.http.post("/v3/auth/tokens", json=body).headers["X-Subject-Token"]
    assert dli.http.get(JOBS, headers={"X-Auth-Token": token}).is_success
    role["agency_name"] = "nobody"
    assert dli.http.post("/v3/auth/tokens", json=body).status_code == 401
    role["agency_name"] = "local"
    assert signed_out(dli).http.post("/v3/auth/tokens", json=body).status_code == 401


def test_projects_and_domains_are_told_to_who_is_signed_in(dli: LocalService) -> None:
    for path in ("/v3/projects", "/v3/auth/projects"):
        assert [item["id"] for item in dli.http.get(path).json()["projects"]] == [PROJECT]
        assert dli.http.get(path, params={"name": "nowhere"}).json()["projects"] == []
    assert dli.http.get("/v3/auth/domains").json()["domains"][0]["name"] == "local"
    assert signed_out(dli).http.get("/v3/projects").status_code == 401


def test_temporary_keys_are_given_and_are_limited(dli: LocalService) -> None:
    path = "/v3.0/OS-CREDENTIAL/securitytokens"
    token = {"id": dli.http.headers["X-Auth-Token"], "duration_seconds": 900}
    body = {"auth": {"identity": {"methods": ["token"], "token": token}}}
    credential = dli.http.post(path, json=body).json()["credential"]
    assert {"access", "secret", "securitytoken", "expires_at"} == credential.keys()
    token["duration_seconds"] = 60
    assert dli.http.post(path, json=body).status_code == 400
    token["id"] = "made-up"
    assert dli.http.post(path, json=body).status_code == 401


def test_the_identity_service_is_discovered_from_its_root(dli: LocalService) -> None:
    found = signed_out(dli).http.get("/").json()["versions"]["values"][0]
    where = found["links"][0]["href"]
    assert where == f"{dli.http.base_url}/v3/"
    assert dli.http.get(where).json()["version"] == found


def test_the_catalog_is_told_for_a_project(dli: LocalService) -> None:
    found = dli.http.get("/v3/auth/catalog").json()
    assert {entry["type"] for entry in found["catalog"]} == {"dli", "identity"}
    assert found["links"]["self"] == f"{dli.http.base_url}/v3/auth/catalog"
    token = dli.http.post("/v3/auth/tokens", json=SIGN_IN).json()["token"]
    assert found["catalog"] == token["catalog"]
    unscoped = dli.http.post("/v3/auth/tokens", json=edited("auth.scope", None))
    dli.http.headers["X-Auth-Token"] = unscoped.headers["X-Subject-Token"]
    assert dli.http.get("/v3/auth/catalog").status_code == 403
    assert signed_out(dli).http.get("/v3/auth/catalog").status_code == 401


def test_a_project_is_told_by_its_id(dli: LocalService) -> None:
    found = dli.http.get(f"/v3/projects/{PROJECT}").json()["project"]
    assert found == dli.http.get("/v3/projects").json()["projects"][0]
    assert found["links"] == {"self": f"{dli.http.base_url}/v3/projects/{PROJECT}"}
    none = dli.http.get(f"/v3/projects/{'f' * 32}")
    assert none.status_code == 404
    assert none.json()["error"] == {
        "code": 404,
        "message": "There is no such project.",
        "title": "Not Found",
    }
    assert signed_out(dli).http.get(f"/v3/projects/{PROJECT}").status_code == 401


@pytest.mark.parametrize("path", ["/v3/domains", "/v3/auth/domains"])
def test_the_domain_is_told_by_its_name(dli: LocalService, path: str) -> None:
    [domain] = dli.http.get(path).json()["domains"]
    assert (domain["name"], domain["enabled"]) == ("local", True)
    assert dli.http.get(path, params={"name": "local"}).json()["domains"] == [domain]
    assert dli.http.get(path, params={"name": "other"}).json()["domains"] == []
    assert signed_out(dli).http.get(path).status_code == 401


def test_the_versions_are_told_to_everybody_in_the_documented_shape(dli: LocalService) -> None:
    answer = signed_out(dli).http.get("/")
    assert answer.status_code == 300
    [version] = answer.json()["versions"]["values"]
    assert version.keys() == {"id", "links", "media-types", "status", "updated"}
    for path in ("/v3", "/v3/"):
        assert dli.http.get(path).json() == {"version": version}


def test_buckets_are_authorized_as_documented(dli: LocalService) -> None:
    path = "/v1.0/{project_id}/dli/obs-authorize"
    assert dli.good("POST", path, {"obs_buckets": ["bucket1"]}) == {
        "is_success": "true",
        "message": "The following OBS bucket is authorized successfully, bucket1.",
    }
    for buckets in (None, [], "bucket1", [1]):
        assert refusal(dli.request("POST", path, {"obs_buckets": buckets})) == "DLI.0001"
