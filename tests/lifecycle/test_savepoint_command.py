"""`pulumi-dli savepoint`: of a running job, without a stop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi_dli.command.savepoint import savepoint
from pulumi_dli.errors import ApiError, DliError, JobError, SettingsError, StateAtRisk, WaitTimeout
from stack import Stack


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Stack]:
    """A stateful job that has run for a while, and one whose name begins alike."""
    stack = Stack(tmp_path)
    stack.up()
    stack.dli.create(name="orders-2")
    stack.dli.pass_time(1000)
    stack.sent()
    yield stack
    stack.close()


def taken(stack: Stack, name: str = "orders", into: str | None = None, seconds: float = 60) -> str:
    return savepoint(
        stack._connections,  # noqa: SLF001 -- the stack's own, as the command finds them
        name,
        into=into,
        seconds=seconds,
        say=stack.said.append,
        clock=stack.clock,
    )


@pytest.mark.parametrize("name", ["orders", "1"])
def test_it_prints_the_directory_and_the_job_runs_on(job: Stack, name: str) -> None:
    path = taken(job, name)
    assert path.startswith("obs://state/jobs/savepoint/1/")
    assert (Path(job.config["localPath"]) / "obs" / path[6:] / "_metadata").is_file()
    assert job.job["status"] == "job_running"
    assert job.sent() == ["savepoint"]
    assert not job.refresh().changes


def test_into_a_directory_of_ones_own(job: Stack) -> None:
    assert taken(job, into="obs://backups/orders/monday") == "obs://backups/orders/monday/"
    with pytest.raises(SettingsError, match="--to: the job's latest savepoint is there"):
        taken(job, into="obs://backups/orders/monday/")


def test_a_new_job_begins_from_it(job: Stack) -> None:
    path = taken(job)
    job.up(parallel_number=2, restore_from=path)
    assert int(job.dli.inside(1)["counter"]) >= 1000


@pytest.mark.parametrize("into", ["backups/orders", "obs://backups", "obs://backups/", "obs:///x"])
def test_what_is_no_directory_is_refused(job: Stack, into: str) -> None:
    with pytest.raises(SettingsError, match="--to: a directory is expected, as obs://"):
        taken(job, into=into)
    assert job.sent() == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("order", "there is no Flink Jar job order in this project"),
        ("orders-2", "job orders-2 \\(2\\) is draft \\(job_init\\), and only a running job"),
        ("77", "DLI.16001"),
    ],
)
def test_a_job_that_takes_none(job: Stack, name: str, words: str) -> None:
    with pytest.raises(DliError, match=words):
        taken(job, name)
    assert job.sent() == []


def test_a_job_without_a_bucket_needs_to(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.up(obs_bucket=None)
    with pytest.raises(JobError, match="has no bucket to put a savepoint in; name one with --to"):
        taken(stack)
    assert taken(stack, into="obs://backups/a/") == "obs://backups/a/"
    stack.close()


def test_one_that_fails_is_no_success(job: Stack) -> None:
    job.dli.arm("refuse_savepoint", route="savepoint", at_once=True)
    with pytest.raises(ApiError, match="could not take a savepoint of job 1"):
        taken(job)
    job.dli.arm("refuse_savepoint", route="savepoint")
    with pytest.raises(StateAtRisk, match=r"took no savepoint and runs on.* run the same command"):
        taken(job)
    job.dli.arm("lose_savepoint", route="savepoint")
    with pytest.raises(StateAtRisk, match="took no savepoint and runs on"):
        taken(job)


def test_a_time_that_is_over(job: Stack) -> None:
    with pytest.raises(SettingsError, match="--timeout: seconds above 0"):
        taken(job, seconds=0)
    with pytest.raises(WaitTimeout, match="for job orders"):
        taken(job, seconds=0.1)
