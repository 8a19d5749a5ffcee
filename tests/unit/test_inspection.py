"""What is said of a jar before anything is stopped; tests of Flink hold the shapes against it."""

from __future__ import annotations

import io
import os
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jars import (
    CLASS,
    ORDERS,
    PUBLIC,
    SHAPES,
    STATIC,
    Method,
    Shape,
    a_class,
    a_jar,
    a_manifest,
    with_extra,
    zip64,
)
from pulumi_dli.artifacts import class_file, inspection
from pulumi_dli.artifacts.archive import LONGEST, Archive, NotRead, Readable
from pulumi_dli.artifacts.inspection import Findings

FLINK = (1, 15)
GOOD = {CLASS: a_class()}


class Counted(io.BytesIO):
    """A jar that counts what is read of it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.reads: list[int] = []

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.reads.append(len(data))
        return data


class Zeros:
    """A file of any size that is all zeros but for its end."""

    def __init__(self, size: int, end: bytes) -> None:
        self.size, self.end, self.at, self.longest = size + len(end), end, 0, 0

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self.at = offset + (self.size if whence == os.SEEK_END else 0)
        return self.at

    def read(self, size: int, /) -> bytes:
        self.longest = max(size, self.longest)
        size = min(size, self.size - self.at)
        zeros = min(size, max(self.size - len(self.end) - self.at, 0))
        data = bytes(zeros) + self.end[len(self.end) - (self.size - self.at - zeros) :]
        self.at += size
        return data[:size]


def entrypoint(
    jar: Readable,
    main_class: str | None = None,
    *,
    flink: tuple[int, int] | None = FLINK,
    dependencies: bool = False,
    own_image: bool = False,
) -> Findings:
    return inspection.of_entrypoint(
        jar, main_class=main_class, flink=flink, dependencies=dependencies, own_image=own_image
    )


def start(
    jar: bytes,
    main_class: str | None = None,
    *,
    flink: tuple[int, int] | None = FLINK,
    **elsewhere: bool,
) -> Findings:
    return entrypoint(io.BytesIO(jar), main_class, flink=flink, **elsewhere)


def doubts(entries: dict[str, str | bytes], flink: tuple[int, int] | None = FLINK) -> str:
    """The doubts about a good jar with more entries, each of which a dependency has too."""
    jar = a_jar({**GOOD, **entries})
    found = start(jar, flink=flink)
    assert found.problems == ()
    assert inspection.of_dependency(io.BytesIO(jar), flink=flink) == found
    return "\n".join(found.doubts)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_problem_is_told_of_each_jar_that_certainly_does_not_start(shape: Shape) -> None:
    found = start(shape.jar, shape.main_class)
    assert len(found.problems) == bool(shape.problem)
    assert shape.problem in "".join(found.problems)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_sentence_repeats_what_the_program_names(shape: Shape) -> None:
    if shape.main_class:
        for sentence in (said := start(shape.jar, shape.main_class)).problems + said.doubts:
            text = sentence.replace("com.example.Orders$Run", "").replace("did you mean ", "")
            assert shape.main_class not in text.replace("com.example.Orders?", "")


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_of_a_dependency_nobody_asks_for_a_main_class(shape: Shape) -> None:
    found = inspection.of_dependency(io.BytesIO(shape.jar), flink=FLINK)
    words = ("cut short", "is not a jar", "is empty", "Git LFS", "is encrypted", "compressed in")
    broken = any(word in shape.problem for word in words)
    assert bool(found.problems) == broken


@pytest.mark.parametrize("place", ["dependencies", "own_image"])
@pytest.mark.parametrize("name", ["absent", "another package", "slashes"])
def test_a_class_that_may_come_from_elsewhere_is_a_doubt(name: str, place: str) -> None:
    found = start(
        SHAPES[name].jar,
        SHAPES[name].main_class,
        dependencies=place == "dependencies",
        own_image=place == "own_image",
    )
    assert found.problems == ()
    assert "does not hold the class" in found.doubts[0]


def test_a_jar_of_a_launcher_has_no_problem() -> None:
    """The jar that Spring Boot makes: its own main class is at the top, the program's is not."""
    launcher = "org/springframework/boot/loader/JarLauncher"
    jar = a_jar(
        {
            f"{launcher}.class": a_class(launcher),
            f"BOOT-INF/classes/{CLASS}": a_class(),
            "BOOT-INF/lib/kafka-clients.jar": a_jar(main=None, entries={"a.class": b""}),
        },
        main=launcher.replace("/", "."),
    )
    assert start(jar) == Findings()
    found = start(jar, "com.example.Orders")
    assert found.problems == ()
    assert len(found.doubts) == 1


@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_main_class_is_none(blank: str) -> None:
    assert start(a_jar(GOOD), blank) == Findings()


def test_blanks_around_a_class_are_no_problem() -> None:
    """Java's own launcher takes them away; whether DLI does nobody knows."""
    assert start(a_jar(GOOD, main="com.example.Orders  ")) == Findings()


def test_a_manifest_that_cannot_be_read_is_no_problem() -> None:
    jar = bytearray(a_jar(GOOD))
    at = jar.index(b"META-INF/MANIFEST.MF") + 24
    jar[at : at + 8] = b"\xff" * 8
    assert start(bytes(jar)) == Findings()


def test_java_does_not_read_a_last_line_that_does_not_end() -> None:
    text = "Manifest-Version: 1.0\r\nMain-Class: com.example.Orders"
    [problem] = start(a_jar({"META-INF/MANIFEST.MF": text, **GOOD}, main=None)).problems
    assert problem.startswith("names no main class")
    assert start(a_jar({"META-INF/MANIFEST.MF": f"{text}\n", **GOOD}, main=None)) == Findings()


def test_a_manifest_longer_than_any_is_read_to_its_bound() -> None:
    text = a_manifest("X: " + "x" * (3 << 20), "Main-Class: com.example.Missing")
    assert start(a_jar({**GOOD, "META-INF/MANIFEST.MF": text}, main=None)) == Findings()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_classes_of_one_name_java_takes_the_last() -> None:
    bad, good = (CLASS, a_class(methods=())), (CLASS, a_class())
    assert start(a_jar({}, bad, good)) == Findings()
    assert start(a_jar({}, good, bad)).problems


def test_a_circle_of_superclasses_ends() -> None:
    jar = a_jar({CLASS: a_class(methods=(), superclass=ORDERS)})
    assert start(jar) == Findings()


# Doubts.


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("org/apache/flink/runtime/jobgraph/JobGraph.class", "Flink itself"),
        ("org/apache/flink/streaming/runtime/tasks/StreamTask.class", "Flink itself"),
        (
            "org/apache/flink/streaming/api/environment/StreamExecutionEnvironment.class",
            "Flink itself",
        ),
        ("org/apache/flink/api/common/ExecutionConfig.class", "Flink itself"),
        ("org/apache/hadoop/hdfs/DistributedFileSystem.class", "HDFS"),
        ("com/obs/services/ObsClient.class", "the SDK of OBS"),
        ("org/apache/logging/log4j/core/Logger.class", "a log implementation"),
        ("org/apache/log4j/Logger.class", "a log implementation"),
        ("ch/qos/logback/classic/Logger.class", "a log implementation"),
        ("org/slf4j/impl/StaticLoggerBinder.class", "a log implementation"),
        ("log4j.properties", "the configuration of a log implementation"),
        ("log4j2.xml", "the configuration of a log implementation"),
        ("log4j2-test.yaml", "the configuration of a log implementation"),
        ("logback.xml", "the configuration of a log implementation"),
        ("META-INF/BCKEY.SF", "a signature"),
        ("meta-inf/bckey.sf", "a signature"),
    ],
)
def test_what_does_not_belong_into_a_jar_is_a_doubt(name: str, what: str) -> None:
    said = doubts({name: a_class() if name.endswith(".class") else "x"})
    assert said.startswith(f"holds {what} ({name})")
    assert "\n" not in said


@pytest.mark.parametrize(
    "name",
    [
        "org/apache/flink/connector/kafka/source/KafkaSource.class",
        "org/apache/flink/streaming/connectors/kafka/FlinkKafkaProducer.class",
        "org/apache/flink/connector/file/src/FileSource.class",
        "org/apache/flink/formats/json/JsonRowSchema.class",
        "org/apache/flink/contrib/streaming/state/RocksDBStateBackend.class",
        "org/apache/flink/runtime/fs/hdfs/HadoopFileSystem.class",
        "org/apache/hadoop/conf/Configuration.class",
        "com/example/shaded/org/apache/hadoop/hdfs/DFSClient.class",
        "org/apache/logging/log4j/Logger.class",
        "org/slf4j/Logger.class",
        "com/example/log4j2.xml",
        "META-INF/services/META-INF.SF",
        "META-INF/maven/com.example/flink-orders/pom.properties",
    ],
)
def test_what_belongs_into_a_jar_is_none(name: str) -> None:
    assert doubts({name: a_class() if name.endswith(".class") else "version=1.0"}) == ""


@pytest.mark.parametrize(
    ("flink", "release", "told"),
    [
        (None, 8, ""),
        (None, 11, "classes for Java 11 (com/example/Orders.class), and DLI's Flink may run on"),
        ((1, 12), 11, "Flink 1.12 may run on Java 8"),
        ((1, 15), 8, ""),
        ((1, 17), 17, "Flink 1.17 may run on Java 8"),
        ((1, 18), 17, ""),
        ((1, 18), 21, "Flink 1.18 may run on Java 17"),
        ((1, 20), 21, ""),
        ((2, 1), 25, "Flink 2.1 may run on Java 21"),
    ],
)
def test_a_class_for_a_newer_java_than_the_lines_is_a_doubt(
    flink: tuple[int, int] | None, release: int, told: str
) -> None:
    found = start(a_jar({CLASS: a_class(release=release)}), flink=flink)
    assert found.problems == ()
    assert len(found.doubts) == bool(told)
    assert told in "".join(found.doubts)


def test_which_java_an_image_has_nobody_knows() -> None:
    jar = a_jar({CLASS: a_class(release=21)})
    assert len(start(jar, dependencies=True).doubts) == 1
    assert start(jar, own_image=True) == Findings()


def test_a_library_for_a_newer_java_is_a_doubt() -> None:
    newer = a_class("org/lib/Some", release=17)
    assert "(org/lib/Some.class)" in start(a_jar({**GOOD, "org/lib/Some.class": newer})).doubts[0]


def test_the_main_class_is_looked_at_beside_a_library_of_its_package() -> None:
    older, newer = a_class("com/example/A"), a_class(release=17)
    jar = a_jar({"com/example/A.class": older, "com/example/B.class": older, CLASS: newer})
    assert f"Java 17 ({CLASS})" in start(jar).doubts[0]


def test_what_only_a_newer_java_takes_is_none() -> None:
    newer = a_class(release=17)
    entries = {"module-info.class": newer, f"META-INF/versions/17/{CLASS}": newer}
    assert start(a_jar({**GOOD, **entries})) == Findings()


@pytest.mark.parametrize(
    ("artifact", "version", "told"),
    [
        ("flink-connector-kafka", "1.15.4", ""),
        ("flink-connector-kafka", "1.17.2", "flink-connector-kafka for 1.17"),
        ("flink-connector-kafka", "3.1.0-1.17", "flink-connector-kafka for 1.17"),
        ("flink-connector-kafka", "3.0.0-1.15", ""),
        ("flink-connector-kafka", "4.0.0-2.0", "flink-connector-kafka for 2.0"),
        ("flink-connector-base", "1.12.2-ei-313001-dli-2022011002", "for 1.12"),
        ("flink-connector-files", "1.15-SNAPSHOT", ""),
        ("flink-shaded-guava", "30.1.1-jre-16.1", ""),
        ("flink-shaded-jackson", "2.14.2-17.0", ""),
        ("flink-ml-lib", "2.3.0", ""),
        ("flink-cdc-common", "3.1.1", ""),
        ("flink-connector-mysql-cdc", "3.1.1", ""),
        ("flink-statefun-sdk", "2.2.0", ""),
        ("flink-kubernetes-operator", "1.10.0", ""),
        ("force-shading", "1.17.2", ""),
        ("flink-connector-kafka", "${project.version}", ""),
    ],
)
def test_a_part_of_another_flink_is_a_doubt(artifact: str, version: str, told: str) -> None:
    path = f"META-INF/maven/org.apache.flink/{artifact}/pom.properties"
    said = doubts({path: f"#Generated\nartifactId={artifact}\nversion={version}\n"})
    assert bool(said) == bool(told)
    assert told in said
    assert doubts({path: f"version={version}"}, flink=None) == ""


@pytest.mark.parametrize(
    ("title", "version", "told"),
    [
        ("Flink : Connectors : Kafka", "3.0.2-1.17", "(Connectors : Kafka for 1.17)"),
        ("Flink : Connectors : Kafka", "1.15.4", ""),
        ("Flink : Dist", "1.12.5", "(Dist for 1.12)"),
        ("flink-shaded-zookeeper-3.5", "3.5.9-15.0", ""),
        ("Orders", "1.0.0", ""),
    ],
)
def test_a_jar_of_another_flinks_own_is_a_doubt(title: str, version: str, told: str) -> None:
    """Flink's own jars have no pom.properties: their manifests say what they are."""
    lines = (f"Implementation-Title: {title}", f"Implementation-Version: {version}")
    jar = a_jar({"META-INF/MANIFEST.MF": a_manifest(*lines)}, main=None)
    found = inspection.of_dependency(io.BytesIO(jar), flink=FLINK)
    assert found.problems == ()
    assert len(found.doubts) == bool(told)
    assert told in "".join(found.doubts)


def test_many_parts_of_another_flink_are_one_doubt() -> None:
    parts: dict[str, str | bytes] = {
        f"META-INF/maven/org.apache.flink/flink-part-{index}/pom.properties": "version=1.17.2"
        for index in range(30)
    }
    said = doubts(parts)
    assert "Flink than the job's 1.15 (flink-part-0 for 1.17, flink-part-1" in said
    assert " and 21 more)" in said
    assert "\n" not in said


# Bounds.


def test_names_fit_into_a_line() -> None:
    name = "org/apache/hadoop/hdfs/" + "x" * 500 + "\n\x1b.class"
    for each in (name, "org/apache/hadoop/hdfs/\n\x1b.class"):
        [said] = start(a_jar({**GOOD, each: a_class()})).doubts
        assert said.isprintable()
        assert len(said) < 300


@pytest.mark.parametrize("size", [LONGEST + 1, 1 << 40])
def test_a_directory_longer_than_any_jars_is_a_doubt(size: int) -> None:
    """Ten million entries: nothing of them is read."""
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**7, 10**7, size, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, size, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    jar = Zeros(size, end64 + locator + end)
    found = entrypoint(jar)
    assert found.problems == ()
    assert "larger than what is looked into" in found.doubts[0]
    assert jar.longest < 1 << 20


def test_what_only_some_javas_refuse_is_a_doubt() -> None:
    """An extra field that is cut short: Java 17.0.15 refuses it, older ones pass it over."""
    found = start(with_extra(a_jar(GOOD), b"\x34\x12\xff\x00\x00"))
    assert found.problems == ()
    assert "of another form" in found.doubts[0]


def test_no_more_is_read_than_the_budget() -> None:
    jar = a_jar({"a": os.urandom(1 << 18), **GOOD}, method=zipfile.ZIP_STORED)
    archive = Archive(io.BytesIO(jar), budget=1 << 17)
    last = archive.entries[-1]
    assert archive.beginning(last, 10) == a_class()[:10]
    with pytest.raises(NotRead):
        archive.beginning(archive.entries[1], 1 << 18)


def test_neighbours_are_read_together_and_once() -> None:
    filler = {f"{index}": os.urandom(1 << 17) for index in range(3)}
    jar = Counted(a_jar({**filler, **GOOD}, method=zipfile.ZIP_STORED))
    archive = Archive(jar)
    for _ in range(3):
        for entry in archive.entries:
            archive.beginning(entry, 1)
    assert len(jar.reads) <= 7


def test_what_java_does_not_unpack_is_not_unpacked() -> None:
    archive = Archive(io.BytesIO(a_jar(GOOD, method=zipfile.ZIP_BZIP2)))
    assert [archive.beginning(entry, 1) for entry in archive.entries] == [None, None]


def test_a_damaged_directory_of_more_than_4_gb_is_a_doubt() -> None:
    """The end does not say where it begins, so nobody knows what Java makes of it."""
    found = start(zip64(a_jar(GOOD)).replace(b"PK\x01\x02", b"PK\x01\x00"))
    assert found.problems == ()
    assert "of another form" in found.doubts[0]


def test_a_small_jar_is_read_once() -> None:
    jar = Counted(a_jar(GOOD))
    assert entrypoint(jar) == Findings()
    assert len(jar.reads) == 1


def test_a_large_jar_is_read_a_few_times() -> None:
    filler = os.urandom(1 << 12)
    parts = {f"org/lib{index // 75}/C{index}.class": a_class() + filler for index in range(3000)}
    data = a_jar({**parts, **GOOD}, method=zipfile.ZIP_STORED)
    jar = Counted(data)
    assert entrypoint(jar) == Findings()
    assert len(jar.reads) < 16
    assert sum(jar.reads) < len(data) / 10


def test_an_entry_that_unpacks_to_more_than_any_class_is_not_unpacked() -> None:
    """A class of 16 MB in 16 KB: what is behind the bound is not known, and so no problem."""
    whole = a_class(methods=[Method(name="run"), Method(PUBLIC)])
    before, code, after = whole.partition(struct.pack(">HHI", 1, 2, 1))
    length = struct.pack(">I", 13 + (16 << 20))
    bomb = {CLASS: before[:-4] + length + code + bytes(16 << 20) + after}
    assert class_file.parse(whole) == class_file.parse(bomb[CLASS])
    jar = Counted(a_jar(bomb))
    found = entrypoint(jar)
    assert found == Findings()
    assert len(jar.reads) < 4


def test_a_reader_that_fails_fails_the_caller() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002
            raise ConnectionError

    with pytest.raises(ConnectionError):
        inspection.of_dependency(Failing(a_jar(GOOD)), flink=FLINK)


class Dripping(io.BytesIO):
    """A reader that gives less than it is asked for, as a socket does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(7 if size is None or size < 0 else min(size, 7))


def test_a_reader_may_give_less_than_it_is_asked_for() -> None:
    for shape in SHAPES.values():
        found = entrypoint(Dripping(shape.jar), shape.main_class)
        assert found == start(shape.jar, shape.main_class)


# Garbage.


def _sentences(found: Findings) -> None:
    for sentence in found.problems + found.doubts:
        assert sentence.isprintable()
        assert sentence.startswith(("is ", "holds ", "does not hold ", "names no "))
        assert len(sentence) < 500


@given(st.binary(max_size=200), st.text(max_size=20))
def test_garbage_is_no_jar(data: bytes, main_class: str) -> None:
    found = start(data, main_class)
    assert len(found.problems) == 1
    _sentences(found)


JAR = a_jar(
    {
        CLASS: a_class(methods=(), superclass="com/example/Base"),
        "com/example/Base.class": a_class("com/example/Base"),
        "META-INF/maven/org.apache.flink/flink-part/pom.properties": "version=1.17.2",
    },
    method=zipfile.ZIP_STORED,
)


@given(st.integers(0, len(JAR) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_jar_gets_sentences(at: int, data: bytes) -> None:
    _sentences(start(JAR[:at] + data + JAR[at + len(data) :]))


@given(st.integers(0, len(JAR) - 1))
def test_a_jar_that_is_cut_short_is_a_problem(at: int) -> None:
    found = start(JAR[:at])
    assert len(found.problems) == 1
    _sentences(found)


def test_a_class_is_read_past_all_that_stands_before_its_main_method() -> None:
    methods = [Method(name="run"), Method(PUBLIC), Method(name="stop"), Method()]
    found = class_file.parse(a_class(methods=methods, superclass="com/example/Base", access=PUBLIC))
    assert found == (PUBLIC, "com/example/Base", (PUBLIC, PUBLIC | STATIC))


WHOLE = a_class(methods=[Method(), Method(name="run", descriptor="()V")])


@given(st.integers(0, len(WHOLE)), st.binary(max_size=8))
def test_a_damaged_class_is_read_or_not(at: int, data: bytes) -> None:
    class_file.parse(WHOLE[:at] + data + WHOLE[at + len(data) :])
    assert class_file.parse(WHOLE[: min(at, len(WHOLE) - 20)]) is None


@given(st.dictionaries(st.text(max_size=30), st.binary(max_size=30), max_size=5), st.text())
def test_any_entries_get_sentences(entries: dict[str, bytes], manifest: str) -> None:
    names = {name: data for name, data in entries.items() if name.isprintable() and name}
    text = manifest.encode("utf-8", "replace").decode()
    jar = a_jar({**names, "META-INF/MANIFEST.MF": text}, main=None)
    _sentences(start(jar))
    _sentences(start(jar, manifest))
