"""What users write against the field table: the same names, the same texts, the same door."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from typing import Any

import pulumi_dli
import pytest
from pulumi_dli import arguments, resource
from pulumi_dli.job.options import Options, Timeouts
from pulumi_dli.job.spec import FIELDS, JobSpec, ResourceConfig, ResourceSpec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

CLASSES = [
    node
    for module in (arguments, resource)
    for node in ast.parse(inspect.getsource(module)).body
    if isinstance(node, ast.ClassDef)
]


def texts(name: str) -> dict[str, str]:
    """The names that a class annotates, each with the text under it."""
    [found] = [each for each in CLASSES if each.name == name]
    lines: dict[str, str] = {}
    last = ""
    for node in found.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            last = node.target.id
            lines[last] = ""
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and last:
            lines[last] = " ".join(str(node.value.value).split())
            last = ""
    return lines


def described(fields: Mapping[str, FieldInfo]) -> dict[str, str]:
    return {name: " ".join(str(field.description).split()) for name, field in fields.items()}


def test_the_arguments_are_the_tables_in_its_order_with_its_texts() -> None:
    table = described(JobSpec.model_fields) | described(Options.model_fields)
    assert texts("FlinkJarJobArgs") == table
    assert list(texts("FlinkJarJobArgs")) == [*FIELDS, *Options.model_fields]


@pytest.mark.parametrize(
    ("name", "model"), [("ResourceSpecArgs", ResourceSpec), ("ResourceConfigArgs", ResourceConfig)]
)
def test_the_small_arguments_are_the_tables(name: str, model: type[BaseModel]) -> None:
    given = texts(name)
    assert list(given) == list(model.model_fields)
    for field, text in described(model.model_fields).items():
        assert given[field]
        assert text in ("None", given[field])


def test_the_timeouts_are_the_tables_with_their_defaults() -> None:
    given = texts("TimeoutsArgs")
    for name, field in Timeouts.model_fields.items():
        default = Timeouts.model_fields[name].default
        assert given[name] == f"{field.description} Default: {default}."
    assert list(given) == list(Timeouts.model_fields)


def test_the_outputs_are_the_arguments_and_those_of_the_provider() -> None:
    annotated = list(texts("FlinkJarJob"))
    assert set(annotated) == {*texts("FlinkJarJobArgs"), *resource.OUTPUTS, "owner"}
    assert len(annotated) == len(set(annotated))


def test_every_output_of_the_providers_own_has_a_text() -> None:
    given = texts("FlinkJarJob")
    assert all(given[name] for name in (*resource.OUTPUTS, "owner"))


def test_every_argument_may_be_left_out_or_none() -> None:
    assert arguments.FlinkJarJobArgs.__required_keys__ == frozenset()
    for name, annotation in arguments.FlinkJarJobArgs.__annotations__.items():
        assert "None" in str(annotation), name


def test_the_door_is_sorted_and_complete() -> None:
    public = {
        name
        for name, value in vars(pulumi_dli).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"
    }
    assert set(pulumi_dli.__all__) == public
    assert pulumi_dli.__all__ == sorted(pulumi_dli.__all__)


def test_everything_behind_the_door_says_what_it_is() -> None:
    for name in pulumi_dli.__all__:
        value: Any = getattr(pulumi_dli, name)
        assert value.__doc__
        assert not value.__doc__.startswith("dict(")
