"""The component's own tests, on a local DLI and without an engine; see docs/testing.md."""

import zipfile
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs
from pulumi_dli.testing.mocks import DliMocks
from streaming_job import StreamingJob


@pytest.fixture
def jar(tmp_path: Path) -> str:
    """A jar whose main class is in another one, so that nobody looks for it here."""
    file = tmp_path / "orders-etl.jar"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Main-Class: Orders\nClass-Path: lib.jar\n")
    return str(file)


def orders(jar: str, **job: Any) -> StreamingJob:
    """The component with what it demands."""
    return StreamingJob(
        "orders", jar=jar, queue="Streaming", bucket="flink-state", alert_topic="alerts", **job
    )


def live(mocks: DliMocks, jar: str, **job: Any) -> dict[str, Any]:
    """The job that a program of the component makes, as the service has it."""

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> pulumi.Output[str]:
        return orders(jar, **job).job.status

    program()
    [made] = mocks.dli.jobs().values()
    return dict(made)


def test_the_defaults_keep_state(dli_mocks: DliMocks, jar: str) -> None:
    dli_mocks.dli.add_queue("streaming", cus=16)
    job = live(dli_mocks, jar, cu_number=4)
    wanted = {
        "obs_bucket": "flink-state",
        "smn_topic": "alerts",
        "log_enabled": True,
        "checkpoint_enabled": True,
        "resume_checkpoint": True,
        "cu_number": 4,
    }
    assert job["status"] == "job_running"
    assert job["definition"].items() >= wanted.items()
    assert job["definition"]["entrypoint"].startswith("obs://flink-state/pulumi-dli/")


def test_what_a_program_says_goes_before_the_defaults(dli_mocks: DliMocks, jar: str) -> None:
    dli_mocks.dli.add_queue("streaming")
    assert live(dli_mocks, jar, log_enabled=False)["definition"]["log_enabled"] is False


def test_a_queue_that_is_too_small_is_told(dli_mocks: DliMocks, jar: str) -> None:
    dli_mocks.dli.add_queue("streaming", cus=2)
    with pytest.raises(pulumi.RunError, match="takes 4 CUs, and queue Streaming has 2"):
        orders(jar, cu_number=4)


def test_a_queue_that_is_missing_is_told(dli_mocks: DliMocks, jar: str) -> None:
    with pytest.raises(pulumi.RunError, match="there is no queue Streaming"):
        orders(jar)
    assert dli_mocks.dli.jobs() == {}


def test_a_queue_of_the_wrong_type_is_told(dli_mocks: DliMocks, jar: str) -> None:
    class OneSqlQueue(DliMocks):
        def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
            del args
            return {"queue_type": "sql", "cu_count": 64}, []

    pulumi.runtime.set_mocks(OneSqlQueue(dli_mocks.dli), preview=False)
    with pytest.raises(pulumi.RunError, match="queue Streaming is of type sql, which runs no"):
        orders(jar)
