"""What `up` sends is what the plan line announced, for random pairs of programs.

The table "plan phrase → request sequence" of docs/architecture.md says what a line announces.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from announced import announced, requests
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jars import a_class, a_jar
from pulumi_dli.errors import JobError
from searches import examples
from stack import PROGRAM, Stack

programs = st.fixed_dictionaries(
    {},
    optional={
        "parallel_number": st.integers(1, 4),
        "cu_number": st.integers(2, 4),
        "desc": st.sampled_from(["one", "two"]),
        "smn_topic": st.sampled_from(["one", "two"]),
        "obs_bucket": st.sampled_from([None, "other"]),
        "queue_name": st.sampled_from(["default", "TESTQUEUE"]),
        "entrypoint_args": st.sampled_from(["--rate 3", ["--rate", "3"], ["--rate", "4"]]),
        "upgrade_mode": st.just("stateless"),
        "desired_state": st.sampled_from(["stopped", "running"]),
        "tags": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
        "restart_trigger": st.sampled_from(["one", "two"]),
        "savepoint_trigger": st.sampled_from(["one", "two"]),
        "restore_from": st.just("a savepoint"),
        "on_delete": st.just("stop"),
        "name": st.just("orders"),
    },
).filter(lambda each: not ("savepoint_trigger" in each and each.get("obs_bucket", "") is None))
EVENTS = ("nothing", "nothing", "stopped", "crashed", "edited", "overwritten", "deleted")


def _savepoint(stack: Stack) -> str:
    """A savepoint of another job."""
    other = stack.dli.create("other")
    stack.dli.started(other)
    stack.dli.stopped(other, savepoint=True)
    return f"obs://{stack.dli.details(other)['savepoint_path']}"


def _uploaded(stack: Stack, text: str) -> None:
    """The jar, as somebody else puts it there."""
    jar = Path(stack.config["localPath"]) / "obs/jars/orders.jar"
    jar.parent.mkdir(parents=True, exist_ok=True)
    jar.write_bytes(a_jar({"com/example/Orders.class": a_class(), "text": text}))


def _happens(stack: Stack, event: str) -> None:
    assert stack.id is not None
    running = stack.job["status"] == "job_running"
    match event:
        case "stopped" if running:
            kept = bool(stack.job["job_config"]["obs_bucket"])  # else there is no place for one
            stack.dli.stopped(stack.id, savepoint=kept)
        case "crashed" if running:
            stack.dli.pass_time(120)
        case "edited":
            assert stack.dli.put(stack.id, smn_topic="theirs").is_success
        case "overwritten":
            _uploaded(stack, "two")
        case "deleted":
            stack.dli.good("DELETE", f"jobs/{stack.id}")
    stack.refresh()


@given(st.lists(programs, min_size=2, max_size=3), st.sampled_from(EVENTS))
@settings(
    max_examples=examples(30),
    phases=(Phase.generate,),  # a failing pair is short enough, and finding a shorter one slow
)
def test_up_sends_what_the_line_announces(chain: list[dict[str, Any]], event: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), {"preflight": "on", "watchArtifacts": "on"})
        _uploaded(stack, "one")
        try:
            path = _savepoint(stack)
            for number, each in enumerate(chain):
                program = each if "restore_from" not in each else {**each, "restore_from": path}
                if number == 1:
                    _happens(stack, event)
                if number == 0 and event == "crashed":
                    stack.dli.arm("crash", route="run", seconds=60)
                _step(stack, program)
        finally:
            stack.close()


def _step(stack: Stack, program: dict[str, Any]) -> None:
    stack.preview(**program)
    previewed = stack.plan_lines
    assert len(previewed) <= 1
    stack.sent()
    with suppress(JobError):  # what the preview refuses, `up` does
        stack.up(**program)
    assert stack.plan_lines == previewed
    line = "".join(previewed)
    assert requests(stack.sent()) == (announced(line) if line else []), line
    assert not any(ord(character) < ord(" ") for character in line)


def test_a_crashed_job_that_cannot_be_started_is_sent_nothing(tmp_path: Path) -> None:
    """Found by a search: the refusal of `up` is that of its check."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.dli.arm("crash", route="run", seconds=60)
    _step(stack, {"smn_topic": "one", "restart_trigger": "two"})
    _happens(stack, "crashed")
    _step(stack, {"restart_trigger": "one"})
    assert "CANNOT START" in stack.line
    stack.close()


def test_taking_over_a_job_sends_what_the_line_says(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"preflight": "on"})
    job_id = stack.dli.create(**PROGRAM, cu_number=4, tags=[])
    stack.dli.started(job_id)
    _step(stack, {"adopt_job_id": job_id, "cu_number": 3})
    stack.close()
