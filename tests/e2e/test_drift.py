"""Changes made outside: shown by a refresh as what they are, and put right by `up`."""

from __future__ import annotations

import json
import re

from dli import changes
from job_stack import JobStack, job


def test_outside_changes_are_shown_by_name_and_put_right(stack: JobStack) -> None:
    stack.program(
        job(
            desc="ours",
            smn_topic="alerts",
            resume_max_num=3,
            restart_when_exception=True,
        )
    )
    stack.up()
    before = stack.dli.job("etl")
    drift = {"desc": "theirs", "smn_topic": "other", "resume_max_num": 7, "resume_checkpoint": True}
    assert stack.dli.put(before["id"], **drift).is_success

    with stack.dli.watched() as sent:
        shown = stack.shows("refresh", "--preview-only", "--diff")
    assert changes(sent) == []
    changed = re.findall(r"^ +[~+-] (\w+) *:", shown, flags=re.MULTILINE)
    assert set(changed) == {*drift, "unset", "update_time"}, shown

    stack.up("--refresh")
    after = stack.dli.job("etl")
    assert after["id"] == before["id"]
    assert after["start_time"] == before["start_time"]
    for name in drift:
        assert after["definition"][name] == before["definition"][name], name
    stack.nothing_changes()


def test_drift_that_costs_a_restart_is_put_right_with_the_state_kept(stack: JobStack) -> None:
    stack.program(job(parallel_number=1))
    stack.up()
    before = stack.dli.job("etl")
    stack.dli.stopped(before["id"], savepoint=True)
    assert stack.dli.put(before["id"], parallel_number=5).is_success
    stack.dli.started(before["id"], resume=True)
    planned = stack.planned("--refresh")["etl"]
    assert planned["oldState"]["inputs"]["parallel_number"] == 5
    assert planned["newState"]["inputs"]["parallel_number"] == 1
    assert "restarts the job from a savepoint" in stack.up("--refresh")
    after = stack.dli.job("etl")
    assert after["definition"]["parallel_number"] == 1
    assert after["counter"] > before["counter"]
    stack.nothing_changes()


def test_a_job_found_stopped_is_started_again(stack: JobStack) -> None:
    stack.begin(job())
    before = stack.dli.job("etl")
    stack.dli.stopped(before["id"], savepoint=True)
    shown = stack.shows("preview", "--refresh", "--diff")
    assert re.search(r'~ desired_state *: "stopped \(job_cancel_success\)" => "running"', shown)
    assert ", found stopped (job_cancel_success)" in stack.up("--refresh")
    after = stack.dli.job("etl")
    assert after["status"] == "job_running"
    assert after["id"] == before["id"]
    assert after["counter"] > before["counter"]
    stack.nothing_changes()


def test_a_job_deleted_outside_leaves_the_state_and_is_made_anew(stack: JobStack) -> None:
    stack.begin(job())
    first = stack.dli.job("etl")["id"]
    stack.dli.good("DELETE", f"jobs/{first}")
    stack.shows("refresh", "--yes", "--skip-preview")
    assert stack.resources() == {}
    stack.up()
    assert stack.dli.job("etl")["id"] != first
    assert stack.dli.job("etl")["status"] == "job_running"


def test_an_update_that_finds_its_job_gone_says_what_helps(stack: JobStack) -> None:
    stack.begin(job())
    first = stack.dli.job("etl")["id"]
    stack.dli.good("DELETE", f"jobs/{first}")
    stack.program(job(desc="new"))
    shown = stack.up_fails()
    assert f"job {first} no longer exists; `pulumi up --refresh` creates it anew" in shown
    assert stack.dli.jobs() == {}
    stack.up("--refresh")
    assert stack.dli.job("etl")["definition"]["desc"] == "new"


def test_destroy_of_a_job_that_is_gone_is_a_success(stack: JobStack) -> None:
    stack.begin(job())
    stack.dli.good("DELETE", f"jobs/{stack.dli.job('etl')['id']}")
    stack.destroy()


def test_get_reads_an_existing_job_and_refuses_a_missing_one(stack: JobStack) -> None:
    existing = stack.dli.create("theirs", desc="somebody else's")
    read = "pulumi.export('read', [theirs.name, theirs.desc, theirs.status, theirs.job_id])\n"
    stack.program(f"theirs = FlinkJarJob.get('theirs', '{existing}')\n", read)
    with stack.dli.watched() as sent:
        stack.up()
    assert changes(sent) == []
    outputs = json.loads(stack.project.must("stack", "output", "--json"))
    assert outputs["read"] == ["theirs", "somebody else's", "job_init", existing]
    stack.shows("destroy", "--yes", "--skip-preview")
    assert "theirs" in stack.dli.jobs()

    stack.program("theirs = FlinkJarJob.get('theirs', '4711')\n")
    shown = stack.up_fails()
    assert "there is no Flink job 4711 in project" in shown
    assert "correct the id" in shown


def test_a_jar_that_was_overwritten_is_shown_and_then_run(stack: JobStack) -> None:
    stack.configure(endpoint="local", watchArtifacts="on", preflight="off")
    jar = stack.project.directory / ".dli-local/obs/jars/etl.jar"
    jar.parent.mkdir(parents=True, exist_ok=True)
    jar.write_text("one")
    stack.program(job(entrypoint="obs://jars/etl.jar"))
    stack.up()
    before = stack.dli.job("etl")
    jar.write_text("two")
    stack.nothing_changes()  # nobody looks without a refresh
    said = '~ desired_state *: "running, on other bytes" => "running"'
    assert re.search(said, stack.shows("preview", "--refresh", "--diff"))

    ignored = 'ignore_changes=["desired_state"]'
    stack.program(job(entrypoint="obs://jars/etl.jar", options=ignored))
    stack.up("--refresh")
    assert stack.dli.job("etl")["start_time"] == before["start_time"]
    assert stack.outputs()["desired_state"] == "running, on other bytes"
    stack.nothing_changes()

    stack.program(job(entrypoint="obs://jars/etl.jar"))
    shown = stack.up()
    assert "restarts the job from a savepoint (downtime); the bytes of entrypoint changed" in shown
    after = stack.dli.job("etl")
    assert after["start_time"] > before["start_time"]
    assert after["counter"] > before["counter"]
    assert stack.outputs()["desired_state"] == "running"
    stack.shows("preview", "--refresh", "--expect-no-changes")
