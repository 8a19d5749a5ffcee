"""What a program gives: it is taken as it is, or refused in one sentence without its value."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import pulumi
import pytest
from pulumi import Output, ResourceOptions
from pulumi.output import Unknown
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks
from pulumi_dli import FlinkJarJob, get_flink_jar_job, get_queue, given, list_flink_jar_jobs, native

PLANTED = "planted-secret"
JOB, JOBS, QUEUE, READ = map(
    partial(cast, "Any"), (get_flink_jar_job, list_flink_jar_jobs, get_queue, FlinkJarJob.get)
)
"""Whatever their types say."""

# The SDK's mocks leave an event loop open in each thread that they work in.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Jobs(Mocks):
    """Takes every resource; keeps the inputs."""

    def __init__(self) -> None:
        self.inputs: dict[str, Any] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.inputs = args.inputs
        return args.resource_id or "138", args.inputs

    def call(self, args: MockCallArgs) -> Any:
        raise NotImplementedError(args.token)


@pytest.fixture
def jobs(loop: asyncio.AbstractEventLoop) -> Jobs:
    del loop
    mocks = Jobs()
    set_mocks(mocks, project="shop", stack="dev", preview=False)
    return mocks


def run(program: Callable[[], Any]) -> Any:
    """Run a program to its end; gives the value of the output that it returns."""
    seen: list[Any] = []

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def whole() -> Any:
        return Output.from_input(program()).apply(seen.append)

    whole()
    return seen[0]


def refused(program: Callable[[], Any]) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        run(program)
    assert PLANTED not in str(caught.value)
    return str(caught.value)


def refused_at_once(program: Callable[[], object]) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        program()
    assert PLANTED not in str(caught.value)
    return str(caught.value)


def job(*args: Any, **arguments: Any) -> Any:
    """A job, whatever the types say."""
    return FlinkJarJob("etl", *args, **arguments).urn


class Mode(enum.StrEnum):
    SAVEPOINT = "savepoint"


def test_what_the_sdk_can_send_stays_as_it_is() -> None:
    unknown = Unknown()  # type: ignore[no-untyped-call]
    for value in "text", "", 5, 2.5, True, None, unknown, Mode.SAVEPOINT:
        assert given.sendable("it", value) is value
    nested: dict[str, Any] = {"a": [1, {"b": ("x", None)}]}
    assert given.sendable("it", nested) == {"a": [1, {"b": ["x", None]}]}
    assert given.sendable("it", MappingProxyType({"a": "b"})) == {"a": "b"}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (Path(PLANTED), "is a PosixPath; use text"),
        (PLANTED.encode(), "is a bytes; use text"),
        ({PLANTED}, "is a set; use text"),
        ((PLANTED for _ in "ab"), "is a generator; use text"),
        (range(3), "is a range; use text"),
        (Decimal(2), "is a Decimal; use text"),
        (dt.timedelta(1), "is a timedelta; use text"),
        (object(), "is an object; use text"),
        (pulumi.CustomTimeouts(create=PLANTED), "is a CustomTimeouts; use text"),
        ({5: PLANTED}, "has a key that is no text; use text"),
        ({None: PLANTED}, "has a key that is no text; use text"),
        (10**400, "has too many digits; use a smaller number"),
        (-(10**400), "has too many digits; use a smaller number"),
        (f"{PLANTED}\ud800", "holds half a character, which no text can; read it as UTF-8"),
    ],
)
def test_another_value_is_one_sentence(value: Any, sentence: str) -> None:
    for where, given_value in (
        ("it", value),
        ("it.a", {"a": value}),
        ("it.a[1]", {"a": ["b", value]}),
    ):
        with pytest.raises(pulumi.RunError) as caught:
            given.sendable("it", given_value)
        assert str(caught.value).startswith(f"{where} {sentence}")
        assert PLANTED not in str(caught.value)


def test_a_file_may_stand_where_a_jar_does(tmp_path: Path) -> None:
    (tmp_path / "a.jar").write_bytes(b"")
    asset = pulumi.FileAsset(tmp_path / "a.jar")
    for value in (
        given.sendable("it", asset, files=True),
        *given.sendable("it", [asset], files=True),
    ):
        assert value.path == str(tmp_path / "a.jar")
    with pytest.raises(pulumi.RunError, match=r"it is a FileAsset; use text, a number"):
        given.sendable("it", asset)


def test_a_relative_file_is_that_of_the_folder_that_the_program_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.jar").write_bytes(b"")
    monkeypatch.chdir(tmp_path / "sub")
    sent = given.sendable("it", pulumi.FileAsset("../sub/a.jar"), files=True)
    assert sent.path == str(tmp_path / "sub/a.jar")  # the engine begins elsewhere


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (pulumi.FileAsset("a\udc80.jar"), "holds half a character"),
        (pulumi.StringAsset(PLANTED), "is a StringAsset; use pulumi.FileAsset(…) for a local file"),
        (pulumi.RemoteAsset(f"https://{PLANTED}"), "is a RemoteAsset; use pulumi.FileAsset(…)"),
        (pulumi.FileArchive("/"), "is a FileArchive; use pulumi.FileAsset(…) for a local file"),
        (pulumi.AssetArchive({}), "is an AssetArchive; use pulumi.FileAsset(…)"),
        (
            pulumi.FileAsset("no/such.jar"),
            ": 'no/such.jar' is not there; build it first, or correct the path, which begins in /",
        ),
        (pulumi.FileAsset("/"), ": '/' is not a file that can be read; build it first, or"),
        (pulumi.FileAsset(5000 * "a"), "cannot be read: File name too long"),
    ],
)
def test_another_asset_is_one_sentence(value: Any, sentence: str) -> None:
    for where, given_value in ("it", value), ("it[1]", ["obs://b/a.jar", value]):
        with pytest.raises(pulumi.RunError) as caught:
            given.sendable("it", given_value, files=True)
        assert str(caught.value).startswith(where)
        assert sentence in str(caught.value)
        assert PLANTED not in str(caught.value)


@pytest.mark.parametrize(
    ("argument", "where"),
    [
        ({"desc": PLANTED.encode()}, "desc"),
        ({"tags": {"a": PLANTED.encode()}}, "tags.a"),
        ({"entrypoint_args": ["a", PLANTED.encode()]}, "entrypoint_args[1]"),
    ],
)
def test_the_sentence_names_the_job_and_the_argument(argument: dict[str, Any], where: str) -> None:
    told = refused_at_once(lambda: job(**argument))
    assert told.startswith(f"FlinkJarJob etl: {where} is a bytes; use text")


@pytest.mark.parametrize("make", [Output.from_input, Output.secret])
def test_what_an_output_holds_is_judged_once_it_is_known(
    jobs: Jobs, make: Callable[[object], Output[Any]]
) -> None:
    del jobs
    output = make(PLANTED.encode())
    for arguments in {"entrypoint_args": output}, {"tags": {"a": output}}, {"name": output}:
        assert " is a bytes; use text" in refused(lambda given=arguments: job(**given))  # type: ignore[misc]


def test_a_resource_is_no_value(jobs: Jobs) -> None:
    del jobs
    assert refused(lambda: job(desc=FlinkJarJob("other"))) == (
        "FlinkJarJob etl: desc is a FlinkJarJob, a whole resource; use one of its outputs, such "
        "as its name"
    )


def test_what_is_awaited_is_judged_too(jobs: Jobs) -> None:
    async def text() -> Any:
        return "later"

    async def wrong() -> Any:
        return PLANTED.encode()

    run(lambda: job(desc=text()))
    assert jobs.inputs["desc"] == "later"
    assert refused(lambda: job(desc=wrong())).startswith("FlinkJarJob etl: desc is a bytes")


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (lambda: job("abc"), "args is a str; use FlinkJarJobArgs(…)"),
        (lambda: job(Output.from_input({})), "args is an Output; use FlinkJarJobArgs(…)"),
        (lambda: job(ResourceOptions()), "args is a ResourceOptions; write opts=…"),
        (lambda: job({5: PLANTED}), "args has a key that is an int; use text"),
        (lambda: job(opts={"protect": True}), "opts is a dict; use pulumi.ResourceOptions(…)"),
        (
            lambda: job(opts=ResourceOptions(protect=cast("Any", "yes"))),
            "opts.protect is a str; use True or False",
        ),
        (
            lambda: job(opts=ResourceOptions(import_="1")),
            "opts.import_ works with pulumi_dli.native.FlinkJarJob alone; use adopt_job_id here",
        ),
        (
            lambda: FlinkJarJob.get("etl", 1, opts=ResourceOptions(import_="1")),
            "opts.import_ works with pulumi_dli.native.FlinkJarJob alone; use adopt_job_id here",
        ),
        (
            lambda: job(opts=ResourceOptions(parent=cast("Any", "etl"))),
            "opts.parent is a str; use a resource",
        ),
        *(
            (
                lambda name=name: job(**{name: PLANTED}),
                f"{name}: there is no such argument; remove it",
            )
            for name in (
                "owner",
                "endpoint",
                "own_place",
                "former_owners",
                "retained",
                "__provider",
            )
        ),
    ],
)
def test_a_wrong_call_is_one_sentence(
    jobs: Jobs, program: Callable[[], Any], sentence: str
) -> None:
    del jobs
    assert refused(program) == f"FlinkJarJob etl: {sentence}"


def test_the_native_class_takes_an_import(jobs: Jobs) -> None:
    run(lambda: native.FlinkJarJob("etl", name="etl", opts=ResourceOptions(import_="1")).urn)
    assert jobs.inputs["name"] == "etl"


@pytest.mark.parametrize("written", ["138", " 138\n", "138.0", 138, 138.0])
def test_an_id_in_whatever_form_it_comes(written: Any) -> None:
    assert repr(given.job_id("id", written)) == "138"
    assert given.resource_id("etl", written) == "138"


def test_a_job_is_read_by_whatever_its_id_is(jobs: Jobs) -> None:
    del jobs
    ways = [138, 138.0, " 138", Output.from_input(138.0), Output.secret("138")]
    ids = [FlinkJarJob.get("etl", cast("Any", way)).job_id for way in ways]
    ids.append(FlinkJarJob("etl", opts=ResourceOptions(id=cast("Any", 138))).job_id)
    assert run(lambda: Output.all(*ids)) == [138] * 6


@pytest.mark.parametrize(
    ("written", "what"),
    [
        *((value, "") for value in ("x", "", " ", "-1", "1.5", "1_0", "१", "9" * 5000)),
        *((value, "") for value in (0, -3, 0.0, 1.5, float("nan"), float("inf"), 2**63, 10**400)),
        (True, "a bool, "),
        (None, "None, "),
        ([138], "a list, "),
        (b"138", "a bytes, "),
    ],
    ids=lambda value: repr(value)[:12],
)
def test_what_is_no_id_is_one_sentence(written: Any, what: str) -> None:
    sentence = f"{what}not the id of a Flink job; use the number that DLI shows"
    told = refused_at_once(lambda: FlinkJarJob.get("etl", written))
    assert told == f"FlinkJarJob etl: id is {sentence}"
    if written is not None:
        told = refused_at_once(lambda: get_flink_jar_job(job_id=written))
        assert told == f"job_id is {sentence}"


def test_an_output_that_is_no_id_is_one_sentence(jobs: Jobs) -> None:
    del jobs
    for written in None, "", True:
        output = Output.from_input(cast("Any", written))
        told = refused(lambda output=output: FlinkJarJob.get("etl", output).urn)  # type: ignore[misc]
        assert told.endswith("not the id of a Flink job; use the number that DLI shows")


def test_an_output_of_text_is_an_id_of_mocks_only(loop: asyncio.AbstractEventLoop) -> None:
    output = given.resource_id("etl", Output.from_input("x"))
    with pytest.raises(pulumi.RunError, match="not the id of a Flink job"):
        loop.run_until_complete(cast("Output[str]", output).future())


def test_a_job_may_be_looked_for_in_another_place(jobs: Jobs) -> None:
    region = Output.from_input("eu-de")
    run(lambda: FlinkJarJob.get("etl", 138, region=region, project_id="p").urn)
    assert (jobs.inputs["region"], jobs.inputs["project_id"]) == ("eu-de", "p")
    told = refused_at_once(lambda: FlinkJarJob.get("etl", 138, region=""))
    assert told == "region is empty; give it a value"
    number = Output.from_input(cast("Any", 5))
    told = refused(lambda: FlinkJarJob.get("etl", 138, project_id=number).urn)
    assert told == "project_id is an int; use text"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (None, "is None; use text"),
        (5, "is an int; use text"),
        (["a"], "is a list; use text"),
        ("", "is empty; give it a value"),
        (" ", "is empty; give it a value"),
        ("a\nb", "holds characters that no name has; remove them"),
        ("a\ud800", "holds characters that no name has; remove them"),
    ],
)
def test_a_name_that_can_be_none_is_one_sentence(wrong: Any, sentence: str) -> None:
    asked: list[tuple[str, Callable[[], object]]] = [("name", lambda: get_queue(wrong))]
    if wrong is not None:
        asked += [
            ("name", lambda: get_flink_jar_job(name=wrong)),
            ("region", lambda: get_queue("q", region=wrong)),
            ("project_id", lambda: get_queue("q", project_id=wrong)),
            ("queue_name", lambda: list_flink_jar_jobs(queue_name=wrong)),
            ("status", lambda: list_flink_jar_jobs(status=wrong)),
            ("tags.team", lambda: list_flink_jar_jobs(tags={"team": wrong or " "})),
        ]
    for where, ask in asked:
        assert refused_at_once(ask) == f"{where} {sentence}"


def test_tags_that_no_filter_can_say_are_one_sentence() -> None:
    for wrong in {"a=b": "c"}, {"a,b": "c"}, {"a": "b,c"}:
        with pytest.raises(pulumi.RunError, match="the job list cannot look for a comma"):
            list_flink_jar_jobs(tags=wrong)
    with pytest.raises(pulumi.RunError, match="tags is a list; use a mapping"):
        list_flink_jar_jobs(tags=cast("Any", ["team"]))


def test_a_project_that_can_be_none_is_one_sentence() -> None:
    with pytest.raises(pulumi.RunError) as caught:
        get_queue("q", project_id="a/b")
    assert str(caught.value) == "project_id: has the wrong form; use 1 to 64 letters and digits"


def test_an_output_that_comes_to_none_is_left_out(jobs: Jobs) -> None:
    nothing: Output[Any] = Output.from_input(None)
    name = run(lambda: FlinkJarJob("etl", name=nothing, queue_name=nothing).name)
    assert name == f"etl-dev-{jobs.inputs['owner'][:6]}"
    assert run(lambda: FlinkJarJob("etl", cu_number=nothing).cu_number) == 2
    assert run(lambda: FlinkJarJob("etl", obs_bucket=nothing).obs_bucket) is None
    assert run(lambda: FlinkJarJob("etl", name=Output.from_input("orders")).name) == "orders"


def test_sizes_are_whole_numbers_again(jobs: Jobs) -> None:
    del jobs
    sizes = run(lambda: FlinkJarJob("etl", resource_config={"max_slot": 2}).resource_config)
    assert repr(sizes) == "{'max_slot': 2}"


def test_an_argument_that_holds_itself_is_one_sentence() -> None:
    tags: dict[str, Any] = {}
    tags["a"] = tags
    with pytest.raises(pulumi.RunError, match="an argument holds itself, or is nested too deep"):
        given.arguments("etl", {"tags": tags}, {})


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (
            {"desc": lambda: PLANTED, "image": object()},
            ["desc is a function", "image is an object"],
        ),
        (
            {"desc": {PLANTED}, "cu_number": 0, "tags": {"pulumi-x": PLANTED}, "nonsense": PLANTED},
            ["desc is a set", "cu_number: 0 is too", "tags.pulumi-x: this key", "nonsense: there"],
        ),
        (
            {"owner": PLANTED, "_x": 1, "tm_cus": "two", "main_class": f"{PLANTED}\ud800"},
            ["owner: there is no", "_x: there is no", "tm_cus: is not a", "main_class holds half"],
        ),
        (
            {"runtime_config": {"a": b"", "b": Output.from_input(1)}, "checkpoint_interval": 0},
            ["runtime_config.a is a bytes", "checkpoint_interval: 0 is too small"],
        ),
        (
            {"desc": b"", "parallel_number": Output.from_input(0), "log_enabled": "perhaps"},
            ["desc is a bytes", "log_enabled: is not a flag"],
        ),
    ],
)
def test_all_mistakes_are_told_at_once_where_one_cannot_be_sent(
    loop: asyncio.AbstractEventLoop, wrong: dict[str, Any], named: list[str]
) -> None:
    del loop
    text = refused_at_once(lambda: given.arguments("etl", wrong, {}))
    assert text.startswith("FlinkJarJob etl: ")
    assert [each for each in named if each not in text] == []
    assert text.count("; also ") == len(named) - 1
    assert "\n" not in text


@pytest.mark.parametrize(
    ("call", "problem", "way"),
    [
        (lambda: JOB(PLANTED), "too many positional arguments", "job(name=…, job_id=…, region=…"),
        (lambda: JOB(nam=PLANTED), "got an unexpected keyword argument 'nam'", "job(name=…, job"),
        (lambda: JOBS(PLANTED), "too many positional arguments", "jobs(queue_name=…, status=…, "),
        (
            lambda: QUEUE(region=PLANTED),
            "missing a required argument: 'name'",
            "queue(name, region",
        ),
        (lambda: QUEUE("q", PLANTED), "too many positional arguments", "queue(name, region=…, "),
        (lambda: QUEUE("q", name=PLANTED), "multiple values for argument 'name'", "queue(name, "),
        (
            lambda: READ("etl"),
            "missing a required argument: 'id'",
            "get(resource_name, id, region=",
        ),
    ],
)
def test_a_call_that_does_not_fit_is_told_how_to_call(
    call: Callable[[], object], problem: str, way: str
) -> None:
    whose, told = refused_at_once(call).split(": ", 1)
    assert told.startswith(f"{problem}; call it as {whose}(")
    assert way in told
