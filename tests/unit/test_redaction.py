"""Secret values cut out of what the service wrote."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.console import MASK
from pulumi_dli.errors import DliError
from pulumi_dli.job.redaction import SHORTEST, discreet, hidden, mask

ARGUMENTS = {"entrypoint_args": "--user admin --password=TOPSECRET -n 3"}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("no such user: admin", f"no such user: {MASK}"),
        ("wrong password TOPSECRET", f"wrong password {MASK}"),
        (f"cannot parse {ARGUMENTS['entrypoint_args']}!", f"cannot parse {MASK}!"),
        ("3 attempts failed", "3 attempts failed"),
        ("", ""),
    ],
)
def test_arguments_are_cut_out(text: str, seen: str) -> None:
    assert mask(text, ARGUMENTS) == seen


def test_arguments_in_a_list_and_settings_are_cut_out() -> None:
    source: dict[str, Any] = {
        "entrypoint_args": ["--password", "TOPSECRET"],
        "runtime_config": {"key": "HIDDEN", "n": 12345.0},
    }
    assert mask("TOPSECRET HIDDEN 12345", source) == f"{MASK} {MASK} {MASK}"


def test_nothing_is_cut_out_where_nothing_is_set() -> None:
    assert mask("all is well", {}, {"entrypoint_args": None, "runtime_config": {}}) == "all is well"


secret = st.text(alphabet="abcXYZ019", min_size=SHORTEST, max_size=12)


@given(st.lists(secret, min_size=1, max_size=4), st.dictionaries(secret, secret, max_size=3))
def test_no_secret_is_left(arguments: list[str], config: dict[str, str]) -> None:
    text = f"failed: {' '.join(arguments)} / {list(config.values())} / {arguments[0]}"
    seen = mask(text, {"entrypoint_args": arguments, "runtime_config": config})
    for value in [*arguments, *config.values()]:
        assert value not in seen.replace(MASK, "|")


def test_an_error_that_passes_is_masked() -> None:
    with pytest.raises(DliError, match=r"^no user \[secret\]$"), discreet(ARGUMENTS):
        raise DliError("no user admin")


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("TOPSECRET", MASK),
        (["TOPSECRET"], MASK),
        ({"key": "TOPSECRET"}, {"key": MASK}),
        ("", ""),
        (None, None),
        ({}, {}),
    ],
)
def test_a_secret_that_the_program_did_not_set_is_hidden(value: Any, seen: Any) -> None:
    assert hidden(value) == seen
