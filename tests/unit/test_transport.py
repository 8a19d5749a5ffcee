"""One request: what is sent, what comes back, and what is tried again."""

from __future__ import annotations

import contextlib
import json
import ssl
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.client.auth import TokenAuth
from pulumi_dli.client.keystone import by_password
from pulumi_dli.client.retries import again
from pulumi_dli.client.transport import Transport
from pulumi_dli.errors import (
    ApiError,
    AuthError,
    DliError,
    NotFoundError,
    SettingsError,
    ThrottledError,
    TransportError,
)
from pulumi_dli.settings.credentials import Password

PATH = "/v1.0/{project_id}/streaming/jobs/138"
OK = httpx.Response(200, json={"is_success": "true"})

Handler = Callable[[httpx.Request], httpx.Response]
Step = httpx.Response | type[httpx.RequestError]


class Service:
    """Answers with one step after the other, and remembers what it was sent."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, httpx.Response):
            return step
        raise step("planted-header", request=request)


def transport(
    service: Callable[[httpx.Request], httpx.Response], max_retries: int = 5
) -> Transport:
    client = httpx.Client(
        base_url="https://dli.example/base", transport=httpx.MockTransport(service)
    )
    return Transport(client, project_id=lambda: "p1", max_retries=max_retries)


@pytest.fixture(autouse=True)
def without_waiting() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=100, cap=True):
        yield


def test_what_is_sent() -> None:
    service = Service(OK)
    answer = transport(service).request(
        "POST", PATH, what="x", params={"limit": 10, "name": "a b"}, json={"n": 1}
    )
    assert answer == {"is_success": "true"}
    (request,) = service.requests
    assert request.method == "POST"
    assert str(request.url) == (
        "https://dli.example/base/v1.0/p1/streaming/jobs/138?limit=10&name=a+b"
    )
    assert json.loads(request.content) == {"n": 1}
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-Language"] == "en-us"
    assert request.headers["User-Agent"].startswith("pulumi-dli/0.")


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        (httpx.Response(204), {}),
        (httpx.Response(200, json={}), {}),
        (httpx.Response(200, json={"is_success": True, "n": 1}), {"is_success": True, "n": 1}),
        (httpx.Response(200, json=[{"is_success": "true"}]), [{"is_success": "true"}]),
    ],
)
def test_answers_are_decoded(response: httpx.Response, answer: object) -> None:
    assert transport(Service(response)).request("GET", PATH, what="x") == answer


def test_an_answer_that_is_not_the_services() -> None:
    page = httpx.Response(200, text="<html>log in to the hotel's network</html>")
    with pytest.raises(ApiError, match="not the service's") as caught:
        transport(Service(page)).request("POST", PATH, what="run the job x")
    assert caught.value.uncertain


def test_the_project_is_asked_for_only_where_the_path_needs_it() -> None:
    def unknown() -> str:
        raise SettingsError("no project")

    client = httpx.Client(base_url="https://x", transport=httpx.MockTransport(Service(OK)))
    lost = Transport(client, project_id=unknown)
    assert lost.request("GET", "/v3/projects", what="x") == {"is_success": "true"}
    with pytest.raises(SettingsError, match="no project"):
        lost.request("GET", PATH, what="x")


def of(status: int, code: str = "", retry_after: float | None = None) -> ApiError:
    kind = ThrottledError if status == 429 else ApiError
    uncertain = status >= 500 or code == "DLI.0999"
    return kind("x", status=status, code=code, uncertain=uncertain, retry_after=retry_after)


POLICY: list[tuple[DliError, bool | float, bool | float]] = [
    # the error, for GET and DELETE, for everything else
    (TransportError("never sent", uncertain=False), True, True),
    (TransportError("answer lost", uncertain=True), True, False),
    (of(429), True, True),
    (of(429, retry_after=7.0), 7.0, 7.0),
    (of(429, retry_after=0.0), 0.0, 0.0),
    (of(502), True, False),
    (of(503, retry_after=3.0), 3.0, False),
    (of(504), True, False),
    (of(400, "DLI.0999"), True, False),
    (of(500), False, False),
    (of(400, "DLI.0001"), False, False),
    (AuthError("x", status=401), False, False),
    (NotFoundError("x", status=400), False, False),
    (SettingsError("x"), False, False),
]


@pytest.mark.parametrize(("error", "repeatable", "other"), POLICY)
def test_what_is_worth_another_attempt(
    error: DliError, repeatable: bool | float, other: bool | float
) -> None:
    assert again(error, repeatable=True) is repeatable
    assert again(error, repeatable=False) is other


def test_other_errors_are_nobodys_business() -> None:
    assert again(ValueError("a bug"), repeatable=True) is False


NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
LOST = (httpx.ReadTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "failure",
    [
        *NEVER_SENT,
        *LOST,
        httpx.Response(429),
        httpx.Response(502),
        httpx.Response(503, headers={"Retry-After": "5"}),
        httpx.Response(400, json={"error_code": "DLI.0999"}),
    ],
)
def test_get_and_delete_are_repeated(method: str, failure: Step) -> None:
    service = Service(failure, failure, OK)
    assert transport(service).request(method, PATH, what="x") == {"is_success": "true"}
    assert len(service.requests) == 3


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("failure", [*NEVER_SENT, httpx.Response(429)])
def test_a_change_is_repeated_when_it_certainly_did_nothing(method: str, failure: Step) -> None:
    service = Service(failure, OK)
    assert transport(service).request(method, PATH, what="x", json={}) == {"is_success": "true"}
    assert len(service.requests) == 2


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "failure",
    [
        *LOST,
        httpx.Response(500),
        httpx.Response(502),
        httpx.Response(504),
        httpx.Response(400, json={"error_code": "DLI.0999"}),
    ],
)
def test_a_change_that_may_have_been_done_is_not_repeated(method: str, failure: Step) -> None:
    service = Service(failure, OK)
    with pytest.raises(DliError) as caught:
        transport(service).request(method, PATH, what="x", json={})
    assert caught.value.uncertain
    assert len(service.requests) == 1


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_it_gives_up_with_the_last_error(retries: int) -> None:
    service = Service(httpx.Response(503, headers={"X-Request-Id": "r7"}))
    with pytest.raises(
        ApiError, match=r"could not list the jobs: HTTP 503 \(request id r7\)"
    ) as gave:
        transport(service, max_retries=retries).request("GET", PATH, what="list the jobs")
    assert gave.value.request_id == "r7"
    assert len(service.requests) == retries + 1


@pytest.mark.parametrize("failure", [*NEVER_SENT, *LOST, httpx.LocalProtocolError])
def test_without_an_answer_one_sentence_says_so(failure: type[httpx.RequestError]) -> None:
    with pytest.raises(TransportError) as caught:
        transport(Service(failure), max_retries=0).request("PUT", PATH, what="update the job x")
    text = str(caught.value)
    assert text.startswith("could not update the job x: ")
    assert "dli.example" in text
    assert caught.value.uncertain is (failure in LOST)
    assert caught.value.__cause__ is None
    if issubclass(failure, httpx.ProtocolError):
        assert "planted" not in text


def test_a_certificate_that_is_not_trusted_is_a_setting() -> None:
    def distrust(request: httpx.Request) -> httpx.Response:
        try:
            raise ssl.SSLCertVerificationError(1, "self-signed certificate")
        except ssl.SSLError as error:
            raise httpx.ConnectError(str(error), request=request) from error

    with pytest.raises(SettingsError, match=r"dli\.example is not trusted.*dli:caCert"):
        transport(distrust).request("GET", PATH, what="x")


def test_a_failed_sign_in_means_that_nothing_was_sent() -> None:
    """A change is repeated then: the request itself never left."""
    changes: list[httpx.Request] = []
    answers: list[Step] = [httpx.ReadTimeout, httpx.Response(503), httpx.ReadError]

    def cloud(request: httpx.Request) -> httpx.Response:
        if request.url.host == "dli.example":
            changes.append(request)
            return OK
        step = answers.pop(0) if answers else httpx.Response(201, headers={"X-Subject-Token": "t"})
        if isinstance(step, httpx.Response):
            return step
        raise step("lost", request=request)

    auth = TokenAuth("https://iam.example", by_password(Password("p", user_id="u")))
    client = httpx.Client(
        base_url="https://dli.example", transport=httpx.MockTransport(cloud), auth=auth
    )
    Transport(client, project_id=lambda: "p1").request("POST", PATH, what="x", json={})
    assert len(changes) == 1


def test_each_attempt_is_signed_anew() -> None:
    class Counting(httpx.Auth):
        count = 0

        def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
            self.count += 1
            request.headers["X-Count"] = str(self.count)
            yield request

    service = Service(httpx.Response(502), httpx.Response(502), OK)
    client = httpx.Client(
        base_url="https://x", transport=httpx.MockTransport(service), auth=Counting()
    )
    Transport(client, project_id=lambda: "p").request("GET", PATH, what="x")
    assert [request.headers["X-Count"] for request in service.requests] == ["1", "2", "3"]


def test_no_secret_of_the_client_or_the_request_is_repeated() -> None:
    echo = httpx.Response(400, json={"error_msg": "ak planted-ak, args --key planted-arg"})
    client = httpx.Client(
        base_url="https://x", transport=httpx.MockTransport(Service(echo)), auth=("u", "planted-pw")
    )
    careful = Transport(client, project_id=lambda: "p", hide=["planted-ak"])
    with pytest.raises(ApiError) as caught:
        careful.request("POST", PATH, what="x", json={}, hide=["--key planted-arg"])
    assert "planted" not in f"{caught.value} {caught.value.text}"


@given(st.integers(200, 599), st.binary(max_size=80))
def test_any_bytes_are_an_answer_or_an_error_of_ours(status: int, body: bytes) -> None:
    service = Service(httpx.Response(status, content=body))
    with contextlib.suppress(DliError):
        transport(service, max_retries=0).request("POST", PATH, what="x")


def test_patience_begins_with_the_first_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: passed[0])
    service = Service(httpx.ReadTimeout)

    def slow(request: httpx.Request) -> httpx.Response:
        passed[0] += 301
        return service(request)

    with stamina.set_testing(testing=False), pytest.raises(TransportError):
        transport(slow).request("GET", PATH, what="x")
    assert len(service.requests) == 1
