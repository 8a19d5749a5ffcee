"""One request to the service: JSON in, JSON out, repeated where that is safe.

Repeating happens above the sign-in, so that each attempt is signed anew.
"""

from __future__ import annotations

import copy
import importlib.metadata
import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

import httpx

from pulumi_dli.client.bodies import ENCODINGS, Unreadable
from pulumi_dli.client.certificates import distrust
from pulumi_dli.client.keystone import TEMPORARY_KEYS
from pulumi_dli.client.responses import decode, refusal, refused
from pulumi_dli.client.retries import repeat
from pulumi_dli.client.trace import OPAQUE, Trace
from pulumi_dli.clock import SYSTEM, Clock
from pulumi_dli.errors import MAX_TEXT, ApiError, SettingsError, TransportError

_REPEATABLE = {"GET", "DELETE"}
_HARMLESS = {TEMPORARY_KEYS}
"""Where a POST may be repeated too: what a lost answer leaves ends by itself."""
_HASTY = httpx.Timeout(10.0, connect=5.0)
_BRIEF = httpx.Timeout(2.0)
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)

_Answer = TypeVar("_Answer")


class Transport:
    """Sends requests to one place.

    Args:
        client: has the base URL, the sign-in and the time-outs.
        project_id: gives the project's id for the paths; asked for each request.
        max_retries: how often a request is repeated at most.
        hide: texts, such as credentials, that no error may repeat.
        clock: time, for a `Retry-After` that is a date.
        trace: is told of requests that get no answer.
    """

    def __init__(
        self,
        client: httpx.Client,
        *,
        project_id: Callable[[], str],
        max_retries: int = 5,
        hide: Iterable[str] = (),
        clock: Clock = SYSTEM,
        trace: Trace | None = None,
    ) -> None:
        self._client = client
        self._project_id = project_id
        self._max_retries = max_retries
        self._hide = tuple(hide)
        self._clock = clock
        self._failures = nullcontext if trace is None else trace.failures
        self._timeout = client.timeout
        # Joined here, once: the client would do both anew for each request.
        self._base = str(client.base_url).rstrip("/")
        self._headers = client.headers.copy()
        self._headers.update(
            {
                "Accept-Encoding": ENCODINGS,
                "Content-Type": "application/json",
                "X-Language": "en-us",
                "User-Agent": f"pulumi-dli/{importlib.metadata.version('pulumi-dli')}",
            }
        )

    def build(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] = b"",
        timeout: httpx.Timeout | None = None,
    ) -> httpx.Request:
        """A request whose bodies are somebody's files: they are no JSON, and no trace shows them.

        Args:
            method: the HTTP method.
            url: where to, whole.
            headers: those beside the ones that every request has.
            content: the body.
            timeout: how long to wait, in place of the usual.
        """
        return self._client.build_request(
            method,
            url,
            headers={"User-Agent": self._headers["User-Agent"], **headers},
            content=content,
            timeout=timeout or self._timeout,
            extensions=OPAQUE,
        )

    def hasty(self) -> Transport:
        """The same, for looks that nothing depends on: short time-outs, and one repetition."""
        return self._within(_HASTY, 1)

    def brief(self) -> Transport:
        """The same, for looks that may hold nothing up: seconds, and no repetition."""
        return self._within(_BRIEF, 0)

    def _within(self, timeout: httpx.Timeout, retries: int) -> Transport:
        other = copy.copy(self)
        other._timeout = timeout  # noqa: SLF001 -- our own copy
        other._max_retries = min(self._max_retries, retries)  # noqa: SLF001
        return other

    def request(
        self,
        method: str,
        path: str,
        *,
        what: str,
        params: Mapping[str, str | int] | None = None,
        json: object | None = None,
        hide: Iterable[str] = (),
    ) -> Any:
        """Send one request and return the decoded answer, `{}` when it is empty.

        Args:
            method: the HTTP method.
            path: below the endpoint; `{project_id}` stands for the project's id.
            what: what is tried, in words that follow "could not".
            params: the query.
            json: the body.
            hide: texts of this request that no error may repeat.

        Raises:
            TransportError: no answer came.
            ApiError: the service refused; AuthError, NotFoundError, ThrottledError of it.
            SettingsError: the service's certificate is not trusted, or the project is unknown.
        """
        if "{project_id}" in path:
            path = path.replace("{project_id}", self._project_id())
        hidden = (*self._hide, *hide)

        def build() -> httpx.Request:
            return httpx.Request(
                method,
                self._base + path,
                params=params,
                json=json,
                headers=self._headers,
                cookies=self._client.cookies,
                extensions={"timeout": self._timeout.as_dict()},
            )

        return self.exchange(
            what,
            build,
            lambda response: self._result(what, response, hidden),
            repeatable=method in _REPEATABLE or path in _HARMLESS,
        )

    def exchange(
        self,
        what: str,
        build: Callable[[], httpx.Request],
        read: Callable[[httpx.Response], _Answer],
        *,
        repeatable: bool,
    ) -> _Answer:
        """Send a request that is built for each attempt, and return what is read of the answer.

        Args:
            what: what is tried, in words that follow "could not".
            build: makes the request.
            read: reads an answer, or raises the error that it means.
            repeatable: whether it may be sent again although it may have taken effect.

        Raises:
            TransportError: no answer came.
            SettingsError: the service's certificate is not trusted.
            DliError: what `read` raises.
        """

        def send() -> _Answer:
            request = build()
            with reaching(what, request), self._failures():
                response = self._client.send(request)
            return read(response)

        return repeat(send, repeatable=repeatable, max_retries=self._max_retries)

    def _result(self, what: str, response: httpx.Response, hide: Iterable[str]) -> Any:
        body = decode(response.content)
        if refused(response.status_code, body):
            raise refusal(
                what,
                response.status_code,
                response.content,
                response.headers,
                now=self._clock.epoch(),
                hide=hide,
            )
        if isinstance(body, str):
            raise ApiError(
                f"could not {what}: the answer is not the service's (no JSON); "
                "check dli:endpoint, and proxies on the way",
                status=response.status_code,
                uncertain=True,
            )
        return body


@contextmanager
def reaching(what: str, request: httpx.Request | None = None) -> Iterator[None]:
    """Turn the HTTP library's errors into ours.

    Args:
        what: what is tried, in words that follow "could not".
        request: the request that counts. When another one fails, which is the sign-in
            before it, this one was certainly not sent; None when only the sign-in is meant.

    Raises:
        TransportError: no answer came.
        ApiError: an answer came that cannot be read.
        SettingsError: the certificate is not trusted.
    """
    try:
        yield
    except Unreadable as error:
        of_object = OPAQUE.items() <= error.request.extensions.items()
        setting = "dli:obsEndpoint" if of_object else "dli:endpoint"
        raise ApiError(
            f"could not {what}: the answer of {error.request.url.netloc.decode()} cannot be read: "
            f"{error}; check {setting}, and proxies on the way",
            status=httpx.codes.OK,
            uncertain=error.request is request,
        ) from None
    except UnicodeError:  # Python's own look-up of a host name, which is that of a proxy
        raise TransportError(
            f"could not {what}: no connection, because a host name on the way is none; check the "
            "environment's HTTPS_PROXY, HTTP_PROXY and ALL_PROXY",
            uncertain=False,
        ) from None
    except httpx.RequestError as error:
        host = error.request.url.netloc.decode()
        if refused := _refused_certificate(error):
            raise SettingsError(
                f"could not {what}: the certificate of {host} {distrust(refused)}"
            ) from None
        lost = error.request is request and not isinstance(error, _NEVER_SENT)
        reason = f"no connection to {host} ({_reason(error)})"
        if lost:
            reason = f"{host} gave no answer ({_reason(error)}), so it may have been done or not"
        raise TransportError(
            f"could not {what}: {reason}; check the network, and the endpoint with "
            "`pulumi-dli doctor`",
            uncertain=lost,
        ) from None


def _refused_certificate(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error


def _reason(error: httpx.RequestError) -> str:
    # The text of a protocol error repeats the header that it dislikes.
    words = "" if isinstance(error, httpx.ProtocolError) else " ".join(str(error).split())
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower()
    return words[:MAX_TEXT] or kind
