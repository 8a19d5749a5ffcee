"""Whether the jars and files in OBS are those that a job was started with.

Each object is looked at once in a process, whichever job asks first. Where that fails nothing is
said of any job. An object that is named by its content is never looked at: its name says it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.console import Report
from pulumi_dli.errors import DliError, ObjectError, ObjectMissing
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.object_url import ObjectUrl, named_objects, overwritable
from pulumi_dli.job.state import State
from pulumi_dli.job.watched import digest
from pulumi_dli.once import Once

MISSING = ""
"""In place of an ETag: there is no such object."""


class Watch:
    """One for each run. Safe to share between threads.

    Args:
        stores: the object service of each place.
        warn: takes what could not be looked at, and what is gone.
    """

    def __init__(self, stores: Stores, warn: Report) -> None:
        self._stores = stores
        self._warn = warn
        self._lock = threading.Lock()
        self._seen: dict[_Where, Once[str | None]] = {}
        self._told: set[str] = set()
        self._answers = True

    def etags(self, job: JobDetail, whose: Desired | State) -> dict[str, str]:
        """The ETags of what a job is about to run, as `Watched` has them; those that are known.

        Args:
            job: the job at rest, with the definition that it will run.
            whose: says where it is.
        """
        found = ((url, self._etag(url, whose)) for _, url in _objects(job))
        return {digest(str(url)): etag for url, etag in found if etag}

    def overwritten(self, job: JobDetail, state: State) -> tuple[str, ...]:
        """The arguments whose objects hold other bytes now than when a job was started.

        Args:
            job: the live job.
            state: what is known of it. One that somebody else has started since was given bytes
                that nobody knows.
        """
        began = state.watches(job)
        names: dict[str, None] = {}
        for name, url in _objects(job):
            then = None if began is None else began.etags.get(digest(str(url)))
            now = None if then is None else self._etag(url, state)
            if now == MISSING:
                self._tell(
                    f"what {name} of job {job.name} ({job.job_id}) names is not in OBS any more: "
                    "put it back, because a restart of the job loads it again"
                )
            elif now not in (None, then):
                names[name] = None
        return tuple(names)

    def _etag(self, url: ObjectUrl, whose: Desired | State) -> str | None:
        """The digest of an object's ETag, `MISSING`, or None where it is not known."""
        where = _Where(url, whose.value("region"), whose.value("project_id"))
        with self._lock:
            once = self._seen.setdefault(where, Once(partial(self._look, where)))
        return once.get()

    def _look(self, where: _Where) -> str | None:
        if not self._answers:
            return None
        try:
            objects = self._stores.watched(where.region, where.project)
            return None if objects is None else digest(objects.head(where.url).etag)
        except ObjectMissing:
            return MISSING
        except DliError as error:
            if not isinstance(error, ObjectError):  # else a hundred jars are waited for in turn
                self._answers = False
            self._tell(
                "jars and files in OBS could not be looked at, so one that was overwritten is not "
                f"noticed: {error}; `dli:watchArtifacts: off` leaves that out",
                topic="looks",
            )
        return None

    def _tell(self, text: str, topic: str = "") -> None:
        with self._lock:
            known = (topic or text) in self._told
            self._told.add(topic or text)
        if not known:
            self._warn(text)


class _Where(NamedTuple):
    """An object of a place."""

    url: ObjectUrl
    region: str | None
    project: str | None


def _objects(job: JobDetail) -> Iterator[tuple[str, ObjectUrl]]:
    """What a job runs and may be overwritten, each behind the argument that names it."""
    for name, text in named_objects(job.value):
        url = ObjectUrl.read(text)
        if url is not None and not url.problem and overwritable(text):
            yield name, url
