"""The right programs of tests/typed_programs.py run: what the checkers allow, works."""

from __future__ import annotations

import ast
import asyncio
import inspect
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pulumi
import pytest
import typed_programs
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.config import get_config_env, set_all_config
from pulumi_dli import FlinkJarJob, resource
from pulumi_dli.job.naming import TYPE
from pydantic import TypeAdapter, ValidationError
from stack import Stack, sent
from typing_extensions import TypedDict

CONFIG = {
    "typed:arguments": "--password planted",
    "typed:password": "planted",
    "typed:parallel": "2",
    "typed:cus": "3",
}
SECRET = "4dabf18193072939515e22adb298388d"  # the SDK's own mark of a wrapped value
Program = Callable[[], Any]


class Sizes(TypedDict, total=False):
    """ResourceConfig, as pydantic can read it."""

    max_slot: int
    parallel_number: int
    jobmanager_resource_spec: dict[str, float | str]
    taskmanager_resource_spec: dict[str, float | str]


# The SDK's mocks leave an event loop open in each thread that they work in.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Engine(Mocks):
    """Takes a job through check and create, or reads it, on a local DLI."""

    def __init__(self, stack: Stack, project: str) -> None:
        self._session = stack.session()
        self._project = project
        self._one = threading.Lock()  # the clock is one for all
        self.made: list[str] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.typ != TYPE:
            return args.name, args.inputs
        urn = f"urn:pulumi:dev::{self._project}::{TYPE}::{args.name}"
        inputs = sent(plain(args.inputs))
        with self._one:
            if args.resource_id:
                found = self._session.read(urn, int(args.resource_id), inputs)
                assert found is not None
                return args.resource_id, sent(found[0])
            filled, problems = self._session.check(urn, {}, inputs, frozenset())
            assert problems == []
            job_id, outs = self._session.create(urn, {**inputs, **filled}, None)
            self.made.append(args.name)
            return str(job_id), sent(outs)

    def call(self, args: MockCallArgs) -> Any:
        raise NotImplementedError(args.token)


def plain(value: Any) -> Any:
    """Inputs as a provider gets them: without the SDK's marks of secrets, and its own."""
    if isinstance(value, dict):
        if SECRET in value:
            return plain(value.get("value"))
        items = ((key, plain(item)) for key, item in value.items() if key != "__provider")
        return {key: item for key, item in items if item is not None}
    return [plain(item) for item in value] if isinstance(value, list) else value


@pytest.fixture
def stack(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> Iterator[Stack]:
    """A local DLI that look-ups find too."""
    del loop
    made = Stack(tmp_path)
    before = get_config_env()
    set_all_config({f"dli:{key}": text for key, text in made.config.items()} | CONFIG)
    yield made
    set_all_config(before)
    made.close()


def programs(prefix: str) -> list[Program]:
    found = vars(typed_programs).items()
    return [program for name, program in found if name.startswith(prefix)]


def run(program: Program) -> list[Any]:
    """Run a program to its end; gives the values of the outputs and URNs that it returns."""
    seen: list[Any] = []

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def whole() -> Any:
        returned = program()
        each = returned if isinstance(returned, list) else [returned]
        outputs = [item.urn if isinstance(item, pulumi.Resource) else item for item in each]
        return pulumi.Output.all(*outputs).apply(seen.append)

    whole()
    return list(seen[0])


def test_the_right_programs_run(stack: Stack, subtests: pytest.Subtests) -> None:
    for program in programs("right_"):
        with subtests.test(program.__name__):
            engine = Engine(stack, program.__name__)
            set_mocks(engine, project=program.__name__, stack="dev", preview=False)
            assert run(program)
            assert engine.made


def promised() -> dict[str, Any]:
    """The type of each output of a job, as the source says it; the SDK is given only some."""
    names = {"Any": Any, "Literal": Literal, "ResourceConfig": Sizes, "Timeouts": dict[str, float]}
    [body] = [
        node.body
        for node in ast.parse(inspect.getsource(resource)).body
        if isinstance(node, ast.ClassDef)
    ]
    return {
        node.target.id: eval(ast.unparse(node.annotation.slice), names)  # noqa: S307 -- our own
        for node in body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.annotation, ast.Subscript)
    }


@pytest.mark.parametrize(
    "made",
    [
        typed_programs.source,
        lambda: FlinkJarJob.get("found", typed_programs.source().id),
        typed_programs.right_every_output_of_a_job_that_sets_much,
        typed_programs.right_every_output_of_a_job_that_is_only_read,
        typed_programs.right_sizes_as_classes,
        typed_programs.right_none_leaves_out,
    ],
    ids=["sets little", "is read", "sets much", "from a read one", "sizes", "none"],
)
def test_each_output_has_a_value_of_its_type(stack: Stack, made: Callable[[], FlinkJarJob]) -> None:
    set_mocks(Engine(stack, "shop"), project="shop", stack="dev", preview=False)
    types = promised()
    assert len(types) > 50

    def outputs() -> list[Any]:
        job = made()
        return [getattr(job, name) for name in types]

    for (name, hint), value in zip(types.items(), run(outputs), strict=True):
        try:
            TypeAdapter(hint).validate_python(value, strict=True)
        except ValidationError as error:
            pytest.fail(f"{name}: {error}")


def test_there_are_enough_programs_of_both_kinds() -> None:
    lines = inspect.getsource(typed_programs).splitlines()
    assert len(programs("right_")) >= 25
    assert len([line for line in lines if "  # type: ignore[" in line]) >= 60
