"""What can be read of a jar before anything is stopped: what is wrong with it, and what may be.

A problem is certain: the job could not start. A doubt is not. Sentences have no subject: whoever
shows them puts the argument's name in front, `entrypoint: does not hold the class …`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import NamedTuple

from pulumi_dli.artifacts import bundled, class_file, main_class
from pulumi_dli.artifacts.archive import (
    ENCRYPTED,
    KNOWN_METHODS,
    Archive,
    NotAnArchive,
    NotRead,
    Readable,
    shown,
    stretch,
)
from pulumi_dli.artifacts.bundled import Line

BUDGET = 64 << 20
"""Bytes that are read of a jar at most."""
SAMPLES = 8
"""Classes beside the main class whose Java is looked at, each of another package."""
NEWEST_OF_DLI: Line = (1, 17)
DLI_JAVA = 8
"""What DLI's examples are compiled for; which Java its images have, no page says."""
JAVA = {(1, 18): 17}
LATEST_JAVA = 21
"""The newest Java that Flink itself names: 17 from 1.18 on, 21 from 1.19 on."""


class Findings(NamedTuple):
    """What was found in a jar.

    Attributes:
        problems: why the job certainly cannot start.
        doubts: what may go wrong.
    """

    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def of_entrypoint(
    jar: Readable,
    *,
    main_class: str | None,
    flink: Line | None,
    dependencies: bool,
    own_image: bool,
) -> Findings:
    """Look into the jar that a job starts with.

    Args:
        jar: open for reading; where it stands does not matter.
        main_class: the argument; None or empty: the manifest's counts.
        flink: the Flink line that the job runs on; None: its queue's default.
        dependencies: whether the job has `dependency_jars`, which may hold the class as well.
        own_image: whether it runs in an image of its own, with nobody knows which classes and
            which Java.

    Raises:
        Exception: what `jar` raises when it cannot be read.
    """
    return _inspected(jar, flink, _Start(main_class, dependencies, own_image))


def of_dependency(jar: Readable, *, flink: Line | None) -> Findings:
    """Look into a jar that a job brings along, or into one whose main class is not known yet.

    Args and errors are those of `of_entrypoint`.
    """
    return _inspected(jar, flink, None)


class _Start(NamedTuple):
    main_class: str | None
    dependencies: bool
    own_image: bool


def _inspected(jar: Readable, flink: Line | None, start: _Start | None) -> Findings:
    problems: list[str] = []
    doubts: list[str] = []
    try:
        archive = Archive(jar, BUDGET)
        problems += _unopened(archive)
        if start is not None:
            elsewhere = start.dependencies or start.own_image
            found = main_class.judged(archive, start.main_class, elsewhere=elsewhere)
            problems += filter(None, [found.problem])
            doubts += filter(None, [found.doubt])
            if not start.own_image:
                doubts += _too_new(archive, found.entry, flink)
        doubts += bundled.doubts(archive, flink)
    except NotAnArchive:
        return Findings(problems=(_no_archive(jar),))
    except NotRead:
        doubts.append("is larger than what is looked into, or of another form; see that it starts")
    return Findings(tuple(problems), tuple(doubts))


def _no_archive(jar: Readable) -> str:
    """What stands in place of a jar."""
    beginning = stretch(jar, 0, 32)
    if not beginning:
        return "is empty; build or copy it again"
    if beginning.startswith(b"version https://git-lfs"):
        return "is a pointer of Git LFS in place of the jar; `git lfs pull` fetches that"
    if beginning.startswith(b"PK\x03\x04"):
        return "is cut short or damaged: it has no directory at its end; build or copy it again"
    return "is not a jar; name the file that the build made"


def _unopened(archive: Archive) -> Iterator[str]:
    """Why Java would not open an archive that is one."""
    for entry in archive.entries:
        if entry.flag_bits & ENCRYPTED:
            name = shown(entry.filename)
            yield f"is encrypted ({name}), and Java opens no such jar; build it plain"
            return
        if entry.compress_type not in KNOWN_METHODS:
            yield (
                f"is compressed in a way that Java does not know ({shown(entry.filename)}); "
                "build it with deflate"
            )
            return


def _too_new(archive: Archive, main: zipfile.ZipInfo | None, flink: Line | None) -> Iterator[str]:
    """The first class that a Java of the line could not load."""
    java = DLI_JAVA if flink is None or flink <= NEWEST_OF_DLI else JAVA.get(flink, LATEST_JAVA)
    for entry in [*filter(None, [main]), *_samples(archive)]:
        data = archive.beginning(entry, class_file.HEADER)
        needed = class_file.release(data) if data else None
        if needed is not None and needed > java:
            line = "DLI's Flink" if flink is None else f"Flink {flink[0]}.{flink[1]}"
            yield (
                f"holds classes for Java {needed} ({shown(entry.filename)}), and {line} may run on "
                f"Java {java}; compile for {java}, or take an older version of the library"
            )
            return


def _samples(archive: Archive) -> list[zipfile.ZipInfo]:
    """Classes of different packages, evenly out of all of them."""
    packages: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.entries:
        name = entry.filename
        plain = "-" not in name  # module-info, which nobody loads, and what is below META-INF/
        if plain and name.endswith(".class"):
            packages.setdefault("/".join(name.split("/")[:-1][:3]), entry)
    found = list(packages.values())
    return found[:: max(1, -(-len(found) // SAMPLES))]
