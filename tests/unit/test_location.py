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
    with pytest.raises(SettingsError, match='set it back and give the job project_id="two"'):
        stack_place(other, OLD, {})


BACK = "but the stack's settings lead to "
OWN = {"endpoint": "https://dli.eu-nl.example", "region": "eu-nl", "project_id": "two"}


@pytest.mark.parametrize(
    ("own", "named", "advice"),
    [
        (["project_id"], {}, 'give it project_id="two" again to leave it, or project_id="one"'),
        (
            ["region", "project_id"],
            {},
            (
                'give it region="eu-nl", project_id="two" again to leave it, or region="eu-de", '
                'project_id="one" to move it'
            ),
        ),
        (
            ["region", "project_id"],
            {"project_id": "two"},
            'give it region="eu-nl" again to leave it, or region="eu-de" to move it',
        ),
    ],
)
def test_a_place_that_a_program_takes_out_again_is_not_the_stacks_fault(
    own: list[str], named: dict[str, str], advice: str
) -> None:
    stack: Any = Elsewhere("eu-nl" if own == ["project_id"] else "eu-de", "one")
    before = {**OWN, "own_place": own}
    with pytest.raises(SettingsError) as error:
        stack_place(stack, before, named)
    assert BACK in str(error.value)
    assert advice in str(error.value)
    assert " back" not in str(error.value)


def test_who_leaves_a_place_out_is_told_of_it_only_where_that_is_what_is_wrong() -> None:
    stack: Any = Elsewhere("eu-de", "one")
    with pytest.raises(SettingsError, match="set `dli:endpoint`") as error:
        stack_place(stack, {**OWN, "own_place": ["project_id"]}, {})
    assert "named" not in str(error.value)


class OneEndpoint(Elsewhere):
    """Settings with an endpoint of their own, which is of one region."""

    def settings(self, region: str | None = None, project_id: str | None = None) -> Any:
        if region not in (None, self.region):
            raise SettingsError("use a stack of its own for that region")
        made = super().settings(region, project_id)
        made.endpoint = "https://dli.private.example"
        return made


@pytest.mark.parametrize("endpoint", [OLD["endpoint"], "https://dli.private.example"])
def test_no_job_is_told_to_move_from_where_an_endpoint_of_its_own_does_not_reach(
    endpoint: str,
) -> None:
    stack: Any = OneEndpoint("eu-nl", "one")
    with pytest.raises(SettingsError) as error:
        stack_place(stack, {**OLD, "endpoint": endpoint}, {})
    assert str(error.value).endswith("another stack for the new place")


def test_a_move_of_the_stack_and_of_one_job_are_told_apart() -> None:
    stack: Any = Elsewhere("eu-nl", "two")
    with pytest.raises(SettingsError) as error:
        stack_place(stack, OLD, {})
    assert str(error.value).endswith(
        'to move this job alone, set it back and give the job region="eu-nl", project_id="two"'
    )


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
