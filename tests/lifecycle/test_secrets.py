"""Secrets of a job in what the service says, and nowhere in what is ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hostile import Hostile, response
from pulumi_dli.errors import DliError, Halfway
from stack import Stack

SECRET = 'zq"xz\\wq/ä=1'
PROPS: dict[str, Any] = {
    "entrypoint_args": ["--password", SECRET, "--pin", "abc"],
    "runtime_config": {"some.key": "HIDDEN99"},
}
LEAKS = ("zq", "wq", "HIDDEN99", " abc")

REPEATS: list[Callable[[str], str]] = [
    str,
    json.dumps,
    lambda text: json.dumps(json.dumps(text)),
    repr,
    quote,
    lambda text: quote(text, safe=""),
]


def refuse(stack: Stack, number: int, text: str) -> Hostile:
    """Let the service refuse a request with words of its own."""
    body = {"error_code": "DLI.0001", "error_msg": text}
    return stack.hostile({number: response(400, json.dumps(body).encode())}, lost=True)


@pytest.mark.parametrize("repeat", REPEATS)
@pytest.mark.parametrize("number", [1, 4, 6])
def test_no_refusal_of_any_request_repeats_a_secret(
    stack: Stack, repeat: Callable[[str], str], number: int
) -> None:
    said = " ".join(repeat(text) for text in (SECRET, "HIDDEN99", "abc"))
    refuse(stack, number, f"cannot take {said} in {json.dumps(PROPS)}")
    text = ""
    try:
        stack.up(**PROPS)
    except DliError as error:
        text = str(error)
    seen = " ".join([text, *stack.lines.told, *stack.progress])
    assert "cannot take" in seen or not text
    assert not [leak for leak in LEAKS if leak in seen]


def test_no_status_repeats_a_secret(stack: Stack) -> None:
    stack.dli.arm("fail_start", text=f"bad {json.dumps(SECRET)} and HIDDEN99, abc")
    with pytest.raises(Halfway, match=r'bad "\[secret\]" and \[secret\], \[secret\]') as caught:
        stack.up(**PROPS)
    assert "HIDDEN99" not in f"{caught.value} {stack.outs['status_desc']} {stack.progress}"


@pytest.mark.parametrize(
    "word", ["savepoint", "took", "true", "orders", "job", "runs", "testQueue"]
)
def test_no_word_of_ours_is_cut(stack: Stack, word: str) -> None:
    stack.up(entrypoint_args=word)
    stack.dli.arm("refuse_savepoint")
    with pytest.raises(
        DliError, match=r"^job orders \(1\) took no savepoint and runs on"
    ) as caught:
        stack.up(entrypoint_args=word, cu_number=4)
    assert "[secret]" not in str(caught.value).partition(" runs on")[0]


@pytest.mark.parametrize("word", ["DLI", "0006", "DLI.0006"])
def test_a_code_is_read_whatever_the_secrets_are(stack: Stack, word: str) -> None:
    refuse(stack, 1, "DLI.0006 it exists")
    with pytest.raises(DliError, match=r"DLI\.0001 .*mend the argument that the message names"):
        stack.up(entrypoint_args=word)


def test_an_error_that_nobody_foresaw_keeps_what_was_done(stack: Stack) -> None:
    """A mistake of ours in the middle of an operation: the console stands for it."""
    asked = 0

    def guard() -> None:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise KeyError(SECRET)

    stack.lines.guarded = guard
    with pytest.raises(Halfway, match=r"something that nobody foresaw .*\(KeyError, ") as caught:
        stack.up(**PROPS)
    assert SECRET not in str(caught.value)
    assert stack.id == 1
    stack.lines.guarded = lambda: None
    stack.up(**PROPS)
    assert stack.jobs() == ["orders"]
    assert stack.job["status"] == "job_running"
