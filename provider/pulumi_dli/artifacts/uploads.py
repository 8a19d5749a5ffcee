"""Local files of one run and their way into OBS: named in a check, brought before a job changes.

A check names each file by its content; a create and an update get that name only. So the run
remembers which file a name stands for, and uploads it where there is no such object yet.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from pulumi_dli.artifacts.jar_digest import content_digest
from pulumi_dli.artifacts.names import DIGITS, Named, named
from pulumi_dli.artifacts.objects import Objects
from pulumi_dli.artifacts.payload import Payload
from pulumi_dli.errors import DliError, JobError, ObjectMissing
from pulumi_dli.job.object_url import ObjectUrl
from pulumi_dli.once import Once

LARGE = 8 << 20
"""Bytes from which on an upload is worth a line of its own."""

_Stamp = tuple[str, int, int, int]


class Uploads:
    """One for each run. Safe to share between threads.

    Args:
        progress: takes the lines of large uploads.
    """

    def __init__(self, progress: Callable[[str], None]) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._files: dict[str, Mapping[str, str]] = {}
        self._digests: dict[_Stamp, str] = {}
        self._brought: dict[tuple[int, str], Once[None]] = {}

    def named(
        self, urn: str, files: Mapping[str, Any], olds: Mapping[str, Any], folder: str | None
    ) -> Named:
        """Name the files of a resource, and remember them. See `pulumi_dli.artifacts.names`."""
        found = named(files, olds, folder, self._digest)
        with self._lock:
            self._files[urn] = found.files
        return found

    def bring(self, urn: str, names: frozenset[str], objects: Callable[[], Objects]) -> None:
        """Upload the files of a resource that are not there yet.

        Args:
            urn: the resource.
            names: the names that its job is to run.
            objects: the object service of its place; asked for where there is a file.

        Raises:
            JobError: a file was changed since it was named, or has no name that OBS can take.
            DliError: OBS refused, or could not be reached. Nothing of the job was changed.
        """
        with self._lock:
            files = {name: path for name, path in self._files.get(urn, {}).items() if name in names}
        for name, path in files.items():
            there = objects()
            key = id(there), name
            with self._lock:
                once = self._brought.setdefault(key, Once(partial(self._bring, name, path, there)))
            try:
                once.get()
            except DliError as error:
                raise JobError(f"{error}; nothing of the job was changed") from error

    def _bring(self, name: str, path: str, objects: Objects) -> None:
        url = ObjectUrl.read(name)
        if url is None or url.problem:
            problem = "names no object of OBS" if url is None else url.problem
            raise JobError(f"{name} {problem}, so {path} cannot be put there")
        try:
            objects.head(url)
        except ObjectMissing:
            payload = Payload.of(Path(path))
            self._demand_same(name, path)
            if payload.size >= LARGE:
                self._progress(f"uploading {path} ({payload.size / 2**20:.0f} MB) to {url}")
            objects.put(url, payload)

    def _demand_same(self, name: str, path: str) -> None:
        if not PurePath(name).stem.endswith(self._digest(path)[:DIGITS]):
            raise JobError(f"{path} was changed while this ran; run it again")

    def _digest(self, path: str) -> str:
        """The digest of a file's content, worked out once as long as the file stays."""
        try:
            with Path(path).open("rb") as file:
                stat = os.fstat(file.fileno())
                stamp = (str(Path(path).absolute()), stat.st_ino, stat.st_size, stat.st_mtime_ns)
                with self._lock:
                    known = self._digests.get(stamp)
                digest = known or content_digest(file)
        except OSError as error:
            raise DliError(f"{path!r} cannot be read: {error.strerror}") from None
        with self._lock:
            self._digests[stamp] = digest
        return digest
