"""The plugin's protocol: what the engine is answered, call for call."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import empty_pb2
from plugin import PROGRAM, URN, Failed, Plugin, served
from pulumi.runtime.proto import provider_pb2 as rpc
from pulumi_dli.job.naming import NATIVE_TYPE, mark_of
from pulumi_dli.native.wire import SIGNATURE, UNKNOWN, Props, Secret, plain, write
from stack import changes
from wrong_programs import RIGHT, SECRET, WRONG

KINDS = rpc.PropertyDiff.Kind
MARK = mark_of("organization", URN)


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[Plugin]:
    with served(tmp_path) as made:
        yield made


def test_a_job_lives_and_is_not_changed_twice(plugin: Plugin) -> None:
    plugin.up()
    assert plugin.dli.job("orders")["tags"] == {"pulumi-owner": MARK}
    assert plugin.outputs["owner"] == MARK
    answer = plugin.diff(plugin.checked())
    assert (answer.changes, answer.deleteBeforeReplace) == (rpc.DiffResponse.DIFF_NONE, True)
    plugin.up(desc="new")
    read = plugin.call(
        "Read",
        rpc.ReadRequest(
            urn=URN,
            id=plugin.job_id,
            properties=write(plugin.outputs),
            inputs=write(plugin.inputs),
        ),
    )
    assert Props.read(read.properties).marked == plugin.outputs
    plugin.begin()
    plugin.call(
        "Delete", rpc.DeleteRequest(urn=URN, id=plugin.job_id, properties=write(plugin.outputs))
    )
    assert plugin.dli.jobs() == {}
    gone = rpc.ReadRequest(urn=URN, id=plugin.job_id, properties=write(plugin.outputs))
    assert plugin.call("Read", gone).id == ""


def test_each_difference_has_its_kind(plugin: Plugin) -> None:
    plugin.up(desc="old", cu_number=4, tags={"a": "b"})
    answer = plugin.diff(plugin.checked(parallel_number=2, cu_number=6, tags={"a": "b"}))
    assert {name: each.kind for name, each in answer.detailedDiff.items()} == {
        "desc": KINDS.DELETE,
        "parallel_number": KINDS.ADD,
        "cu_number": KINDS.UPDATE,
    }
    assert answer.hasDetailedDiff
    assert list(answer.replaces) == []
    news = dict(plugin.checked(desc="old", cu_number=4, tags={"a": "b"}))
    answer = plugin.diff({**news, "project_id": "f" * 32})
    assert dict(answer.detailedDiff)["project_id"].kind == KINDS.UPDATE_REPLACE
    assert list(answer.replaces) == ["project_id"]


def shown(answer: rpc.DiffResponse) -> dict[str, tuple[int, bool]]:
    """Each difference: its kind, and whether it is one of inputs."""
    return {name: (each.kind, each.inputDiff) for name, each in answer.detailedDiff.items()}


def test_what_stays_as_it_is_is_no_difference(plugin: Plugin) -> None:
    plugin.up()
    answer = plugin.diff(plugin.checked(restart_trigger="1"))
    assert shown(answer) == {"restart_trigger": (KINDS.ADD, True)}
    assert list(answer.diffs) == ["restart_trigger"]
    plugin.up(restart_trigger="1")
    answer = plugin.diff(plugin.checked(restart_trigger="2"))
    assert shown(answer) == {"restart_trigger": (KINDS.UPDATE, True)}


def test_a_run_state_that_was_found_is_one_of_outputs(plugin: Plugin) -> None:
    plugin.up()
    plugin.dli.stopped(int(plugin.job_id))
    plugin.dli.clock.release()
    request = rpc.ReadRequest(urn=URN, id=plugin.job_id, properties=write(plugin.outputs))
    read = plugin.call("Read", request)
    plugin.outputs = Props.read(read.properties).marked
    assert str(plugin.outputs["desired_state"]).startswith("stopped (")
    kept = plugin.inputs
    answer = plugin.diff(plugin.checked())
    assert answer.changes == rpc.DiffResponse.DIFF_SOME
    assert shown(answer) == {"desired_state": (KINDS.UPDATE, False)}
    plugin.inputs = {**kept, "desired_state": plugin.outputs["desired_state"]}
    assert shown(plugin.diff(plugin.checked())) == {"desired_state": (KINDS.UPDATE, True)}


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ({"desc": "new"}, {"update_time"}),
        ({"tags": {"a": "b"}}, set[str]()),
        ({"on_delete": "stop"}, set[str]()),
    ],
)
def test_a_preview_of_a_live_change_knows_what_stays(
    plugin: Plugin, change: dict[str, Any], unknown: set[str]
) -> None:
    plugin.up()
    foreseen = plugin.preview(**change)
    assert {name for name, value in foreseen.items() if value is UNKNOWN} == unknown
    plugin.up(**change)
    assert {**foreseen, "update_time": 0} == {**plugin.outputs, "update_time": 0}


def test_a_preview_of_a_restart_knows_the_arguments_and_whose_the_job_is(plugin: Plugin) -> None:
    plugin.up()
    foreseen = plugin.preview(parallel_number=2)
    known = {name: value for name, value in foreseen.items() if value is not UNKNOWN}
    assert known.keys() >= {"create_time", "endpoint", "owner", "name", "parallel_number"}
    assert foreseen["status"] is foreseen["start_time"] is foreseen["savepoint_path"] is UNKNOWN
    plugin.up(parallel_number=2)
    assert {name: plugin.outputs[name] for name in known} == known


def test_a_preview_of_a_new_job_knows_its_arguments(plugin: Plugin) -> None:
    foreseen = plugin.preview(desc=UNKNOWN, tags={"a": "b"})
    assert foreseen["status"] is foreseen["desc"] is foreseen["create_time"] is UNKNOWN
    assert (foreseen["name"], foreseen["region"], foreseen["owner"]) == ("orders", "local", MARK)
    plugin.up(desc="x", tags={"a": "b"})
    known = {name: value for name, value in foreseen.items() if value is not UNKNOWN}
    assert {name: plugin.outputs[name] for name in known} == known


def test_what_is_not_known_yet_stays_so(plugin: Plugin) -> None:
    plugin.up()
    news = plugin.checked(desc=UNKNOWN, parallel_number=2)
    assert news["desc"] is UNKNOWN
    answer = plugin.diff(news)
    assert {"desc", "parallel_number"} <= set(answer.detailedDiff)


def test_a_local_file_is_named_by_its_content_and_not_known_before(
    plugin: Plugin, tmp_path: Path
) -> None:
    (tmp_path / "rates.csv").write_text("a,b")
    asset = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "path": str(tmp_path / "rates.csv")}
    [named] = plugin.checked(dependency_files=[asset])["dependency_files"]
    assert named.startswith("obs://state/pulumi-dli/")
    unnamed = plugin.checked(dependency_files=[asset], obs_bucket=UNKNOWN)
    assert unnamed["dependency_files"] is UNKNOWN
    plugin.up(dependency_files=[asset])
    assert plugin.outputs["dependency_files"] == [named]


def test_secrets_stay_secret(plugin: Plugin) -> None:
    plugin.up(
        entrypoint_args="--p planted-a",
        runtime_config={"k": "planted-b"},
        tags={"open": "x", "shut": Secret("planted-c")},
        desc=Secret("planted-d"),
        dependency_jars=["a.jar", Secret("planted-e.jar")],
    )
    for told in plugin.inputs, plugin.outputs:
        assert isinstance(told["entrypoint_args"], Secret)
        assert isinstance(told["desc"], Secret)
        assert isinstance(told["dependency_jars"], Secret)
        assert plain(told["tags"]) == {"open": "x", "shut": "planted-c"}
        assert told["tags"]["open"] == "x"
        open_ = {name: value for name, value in told.items() if not isinstance(value, Secret)}
        open_["tags"] = {k: v for k, v in open_["tags"].items() if not isinstance(v, Secret)}
        assert "planted" not in repr(open_)
    assert plugin.diff(plugin.inputs).changes == rpc.DiffResponse.DIFF_NONE


def test_an_update_that_breaks_off_is_a_partial_failure_without_secrets(plugin: Plugin) -> None:
    plugin.up(desc=Secret("planted-old"), entrypoint_args="--p planted-a")
    plugin.dli.arm("answer", route="run", code="403", times=9)
    with pytest.raises(Failed) as caught:
        plugin.up(parallel_number=2, entrypoint_args="--p planted-b")
    partial = caught.value.partial
    assert partial is not None
    assert partial.id == plugin.job_id
    assert list(partial.reasons) == [str(caught.value)]
    assert "planted" not in str(caught.value)
    outputs = Props.read(partial.properties).marked
    assert outputs["parallel_number"] == 2
    assert isinstance(outputs["entrypoint_args"], Secret)


def test_a_refusal_before_anything_is_no_partial_failure(plugin: Plugin) -> None:
    plugin.up()
    plugin.dli.arm("answer", route="update", code="403", times=9)
    with pytest.raises(Failed) as caught:
        plugin.up(desc="new")
    assert caught.value.partial is None


def test_what_cannot_be_done_fails_the_preview_of_a_program_that_will_not(plugin: Plugin) -> None:
    plugin.up(desired_state="stopped")
    job_id = int(plugin.job_id)
    plugin.dli.started(job_id)
    plugin.dli.stopped(job_id)
    plugin.dli.clock.release()
    plugin.begin()
    with pytest.raises(Failed, match="without a savepoint, so starting it would lose its state"):
        plugin.preview()
    # Our own class ends the program by itself, once all is planned.
    assert "without a savepoint" in plugin.preview(owner=MARK)["failure"]


def test_a_replacement_without_our_class_takes_its_own_job_over(plugin: Plugin) -> None:
    plugin.up()
    before = plugin.outputs
    plugin.inputs, job_id, plugin.job_id = {}, plugin.job_id, ""
    plugin.up(desc="new")
    assert plugin.job_id == job_id
    plugin.call("Delete", rpc.DeleteRequest(urn=URN, id=job_id, properties=write(before)))
    assert plugin.dli.job("orders")["status"] == "job_running"
    runs = [entry for entry in plugin.dli.history(int(job_id)) if entry["event"] == "running"]
    assert len(runs) == 1


def test_wrong_programs_get_the_sentences_of_the_dynamic_front(plugin: Plugin) -> None:
    for program, sentences in WRONG:
        news = {**RIGHT, **program}
        if news["name"] is None:
            continue  # here one is made
        request = rpc.CheckRequest(urn=URN, news=write({**news, "owner": MARK}))
        answer = plugin.call("Check", request)
        assert [failure.reason for failure in answer.failures] == sorted(sentences)
        assert SECRET not in repr([failure.reason for failure in answer.failures])


def test_plugin_schema_and_package_have_one_version(plugin: Plugin) -> None:
    wanted = version("pulumi-dli")
    assert plugin.call("GetPluginInfo", empty_pb2.Empty()).version == wanted
    told = plugin.call("GetSchema", rpc.GetSchemaRequest()).schema
    assert json.loads(told)["version"] == wanted


def test_problems_carry_no_property(plugin: Plugin) -> None:
    answer = plugin.check({}, queue_name="a-b", cu_number="two")
    assert [failure.property for failure in answer.failures] == ["", ""]
    assert "queue_name: may hold letters" in answer.failures[1].reason


Modes = rpc.CheckRequest.AutonamingOptions.Mode


@pytest.mark.parametrize(
    ("mode", "proposed", "name"),
    [
        (None, "", f"orders-dev-{MARK[:6]}"),
        (Modes.PROPOSE, "shop.orders-1f", "shop-orders-1f"),
        (Modes.PROPOSE, "x" * 80, "x" * 57),
        (Modes.PROPOSE, f"shop-{'x' * 60}-1f2e3d", f"shop-{'x' * 45}-1f2e3d"),
        (Modes.ENFORCE, "shop-orders", "shop-orders"),
    ],
)
def test_names_are_made_as_the_stack_wants_them(
    plugin: Plugin, mode: Any, proposed: str, name: str
) -> None:
    options = None
    if mode is not None:
        options = rpc.CheckRequest.AutonamingOptions(proposed_name=proposed, mode=mode)
    for olds, made in (None, name), (write({"name": "kept", "owner": MARK}), "kept"):
        request = rpc.CheckRequest(
            urn=URN, news=write({"desired_state": "stopped"}), olds=olds, autonaming=options
        )
        answer = plugin.call("Check", request)
        assert Props.read(answer.inputs).marked["name"] == made


UNNAMED = {name: value for name, value in PROGRAM.items() if name != "name"}


def proposed(plugin: Plugin, name: str, **program: Any) -> Mapping[str, Any]:
    """The inputs that a check without olds makes of a program that names no job."""
    options = rpc.CheckRequest.AutonamingOptions(proposed_name=name, mode=Modes.PROPOSE)
    request = rpc.CheckRequest(urn=URN, news=write(UNNAMED | program), autonaming=options)
    answer = plugin.call("Check", request)
    assert not answer.failures, answer.failures
    return Props.read(answer.inputs).marked


def created(plugin: Plugin, news: Mapping[str, Any]) -> None:
    """Create the resource, and begin as a new process does."""
    answer = plugin.call("Create", rpc.CreateRequest(urn=URN, properties=write(news)))
    plugin.job_id, plugin.outputs = answer.id, Props.read(answer.properties).marked
    plugin.inputs = news
    plugin.begin()


def test_a_name_that_was_made_stays_where_the_engine_replaces_the_job(plugin: Plugin) -> None:
    """Then a check is told of no olds, and of a new random name."""
    created(plugin, proposed(plugin, "orders-1f"))
    with plugin.dli.watched() as sent:
        assert proposed(plugin, "orders-2e")["name"] == "orders-1f"
    assert [entry for entry in sent if changes(entry.method, entry.path)] == []
    plugin.begin()
    deleted(plugin)
    plugin.begin()
    assert proposed(plugin, "orders-2e")["name"] == "orders-2e"


def test_a_name_that_was_made_goes_along_where_the_job_moves(plugin: Plugin) -> None:
    created(plugin, proposed(plugin, "orders-1f"))
    news = {**UNNAMED, "project_id": "f" * 32}
    request = rpc.CheckRequest(urn=URN, olds=write(plugin.inputs), news=write(news))
    answer = plugin.diff(Props.read(plugin.call("Check", request).inputs).marked)
    assert list(answer.replaces) == ["project_id"]
    assert proposed(plugin, "orders-2e", project_id="f" * 32)["name"] == "orders-1f"


def test_no_name_is_looked_for_where_look_ups_are_off(tmp_path: Path) -> None:
    with served(tmp_path, preflight="off") as plugin:
        created(plugin, proposed(plugin, "orders-1f"))
        with plugin.dli.watched() as sent:
            assert proposed(plugin, "orders-2e")["name"] == "orders-2e"
        assert sent == []


def test_a_stack_that_makes_no_names_wants_one(plugin: Plugin) -> None:
    for mode, proposed, sentence in (
        (Modes.DISABLE, "", "name: is required, because `pulumi:autonaming`"),
        (Modes.ENFORCE, "shop orders", "name: may hold letters, digits"),
    ):
        options = rpc.CheckRequest.AutonamingOptions(proposed_name=proposed, mode=mode)
        request = rpc.CheckRequest(
            urn=URN, news=write({"desired_state": "stopped"}), autonaming=options
        )
        [failure] = plugin.call("Check", request).failures
        assert failure.reason.startswith(sentence)


def test_the_configuration_is_kept_secret_and_never_replaces(plugin: Plugin) -> None:
    config = {"region": "eu-de", "password": "planted", "secretKey": "planted"}
    answer = plugin.call("CheckConfig", rpc.CheckRequest(news=write(config)))
    told = Props.read(answer.inputs).marked
    assert {name for name, value in told.items() if isinstance(value, Secret)} == {
        "password",
        "secretKey",
    }
    for news, told_of in (config, _SAME), ({**config, "region": "eu-nl"}, _SOME):
        request = rpc.DiffRequest(old_inputs=write(config), news=write(news))
        found = plugin.call("DiffConfig", request)
        assert (found.changes, list(found.replaces)) == (told_of, [])


_SAME, _SOME = rpc.DiffResponse.DIFF_NONE, rpc.DiffResponse.DIFF_SOME


def invoked(plugin: Plugin, token: str, **asked: Any) -> Any:
    answer = plugin.call("Invoke", rpc.InvokeRequest(tok=f"dli:index:{token}", args=write(asked)))
    if answer.failures:
        return [failure.reason for failure in answer.failures]
    return Props.read(getattr(answer, "return")).known


def test_the_functions(plugin: Plugin) -> None:
    plugin.up(entrypoint_args="planted")
    job = invoked(plugin, "getFlinkJarJob", name="orders")
    assert (job["job_id"], job["status"]) == (int(plugin.job_id), "job_running")
    assert job == invoked(plugin, "getFlinkJarJob", job_id=float(plugin.job_id))
    assert "planted" not in json.dumps(job)
    assert (
        invoked(plugin, "listFlinkJarJobs", queue_name="TESTqueue")["jobs"][0]["name"] == "orders"
    )
    assert invoked(plugin, "getQueue", name="testqueue")["queue_type"] == "general"
    [nowhere] = invoked(plugin, "getQueue", name="nowhere")
    assert nowhere.startswith("there is no queue nowhere in project")
    assert invoked(plugin, "getFlinkJarJob") == ["give either `name` or `job_id`"]
    assert invoked(plugin, "getMore") == ["there is no function dli:index:getMore"]


def imported(plugin: Plugin, named: str) -> rpc.ReadResponse:
    return plugin.call("Read", rpc.ReadRequest(urn=URN, id=named))  # type: ignore[no-any-return]


def test_what_cannot_be_imported_is_one_sentence(plugin: Plugin) -> None:
    for named, sentence in (
        ("7777", "there is no Flink job 7777 in project"),
        ("nowhere", "no Flink job is called nowhere in project"),
    ):
        with pytest.raises(Failed, match=sentence):
            imported(plugin, named)


def test_a_job_of_another_stack_is_told_of(
    plugin: Plugin, capfd: pytest.CaptureFixture[str]
) -> None:
    theirs = plugin.dli.create("theirs", tags=[{"key": "pulumi-owner", "value": "e" * 32}])
    assert imported(plugin, "theirs").id == str(theirs)
    assert f"carries the mark {'e' * 32} of another resource" in capfd.readouterr().err


def test_what_is_no_setting_is_told_and_what_the_engine_adds_is_not(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path, regoin="eu-de", version="0.1.0", pluginDownloadURL="x") as plugin:
        plugin.preview()
        plugin.preview(desc="new")
    told = capfd.readouterr().err
    assert told.count("there is no such setting") == 1
    assert "dli:regoin: there is no such setting; did you mean dli:region?" in told


@pytest.mark.parametrize(
    ("provider", "source", "way"),
    [
        ("default_0_1_0", "stack config dli:maxRetries", "`pulumi config set dli:endpoint local`"),
        ("other", "the provider's maxRetries", "`endpoint: local` of the provider"),
    ],
)
def test_a_setting_is_told_where_it_was_given(
    plugin: Plugin, provider: str, source: str, way: str, capfd: pytest.CaptureFixture[str]
) -> None:
    urn = f"urn:pulumi:dev::shop::pulumi:providers:dli::{provider}"
    settings = write({"maxRetries": "many", "regoin": "eu-de"})
    plugin.call("Configure", rpc.ConfigureRequest(urn=urn, args=settings))
    [failure] = plugin.check({}).failures
    with pytest.raises(Failed) as caught:
        plugin.call("Create", rpc.CreateRequest(urn=URN, properties=write(RIGHT)))
    asked = rpc.InvokeRequest(tok="dli:index:getQueue", args=write({"name": "q"}))
    [refusal] = plugin.call("Invoke", asked).failures
    for told in failure.reason, str(caught.value), refusal.reason:
        assert source in told
        assert way in told
    warned = capfd.readouterr().err
    assert ("the provider's regoin: there" in warned) == (provider == "other")


def begun(plugin: Plugin, named: str) -> None:
    """Begin anew with a job that was imported."""
    answer = imported(plugin, named)
    plugin.job_id, plugin.outputs = answer.id, Props.read(answer.properties).marked
    plugin.inputs = Props.read(answer.inputs).marked
    plugin.begin()


def deleted(plugin: Plugin) -> None:
    request = rpc.DeleteRequest(urn=URN, id=plugin.job_id, properties=write(plugin.outputs))
    plugin.call("Delete", request)


def test_an_imported_job_without_a_mark_is_destroyed_as_any_other(plugin: Plugin) -> None:
    plugin.dli.create("orders")
    begun(plugin, "orders")
    deleted(plugin)
    assert plugin.dli.jobs() == {}


def test_one_of_another_resource_is_destroyed_once_it_is_this_ones(plugin: Plugin) -> None:
    plugin.dli.create("orders", tags=[{"key": "pulumi-owner", "value": "e" * 32}])
    begun(plugin, "orders")
    deleted(plugin)
    assert list(plugin.dli.jobs()) == ["orders"]
    begun(plugin, "orders")
    plugin.up(desc="ours", desired_state="stopped")
    assert plugin.dli.job("orders")["tags"] == {"pulumi-owner": MARK}
    plugin.begin()
    deleted(plugin)
    assert plugin.dli.jobs() == {}


def test_one_with_the_mark_of_the_program_is_recorded_as_its_own(plugin: Plugin) -> None:
    mark = "c" * 32  # made with the stack's organization, which the plugin is not told
    fields = {name: PROGRAM[name] for name in ("queue_name", "entrypoint", "obs_bucket")}
    plugin.dli.create("orders", tags=[{"key": "pulumi-owner", "value": mark}], **fields)
    begun(plugin, "orders")
    with plugin.dli.watched() as sent:
        plugin.up(desired_state="stopped", owner=mark)
    assert [entry for entry in sent if changes(entry.method, entry.path)] == []
    assert plugin.outputs["owner"] == mark
    plugin.begin()
    deleted(plugin)
    assert plugin.dli.jobs() == {}


def test_a_job_of_this_resource_is_taken_in_as_its_own(plugin: Plugin) -> None:
    plugin.up()
    answer = imported(plugin, "orders")
    assert Props.read(answer.properties).marked["owner"] == MARK
    assert "owner" not in Props.read(answer.inputs).marked


def test_what_is_not_an_id_is_one_sentence(plugin: Plugin) -> None:
    request = rpc.ReadRequest(urn=URN, id="x" * 50, properties=write({"set_arguments": []}))
    with pytest.raises(Failed, match="is not the id of a Flink job"):
        plugin.call("Read", request)


def test_an_error_that_nobody_foresaw_is_one_sentence_unless_it_is_asked_for(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = rpc.InvokeRequest(tok="dli:index:getFlinkJarJob", args=write({"job_id": "seven"}))
    with pytest.raises(Failed) as caught:
        plugin.call("Invoke", broken)
    assert "something that nobody foresaw went wrong" in str(caught.value)
    assert "Traceback" not in str(caught.value)
    monkeypatch.setenv("PULUMI_DLI_DEBUG", "1")
    with pytest.raises(Failed, match="Traceback"):
        plugin.call("Invoke", broken)


@pytest.mark.parametrize("chain", ["", "shop:index:Team$"])
@pytest.mark.parametrize("method", ["Check", "Diff", "Create", "Read", "Update", "Delete"])
def test_a_type_that_there_is_not_is_refused(plugin: Plugin, method: str, chain: str) -> None:
    plugin.up()
    held, news = write(plugin.outputs), write(plugin.inputs)
    fields: dict[str, dict[str, Any]] = {
        "Check": {"news": write(PROGRAM)},
        "Diff": {"olds": held, "news": news},
        "Create": {"properties": news},
        "Read": {"properties": held},
        "Update": {"olds": held, "news": news},
        "Delete": {"properties": held},
    }
    known = {} if method in ("Check", "Create") else {"id": plugin.job_id}
    urn = f"urn:pulumi:dev::shop::{chain}dli:index:FlinkSqlJob::a::b$c"
    request = getattr(rpc, f"{method}Request")(urn=urn, **known, **fields[method])
    with plugin.dli.watched() as sent, pytest.raises(Failed) as caught:
        plugin.call(method, request)
    assert str(caught.value) == (
        "there is no resource type dli:index:FlinkSqlJob, only dli:index:FlinkJarJob; where the "
        "state holds one, `pulumi state delete` takes it out and leaves the job"
    )
    assert sent == []


def test_a_job_within_a_component_is_one(plugin: Plugin) -> None:
    urn = URN.replace(NATIVE_TYPE, f"shop:index:Team${NATIVE_TYPE}")
    assert not plugin.call("Check", rpc.CheckRequest(urn=urn, news=write(PROGRAM))).failures


def test_what_the_plugin_has_not_is_no_traceback(
    plugin: Plugin, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Failed, match="pulumi-dli has jobs and functions only"):
        plugin.call("GetMapping", rpc.GetMappingRequest(key="terraform"))
    assert caplog.records == []


def test_an_interrupt_ends_the_wait_for_a_start_and_the_state_knows(plugin: Plugin) -> None:
    plugin.dli.delays(start=3600, stop=0)
    failed: list[Failed] = []

    def create() -> None:
        with pytest.raises(Failed) as caught:
            plugin.up()
        failed.append(caught.value)

    creates = threading.Thread(target=create)
    creates.start()
    plugin.dli.wait_for("the start", lambda log: any("jobs/run" in each.path for each in log))
    plugin.call("Cancel", empty_pb2.Empty())
    creates.join()
    [failure] = failed
    assert str(failure) == (
        "the run was interrupted, so nothing more was begun: job orders (1) is starting "
        "(job_submitting); run the same command again, which goes on from there"
    )
    assert failure.partial is not None
    assert Props.read(failure.partial.properties).marked["name"] == "orders"


def test_an_interrupt_lets_a_restart_come_to_its_start(plugin: Plugin) -> None:
    """A job that was stopped for it is not left so: nobody may be there to run the next `up`."""
    plugin.up()
    plugin.dli.delays(start=3600, stop=0.5)
    failed: list[Failed] = []

    def update() -> None:
        with pytest.raises(Failed) as caught:
            plugin.up(parallel_number=2)
        failed.append(caught.value)

    updates = threading.Thread(target=update)
    updates.start()
    plugin.dli.wait_for("the stop", lambda log: any("jobs/stop" in each.path for each in log))
    plugin.call("Cancel", empty_pb2.Empty())
    updates.join()
    [failure] = failed
    assert "nothing more was begun: job orders (1) is starting (job_submitting); " in str(failure)
    assert failure.partial is not None
    outputs = Props.read(failure.partial.properties).marked
    assert (outputs["status"], outputs["parallel_number"]) == ("job_submitting", 2)
    [*_, run] = plugin.dli.history(1)
    assert (run["event"], run["resume"]) == ("run", True)
