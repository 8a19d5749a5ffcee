"""What a start needs and is not in OBS: told in preview, refused before anything is stopped."""

# ruff: noqa: E501 -- a sentence that stands whole can be searched for

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jars import a_class, a_jar
from pulumi_dli.artifacts.names import LocalFile
from pulumi_dli.errors import DliError, Halfway
from pulumi_dli.local.flink import versions
from stack import PROGRAM, Stack

JAR = a_jar({"com/example/Orders.class": a_class()})
OTHER = "f" * 32
GONE = "obs://jars/gone.jar"


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Stack]:
    """A stack whose jobs need their jars; that of PROGRAM is there."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.in_earnest()
    put(stack, PROGRAM["entrypoint"])
    yield stack
    stack.close()


def file_of(stack: Stack, name: str) -> Path:
    return Path(stack.config["localPath"]) / "obs" / name.removeprefix("obs://")


def put(stack: Stack, name: str) -> None:
    file_of(stack, name).parent.mkdir(parents=True, exist_ok=True)
    file_of(stack, name).write_bytes(JAR)


def flink_on(stack: Stack) -> None:
    """As `pulumi-dli local flink on` leaves the folder; for tests that start nothing more."""
    chosen = versions.chosen(stack.store.folder)
    chosen.parent.mkdir()
    chosen.write_text("1.20.5")


def refused(stack: Stack, *, sent: tuple[str, ...] = (), **program: Any) -> str:
    """The sentence with which an up refuses, having sent nothing but that."""
    stack.sent()
    with pytest.raises(DliError) as error:
        stack.up(**program)
    assert not isinstance(error.value, Halfway)
    assert tuple(stack.sent()) == sent
    return str(error.value)


MISSING = [
    (
        {"entrypoint": GONE},
        f"entrypoint: there is no object {GONE}; upload it, or correct the name",
    ),
    (
        {"entrypoint": "obs://no-such-bucket/a.jar"},
        "entrypoint: there is no object obs://no-such-bucket/a.jar; upload it, or correct the name",
    ),
    (
        {"dependency_jars": ["group/lib", GONE]},
        f"dependency_jars: there is no object {GONE}; upload it, or correct the name",
    ),
    (
        {"dependency_files": [GONE]},
        f"dependency_files: there is no object {GONE}; upload it, or correct the name",
    ),
    (
        {"restore_from": "obs://state/jobs/savepoint/1/nope/"},
        "restore_from: there is no savepoint or checkpoint in obs://state/jobs/savepoint/1/nope/, which has no _metadata; name the directory of one",
    ),
]


@pytest.mark.parametrize(("program", "words"), MISSING)
def test_a_running_job_is_not_stopped_for_what_is_not_there(
    job: Stack, program: dict[str, Any], words: str
) -> None:
    job.up()
    before = job.outs
    job.preview(**program)
    assert job.warned == [f"{words}, else `pulumi up` does not start the job"]
    assert refused(job, **program) == f"job orders cannot run: {words}; nothing was changed"
    assert (job.job["status"], job.outs) == ("job_running", before)


@pytest.mark.parametrize(("program", "words"), MISSING)
def test_nor_is_one_created(job: Stack, program: dict[str, Any], words: str) -> None:
    job.preview(**program)
    assert job.warned == [f"{words}, else `pulumi up` does not start the job"]
    assert refused(job, **program) == f"job orders cannot run: {words}; nothing was changed"
    assert (job.id, job.jobs()) == (None, [])


def test_what_is_uploaded_between_preview_and_up_is_taken(job: Stack) -> None:
    job.up()
    job.preview(entrypoint=GONE)
    put(job, GONE)
    job.up(entrypoint=GONE)
    assert job.job["job_config"]["entrypoint"] == GONE
    assert job.warned == []


def test_a_restart_for_another_reason_needs_the_old_jar(job: Stack) -> None:
    job.up()
    file_of(job, PROGRAM["entrypoint"]).unlink()
    job.preview(desc="live")
    assert job.warned == []
    job.up(desc="live")
    job.preview(cu_number=3, desc="live")
    [warning] = job.warned
    assert "entrypoint: there is no object" in warning
    assert "entrypoint: there is no object" in refused(job, cu_number=3, desc="live")
    job.up(desired_state="stopped", desc="live")
    assert job.outs["desired_state"] == "stopped"


def test_a_replacement_restarts_nothing_without_its_jar(job: Stack) -> None:
    job.up()
    job.sent()
    with pytest.raises(Halfway, match=f"there is no object {GONE}.*; nothing was changed"):
        job.up(replace=True, entrypoint=GONE)
    assert (job.sent(), job.job["status"]) == ([], "job_running")


def test_a_job_is_not_taken_over_for_what_is_not_there(job: Stack) -> None:
    other = job.dli.create("orders", obs_bucket="state", entrypoint=PROGRAM["entrypoint"])
    said = refused(job, entrypoint=GONE, adopt_job_id=other)
    assert said.endswith("upload it, or correct the name; nothing was changed")


def test_a_job_does_not_move_to_where_its_jar_is_missing(tmp_path: Path) -> None:
    job = Stack(tmp_path, {"preflight": "on"})
    job.up(entrypoint="group/orders.jar")
    job.sent()
    flink_on(job)
    path = "obs://state/none/"
    with pytest.raises(Halfway, match="there is no savepoint or checkpoint in obs://state/none/"):
        job.up(entrypoint="group/orders.jar", project_id=OTHER, restore_from=path)
    assert (job.sent(), job.job["status"]) == ([], "job_running")
    job.close()


def test_the_embedded_local_dli_with_a_flink_tells_it_too(tmp_path: Path) -> None:
    job = Stack(tmp_path, {"preflight": "on"})
    job.up(entrypoint=GONE)
    flink_on(job)
    other = "obs://jars/other.jar"
    job.preview(entrypoint=other)
    assert [line for line in job.warned if f"there is no object {other}; " in line]
    assert f"there is no object {other}; " in refused(job, entrypoint=other)
    assert job.job["status"] == "job_running"
    job.close()


def test_a_job_in_name_only_needs_no_jar(tmp_path: Path) -> None:
    job = Stack(tmp_path, {"preflight": "on"})
    job.up(entrypoint=GONE)
    assert job.warned == []
    job.close()


@pytest.mark.parametrize("new", [True, False])
def test_a_job_in_name_only_needs_what_it_begins_from(tmp_path: Path, *, new: bool) -> None:
    job = Stack(tmp_path, {"preflight": "on"})
    if not new:
        job.up()
    path = "obs://state/nope/"
    words = f"restore_from: there is no savepoint or checkpoint in {path}, which has no _metadata; name the directory of one"
    job.preview(restore_from=path)
    assert job.warned == [f"{words}, else `pulumi up` does not start the job"]
    assert refused(job, restore_from=path) == f"job orders cannot run: {words}; nothing was changed"
    job.close()


def test_what_may_not_be_looked_at_is_left_to_the_start(job: Stack) -> None:
    job.up()
    job.dli.arm("answer", route="head_object", code="403", times=99)
    job.up(entrypoint=GONE)
    assert job.job["job_config"]["entrypoint"] == GONE


def test_preflight_off_leaves_it_to_the_start(tmp_path: Path) -> None:
    job = Stack(tmp_path)
    job.in_earnest()
    job.up(entrypoint=GONE)
    assert not [line for line in job.all_sent() if line.startswith("HEAD")]
    job.close()


def test_a_page_of_a_proxy_says_nothing_of_an_object(job: Stack) -> None:
    client = job.in_earnest()

    def bare(response: httpx.Response) -> None:
        response.headers.pop("x-amz-request-id", None)

    client.event_hooks = {"response": [bare]}
    job.up(entrypoint=GONE)
    assert job.job["job_config"]["entrypoint"] == GONE


def test_an_object_that_another_resource_brings_is_there(job: Stack) -> None:
    built = Path(job.config["localPath"]).parent / "shared.jar"
    built.write_bytes(JAR)
    session = job.session()
    first = job.wish(name="first", owner="first", entrypoint=LocalFile(str(built)))
    named, problems = session.check("urn:first", {}, first, frozenset())
    assert problems == []
    second = job.wish(name="second", entrypoint=named["entrypoint"])
    filled, problems = session.check(job.urn, {}, second, frozenset())
    assert (problems, job.warned) == ([], [])
    session.create(job.urn, {**second, **filled}, None)
    assert job.jobs() == ["second"]


@pytest.mark.parametrize("name", ["target/orders.jar", "build/orders.jar", "lib/orders.jar"])
def test_a_local_file_without_file_asset_is_warned_of(tmp_path: Path, name: str) -> None:
    job = Stack(tmp_path)
    if name.startswith("lib"):
        (tmp_path / "lib").mkdir()
        (tmp_path / name).write_bytes(JAR)
    job.preview(entrypoint=name)
    assert job.warned == [
        f"entrypoint: names the package {name} of DLI, and no local file; pulumi.FileAsset('{name}') uploads that"
    ]
    job.close()


def test_a_package_of_dli_is_no_local_file(tmp_path: Path) -> None:
    job = Stack(tmp_path)
    job.preview(entrypoint="group/orders.jar", dependency_jars=["orders", "x" * 300])
    assert job.warned == []
    job.close()


CRASH = {"seconds": 3, "text": "no such topic"}


@pytest.mark.parametrize("checkpoints", [False, True])
def test_a_start_that_used_up_its_savepoint_says_what_the_next_preview_refuses(
    tmp_path: Path, checkpoints: bool
) -> None:
    job = Stack(tmp_path, {"preflight": "on"})
    program: dict[str, Any] = {"timeouts": {"settle": 6}}
    if checkpoints:
        program |= {"checkpoint_enabled": True, "checkpoint_interval": 1}
    job.up(**program)
    job.dli.arm("crash", **CRASH)
    program["parallel_number"] = 2
    with pytest.raises(Halfway) as error:
        job.up(**program)
    job.preview(**program)
    _, found, refusal = job.line.partition("CANNOT START: ")
    assert found
    assert ("its newest checkpoint, obs://state/jobs/checkpoint/1_" in refusal) is checkpoints
    assert str(error.value) == (
        f"job orders (1) did not start: running exception (job_running_exception): no such topic; {refusal}"
    )
    job.close()


NOTHING = "; nothing is in that directory any more, and `restore_from` starts from another"


@pytest.fixture
def emptied(tmp_path: Path) -> Iterator[Stack]:
    """A stopped job, from whose bucket a rule cleared its savepoint."""
    stack = Stack(tmp_path, {"preflight": "on"})
    stack.up()
    stack.dli.pass_time(100)
    stack.up(desired_state="stopped")
    shutil.rmtree(file_of(stack, stack.outs["savepoint_path"]))
    yield stack
    stack.close()


@pytest.mark.parametrize(
    ("met", "program"),
    [("known", {}), ("known", {"project_id": OTHER}), ("new", {})],
    ids=["starts", "moves", "is gone on with"],
)
def test_a_savepoint_that_was_cleared_away_is_warned_of(
    emptied: Stack, met: str, program: dict[str, Any]
) -> None:
    if met == "new":
        emptied.forget()
    emptied.preview(**program)
    assert emptied.line.endswith(NOTHING)
    assert emptied.warned[-1] == emptied.line


@pytest.mark.parametrize("why", ["there", "forbidden", "off"])
def test_one_that_is_there_or_cannot_be_looked_at_is_not(emptied: Stack, why: str) -> None:
    """Also not where a savepoint is laid out in another way."""
    if why == "there":
        put(emptied, f"obs://{emptied.outs['savepoint_path']}/savepoint-1/_metadata")
    elif why == "forbidden":
        emptied.dli.arm("answer", route="list_objects", code="403", times=99)
    else:
        emptied.configure(preflight="off")
    emptied.preview()
    assert NOTHING not in emptied.line
