"""Keeps the pages that a browser shows away from the port.

The port listens on this machine only, but the browser of whoever works here can reach it, and
any page may send that browser there: by an address of its own (its Host, DNS rebinding), or
across sites. What can be sent that way without asking first is refused at every door, before
anything is read, counted or logged. Other programs send none of this.
"""

from __future__ import annotations

import ipaddress
import json
import re
import uuid
from typing import TYPE_CHECKING

from werkzeug.http import parse_options_header
from werkzeug.wrappers import Response

from pulumi_dli.local.obs.signatures import OURS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORBIDDEN, UNSUPPORTED = 403, 415
LOCALHOST = "localhost"
HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(:(?P<port>[0-9]*))?")
ORIGIN = re.compile(r"https?://(?P<host>.+)")
FROM_A_PAGE = frozenset({"cross-site", "same-site"})
"""Of Sec-Fetch-Site. All ports of this machine are one site, and not all of them are ours."""
NEVER_UNASKED = ("HTTP_X_AUTH_TOKEN", "HTTP_X_SDK_DATE")
"""Headers that no page can let its browser send without asking the server first."""

FOREIGN_HOST = (
    "The local DLI answers this machine only, and the Host header names another: call it at "
    "127.0.0.1 or localhost, or start it with --allow-host for a proxy of yours."
)
FOREIGN_ORIGIN = (
    "The local DLI answers no page of a browser, and this request comes from one: call it from "
    "a program."
)
NO_JSON = "The local DLI takes JSON only: send the header Content-Type: application/json."


def guarded(app: WSGIApplication, hosts: Collection[str] = ()) -> WSGIApplication:
    """An app that answers what programs of this machine ask, and no page of a browser.

    Args:
        app: what answers.
        hosts: names beside this machine's own that a proxy in front may be called by.
    """
    allowed = frozenset(_plain(name) for name in hosts)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        refused = _refusal(environ, allowed)
        return (refused or app)(environ, start_response)

    return answer


def _refusal(environ: WSGIEnvironment, allowed: Collection[str]) -> Response | None:
    host = environ.get("HTTP_HOST")
    if host is not None and not _known(host, allowed):
        return _answer(FORBIDDEN, "APIGW.0101", FOREIGN_HOST)
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and not _same(origin, host or "", allowed):
        return _answer(FORBIDDEN, "APIGW.0101", FOREIGN_ORIGIN)
    if environ.get("HTTP_SEC_FETCH_SITE", "").strip().lower() in FROM_A_PAGE:
        return _answer(FORBIDDEN, "APIGW.0101", FOREIGN_ORIGIN)
    if environ["REQUEST_METHOD"] == "POST" and not _never_unasked(environ):
        kind = parse_options_header(environ.get("CONTENT_TYPE", ""))[0].lower()
        if kind != "application/json":
            return _answer(UNSUPPORTED, "APIGW.0201", NO_JSON)
    return None


def _never_unasked(environ: WSGIEnvironment) -> bool:
    """Whether a request has what no page can let its browser send without asking first."""
    signed = environ.get("HTTP_AUTHORIZATION", "").startswith(OURS)
    return signed or any(name in environ for name in NEVER_UNASKED)


def _known(host: str, allowed: Collection[str]) -> bool:
    """Whether a Host header names this machine, or a proxy in front."""
    found = HOST.fullmatch(host)
    if not found:
        return False
    name = _plain(found["name"])
    # Clients of the object service put a bucket's name before it.
    if name == LOCALHOST or name.endswith(f".{LOCALHOST}") or name in allowed:
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _same(origin: str, host: str, allowed: Collection[str]) -> bool:
    """Whether a page that the local DLI served itself asks: a known name, and the same port."""
    found = ORIGIN.fullmatch(origin)
    if not found or not _known(found["host"], allowed):
        return False
    return found["host"].lower() == host.lower()


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")


def _answer(status: int, code: str, text: str) -> Response:
    """A refusal that every client can read: the gateway's form, and the identity service's."""
    request_id = uuid.uuid4().hex
    body = {
        "error_msg": text,
        "error_code": code,
        "request_id": request_id,
        "error": {"code": status, "message": text, "title": "Refused"},
    }
    headers = {"X-Request-Id": request_id}
    return Response(json.dumps(body), status, headers, mimetype="application/json")
