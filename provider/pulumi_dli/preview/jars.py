"""What is looked into before a job's jars run: local files in any case, objects where OBS lets.

Only the jars of a job that is new, and those that change: a preview without changes sends nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from pulumi_dli.artifacts.archive import Readable
from pulumi_dli.artifacts.inspection import Findings, of_dependency, of_entrypoint
from pulumi_dli.artifacts.names import Named
from pulumi_dli.artifacts.needed import Needed
from pulumi_dli.artifacts.objects import Objects
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.artifacts.uploads import Uploads
from pulumi_dli.console import Report
from pulumi_dli.errors import DliError, ObjectMissing
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.object_url import ObjectUrl, is_object_url
from pulumi_dli.once import Once
from pulumi_dli.preview.plan_line import RESTARTING
from pulumi_dli.rules.formats import flink_version, packages
from pulumi_dli.rules.messages import path as place_of
from pulumi_dli.settings.settings import Settings

DECIDES = ("main_class", "flink_version", "feature", "image", "dependency_jars")
"""What a jar has to fit, beside itself."""
BUILDS = ("target", "build")
"""Folders that builds leave jars in."""
LOCAL_FLINK = (1, 20)
"""The line that the local DLI runs jobs on that name none."""


class JarPlace(NamedTuple):
    """Where a job is: the region and the project that it names itself, and what they lead to."""

    named: tuple[str | None, str | None]
    settings: Settings


class Jars:
    """The looks of one run. Safe to share between threads.

    Args:
        stores: the object service of each place.
        uploads: knows the local files of all resources.
        needed: knows what of a start's is not there.
        folder: of Pulumi.yaml.
        warn: takes doubts.
    """

    def __init__(
        self, stores: Stores, uploads: Uploads, needed: Needed, folder: Path, warn: Report
    ) -> None:
        self._stores = stores
        self._uploads = uploads
        self._needed = needed
        self._folder = folder
        self._warn = warn
        self._lock = threading.Lock()
        self._seen: dict[tuple[object, ...], Once[Findings]] = {}
        self._told: set[tuple[str, str]] = set()

    def problems(
        self,
        desired: Desired,
        before: Desired | None,
        named: Named,
        place: tuple[str | None, str | None],
        settings: Settings,
        *,
        new: bool,
    ) -> list[str]:
        """Why the jars of a job certainly cannot start; what may go wrong is warned of once.

        Args:
            desired: the program's wish, with names in place of local files.
            before: the wish of the last run; None for a job that is new or replaced.
            named: its local files.
            place: the region and the project that the job names itself.
            settings: what they lead to.
            new: whether it is in no state, so that no start has used its directory.
        """
        found: list[str] = []
        file_of = self._uploads.file
        for doubt in self._missing(desired, before, new=new):
            self._tell(desired.name, f"{doubt}, else `pulumi up` does not start the job")
        jars = [(where, name, file_of(name)) for where, name in packages(desired)]
        for where, name, file in [*jars, *((where, path, path) for where, path in named.unnamed)]:
            argument = str(where[0])
            if not _fresh(desired, before, argument):
                continue
            if file is None and (doubt := self._mistaken(name)):
                self._tell(desired.name, f"{place_of(where)}: {doubt}")
            if argument == "dependency_files":
                continue
            try:
                seen = self._findings(desired, argument, name, file, JarPlace(place, settings))
            except DliError as error:
                self._tell(
                    "looks",
                    f"jars in OBS could not be looked into, so some mistakes show only in `up`: "
                    f"{error}; `dli:preflight: off` leaves that out",
                    once="",
                )
                continue
            found += [f"{place_of(where)}: {problem}" for problem in seen.problems]
            for doubt in seen.doubts:
                self._tell(desired.name, f"{place_of(where)}: {doubt}")
        return found

    def _missing(self, desired: Desired, before: Desired | None, *, new: bool) -> Iterator[str]:
        """What is not there of what a job needs that is to start."""
        if not desired.running or not _starts(desired, before):
            return
        due = new if before is None else desired.changes(before, ["restore_from"])
        directory = desired.options.restore_from if due else None
        yield from self._needed.missing(desired, directory, self._uploads.file)

    def _mistaken(self, name: str) -> str:
        """That a text is taken for a package of DLI which may be meant for a local file."""
        if is_object_url(name):
            return ""
        path = PurePath(name)
        built = path.suffix == ".jar" and path.parts[0] in BUILDS
        # Not `Path.is_file`, which raises of a name that no file can have.
        if not built and not os.path.isfile(self._folder / name):  # noqa: PTH113
            return ""
        return (
            f"names the package {name} of DLI, and no local file; pulumi.FileAsset({name!r}) "
            "uploads that"
        )

    def _findings(
        self, desired: Desired, argument: str, name: str, file: str | None, place: JarPlace
    ) -> Findings:
        flink = flink_version(desired.spec.flink_version)
        if place.settings.local:
            flink = flink_version(place.settings.local_flink_version) or flink or LOCAL_FLINK
        starts = argument == "entrypoint" and desired.knows(*DECIDES)
        own_image = bool(desired.spec.image) or desired.spec.feature == "custom"
        fits: dict[str, Any] = {"flink": flink}
        if starts:
            fits |= {
                "main_class": desired.spec.main_class,
                "dependencies": bool(desired.spec.dependency_jars),
                "own_image": own_image,
            }
        look = partial(of_entrypoint if starts else of_dependency, **fits)
        key = (name, file, place.named, *fits.items())
        with self._lock:
            once = self._seen.setdefault(key, Once(lambda: self._look(name, file, look, place)))
        return once.get()

    def _look(
        self, name: str, file: str | None, look: Callable[[Readable], Findings], place: JarPlace
    ) -> Findings:
        if file is not None:
            try:
                with Path(file).open("rb") as opened:
                    return look(opened)
            except OSError:  # the check tells of it
                return Findings()
        url = ObjectUrl.read(name)
        if url is None or url.problem or not place.settings.preflight:  # or DLI's own package
            return Findings()
        objects = self._stores.at(*place.named).hasty()
        try:
            return look(_Remote.of(objects, url))
        except ObjectMissing:  # told already
            return Findings()

    def _tell(self, topic: str, text: str, once: str | None = None) -> None:
        """Warn once in a process; see `Preview`. What begins with a job's name is its plan line."""
        key = topic, text if once is None else once
        with self._lock:
            known = key in self._told
            self._told.add(key)
        if not known:
            self._warn(text)


def _starts(desired: Desired, before: Desired | None) -> bool:
    """Whether a job that is to run is new, or changes in what restarts it."""
    return before is None or desired.changes(before, RESTARTING)


def _fresh(desired: Desired, before: Desired | None, argument: str) -> bool:
    """Whether a jar is to run that did not run before, or that has to fit another argument."""
    if before is None or (before.stale and desired.running and not desired.stale):
        return True
    names = (argument, *DECIDES) if argument == "entrypoint" else (argument,)
    return desired.changes(before, names)


@dataclass(slots=True)
class _Remote:
    """An object that is read by ranges."""

    objects: Objects
    url: ObjectUrl
    size: int
    etag: str
    place: int = 0

    @classmethod
    def of(cls, objects: Objects, url: ObjectUrl) -> _Remote:
        head = objects.head(url)
        return cls(objects, url, head.size, head.etag)

    def read(self, size: int, /) -> bytes:
        """See `Readable`."""
        size = min(size, self.size - self.place)
        if size <= 0:
            return b""
        data = self.objects.read(self.url, self.place, size, etag=self.etag)
        self.place += len(data)
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """See `Readable`."""
        begins = {os.SEEK_SET: 0, os.SEEK_CUR: self.place, os.SEEK_END: self.size}[whence]
        self.place = max(0, begins + offset)
        return self.place
