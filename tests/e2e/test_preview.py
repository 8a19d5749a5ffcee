"""A preview that tells the truth: every mistake at once, one look, and secrets nowhere."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from dli import changes
from job_stack import DYNAMIC, NATIVE, TYPE, Front, JobStack, job
from pulumi_dli.job.desired import Desired
from pulumi_dli.local.requests import kept
from pulumi_dli.rules.check import problems
from wrong_programs import RIGHT, SECRET, WRONG


def _batches() -> list[tuple[dict[str, Any], list[str]]]:
    """The wrong programs, several to a job where they do not touch each other.

    The sentences are the table's; only which programs go together is asked of the code.
    """
    made: list[tuple[dict[str, Any], list[str]]] = []
    for program, sentences in WRONG:
        if program.get("name", "x") in (None, "") or math.inf in program.values():
            continue  # the resource gives a name of its own; the engine knows no infinity
        for index, (others, theirs) in enumerate(made):
            together, both = {**others, **program}, sorted({*theirs, *sentences})
            apart = others.keys().isdisjoint(program) and not set(theirs) & set(sentences)
            if apart and problems(Desired.read({**RIGHT, **together})) == both:
                made[index] = together, both
                break
        else:
            made.append((program, sentences))
    return made


def _told(shown: str) -> list[str]:
    """The sentences under the engine's heading, without its own words."""
    lines = shown.partition("Diagnostics:")[2].partition("Resources:")[0].splitlines()
    return sorted(line.split(" has a problem: ")[1] for line in lines if "has a problem" in line)


def test_wrong_programs_get_their_sentences_all_at_once(stack: JobStack) -> None:
    batches = _batches()
    assert sum(len(sentences) for _, sentences in batches) >= 60
    for program, sentences in batches:
        stack.program(job("etl", **{**RIGHT, "obs_bucket": None, "timeouts": None, **program}))
        shown = stack.fails("preview")
        assert _told(shown) == sentences
        assert SECRET not in shown
    assert stack.dli.jobs() == {}


def test_fifty_new_jobs_on_one_queue_make_one_look(stack: JobStack) -> None:
    stack.program(*(job(f"etl{n}", queue_name="default") for n in range(50)))
    with stack.dli.watched() as sent:
        shown = stack.shows("preview")
    assert sorted(entry.path.partition("?")[0].rpartition("/")[2] for entry in sent) == [
        "",  # the bucket's records
        "filter",
        "jobs",
        "queues",
    ]
    assert changes(sent) == []
    told = shown.partition("Diagnostics:")[2]
    assert told.count("creates and starts the job; 2 CUs; queue default ") == 50
    assert "queue default 0 → 2 of 64 CUs" in shown
    assert "queue default has 64 CUs, and 100 would be taken" in shown


def test_preflight_off_looks_at_nothing(stack: JobStack) -> None:
    stack.configure(endpoint="local", preflight="off")
    stack.program(job(queue_name="gone"))
    with stack.dli.watched() as sent:
        shown = stack.shows("preview")
    assert sent == []
    assert "queue_name" not in shown


def test_what_another_resource_will_tell_is_not_judged_yet(stack: JobStack) -> None:
    """Unknowns alone, in lists and in maps postpone their rules, and no others."""
    stack.program(
        job("first", desired_state="stopped"),
        job(
            "etl",
            queue_name=None,
            code={
                "queue_name": "first.status",
                "dependency_jars": "['obs://jars/a.jar', first.status]",
                "tags": "{'team': 'shop', 'first': first.status}",
                "runtime_config": "{'first': first.status}",
                "timeouts": "{'settle': 0.1}",
            },
        ),
    )
    shown = stack.shows("preview")
    assert "etl: creates and starts the job" in shown
    assert "has a problem" not in shown
    stack.program(
        job("first", desired_state="stopped"),
        job("etl", cu_number=0, code={"desc": "first.status", "tags": "{'a': first.status}"}),
    )
    shown = stack.fails("preview")
    assert _told(shown) == ["cu_number: 0 is too small; use 2 or more"]


def test_a_diff_shows_real_changes_only(stack: JobStack) -> None:
    v2 = "{'taskmanager_resource_spec': {'memory': %r, 'cpu': %s}}"
    usual: dict[str, Any] = {"resource_config_version": "v2", "queue_name": "testQueue"}
    written = {"resource_config": v2 % ("4G", "1"), "tags": "{'a': '1', 'b': '2'}"}
    stack.program(job(**usual, dependency_jars=["g/a.jar"], code=written))
    stack.up()
    respelled = {"resource_config": v2 % ("4096 MB", "1.0"), "tags": "{'b': '2', 'a': '1'}"}
    again = {**usual, "queue_name": "TESTQUEUE", "desc": "", "dependency_jars": ["g/a.jar"]}
    stack.program(job(**again, code=respelled))
    stack.nothing_changes()

    stack.program(job(**again, smn_topic="alerts", code=respelled))
    shown = stack.shows("preview", "--diff")
    lines = [line.strip() for line in shown.partition("Resources:")[0].splitlines()]
    marked = [line for line in lines if line[:2] in ("+ ", "- ", "~ ") and TYPE not in line]
    assert [line.split(":")[0].split()[1] for line in marked] == ["smn_topic"]
    step = stack.planned()["etl"]
    assert step["op"] == "update"
    before, after = step["oldState"]["inputs"], step["newState"]["inputs"]
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} == {
        "smn_topic"
    }


def test_warnings_are_in_the_json_of_a_preview_and_show_nothing_secret(stack: JobStack) -> None:
    key = "QTWAOYTTINDUT2QVKYUC"  # of the vendor's signing guide
    stack.program(job(desc=f"by {key}", cu_number=401, desired_state="stopped"))
    plan = json.loads(stack.project.must("preview", "--json"))
    told = {(d["urn"].rpartition("::")[2], d["severity"]) for d in plan["diagnostics"]}
    assert told == {("etl", "info"), ("etl", "warning")}
    texts = [d["message"] for d in plan["diagnostics"]]
    assert key not in str(texts)
    assert [text for text in texts if "desc: looks like an access key" in text]
    assert [text for text in texts if "cu_number: 401 is more than the 400" in text]
    stack.program(job(desc=f"by {key}"))
    stack.up()
    assert "looks like" not in stack.shows("preview")


def test_planted_secrets_come_out_nowhere(stack: JobStack) -> None:
    plain, diff, parsed = ("preview",), ("preview", "--diff"), ("preview", "--json")
    planted = ["PLANTEDONE", "PLANTEDTWO", "PLANTEDTHREE", "PLANTEDFOUR"]
    stack.program(
        job(
            entrypoint_args=["--password", planted[0], f"--key={planted[1]}"],
            runtime_config={"fs.obs.secret.key": planted[2]},
        )
    )
    shown = stack.shows(*diff) + stack.up("--debug")
    stack.program(
        job(
            entrypoint_args=f"--password {planted[3]}",
            runtime_config={"fs.obs.secret.key": planted[2]},
            cu_number=3,
        )
    )
    shown += stack.shows(*plain) + stack.shows(*parsed) + stack.up("--diff")
    stack.program(job(entrypoint_args=[f"a {planted[0]}"], runtime_config={"a": [planted[1]]}))
    shown += "".join(stack.fails(*command) for command in (plain, diff, parsed))
    every = shown + stack.state_text()
    every += "".join(entry.body for entry in kept(stack.dli.store))
    assert [text for text in planted if text in every] == []


@pytest.mark.parametrize("front", [DYNAMIC, NATIVE], ids=["dynamic", "native"])
def test_a_setting_that_there_is_not_is_told_once_a_run(stack: JobStack, front: Front) -> None:
    stack.front = front
    stack.configure(endpoint="local", regoin="eu-de", watchArtifact="on")
    stack.program(job("one"), job("two"))
    _, _, told = stack.shows("preview").partition("Diagnostics:")
    for warning in (
        "dli:regoin: there is no such setting; did you mean dli:region?",
        "dli:watchArtifact: there is no such setting; did you mean dli:watchArtifacts?",
    ):
        assert told.count(f"warning: {warning}") == 1
    assert told.count("warning:") == 2
