"""Stacks on a real Flink, with the real engine: counts go on over whatever `pulumi up` does."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_project import Project, make_project
from flink_dli import Counts, FlinkDli, switched_on
from job_stack import JobStack, job
from pulumi_dli.local.flink import choice, files, install, versions

pytestmark = pytest.mark.usefixtures("flink_version")
TYPE_URN = "urn:pulumi:dev::counting::pulumi-python:dynamic/dli:FlinkJarJob::etl"
PATIENCE = 1200
"""Seconds for a test of several `up`s. A guard against hanging, never a verdict."""
CACHE = {"XDG_CACHE_HOME": str(install.cache())}
"""The projects have a home of their own, but Flink is installed once for each user."""
MORE = 40
"""Orders that are waited for between two changes."""


@pytest.fixture
def dli(tmp_path: Path, flink_version: str, order_counts: Path) -> Iterator[FlinkDli]:
    """The local DLI of all stacks of a test."""
    with switched_on(tmp_path / "dli", flink_version) as made:
        files.add(made.folder, order_counts, None)
        yield made


def make_stack(folder: Path, dli: FlinkDli, name: str = "counting") -> JobStack:
    """A stack on that local DLI that looks at the service first, as pipelines do."""
    project = make_project(folder, name=name)
    project.environment |= CACHE
    stack = JobStack(project, dli)
    stack.configure(endpoint="local", localPath=str(dli.folder))
    settings = project.directory / "Pulumi.yaml"
    content = json.loads(settings.read_text(encoding="utf-8"))
    settings.write_text(json.dumps({**content, "options": {"refresh": "always"}}), encoding="utf-8")
    return stack


def counting(resource: str, **arguments: Any) -> str:
    """A program that counts orders into a file of the resource's name."""
    given: dict[str, Any] = {
        "entrypoint": "OrderCounts.jar",
        "entrypoint_args": f"--output {resource}.csv",
        "checkpoint_enabled": True,
        "checkpoint_interval": 1,
        "timeouts": {"settle": 1},
    }
    return job(resource, **given | arguments)


@pytest.mark.timeout(PATIENCE)
def test_the_counts_go_on_over_five_restarts_and_two_versions_of_the_jar(
    tmp_path: Path, dli: FlinkDli, order_counts: Path
) -> None:
    stack = make_stack(tmp_path, dli)
    counts = Counts(dli.folder / "etl.csv")
    changed = Path(shutil.copy(order_counts, tmp_path / "Changed.jar"))
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr("version.txt", "2")
    built = stack.project.directory / "orders.jar"
    program: dict[str, Any] = {
        "entrypoint": None,
        "code": {"entrypoint": 'pulumi.FileAsset("orders.jar")'},
    }

    shutil.copy(order_counts, built)
    stack.program(counting("etl", **program))
    shown = stack.up()
    assert f"on Flink {versions.DEFAULT_VERSION}: {dli.cluster.url}" in shown
    cluster = dli.cluster
    changes: tuple[tuple[Path, dict[str, Any]], ...] = (
        (order_counts, {"parallel_number": 2}),
        (changed, {}),
        (changed, {"parallel_number": 4}),
        (order_counts, {}),  # back: it is there already
        (order_counts, {"checkpoint_interval": 2}),
    )
    for version, change in changes:
        dli.counts_on(counts, MORE)
        shutil.copy(version, built)
        program |= change
        stack.program(counting("etl", **program))
        assert "restarts the job from a savepoint (downtime)" in stack.up()
    assert "unchanged" in stack.shows("preview")
    dli.counts_on(counts, MORE)
    assert dli.cluster == cluster
    stack.destroy()
    counts.must_be_exact()
    uploaded = (dli.folder / "obs/bucket/pulumi-dli").rglob("orders-*.jar")
    assert sorted(map(Path.read_bytes, uploaded)) == sorted(
        [order_counts.read_bytes(), changed.read_bytes()]
    )


@pytest.mark.timeout(PATIENCE)
def test_a_job_goes_through_the_releases_with_its_counts(tmp_path: Path, dli: FlinkDli) -> None:
    stack = make_stack(tmp_path, dli)
    counts = Counts(dli.folder / "etl.csv")
    stack.program(counting("etl", flink_version="1.12"))
    assert "on Flink 1.12.5: http://127.0.0.1:" in stack.up()
    first = dli.cluster
    dli.counts_on(counts, MORE)

    stack.program(counting("etl", flink_version="1.15"))
    assert "restarts the job from a savepoint (downtime)" in stack.up()
    assert dli.job("etl")["status_desc"].startswith("on Flink 1.15.4: ")
    dli.until("the end of the cluster that nobody uses", lambda: not first.jobmanager.alive)
    dli.counts_on(counts, MORE)

    stack.configure(endpoint="local", localPath=str(dli.folder), localFlinkVersion="1.20")
    stack.program(counting("etl", flink_version="1.15", restart_trigger="again"))
    stack.up()
    assert dli.job("etl")["status_desc"].startswith("on Flink 1.20.5: ")
    assert "unchanged" in stack.shows("preview")
    dli.counts_on(counts, MORE)
    stack.destroy()
    counts.must_be_exact(repeats=True)  # Flink 1.12 lets one more through at a stop


@pytest.mark.timeout(PATIENCE)
def test_two_stacks_at_once_share_one_cluster(tmp_path: Path, dli: FlinkDli) -> None:
    stacks = [make_stack(tmp_path, dli, name) for name in ("one", "two")]
    for width in (1, 2):
        for stack in stacks:
            stack.program(counting(stack.project.directory.name, parallel_number=width))
        running = [stack.project.start("up", "--yes", "--skip-preview") for stack in stacks]
        for process in running:
            out, err = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, out + err
        cluster = dli.cluster
        assert cluster.jobmanager.alive
        for name in ("one", "two"):
            dli.counts_on(Counts(dli.folder / f"{name}.csv"), MORE)
    stacks[0].shows("destroy", "--yes", "--skip-preview")
    assert cluster.jobmanager.alive
    stacks[1].destroy()
    for name in ("one", "two"):
        Counts(dli.folder / f"{name}.csv").must_be_exact()


@pytest.mark.timeout(PATIENCE)
def test_an_up_brings_a_job_back_whose_cluster_died(tmp_path: Path, dli: FlinkDli) -> None:
    stack = make_stack(tmp_path, dli)
    counts = Counts(dli.folder / "etl.csv")
    stack.program(counting("etl"))
    stack.up()
    dli.counts_on(counts, 2 * MORE)
    dead = dli.cluster
    for process in (dead.jobmanager, dead.taskmanager):
        process.end(signal.SIGKILL)
    dli.until("the end", lambda: not dead.jobmanager.alive)
    shown = stack.shows("preview", "--diff")
    assert "job_running_exception: the local Flink ended while the job was on it" in shown
    stack.up()
    dli.counts_on(counts, MORE)
    assert len([row for row in counts.rows() if row[2] == 0]) == 1
    stack.destroy()


@pytest.mark.timeout(PATIENCE)
def test_flink_begins_from_no_simulated_savepoint(
    tmp_path: Path, dli: FlinkDli, flink_version: str
) -> None:
    stack = make_stack(tmp_path, dli)
    choice.switch_off(dli.folder)
    stack.program(counting("etl"))
    stack.up()
    stack.destroy()  # its savepoint waits for the job that is made again
    choice.switch_on(dli.folder, flink_version, lambda _: None)
    stack.program(counting("etl", parallel_number=2))
    shown = stack.up_fails()
    assert "is of a simulated run, and holds no state that Flink could begin from" in shown
    stack.program(counting("etl", parallel_number=2, upgrade_mode="stateless"))
    stack.up()
    counts = Counts(dli.folder / "etl.csv")
    dli.counts_on(counts, MORE)
    stack.program(counting("etl"))
    stack.up()  # goes on from Flink's own from now on
    dli.counts_on(counts, MORE)
    stack.destroy()
    counts.must_be_exact()


@pytest.mark.timeout(PATIENCE)
def test_the_example_does_what_its_readme_says(tmp_path: Path, flink_version: str) -> None:
    source = Path(__file__).resolve().parents[2] / "examples" / "savepoint"
    other = make_project(tmp_path, name="other")
    path = f"{sys.prefix}/bin{os.pathsep}{other.environment['PATH']}"
    project = Project(tmp_path / "savepoint", other.environment | CACHE | {"PATH": path})
    shutil.copytree(source, project.directory, ignore=shutil.ignore_patterns(".dli-local", "*.jar"))
    (project.directory / ".venv").symlink_to(sys.prefix)
    folder = project.directory / ".dli-local"
    with switched_on(folder, flink_version) as dli:
        install, *commands = _commands(source / "README.md")
        assert install.startswith("pulumi install")  # what is linked above stands in for it
        for line in commands:
            if line.startswith("tail"):
                dli.counts_on(Counts(folder / "counts.csv"), MORE)
            unasked = re.sub(r"pulumi (up|destroy)$", r"pulumi \1 --yes --skip-preview", line)
            done = subprocess.run(
                ["bash", "-ec", unasked],
                cwd=project.directory,
                env=project.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
            assert done.returncode == 0, line + done.stdout + done.stderr
        Counts(folder / "counts.csv").must_be_exact()
    assert len([*folder.glob("obs/flink-state/pulumi-dli/*/OrderCounts-*.jar")]) == 2


def _commands(readme: Path) -> list[str]:
    """The lines of the first code block."""
    block = readme.read_text(encoding="utf-8").split("```")[1]
    return [line.partition("#")[0].strip() for line in block.strip().splitlines()]
