"""Jobs on a real Flink, told through the API: how they start, fail, restart and end."""

from __future__ import annotations

import json
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flink_dli import Counts, FlinkDli, switched_on
from pulumi_dli.artifacts.logs import telling
from pulumi_dli.local.cli import app
from pulumi_dli.local.flink import choice, compiler, files
from typer.testing import CliRunner

HERE = Path(__file__).parent
pytestmark = pytest.mark.xdist_group("runs")  # one cluster for all of them


@pytest.fixture(scope="module")
def folder_on_flink(
    flink_version: str, order_counts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlinkDli]:
    """One cluster for the tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("dli")
    for jar in (order_counts, compiler.jar(HERE / "Ways.java", flink_version, folder)):
        files.add(folder, jar, None)
    with switched_on(folder, flink_version) as dli:
        yield dli


@pytest.fixture
def dli(folder_on_flink: FlinkDli) -> Iterator[FlinkDli]:
    """The shared cluster; what a test starts it ends."""
    yield folder_on_flink
    for job in folder_on_flink.jobs().values():
        if job["status"] in {"job_running", "job_submitting"}:
            folder_on_flink.ends(job["id"])


def test_a_job_runs_and_says_where(dli: FlinkDli) -> None:
    job_id = dli.orders("plain")
    dli.run(job_id)
    detail = dli.reaches(job_id, "job_running")
    assert detail["status_desc"].startswith(f"on Flink 1.20.5: {dli.cluster.url}/#/job/running/")
    graph = dli.good("GET", f"jobs/{job_id}/execute-graph")["execute_graph"]
    assert (graph["name"], graph["state"]) == ("order counts", "RUNNING")
    assert graph["jid"] in detail["status_desc"]
    counts = Counts(dli.folder / "plain.csv")
    dli.counts_on(counts, 1)

    dli.good("POST", f"jobs/{job_id}/savepoint", {"action": "TRIGGER"})
    detail = dli.reaches(job_id, "job_running")
    saved = dli.folder / "obs" / detail["savepoint_path"]
    assert detail["savepoint_path"].startswith(f"bucket/jobs/savepoint/{job_id}/")
    assert (saved / "_metadata").is_file()

    stopped = dli.ends(job_id, savepoint=True)
    taken = dli.folder / "obs" / stopped["savepoint_path"]
    assert (taken / "_metadata").is_file()
    dli.run(job_id, resume=True)
    dli.reaches(job_id, "job_running")
    dli.ends(job_id)
    assert not taken.exists()  # consumed by the restart
    assert saved.exists()  # asked for by the user, and kept
    counts.must_be_exact()
    written = [*dli.folder.glob("flink/**/*"), *dli.folder.glob("obs/**/*"), counts.path]
    assert len(written) > 20
    assert not [path for path in written if path.lstat().st_mode & 0o077]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"entrypoint_args": "--other x"}, "--output FILE is missing"),
        ({"main_class": "nowhere.Missing"}, "nowhere.Missing"),
        ({"entrypoint": "group/none.jar"}, "`pulumi-dli local add none.jar --group group`"),
        ({"entrypoint": "obs://jars/none.jar"}, "there is no file obs://jars/none.jar: copy it to"),
        ({"entrypoint": "obs://jars/../../x"}, "is not a name below"),
        ({"entrypoint": "words.txt"}, "words.txt is not a jar: it is no zip file"),
        ({"dependency_jars": ["words.txt"]}, "words.txt is not a jar"),
        ({"parallel_number": 17}, "NoResourceAvailableException"),
        ({"tm_slot_num": 1, "parallel_number": 2}, "NoResourceAvailableException"),
        ({"flink_version": "1.99"}, "Flink 1.99 is not offered here"),
    ],
)
def test_a_start_that_cannot_work_says_why(
    dli: FlinkDli, fields: dict[str, Any], words: str
) -> None:
    (dli.folder / "packages" / "words.txt").write_text("no jar\n")
    job_id = dli.orders(f"bad-{uuid.uuid4().hex}", **fields)
    dli.run(job_id)
    detail = dli.reaches(job_id, "job_submit_fail")
    assert words in detail["status_desc"]
    assert "\n" not in detail["status_desc"]


def test_a_main_that_fails_after_it_handed_over_leaves_nothing_running(dli: FlinkDli) -> None:
    dli.fails_behind_its_hand_over()


def test_too_few_free_slots_is_a_failure_and_not_a_hang(dli: FlinkDli) -> None:
    first = dli.orders("wide", parallel_number=10)
    dli.run(first)
    dli.reaches(first, "job_running")
    second = dli.orders("wider", parallel_number=10, restart_when_exception=True)
    dli.run(second)
    detail = dli.reaches(second, "job_submit_fail")
    assert "NoResourceAvailableException" in detail["status_desc"]


def test_a_job_that_fails_after_a_while_tells_its_own_reason(dli: FlinkDli) -> None:
    job_id = dli.orders("failing", "--fail-after 100 --rate 20", log_enabled=True)
    dli.run(job_id)
    page = dli.reaches(job_id, "job_running")["status_desc"].partition(": ")[2]
    detail = dli.reaches(job_id, "job_running_exception")
    assert detail["status_desc"] == (
        "IllegalStateException: order 100 cannot be counted; see "
        + page.replace("/running/", "/completed/")
    )
    [log] = (dli.folder / "obs/bucket/jobs/logs").glob(f"{job_id}_*/jobmanager.log")
    assert telling(log.read_text())[0][-4].endswith("Exception: order 100 cannot be counted")
    assert not log.stat().st_mode & 0o077
    assert (detail["restart_times"], detail["has_savepoint"]) == (0, False)


def test_a_job_that_restarts_itself_is_counted_and_gives_up(dli: FlinkDli) -> None:
    job_id = dli.orders(
        "restarting",
        "--fail-after 100 --rate 20",
        restart_when_exception=True,
        resume_max_num=2,
        checkpoint_enabled=True,
        checkpoint_interval=1,
    )
    dli.run(job_id)
    dli.reaches(job_id, "job_running")
    detail = dli.reaches(job_id, "job_running_exception")
    assert detail["restart_times"] == 2
    assert "order 100 cannot be counted" in detail["status_desc"]
    first = [row for row in Counts(dli.folder / "restarting.csv").rows() if row[2] == 0]
    assert len(first) == 1, "a restart began anew, without the checkpoint"


def test_every_restart_is_counted(dli: FlinkDli) -> None:
    pairs = [{"key": "restart-strategy.failure-rate.delay", "value": "1 ms"}]
    job_id = dli.orders(
        "often",
        "--fail-after 0",
        restart_when_exception=True,
        resume_max_num=20,
        runtime_config=json.dumps(pairs),
    )
    dli.run(job_id)
    dli.until("its end", lambda: dli.status(job_id) in {"job_submit_fail", "job_running_exception"})
    assert dli.details(job_id)["restart_times"] == 20


def test_dependencies_are_on_the_class_path_and_a_bounded_job_finishes(
    dli: FlinkDli, flink_version: str, tmp_path: Path
) -> None:
    for name in ("UsesParts", "Part"):
        jar = compiler.jar(HERE / f"{name}.java", flink_version, tmp_path)
        files.add(dli.folder, jar, "parts")
    words = tmp_path / "words.txt"
    words.write_text("a file\n")
    files.add(dli.folder, words, "parts")
    job_id = dli.create(
        "parts",
        entrypoint="parts/UsesParts.jar",
        dependency_jars=["parts/Part.jar"],
        dependency_files=["parts/words.txt"],
    )
    dli.run(job_id)
    detail = dli.details(job_id)
    while detail["status"] in {"job_submitting", "job_running"}:
        detail = dli.details(job_id)
    assert detail["status_desc"].startswith("IllegalStateException: a class and a file; see ")

    assert dli.put(job_id, entrypoint_args="quiet").is_success
    dli.run(job_id)
    dli.reaches(job_id, "job_finish")
    assert "number 3" in choice.clusters(dli.folder)[0].log("taskmanager.out").read_text()


def test_settings_reach_flink(dli: FlinkDli) -> None:
    pairs = [
        {"key": "execution.checkpointing.timeout", "value": "77 s"},
        {"key": "x.y", "value": "z"},
    ]
    job_id = dli.orders(
        "settings",
        checkpoint_enabled=True,
        checkpoint_mode=2,
        checkpoint_interval=33,
        runtime_config=json.dumps(pairs),
    )
    dli.run(job_id)
    run = dli.reaches(job_id, "job_running")["status_desc"].rpartition("/")[2]
    address = f"{dli.cluster.url}/jobs/{run}/checkpoints/config"
    config = httpx.get(address, trust_env=False).json()
    assert (config["mode"], config["interval"], config["timeout"]) == (
        "at_least_once",
        33000,
        77000,
    )


def test_a_killed_taskmanager_is_replaced_and_its_job_goes_on(dli: FlinkDli) -> None:
    job_id = dli.orders(
        "survivor",
        restart_when_exception=True,
        checkpoint_enabled=True,
        checkpoint_interval=1,
    )
    dli.run(job_id)
    dli.reaches(job_id, "job_running")
    counts = Counts(dli.folder / "survivor.csv")
    dli.counts_on(counts, 60)
    killed = dli.cluster.taskmanager
    killed.end(signal.SIGKILL)
    dli.reaches(job_id, "job_submitting")
    assert dli.reaches(job_id, "job_running")["restart_times"] >= 1
    assert dli.cluster.taskmanager != killed
    dli.counts_on(counts, 20)
    assert len([row for row in counts.rows() if row[2] == 0]) == 1


def test_a_killed_jobmanager_is_told_and_the_job_goes_on_from_its_checkpoint(
    dli: FlinkDli,
) -> None:
    job_id = dli.orders("orphan", checkpoint_enabled=True, checkpoint_interval=1)
    dli.run(job_id)
    dli.reaches(job_id, "job_running")
    counts = Counts(dli.folder / "orphan.csv")
    dli.counts_on(counts, 60)
    killed = dli.cluster
    killed.jobmanager.end(signal.SIGKILL)
    detail = dli.reaches(job_id, "job_running_exception")
    assert "the local Flink ended while the job was on it" in detail["status_desc"]
    assert detail["has_savepoint"]
    assert f"bucket/jobs/checkpoint/{job_id}_" in detail["savepoint_path"]
    dli.run(job_id, resume=True)
    dli.reaches(job_id, "job_running")
    assert dli.cluster != killed
    dli.counts_on(counts, 20)
    assert len([row for row in counts.rows() if row[2] == 0]) == 1


def test_the_cluster_goes_with_the_last_job(
    flink_version: str, order_counts: Path, tmp_path: Path
) -> None:
    with switched_on(tmp_path / "dli", flink_version) as dli:
        files.add(dli.folder, order_counts, None)
        first, second = dli.orders("first"), dli.orders("second")
        for job_id in (first, second):
            dli.run(job_id)
        for job_id in (first, second):
            dli.reaches(job_id, "job_running")
        cluster = dli.cluster
        dli.good("DELETE", f"jobs/{first}")
        assert cluster.jobmanager.alive
        dli.good("DELETE", f"jobs/{second}")
        dli.until("the end of the cluster", lambda: not cluster.jobmanager.alive)
        dli.until("the end of its worker", lambda: not cluster.taskmanager.alive)


def test_what_is_switched_off_lets_flink_go(
    flink_version: str, order_counts: Path, tmp_path: Path
) -> None:
    with switched_on(tmp_path / "dli", flink_version) as dli:
        files.add(dli.folder, order_counts, None)
        job_id = dli.orders("switched")
        dli.run(job_id)
        dli.reaches(job_id, "job_running")
        cluster = dli.cluster
        choice.switch_off(dli.folder)
        dli.ends(job_id, savepoint=True)
        dli.run(job_id, resume=True)
        detail = dli.reaches(job_id, "job_running")
        assert detail["status_desc"] == "simulated: no Flink runs this job"
        dli.until("the end of the cluster", lambda: not cluster.jobmanager.alive)


def test_a_flink_that_was_started_before_takes_the_job_and_reset_stops_it(
    flink_version: str, order_counts: Path, tmp_path: Path
) -> None:
    with switched_on(tmp_path / "dli", flink_version) as dli:
        files.add(dli.folder, order_counts, None)
        job_id = dli.orders("forgotten")
        begun = ["flink", "on", "--start", "--version", flink_version, "--path", str(dli.folder)]
        for _ in range(2):
            done = CliRunner().invoke(app, begun)
            assert done.exit_code == 0, done.output
        cluster = dli.cluster
        assert cluster.jobmanager.alive
        dli.run(job_id)
        dli.reaches(job_id, "job_running")
        assert dli.cluster == cluster
        logs = CliRunner().invoke(app, ["logs", "forgotten", "--path", str(dli.folder)])
        assert "order counts" in logs.output
        done = CliRunner().invoke(app, ["reset", "--path", str(dli.folder)])
        assert done.exit_code == 0, done.output
        assert not cluster.jobmanager.alive
        assert not cluster.taskmanager.alive
