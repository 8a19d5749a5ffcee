"""The engine's door: the provider as the SDK's host calls it."""

from __future__ import annotations

import base64
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import Unknown
from pulumi.runtime.proto import provider_pb2, status_pb2
from pulumi_dli.dynamic import FlinkJarJobProvider
from pulumi_dli.local import faults
from pulumi_dli.local.simulation import START_DELAY, STOP_DELAY
from pulumi_dli.local.store import Store
from pulumi_dli.sdk import host
from pulumi_dli.sdk.engine import EngineGone
from stack import MARK, PROGRAM, URN, sent

PROVIDER = "gASVMQAAAAAAAACMEnB1bHVtaV9kbGkuZHluYW1pY5SME0ZsaW5rSmFySm9iUHJvdmlkZXKUk5QpgZQu"
"""What every user's state holds: the class's name. If this changes, every stack breaks."""
PROPS = sent({**PROGRAM, "owner": MARK, "timeouts": {"settle": 0}, "__provider": PROVIDER})

UNKNOWN = Unknown()  # type: ignore[no-untyped-call]


class Context:
    """What a handler may tell gRPC beside its answer."""

    def __init__(self) -> None:
        self.trailing: tuple[Any, ...] = ()

    def set_trailing_metadata(self, pairs: tuple[Any, ...]) -> None:
        self.trailing = pairs


class Call:
    """A call as the host makes it: in a method with a request and a context."""

    urn = URN
    timeout = 0.0

    def __init__(self) -> None:
        self.context = Context()

    def Create(self, work: Callable[[], Any]) -> Any:  # noqa: N802 -- the host's own name
        request, context = self, self.context  # the host's own names, in its frame
        assert request.context is context
        return work()


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlinkJarJobProvider]:
    """A provider on a local DLI whose jobs start at once, in a process without an engine."""
    monkeypatch.setattr(sys, "argv", ["host"])
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
    store = Store(tmp_path)
    for delay in (START_DELAY, STOP_DELAY):
        store.set(delay, 0)
    yield configured(tmp_path)
    store.close()


def configured(folder: Path) -> FlinkJarJobProvider:
    """A provider as in a new process."""
    config = {"dli:endpoint": "local", "dli:localPath": str(folder), "dli:preflight": "off"}
    provider = FlinkJarJobProvider()
    provider.configure(ConfigureRequest(Config(config, "shop")))
    return provider


class OneByOne(Config):
    """A configuration of a host that shows its keys to nobody."""

    _props = None  # type: ignore[assignment]

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def get(self, key: str) -> Any:
        return self._values.get(key)


def test_without_the_hosts_keys_the_settings_are_read_one_by_one() -> None:
    config = OneByOne({"dli:region": "eu-de", "dli:regoin": "eu-de"})
    assert host.configuration(config, ["dli:region"]) == {"dli:region": "eu-de"}


def made(provider: FlinkJarJobProvider, **props: Any) -> dict[str, Any]:
    """The outputs of a create, as the engine hands them back."""
    result = provider.create(checked(provider, **props))
    assert result.id == "1"
    return sent(result.outs or {})


def checked(provider: FlinkJarJobProvider, **props: Any) -> dict[str, Any]:
    result = provider.check({}, {**PROPS, **props})
    assert result.failures == []
    return dict(result.inputs)


def refuse_the_start(folder: Path) -> None:
    """Let the job of the next create come into being and not start, without a wait."""
    with closing(Store(folder)) as store:
        refusal = {"kind": "answer", "route": "run", "code": "403"}
        faults.arm(store, refusal, frozenset({"run"}))


# What is stored and what is loaded.


def test_the_state_holds_the_providers_name_and_nothing_else() -> None:
    assert serialize_provider(FlinkJarJobProvider()) == PROVIDER
    loaded = pickle.loads(base64.b64decode(PROVIDER))  # noqa: S301 -- our own
    assert type(loaded) is FlinkJarJobProvider
    assert FlinkJarJobProvider.serialize_as_secret_always is False


# The verbs.


def test_the_life_of_a_job(
    provider: FlinkJarJobProvider, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = checked(provider)
    assert inputs["__provider"] == PROVIDER
    outs = made(provider)
    assert not provider.diff("1", outs, inputs).changes
    changed = dict(provider.check(inputs, {**PROPS, "desc": "x"}).inputs)
    diff = provider.diff("1", outs, changed)
    assert (diff.changes, diff.replaces, diff.delete_before_replace) == (True, [], True)
    outs = sent(provider.update("1", outs, changed).outs or {})
    assert outs["desc"] == "x"
    found = provider.read("1", outs)
    assert found.id == "1"
    assert sent(found.outs or {})["status"] == "job_running"
    configured(tmp_path).delete("1", outs)
    gone = provider.read("1", outs)
    assert (gone.id, gone.outs) == ("", {})
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("orders: creates and starts the job")
    assert "orders: changes live, without a restart; desc changes" in lines


def test_problems_name_no_property_because_the_engine_would_print_its_value(
    provider: FlinkJarJobProvider,
) -> None:
    result = provider.check({}, {**PROPS, "cu_number": 0.0, "entrypoint_args": {"a": "TOPSECRET"}})
    assert [failure.property for failure in result.failures] == ["", ""]
    assert "TOPSECRET" not in str([failure.reason for failure in result.failures])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("desc", UNKNOWN),
        ("dependency_jars", ["a.jar", UNKNOWN]),
        ("runtime_config", {"a": UNKNOWN}),
        ("resource_config", {"jobmanager_resource_spec": {"cpu": UNKNOWN}}),
        ("entrypoint_args", [["x", [UNKNOWN]]]),
    ],
)
def test_an_input_that_is_not_known_may_lie_deep(
    provider: FlinkJarJobProvider, name: str, value: Any
) -> None:
    inputs = checked(provider, **{name: value})
    assert inputs[name] is value
    assert provider.diff("1", made(provider), inputs).changes


def test_a_number_that_is_a_float(provider: FlinkJarJobProvider) -> None:
    outs = made(provider, cu_number=4.0, parallel_number=2.0)
    assert (outs["cu_number"], outs["real_cu_number"]) == (4, 4)


@pytest.mark.parametrize(
    "job_id", ["orders", "-1", "1.5", "", "²", "\u0661", "9" * 5000, "1\n", "[]"]
)
def test_an_id_that_is_none(provider: FlinkJarJobProvider, job_id: str) -> None:
    with pytest.raises(Exception, match="is not the id of a Flink job; use the number that DLI"):
        provider.read(job_id, {})


# Failures.


def test_an_error_is_one_sentence_without_a_traceback(
    provider: FlinkJarJobProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULUMI_DLI_DEBUG", raising=False)
    with pytest.raises(Exception, match="there is no Flink job 7") as error:
        provider.read("7", {})
    kind = type(error.value)
    assert (kind.__module__, kind.__qualname__) == ("builtins", "dli")
    assert error.value.__suppress_context__
    assert sys.tracebacklimit == 0


def test_a_traceback_can_be_asked_for(
    provider: FlinkJarJobProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_DLI_DEBUG", "1")
    with pytest.raises(Exception, match="there is no Flink job 7"):
        provider.read("7", {})
    assert sys.tracebacklimit == 1000


def test_an_operation_that_broke_off_is_a_partial_failure(
    provider: FlinkJarJobProvider, tmp_path: Path
) -> None:
    refuse_the_start(tmp_path)
    inputs = checked(provider)
    call = Call()
    with pytest.raises(Exception, match=r"could not start job 1"):
        call.Create(lambda: provider.create(inputs))
    [(key, packed)] = call.context.trailing
    assert key == "grpc-status-details-bin"
    status = status_pb2.Status.FromString(packed)
    [detail] = status.details
    failed = provider_pb2.ErrorResourceInitFailed()
    assert detail.Unpack(failed)
    assert failed.id == "1"
    assert list(failed.reasons) == [status.message]
    assert "could not start job 1" in status.message
    outs = failed.properties
    assert outs["status"] == "job_init"
    assert outs["__provider"] == PROVIDER
    assert str(outs["desired_state"]).startswith("stopped (job_init")


def test_what_is_left_of_an_older_program_is_stored_as_a_secret(
    provider: FlinkJarJobProvider, tmp_path: Path
) -> None:
    kept = {"smn_topic": "alarms"}
    older = {"main_class": "key.X", "desc": "key X", "restart_trigger": "key X"}
    outs = made(provider, **kept, **older)
    store = Store(tmp_path)
    faults.arm(store, {"kind": "answer", "code": "403", "route": "update"}, frozenset({"update"}))
    store.close()
    wish = {**PROPS, **kept, "desc": "none", "parallel_number": 2.0}
    news = dict(provider.check(checked(provider, **kept, **older), wish).inputs)
    call = Call()
    with pytest.raises(Exception, match="runs again with its old definition"):
        call.Create(lambda: provider.update("1", outs, news))
    failed = provider_pb2.ErrorResourceInitFailed()
    [(_, packed)] = call.context.trailing
    assert status_pb2.Status.FromString(packed).details[0].Unpack(failed)
    stored = MessageToDict(failed.properties)
    assert stored["smn_topic"] == "alarms"
    assert stored["desired_state"] == "running"
    for name, value in older.items():
        assert stored[name]["value"] == value, name


def test_a_plain_failure_is_no_partial_one(provider: FlinkJarJobProvider) -> None:
    call = Call()
    with pytest.raises(Exception, match="there is no job 9"):
        call.Create(lambda: provider.create(checked(provider, adopt_job_id=9.0)))
    assert call.context.trailing == ()


def test_a_host_without_a_context_gets_the_outputs_and_the_failure(
    provider: FlinkJarJobProvider, tmp_path: Path
) -> None:
    refuse_the_start(tmp_path)
    outs = made(provider)
    assert "could not start job 1" in outs["failure"]
    assert provider.diff("1", outs, checked(provider)).changes


# What the host knows.


def test_the_call_is_found_in_the_hosts_frames() -> None:
    call = Call()
    call.timeout = 30.0
    found = call.Create(host.current_call)
    assert (found.urn, found.seconds, found.context) == (URN, 30.0, call.context)
    assert host.current_call() == ("", None, None)


@pytest.mark.parametrize(
    ("arguments", "listens"),
    [
        (["host", "127.0.0.1:1"], False),
        (["host"], True),
        (["pytest", "tests/test_dynamic.py::test_this"], True),
        (["pytest", "-q"], True),
    ],
)
def test_only_an_address_is_taken_for_the_engines(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], listens: bool
) -> None:
    monkeypatch.setattr(sys, "argv", arguments)
    engine = host.engine()
    if listens:
        engine.guard()  # nobody to ask for
    else:
        with pytest.raises(EngineGone):
            engine.guard()
