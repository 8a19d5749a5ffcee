"""Whatever the service answers to any request of any verb, nothing is lost and the next up heals.

The request itself reaches the service; only its answer is another. So whatever was asked for may
have been done.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from hostile import PLANTED, answers, response
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_dli.client.responses import decode, refused
from pulumi_dli.errors import DliError, Halfway
from searches import examples
from stack import Problems, Stack

SECRET: dict[str, Any] = {"entrypoint_args": f"--key {PLANTED}"}
DOCUMENTED = Path(__file__).parents[1] / "contract" / "documented"
NEAR = [
    json.loads((DOCUMENTED / f"{name}.json").read_text(encoding="utf-8"))["response"]["body"]
    for name in ("details", "list", "tags", "update", "run", "create")
]

Verb = Callable[[Stack], object]
VERBS: Mapping[str, tuple[bool, Verb, dict[str, Any]]] = {
    # Whether there is a job, what is done, and the program that heals.
    "create": (False, lambda s: s.up(**SECRET), {}),
    "create, stopped": (False, lambda s: s.up(desired_state="stopped", **SECRET), {}),
    "no change": (True, lambda s: s.up(**SECRET), {}),
    "live change": (True, lambda s: s.up(desc="new", **SECRET), {"desc": "new"}),
    "restart": (True, lambda s: s.up(cu_number=4, **SECRET), {"cu_number": 4}),
    "tags": (True, lambda s: s.up(tags={"a": "b"}, **SECRET), {"tags": {"a": "b"}}),
    "stop": (True, lambda s: s.up(desired_state="stopped", **SECRET), {}),
    "replace": (True, lambda s: s.up(replace=True, **SECRET), {}),
    "refresh": (True, lambda s: s.refresh(), {}),
    "preview of a new job": (False, lambda s: s.preview(flink_version="1.15", **SECRET), {}),
    "preview of a change": (True, lambda s: s.preview(queue_name="default", **SECRET), {}),
    "destroy": (True, lambda s: s.destroy(), {}),
}


UPS = {name for name in VERBS if not name.startswith(("refresh", "destroy", "preview"))}


def honest(answer: httpx.Response) -> bool:
    """Whether an answer does not claim that nothing was done."""
    return not 400 <= answer.status_code < 500 and not refused(
        200, decode(answer.extensions["content"])
    )


def run(name: str, number: int, answer: httpx.Response) -> None:
    """Do a verb with one answer bent, and then up until nothing is left to do."""
    there, verb, program = VERBS[name]
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Stack(Path(folder), {"preflight": "on"})) as stack,
    ):
        if there:
            stack.up(**SECRET)
            stack.sent()
        stack.hostile({number: answer})
        failed: Exception | None = None
        try:
            verb(stack)
        except (DliError, Problems) as error:
            failed = error
        text = str(failed or "")
        assert PLANTED not in text
        assert text.isprintable()
        assert len(text) < 3000
        if stack.sent() and isinstance(failed, DliError) and name in UPS and honest(answer):
            assert isinstance(failed, Halfway), text
        assert not any(PLANTED in line for line in stack.lines.told)
        assert PLANTED not in json.dumps({k: v for k, v in stack.outs.items() if k not in SECRET})
        stack.hostile({})
        heals(stack, program)


def heals(stack: Stack, program: Mapping[str, Any]) -> None:
    """The same program, or one that repeats the change, brings exactly one job to its wish."""
    stack.dli.pass_time(60)
    if stack.id is not None:
        stack.refresh()
    stack.up(**SECRET, **program)
    assert stack.jobs() == ["orders"]
    assert stack.job["status"] == "job_running"
    config = stack.job["job_config"]
    for key, value in program.items():
        if key == "desc":
            assert stack.job["desc"] == value
        elif key != "tags":
            assert config[key] == value
    starts = stack.resumed()
    assert all(starts[1:]), f"a stateful job started again without state: {starts}"
    stack.sent()
    stack.up(**SECRET, **program)
    assert stack.sent() == [], "an up after the one that heals has nothing to do"


@pytest.mark.parametrize("name", VERBS)
def test_any_answer_to_any_request_of_a_verb(name: str) -> None:
    @settings(max_examples=examples(6))
    @given(st.integers(1, 12), st.one_of([answers(good) for good in NEAR]))
    def search(number: int, answer: httpx.Response) -> None:
        run(name, number, answer)

    search()


GARBAGE: list[Any] = [7, [], {}, {"job_detail": 7}, {"job_list": {"jobs": 7}}, None, "text"]


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("number", [2, 4, 6])
def test_garbage_in_the_middle_of_a_verb(name: str, number: int) -> None:
    content = json.dumps(GARBAGE[number % len(GARBAGE)]).encode()
    run(name, number, response(200, content))
