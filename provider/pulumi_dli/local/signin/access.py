"""The gateway's sign-in check: a token, or a signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_dli.local.errors import GatewayRefusal
from pulumi_dli.local.signin import signature, tokens
from pulumi_dli.local.signin.tokens import KeyPair

if TYPE_CHECKING:
    import sqlite3

    from flask import Request

    from pulumi_dli.local.service import Service

UNAUTHORIZED = 401
FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `projects` are the ids that the credential reaches; None: every one."""

    projects: frozenset[str] | None
    by_token: bool


def signed_in(service: Service, request: Request) -> Caller:
    """Who sent a request.

    A caller in this process says so by WSGI's REMOTE_USER, which no header can set: it could
    open the store as well, so a signature would prove nothing. It reaches every project, so
    that a move from one to another can be tried.

    Raises:
        GatewayRefusal: 401: nothing sent, or nothing good.
    """
    if request.remote_user:
        return Caller(None, by_token=False)
    token = request.headers.get("X-Auth-Token")
    if token:
        return _by_token(service, token)
    if request.headers.get("Authorization"):
        return _by_signature(service, request)
    raise _refused("no X-Auth-Token and no Authorization header")


def must_reach(caller: Caller, project_id: str) -> None:
    """Refuse a caller whose credential is for other projects.

    Raises:
        GatewayRefusal: 403. Chosen: the documents do not say how this is answered.
    """
    if caller.projects is not None and project_id not in caller.projects:
        raise GatewayRefusal(
            FORBIDDEN, "APIGW.0302", f"The credential is not valid for project {project_id}."
        )


def expired() -> GatewayRefusal:
    """The answer to a token that was good once."""
    return GatewayRefusal(UNAUTHORIZED, "APIGW.0307", "The token must be updated.")


def _by_token(service: Service, text: str) -> Caller:
    with service.store.read() as db:
        token = tokens.find(db, text)
    if token is None:
        raise _refused("decrypt token fail")
    if token.expires_at <= service.clock():
        raise expired()
    return Caller(frozenset([token.project_id] if token.project_id else []), by_token=True)


def _by_signature(service: Service, request: Request) -> Caller:
    identity = service.identity

    def keys(access_key: str) -> KeyPair | None:
        if access_key == identity.access_key:
            return KeyPair(identity.access_key, identity.secret_key)
        return tokens.find_keys(db, access_key)

    signed = signature.SignedRequest(
        request.method,
        request.path,
        request.query_string.decode("latin-1"),
        dict(request.headers.items()),
        request.get_data(cache=True),
    )
    db: sqlite3.Connection
    with service.store.read() as db:
        fault = signature.fault(signed, keys, service.clock())
    if fault:
        raise _refused(fault)
    return Caller(frozenset(project.id for project in identity.projects), by_token=False)


def _refused(reason: str) -> GatewayRefusal:
    return GatewayRefusal(
        UNAUTHORIZED, "APIGW.0301", f"Incorrect IAM authentication information: {reason}"
    )
