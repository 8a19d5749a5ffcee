"""What a change of the program does to a running job, with the real engine."""

from __future__ import annotations

import json
from pathlib import Path

from dli import changes
from engine_project import make_project
from job_stack import JobStack, job


def test_a_live_change_is_one_put_of_what_differs(stack: JobStack) -> None:
    stack.begin(job())
    before = stack.dli.job("etl")
    stack.program(job(desc="second"))
    with stack.dli.watched() as sent:
        shown = stack.up()
    assert changes(sent) == [f"PUT flink-jobs/{before['id']}"]
    [put] = [entry for entry in sent if entry.method == "PUT"]
    assert json.loads(put.body) == {"desc": "second"}
    assert "changes live, without a restart" in shown
    after = stack.dli.job("etl")
    assert after["id"] == before["id"]
    assert after["start_time"] == before["start_time"]
    assert after["update_time"] > before["update_time"]
    assert stack.outputs()["update_time"] == after["update_time"]
    stack.nothing_changes()


def test_a_restart_change_stops_with_a_savepoint_and_resumes_from_it(stack: JobStack) -> None:
    stack.begin(job(cu_number=2))
    before = stack.dli.job("etl")
    stack.program(job(cu_number=4))
    with stack.dli.watched() as sent:
        shown = stack.up()
    assert changes(sent) == [
        "POST jobs/stop",
        f"PUT flink-jobs/{before['id']}",
        "POST jobs/run",
    ]
    assert [json.loads(entry.body) for entry in sent if "jobs/" in entry.path and entry.body][
        ::2
    ] == [
        {"job_ids": [before["id"]], "trigger_savepoint": True},
        {"job_ids": [before["id"]], "resume_savepoint": True},
    ]
    assert "restarts the job from a savepoint (downtime); cu_number 2 → 4" in shown
    after = stack.dli.job("etl")
    assert after["id"] == before["id"]
    assert after["status"] == "job_running"
    assert after["counter"] > before["counter"]
    assert stack.outputs()["update_time"] == after["update_time"] > before["update_time"]
    stack.nothing_changes()
    assert "2 unchanged" in stack.shows("refresh", "--yes", "--skip-preview")


def test_update_time_reaches_another_resource_new_and_is_unknown_before(stack: JobStack) -> None:
    def program(desc: str) -> None:
        follower = {"desc": "pulumi.Output.format('since {0}', etl.update_time)"}
        keeper = {"desc": "pulumi.Output.format('job {0}', etl.job_id)"}
        stack.program(
            job("etl", desc=desc),
            job("follower", code=follower),
            job("keeper", code=keeper),
            "pulumi.export('since', etl.update_time)\n",
        )

    program("first")
    stack.up()
    first = stack.dli.job("etl")
    assert stack.dli.job("follower")["definition"]["desc"] == f"since {first['update_time']}"
    assert stack.dli.job("keeper")["definition"]["desc"] == f"job {first['id']}"
    stack.nothing_changes()

    program("second")
    planned = stack.planned()
    assert planned["etl"]["op"] == planned["follower"]["op"] == "update"
    assert str(first["update_time"]) not in json.dumps(planned["follower"]["newState"]["inputs"])
    assert "keeper" not in planned  # job_id is known, so nothing changes there
    with stack.dli.watched() as sent:
        stack.up()
    second = stack.dli.job("etl")
    assert second["update_time"] > first["update_time"]
    assert stack.dli.job("follower")["definition"]["desc"] == f"since {second['update_time']}"
    assert len(changes(sent)) == 2
    stack.nothing_changes()


def test_another_stack_reads_update_time(stack: JobStack, tmp_path: Path) -> None:
    stack.program(job(), "pulumi.export('update_time', etl.update_time)\n")
    stack.up()
    reader = make_project(
        tmp_path,
        name="reader",
        program="""
        import pulumi
        jobs = pulumi.StackReference("organization/jobs/dev")
        pulumi.export("read", jobs.require_output("update_time"))
        """,
    )

    def read() -> object:
        reader.must("up", "--yes", "--skip-preview")
        return json.loads(reader.must("stack", "output", "--json"))["read"]

    first = stack.dli.job("etl")["update_time"]
    assert read() == first
    stack.program(job(desc="new"), "pulumi.export('update_time', etl.update_time)\n")
    stack.up()
    assert read() == stack.dli.job("etl")["update_time"] > first


def test_what_only_the_state_records_sends_nothing_that_changes(stack: JobStack) -> None:
    stack.begin(job())
    stack.program(job(on_delete="stop", timeouts={"settle": 0.2, "update": 99}))
    with stack.dli.watched() as sent:
        shown = stack.up()
    assert changes(sent) == []
    assert "nothing is sent, the state records: on_delete, timeouts" in shown
    stack.nothing_changes()


def test_removed_arguments_are_reset_or_said_to_be_kept(stack: JobStack) -> None:
    stack.program(job(smn_topic="alerts", resume_max_num=3, checkpoint_interval=60))
    stack.up()
    stack.program(job())
    shown = stack.up()
    assert shown.count("no longer set, but the service keeps its value: checkpoint_interval") >= 1
    definition = stack.dli.job("etl")["definition"]
    assert not definition["smn_topic"]
    assert definition["resume_max_num"] == -1
    assert definition["checkpoint_interval"] == 60
    stack.nothing_changes()


def test_the_run_state_is_an_argument(stack: JobStack) -> None:
    stack.program(job(desired_state="stopped"))
    stack.up()
    assert stack.dli.job("etl")["status"] == "job_init"
    stack.program(job())
    stack.up()
    running = stack.dli.job("etl")
    assert running["status"] == "job_running"
    stack.program(job(desired_state="stopped"))
    assert "stops with a savepoint" in stack.up()
    stopped = stack.dli.job("etl")
    assert stopped["status"] == "job_cancel_success"
    assert stack.outputs()["savepoint_path"] == stopped["savepoint_path"]
    stack.nothing_changes()
    stack.program(job())
    assert "starts from its savepoint" in stack.up()
    again = stack.dli.job("etl")
    assert again["id"] == running["id"]
    assert again["counter"] > running["counter"]


def test_tags_change_beside_the_job(stack: JobStack) -> None:
    stack.program(job(tags={"team": "a", "old": "x"}))
    stack.up()
    mark = stack.dli.job("etl")["tags"]["pulumi-owner"]
    stack.program(job(tags={"team": "b"}))
    with stack.dli.watched() as sent:
        assert "changes tags, without touching the job" in stack.up()
    assert not any(entry.method == "PUT" for entry in sent)
    assert stack.dli.job("etl")["tags"] == {"team": "b", "pulumi-owner": mark}
    stack.nothing_changes()
    stack.program(job())
    stack.up()
    assert stack.dli.job("etl")["tags"] == {"pulumi-owner": mark}
    stack.nothing_changes()
