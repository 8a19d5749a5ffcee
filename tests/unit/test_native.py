"""What the native front makes of the tables, and properties as the engine's protocol has them."""

from __future__ import annotations

import ast
import gc
import pickle
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pages
import pulumi
import pulumi_dli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.arguments import FlinkJarJobArgs
from pulumi_dli.artifacts.names import LocalFile
from pulumi_dli.dynamic import PROVIDER_KEY, FlinkJarJobProvider
from pulumi_dli.job.naming import NATIVE_TYPE, TYPE, mark_of
from pulumi_dli.job.spec import SECRET_FIELDS
from pulumi_dli.native import Provider, ProviderArgs
from pulumi_dli.native.provider import SECRETS
from pulumi_dli.native.schema import schema
from pulumi_dli.native.wire import DYNAMIC, SIGNATURE, UNKNOWN, Props, Secret, like, plain, write
from pulumi_dli.native.wording import of_a_provider
from pulumi_dli.resource import OUTPUTS
from pulumi_dli.sdk.aliases import of_other_front
from pulumi_dli.settings.resolve import resolve
from pulumi_dli.settings.sources import SETTINGS, looked_at

SCHEMA = schema()
[JOB] = SCHEMA["resources"].values()


def camel(name: str) -> str:
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)


def test_the_dynamic_provider_is_named_as_the_sdk_names_it() -> None:
    [named] = DYNAMIC.values()
    assert b64decode(named) == pickle.dumps(FlinkJarJobProvider(), protocol=4)
    assert list(DYNAMIC) == [PROVIDER_KEY]


def test_the_schema_has_every_argument_and_output() -> None:
    assert JOB["inputProperties"].keys() == FlinkJarJobArgs.__annotations__.keys()
    outputs = {*FlinkJarJobArgs.__annotations__, *OUTPUTS, "owner"} - {"failure"}
    assert JOB["properties"].keys() == outputs
    for side in "inputProperties", "properties":
        assert {n for n, each in JOB[side].items() if each.get("secret")} == SECRET_FIELDS
        assert all(each["description"] for each in JOB[side].values())
    assert JOB["inputProperties"]["project_id"]["willReplaceOnChanges"]
    assert SCHEMA["language"]["python"]["packageName"] != "pulumi_dli"


def test_the_schema_has_every_setting_and_so_has_the_provider() -> None:
    settings = SCHEMA["provider"]["inputProperties"]
    assert settings == SCHEMA["config"]["variables"]
    assert settings.keys() == SETTINGS.keys()
    assert {camel(name) for name in ProviderArgs.__annotations__} == SETTINGS.keys()
    secret = {key for key, setting in SETTINGS.items() if setting.secret}
    assert secret == {camel(name) for name in SECRETS}
    assert secret == {key for key, each in settings.items() if each.get("secret")}


def sentences() -> Iterator[str]:
    """What the rooms that both fronts share say of settings, with `region` for each of them."""
    package = Path(pulumi_dli.__file__).parent
    gc.collect()  # see test_local_cli.py: nothing may go while Python parses
    for file in package.rglob("*.py"):
        room, *_ = file.relative_to(package).parts
        if room in ("command", "local", "native", "testing") or file.name == "program.py":
            continue
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        whole = [node for node in nodes if isinstance(node, ast.JoinedStr)]
        parts = [part for node in whole for part in node.values]
        docs = [node.value for node in nodes if isinstance(node, ast.Expr)]
        for node in nodes:
            if isinstance(node, ast.Constant) and node not in parts and node not in docs:
                text = str(node.value)
            elif isinstance(node, ast.JoinedStr):
                values = (getattr(each, "value", "") for each in node.values)
                text = "".join(each if isinstance(each, str) else "region" for each in values)
            else:
                continue
            if re.search(r"\bdli:[a-z]+\b(?!:)|pulumi config|the stack's settings", text):
                yield text


def test_no_sentence_of_a_provider_speaks_of_the_stack_s_configuration() -> None:
    told = list(sentences())
    assert len(told) > 20
    for text in told:
        said = of_a_provider(text)
        assert not re.search(r"dli:|pulumi config|stack config|the stack's settings", said)
    assert of_a_provider(looked_at("region", "projectId")).startswith(
        "argument region, project_id; the provider's region, the provider's projectId; environment"
    )
    assert of_a_provider("dli:index:FlinkJarJob") == "dli:index:FlinkJarJob"
    assert of_a_provider("job dli is here") == "job dli is here"


def test_a_setting_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(pulumi.RunError, match="Provider p: regoin: there is no such setting"):
        Provider("p", regoin="eu-de")  # type: ignore[call-arg]


def test_the_settings_of_the_page_s_provider_lead_somewhere(tmp_path: Path) -> None:
    [page] = [each for each in pages.blocks("native.md") if each.section == "Explicit providers"]
    nodes = ast.walk(ast.parse(page.text.replace("…", "...")))
    [made] = [n for n in nodes if isinstance(n, ast.Call) and ast.unparse(n.func) == "Provider"]
    given = {
        camel(str(each.arg)): str(each.value.value)
        if isinstance(each.value, ast.Constant) and each.value.value != "..."
        else "planted"
        for each in made.keywords
    }
    assert resolve(given, {}, directory=tmp_path).endpoint.startswith("https://dli.")


def test_both_fronts_have_one_mark() -> None:
    urn = f"urn:pulumi:dev::shop::shop:index:Team${TYPE}::orders"
    assert mark_of("acme", urn) == mark_of("acme", urn.replace(TYPE, NATIVE_TYPE))
    assert mark_of("acme", urn) != mark_of("other", urn)


def test_each_alias_of_a_program_has_the_other_fronts_type_too() -> None:
    aliases: list[Any] = [
        pulumi.Alias(name="old"),
        pulumi.Alias(name="typed", type_="shop:index:Job"),
        f"urn:pulumi:dev::shop::{TYPE}::older",
    ]
    opts = pulumi.ResourceOptions(aliases=aliases)
    own, renamed, whole = of_other_front("orders", opts, TYPE, NATIVE_TYPE)
    here = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}"
    assert own == f"{here}::{NATIVE_TYPE}::orders"
    assert isinstance(renamed, pulumi.Alias)
    assert (renamed.name, renamed.type_) == ("old", NATIVE_TYPE)
    assert whole == f"urn:pulumi:dev::shop::{NATIVE_TYPE}::older"


def test_a_job_with_a_parent_was_below_it_on_the_other_front_too() -> None:
    team = object.__new__(pulumi.ComponentResource)  # no engine is told of it
    opts = pulumi.ResourceOptions(parent=team)
    [own] = of_other_front("orders", opts, TYPE, NATIVE_TYPE)
    assert isinstance(own, pulumi.Alias)
    assert own.type_ == NATIVE_TYPE


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just(UNKNOWN),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8).filter(lambda key: key != SIGNATURE), inner)
        | inner.map(Secret)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), VALUES.filter(lambda value: value is not None)))
def test_properties_come_back_as_they_were_sent(props: dict[str, Any]) -> None:
    assert Props.read(write(props)).marked == props


@given(VALUES)
def test_a_value_is_as_secret_as_the_one_in_its_place(marked: Any) -> None:
    again = like(plain(marked), marked)
    assert plain(again) == plain(marked)
    assert not _open(again) & _shut(marked)


def _open(value: Any) -> set[Any]:
    """The texts that stand in the open."""
    match value:
        case dict():
            return {text for item in value.values() for text in _open(item)}
        case list():
            return {text for item in value for text in _open(item)}
        case str():
            return {value}
    return set()


def _shut(value: Any) -> set[Any]:
    """The texts that stand in secrets alone."""
    return _open(plain(value)) - _open(value)


def test_a_local_file_is_one_and_another_asset_is_none() -> None:
    asset = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "hash": "x"}
    props = write({"entrypoint": {**asset, "path": "a.jar"}, "dependency_jars": [asset]})
    read = Props.read(props)
    assert read.known["entrypoint"] == LocalFile("a.jar")
    assert read.known["dependency_jars"] == [{"hash": "x"}]
