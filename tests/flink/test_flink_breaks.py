"""Jobs that break on a real Flink, while they run and when they are stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flink.test_flink_stacks import PATIENCE, TYPE_URN, make_stack
from flink_dli import FlinkDli, switched_on
from job_stack import JobStack, job
from pulumi_dli.local.flink import compiler, files

pytestmark = pytest.mark.usefixtures("flink_version")
SOURCE = Path(__file__).parent / "Breaks.java"


@pytest.fixture
def dli(tmp_path: Path, flink_version: str) -> Iterator[FlinkDli]:
    with switched_on(tmp_path / "dli", flink_version) as made:
        files.add(made.folder, compiler.jar(SOURCE, flink_version, tmp_path), None)
        yield made


@pytest.fixture
def stack(tmp_path: Path, dli: FlinkDli) -> JobStack:
    return make_stack(tmp_path, dli)


def breaking(**arguments: Any) -> str:
    """The program: a job that breaks, and a draft beside it."""
    given = {"entrypoint": "Breaks.jar", "checkpoint_enabled": True, "checkpoint_interval": 1}
    timeouts = {"timeouts": {"settle": 1}}
    return job("etl", **{**given, **timeouts, **arguments}) + job("beside", desired_state="stopped")


def resumed(dli: FlinkDli) -> list[str | None]:
    history = dli.history(dli.job("etl")["id"])
    return [each["resumed"] for each in history if each["event"] == "running"]


@pytest.mark.timeout(PATIENCE)
def test_a_job_whose_close_throws_goes_on_from_the_savepoint_of_that_stop(
    stack: JobStack, dli: FlinkDli
) -> None:
    stack.program(breaking())
    stack.up()
    etl = dli.job("etl")["id"]
    broken = dli.folder / "breaks-at-close"
    broken.touch()
    stack.program(breaking(parallel_number=2))
    shown = stack.up_fails()
    assert f"job etl ({etl}) did not stop as asked: running exception" in shown
    assert f"Its savepoint is complete, at obs://bucket/jobs/savepoint/{etl}/" in shown
    detail = dli.details(etl)
    assert (detail["status"], detail["has_savepoint"]) == ("job_running_exception", True)
    broken.unlink()
    assert f"starts from its savepoint obs://{detail['savepoint_path']}" in stack.up()
    assert resumed(dli)[-1] == detail["savepoint_path"]
    stack.destroy()


@pytest.mark.timeout(PATIENCE)
def test_a_job_that_crashed_goes_on_from_its_own_checkpoint_and_is_not_emptied(
    stack: JobStack, dli: FlinkDli
) -> None:
    stack.program(breaking())
    stack.up()
    etl = dli.job("etl")["id"]
    broken = dli.folder / "breaks-at-map"
    broken.touch()
    dli.until("the crash", lambda: dli.status(etl) == "job_running_exception")
    broken.unlink()
    kept = (dli.folder / "obs/bucket/jobs/checkpoint").glob(f"{etl}_*/*/chk-*/_metadata")
    checkpoint = max(kept, key=lambda file: file.stat().st_mtime).parent
    path = f"{checkpoint.relative_to(dli.folder / 'obs')}/"
    stack.program(breaking(parallel_number=2), job("new", desired_state="stopped"))
    shown = stack.fails("preview")
    assert f"etl: CANNOT START: job etl ({etl}) ran before and is failed" in shown
    assert f"its newest checkpoint, obs://{path} of " in shown
    assert "it need not fit a changed parallel_number" in shown
    assert "new: creates the job and leaves it stopped" in shown  # the rest is planned
    stack.shows("state", "taint", "--yes", TYPE_URN)
    assert "would lose its state" in stack.up_fails()
    assert dli.status(etl) == "job_running_exception"
    stack.program(breaking())
    assert f"starts from its newest checkpoint obs://{path}" in stack.up()
    assert resumed(dli)[-1] == path
    stack.destroy()
