"""One request to the service: JSON in, JSON out, repeated where that is safe.

Repeating happens above the sign-in, so that each attempt is signed anew.
"""

from __future__ import annotations

import copy
import importlib.metadata
import logging
import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

import httpx

from pulumi_dli.client.bodies import ENCODINGS, Unreadable
from pulumi_dli.client.certificates import distrust
from pulumi_dli.client.responses import PASSING, SERVER_ERROR, decode, refusal, refused
from pulumi_dli.client.trace import Trace
from pulumi_dli.clock import SYSTEM, Clock
from pulumi_dli.errors import (
    MAX_TEXT,
    ApiError,
    SettingsError,
    ThrottledError,
    TransportError,
)

_REPEATABLE = {"GET", "DELETE"}
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 20.0
_PATIENCE = 300.0
_HASTY = httpx.Timeout(10.0, connect=5.0)
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)

_Answer = TypeVar("_Answer")

# Who wants to see retries configures this logger; without it they would go to stderr.
logging.getLogger("stamina").addHandler(logging.NullHandler())


def again(error: Exception, *, repeatable: bool) -> bool | float:
    """Whether a request that failed is worth another attempt, or after how many seconds.

    1. Only a failure that is likely to pass: no answer, 429, 502, 503, 504, or the
       service's own `DLI.0999`.
    2. A request that may be repeated without harm (GET and DELETE) is repeated after each
       of these. Any other only when the failed attempt certainly had no effect: no
       connection was made, the sign-in before it failed, or the answer was 429. After a
       lost answer the caller has to look at the job first.
    3. When the service says how long to wait (`Retry-After`), that is obeyed.
    """
    wait: float | None = None
    if isinstance(error, ApiError):
        wait = error.retry_after
        passing = isinstance(error, ThrottledError) or error.status in PASSING
        passing = passing or error.code == SERVER_ERROR
    else:
        passing = isinstance(error, TransportError)
    if not passing or (getattr(error, "uncertain", True) and not repeatable):
        return False
    return True if wait is None else wait


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
        self._base = str(client.base_url).rstrip("/")  # joined here: httpx parses it anew each time
        self._headers = {
            "Accept-Encoding": ENCODINGS,
            "Content-Type": "application/json",
            "X-Language": "en-us",
            "User-Agent": f"pulumi-dli/{importlib.metadata.version('pulumi-dli')}",
        }

    def hasty(self) -> Transport:
        """The same, for looks that nothing depends on: short time-outs, and one repetition."""
        other = copy.copy(self)
        other._timeout = _HASTY  # noqa: SLF001 -- our own copy
        other._max_retries = min(self._max_retries, 1)  # noqa: SLF001
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

        def send() -> Any:
            request = self._client.build_request(
                method,
                self._base + path,
                params=params,
                json=json,
                headers=self._headers,
                timeout=self._timeout,
            )
            with reaching(what, request), self._failures():
                response = self._client.send(request)
            return self._result(what, response, hidden)

        return repeat(send, repeatable=method in _REPEATABLE, max_retries=self._max_retries)

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


def repeat(send: Callable[[], _Answer], *, repeatable: bool, max_retries: int) -> _Answer:
    """Call `send` until it succeeds, or `again` says that another attempt is not worth it.

    The waits grow from half a second to twenty, with jitter, and end after five minutes
    or `max_retries` attempts more than the first; then the last error is raised.
    """
    began = time.monotonic()
    try:
        return send()
    except Exception as error:
        left = _PATIENCE - (time.monotonic() - began)
        if again(error, repeatable=repeatable) is False or left <= 0:
            raise
        failed: Exception | None = error
    import stamina  # noqa: PLC0415 -- nearly every run does without

    for attempt in stamina.retry_context(
        on=lambda error: again(error, repeatable=repeatable),
        attempts=max_retries + 1,
        timeout=left,
        wait_initial=_FIRST_WAIT,
        wait_max=_LONGEST_WAIT,
    ):
        with attempt:
            if failed is not None:  # the first attempt, which was made above
                try:
                    raise failed
                finally:
                    failed = None
            return send()
    raise AssertionError  # retry_context ends in a result or an error


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
        raise ApiError(
            f"could not {what}: the answer of {error.request.url.netloc.decode()} cannot be read: "
            f"{error}; check dli:endpoint, and proxies on the way",
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
