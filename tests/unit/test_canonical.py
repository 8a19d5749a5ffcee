"""Equal spellings, and the two forms of a value on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.job.canonical import canonical, from_wire, megabytes, text_of, to_wire
from pulumi_dli.job.detail import same

sizes = st.integers(1, 64)
texts = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4)


@given(sizes, st.sampled_from(["{0}", "{0}G", "{0}g", "{0} GB", " {0}.0 gb "]))
def test_gigabytes_equal_their_megabytes(size: int, spelling: str) -> None:
    assert megabytes(spelling.format(size)) == megabytes(f"{size * 1024} MB") == size * 1024


@pytest.mark.parametrize("text", ["", "G", "lots", "4 TB", "-4G", "4G 2M", "4,5G"])
def test_no_size(text: str) -> None:
    assert megabytes(text) is None


@given(sizes, st.sampled_from(["4G", "4 GB", "4096 MB", "4", 4, 4.0]))
def test_equal_sizes_are_the_same_configuration(slots: int, memory: Any) -> None:
    live = {
        "max_slot": slots,
        "parallel_number": 1,
        "jobmanager_resource_spec": {"cpu": 1.0, "memory": "4G"},
    }
    wanted = {"max_slot": float(slots), "jobmanager_resource_spec": {"memory": memory}}
    assert same("resource_config", live, wanted)
    assert not same("resource_config", live, {**wanted, "max_slot": slots + 1})
    assert not same("resource_config", live, {"jobmanager_resource_spec": {"memory": "5G"}})


@pytest.mark.parametrize("name", ["desc", "tags", "dependency_jars", "queue_name", "image"])
@given(st.sampled_from([None, "", [], {}]), st.sampled_from([None, "", [], {}]))
def test_null_equals_empty(name: str, one: Any, other: Any) -> None:
    assert same(name, one, other)


@pytest.mark.parametrize(("name", "value"), [("cu_number", 0), ("log_enabled", False)])
def test_zero_and_false_are_not_empty(name: str, value: Any) -> None:
    assert not same(name, None, value)


@given(st.integers(-1, 10**6))
def test_a_float_equals_its_integer(number: int) -> None:
    assert same("resume_max_num", number, float(number))


@given(st.text(alphabet="aB1_", min_size=1))
def test_a_queue_has_no_case(name: str) -> None:
    assert same("queue_name", name.lower(), name)


@given(st.permutations(["a", "b", "c"]))
def test_order_counts_only_where_it_means_something(items: list[str]) -> None:
    assert same("dependency_files", items, ["a", "b", "c"], unordered=True)
    assert same("dependency_jars", items, ["a", "b", "c"]) is (items == ["a", "b", "c"])


@given(texts)
def test_maps_have_no_order(tags: dict[str, str]) -> None:
    assert same("tags", dict(reversed(tags.items())), tags)


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.booleans(), min_size=1))
def test_numbers_and_flags_in_maps_equal_their_text(tags: dict[str, Any]) -> None:
    assert same("tags", {key: text_of(value) for key, value in tags.items()}, tags)


@given(st.lists(st.text(alphabet="ab-1", min_size=1), min_size=1, max_size=4))
def test_arguments_as_a_list_equal_the_joined_string(items: list[str]) -> None:
    assert same("entrypoint_args", f" {' '.join(items)} ", items)
    assert to_wire("entrypoint_args", items) == " ".join(items)


@pytest.mark.parametrize("path", ["b/c", "b/c/", "obs://b/c", "obs://b/c/"])
def test_a_checkpoint_path_has_no_scheme_and_no_last_slash(path: str) -> None:
    assert same("checkpoint_path", "b/c/", path)


def test_keys_that_the_service_adds_to_the_runtime_config_do_not_differ() -> None:
    assert same("runtime_config", {"a": "1", "b": "2"}, {"a": 1})
    assert same("runtime_config", {"b": "2"}, None)
    assert not same("runtime_config", {"b": "2"}, {"a": 1})
    assert not same("runtime_config", None, {"a": 1})


@given(texts)
def test_the_runtime_config_goes_over_the_wire_and_back(config: dict[str, str]) -> None:
    sent = to_wire("runtime_config", config)
    assert json.loads(sent) == [{"key": key, "value": value} for key, value in config.items()]
    assert from_wire("runtime_config", sent) == config


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("", {}),
        ("  ", {}),
        ('{"a": 1, "b": true}', {"a": "1", "b": "true"}),
        ("a=1\nb = x=y\nnonsense", {"a": "1", "b": "x=y"}),
        ('[{"key": "a"}, {"value": "x"}, 5]', {"a": ""}),
        ("5", {}),
    ],
)
def test_other_forms_of_a_runtime_config_are_read(text: str, config: dict[str, str]) -> None:
    assert from_wire("runtime_config", text) == config


@pytest.mark.parametrize(
    ("wire", "mode"),
    [
        ("exactly_once", "exactly_once"),
        ("at_least_once", "at_least_once"),
        (1, "exactly_once"),
        ("2", "at_least_once"),
        (None, None),
        ("3", "3"),
    ],
)
def test_checkpoint_modes_are_read_in_both_forms(wire: Any, mode: Any) -> None:
    assert from_wire("checkpoint_mode", wire) == mode


def test_checkpoint_modes_are_sent_as_numbers() -> None:
    assert to_wire("checkpoint_mode", "exactly_once") == 1
    assert to_wire("checkpoint_mode", "at_least_once") == 2


def test_tags_are_sent_as_pairs() -> None:
    assert to_wire("tags", {"a": "1"}) == [{"key": "a", "value": "1"}]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=5,
)


@given(json_values)
def test_a_form_of_a_form_is_that_form(value: Any) -> None:
    if isinstance(value, dict):
        once = canonical("resource_config", value)
        assert canonical("resource_config", once) == once
    once = canonical("main_class", value)
    assert canonical("main_class", once) == once
