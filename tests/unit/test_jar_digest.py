"""A jar goes by its content: what two builds of the same write differently does not count."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jars import CLASS, a_class, a_jar, a_manifest, encrypted, zip64
from pulumi_dli import file_digest, jar_digest
from pulumi_dli.artifacts.archive import LONGEST
from pulumi_dli.artifacts.jar_digest import LONGEST_TEXT, content_digest

POM = "META-INF/maven/com.example/orders/pom.properties"
FILES: dict[str, str | bytes] = {
    CLASS: a_class(),
    "orders.properties": "a=1\n",
    POM: "#Generated\nversion=1.0\n",
}
JAR = a_jar(FILES)


def digest(jar: bytes) -> str:
    return content_digest(io.BytesIO(jar))


def by_bytes(jar: bytes) -> str:
    return hashlib.sha256(jar).hexdigest()


def test_the_digest_stays_what_it_is() -> None:
    """Names of objects and restarts of jobs hang on it: another value restarts every user's jobs.

    This is its sense, written down a second time.
    """
    parts = hashlib.sha256()
    for name, data in sorted({**FILES, "META-INF/MANIFEST.MF": ""}.items()):
        parts.update(struct.pack(">Q", len(name)) + name.encode())
        if name == POM:
            parts.update(b"T" + hashlib.sha256(b"version=1.0").digest())
        elif name == "META-INF/MANIFEST.MF":
            lines = b"Manifest-Version: 1.0\nMain-Class: com.example.Orders\n"
            parts.update(b"T" + hashlib.sha256(lines).digest())
        else:
            raw = data if isinstance(data, bytes) else data.encode()
            parts.update(b"C" + struct.pack(">IQ", zlib.crc32(raw), len(raw)))
    assert digest(JAR) == parts.hexdigest()


def _with(**files: str | bytes) -> bytes:
    return a_jar({**FILES, **files})


def _manifest(*lines: str) -> bytes:
    return a_jar({**FILES, "META-INF/MANIFEST.MF": a_manifest(*lines)}, main=None)


MAIN = "Main-Class: com.example.Orders"
SAME = {
    "later": a_jar(FILES, at=(2027, 5, 6, 7, 8, 10)),
    "stored": a_jar(FILES, method=zipfile.ZIP_STORED),
    "in another order": a_jar(dict(reversed(FILES.items()))),
    "with directories": a_jar({"com/": "", "com/example/": "", **FILES}),
    "with a comment": JAR[:-2] + b"\x05\x00hello",
    "with something behind": JAR + b"\n",
    "zip64": zip64(JAR),
    "another comment in pom.properties": _with(**{POM: "#Generated\n#Thu\nversion=1.0\n"}),
    "no comment in pom.properties": _with(**{POM: "version=1.0"}),
    "pom.properties of Windows": _with(**{POM: "#Thu\r\nversion=1.0\r\n"}),
    "built by somebody": _manifest("Built-By: me", MAIN, "Build-Jdk: 17", "Created-By: Maven"),
    "a build's time": _manifest(MAIN, "Build-Time: Thu", "build-number: 7", "BUILT-BY: me"),
    "a long name of who built it": _manifest("Built-By: " + "x" * 50, " " + "y" * 50, MAIN),
    "a name over two lines": _manifest("Main-Class: com.exam", " ple.Orders"),
}
OTHER = {
    "another class": _with(**{CLASS: a_class(release=11)}),
    "another name": _with(**{"a.properties": "a=1\n"}),
    "one more": _with(more=""),
    "one less": a_jar({CLASS: a_class(), POM: FILES[POM]}),
    "another version in pom.properties": _with(**{POM: "#Generated\nversion=1.1\n"}),
    "a line that begins with a space": _with(**{POM: " #Generated\nversion=1.0\n"}),
    "pom.properties elsewhere": _with(**{"META-INF/pom.properties": "#1\n"}),
    "another main class": _manifest("Main-Class: com.example.Other"),
    "more in the manifest": _manifest(MAIN, "Implementation-Version: 2"),
    "a signature": _with(**{"META-INF/ORDERS.SF": "Signature-Version: 1.0\n"}),
    "a class of a newer Java": _with(**{f"META-INF/versions/11/{CLASS}": a_class()}),
    "a name in another case": a_jar({CLASS.upper(): a_class(), "orders.properties": "a=1\n"}),
    "content in a directory's name": _with(**{"odd/": "content"}),
    "in front": b"#!/bin/sh\n" + JAR,
    "encrypted": encrypted(JAR),
    "cut short": JAR[:-1],
}


@pytest.mark.parametrize("jar", SAME.values(), ids=SAME)
def test_the_same_content_has_the_same_digest(jar: bytes) -> None:
    assert jar != JAR
    assert digest(jar) == digest(JAR)


def test_other_content_has_another_digest() -> None:
    every = [digest(jar) for jar in (JAR, *OTHER.values())]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("lines", ["#Generated\n", "#1\n#2\n", ""])
def test_a_comment_in_a_pom_properties_elsewhere_counts(lines: str) -> None:
    assert digest(_with(**{"pom.properties": f"{lines}a=1"})) != digest(
        _with(**{"pom.properties": f"#other\n{lines}a=1"})
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_entries_of_one_name_the_order_counts() -> None:
    one, two = ("a", "first"), ("a", "second")
    assert digest(a_jar({}, one, two)) != digest(a_jar({}, two, one))
    assert digest(a_jar({"b": ""}, one, two)) == digest(a_jar({}, one, ("b", ""), two))


def test_a_jar_in_a_jar_goes_by_its_bytes() -> None:
    early, late = (a_jar({CLASS: a_class()}, at=(year, 1, 1, 0, 0, 0)) for year in (2025, 2026))
    assert digest(early) == digest(late)
    assert digest(a_jar({"lib/a.jar": early})) != digest(a_jar({"lib/a.jar": late}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zip",
        JAR[:100],
        a_jar(main=None),  # without an entry
        b"#!/bin/sh\n" + JAR,
        encrypted(JAR),
        JAR[:-1],
        JAR[1:],
    ],
    ids=["empty", "text", "begun", "no entries", "script", "encrypted", "cut", "cut at the front"],
)
def test_what_is_no_plain_jar_goes_by_its_bytes(data: bytes) -> None:
    assert digest(data) == by_bytes(data)


def test_a_directory_longer_than_any_jars_is_not_read(tmp_path: Path) -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, LONGEST + 1, 0, 0)
    with (tmp_path / "a.jar").open("wb") as file:
        file.truncate(LONGEST + 1)
        file.seek(0, os.SEEK_END)
        file.write(end)
    assert jar_digest(tmp_path / "a.jar") == file_digest(tmp_path / "a.jar")


@pytest.mark.parametrize("name", ["META-INF/MANIFEST.MF", POM])
def test_a_text_longer_than_any_is_not_unpacked(name: str) -> None:
    bomb = {name: b"#" * (LONGEST_TEXT + 1)}
    assert digest(a_jar(bomb, main=None)) != digest(a_jar({name: b"#"}, main=None))
    assert digest(a_jar({name: b"#" * LONGEST_TEXT}, main=None)) == digest(
        a_jar({name: b"#"}, main=None)
    ) or name.endswith("MF")


def test_a_text_that_cannot_be_unpacked_goes_by_its_check_sum() -> None:
    damaged = bytearray(JAR)
    at = JAR.index(b"META-INF/MANIFEST.MF") + 24
    damaged[at : at + 8] = b"\xff" * 8
    assert digest(bytes(damaged)) not in (digest(JAR), by_bytes(bytes(damaged)))


@given(st.binary(max_size=200))
def test_anything_has_a_digest(data: bytes) -> None:
    assert digest(data) == by_bytes(data)


@given(st.integers(0, len(JAR) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_jar_has_a_digest(at: int, data: bytes) -> None:
    assert len(digest(JAR[:at] + data + JAR[at + len(data) :])) == 64


def test_the_digest_of_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jar = tmp_path / "orders.jar"
    jar.write_bytes(JAR)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert jar_digest(jar) == jar_digest(str(jar)) == jar_digest("~/orders.jar") == digest(JAR)
    jar.write_bytes(b"no jar")
    assert jar_digest(jar) == file_digest(jar)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("missing.jar", "'{}/missing.jar' cannot be read: No such file or directory"),
        ("folder", "'{}/folder' is not a file; give the path of one"),
        ("pipe", "'{}/pipe' is not a file; give the path of one"),
        ("nul\0", "'{}/nul\\x00' cannot be read: embedded null byte"),
    ],
    ids=["missing", "folder", "pipe", "nul"],
)
def test_what_is_no_file_is_one_sentence(tmp_path: Path, path: str, sentence: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(pulumi.RunError) as caught:
        jar_digest(f"{tmp_path}/{path}")
    assert str(caught.value) == f"jar_digest: {sentence.format(tmp_path)}"
    assert isinstance(caught.value, OSError)


def test_what_cannot_be_read_or_is_no_path_is_one_sentence() -> None:
    with pytest.raises(pulumi.RunError, match=r"^jar_digest: '/proc/self/mem' cannot be read: "):
        jar_digest("/proc/self/mem")
    path: object = b"planted"
    with pytest.raises(pulumi.RunError, match=r"^jar_digest: the path is a bytes; give"):
        jar_digest(path)  # type: ignore[arg-type]
