"""Local files of one run and their way into OBS: named in a check, brought before a job changes.

A check names each file by its content; a create and an update get that name only. So the run
remembers which file a name stands for, and uploads it where there is no such object yet.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_dli.artifacts.names import Named, holds, named
from pulumi_dli.artifacts.payload import Payload
from pulumi_dli.console import Console
from pulumi_dli.errors import DliError, JobError, ObjectError
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.object_url import ObjectUrl, objects
from pulumi_dli.job.state import State
from pulumi_dli.once import Once

if TYPE_CHECKING:
    from pulumi_dli.artifacts.objects import Objects

LARGE = 8 << 20
"""Bytes from which on an upload is worth a line of its own."""

_Stamp = tuple[str, int, int, int]


class Uploads:
    """One for each run. Safe to share between threads.

    Args:
        console: takes the lines of large uploads, and warnings.
    """

    def __init__(self, console: Console) -> None:
        self._progress, self._warn = console.progress, console.warn
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

    def file(self, name: str) -> str | None:
        """The local file that a resource of this run has for a name; None where none has."""
        with self._lock:
            return next((files[name] for files in self._files.values() if name in files), None)

    def bring(
        self,
        urn: str,
        desired: Desired,
        state: State | None,
        there: Callable[[], Objects],
        *,
        gone: bool = False,
    ) -> None:
        """Upload the files of a resource that are not there yet.

        A name that only another resource of the run has a file for is as good: which of the two
        the engine comes to first is no matter then.

        Args:
            urn: the resource.
            desired: the wish for its job.
            state: what is known of it; None for a new one. Trouble with an object that it has had
                already is only a warning, so that a job can be stopped while OBS is out of reach.
            there: gives the object service of its place; asked where there is a file.
            gone: whether the job was deleted before.

        Raises:
            JobError: a file was changed since it was named, or has no name that OBS can take; or
                OBS refused, or could not be reached.
        """
        names = set(objects(desired.spec.value))
        known = set() if state is None else set(objects(state.value))
        with self._lock:
            own = self._files.get(urn, {})
            every = {name: path for files in self._files.values() for name, path in files.items()}
            files = {name: path for name, path in {**every, **own}.items() if name in names}
        for name, path in files.items():
            try:
                self._once(name, path, there()).get()
            except DliError as error:
                if name not in known:
                    ending = "" if gone else "; nothing of the job was changed"
                    raise JobError(f"{error}{ending}") from error
                self._warn(f"{error}; the job goes on with what it has")

    def _once(self, name: str, path: str, store: Objects) -> Once[None]:
        with self._lock:
            bring = Once(partial(self._bring, name, path, store))
            return self._brought.setdefault((id(store), name), bring)

    def _bring(self, name: str, path: str, store: Objects) -> None:
        url = ObjectUrl.read(name)
        if url is None or url.problem:
            problem = "names no object of OBS" if url is None else url.problem
            raise JobError(f"{name} {problem}, so {path} cannot be put there")
        if _is_there(store, url):
            return
        payload = Payload.of(Path(path))
        self._demand_same(name, path)
        if payload.size >= LARGE:
            self._progress(f"uploading {path} ({payload.size / 2**20:.0f} MB) to {url}")
        store.put(url, payload)

    def _demand_same(self, name: str, path: str) -> None:
        with _opened(path) as file:  # not by its stamp, which a build may set
            same = holds(name, _digest(file))
        if not same:
            raise JobError(f"{path} was changed while this ran; run it again")

    def _digest(self, path: str) -> str:
        """The digest of a file's content, worked out once as long as the file stays."""
        with _opened(path) as file:
            stat = os.fstat(file.fileno())
            stamp = (path, stat.st_ino, stat.st_size, stat.st_mtime_ns)
            with self._lock:
                known = self._digests.get(stamp)
            digest = known or _digest(file)
        with self._lock:
            self._digests[stamp] = digest
        return digest


def _digest(file: io.BufferedReader) -> str:
    from pulumi_dli.artifacts.jar_digest import content_digest  # noqa: PLC0415 -- few have files

    return content_digest(file)


def _is_there(store: Objects, url: ObjectUrl) -> bool:
    """Whether an object is there. Who may not list a bucket is refused where it is not."""
    try:
        store.head(url)
    except ObjectError as error:
        if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
            raise
        return False
    return True


@contextmanager
def _opened(path: str) -> Iterator[io.BufferedReader]:
    try:
        with Path(path).open("rb") as file:
            yield file
    except OSError as error:
        raise DliError(f"{path!r} cannot be read: {error.strerror}") from None
