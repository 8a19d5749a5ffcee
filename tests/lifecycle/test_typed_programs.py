"""The right programs of tests/typed_programs.py run: what the checkers allow, works."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pulumi
import pytest
import typed_programs
from pulumi.runtime import set_mocks
from pulumi.runtime.config import get_config_env, set_all_config
from pulumi_dli import FlinkJarJob, resource
from pulumi_dli.testing.local_dli import LocalDli
from pulumi_dli.testing.mocks import DliMocks
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

CONFIG = {
    "typed:arguments": "--password planted",
    "typed:password": "planted",
    "typed:parallel": "2",
    "typed:cus": "3",
}
Program = Callable[[], Any]


class Sizes(TypedDict, total=False):
    """ResourceConfig, as pydantic can read it."""

    max_slot: int
    parallel_number: int
    jobmanager_resource_spec: dict[str, float | str]
    taskmanager_resource_spec: dict[str, float | str]


# The SDK's mocks leave an event loop open in each thread that they work in.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def dli(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> Iterator[LocalDli]:
    del loop
    made = LocalDli(tmp_path / "dli")
    before = get_config_env()
    set_all_config(CONFIG)
    yield made
    set_all_config(before)
    made.close()


@contextmanager
def mocks(dli: LocalDli, project: str) -> Iterator[DliMocks]:
    """Mocks in the engine's place, with the local DLI behind them."""
    made = DliMocks(dli)
    set_mocks(made, project=project, stack="dev", preview=False)
    yield made
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


def test_the_right_programs_run(dli: LocalDli, subtests: pytest.Subtests) -> None:
    for program in programs("right_"):
        with subtests.test(program.__name__), mocks(dli, program.__name__) as made:
            assert run(program)
            assert made.lines


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
def test_each_output_has_a_value_of_its_type(
    dli: LocalDli, made: Callable[[], FlinkJarJob]
) -> None:
    types = promised()
    assert len(types) > 50

    def outputs() -> list[Any]:
        job = made()
        return [getattr(job, name) for name in types]

    with mocks(dli, "shop"):
        values = run(outputs)
    for (name, hint), value in zip(types.items(), values, strict=True):
        try:
            TypeAdapter(hint).validate_python(value, strict=True)
        except ValidationError as error:
            pytest.fail(f"{name}: {error}")


def test_there_are_enough_programs_of_both_kinds() -> None:
    lines = inspect.getsource(typed_programs).splitlines()
    assert len(programs("right_")) >= 25
    assert len([line for line in lines if "  # type: ignore[" in line]) >= 60
