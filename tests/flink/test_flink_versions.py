"""Jobs on the Flink that their flink_version names: the three lines that DLI offers."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flink_dli import Counts, FlinkDli, switched_on
from pulumi_dli.local.flink import files, install

pytestmark = pytest.mark.xdist_group("versions")  # one cluster for all of them


@pytest.fixture(scope="module")
def folder_of_versions(
    flink_version: str, order_counts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlinkDli]:
    """A folder whose jobs name their Flink; another one is the folder's."""
    folder = tmp_path_factory.mktemp("dli")
    files.add(folder, order_counts, None)
    with switched_on(folder, flink_version) as dli:
        yield dli


@pytest.fixture
def dli(folder_of_versions: FlinkDli) -> Iterator[FlinkDli]:
    """That folder; the jobs of a test are gone afterwards, and their clusters."""
    yield folder_of_versions
    for job in folder_of_versions.jobs().values():
        folder_of_versions.good("DELETE", f"jobs/{job['id']}")


def asked(dli: FlinkDli, run: str, path: str) -> Any:
    """What Flink itself says of a job."""
    return httpx.get(f"{dli.cluster.url}/jobs/{run}{path}", trust_env=False).json()


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("line", "release", "repeats"),
    [("1.12", "1.12.5", True), ("1.15", "1.15.4", False), ("1.17", "1.17.2", False)],
)
def test_a_job_runs_on_the_flink_that_it_names_and_keeps_its_state(
    dli: FlinkDli, line: str, release: str, repeats: bool
) -> None:
    pairs = [{"key": "execution.checkpointing.timeout", "value": "77 s"}]
    job_id = dli.orders(
        f"on-{release[2:4]}",
        flink_version=line,
        checkpoint_enabled=True,
        checkpoint_mode=2,
        checkpoint_interval=1,
        restart_when_exception=True,
        resume_max_num=3,
        runtime_config=json.dumps(pairs),
    )
    dli.run(job_id)
    dli.until(
        "the installation",
        lambda: bool(dli.details(job_id)) and install.home(release) is not None,
    )
    detail = dli.reaches(job_id, "job_running")
    assert detail["status_desc"].startswith(f"on Flink {release}: {dli.cluster.url}/#/job/running/")
    run = detail["status_desc"].rpartition("/")[2]
    told = httpx.get(f"{dli.cluster.url}/overview", trust_env=False).json()
    assert told["flink-version"] == release
    config = asked(dli, run, "/checkpoints/config")
    assert (config["mode"], config["interval"], config["timeout"]) == (
        "at_least_once",
        1000,
        77000,
    )
    strategy = asked(dli, run, "/config")["execution-config"]["restart-strategy"]
    assert "maximum of 3 failures" in strategy

    counts = Counts(dli.folder / f"on-{release[2:4]}.csv")
    for width in (2, 1):
        dli.counts_on(counts, 20)
        stopped = dli.ends(job_id, savepoint=True)
        assert dli.put(job_id, parallel_number=width).is_success
        dli.run(job_id, resume=True)
        run = dli.reaches(job_id, "job_running")["status_desc"].rpartition("/")[2]
        assert asked(dli, run, "/checkpoints")["counts"]["restored"] == 1
        assert asked(dli, run, "")["vertices"][-1]["parallelism"] == width
    dli.counts_on(counts, 20)
    kept = f"bucket/jobs/checkpoint/{job_id}_*/{run}/chk-*"
    dli.until("a checkpoint", lambda: any((dli.folder / "obs").glob(kept)))
    dli.good("POST", f"jobs/{job_id}/savepoint", {"action": "TRIGGER"})
    saved = dli.reaches(job_id, "job_running")["savepoint_path"]
    assert (dli.folder / "obs" / saved / "_metadata").is_file()
    dli.ends(job_id)
    assert not (dli.folder / "obs" / stopped["savepoint_path"]).exists()
    # Up to 1.14 Flink lets one more record through after the savepoint that stops a job.
    counts.must_be_exact(repeats=repeats)
    _restarts_itself_is_counted_and_gives_up(dli, line)


def _restarts_itself_is_counted_and_gives_up(dli: FlinkDli, line: str) -> None:
    job_id = dli.orders(
        f"restarting-{line[2:]}",
        "--fail-after 60",
        flink_version=line,
        restart_when_exception=True,
        resume_max_num=2,
        checkpoint_enabled=True,
        checkpoint_interval=1,
    )
    dli.run(job_id)
    dli.reaches(job_id, "job_running")
    detail = dli.reaches(job_id, "job_running_exception")
    why, _, page = detail["status_desc"].partition("; see ")
    assert why == "IllegalStateException: order 60 cannot be counted"
    assert "/#/job/completed/" in page
    assert detail["restart_times"] == 2
    rows = Counts(dli.folder / f"restarting-{line[2:]}.csv").rows()
    assert len([row for row in rows if row[2] == 0]) == 1, "a restart began anew"


def test_a_flink_that_cannot_be_installed_fails_the_start(
    dli: FlinkDli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    jobs = [dli.orders(f"nowhere-{number}", flink_version="1.17") for number in (1, 2)]
    for job_id in jobs:
        dli.run(job_id)
    assert dli.reaches(jobs[0], "job_submitting")["status_desc"].startswith(
        "installing Flink 1.17.2 from the Python package index (about 230 MB, once)"
    )
    for job_id in jobs:
        detail = dli.reaches(job_id, "job_submit_fail")
        assert detail["status_desc"] == (
            "Flink 1.17.2 could not be installed: pip finds no apache-flink-libraries at all; "
            "check the network, and the package index that pip is set to"
        )


def test_a_job_may_be_stopped_while_its_flink_is_installed(
    dli: FlinkDli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        monkeypatch.setenv("PIP_RETRIES", "0")
        job_id = dli.orders("impatient", flink_version="1.17")
        dli.run(job_id)
        assert "installing Flink 1.17.2" in dli.reaches(job_id, "job_submitting")["status_desc"]
        silent.accept()[0].close()  # pip has asked, and is answered with nothing
        dli.ends(job_id)
    assert not list((dli.folder / "flink" / "runs").iterdir())
