"""`pulumi-dli export` on a local DLI in the same process: who is left out, and what ends it."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from pulumi_dli.client.connections import Connections
from pulumi_dli.command.export import Wanted, _why_not, export
from pulumi_dli.errors import DliError
from pulumi_dli.job.detail import JobDetail
from stack import Stack

MARK = "fedcba9876543210" * 2


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    made = Stack(tmp_path, {"preflight": "on"})
    yield made
    made.close()


def make(stack: Stack, name: str, **fields: Any) -> int:
    usual = {"queue_name": "testQueue", "entrypoint": "obs://jars/etl.jar"}
    return stack.dli.create(name, **(usual | fields))


def exported(
    stack: Stack, file: Path, connections: Connections | None = None, **options: Any
) -> str:
    """The program that the command writes."""
    with closing(connections or Connections(stack.config, {}, file.parent)) as opened:
        export(opened, Wanted(file, **options), say=lambda _: None, clock=stack.clock)
    return file.read_text(encoding="utf-8")


def left_out(program: str) -> dict[str, str]:
    """The reasons of those that are commented out, by name."""
    found = re.findall(
        r"^# left out: (.*)\n# FlinkJarJob\(\n#     \"(\w+)\"", program, re.MULTILINE
    )
    return {name: why for why, name in found}


def test_who_is_left_out_and_why(stack: Stack, tmp_path: Path) -> None:
    make(stack, "good", checkpoint_path="state/one/")
    make(stack, "twin", checkpoint_path="state/one/")
    make(stack, "small", cu_number=2, manager_cu_number=2)
    make(stack, "old", flink_version="1.11")
    marked = make(stack, "marked")
    body = {"tags": [{"key": "pulumi-owner", "value": MARK}]}
    stack.dli.good("POST", f"/v3/{{project_id}}/dli_flink_job/{marked}/tags/create", body)
    program = exported(stack, tmp_path / "p.py")
    assert re.findall(r"^FlinkJarJob\(\n    \"(\w+)\"", program, re.MULTILINE) == ["good"]
    reasons = left_out(program)
    assert list(reasons) == ["marked", "old", "small", "twin"]
    assert reasons["marked"] == (
        f"it carries the mark {MARK} of a resource, and nobody knows whether a stack still has "
        "that: uncomment it if none has"
    )
    assert reasons["old"].startswith("flink_version: queue testqueue offers")
    assert reasons["small"].startswith("cu_number: 2 CUs hold no TaskManager")
    assert reasons["twin"].startswith("checkpoint_path: another job of this program has the same")


def test_running_jobs_with_one_checkpoint_path_are_each_left_out(
    stack: Stack, tmp_path: Path
) -> None:
    twins = [make(stack, name, checkpoint_path="state/one/") for name in ("one", "two")]
    stack.dli.good("POST", "jobs/run", {"job_ids": twins})
    stack.dli.pass_time(5)
    reasons = left_out(exported(stack, tmp_path / "p.py"))
    assert list(reasons) == ["one", "two"]
    assert reasons["one"].startswith("checkpoint_path: job two (2) has the same path")


def test_a_number_that_comes_as_text_is_a_number(stack: Stack, tmp_path: Path) -> None:
    make(stack, "etl", parallel_number=2)
    with stack.store.write() as db:
        db.execute("UPDATE jobs SET definition = json_set(definition, '$.parallel_number', '2')")
    program = exported(stack, tmp_path / "p.py")
    assert left_out(program) == {}
    assert "parallel_number=2," in program


def test_what_the_up_would_change_is_left_out(stack: Stack) -> None:
    job_id = make(stack, "etl", parallel_number=2)
    told = stack.dli.good("GET", f"/v1.0/{{project_id}}/streaming/jobs/{job_id}")
    said = {"name": "etl", "entrypoint": "obs://jars/etl.jar", "obs_bucket": "bucket"}
    said["queue_name"] = "testQueue"
    why = _why_not(stack.session(), JobDetail.from_wire(told["job_detail"]), said)
    assert why == "what the service tells of parallel_number is not what a program could say"


def test_a_job_that_is_deleted_meanwhile_is_none(stack: Stack, tmp_path: Path) -> None:
    make(stack, "etl")
    gone = httpx.Response(404, json={"error_code": "DLI.16001", "error_msg": "no such job"})
    stack.hostile({2: gone})
    reached = stack._connections  # noqa: SLF001 -- the seam
    assert "FlinkJarJob(" not in exported(stack, tmp_path / "p.py", reached)


def test_only_the_jobs_of_a_queue(stack: Stack, tmp_path: Path) -> None:
    make(stack, "here")
    make(stack, "there", queue_name="default")
    program = exported(stack, tmp_path / "p.py", queue="TESTQUEUE")
    assert '"here"' in program
    assert '"there"' not in program


def test_an_empty_project_is_a_program_too(stack: Stack, tmp_path: Path) -> None:
    compile(exported(stack, tmp_path / "p.py"), "p.py", "exec")
    assert not (tmp_path / "p.secrets.sh").exists()


def test_where_tags_cannot_be_read_it_says_so(stack: Stack, tmp_path: Path) -> None:
    make(stack, "etl")
    for route in ("filter_by_tags", "job_tags"):
        stack.dli.arm("answer", route=route, code=404, times=9)
    program = exported(stack, tmp_path / "p.py")
    assert "# its tags cannot be read, so nobody knows whether a stack has it already" in program


def test_the_script_is_for_its_owner_alone(stack: Stack, tmp_path: Path) -> None:
    make(stack, "etl", entrypoint_args="--password planted")
    program = exported(stack, tmp_path / "p.py")
    script = tmp_path / "p.secrets.sh"
    assert "planted" not in program
    assert "planted" in script.read_text(encoding="utf-8")
    assert stat.S_IMODE(script.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["p.py", "p.secrets.sh"])
def test_no_file_is_written_over(stack: Stack, tmp_path: Path, name: str) -> None:
    make(stack, "etl", entrypoint_args="x")
    (tmp_path / name).symlink_to(tmp_path / "nowhere")
    with pytest.raises(DliError, match=f"{name} is there already"):
        exported(stack, tmp_path / "p.py")
    assert not (tmp_path / "nowhere").exists()


def test_both_files_or_none(stack: Stack, tmp_path: Path) -> None:
    make(stack, "etl", entrypoint_args="planted")
    with pytest.raises(DliError, match="cannot be written: File name too long"):
        exported(stack, tmp_path / f"p.{'y' * 255}")  # its script's name is not
    with pytest.raises(DliError, match="cannot be written: No such file or directory"):
        exported(stack, tmp_path / "no/p.py")
    assert not list(tmp_path.glob("p*"))


def test_a_refusal_ends_it_with_nothing_written(stack: Stack, tmp_path: Path) -> None:
    make(stack, "one")
    make(stack, "two")
    stack.dli.arm("answer", route="details", code=403, nth=2)
    with pytest.raises(DliError, match="could not read job"):
        exported(stack, tmp_path / "p.py")
    assert not (tmp_path / "p.py").exists()


def test_nothing_is_changed(stack: Stack, tmp_path: Path) -> None:
    make(stack, "etl")
    stack.sent()
    exported(stack, tmp_path / "p.py")
    assert stack.sent() == []
