"""What the identity service is asked for a token, and what its answer says.

Source: Identity and Access Management, "Obtaining a User Token" and "Obtaining an Agency
Token".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeGuard

from pulumi_dli.settings.credentials import Password
from pulumi_dli.settings.settings import Agency

TEMPORARY_KEYS = "/v3.0/OS-CREDENTIAL/securitytokens"
"""Where a token gets keys for the services that take no token."""
_WORN = 0.9  # the part of its life after which a token is renewed
_USUAL_LIFE = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for a token: whose it is in words, its body, and what no error may repeat."""

    who: str
    body: Mapping[str, object] = field(repr=False)
    hide: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class FetchedToken:
    """A token, when to renew it (epoch seconds), and the project it is for."""

    text: str = field(repr=False)
    renew_at: float
    project_id: str | None


def by_password(
    user: Password, *, project_id: str | None = None, project_name: str | None = None
) -> Ask:
    """Ask as a user, for a project, or for the user's domain when no project is given."""
    domain: dict[str, str] = {}
    if user.domain_id:
        domain = {"id": user.domain_id}
    elif user.domain_name:
        domain = {"name": user.domain_name}
    person: dict[str, object] = {"password": user.password}
    if user.user_id:
        person["id"] = user.user_id
    else:
        person |= {"name": user.username, "domain": domain}
    who = f"user {user.username or user.user_id}"
    if domain:
        who += f" of domain {user.domain_name or user.domain_id}"
    scope: Mapping[str, object] = {"domain": domain} if domain else {}
    if project_id or project_name:
        scope = _project(project_id, project_name)
    identity = {"methods": ["password"], "password": {"user": person}}
    return Ask(who, _body(identity, scope), hide=(user.password,))


def by_agency(
    agency: Agency,
    *,
    project_id: str | None = None,
    project_name: str | None = None,
    hide: tuple[str, ...] = (),
) -> Ask:
    """Ask as an agency, on the strength of another sign-in, whose secrets are to be hidden."""
    role = {"domain_name": agency.domain_name, "agency_name": agency.name}
    identity = {"methods": ["assume_role"], "assume_role": role}
    who = f"agency {agency.name} of domain {agency.domain_name}"
    return Ask(who, _body(identity, _project(project_id, project_name)), hide)


def read_token(text: str, body: Any, now: float) -> FetchedToken:
    """The token of an answer; an answer that says less than it should counts for a day."""
    token = body.get("token") if isinstance(body, dict) else None
    details: Mapping[str, Any] = token if isinstance(token, dict) else {}
    project = details.get("project")
    try:
        moment = datetime.fromisoformat(details["expires_at"])
        life = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
    except (KeyError, OverflowError, TypeError, ValueError):
        life = _USUAL_LIFE
    named = project.get("id") if isinstance(project, dict) else None
    return FetchedToken(
        text, renew_at=now + _WORN * life, project_id=named if is_project_id(named) else None
    )


def is_project_id(value: object) -> TypeGuard[str]:
    """Whether a value of an answer can be the id of a project, which goes into paths."""
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value) is not None


def _project(project_id: str | None, project_name: str | None) -> Mapping[str, object]:
    return {"project": {"id": project_id} if project_id else {"name": project_name}}


def _body(identity: Mapping[str, object], scope: Mapping[str, object]) -> Mapping[str, object]:
    return {"auth": {"identity": identity, "scope": scope} if scope else {"identity": identity}}
