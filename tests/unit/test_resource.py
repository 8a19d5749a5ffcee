"""What the engine is given for a FlinkJarJob, seen through the SDK's own mocks."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.mocks import MockMonitor
from pulumi_dli import FlinkJarJob, FlinkJarJobArgs, file_digest
from pulumi_dli.job.naming import TYPE, default_name
from pulumi_dli.sdk.frames import program_frames
from stack import PROGRAM

SECRET = "4dabf18193072939515e22adb298388d"  # the SDK's own mark of a wrapped value
SECRET_VALUE = "1b47061264138c4ac30d75fd1eb44270"
Values = dict[str, Any]

# The SDK's mocks leave an event loop open in each thread that they work in.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Jobs(Mocks):
    """Takes every resource; a job comes to run as number 138."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, Values]:
        return args.resource_id or "138", {**args.inputs, "status": "job_running"}

    def call(self, args: MockCallArgs) -> Any:
        raise NotImplementedError(args.token)


class Monitor(MockMonitor):
    """The SDK's stand-in for the engine, which keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(Jobs())
        self.registered: list[Any] = []
        self.read: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 -- gRPC's own name
        if request.type == TYPE:
            self.registered.append(request)
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        self.read.append(request)
        return super().ReadResource(request)  # type: ignore[no-untyped-call]

    @property
    def job(self) -> Any:
        [request] = self.registered
        return request

    @property
    def inputs(self) -> Values:
        """What the one job was registered with."""
        return dict(self.job.object.items())


@pytest.fixture
def engine(loop: asyncio.AbstractEventLoop) -> Monitor:
    """Mocks in the engine's place."""
    del loop
    monitor = Monitor()
    set_mocks(monitor.mocks, project="shop", stack="dev", preview=False, monitor=monitor)
    return monitor


def run(program: Callable[[], Any]) -> Any:
    """Run a program to its end; gives the value of the output that it returns."""
    seen: list[Any] = []

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def whole() -> Any:
        return pulumi.Output.from_input(program()).apply(seen.append)

    whole()
    return seen[0]


def test_keyword_arguments_and_args_are_the_same(engine: Monitor) -> None:
    arguments = cast("FlinkJarJobArgs", PROGRAM)
    run(lambda: FlinkJarJob("orders", **arguments).urn)
    run(lambda: FlinkJarJob("orders", arguments).urn)
    one, other = engine.registered
    assert one.object == other.object
    assert dict(one.object.items()).items() >= PROGRAM.items()


def test_a_keyword_goes_before_args(engine: Monitor) -> None:
    run(lambda: FlinkJarJob("orders", {"desc": "a", "name": "n"}, desc="b").urn)
    assert (engine.inputs["desc"], engine.inputs["name"]) == ("b", "n")


def test_the_mark_is_that_of_the_urn(engine: Monitor) -> None:
    run(lambda: FlinkJarJob("orders", name="orders").urn)
    urn = f"urn:pulumi:dev::shop::{TYPE}::orders"
    text = f"{pulumi.get_organization()}/{urn}"
    assert engine.inputs["owner"] == hashlib.sha256(text.encode()).hexdigest()[:32]


def test_a_job_may_be_the_child_of_a_component(engine: Monitor) -> None:
    class Etl(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("shop:index:Etl", "etl")
            self.job = FlinkJarJob(
                "orders", name="orders", opts=pulumi.ResourceOptions(parent=self)
            )

    parent = run(lambda: Etl().urn)
    urn = f"{parent.rpartition('::')[0]}${TYPE}::orders"
    text = f"{pulumi.get_organization()}/{urn}"
    assert engine.inputs["owner"] == hashlib.sha256(text.encode()).hexdigest()[:32]


def test_a_name_is_made_where_there_is_none(engine: Monitor) -> None:
    name = run(lambda: FlinkJarJob("orders").name)
    assert name == f"orders-dev-{engine.inputs['owner'][:6]}"


@pytest.mark.parametrize("resource", ["orders", "orders etl.v2", "ä" * 5, "x" * 200])
def test_a_name_that_is_made_is_legal(engine: Monitor, resource: str) -> None:
    del engine
    name = run(lambda: pulumi.Output.from_input(default_name(resource, "dev", "0123456789")))
    assert len(name) <= 57
    assert all(c.isascii() and (c.isalnum() or c in "-_") for c in name)
    assert name.endswith("-dev-012345")


def test_secret_arguments_are_secret(engine: Monitor) -> None:
    secrets: FlinkJarJobArgs = {"entrypoint_args": ["-a", "1"], "runtime_config": {"k": "v"}}
    run(lambda: FlinkJarJob("orders", secrets).urn)
    args, config = engine.inputs["entrypoint_args"], engine.inputs["runtime_config"]
    for wrapped in (args, config):
        assert wrapped[SECRET] == SECRET_VALUE
    assert list(args["value"]) == ["-a", "1"]
    assert set(engine.job.additionalSecretOutputs) == {"entrypoint_args", "runtime_config"}


def test_what_is_not_set_is_not_secret(engine: Monitor) -> None:
    run(lambda: FlinkJarJob("orders").urn)
    assert engine.inputs.get("entrypoint_args") is None


def test_a_replacement_deletes_first(engine: Monitor) -> None:
    run(lambda: FlinkJarJob("orders").urn)
    assert engine.job.deleteBeforeReplace
    assert engine.job.deleteBeforeReplaceDefined


def test_other_options_are_kept(engine: Monitor) -> None:
    opts = pulumi.ResourceOptions(
        protect=True, custom_timeouts=pulumi.CustomTimeouts(create="5m"), ignore_changes=["desc"]
    )
    run(lambda: FlinkJarJob("orders", opts=opts).urn)
    assert engine.job.protect
    assert engine.job.customTimeouts.create == "5m"
    assert list(engine.job.ignoreChanges) == ["desc"]
    assert opts.delete_before_replace is None  # the caller's options are the caller's


def test_the_provider_is_stored_by_name(engine: Monitor) -> None:
    run(lambda: FlinkJarJob("orders").urn)
    assert len(engine.inputs["__provider"]) < 100


def test_a_job_of_a_subclass_is_a_job(engine: Monitor) -> None:
    class Etl(FlinkJarJob):
        pass

    run(lambda: Etl("orders").urn)
    assert engine.job.type == TYPE
    with pytest.raises(TypeError, match="module"):
        type("Other", (FlinkJarJob,), {}, module="shop")


def test_only_the_main_thread_shortens_what_tracebacks_show() -> None:
    seen: list[bool] = []

    def making() -> None:
        with program_frames(inspect.currentframe()):
            seen.append(hasattr(sys, "tracebacklimit"))

    making()
    other = threading.Thread(target=making)
    other.start()
    other.join()
    assert seen == [True, False]


def test_a_job_leaves_the_limit_of_tracebacks_as_it_was(
    engine: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(lambda: FlinkJarJob("orders").urn)
    assert not hasattr(sys, "tracebacklimit")
    with pytest.raises(TypeError):
        FlinkJarJob(cast("Any", 7), name="orders")  # refused by the SDK, midway
    assert not hasattr(sys, "tracebacklimit")
    monkeypatch.setattr(sys, "tracebacklimit", 3, raising=False)
    run(lambda: FlinkJarJob("clicks").urn)
    assert sys.tracebacklimit == 3
    assert [len(job.stackTrace.frames) > 0 for job in engine.registered] == [True, True]


def test_outputs(engine: Monitor) -> None:
    del engine
    assert run(lambda: FlinkJarJob("orders").job_id) == 138
    assert run(lambda: FlinkJarJob("orders", desc="x").desc) == "x"
    assert run(lambda: FlinkJarJob("orders").status) == "job_running"


def test_whole_numbers_are_whole(engine: Monitor) -> None:
    del engine
    assert repr(run(lambda: FlinkJarJob("orders", cu_number=4).cu_number)) == "4"
    assert repr(run(lambda: FlinkJarJob("orders").cu_number)) == "2"
    assert repr(run(lambda: FlinkJarJob("orders", timeouts={"settle": 0.2}).timeouts)) == (
        "{'settle': 0.2}"
    )


def test_a_failure_that_the_host_could_not_tell_of_ends_the_program(engine: Monitor) -> None:
    class Broken(Jobs):
        def new_resource(self, args: MockResourceArgs) -> tuple[str, Values]:
            job_id, state = super().new_resource(args)
            return job_id, {**state, "failure": "it did not start"}

    engine.mocks = Broken()
    with pytest.raises(pulumi.RunError, match="it did not start"):
        run(lambda: FlinkJarJob("orders").failure)


def test_get_reads_a_job_and_manages_nothing(engine: Monitor) -> None:
    job_id = run(lambda: FlinkJarJob.get("existing", "7", region="eu-de").job_id)
    assert job_id == 7
    assert engine.registered == []
    [request] = engine.read
    assert (request.type, request.id) == (TYPE, "7")
    given = {name: value for name, value in request.properties.items() if value is not None}
    assert given.keys() == {"region", "__provider"}


# The digest of a file.


def test_the_digest_of_a_file(tmp_path: Path) -> None:
    jar = tmp_path / "orders.jar"
    jar.write_bytes(b"bytes")
    assert file_digest(jar) == file_digest(str(jar)) == hashlib.sha256(b"bytes").hexdigest()
    jar.write_bytes(b"other bytes")
    assert file_digest(jar) == hashlib.sha256(b"other bytes").hexdigest()


def test_the_digest_of_a_file_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.jar").write_bytes(b"bytes")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert file_digest("~/orders.jar") == file_digest(tmp_path / "orders.jar")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("missing.jar", "'{}/missing.jar' cannot be read: No such file or directory"),
        ("folder", "'{}/folder' is not a file; give the path of one"),
        ("pipe", "'{}/pipe' is not a file; give the path of one"),
        ("nul\0", "'{}/nul\\x00' cannot be read: embedded null byte"),
        ("x" * 300, "'{}/" + "x" * 300 + "' cannot be read: File name too long"),
    ],
    ids=["missing", "folder", "pipe", "nul", "long"],
)
def test_what_is_no_file_is_one_sentence(tmp_path: Path, path: str, sentence: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for form in f"{tmp_path}/{path}", tmp_path / path:
        with pytest.raises(pulumi.RunError) as caught:
            file_digest(form)
        assert str(caught.value) == f"file_digest: {sentence.format(tmp_path)}"
        assert isinstance(caught.value, OSError)


def test_a_file_that_cannot_be_read_is_one_sentence() -> None:
    unreadable = "/proc/self/mem"  # for every user, at its beginning
    with pytest.raises(pulumi.RunError, match=r"^file_digest: '/proc/self/mem' cannot be read: "):
        file_digest(unreadable)


@pytest.mark.parametrize(
    ("path", "kind"),
    [(b"planted", "a bytes"), (None, "None"), (5, "an int"), (["a"], "a list")],
)
def test_what_is_no_path_is_one_sentence(path: Any, kind: str) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        file_digest(path)
    assert str(caught.value) == (
        f"file_digest: the path is {kind}; give a file's path as text or a pathlib.Path"
    )


def test_the_digest_of_a_file_that_nobody_names() -> None:
    with pytest.raises(pulumi.RunError, match="'' is not a file"):
        file_digest("")


def test_the_digest_of_a_missing_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"missing\.jar"):
        file_digest(tmp_path / "missing.jar")
