"""Finds a project's id by its name."""

from __future__ import annotations

from pulumi_dli.client.answers import rows
from pulumi_dli.client.keystone import is_project_id
from pulumi_dli.client.responses import told
from pulumi_dli.client.transport import Transport
from pulumi_dli.errors import SettingsError
from pulumi_dli.settings.sources import Value

_MOST_LISTED = 20


def find_project(identity: Transport, name: Value) -> str:
    """The id of the one project that has this name.

    Source: Identity and Access Management, "Querying Project Information".

    Raises:
        SettingsError: none has it, or several have.
        AuthError: the sign-in was refused.
        TransportError: the identity service could not be reached.
    """
    what = f"find the project {name.text}"
    answer = identity.request("GET", "/v3/projects", what=what, params={"name": name.text})
    found = [project_id for project_id, called in _projects(what, answer) if called == name.text]
    if len(found) == 1:
        return found[0]
    if found:
        raise SettingsError(
            f"several projects are called {name.text} ({name.source}): {', '.join(found)}; "
            "set dli:projectId to one of them"
        )
    mine = _projects(what, identity.request("GET", "/v3/auth/projects", what=what))
    names = told(", ".join(sorted(called for _, called in mine)[:_MOST_LISTED])) or "none"
    raise SettingsError(
        f"no project is called {name.text} ({name.source}); this sign-in may use: {names}"
    )


def _projects(what: str, answer: object) -> list[tuple[str, str]]:
    """Ids and names; a project whose id could be no part of a path is passed over."""
    listed = [(row.get("id"), row.get("name")) for row in rows(what, answer, "projects")]
    return [(key, str(name)) for key, name in listed if is_project_id(key)]
