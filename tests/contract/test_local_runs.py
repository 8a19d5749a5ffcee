"""Run, stop, savepoints: the status over time, and what becomes of a job's state."""

from __future__ import annotations

import shutil

import pytest
from local_service import PROJECT, STARTED, STOPPED, LocalService, refusal
from pulumi_dli.local.flink import versions


def events(dli: LocalService, job_id: int) -> list[str]:
    return [entry["event"] for entry in dli.history(job_id)]


def test_a_start_takes_its_time(dli: LocalService) -> None:
    job_id = dli.create()
    answer = dli.run(job_id)
    assert answer.status_code == 200
    assert answer.json()[0]["is_success"] == "true"
    assert dli.status(job_id) == "job_submitting"
    assert dli.details(job_id)["start_time"] is None
    dli.pass_time(STARTED - 0.001)
    assert dli.status(job_id) == "job_submitting"
    dli.pass_time(10)
    detail = dli.details(job_id)
    assert detail["status"] == "job_running"
    assert detail["start_time"] == 1_800_000_001_000
    assert detail["status_desc"] == "simulated: no Flink runs this job"


def test_a_stop_takes_its_time(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    assert dli.stop(job_id).json()[0]["is_success"] == "true"
    assert dli.status(job_id) == "job_canceling"
    dli.pass_time(STOPPED)
    detail = dli.details(job_id)
    assert (detail["status"], detail["has_savepoint"]) == ("job_cancel_success", False)


def test_a_stop_with_savepoint_saves_first(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    dli.stop(job_id, savepoint=True)
    assert dli.status(job_id) == "job_savepointing"
    assert not dli.details(job_id)["has_savepoint"]
    dli.pass_time(STOPPED)
    assert dli.status(job_id) == "job_canceling"
    dli.pass_time(STOPPED)
    detail = dli.details(job_id)
    assert (detail["status"], detail["has_savepoint"]) == ("job_cancel_success", True)
    assert detail["savepoint_path"] == f"bucket/jobs/savepoint/{job_id}/2027-01-15_08-00-01/"


@pytest.mark.parametrize("copied", [False, True])
def test_flink_begins_from_nothing_that_a_simulated_run_wrote(
    dli: LocalService, *, copied: bool
) -> None:
    job_id = dli.create()
    dli.started(job_id)
    dli.stopped(job_id, savepoint=True)
    path = dli.details(job_id)["savepoint_path"]
    if copied:
        obs = dli.store.folder / "obs"
        shutil.copytree(obs / path, obs / "bucket/copy")
        path = "bucket/copy/"
        body = {"savepoint_path": f"obs://{path}"}
        dli.good("POST", f"jobs/{job_id}/import-savepoint", body)
    chosen = versions.chosen(dli.store.folder)
    chosen.parent.mkdir(exist_ok=True)
    chosen.write_text(versions.DEFAULT_VERSION)
    dli.run(job_id, resume=True)
    detail = dli.details(job_id)
    chosen.unlink()
    assert detail["status"] == "job_submit_fail"
    assert detail["status_desc"] == (
        f"{path} is of a simulated run, and holds no state that Flink could begin from: set "
        'upgrade_mode="stateless" for one `pulumi up`, or run `pulumi-dli local reset`'
    )
    dli.good("POST", f"jobs/{job_id}/import-savepoint", {"savepoint_path": f"obs://{path}"})
    dli.started(job_id, resume=True)


def test_the_savepoint_is_consumed_and_only_a_resume_carries_the_state_over(
    dli: LocalService,
) -> None:
    job_id = dli.create()
    dli.started(job_id)
    dli.pass_time(100)
    dli.stopped(job_id, savepoint=True)
    assert dli.inside(job_id)["counter"] == 101
    dli.started(job_id, resume=True)
    assert dli.inside(job_id)["counter"] == 102
    detail = dli.details(job_id)
    assert (detail["has_savepoint"], detail["savepoint_path"]) == (False, None)
    dli.stopped(job_id)
    dli.started(job_id)
    assert dli.inside(job_id)["counter"] == 1
    runs = [entry for entry in dli.history(job_id) if entry["event"] == "run"]
    assert [run["resume"] for run in runs] == [False, True, False]
    assert [bool(run["savepoint"]) for run in runs] == [False, True, False]


def test_a_start_without_resume_throws_the_savepoint_away(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    dli.stopped(job_id, savepoint=True)
    path = dli.details(job_id)["savepoint_path"]
    dli.started(job_id)
    assert not dli.details(job_id)["has_savepoint"]
    dli.stopped(job_id)
    dli.good("POST", f"jobs/{job_id}/import-savepoint", {"savepoint_path": path})
    dli.run(job_id, resume=True)
    dli.pass_time(STARTED)
    assert dli.status(job_id) == "job_submit_fail"


def test_a_start_that_fails_leaves_the_savepoint_to_be_imported(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    dli.pass_time(50)
    dli.stopped(job_id, savepoint=True)
    path = dli.details(job_id)["savepoint_path"]
    dli.arm("fail_start")
    dli.run(job_id, resume=True)
    dli.pass_time(STARTED)
    assert dli.status(job_id) == "job_submit_fail"
    assert not dli.details(job_id)["has_savepoint"]
    dli.good("POST", f"jobs/{job_id}/import-savepoint", {"savepoint_path": f"obs://{path}"})
    assert dli.details(job_id)["savepoint_path"] == path
    dli.started(job_id, resume=True)
    assert dli.inside(job_id)["counter"] > 50


def test_a_savepoint_of_a_running_job_leaves_it_running(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    dli.good("POST", f"jobs/{job_id}/savepoint", {"action": "TRIGGER"})
    assert dli.status(job_id) == "job_savepointing"
    dli.pass_time(STOPPED)
    detail = dli.details(job_id)
    assert (detail["status"], detail["has_savepoint"]) == ("job_running", True)
    dli.pass_time(60)
    dli.stopped(job_id)
    dli.started(job_id, resume=True)
    assert dli.inside(job_id)["counter"] < 10


def test_a_savepoint_goes_where_it_is_told(dli: LocalService) -> None:
    job_id = dli.create(obs_bucket=None)
    dli.started(job_id)
    body = {"action": "TRIGGER", "savepoint_path": "obs://other/place"}
    dli.good("POST", f"jobs/{job_id}/savepoint", body)
    dli.pass_time(STOPPED)
    assert dli.details(job_id)["savepoint_path"] == "other/place/"


def test_two_savepoints_in_one_second_are_two(dli: LocalService) -> None:
    job_id = dli.create()
    dli.store.set("stop_delay", 0)
    dli.started(job_id)
    paths = set()
    for _ in range(3):
        dli.good("POST", f"jobs/{job_id}/savepoint", {"action": "TRIGGER"})
        paths.add(dli.details(job_id)["savepoint_path"])
    dli.store.set("stop_delay", STOPPED)
    assert len(paths) == 3


def test_what_is_not_allowed_is_refused(dli: LocalService) -> None:
    draft = dli.create("draft")
    bare = dli.create("bare", obs_bucket=None)
    assert refusal(dli.stop(draft)) == "DLI.0007"
    assert refusal(dli.request("POST", f"jobs/{draft}/savepoint", {"action": "TRIGGER"})) == (
        "DLI.0007"
    )
    assert "no savepoint" in dli.run(draft, resume=True).json()[0]["message"]
    dli.run(bare)
    assert refusal(dli.stop(bare, savepoint=True)) == "DLI.0007"
    dli.pass_time(STARTED)
    assert refusal(dli.stop(bare, savepoint=True)) == "DLI.0007"
    assert refusal(dli.request("POST", f"jobs/{bare}/savepoint", {"action": "TRIGGER"})) == (
        "DLI.0007"
    )
    again = dli.run(bare)
    assert again.status_code == 200
    assert again.json()[0]["is_success"] == "false"
    importing = {"savepoint_path": "obs://bucket/dir/"}
    assert refusal(dli.request("POST", f"jobs/{bare}/import-savepoint", importing)) == "DLI.0007"
    assert dli.status(draft) == "job_init"
    assert dli.status(bare) == "job_running"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("jobs/run", {}),
        ("jobs/run", {"job_ids": []}),
        ("jobs/run", {"job_ids": ["1"]}),
        ("jobs/run", {"job_ids": 1}),
        ("jobs/run", {"job_ids": [1], "resume_savepoint": "true"}),
        ("jobs/run", {"job_ids": [1], "resume": True}),
        ("jobs/stop", {"job_ids": [True]}),
        ("jobs/{id}/savepoint", {}),
        ("jobs/{id}/savepoint", {"action": "STOP"}),
        ("jobs/{id}/import-savepoint", {}),
        ("jobs/{id}/import-savepoint", {"savepoint_path": "bucket"}),
        ("jobs/{id}/import-savepoint", {"savepoint_path": "obs://bucket/"}),
        ("jobs/{id}/import-savepoint", {"savepoint_path": "b/d/", "job_id": 10**9}),
    ],
)
def test_a_malformed_verb_is_refused(
    embedded_dli: LocalService, path: str, body: dict[str, object]
) -> None:
    job_id = embedded_dli.create()
    answer = embedded_dli.request("POST", path.replace("{id}", str(job_id)), body)
    assert refusal(answer) == "DLI.0001"


def test_a_run_needs_a_queue_that_exists(dli: LocalService) -> None:
    job_id = dli.create(queue_name=None)
    answer = dli.run(job_id)
    assert answer.status_code == 400
    assert answer.json()[0]["error_code"] == "DLI.13024"
    dli.put(job_id, queue_name="nowhere")
    answer = dli.run(job_id)
    assert refusal(answer) == "DLI.0002"
    assert answer.json()[0]["error_msg"] == "There is no queue named nowhere"
    assert refusal(dli.run(10**9)) == "DLI.16001"


def test_a_batch_with_one_bad_job_starts_none(dli: LocalService) -> None:
    good, bad = dli.create("good"), dli.create("bad", queue_name=None)
    answer = dli.request("POST", "jobs/run", {"job_ids": [good, bad]})
    assert refusal(answer) == "DLI.13024"
    assert dli.status(good) == "job_init"


def test_a_full_queue_makes_jobs_wait_until_there_is_room(dli: LocalService) -> None:
    big, waiting = dli.create("big", cu_number=60), dli.create("waiting", cu_number=8)
    dli.started(big)
    dli.run(waiting)
    dli.pass_time(100)
    detail = dli.details(waiting)
    assert detail["status"] == "job_submitting"
    assert detail["status_desc"] == "waiting for 8 CUs on queue default (60 of 64 in use)"
    queues = dli.good("GET", f"/v1.0/{PROJECT}/queues", queue_type="all")["queues"]
    assert {queue["queue_name"]: queue["used_cu"] for queue in queues} == {
        "default": 60.0,
        "testqueue": 0.0,
        "pooled": 0.0,
    }
    dli.stopped(big)
    detail = dli.details(waiting)
    assert detail["status"] == "job_running"
    assert detail["start_time"] == 1_800_000_101_500


def test_a_job_that_waits_can_be_stopped(dli: LocalService) -> None:
    job_id = dli.create(cu_number=65)
    dli.run(job_id)
    dli.pass_time(100)
    dli.stop(job_id)
    dli.pass_time(STOPPED)
    assert dli.status(job_id) == "job_cancel_success"


def test_deleting_a_running_job_makes_room(dli: LocalService) -> None:
    big, waiting = dli.create("big", cu_number=64), dli.create("waiting")
    dli.started(big)
    dli.run(waiting)
    dli.pass_time(STARTED)
    dli.request("DELETE", f"jobs/{big}")
    dli.pass_time(0.001)
    assert dli.status(waiting) == "job_running"


def test_v2_resources_count_as_the_cus_they_add_up_to(dli: LocalService) -> None:
    resources = {
        "max_slot": 2,
        "parallel_number": 5,
        "jobmanager_resource_spec": {"cpu": 1, "memory": "4G"},
        "taskmanager_resource_spec": {"cpu": 2, "memory": "16384 MB"},
    }
    job_id = dli.create(resource_config_version="v2", resource_config=resources)
    dli.started(job_id)
    assert dli.details(job_id)["job_config"]["real_cu_number"] == 13


def test_a_checkpoint_path_is_made_up_when_the_job_runs(dli: LocalService) -> None:
    job_id = dli.create()
    dli.started(job_id)
    path = dli.details(job_id)["job_config"]["checkpoint_path"]
    assert path.startswith(f"bucket/jobs/checkpoint/{job_id}_")
    dli.stopped(job_id)
    dli.started(job_id)
    assert dli.details(job_id)["job_config"]["checkpoint_path"] == path


def test_a_crash_keeps_a_checkpoint_to_resume_from(dli: LocalService) -> None:
    job_id = dli.create(checkpoint_enabled=True, checkpoint_interval=10)
    dli.arm("crash", seconds=35)
    dli.started(job_id)
    dli.pass_time(35)
    assert dli.status(job_id) == "job_running_exception"
    folder = dli.details(job_id)["job_config"]["checkpoint_path"]
    dli.good("POST", f"jobs/{job_id}/import-savepoint", {"savepoint_path": f"{folder}chk-3"})
    dli.started(job_id, resume=True)
    assert dli.inside(job_id)["counter"] == 32


def test_a_checkpoint_does_not_fit_another_parallelism(dli: LocalService) -> None:
    job_id = dli.create(checkpoint_enabled=True, checkpoint_interval=10)
    dli.arm("crash", seconds=35)
    dli.started(job_id)
    dli.pass_time(35)
    folder = dli.details(job_id)["job_config"]["checkpoint_path"]
    dli.put(job_id, parallel_number=2)
    dli.good("POST", f"jobs/{job_id}/import-savepoint", {"savepoint_path": f"{folder}chk-3"})
    dli.run(job_id, resume=True)
    dli.pass_time(STARTED)
    assert dli.status(job_id) == "job_submit_fail"
    assert "does not fit" in dli.details(job_id)["status_desc"]


def test_a_crash_is_restarted_where_the_job_says_so(dli: LocalService) -> None:
    job_id = dli.create(
        restart_when_exception=True,
        resume_checkpoint=True,
        checkpoint_enabled=True,
        checkpoint_interval=10,
    )
    dli.arm("crash", seconds=25)
    dli.started(job_id)
    dli.pass_time(25 + STARTED)
    detail = dli.details(job_id)
    assert (detail["status"], detail["restart_times"]) == ("job_running", 1)
    assert dli.inside(job_id)["counter"] == 22
    assert events(dli, job_id) == ["created", "run", "running", "crashed", "running"]


def test_a_flink_that_the_queue_does_not_have_fails_the_start(dli: LocalService) -> None:
    job_id = dli.create(feature="basic", flink_version="1.7")
    dli.run(job_id)
    dli.pass_time(STARTED)
    detail = dli.details(job_id)
    assert detail["status"] == "job_submit_fail"
    assert "1.7" in detail["status_desc"]


def test_the_execution_plan_follows_the_status(dli: LocalService) -> None:
    job_id = dli.create()
    assert refusal(dli.request("GET", f"jobs/{job_id}/execute-graph")) == "DLI.0007"
    dli.started(job_id)
    graph = dli.good("GET", f"jobs/{job_id}/execute-graph")["execute_graph"]
    assert (graph["state"], graph["start-time"], graph["end-time"]) == (
        "RUNNING",
        1_800_000_001_000,
        -1,
    )
    dli.stopped(job_id)
    graph = dli.good("GET", f"jobs/{job_id}/execute-graph")["execute_graph"]
    assert (graph["state"], graph["end-time"]) == ("CANCELED", 1_800_000_001_500)
