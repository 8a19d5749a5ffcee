"""Makes the HTTP client of one service: how it signs in, whom it trusts, how long it waits."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from pulumi_dli.client.auth import ReadyToken, SdkSigner, TokenAuth
from pulumi_dli.client.certificates import trusted
from pulumi_dli.client.keystone import by_agency, by_password
from pulumi_dli.clock import Clock
from pulumi_dli.errors import SettingsError
from pulumi_dli.settings.credentials import AccessKey, Password, Token, secrets
from pulumi_dli.settings.settings import Settings
from pulumi_dli.settings.urls import loopback

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)


def sign_in(settings: Settings, project_id: Callable[[], str | None], clock: Clock) -> httpx.Auth:
    """What signs the requests to DLI and to the identity service.

    Args:
        settings: of the place.
        project_id: the project's id, once it is known.
        clock: time.
    """
    url, agency = settings.auth_url, settings.agency
    project = {"project_id": settings.project_id, "project_name": settings.project_name}
    base: httpx.Auth
    match settings.credentials:
        case Password() as user:
            # It is the user who takes on an agency, not one of the user's projects.
            ask = by_password(user) if agency else by_password(user, **project)
            base = TokenAuth(url, ask, clock=clock)
        case Token(token=token):
            base = ReadyToken(token)
        case AccessKey() as key:
            base = SdkSigner(
                key.access_key,
                key.secret_key,
                security_token=key.security_token,
                project_id=(lambda: None) if agency else project_id,
                clock=clock,
            )
    if agency is None:
        return base
    ask = by_agency(agency, **project, hide=secrets(settings.credentials))
    return TokenAuth(url, ask, base=base, clock=clock)


def opened(settings: Settings, url: str, auth: httpx.Auth | None = None) -> httpx.Client:
    """A client of one service.

    Args:
        settings: of the place: whom to trust.
        url: of the service.
        auth: signs its requests.

    Raises:
        SettingsError: the certificate file or a proxy cannot be used.
    """
    verify = trusted(settings)
    try:
        client = httpx.Client(
            base_url=url,
            auth=auth,
            timeout=_TIMEOUT,
            verify=verify,
            # A proxy is for the way out; nothing on this machine lies behind one.
            trust_env=not loopback(url),
        )
        _ = client.base_url.host  # which is decoded here, where it can fail
    except (ImportError, ValueError, httpx.InvalidURL):
        raise SettingsError(
            f"no client can be made for {url}: check it, and the environment's HTTPS_PROXY, "
            "HTTP_PROXY, ALL_PROXY and NO_PROXY"
        ) from None
    except OSError as error:
        raise SettingsError(
            "the certificates of this machine cannot be used "
            f"({error.strerror or 'no PEM file'}): check the environment's SSL_CERT_FILE, "
            "SSL_CERT_DIR and SSLKEYLOGFILE"
        ) from None
    return client
