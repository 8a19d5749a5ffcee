"""Pulumi's own mocks in the engine's place, as users' unit tests have them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pulumi
import pytest
from pulumi import Output
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks
from pulumi_dli import FlinkJarJob, get_flink_jar_job, get_queue, list_flink_jar_jobs, native
from pulumi_dli.results import GetFlinkJarJobResult, GetQueueResult
from pulumi_dli.sdk.mocks import number

# The SDK's mocks leave an event loop open in each thread that they work in.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Customary(Mocks):
    """What Pulumi's documentation shows: ids made of names, inputs as outputs."""

    def __init__(self) -> None:
        self.ids = "{}_id"
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.outputs: dict[str, Any] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        made = {**args.inputs, **self.outputs}
        return args.resource_id or self.ids.format(args.name), made

    def call(self, args: MockCallArgs) -> Any:
        self.asked.append((args.token, args.args))
        return self.answers.get(args.token, {})


@pytest.fixture
def mocks(loop: asyncio.AbstractEventLoop) -> Customary:
    del loop
    made = Customary()
    set_mocks(made, preview=False)
    return made


def run(program: Callable[[], Any]) -> Any:
    """Run a program to its end; gives the value of the output that it returns."""
    seen: list[Any] = []

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def whole() -> Any:
        return Output.from_input(program()).apply(seen.append)

    whole()
    return seen[0]


def test_the_number_of_an_id() -> None:
    assert number("138") == 138
    assert number("job-123") == 123
    assert number("orders_id") == number("orders_id") > 0
    assert number("orders_id") != number("clicks_id")


@pytest.mark.parametrize(("ids", "told"), [("{}_id", number("orders_id")), ("job-123", 123)])
def test_a_customary_id_has_a_number(mocks: Customary, ids: str, told: int) -> None:
    mocks.ids = ids
    assert run(lambda: FlinkJarJob("orders", queue_name="q").job_id) == told


@pytest.mark.parametrize("by", ["id", "job_id"])
def test_a_job_is_read_by_another_s_id(mocks: Customary, by: str) -> None:
    def program() -> Any:
        first = FlinkJarJob("orders", queue_name="q")
        return FlinkJarJob.get("again", getattr(first, by)).job_id

    assert run(program) == number("orders_id")
    assert mocks.asked == []


def test_an_argument_that_is_left_out_stands_at_its_default(mocks: Customary) -> None:
    del mocks
    assert run(lambda: FlinkJarJob("orders", queue_name="q").cu_number) == 2


class Team(native.FlinkJarJob):
    """A job of a program's own class."""


WHOLE = {"create_time": 1795830023385, "restart_times": 3, "real_cu_number": 6, "cu_number": 4}


@pytest.mark.parametrize("kind", [FlinkJarJob, native.FlinkJarJob, Team])
@pytest.mark.parametrize("read", [False, True])
def test_whole_numbers_are_whole_with_every_class(
    mocks: Customary, kind: type[FlinkJarJob], read: bool
) -> None:
    """On the wire every number is a float."""
    mocks.outputs = {**WHOLE, "set_arguments": ["cu_number"]}

    def program() -> Any:
        made = kind.get("orders", 7) if read else kind("orders", queue_name="q", cu_number=4)
        return Output.all(*(getattr(made, name) for name in WHOLE)).apply(repr)

    assert run(program) == repr([*WHOLE.values()])


def test_whole_numbers_of_the_native_look_ups_are_whole(mocks: Customary) -> None:
    job = {each.name: 7 for each in fields(GetFlinkJarJobResult)}
    job["definition"] = {"cu_number": 4}  # type: ignore[assignment]
    mocks.answers = {
        "dli:index:getQueue": dict.fromkeys(
            {each.name for each in fields(GetQueueResult)} - {"flink_jar_versions"}, 64
        ),
        "dli:index:getFlinkJarJob": job,
        "dli:index:listFlinkJarJobs": {"jobs": [job]},
    }
    found = native.get_flink_jar_job(name="orders")
    assert repr([found.job_id, found.create_time, found.definition]) == "[7, 7, {'cu_number': 4}]"
    assert native.list_flink_jar_jobs() == [found]
    assert repr(native.list_flink_jar_jobs()) == repr([found])
    assert repr(native.get_queue("streaming").cu_count) == "64"


def test_mocks_answer_the_look_ups(mocks: Customary) -> None:
    mocks.answers = {
        "dli:index:getQueue": {"cu_count": 64, "used_cu": 1.5, "flink_jar_versions": ["1.15"]},
        "dli:index:getFlinkJarJob": {"job_id": 7, "definition": {"cu_number": 4}},
        "dli:index:listFlinkJarJobs": {"jobs": [{"name": "a"}, {"name": "b"}]},
    }
    queue = get_queue("streaming", region="eu-de")
    assert (queue.name, queue.cu_count, queue.used_cu) == ("streaming", 64, 1.5)
    assert queue.flink_jar_versions == ("1.15",)
    assert queue.queue_type == ""
    job = get_flink_jar_job(name="orders")
    assert (job.job_id, job.name, job.start_time) == (7, "orders", 0)
    assert repr(job.definition["cu_number"]) == "4"
    assert get_flink_jar_job(job_id=8).job_id == 7
    assert [each.name for each in list_flink_jar_jobs(tags={"team": "shop"})] == ["a", "b"]
    assert mocks.asked == [
        ("dli:index:getQueue", {"name": "streaming", "region": "eu-de"}),
        ("dli:index:getFlinkJarJob", {"name": "orders"}),
        ("dli:index:getFlinkJarJob", {"job_id": 8}),
        ("dli:index:listFlinkJarJobs", {"tags": {"team": "shop"}}),
    ]


def test_mocks_that_answer_nothing_are_enough(mocks: Customary) -> None:
    del mocks
    assert get_queue("streaming").name == "streaming"
    assert get_flink_jar_job(job_id=7).job_id == 7
    assert list_flink_jar_jobs() == []


def test_mocks_may_answer_with_the_question(mocks: Customary) -> None:
    mocks.answers = {"dli:index:getQueue": {"name": "streaming", "region": "eu-de"}}
    assert get_queue("Streaming", region="eu-de").name == "streaming"


def test_a_look_up_asks_inside_a_program_too(mocks: Customary) -> None:
    mocks.answers = {"dli:index:getQueue": {"cu_count": 16}}

    def program() -> Any:
        first = FlinkJarJob("orders", queue_name="q")
        return first.queue_name.apply(lambda name: get_queue(str(name)).cu_count)

    assert run(program) == 16


def test_an_answer_with_another_name_is_one_sentence(mocks: Customary) -> None:
    mocks.answers = {"dli:index:getQueue": {"cuCount": 64, "name": "q"}}
    with pytest.raises(pulumi.RunError) as caught:
        get_queue("q")
    assert str(caught.value).startswith(
        "Mocks.call answers cuCount, which GetQueueResult does not have; it has: name, queue_type"
    )


def test_what_cannot_be_asked_is_refused_before_mocks_are(mocks: Customary) -> None:
    with pytest.raises(pulumi.RunError, match="region is empty"):
        get_queue("q", region="")
    assert mocks.asked == []
