"""Signs requests: with a token that is fetched, a token that is given, or an access key.

Each class is an `httpx.Auth`: the client calls it for every request it sends, so a
request that is repeated is signed anew. Credentials live in these objects and in the
requests they sign, and nowhere else; no `repr` and no error shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

import httpx

from pulumi_dli.client.keystone import Ask, FetchedToken, read_token
from pulumi_dli.client.responses import decode, refusal
from pulumi_dli.client.signature import authorization, canonical_query, sdk_date
from pulumi_dli.clock import SYSTEM, Clock
from pulumi_dli.errors import ApiError, AuthError
from pulumi_dli.once import Renewed

Flow = Generator[httpx.Request, httpx.Response, None]


class ReadyToken(httpx.Auth):
    """Sends a token that was made elsewhere. It cannot be renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Add the token."""
        request.headers["X-Auth-Token"] = self._token
        yield request


class SdkSigner(httpx.Auth):
    """Signs with an access key; a temporary one brings its security token.

    Args:
        access_key: names the key.
        secret_key: signs.
        security_token: sent beside a temporary key.
        project_id: sent as `X-Project-Id` once it is known; a sub-project needs that.
        clock: time; the gateway allows 15 minutes of difference.
    """

    requires_request_body = True

    def __init__(
        self,
        access_key: str,
        secret_key: str,
        *,
        security_token: str | None = None,
        project_id: Callable[[], str | None] = lambda: None,
        clock: Clock = SYSTEM,
    ) -> None:
        self._access_key = access_key
        self._secret_key = secret_key
        self._security_token = security_token
        self._project_id = project_id
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Add the date, the project, the security token and the signature."""
        request.headers["X-Sdk-Date"] = sdk_date(self._clock.epoch())
        if project_id := self._project_id():
            request.headers["X-Project-Id"] = project_id
        if self._security_token:
            request.headers["X-Security-Token"] = self._security_token
        query = canonical_query(request.url.query.decode("ascii"))
        # What is sent is what is signed: a blank is %20 in both, never "+".
        request.url = request.url.copy_with(query=query.encode("ascii") or None)
        request.headers["Authorization"] = authorization(
            self._access_key,
            self._secret_key,
            method=request.method,
            path=request.url.raw_path.decode("ascii").partition("?")[0],
            query=query,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.content,
        )
        yield request


class TokenAuth(httpx.Auth):
    """Fetches a token from the identity service and sends it, for every thread the same one.

    It is fetched when the first request needs it, renewed when nine tenths of its life
    are over, and once when a request is answered 401. Threads that need it meanwhile
    wait for the one that fetches it.

    Args:
        auth_url: the identity URL without `/v3`.
        ask: what the identity service is asked.
        base: signs that question, where it needs a sign-in of its own.
        clock: time.
    """

    def __init__(
        self,
        auth_url: str,
        ask: Ask,
        *,
        base: httpx.Auth | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        self._url = f"{auth_url}/v3/auth/tokens"
        self._ask = ask
        self._base = base or httpx.Auth()
        self._clock = clock
        self._tokens: Renewed[FetchedToken] = Renewed()

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Add the token; fetch it before, and once more after a 401, where needed."""
        token = yield from self._current(request.extensions, refused=None)
        request.headers["X-Auth-Token"] = token.text
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            token = yield from self._current(request.extensions, refused=token)
            request.headers["X-Auth-Token"] = token.text
            yield request

    def sign_in(self, client: httpx.Client) -> str | None:
        """Fetch a token unless there is one, and return the id of the project it is for.

        Raises:
            AuthError: the identity service refused.
            httpx.RequestError: it could not be reached.
        """
        flow = self._current({"timeout": client.timeout.as_dict()}, refused=None)
        try:
            request = next(flow)
            while True:
                request = flow.send(client.send(request, auth=None))
        except StopIteration as done:
            token: FetchedToken = done.value
            return token.project_id
        finally:
            flow.close()

    def _current(
        self, extensions: Mapping[str, Any], *, refused: FetchedToken | None
    ) -> Generator[httpx.Request, httpx.Response, FetchedToken]:
        def worn(token: FetchedToken) -> bool:
            # Another thread may have renewed a refused token in the meantime.
            return token is refused or self._clock.epoch() >= token.renew_at

        token = self._tokens.current(worn)
        if token is None:
            try:
                token = yield from self._fetch(extensions)
            except BaseException:
                self._tokens.fail()
                raise
            self._tokens.renew(token)
        return token

    def _fetch(
        self, extensions: Mapping[str, Any]
    ) -> Generator[httpx.Request, httpx.Response, FetchedToken]:
        request = httpx.Request(
            "POST",
            self._url,
            params={"nocatalog": "true"},
            json=self._ask.body,
            extensions=dict(extensions),
        )
        response = yield from _answer(self._base, request)
        text = response.headers.get("X-Subject-Token", "")
        # What no header can carry is no token either.
        if not response.is_success or not (text.isascii() and text.isprintable() and text):
            raise self._refusal(response)
        return read_token(text, decode(response.content), self._clock.epoch())

    def _refusal(self, response: httpx.Response) -> ApiError:
        what = f"sign in as {self._ask.who} at {self._url}"
        if response.is_success:
            return AuthError(
                f"could not {what}: the answer has no token; check dli:authUrl",
                status=response.status_code,
            )
        error = refusal(
            what,
            response.status_code,
            response.content,
            response.headers,
            now=self._clock.epoch(),
            hide=self._ask.hide,
        )
        # The request that needed the token has not been sent.
        error.uncertain = False
        return error


def _answer(
    auth: httpx.Auth, request: httpx.Request
) -> Generator[httpx.Request, httpx.Response, httpx.Response]:
    """Send a request the way `auth` wants it and return the last response."""
    flow = auth.sync_auth_flow(request)
    try:
        outgoing = next(flow)
        while True:
            response = yield outgoing
            response.read()
            try:
                outgoing = flow.send(response)
            except StopIteration:
                return response
    finally:
        flow.close()
