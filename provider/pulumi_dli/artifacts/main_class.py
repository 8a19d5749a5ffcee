"""Whether Flink can call the main class of a job: what its own `PackagedProgram` asks of it.

Only what is certain is a problem. A class that may come from elsewhere is a doubt, and a class
that cannot be read here is neither.
"""

from __future__ import annotations

import difflib
import re
import zipfile
from itertools import islice
from typing import NamedTuple

from pulumi_dli.artifacts import class_file, manifest
from pulumi_dli.artifacts.archive import LINE, Archive, shown
from pulumi_dli.artifacts.class_file import ClassFile

ATTRIBUTES = ("program-class", "main-class")
"""Where Flink looks, in this order."""
DEEPEST = 16
"""Superclasses that are looked through for an inherited `main`."""
VERSIONS = "META-INF/versions/"
"""Where a multi-release jar keeps what newer Java takes in place of the same name elsewhere."""
NESTED = re.compile(r"lib/.+\.jar|(?:BOOT|WEB)-INF/(?:lib|classes)/.+", re.DOTALL)
"""Jars and classes inside the jar. Flink unpacks `lib/`; a launcher may do it with the others."""
FLINK = "org/apache/flink/"
"""Flink brings classes of its own that can be main classes."""


MOST_COMPARED = 2000
"""Classes that a name which the jar does not have is compared with."""


class Named(NamedTuple):
    """A main class, and who names it.

    Attributes:
        name: as it is written, such as `com.example.Orders`.
        by: who names it, for a sentence; a value of the program is not repeated there.
    """

    name: str
    by: str

    @property
    def entry(self) -> str:
        """The entry's name that the class has to have."""
        return f"{self.name.replace('.', '/')}.class"


class MainClass(NamedTuple):
    """What was found of a job's main class, as sentences without their subject, the jar.

    Attributes:
        entry: its class file, where the jar has it.
        problem: why it certainly cannot be called.
        doubt: why it perhaps cannot.
    """

    entry: zipfile.ZipInfo | None = None
    problem: str = ""
    doubt: str = ""


def judged(jar: Archive, main_class: str | None, *, elsewhere: bool) -> MainClass:
    """Look for the main class of a job in its jar.

    Args:
        jar: the jar.
        main_class: the argument; None or empty: the manifest's counts.
        elsewhere: whether the class may come from another jar, or from an image.

    Raises:
        NotRead: it would take longer reads than any jar needs.
    """
    attributes = _attributes(jar)
    named = _named(main_class, attributes)
    if named is None:
        if attributes is None:
            return MainClass()
        return MainClass(
            problem="names no main class: its manifest has neither Main-Class nor program-class; "
            "set main_class, or let the build write a Main-Class"
        )
    classes = _Classes(jar)
    entry = classes.entries.get(named.entry)
    if "/" in named.name or entry is None:
        return _absent(named, classes, elsewhere=elsewhere or "class-path" in (attributes or {}))
    return MainClass(entry, problem=_unfit(named, classes))


class _Classes:
    """The classes of a jar.

    Attributes:
        entries: each entry by its name; of two of one name Java takes the last.
        versioned: names of which a newer Java may take another entry.
    """

    def __init__(self, jar: Archive) -> None:
        self._jar = jar
        self.entries = {entry.filename: entry for entry in jar.entries}
        self.versioned = {
            name.removeprefix(VERSIONS).partition("/")[2]
            for name in self.entries
            if name.startswith(VERSIONS)
        }

    def data(self, name: str) -> bytes | None:
        """A class file, as Java finds it; None: it is not there, or nobody knows."""
        if name not in self.entries or name in self.versioned:
            return None
        return self._jar.beginning(self.entries[name], class_file.LONGEST)


def _attributes(jar: Archive) -> dict[str, str] | None:
    """What the manifest says; None: that cannot be read to its end."""
    entry = manifest.find(jar.entries)
    if entry is None:
        return {}
    data = jar.beginning(entry, manifest.LONGEST)
    if data is None:
        return None
    found = manifest.attributes(data)
    if len(data) == manifest.LONGEST and not found.keys() & set(ATTRIBUTES):
        return None
    return found


def _named(main_class: str | None, attributes: dict[str, str] | None) -> Named | None:
    if main_class and main_class.strip():
        return Named(main_class.strip(), "main_class")
    for attribute in ATTRIBUTES:
        if found := (attributes or {}).get(attribute):
            return Named(found, "its manifest")
    return None


def _absent(named: Named, classes: _Classes, *, elsewhere: bool) -> MainClass:
    missing = f"does not hold the class that {named.by} names"
    if named.entry in classes.versioned:
        return MainClass()
    if elsewhere or named.entry.startswith(FLINK) or any(map(NESTED.fullmatch, classes.entries)):
        return MainClass(
            doubt=f"{missing}; see that it comes with another jar, with Flink or with the image"
        )
    meant = _meant(named, classes) or _misspelt(named, classes)
    use = f"did you mean {meant}?" if meant else "build the jar with it, or name one that it holds"
    return MainClass(problem=f"{missing}; {use}")


def _meant(named: Named, classes: _Classes) -> str:
    """The class of the same simple name; Kotlin's `MainKt` is one for `Main`."""
    simple = re.split(r"[./$]", named.name.removesuffix(".class").rstrip("$"))[-1]
    pattern = re.compile(rf"(?:.*[/$])?{re.escape(simple)}(?:Kt)?\.class", re.IGNORECASE)
    same = [
        shown(found)
        for name in classes.entries
        if simple and pattern.fullmatch(name) and not name.startswith(VERSIONS)
        if (found := name.removesuffix(".class").replace("/", ".")) != named.name
    ]
    return next(iter(difflib.get_close_matches(named.name[:LINE], same[:100], n=1, cutoff=0)), "")


def _misspelt(named: Named, classes: _Classes) -> str:
    """The class of nearly the same simple name; of a great jar among the first classes only."""
    tops = (
        name.removesuffix(".class")
        for name in classes.entries
        if name.endswith(".class") and "$" not in name and not name.startswith(VERSIONS)
    )
    simple = {name.rpartition("/")[2]: name for name in islice(tops, MOST_COMPARED)}
    wanted = named.name.rpartition(".")[2][:LINE]
    near = difflib.get_close_matches(wanted, simple, n=1, cutoff=0.8)
    return shown(simple[near[0]].replace("/", ".")) if near else ""


def _unfit(named: Named, classes: _Classes) -> str:
    """Why a class that is there cannot be called; "": it can, or nobody knows."""
    data = classes.data(named.entry)
    if data is None:
        return ""
    holds = f"holds the class that {named.by} names"
    if not data.startswith(class_file.MAGIC):
        return f"{holds} as something that is no class file; build it again"
    found = class_file.parse(data)
    if found is None:
        return ""
    if _calls(found, classes) is False:
        meant = _meant(named, classes)
        return (
            f"{holds}, but without a `public static void main(String[])`; "
            f"{f'did you mean {meant}?' if meant else 'give it one, or name another class'}"
        )
    if "$" not in named.name and not found.access & class_file.PUBLIC:
        return f"{holds}, but not as a public one, and Flink calls no other; make it public"
    return ""


def _calls(start: ClassFile, classes: _Classes) -> bool | None:
    """Whether a class or one that it extends has the main method; None: nobody knows."""
    found: ClassFile | None = start
    for _ in range(DEEPEST):
        if found is None:
            return None
        public = [flags for flags in found.mains if flags & class_file.PUBLIC]
        if public:
            return any(flags & class_file.STATIC for flags in public)
        if found.superclass in ("", "java/lang/Object"):
            return False
        data = classes.data(f"{found.superclass}.class")
        found = class_file.parse(data) if data else None
    return None
