"""Finds a project's id by its name."""

from __future__ import annotations

from typing import Any

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
    found = [project_id for project_id, called in _projects(answer) if called == name.text]
    if len(found) == 1:
        return found[0]
    if found:
        raise SettingsError(
            f"several projects are called {name.text} ({name.source}): {', '.join(found)}; "
            "set dli:projectId to one of them"
        )
    mine = _projects(identity.request("GET", "/v3/auth/projects", what=what))
    names = ", ".join(sorted(called for _, called in mine)[:_MOST_LISTED]) or "none"
    raise SettingsError(
        f"no project is called {name.text} ({name.source}); this sign-in may use: {names}"
    )


def _projects(answer: Any) -> list[tuple[str, str]]:
    projects = answer.get("projects") if isinstance(answer, dict) else None
    return [
        (str(each.get("id")), str(each.get("name")))
        for each in projects or []
        if isinstance(each, dict)
    ]
