"""Signing in: one token for all threads, renewed in time, and never shown."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
from pulumi_dli.client.auth import ReadyToken, SdkSigner, TokenAuth
from pulumi_dli.client.keystone import by_agency, by_password
from pulumi_dli.errors import ApiError, AuthError, ThrottledError
from pulumi_dli.settings.credentials import Password
from pulumi_dli.settings.settings import Agency
from stand_ins import HandClock

IAM = "https://iam.example"
DLI = "https://dli.example/v1.0/p/streaming/jobs"
ANN = Password("planted-password", username="ann", domain_name="OTC1")
START = datetime(2030, 1, 1, tzinfo=UTC).timestamp()
DAY = 24 * 3600.0


class Cloud:
    """An identity service and a DLI that accepts the tokens it has given out."""

    def __init__(self, clock: HandClock, life: float = DAY) -> None:
        self.clock = clock
        self.life = life
        self.good: set[str] = set()
        self.asked: list[httpx.Request] = []
        self.served: list[str] = []
        self.lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            if request.url.path == "/v3/auth/tokens":
                return self.give(request)
            token = request.headers.get("X-Auth-Token", "")
            self.served.append(token)
            if token in self.good:
                return httpx.Response(200, json={})
            return httpx.Response(401, json={"error_code": "APIGW.0307"})

    def give(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        token = f"planted-token-{len(self.asked)}"
        self.good.add(token)
        expires = datetime.fromtimestamp(self.clock.time + self.life, UTC)
        body = {
            "token": {
                "expires_at": expires.isoformat().replace("+00:00", "Z"),
                "project": {"id": "0123"},
            }
        }
        return httpx.Response(201, headers={"X-Subject-Token": token}, json=body)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(START)


@pytest.fixture
def cloud(clock: HandClock) -> Cloud:
    return Cloud(clock)


@pytest.fixture
def auth(clock: HandClock) -> TokenAuth:
    return TokenAuth(IAM, by_password(ANN, project_name="eu-de_team"), clock=clock)


def client(handler: Callable[[httpx.Request], httpx.Response], auth: httpx.Auth) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(handler), auth=auth)


def test_the_request_for_a_token_is_the_documented_one(cloud: Cloud, auth: TokenAuth) -> None:
    client(cloud, auth).get(DLI)
    (asked,) = cloud.asked
    assert str(asked.url) == f"{IAM}/v3/auth/tokens?nocatalog=true"
    assert json.loads(asked.content) == {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {
                    "user": {
                        "name": "ann",
                        "password": "planted-password",
                        "domain": {"name": "OTC1"},
                    }
                },
            },
            "scope": {"project": {"name": "eu-de_team"}},
        }
    }
    assert asked.extensions["timeout"] == {"connect": 5.0, "read": 5.0, "write": 5.0, "pool": 5.0}


def test_a_user_id_needs_no_domain() -> None:
    ask = by_password(Password("p", user_id="u1"), project_id="p1")
    assert ask.body == {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"id": "u1", "password": "p"}},
            },
            "scope": {"project": {"id": "p1"}},
        }
    }


def test_one_token_serves_every_request(cloud: Cloud, auth: TokenAuth) -> None:
    http = client(cloud, auth)
    for _ in range(3):
        assert http.get(DLI).status_code == 200
    assert cloud.served == ["planted-token-1"] * 3


def test_threads_share_the_one_that_is_fetched(cloud: Cloud, auth: TokenAuth) -> None:
    second = threading.Barrier(2)

    def slow(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/auth/tokens":
            # Leaves a second sign-in, if there were one, the time to come.
            with contextlib.suppress(threading.BrokenBarrierError):
                second.wait(0.2)
        return cloud(request)

    http = client(slow, auth)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: http.get(DLI).status_code, range(8))) == {200}
    assert len(cloud.asked) == 1


@pytest.mark.parametrize(("age", "tokens"), [(0.89, 1), (0.9, 2), (1.5, 2)])
def test_it_is_renewed_before_it_expires(
    cloud: Cloud, auth: TokenAuth, clock: HandClock, age: float, tokens: int
) -> None:
    http = client(cloud, auth)
    http.get(DLI)
    clock.time += age * DAY
    http.get(DLI)
    assert len(cloud.asked) == tokens


def test_it_is_renewed_once_after_a_401(cloud: Cloud, auth: TokenAuth) -> None:
    http = client(cloud, auth)
    http.get(DLI)
    cloud.good.clear()
    assert http.post(DLI, json={"n": 1}).status_code == 200
    assert cloud.served == ["planted-token-1", "planted-token-1", "planted-token-2"]


def test_a_401_that_stays_is_handed_on(cloud: Cloud, auth: TokenAuth) -> None:
    def refusing(request: httpx.Request) -> httpx.Response:
        answer = cloud(request)
        cloud.good.clear()
        return answer

    assert client(refusing, auth).get(DLI).status_code == 401
    assert len(cloud.asked) == 2


def test_threads_that_are_refused_renew_it_once(cloud: Cloud, auth: TokenAuth) -> None:
    http = client(cloud, auth)
    http.get(DLI)
    cloud.good.clear()
    old, everyone = cloud.served[0], threading.Barrier(4)

    def refuse_together(request: httpx.Request) -> httpx.Response:
        if request.headers.get("X-Auth-Token") == old:
            everyone.wait()
        return cloud(request)

    together = client(refuse_together, auth)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: together.get(DLI).status_code, range(4)))
    assert answers == [200] * 4
    assert len(cloud.asked) == 2


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (
            httpx.Response(
                401,
                json={"error": {"code": 401, "message": "wrong: planted-password", "title": "U"}},
                headers={"X-Request-Id": "r1"},
            ),
            AuthError,
            "user ann of domain OTC1 at https://iam.example/v3/auth/tokens: wrong: [secret] (requ",
        ),
        (httpx.Response(429, headers={"Retry-After": "7"}), ThrottledError, "HTTP 429"),
        (httpx.Response(503, text="<h1>busy</h1>"), ApiError, "busy"),
        (httpx.Response(200, text="<h1>not IAM</h1>"), AuthError, "the answer has no token"),
        (httpx.Response(404, text="nope"), ApiError, "nope"),
    ],
)
def test_a_refused_sign_in_says_whose_and_where(
    auth: TokenAuth, answer: httpx.Response, kind: type[ApiError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        client(lambda _: answer, auth).post(DLI)
    assert words in str(caught.value)
    assert "planted" not in str(caught.value)
    # The request behind the sign-in was never sent.
    assert caught.value.uncertain is False


def test_after_a_failed_sign_in_the_next_request_tries_again(cloud: Cloud, auth: TokenAuth) -> None:
    down = True

    def flaky(request: httpx.Request) -> httpx.Response:
        if down:
            raise httpx.ConnectError("refused", request=request)
        return cloud(request)

    http = client(flaky, auth)
    with pytest.raises(httpx.ConnectError):
        http.get(DLI)
    down = False
    assert http.get(DLI).status_code == 200


def test_signing_in_alone_gives_the_project(cloud: Cloud, auth: TokenAuth) -> None:
    http = client(cloud, auth)
    assert auth.sign_in(http) == "0123"
    assert auth.sign_in(http) == "0123"
    http.get(DLI)
    assert len(cloud.asked) == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"token": {"expires_at": "soon"}}, {"token": None}, {"token": {"project": "x"}}, [1]],
)
def test_a_token_that_says_little_is_used_all_the_same(auth: TokenAuth, body: object) -> None:
    answer = httpx.Response(201, headers={"X-Subject-Token": "t"}, json=body)
    assert auth.sign_in(client(lambda _: answer, auth)) is None


def test_an_agency_is_taken_on_with_the_users_own_token(cloud: Cloud, clock: HandClock) -> None:
    ask = by_agency(Agency("dli-agency", "OTC2"), project_name="eu-de")
    user = TokenAuth(IAM, by_password(ANN), clock=clock)
    http = client(cloud, TokenAuth(IAM, ask, base=user, clock=clock))
    assert http.get(DLI).status_code == 200
    first, second = cloud.asked
    assert json.loads(first.content)["auth"]["scope"] == {"domain": {"name": "OTC1"}}
    assert second.headers["X-Auth-Token"] == "planted-token-1"
    assert json.loads(second.content) == {
        "auth": {
            "identity": {
                "methods": ["assume_role"],
                "assume_role": {"domain_name": "OTC2", "agency_name": "dli-agency"},
            },
            "scope": {"project": {"name": "eu-de"}},
        }
    }
    assert cloud.served == ["planted-token-2"]


def test_an_agency_is_taken_on_with_an_access_key(cloud: Cloud, clock: HandClock) -> None:
    ask = by_agency(Agency("dli-agency", "OTC2"), project_id="p")
    signer = SdkSigner("planted-ak", "planted-sk", clock=clock)
    http = client(cloud, TokenAuth(IAM, ask, base=signer, clock=clock))
    assert http.get(DLI).status_code == 200
    assert "Access=planted-ak" in cloud.asked[0].headers["Authorization"]
    assert cloud.served == ["planted-token-1"]


def test_a_ready_token_is_sent_as_it_is(cloud: Cloud) -> None:
    cloud.good.add("ready")
    assert client(cloud, ReadyToken("ready")).get(DLI).status_code == 200
    assert client(cloud, ReadyToken("stale")).get(DLI).status_code == 401
    assert cloud.asked == []


def test_a_signer_sends_what_a_sub_project_and_a_temporary_key_need(clock: HandClock) -> None:
    signer = SdkSigner(
        "ak", "planted-sk", security_token="st", project_id=lambda: "p1", clock=clock
    )
    request = next(signer.sync_auth_flow(httpx.Request("GET", DLI)))
    assert request.headers["X-Project-Id"] == "p1"
    assert request.headers["X-Security-Token"] == "st"
    assert request.headers["X-Sdk-Date"] == "20300101T000000Z"
    assert (
        "SignedHeaders=host;x-project-id;x-sdk-date;x-security-token"
        in request.headers["Authorization"]
    )
    assert "planted" not in str(request.headers.raw)


def test_no_secret_shows(cloud: Cloud, auth: TokenAuth, clock: HandClock) -> None:
    client(cloud, auth).get(DLI)
    ask = by_password(ANN)
    for thing in (auth, ask, ReadyToken("planted"), SdkSigner("planted", "planted", clock=clock)):
        assert "planted" not in f"{thing!r} {thing}"
