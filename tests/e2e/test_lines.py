"""The lines for people: on their resource, once in each phase, and none where nothing changes."""

from __future__ import annotations

import json
from typing import Any

from job_stack import TYPE, JobStack, job

URN = f"urn:pulumi:dev::jobs::{TYPE}::etl"


def _lines(stack: JobStack, *command: str, lasting: bool = True) -> list[tuple[str, str, str]]:
    """URN, severity and text of what a command told in its event stream."""
    events = stack.project.must(*command, "--json").splitlines()
    told: list[dict[str, Any]] = [
        event["diagnosticEvent"]
        for event in map(json.loads, events)
        if event.get("diagnosticEvent", {}).get("severity") not in (None, "debug")
    ]
    return [
        (event.get("urn", ""), event["severity"], event["message"].strip())
        for event in told
        if bool(event.get("ephemeral")) is not lasting
    ]


def _previewed(stack: JobStack) -> list[tuple[str, str, str]]:
    """The same for a preview, which prints one document."""
    told = json.loads(stack.project.must("preview", "--json")).get("diagnostics", [])
    return [(line.get("urn", ""), line["severity"], line["message"].strip()) for line in told]


def test_a_plan_line_stands_once_on_its_resource_in_each_phase(stack: JobStack) -> None:
    up = ("up", "--yes", "--skip-preview")
    stack.program(job())
    line = "etl: creates and starts the job; 2 CUs; queue testqueue 0 → 2 of 256 CUs"
    created = [(URN, "info", line)]
    assert _previewed(stack) == created
    assert _lines(stack, *up) == created

    stack.program(job(cu_number=4))
    line = (
        "etl: restarts the job from a savepoint (downtime); cu_number 2 → 4; CUs 2 → 4; "
        "queue testqueue 2 → 4 of 256 CUs"
    )
    assert _previewed(stack) == [(URN, "info", line)]
    assert _lines(stack, *up) == [(URN, "info", line)]

    stack.dli.put(stack.dli.job("etl")["id"], desc="theirs")
    assert _lines(stack, "refresh", "--yes", "--skip-preview") == []
    [(urn, _, put_right)] = _lines(stack, *up)
    assert urn == URN
    assert put_right == "etl: changes live, without a restart; desc changes"

    [(urn, severity, farewell)] = _lines(stack, "destroy", "--yes", "--skip-preview")
    assert (urn, severity) == (URN, "info")
    assert "left its savepoint at obs://bucket/" in farewell


def test_waiting_shows_how_it_goes(stack: JobStack) -> None:
    stack.dli.delays(start=1, stop=0)
    stack.program(job())
    told = _lines(stack, "up", "--yes", "--skip-preview", lasting=False)
    texts = [text for urn, _, text in told if urn == URN]
    assert len(texts) == len(told)
    assert texts[0] == "etl (1): submitting, 0 s of 1200 s"
    assert texts[-1].startswith("etl (1): running, ")


def test_both_phases_of_one_up_speak(stack: JobStack) -> None:
    stack.program(job())
    shown = stack.shows("up", "--yes")
    assert shown.count("Diagnostics:") == 2
    for phase in shown.split("Diagnostics:")[1:]:
        told, _, _ = phase.partition("Resources:")
        assert told.count("etl: creates and starts the job") == 1
    assert stack.shows("up", "--yes", "--expect-no-changes").count("Diagnostics:") == 0


def test_what_is_not_known_yet_is_said(stack: JobStack) -> None:
    text = "first.update_time.apply(str)"

    def program(desc: str) -> None:
        stack.program(
            job("first", desc=desc),
            job("etl", code={"desc": text, "main_class": text}),
        )

    program("one")
    created = "etl: creates and starts the job; 2 CUs; queue testqueue 2 → 4 of 256 CUs"
    assert (URN, "info", created) in _previewed(stack)
    stack.up()
    program("two")
    known = (URN, "info", "etl: not known yet, may cost a restart: main_class")
    assert known in _previewed(stack)


def test_the_two_ways_of_not_running_are_told_apart(stack: JobStack) -> None:
    stack.program(job(desired_state="stopped"))
    [(_, _, line)] = _previewed(stack)
    assert line == "etl: creates the job and leaves it stopped"
    saved = stack.dli.store.folder / "obs/bucket/savepoint/_metadata"
    saved.parent.mkdir(parents=True)
    saved.touch()
    stack.program(job(restore_from="obs://bucket/savepoint/"))
    [(_, _, line)] = _previewed(stack)
    assert line.startswith("etl: creates and starts the job from obs://bucket/savepoint/; 2 CUs")
