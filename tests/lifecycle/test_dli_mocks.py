"""`pulumi_dli.testing`: Pulumi's mocks with a local DLI behind them, and that local DLI itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import set_mocks
from pulumi_dli import FlinkJarJob, get_flink_jar_job, get_queue, list_flink_jar_jobs
from pulumi_dli.testing.local_dli import LocalDli
from pulumi_dli.testing.mocks import DliMocks

# The SDK's mocks leave an event loop open in each thread that they work in.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def dli(tmp_path: Path) -> Iterator[LocalDli]:
    made = LocalDli(tmp_path / "dli")
    yield made
    made.close()


@pytest.fixture
def mocks(dli: LocalDli, loop: asyncio.AbstractEventLoop) -> Iterator[DliMocks]:
    del loop
    made = DliMocks(dli, {"defaultTags": '{"team": "shop"}'})
    set_mocks(made, preview=False)
    yield made
    made.close()


def run(program: Callable[[], Any]) -> Any:
    """Run a program to its end; gives the value of the output that it returns."""
    seen: list[Any] = []

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def whole() -> Any:
        return pulumi.Output.from_input(program()).apply(seen.append)

    whole()
    return seen[0]


def orders(resource: str = "orders", **arguments: Any) -> FlinkJarJob:
    """A job that runs, unless the arguments say something else."""
    usual = {"name": resource, "queue_name": "testQueue", "entrypoint": "obs://jars/orders.jar"}
    return FlinkJarJob(resource, **{**usual, **arguments})


def refused(program: Callable[[], Any]) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        run(program)
    return str(caught.value)


def test_a_job_runs_at_once(mocks: DliMocks, dli: LocalDli) -> None:
    def program() -> Any:
        job = orders()
        return pulumi.Output.all(job.job_id, job.status, job.tags)

    job_id, status, tags = run(program)
    live = dli.jobs()["orders"]
    assert (job_id, status) == (live["id"], "job_running")
    assert tags == {"team": "shop"}
    made, *_, running = dli.history(job_id)
    assert running["event"] == "running"
    assert running["at"] == made["at"]
    assert any(line.endswith("/streaming/jobs/run") for line in dli.requests())
    assert mocks.lines == [
        "orders: creates and starts the job; 2 CUs; queue testqueue 0 → 2 of 256 CUs"
    ]


def test_no_job_waits_for_another(mocks: DliMocks, dli: LocalDli) -> None:
    del mocks
    patience = {"create": 15.0, "settle": 10.0}

    def program() -> Any:
        return pulumi.Output.all(*(orders(f"job{n}", timeouts=patience).status for n in range(6)))

    assert run(program) == ["job_running"] * 6
    assert len(dli.jobs()) == 6


def test_secrets_reach_the_job(mocks: DliMocks, dli: LocalDli) -> None:
    run(lambda: orders(entrypoint_args=["--password", pulumi.Output.secret("planted")]).urn)
    assert dli.jobs()["orders"]["definition"]["entrypoint_args"] == "--password planted"
    assert "planted" not in str(mocks.lines)


def test_every_problem_of_a_job_is_told_and_nothing_is_made(mocks: DliMocks, dli: LocalDli) -> None:
    told = refused(lambda: orders(cu_number=1, parallel_number=-1).status)
    assert told.startswith("cu_number: 1 is too small; use 2 or more; parallel_number: -1 is")
    assert dli.jobs() == {}
    assert mocks.lines == []


def test_a_job_of_a_preview_is_checked_and_not_made(mocks: DliMocks, dli: LocalDli) -> None:
    set_mocks(mocks, preview=True)
    run(lambda: orders().urn)
    assert dli.jobs() == {}
    assert mocks.lines[0].startswith("orders: creates and starts the job")
    assert "use 2 or more" in refused(lambda: orders(cu_number=1).urn)


def test_what_cannot_start_fails_a_preview_too(mocks: DliMocks, dli: LocalDli) -> None:
    del mocks
    run(lambda: orders().urn)
    other = DliMocks(dli)
    set_mocks(other, stack="other", preview=True)
    assert "carries the mark" in refused(lambda: orders().urn)
    other.close()
    assert list(dli.jobs()) == ["orders"]


def test_a_local_file_is_named_by_its_content(
    mocks: DliMocks, dli: LocalDli, tmp_path: Path
) -> None:
    del mocks
    file = tmp_path / "rules.csv"
    file.write_text("a,b")

    def program() -> Any:
        files = [pulumi.FileAsset(str(file))]
        return orders(dependency_files=files, obs_bucket="flink-state").dependency_files

    [named] = run(program)
    assert named.startswith("obs://flink-state/pulumi-dli/")
    assert (dli.folder / "obs" / named.removeprefix("obs://")).read_text() == "a,b"


def test_an_armed_fault_fails_the_program(mocks: DliMocks, dli: LocalDli) -> None:
    del mocks
    dli.arm("fail_start", text="no such class")
    assert "did not start" in refused(lambda: orders().status)
    [job] = dli.jobs().values()
    assert job["status"] == "job_submit_fail"
    dli.arm("drop", on="create")
    dli.clear_faults()
    assert run(lambda: orders().status) == "job_running"


@pytest.mark.parametrize(
    ("fault", "told"),
    [({"kind": "nothing"}, "kind"), ({"kind": "fail_start", "on": "stop"}, "route")],
)
def test_a_fault_that_there_is_not(dli: LocalDli, fault: Any, told: str) -> None:
    with pytest.raises(ValueError, match=f"the local DLI: .*{told}"):
        dli.arm(**fault)


def test_a_job_is_read_by_its_id(mocks: DliMocks) -> None:
    del mocks
    assert run(lambda: FlinkJarJob.get("again", orders(cu_number=4).id).cu_number) == 4
    assert "there is no Flink job 7777" in refused(lambda: FlinkJarJob.get("x", 7777).status)


def test_look_ups_find_what_is_there(mocks: DliMocks, dli: LocalDli) -> None:
    del mocks
    dli.add_queue("Streaming", 16)
    assert get_queue("streaming").cu_count == 16
    assert list_flink_jar_jobs() == []
    job_id = run(lambda: orders(queue_name="STREAMING").job_id)
    assert get_flink_jar_job(name="orders") == get_flink_jar_job(job_id=job_id)
    assert [job.job_id for job in list_flink_jar_jobs(queue_name="streaming")] == [job_id]
    assert list_flink_jar_jobs(tags={"team": "warehouse"}) == []
    assert get_queue("streaming").used_cu == 2
    with pytest.raises(
        pulumi.RunError, match=r"there is no queue nosuch in .*streaming, testqueue"
    ):
        get_queue("nosuch")


def test_a_queue_that_was_added_has_its_room(mocks: DliMocks, dli: LocalDli) -> None:
    dli.add_queue("small", 2)
    run(lambda: orders(queue_name="small", cu_number=2).urn)
    told = refused(lambda: orders("two", queue_name="small", timeouts={"create": 60}).status)
    assert told.startswith("waited 60 s for job two")
    assert any("2 → 4 of 2" in line for line in mocks.lines)
    dli.add_queue("small", 4)
    assert get_queue("small").cu_count == 4


@pytest.mark.parametrize(("name", "cus"), [("", 4), ("small", 0)])
def test_a_queue_that_cannot_be(dli: LocalDli, name: str, cus: int) -> None:
    with pytest.raises(ValueError, match="a queue has a name and at least 1 CU"):
        dli.add_queue(name, cus)


def test_other_resources_have_their_inputs(mocks: DliMocks) -> None:
    del mocks

    class Other(pulumi.CustomResource):
        size: pulumi.Output[int]

        def __init__(self) -> None:
            super().__init__("other:index:Other", "thing", {"size": 5})

    def program() -> Any:
        made = Other()
        return pulumi.Output.all(made.id, made.size)

    assert run(program) == ["thing_id", 5]
    assert pulumi.runtime.invoke("other:index:getThing", {}).value == {}
