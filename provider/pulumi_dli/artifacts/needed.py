"""Whether what a start needs is in OBS: the objects that a job names, and a directory of state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.errors import DliError, ObjectError, ObjectMissing
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.object_url import METADATA, SCHEME, ObjectUrl, named_objects


class Needed:
    """One for each run. Safe to share between threads.

    Args:
        stores: the object service of each place.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._lock = threading.Lock()
        self._there: set[tuple[object, ...]] = set()
        self._answers = True

    def missing(
        self,
        desired: Desired,
        directory: str | None,
        brings: Callable[[str], object] = lambda _: None,
    ) -> Iterator[str]:
        """What a start needs that certainly is not there, a sentence each.

        What may not be looked at, or not now, the start itself will tell of.

        Args:
            desired: the wish for the job.
            directory: the one that the program names for the start to begin from.
            brings: whether the run uploads an object of that name, for a look before it does.
        """
        for argument, text in named_objects(desired.spec.value):
            url = ObjectUrl.read(text)
            if url is not None and not brings(text) and self._lacks(url, desired):
                yield f"{argument}: there is no object {text}; upload it, or correct the name"
        folder = (directory or "").removeprefix(SCHEME).strip("/")
        url = ObjectUrl.read(f"{SCHEME}{folder}/{METADATA}") if folder else None
        if url is not None and self._lacks(url, desired):
            yield (
                f"restore_from: there is no savepoint or checkpoint in {directory}, which has no "
                f"{METADATA}; name the directory of one"
            )

    def _lacks(self, url: ObjectUrl, desired: Desired) -> bool:
        """Whether an object that a job needs certainly is not there."""
        where = desired.value("region"), desired.value("project_id")
        with self._lock:
            if url.problem or not self._answers or (url, *where) in self._there:
                return False
        try:
            objects = self._stores.looked(*where)
            if objects is None:
                return False
            objects.head(url)
        except ObjectMissing as error:
            # A page of a proxy has no request id, and says nothing of the object.
            return bool(error.request_id) and error.needed
        except DliError as error:
            if not isinstance(error, ObjectError):  # else a hundred jars are waited for in turn
                self._answers = False
            return False
        with self._lock:  # what is missing may come with another resource of the run
            self._there.add((url, *where))
        return False
