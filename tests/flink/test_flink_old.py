"""Jobs on an old Flink, whose REST API takes no settings: Flink's own client submits them."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from flink_dli import FlinkDli, switched_on, ways
from pulumi_dli.local.cli import app
from pulumi_dli.local.flink import choice, compiler, files, install, versions
from typer.testing import CliRunner

HERE = Path(__file__).parent
pytestmark = [
    pytest.mark.xdist_group("old"),  # one cluster for all of them
    pytest.mark.timeout(900),  # the first installs that Flink, behind the others that do
]
OLD, KEEPER = "1.15", "keeper"


@pytest.fixture(scope="module")
def folder_on_old_flink(
    flink_version: str, order_counts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlinkDli]:
    """A folder with one cluster for all tests: it goes with the last job, and one stays."""
    install.install(versions.RELEASES[OLD], lambda _: None)
    folder = tmp_path_factory.mktemp("dli")
    for jar in (order_counts, compiler.jar(HERE / "Ways.java", flink_version, folder)):
        files.add(folder, jar, None)
    with switched_on(folder, flink_version) as dli:
        job_id = dli.orders(KEEPER, flink_version=OLD)
        dli.run(job_id)
        dli.reaches(job_id, "job_running")
        yield dli


@pytest.fixture
def dli(folder_on_old_flink: FlinkDli) -> Iterator[FlinkDli]:
    """That folder; the jobs of a test are gone afterwards."""
    yield folder_on_old_flink
    for name, job in folder_on_old_flink.jobs().items():
        if name != KEEPER:
            folder_on_old_flink.good("DELETE", f"jobs/{job['id']}")


BAD = (
    ({"entrypoint_args": "--other x"}, "IllegalArgumentException: --output FILE is missing"),
    ({"main_class": "nowhere.Missing"}, "ClassNotFoundException: nowhere.Missing"),
    (ways("exit"), "the job's main ended the client with 3"),
    (ways("return"), "the job's main ended before it had handed a job to Flink"),
    (ways('throw "a\\b" # é'), 'IllegalStateException: throw,"a\\b",#,é'),
)


def test_a_start_that_cannot_work_on_an_old_flink_says_why(dli: FlinkDli) -> None:
    for number, (fields, words) in enumerate(BAD):
        job_id = dli.orders(f"bad-{number}", **{"flink_version": OLD} | fields)
        dli.run(job_id)
        detail = dli.reaches(job_id, "job_submit_fail")
        assert words in detail["status_desc"]
        assert "\n" not in detail["status_desc"]


def test_a_main_that_fails_after_it_handed_over_leaves_nothing_running(dli: FlinkDli) -> None:
    dli.fails_behind_its_hand_over(flink_version=OLD)


def test_a_main_that_hangs_ends_with_its_job_and_shows_its_arguments_to_nobody(
    dli: FlinkDli,
) -> None:
    job_id = dli.orders("hanging", flink_version=OLD, **ways("hang word-of-mine"))
    dli.run(job_id)
    trace = dli.folder / "hanging"
    dli.until(
        "main",
        lambda: bool(dli.details(job_id)) and trace.exists() and trace.read_text().endswith("\n"),
    )
    process = Path("/proc") / trace.read_text().strip()
    assert b"word-of-mine" not in (process / "cmdline").read_bytes()
    [kept] = (dli.folder / "flink" / "runs").glob("*/client.args")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    dli.ends(job_id)
    dli.until("the end of main", lambda: not process.exists())
    assert not kept.exists()


def test_the_commands_speak_of_the_flink_that_a_job_names(
    dli: FlinkDli, flink_version: str, tmp_path: Path
) -> None:
    choice.switch_on(dli.folder, flink_version, lambda _: None)

    def told(*arguments: str) -> str:
        done = CliRunner().invoke(app, [*arguments, "--path", str(dli.folder)])
        assert done.exit_code == 0, done.output
        return done.output

    source = tmp_path / "Named.java"
    source.write_text((HERE / "Ways.java").read_text().replace("Ways", "Named"))
    assert told("add", str(source), "--version", OLD) == "Named.jar\n"
    job_id = dli.orders("printing", flink_version=OLD)
    dli.run(job_id)
    dli.reaches(job_id, "job_running")
    assert "unless a job's flink_version names another" in told("flink")
    assert f"Flink 1.15.4 is up at {dli.cluster.url}" in told("flink")
    assert f"flink  Flink {flink_version}, unless a job's" in told("status")
    assert "Job has been submitted with JobID" in told("logs", "printing")
