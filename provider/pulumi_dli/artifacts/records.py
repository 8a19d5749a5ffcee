"""Savepoints that wait for the job that is to begin from them, recorded in the job's bucket.

Between the delete of a job and the first start of the one in its place nothing but this says what
that one begins from: the engine has forgotten the old job, and the service names no directory any
more once a start was asked for. So it is written down under the resource's mark until a start has
counted.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING

from pulumi_dli.artifacts.payload import Payload
from pulumi_dli.artifacts.record import UNREADABLE, Record
from pulumi_dli.artifacts.record_folders import Folder, folders, keys, passing
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.clock import Clock
from pulumi_dli.console import Report
from pulumi_dli.errors import DliError, JobError, ObjectMissing, SettingsError
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, Phase
from pulumi_dli.job.next_start import LIVE
from pulumi_dli.job.object_url import METADATA, ObjectUrl, directory_url, objects
from pulumi_dli.job.state import State
from pulumi_dli.once import Once

if TYPE_CHECKING:
    from pulumi_dli.artifacts.objects import Objects

MOST_BYTES = 1 << 20
"""Bytes of a record."""
MOST_NAMESAKES = 50
"""Records that are looked through for one of a job's name; more would cost a create its time."""


class Records:
    """The records of one run. Safe to share between threads.

    Each is found, kept and dropped for a wish or a state, which say where: the bucket is the
    job's, the mark the resource's.

    Args:
        stores: the object service of each place.
        clock: time.
        warn: takes what could not be written down.
    """

    def __init__(self, stores: Stores, clock: Clock, warn: Report) -> None:
        self._stores = stores
        self._clock = clock
        self._warn = warn
        self._lock = threading.Lock()
        self._there: dict[Folder, Once[set[str]]] = {}
        self._read: dict[tuple[Folder, str], Once[Record | None]] = {}
        self._names: dict[tuple[Folder, str], Once[str]] = {}

    def find(self, whose: Desired | State, job: JobDetail | None = None) -> Record | None:
        """The record of a resource's next start; None for none, or where none is told.

        It is the same throughout a run, so that a create begins as its line said.

        Args:
            whose: the program's wish, or what is known of the job before.
            job: its job, if it has one, whose bucket may be another still.

        Raises:
            JobError: there is one, and it cannot be read.
        """
        for folder in folders((whose,), job) if whose.stateful else ():
            for mark in whose.marks:
                if folder.key(mark) in self._listed(folder):
                    return self._at(folder, folder.key(mark))
        return None

    def _at(self, folder: Folder, key: str) -> Record | None:
        with self._lock:
            once = self._read.setdefault((folder, key), Once(partial(self._open, folder, key)))
        return once.get()

    def namesake(self, desired: Desired) -> Record | None:
        """A record for another resource whose job had the name of this one's; None for none.

        A stack that was renamed, or a resource without an alias, has left its savepoint there.
        """
        folder, own = Folder.of(desired), desired.options
        if folder is None or own.restore_from or not desired.stateful:
            return None
        try:
            if self._stores.looked(own.region, own.project_id) is None:
                return None
        except SettingsError:
            return None
        others = self._listed(folder).difference(map(folder.key, desired.marks))
        for key in sorted(others)[:MOST_NAMESAKES]:
            with self._lock:
                name = self._names.setdefault((folder, key), Once(partial(self._name, folder, key)))
            if name.get() == desired.name:
                with suppress(JobError):
                    return self._at(folder, key)
        return None

    def _name(self, folder: Folder, key: str) -> str:
        try:
            return self._told(folder, key).job_name
        except (DliError, *UNREADABLE):
            return ""

    def _told(self, folder: Folder, key: str) -> Record:
        store = self._objects(folder).hasty()
        return Record.read(json.loads(store.read(ObjectUrl(folder.bucket, key), 0, MOST_BYTES)))

    def pass_over(self, desired: Desired) -> None:
        """Let nothing of this run begin from the record of a resource."""
        if folder := Folder.of(desired):
            with self._lock:
                for mark in desired.marks:
                    self._read[folder, folder.key(mark)] = Once(lambda: None)

    def look_again(self, whose: Desired | State) -> None:
        """Look anew for the record of a resource: another process may have written it since."""
        if folder := Folder.of(whose):
            with self._lock:
                self._there.pop(folder, None)
                for mark in whose.marks:
                    self._read.pop((folder, folder.key(mark)), None)

    def first(self, job: JobDetail, desired: Desired, state: State) -> Record | None:
        """The record that a draft of the state begins from; None for none.

        It was imported, or an alias makes it the job of a resource whose own was deleted.

        Args:
            job: the job.
            desired: the program's wish.
            state: what is known of the job; what it begins with, for one that a create made.
        """
        knows = job.holds_state or state.job.has_run or state.next_start != LIVE
        return None if knows or job.phase is not Phase.DRAFT else self.find(desired, job)

    def waiting(self, job: JobDetail, desired: Desired) -> Record | None:
        """The record that the last start of a job left behind, which did not count; None for none.

        Args:
            job: the live job, at rest.
            desired: the program's wish.
        """
        found = self.find(desired, job)
        known = None if found is None else (found.job_id, found.start_time)
        return found if known == (job.job_id, job.start_time) else None

    def keep(self, whose: Desired | State, path: str, old: JobDetail, state: State) -> None:
        """Write down which savepoint the job of a resource is to begin from.

        Where that fails a warning says so, and the run goes on.

        Args:
            whose: the wish, or the state where no wish is known.
            path: the directory.
            old: the job that left it.
            state: what is known of that job.
        """
        folder = Folder.of(whose)
        if folder is None or not whose.owner:
            return
        record = Record(
            savepoint=directory_url(path),
            job_id=old.job_id,
            job_name=old.name,
            written=round(self._clock.epoch() * 1000),
            start_time=old.start_time,
            restore_from=state.restore_from or "",
            objects=tuple(objects(state.value)),
        )
        key = folder.key(whose.owner)
        try:
            text = json.dumps(asdict(record), ensure_ascii=False)
            self._objects(folder).put(ObjectUrl(folder.bucket, key), Payload.of(text.encode()))
            self._listed(folder).add(key)
            with self._lock:
                self._read[folder, key] = Once(lambda: record)
        except DliError as error:
            self._warn(
                f"that the next job begins from {record.savepoint} could not be written down: "
                f"{error}; if this run is killed, the next may begin without that state"
            )

    def drop(self, *whose: Desired | State, job: JobDetail | None = None) -> None:
        """Forget the records of a resource, by all marks that it had; told where one stays.

        Args:
            whose: the wish and what is known of the job.
            job: the job as it was before, in whose bucket one may be.
        """
        for folder in folders(whose, job):
            try:
                there = self._listed(folder)
            except DliError as error:
                self._warn(f"{error}; a later job begins from one that is left")
                continue
            keys = (folder.key(mark) for each in whose for mark in each.marks)
            for key in there.intersection(keys):
                url = ObjectUrl(folder.bucket, key)
                try:
                    self._objects(folder).delete(url)
                except DliError as error:
                    self._warn(f"{error}; delete it by hand, or a later job begins from it")
                there.discard(key)

    def _objects(self, folder: Folder) -> Objects:
        return self._stores.at(folder.region, folder.project)

    def _listed(self, folder: Folder) -> set[str]:
        """The keys of a folder's records, read once; none where nobody may read them.

        Raises:
            JobError: a service that is there fails at the moment.
        """
        with self._lock:
            once = self._there.setdefault(folder, Once(partial(self._list, folder)))
        return once.get()

    def _list(self, folder: Folder) -> set[str]:
        try:
            return keys(self._objects(folder), folder)
        except DliError as error:
            # A page of a proxy has no request id, and says nothing of the bucket.
            if isinstance(error, ObjectMissing) and error.request_id:
                return set()  # there is no such bucket
            if passing(error):
                raise JobError(
                    f"the records in the bucket {folder.bucket} could not be listed, and a "
                    f"savepoint may wait for a job that is made anew: {error}"
                ) from None
            self._warn(
                f"records in the bucket {folder.bucket} could not be listed, so a job that is made "
                f"anew begins without a savepoint that may wait for it: {error}"
            )
            return set()

    def _open(self, folder: Folder, key: str) -> Record | None:
        """A record whose savepoint is there; None for one that nothing can begin from."""
        url = ObjectUrl(folder.bucket, key)
        try:
            return self._checked(folder, url)
        except DliError as error:
            raise JobError(
                f"a savepoint waits for this resource's job, and {url} tells which: {error}; run "
                "this again, or delete that object to begin without it"
            ) from None

    def _checked(self, folder: Folder, url: ObjectUrl) -> Record | None:
        try:
            record = self._told(folder, url.key)
            metadata = ObjectUrl.read(f"{record.savepoint.rstrip('/')}/{METADATA}")
        except UNREADABLE:
            metadata = None
        if metadata is None:
            self._warn(f"{url} is not what this provider writes there, so nothing begins from it")
            return None
        try:
            written_at = self._objects(folder).hasty().head(metadata).written_at
        except ObjectMissing as error:
            if not error.request_id:
                raise
            self._warn(
                f"{record.savepoint}, from which the job in place of {record.job_name} "
                f"({record.job_id}) was to begin, is not there any more"
            )
            return None
        if written_at is None:
            return record
        return replace(record, written=min(record.written, round(written_at * 1000)))
