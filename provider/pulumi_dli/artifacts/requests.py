"""One request to the object service: addressed, signed, sent, and repeated where that may help."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx

from pulumi_dli.artifacts.keys import Keys, KeySource
from pulumi_dli.artifacts.payload import Payload
from pulumi_dli.artifacts.refusals import refusal
from pulumi_dli.artifacts.signature import amz_date, authorization, canonical_query, encoded
from pulumi_dli.client.transport import Transport
from pulumi_dli.clock import Clock
from pulumi_dli.errors import DliError, ObjectError
from pulumi_dli.job.object_url import ObjectUrl, is_bucket
from pulumi_dli.settings.urls import loopback

_STALE = {"ExpiredToken", "InvalidToken", "InvalidAccessKeyId"}
"""Codes after which other keys are worth an attempt."""
_EMPTY = hashlib.sha256(b"").hexdigest()

_Read = TypeVar("_Read")


class Request(NamedTuple):
    """What is sent: to an object, or to a bucket where the key is empty."""

    method: str
    url: ObjectUrl
    headers: Mapping[str, str] = {}
    payload: Payload | None = None
    query: Mapping[str, str] = {}
    timeout: httpx.Timeout | None = None


class Sender:
    """Sends requests to the object service of one place.

    Args:
        transport: sends requests; it signs none of them.
        endpoint: of the service, a URL.
        region: what requests are signed for.
        keys: sign requests; None: nobody asks for a signature.
        clock: time.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        endpoint: str,
        region: str,
        keys: KeySource | None,
        clock: Clock,
    ) -> None:
        self._transport = transport
        self._endpoint = endpoint.rstrip("/")
        self._by_path = keys is None or _is_address(endpoint)
        self._region = region
        self._keys = keys
        self._clock = clock

    def send(self, what: str, request: Request, read: Callable[[httpx.Response], _Read]) -> _Read:
        """Send a request, again where that may help, and return what is read of a good answer.

        Args:
            what: what is tried, in words that follow "could not".
            request: what is sent.
            read: reads an answer, or raises the error that it means.

        Raises:
            ObjectError: the service refused.
            DliError: no request can be made, or no answer came; or what `read` raises.
        """
        if request.url.key:
            demand_good(request.url)
        elif not is_bucket(request.url.bucket):
            raise DliError(f"could not {what}: that is no bucket's name")
        keys = self._keys.get() if self._keys else None  # before the attempts, which are repeated

        def checked(response: httpx.Response) -> _Read:
            if not response.is_success:
                raise self.refusal(what, response)
            return read(response)

        try:
            return self._transport.exchange(
                what, lambda: self._built(request, keys), checked, repeatable=True
            )
        except ObjectError as error:
            others = self._keys.get(keys) if self._keys and error.code in _STALE else keys
            if others is keys:
                raise
        return self._transport.exchange(
            what, lambda: self._built(request, others), checked, repeatable=True
        )

    def _built(self, request: Request, keys: Keys | None) -> httpx.Request:
        """A request, signed with what is sent."""
        bucket, key = request.url
        base, path = urlsplit(self._endpoint), f"/{encoded(key, safe='/')}"
        if self._by_path:
            host, path = base.netloc, f"/{bucket}{path}"
        else:
            host = f"{bucket}.{base.netloc}"
        query = canonical_query(request.query)
        url = f"{base.scheme}://{host}{base.path}{path}" + (f"?{query}" if query else "")
        token = keys.security_token if keys else ""
        built = self._transport.build(
            request.method,
            url,
            headers={
                "Accept-Encoding": "identity",
                **request.headers,
                "x-amz-content-sha256": request.payload.sha256 if request.payload else _EMPTY,
                "x-amz-date": amz_date(self._clock.epoch()),
                **({"x-amz-security-token": token} if token else {}),
            },
            content=request.payload.parts() if request.payload else b"",
            timeout=request.timeout,
        )
        if keys is not None:
            built.headers["Authorization"] = authorization(
                keys.access_key,
                keys.secret_key,
                region=self._region,
                method=request.method,
                path=built.url.raw_path.decode("ascii").partition("?")[0],
                query=query,
                headers={name.lower(): value for name, value in built.headers.items()},
            )
        return built

    def hasty(self) -> Sender:
        """The same, for looks that nothing depends on; see `Transport.hasty`."""
        other = copy.copy(self)
        other._transport = self._transport.hasty()  # noqa: SLF001 -- our own copy
        return other

    def brief(self) -> Sender:
        """The same, for looks that may hold nothing up, be it for their keys."""
        other = copy.copy(self)
        other._transport = self._transport.brief()  # noqa: SLF001 -- our own copy
        other._keys = self._keys and self._keys.brief()  # noqa: SLF001
        return other

    def refusal(self, what: str, response: httpx.Response) -> ObjectError:
        """The error that a refusing answer means."""
        hide = self._keys.secrets() if self._keys else ()
        return refusal(what, response, now=self._clock.epoch(), hide=hide)


def strange(what: str, why: str) -> ObjectError:
    """The error of an answer that cannot be the service's."""
    return ObjectError(
        f"could not {what}: the answer {why}; check dli:obsEndpoint, and proxies on the way",
        status=httpx.codes.OK,
        uncertain=True,
    )


def demand_good(url: ObjectUrl) -> None:
    """Refuse an object that no request can name.

    Raises:
        DliError: see `ObjectUrl.problem`.
    """
    if url.problem:
        raise DliError(f"an object {url.problem}, so no request can name it; give it another name")


def _is_address(endpoint: str) -> bool:
    """Whether a bucket's name cannot stand before the host: this machine's, or an IP address."""
    host = urlsplit(endpoint).hostname or ""
    return loopback(endpoint) or ":" in host or host.replace(".", "").isdigit()
