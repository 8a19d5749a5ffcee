"""What a local file is called in OBS."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.artifacts.names import LocalFile, apart, holds, named
from pulumi_dli.errors import DliError

FOLDER = "obs://bucket/pulumi-dli/0123"
JAR = LocalFile("target/orders.jar")
CONTENT = {"target/orders.jar": "a" * 64, "lib/b.jar": "b" * 64}


def digest(path: str) -> str:
    if path not in CONTENT:
        raise DliError(f"{path!r} is not there")
    return CONTENT[path]


def name(files: dict[str, Any], olds: dict[str, Any], folder: str | None = FOLDER) -> Any:
    return named(files, olds, folder, digest)


def test_a_name_says_the_content_and_the_project() -> None:
    found = name({"entrypoint": JAR}, {})
    assert found.texts == {"entrypoint": f"{FOLDER}/orders-{'a' * 16}.jar"}
    assert found.files == {f"{FOLDER}/orders-{'a' * 16}.jar": "target/orders.jar"}
    assert not found.unknown
    assert not found.problems


def test_files_and_names_stand_beside_each_other_in_a_list() -> None:
    found = name({"dependency_jars": ["obs://x/y.jar", LocalFile("lib/b.jar")]}, {})
    assert found.texts == {
        "dependency_jars": ["obs://x/y.jar", f"{FOLDER}/b-{'b' * 16}.jar"],
    }


@pytest.mark.parametrize("folder", [FOLDER, None])
@pytest.mark.parametrize(
    "stored",
    [
        f"obs://other/elsewhere/renamed-{'a' * 16}.jar",
        f"obs://bucket/orders-{'a' * 16}",
        f"{FOLDER}/orders-{'a' * 16}.zip",
    ],
)
def test_what_is_stored_under_the_content_keeps_its_whole_name(
    stored: str, folder: str | None
) -> None:
    found = name({"entrypoint": JAR}, {"entrypoint": stored}, folder)
    assert (found.texts, found.unknown) == ({"entrypoint": stored}, set())
    assert found.files == {stored: "target/orders.jar"}


def test_an_item_keeps_its_name_wherever_it_stands() -> None:
    stored = f"obs://old/b-{'b' * 16}.jar"
    found = name(
        {"dependency_jars": [JAR, LocalFile("lib/b.jar")]}, {"dependency_jars": ["x/y", stored]}
    )
    assert found.texts["dependency_jars"][1] == stored


def contents(**of: str) -> Any:
    """Files `name.csv` of the contents 1, 2, …, in the order in which they are written."""
    return (
        {"dependency_files": [LocalFile(f"{stem}.csv") for stem in of]},
        lambda path: of[path.removesuffix(".csv")] * 64,
    )


def of(stem: str, content: str) -> str:
    return f"{FOLDER}/{stem}-{content * 16}.csv"


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        ([], {"a": "1", "b": "1"}, [("a", "1"), ("b", "1")]),
        ([("a", "1"), ("b", "1")], {"a": "1", "b": "1"}, [("a", "1"), ("b", "1")]),
        ([("a", "1"), ("b", "1")], {"b": "1", "a": "1"}, [("b", "1"), ("a", "1")]),
        ([("a", "1"), ("b", "2")], {"a": "2", "b": "2"}, [("a", "2"), ("b", "2")]),
        ([("a", "1"), ("b", "2")], {"a": "2", "b": "1"}, [("a", "2"), ("b", "1")]),
        ([("old", "1"), ("b", "2")], {"new": "1", "b": "2"}, [("old", "1"), ("b", "2")]),
        ([("old", "1")], {"new": "1", "other": "1"}, [("old", "1"), ("other", "1")]),
    ],
)
def test_files_of_one_content_are_told_apart_by_what_they_are_called(
    before: list[tuple[str, str]], now: dict[str, str], after: list[tuple[str, str]]
) -> None:
    files, digests = contents(**now)
    found = named(files, {"dependency_files": [of(*each) for each in before]}, FOLDER, digests)
    assert found.texts["dependency_files"] == [of(*each) for each in after]


@pytest.mark.parametrize(
    "path", ["orders.", "a.jar.", "...", ".", "a b ä.jar", f"x-{'c' * 16}.jar"]
)
def test_an_odd_name_says_its_content_too(path: str) -> None:
    found = named({"entrypoint": LocalFile(path)}, {}, FOLDER, lambda _: "c" * 64)
    name = found.texts["entrypoint"]
    assert holds(name, "c" * 64)
    assert not holds(name, "d" * 64)
    again = named({"entrypoint": LocalFile(path)}, {"entrypoint": name}, None, lambda _: "c" * 64)
    assert again.texts == found.texts


@pytest.mark.parametrize("stored", [f"obs://b/orders-{'b' * 16}.jar", "a/b", None, 5, ["x"]])
def test_other_content_gets_a_new_name(stored: Any) -> None:
    found = name({"entrypoint": JAR}, {"entrypoint": stored})
    assert found.texts["entrypoint"] == f"{FOLDER}/orders-{'a' * 16}.jar"


def test_a_bucket_that_is_not_known_yet_leaves_the_argument_open() -> None:
    found = name({"entrypoint": JAR, "dependency_jars": ["x/y", JAR]}, {}, None)
    assert (found.texts, found.unknown) == ({}, {"entrypoint", "dependency_jars"})


def test_a_file_that_cannot_be_read_is_told_by_its_argument() -> None:
    found = name({"entrypoint": LocalFile("gone.jar"), "dependency_jars": [JAR]}, {})
    assert found.problems == ["entrypoint: 'gone.jar' is not there"]
    assert found.texts.keys() == {"dependency_jars"}


@given(st.text(max_size=300), st.text(max_size=20))
def test_every_name_is_an_object_that_any_service_takes(stem: str, suffix: str) -> None:
    path = f"{stem}.{suffix}"
    found = named({"entrypoint": LocalFile(path)}, {}, FOLDER, lambda _: "c" * 64)
    key = found.texts["entrypoint"].removeprefix(f"{FOLDER}/")
    assert len(key) < 200
    assert "/" not in key
    assert key.isascii()
    assert " " not in key
    assert f"-{'c' * 16}" in key


def test_only_arguments_with_a_file_are_taken_apart() -> None:
    inputs = {"entrypoint": JAR, "dependency_jars": ["x/y"], "name": "etl"}
    assert apart(inputs) == (
        {"dependency_jars": ["x/y"], "name": "etl"},
        {"entrypoint": JAR},
    )
