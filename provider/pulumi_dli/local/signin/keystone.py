"""The identity endpoints that a client needs: tokens, temporary keys, projects, domains.

https://docs.otc.t-systems.com/identity-access-management/api-ref/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from pulumi_dli.local import bodies
from pulumi_dli.local.errors import GatewayRefusal, IdentityRefusal
from pulumi_dli.local.signin import access, tokens

if TYPE_CHECKING:
    from pulumi_dli.local.service import Service
    from pulumi_dli.local.signin.access import Caller
    from pulumi_dli.local.signin.identity import Project

CREATED, MULTIPLE_CHOICES = 201, 300
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404
SHORTEST, LONGEST = 900, 86400
"""Seconds that temporary keys may live."""


def blueprint(service: Service) -> Blueprint:
    """The identity routes."""
    routes = Blueprint("identity", __name__)
    identity = service.identity

    @routes.get("/")
    def versions() -> Response:
        answer = jsonify({"versions": {"values": [_version()]}})
        answer.status_code = MULTIPLE_CHOICES
        return answer

    @routes.get("/v3")
    @routes.get("/v3/")
    def version() -> Response:
        return jsonify({"version": _version()})

    @routes.post("/v3/auth/tokens")
    def issue_token() -> Response:
        body = _body()
        auth = _object(body.get("auth"))
        expires_at = _methods(service, _object(auth.get("identity")))
        project = _scope(service, auth)
        with service.store.write() as db:
            text, token = tokens.issue(
                db, service.clock(), project.id if project else None, expires_at
            )
        answer = jsonify({"token": _described(service, token, project, _methods_of(auth))})
        answer.status_code = CREATED
        answer.headers["X-Subject-Token"] = text
        return answer

    @routes.post("/v3.0/OS-CREDENTIAL/securitytokens")
    def issue_keys() -> Response:
        body = _body()
        wanted = _object(_object(_object(body.get("auth")).get("identity")).get("token") or {})
        _check_token(service, str(wanted.get("id") or request.headers.get("X-Auth-Token") or ""))
        seconds = wanted.get("duration_seconds", SHORTEST)
        if not isinstance(seconds, int) or not SHORTEST <= seconds <= LONGEST:
            raise _malformed(f"duration_seconds has to be {SHORTEST} to {LONGEST}")
        with service.store.write() as db:
            pair = tokens.issue_keys(db, service.clock(), seconds)
        credential = {
            "access": pair.access_key,
            "secret": pair.secret_key,
            "securitytoken": pair.security_token,
            "expires_at": tokens.iso(pair.expires_at or 0),
        }
        answer = jsonify({"credential": credential})
        answer.status_code = CREATED
        return answer

    @routes.get("/v3/projects")
    @routes.get("/v3/auth/projects")
    def projects() -> Response:
        _signed_in(service)
        name = request.args.get("name")
        found = [item for item in identity.projects if name in (None, item.name)]
        return jsonify({"projects": [_project(service, item) for item in found], "links": _links()})

    @routes.get("/v3/projects/<project_id>")
    def project(project_id: str) -> Response:
        _signed_in(service)
        found = identity.project(project_id=project_id)
        if found is None:
            raise IdentityRefusal(NOT_FOUND, "Not Found", "There is no such project.")
        return jsonify({"project": _project(service, found)})

    @routes.get("/v3/domains")
    @routes.get("/v3/auth/domains")
    def domains() -> Response:
        _signed_in(service)
        link = {"self": f"{request.host_url}v3/domains/{identity.domain_id}"}
        domain = {"id": identity.domain_id, "name": identity.domain, "enabled": True}
        name = request.args.get("name")
        found = (
            [domain | {"description": "", "links": link}] if name in (None, identity.domain) else []
        )
        return jsonify({"domains": found, "links": _links()})

    @routes.get("/v3/auth/catalog")
    def catalog() -> Response:
        caller = _signed_in(service)
        if caller.projects == frozenset():
            raise IdentityRefusal(FORBIDDEN, "Forbidden", "The token is for no project.")
        return jsonify({"catalog": _catalog(service), "links": _links()})

    return routes


def _version() -> dict[str, Any]:
    link = {"rel": "self", "href": f"{request.host_url}v3/"}
    kind = {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [link],
        "media-types": [kind],
    }


def _links() -> dict[str, str | None]:
    return {"self": request.base_url, "previous": None, "next": None}


def _methods(service: Service, identity: dict[str, Any]) -> float | None:
    """Check the sign-in. Gives when the token has to end, where that is limited."""
    methods = identity.get("methods")
    if methods == ["password"]:
        _check_password(service, _object(_object(identity.get("password")).get("user")))
        return None
    if methods == ["token"]:
        return _check_token(service, str(_object(identity.get("token")).get("id")))
    if methods == ["assume_role"]:
        _signed_in(service)
        _check_agency(service, _object(identity.get("assume_role")))
        return None
    raise _malformed("identity.methods has to be password, token or assume_role")


def _methods_of(auth: dict[str, Any]) -> list[str]:
    return list(_object(auth.get("identity"))["methods"])


def _check_password(service: Service, user: dict[str, Any]) -> None:
    identity = service.identity
    if "id" in user:
        known = user["id"] == identity.user_id
    else:
        known = user.get("name") == identity.user and _is_domain(service, user.get("domain"))
    if not known or user.get("password") not in identity.passwords:
        raise _unauthorized("The username or password is wrong.")


def _check_token(service: Service, text: str) -> float:
    with service.store.read() as db:
        token = tokens.find(db, text)
    if token is None or token.expires_at <= service.clock():
        raise _unauthorized("The token is unknown or has expired.")
    return token.expires_at


def _check_agency(service: Service, role: dict[str, Any]) -> None:
    identity = service.identity
    domain = {"name": role.get("domain_name"), "id": role.get("domain_id")}
    if not _is_domain(service, domain) or role.get("agency_name") != identity.agency:
        raise _unauthorized("There is no such agency.")


def _scope(service: Service, auth: dict[str, Any]) -> Project | None:
    """The project of the scope; None: a domain's token, or one without a scope."""
    scope = auth.get("scope")
    if not isinstance(scope, dict) or "project" not in scope:
        if (
            isinstance(scope, dict)
            and "domain" in scope
            and not _is_domain(service, scope["domain"])
        ):
            raise _unauthorized("There is no such domain.")
        return None
    wanted = _object(scope["project"])
    if "id" in wanted:
        project = service.identity.project(project_id=str(wanted["id"]))
    else:
        project = service.identity.project(name=str(wanted.get("name")))
        if "domain" in wanted and not _is_domain(service, wanted["domain"]):
            project = None
    if project is None:
        raise _unauthorized("There is no such project, or the user has no right in it.")
    return project


def _is_domain(service: Service, domain: Any) -> bool:
    identity = service.identity
    if not isinstance(domain, dict):
        return False
    return domain.get("id") == identity.domain_id or domain.get("name") == identity.domain


def _signed_in(service: Service) -> Caller:
    try:
        return access.signed_in(service, request)
    except GatewayRefusal as refusal:
        raise _unauthorized(refusal.text) from None


def _described(
    service: Service, token: tokens.Token, project: Project | None, methods: list[str]
) -> dict[str, Any]:
    identity = service.identity
    domain = {"id": identity.domain_id, "name": identity.domain}
    described: dict[str, Any] = {
        "methods": methods,
        "expires_at": tokens.iso(token.expires_at),
        "issued_at": tokens.iso(service.clock()),
        "user": {"id": identity.user_id, "name": identity.user, "domain": domain},
    }
    if project is None:
        return described
    described["project"] = {"id": project.id, "name": project.name, "domain": domain}
    described["roles"] = [{"id": "0", "name": "te_admin"}]
    if "nocatalog" not in request.args:
        described["catalog"] = _catalog(service)
    return described


def _catalog(service: Service) -> list[dict[str, Any]]:
    return [
        _entry(service, "dli", request.host_url.rstrip("/")),
        _entry(service, "identity", f"{request.host_url}v3"),
    ]


def _entry(service: Service, kind: str, url: str) -> dict[str, Any]:
    region = service.identity.region
    endpoint = {
        "id": kind,
        "interface": "public",
        "region": region,
        "region_id": region,
        "url": url,
    }
    return {"id": kind, "name": kind, "type": kind, "endpoints": [endpoint]}


def _project(service: Service, project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "domain_id": service.identity.domain_id,
        "parent_id": service.identity.domain_id,
        "enabled": True,
        "is_domain": False,
        "description": "",
        "links": {"self": f"{request.host_url}v3/projects/{project.id}"},
    }


def _body() -> dict[str, Any]:
    try:
        return bodies.read(request.get_data(cache=True))
    except ValueError as error:
        raise _malformed(str(error)) from None


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _malformed("the body is not the object that is documented")
    return value


def _malformed(text: str) -> IdentityRefusal:
    return IdentityRefusal(BAD_REQUEST, "Bad Request", f"Request body is invalid: {text}.")


def _unauthorized(text: str) -> IdentityRefusal:
    return IdentityRefusal(UNAUTHORIZED, "Unauthorized", text)
