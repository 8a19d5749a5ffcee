"""`obs://bucket/key`: read as it was, written as it is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.job.object_url import (
    ObjectUrl,
    directory_url,
    is_bucket,
    is_object_url,
    named_objects,
    overwritable,
)

keys = st.text(min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("obs://jars/a.jar", ObjectUrl("jars", "a.jar")),
        ("obs://jars/a/b c.jar", ObjectUrl("jars", "a/b c.jar")),
        ("obs://jars//a.jar", ObjectUrl("jars", "/a.jar")),
        ("obs://jars/a%41?b#c", ObjectUrl("jars", "a%41?b#c")),
        ("obs://jars/", None),
        ("obs://jars/folder/", None),
        ("obs://jars", None),
        ("obs:///a.jar", None),
        ("OBS://jars/a.jar", None),
        ("s3://jars/a.jar", None),
        ("group/a.jar", None),
        ("obs://jars/a.jar ", None),
        ("obs://ja rs/a.jar", None),
        ("", None),
    ],
)
def test_what_names_an_object(text: str, found: ObjectUrl | None) -> None:
    assert ObjectUrl.read(text) == found
    assert found is None or str(found) == text
    assert is_object_url(text) == text.startswith("obs://")


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("obs://jars/a.jar", True),
        ("obs://jars/a-1.2.jar", True),
        ("obs://jars/a-0123456789abcde.jar", True),
        ("obs://jars/a-0123456789ABCDEF.jar", True),
        ("obs://jars/a-0123456789abcdef.jar", False),
        ("obs://jars/0123/a-0123456789abcdef", False),
        ("group/a-0123456789abcdef.jar", True),
    ],
)
def test_what_may_come_to_hold_other_bytes(text: str, *, may: bool) -> None:
    assert overwritable(text) is may


def test_what_a_job_names_and_where() -> None:
    job = {"entrypoint": "a", "dependency_jars": ["b", "c"], "dependency_files": None, "name": "x"}
    found = [("entrypoint", "a"), ("dependency_jars", "b"), ("dependency_jars", "c")]
    assert list(named_objects(job.get)) == found


@given(key=keys)
def test_what_a_request_can_name_is_read_back(key: str) -> None:
    url = ObjectUrl("jars", key)
    if not url.problem and not key.endswith(" "):
        assert ObjectUrl.read(str(url)) == url


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (ObjectUrl("jars", "a/b.jar"), ""),
        (ObjectUrl("jars", "a/…/b c.jar"), ""),
        (ObjectUrl("Jars", "a"), "bucket"),
        (ObjectUrl("jars.example.com/x", "a"), "bucket"),
        (ObjectUrl("jars", ""), "bytes"),
        (ObjectUrl("jars", "ü" * 513), "bytes"),
        (ObjectUrl("jars", "a/../b"), "`..`"),
        (ObjectUrl("jars", "."), "`.`"),
        (ObjectUrl("jars", "a//b"), "nothing"),
        (ObjectUrl("jars", "/a"), "nothing"),
        (ObjectUrl("jars", "a/"), "nothing"),
        (ObjectUrl("jars", "a\0b"), "character"),
        (ObjectUrl("jars", "a\udcffb"), "character"),
    ],
)
def test_what_no_request_can_name(url: ObjectUrl, problem: str) -> None:
    assert problem in url.problem
    assert bool(problem) == bool(url.problem)


def test_a_bucket_is_part_of_a_host() -> None:
    for name in ("jars", "a.b-c", "1ab", "x" * 63):
        assert is_bucket(name)
    for name in (
        "ab",
        "x" * 64,
        "-ab",
        "ab-",
        "a..b",
        "a.-b",
        "A-b",
        "10.0.0.1",
        "a_b",
        "ab\n",
        "",
    ):
        assert not is_bucket(name)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("state/jobs/savepoint/1/", "obs://state/jobs/savepoint/1/"),
        ("obs://state/x/", "obs://state/x/"),
        ("", ""),
    ],
)
def test_a_directory_is_shown_as_a_program_names_it(path: str, shown: str) -> None:
    assert directory_url(path) == shown
