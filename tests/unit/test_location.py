"""A stack that was pointed elsewhere is refused before anything is sent, a sign-in included."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pulumi_dli.client.connections import Place
from pulumi_dli.client.location import moved, stack_place, stored_place
from pulumi_dli.errors import JobError, SettingsError

OLD = {"endpoint": "https://dli.eu-de.example", "region": "eu-de", "project_id": "one"}


class Elsewhere:
    """Settings of a stack; to know a project by its name takes a sign-in."""

    def __init__(self, region: str, project_id: str | None, *, found: str = "one") -> None:
        self.region, self.project_id, self.found = region, project_id, found
        self.signed_in: list[str] = []

    def settings(self, region: str | None = None, project_id: str | None = None) -> Any:
        where = region or self.region
        return SimpleNamespace(
            endpoint=f"https://dli.{where}.example",
            region=where,
            project_id=project_id or self.project_id,
        )

    def place(self, region: str | None = None, project_id: str | None = None) -> Place:
        made = self.settings(region, project_id)
        self.signed_in.append(made.region)
        return Place(made.endpoint, made.region, made.project_id or self.found)


@pytest.mark.parametrize(
    ("stack", "says"),
    [
        (Elsewhere("eu-nl", None), "https://dli.eu-nl.example"),
        (Elsewhere("eu-nl", "two"), "https://dli.eu-nl.example"),
        (Elsewhere("eu-de", "two"), "in the project one, but the stack's settings lead to two"),
    ],
)
def test_nothing_is_sent_to_another_place(stack: Any, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        stack_place(stack, OLD, {})
    with pytest.raises(JobError, match=says):
        stored_place(stack, {**OLD, "own_place": []})
    assert stack.signed_in == []


def test_a_project_that_is_known_by_its_name_only_is_compared_after_the_sign_in() -> None:
    assert stack_place(Elsewhere("eu-de", None), OLD, {}).project_id == "one"  # type: ignore[arg-type]
    other: Any = Elsewhere("eu-de", None, found="two")
    with pytest.raises(SettingsError, match='give it project_id="two"'):
        stack_place(other, OLD, {})


def test_a_job_that_names_its_place_may_go_there_and_is_read_there() -> None:
    stack: Any = Elsewhere("eu-de", "one")
    named = {"region": "eu-nl", "project_id": "two"}
    assert stack_place(stack, OLD, named) == ("https://dli.eu-nl.example", "eu-nl", "two")
    there = {
        "endpoint": "https://dli.eu-nl.example",
        **named,
        "own_place": ["region", "project_id"],
    }
    assert stored_place(stack, there).project_id == "two"
    assert moved(OLD, {**OLD, **named}, frozenset()) == ["region", "project_id"]


def test_a_state_of_an_earlier_release_is_read_where_it_says() -> None:
    stack: Any = Elsewhere("eu-nl", "two")
    assert stored_place(stack, OLD).project_id == "one"
