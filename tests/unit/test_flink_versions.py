"""Which Flink a job's words mean, which of them count, and what each release calls things."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from flink_dli import a_job
from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import configuration, mapping, versions
from pulumi_dli.local.model import Moment
from pulumi_dli.local.runners import Runners
from pulumi_dli.local.store import Store


def test_a_line_names_its_newest_release_and_a_release_itself() -> None:
    assert versions.release("1.15") == "1.15.4"
    assert versions.release("1.15.3") == "1.15.3"
    assert versions.release("3.0.1") == "3.0.1"
    for line, release in versions.RELEASES.items():
        assert release.startswith(f"{line}.")
        assert versions.release(line) == release


@pytest.mark.parametrize(
    ("setting", "fields", "release"),
    [
        (None, {}, "1.20.4"),
        (None, {"flink_version": "1.12"}, "1.12.5"),
        (None, {"flink_version": "1.15"}, "1.15.4"),
        (None, {"flink_version": "1.15", "feature": "basic"}, "1.15.4"),
        (None, {"flink_version": "1.15", "feature": "custom"}, "1.20.4"),
        ("1.17", {"flink_version": "1.15"}, "1.17.2"),
        ("1.17.1", {}, "1.17.1"),
    ],
)
def test_the_setting_counts_before_the_job_and_the_job_before_the_folder(
    setting: str | None, fields: dict[str, Any], release: str, tmp_path: Path
) -> None:
    (tmp_path / "flink").mkdir()
    versions.chosen(tmp_path).write_text("1.20.4")
    run = started(tmp_path, setting, **fields)
    assert run["version"] == release


@pytest.mark.parametrize("text", ["1.9", "../..", "latest"])
def test_a_setting_that_is_no_version_fails_the_start(text: str, tmp_path: Path) -> None:
    (tmp_path / "flink").mkdir()
    versions.chosen(tmp_path).write_text("1.20.4")
    assert f"{text} is not a Flink version" in started(tmp_path, text)["error"]


def test_without_flink_a_setting_and_a_job_choose_none(tmp_path: Path) -> None:
    assert started(tmp_path, "1.17", flink_version="1.15") == {}


def started(folder: Path, setting: str | None, **fields: Any) -> dict[str, Any]:
    """What is noted of a start, which goes no further: there is no jar."""
    store = Store(folder)
    runners = Runners(folder, setting)
    job = a_job(entrypoint="none.jar", **fields)
    with store.write() as db:
        runners.start(Moment(db, 1.0, runners, store.folder), job)
    store.close()
    return job.run


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("1.12.5", {"state.checkpoints.dir", "restart-strategy"}),
        (
            "1.15.4",
            {"state.checkpoints.dir", "restart-strategy", "execution.savepoint-restore-mode"},
        ),
        (
            "1.17.2",
            {"state.checkpoints.dir", "restart-strategy.type", "execution.savepoint-restore-mode"},
        ),
        (
            "1.20.5",
            {
                "execution.checkpointing.dir",
                "restart-strategy.type",
                "execution.state-recovery.claim-mode",
            },
        ),
    ],
)
def test_a_jobs_settings_have_the_names_that_its_flink_knows(
    version: str, names: set[str], tmp_path: Path
) -> None:
    job = a_job(runtime_config='[{"key": "restart-strategy.type", "value": "as given"}]')
    body = mapping.body("r", job, version, checkpoints=tmp_path, resume=None, claim=True)
    options = body["flinkConfiguration"]
    assert options.pop("restart-strategy.type") == "as given"
    assert options.keys() == names - {"restart-strategy.type"}


def test_an_older_flink_does_not_work_below_a_name_that_cuts_its_settings(tmp_path: Path) -> None:
    with pytest.raises(FlinkError, match=r"Flink 1\.15\.4 cannot work in .*a#b"):
        configuration.write(tmp_path / "a#b", "1.15.4", rest_port=1, rpc_port=2)
    assert not (tmp_path / "a#b").exists()


def test_an_older_flink_reads_another_file(tmp_path: Path) -> None:
    for version in ("1.15.4", "1.18.1", "1.20.5"):
        configuration.write(tmp_path / version, version, rest_port=1, rpc_port=2)
    assert "\nstate.backend: hashmap\n" in (tmp_path / "1.15.4/conf/flink-conf.yaml").read_text()
    assert (
        "\nstate.backend.type: hashmap\n" in (tmp_path / "1.18.1/conf/flink-conf.yaml").read_text()
    )
    newest = tmp_path / "1.20.5/conf/config.yaml"
    assert '\nstate.backend.type: "hashmap"\n' in newest.read_text()
    assert stat.S_IMODE(newest.stat().st_mode) == 0o600
