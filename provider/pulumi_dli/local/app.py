"""Makes the local DLI a WSGI app: the routes, and what happens around each request.

The app serves in process, or on a socket (`serve`). Several threads may call it at once,
and several processes may have one on the same folder.
"""

from __future__ import annotations

import logging
import time
import uuid
from typing import TYPE_CHECKING, Any, NoReturn

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Rule

from pulumi_dli.local import faults, masking, requests, routes
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.errors import (
    ConnectionDropped,
    FlinkError,
    GatewayRefusal,
    IdentityRefusal,
    Refusal,
    ServiceFailure,
    StoreError,
)
from pulumi_dli.local.failures import reason
from pulumi_dli.local.faults import AFTER, BEFORE
from pulumi_dli.local.obs import answers as objects
from pulumi_dli.local.obs import routes as obs
from pulumi_dli.local.obs.refusals import ObjectRefusal
from pulumi_dli.local.runners import Runners
from pulumi_dli.local.savepoints import METADATA
from pulumi_dli.local.service import Service
from pulumi_dli.local.signin import access, tokens
from pulumi_dli.local.signin.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from pulumi_dli.local.faults import Fault
    from pulumi_dli.local.model import Runner
    from pulumi_dli.local.store import Store

LOG = logging.getLogger(__name__)
NOT_FOUND, INTERNAL = 404, 500
DOORS = "local"
"""The blueprint of what no cloud has."""
ARMED_CODES = {"403": "APIGW.0302", "404": "APIGW.0101", "429": "APIGW.0308"}
LARGEST_BODY = 12 * 1024 * 1024
"""Bytes, as signing allows."""


def _no_address(_rule: Rule, **_values: object) -> NoReturn:
    raise NotImplementedError("no address is made from a route")


class Route(Rule):
    """A route that requests are matched with, and no address is made from.

    Werkzeug compiles a function for the latter with each rule, which is most of what an app
    costs. A Werkzeug without this method costs that again, and nothing else.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., NoReturn]:
        del append_unknown
        return _no_address


class LocalDli(Flask):
    """The app. Mends the one thing in which in-process callers differ from servers."""

    url_rule_class = Route

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request.

        WSGI wants a path's bytes as latin-1; some callers give the decoded text instead.
        """
        path = environ["PATH_INFO"]
        try:
            path.encode("latin-1").decode()
        except UnicodeError:
            environ["PATH_INFO"] = path.encode().decode("latin-1")
        obs.by_path(environ)
        return super().wsgi_app(environ, start_response)


def create_app(
    store: Store,
    *,
    identity: Identity | None = None,
    runner: Runner | None = None,
    clock: Callable[[], float] | None = None,
    sleep: Callable[[float], object] = time.sleep,
    inside: bool = False,
) -> Flask:
    """The local DLI on a store.

    An armed `drop` raises ConnectionDropped (a ConnectionError) out of an in-process call.

    Args:
        store: where everything is kept.
        identity: who may sign in, by default the local identity.
        runner: what runs the jobs, by default what the folder chose.
        clock: seconds since 1970, by default the store's clock (wall time unless it was set).
        sleep: lets seconds pass, for armed delays.
        inside: for a caller in this process, who needs neither the sign-in nor the doors.
    """
    service = Service(
        store,
        identity or Identity(),
        runner or Runners(store.folder),
        clock or StoredClock(store),
        sleep,
    )
    app = LocalDli("pulumi_dli.local", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["PROPAGATE_EXCEPTIONS"] = True  # a dropped connection must leave the app
    app.url_map.merge_slashes = False  # an address with an empty part is unknown, not moved
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.converters |= {"bucket": obs.BucketConverter, "key": obs.KeyConverter}
    app.register_blueprint(routes.blueprint(service))
    if not inside:
        from pulumi_dli.local import doors  # noqa: PLC0415 -- a third of the routes
        from pulumi_dli.local.signin import keystone  # noqa: PLC0415 -- a third of the routes

        app.register_blueprint(keystone.blueprint(service))
        app.register_blueprint(obs.blueprint(service))
        app.register_blueprint(doors.blueprint(service, route_names(app)))
    else:
        app.register_blueprint(obs.blueprint(service))
    _surround(app, service)
    _refuse(app, service)
    return app


def route_names(app: Flask) -> frozenset[str]:
    """What a fault can be aimed at: the names of the API's routes, and not those of the doors."""
    names = (rule.endpoint for rule in app.url_map.iter_rules())
    return frozenset(_route(name) for name in names if not name.startswith(f"{DOORS}."))


def _route(endpoint: str) -> str:
    return endpoint.rpartition(".")[2]


def _surround(app: Flask, service: Service) -> None:
    @app.before_request
    def begin() -> Response | None:
        g.request_id = uuid.uuid4().hex
        g.faults = []
        g.status = None
        g.body = b""
        request.url_rule = obs.meant(app)
        if request.blueprint == obs.NAME:
            obs.let_in()  # and no memory is to hold an object
        else:
            g.body = request.get_data(cache=True)
        if request.endpoint is None or request.blueprint == DOORS:
            return None
        if request.blueprint == "dli":
            caller = access.signed_in(service, request)
            access.must_reach(caller, str((request.view_args or {})["project"]))
        if request.blueprint == obs.NAME:
            obs.sign_in(service)
        g.faults = faults.firing(service.store, _route(request.endpoint))
        return _strike(service, g.faults, BEFORE)

    @app.after_request
    def finish(response: Response) -> Response:
        try:
            struck = _strike(service, g.faults, AFTER)
        except ConnectionDropped:
            response.close()  # with the file that an object is
            raise
        if struck is not None:
            response.close()
            response = struck
        response.headers["X-Request-Id"] = g.request_id
        if request.blueprint == obs.NAME:
            response.headers["x-amz-request-id"] = g.request_id
        g.status = response.status_code
        return response

    @app.teardown_request
    def log(_error: BaseException | None) -> None:
        if request.path.startswith(requests.UNLOGGED):
            return
        query = request.query_string.decode("latin-1")
        path = f"{request.path}?{query}" if query else request.path
        path, body = masking.masked(path, g.body, request.headers)
        try:
            entry = requests.Entry(service.clock(), request.method, path, g.get("status"), body)
            requests.keep(service.store, entry)
        except StoreError as error:  # the answer stands: what it says was done is stored
            LOG.debug("not in the request log: %s", error)


def _refuse(app: Flask, service: Service) -> None:
    """Let every error be answered in the words of the service that was asked."""

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        if isinstance(refusal, ObjectRefusal):
            answer = objects.refusal(refusal, request.path, g.request_id)
            needed = request.path.endswith(f"/{METADATA}")  # to begin from, in name too
            if refusal.status == NOT_FOUND and service.runner.in_name and not needed:
                answer.headers[obs.IN_NAME_ONLY] = "true"
            return answer
        return _answer(refusal.status, refusal.body(g.request_id))

    @app.errorhandler(HTTPException)
    def unknown(error: HTTPException) -> Response:
        if obs.asked():
            return refused(obs.unknown(error))
        text = f"The API does not exist or has not been published: {request.method} {request.path}"
        if isinstance(error, NotFound | MethodNotAllowed):
            return refused(GatewayRefusal(NOT_FOUND, "APIGW.0101", text))
        return refused(GatewayRefusal(error.code or 500, "APIGW.0201", str(error.description)))

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        if isinstance(error, ConnectionDropped):
            raise error
        text = _failure(service.store, error)
        if request.blueprint == obs.NAME:
            return refused(ObjectRefusal(INTERNAL, "InternalError", text))
        if request.blueprint == "identity":
            return refused(IdentityRefusal(INTERNAL, "Internal Server Error", text))
        return refused(ServiceFailure(text))


def _failure(store: Store, error: Exception) -> str:
    """What went wrong on this machine, in one sentence without a stored value."""
    if isinstance(error, StoreError | FlinkError):
        text = str(error)
    elif isinstance(error, OSError):
        text = f"the local DLI cannot use {error.filename or store.folder}: {reason(error)}"
    else:
        LOG.debug("an error that nobody foresaw", exc_info=error)
        kind = type(error).__name__
        text = f"the local DLI failed ({kind}), perhaps on damaged data in {store.folder}"
    return text[0].upper() + text[1:]


def _strike(service: Service, fired: Iterable[Fault], when: str) -> Response | None:
    """Let the faults happen that touch the wire; those of a job are the job verbs' business."""
    for fault in fired:
        if when == BEFORE and fault.kind == "delay":
            service.sleep(fault.options["seconds"])
        if when == BEFORE and fault.kind == "expire_tokens":
            with service.store.write() as db:
                tokens.expire_all(db, service.clock())
            if request.headers.get("X-Auth-Token"):
                raise access.expired()
        if fault.options.get("when") != when:
            continue
        if fault.kind == "drop":
            raise ConnectionDropped("the connection was dropped (armed fault)")
        return _armed_answer(str(fault.options["code"]), fault.options["retry_after"])
    return None


def _armed_answer(code: str, retry_after: float | None) -> Response:
    if code in {"502", "504"}:
        return Response("The server did not answer (armed fault).", int(code))
    if request.blueprint == obs.NAME:
        response = objects.refusal(obs.armed(code), request.path, g.request_id)
    else:
        response = _armed_refusal(code)
    if retry_after is not None:
        response.headers["Retry-After"] = f"{retry_after:g}"
    return response


def _armed_refusal(code: str) -> Response:
    if code == "DLI.0999":
        return _answer(400, {"error_code": code, "error_msg": "Internal error (armed fault)."})
    text = {
        "error_msg": "The request was not served (armed fault).",
        "error_code": ARMED_CODES.get(code, "APIGW.0201"),
        "request_id": g.request_id,
    }
    return _answer(int(code), text)


def _answer(status: int, body: Any) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
