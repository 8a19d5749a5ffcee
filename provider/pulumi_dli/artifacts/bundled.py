"""What a jar brings along that its queue has already, or that Java or Flink would stumble over.

DLI names what to leave out: Flink's and Hadoop's own jars, log implementations and their
configuration ("Creating a Flink Jar Job", "DLI Built-in Dependencies"). Only names are looked at,
and the few lines in which Maven says of which version a part is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pulumi_dli.artifacts import manifest
from pulumi_dli.artifacts.archive import Archive, shown

Line = tuple[int, int]
"""Major and minor of a Flink version."""

MOST_PARTS = 24
"""Parts of Flink whose version is looked up."""
LONGEST_PROPERTIES = 1 << 14


class Foreign(NamedTuple):
    """What does not belong into a job's jar.

    Attributes:
        what: for a sentence.
        names: the entries that show it.
        advice: what to do.
    """

    what: str
    names: re.Pattern[str]
    advice: str


_PROVIDED = "the queue has its own; give it the scope `provided`"

FOREIGN = (
    Foreign(
        "Flink itself",
        re.compile(
            r"org/apache/flink/(?:runtime/(?!fs/)|streaming/(?:runtime|api/(?:environment|graph))/"
            r"|client/|core/|api/common/).*\.class",
            re.DOTALL,
        ),
        _PROVIDED,
    ),
    Foreign("HDFS", re.compile(r"org/apache/hadoop/hdfs/.*\.class", re.DOTALL), _PROVIDED),
    Foreign("the SDK of OBS", re.compile(r"com/obs/services/.*\.class", re.DOTALL), _PROVIDED),
    Foreign(
        "a log implementation",
        re.compile(
            r"(?:org/apache/logging/(?:log4j/core|slf4j)|org/apache/log4j|ch/qos/logback"
            r"|org/slf4j/(?:impl|simple|log4j12|reload4j))/.*\.class",
            re.DOTALL,
        ),
        "the queue's writes the job's logs; leave this one out",
    ),
    Foreign(
        "the configuration of a log implementation",
        re.compile(
            r"log4j2?(?:-test)?\.(?:properties|xml|ya?ml|jsn|json)|logback(?:-test)?\.(?:xml|groovy)"
        ),
        "the queue's own would not count; leave it out",
    ),
)
_SIGNATURE = re.compile(r"META-INF/[^/]+\.SF", re.IGNORECASE)
_PART = re.compile(r"META-INF/maven/org\.apache\.flink/(flink-[^/]+)/pom\.properties")
_OWN_VERSIONS = re.compile(
    r"flink-(?:shaded|ml|cdc|statefun|kubernetes-operator|connector-parent)\b.*|.*-cdc"
)
"""Parts that count versions of their own."""
_TITLE = "Flink : "
"""How the manifest of a jar of Flink's own begins its `Implementation-Title`."""
_VERSION = re.compile(r"^version\s*[=:]\s*(\S+)", re.MULTILINE)
_CONNECTOR = re.compile(r".+-([12])\.([0-9]{1,2})(?:-SNAPSHOT)?")
"""A connector's version ends with the Flink line that it is for: `3.1.0-1.17`."""
_RELEASE = re.compile(r"([12])\.([0-9]{1,2})(?:[.-].*)?")


def doubts(jar: Archive, flink: Line | None) -> Iterator[str]:
    """Sentences, without their subject, the jar.

    Args:
        jar: the jar.
        flink: the Flink that the job runs on; None: that is not known.

    Raises:
        NotRead: it would take longer reads than any jar needs.
    """
    names = [entry.filename for entry in jar.entries]
    for foreign in FOREIGN:
        if found := _first(foreign.names, names):
            yield f"holds {foreign.what} ({shown(found)}); {foreign.advice}"
    if found := _first(_SIGNATURE, names):
        yield (
            f"holds a signature ({shown(found)}), which Java refuses where it came along with a "
            "library; leave META-INF/*.SF, *.DSA and *.RSA out of what is put together"
        )
    if flink is not None:
        yield from _other_lines(jar, flink)


def _first(pattern: re.Pattern[str], names: Iterable[str]) -> str:
    return next((name for name in names if pattern.fullmatch(name)), "")


def _other_lines(jar: Archive, flink: Line) -> Iterator[str]:
    """One sentence on the parts of another Flink line."""
    other = [
        f"{shown(part)} for {line[0]}.{line[1]}"
        for part, version in _parts(jar)
        if (line := _line(version)) is not None and line != flink
    ]
    if other:
        more = f" and {len(other) - 3} more" if len(other) > 3 else ""  # noqa: PLR2004
        yield (
            f"holds parts of another Flink than the job's {flink[0]}.{flink[1]} "
            f"({', '.join(other[:3])}{more}); build it against the job's"
        )


def _parts(jar: Archive) -> Iterator[tuple[str, str]]:
    """Name and version of the jar, if it is one of Flink's own, and of those put into it."""
    if entry := manifest.find(jar.entries):
        said = manifest.attributes(jar.beginning(entry, manifest.LONGEST) or b"")
        title = said.get("implementation-title", "")
        if title.startswith(_TITLE):
            yield title.removeprefix(_TITLE), said.get("implementation-version", "")
    found = [
        (match[1], entry)
        for entry in jar.entries
        if (match := _PART.fullmatch(entry.filename)) and not _OWN_VERSIONS.fullmatch(match[1])
    ]
    for part, entry in found[:MOST_PARTS]:
        text = (jar.beginning(entry, LONGEST_PROPERTIES) or b"").decode("utf-8", "replace")
        if version := _VERSION.search(text):
            yield part, version[1]


def _line(version: str) -> Line | None:
    """The Flink line of a part of this version; None: it does not say."""
    match = _CONNECTOR.fullmatch(version) or _RELEASE.fullmatch(version)
    return (int(match[1]), int(match[2])) if match else None
