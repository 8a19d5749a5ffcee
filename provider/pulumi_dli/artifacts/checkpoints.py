"""The newest complete checkpoint of a job, where OBS can be read; else its newest savepoint.

DLI puts them under `jobs/checkpoint/<folder that begins with the job's id>/` of the job's bucket.
One whose jar makes them itself writes them under `checkpoint_path`, which another job might share:
such a checkpoint is named, and never taken by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from pulumi_dli.artifacts.copies import folder_of
from pulumi_dli.artifacts.records import Records
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.artifacts.watch import Watch
from pulumi_dli.errors import DliError, ObjectMissing
from pulumi_dli.job.checkpoint import FOLDER, Checkpoint, counts, left_behind, stuck, unused
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.next_start import LIVE, NextStart
from pulumi_dli.job.object_url import METADATA, SCHEME, is_bucket
from pulumi_dli.job.restarts import same_directory
from pulumi_dli.job.state import State

if TYPE_CHECKING:
    from pulumi_dli.artifacts.objects import Object, Objects

SAVEPOINTS = "jobs/savepoint/"
"""Where in a job's bucket the service makes the savepoints of its stops, by the job's id."""
MOST_PARTS = 200
"""How often the list is begun anew behind files that no checkpoint is told by."""
MOST_OBJECTS = 50_000
_COMPLETE = re.compile(r"(?P<directory>(?:.*/)?chk-(?P<number>\d{1,18})/)_metadata")
_SAVED = re.compile(r"(?P<directory>.*/)(?P<number>)_metadata")
_PARTS = re.compile(r"(?:.*/)?(?:shared|taskowned)/")
"""Folders of the data that checkpoints have in common: of one with state many files."""


class _Place(NamedTuple):
    """Where checkpoints may be: a bucket, what their keys begin with, whether they are its own."""

    bucket: str
    prefix: str
    own: bool


class _Found(NamedTuple):
    """A complete checkpoint; the newest compares highest."""

    own: bool
    written: int
    number: int
    path: str


class Checkpoints:
    """The checkpoints of jobs. Safe to share between threads.

    Args:
        stores: the object service of each place.
        records: savepoints that wait for a job.
        watch: knows which bytes a job was started with.
    """

    def __init__(self, stores: Stores, records: Records, watch: Watch) -> None:
        self._stores = stores
        self._records = records
        self._watch = watch

    def seen(
        self, job: JobDetail, desired: Desired, state: State | None, known: NextStart = LIVE
    ) -> JobDetail:
        """The job with its newest checkpoint, where that may be all or the latest that it has.

        Args:
            job: the live job.
            desired: the program's wish.
            state: what is known of the job.
            known: what is known of its next start where there is no state.
        """
        if behind := left_behind(job, desired, state, known):
            return self._behind(job, desired, state, behind)
        if not stuck(job, desired, state, known):
            return job
        whose = desired if state is None else state
        try:
            if left := self._records.waiting(job, desired):
                return replace(job, checkpoint=Checkpoint(left.savepoint, left.written, copy=True))
            objects = self._objects(whose)
            found = newest(objects, job)
            left = self._records.find(desired, job) if found is None else None
            saved = _saved(objects, job, whose) if found is None and left is None else None
        except DliError as error:
            return replace(job, checkpoint=Checkpoint("", unused=str(error)))
        if left is not None:
            why = "the job was started since, and what it wrote then is not in it"
            if left.job_id != job.job_id:
                why = f"job {left.job_name} ({left.job_id}) left it, and this one has run since"
            return replace(job, checkpoint=Checkpoint(left.savepoint, left.written, why, copy=True))
        if saved is not None:
            why = "nobody has noted what the job did since"
            return replace(job, checkpoint=Checkpoint(saved.path, saved.written, why, copy=True))
        return job if found is None else self._with(job, desired, state, found)

    def left(self, job: JobDetail, state: State) -> str:
        """The newest checkpoint of a job at rest, `obs://…`, where that is its latest state.

        "" for none, or where nobody may look.
        """
        try:
            objects = self._objects(state)
            saved = job.savepoint_path if job.has_savepoint else ""
            found = _newer(objects, job, saved, state) if saved else newest(objects, job)
        except DliError:
            return ""
        return "" if found is None else found.path

    def older(self, job: JobDetail, state: State) -> str:
        """The newest savepoint or checkpoint from before a job's last start; "" as of `left`."""
        try:
            found = _saved(self._objects(state), job, state)
        except DliError:
            return ""
        return "" if found is None else found.path

    def emptied(self, path: str, whose: Desired | State) -> bool:
        """Whether a directory, `obs://…`, certainly holds nothing: rules clear a bucket."""
        try:
            objects = self._stores.looked(whose.value("region"), whose.value("project_id"))
            return objects is not None and _empty(objects, path)
        except DliError:
            return False

    def _behind(
        self, job: JobDetail, desired: Desired, state: State | None, saved: str
    ) -> JobDetail:
        """The job with a checkpoint that is newer than its savepoint, where that can be seen."""
        try:
            objects = self._objects(desired if state is None else state)
            found = _newer(objects, job, saved, state)
            if found is None or not counts(found.written, job, desired, state):
                return job
            alone = same_directory(found.path, saved) or _empty(objects, saved)
        except DliError:  # then nothing shows that there is anything newer
            return job
        return self._with(job, desired, state, found, "" if alone else saved)

    def _with(
        self,
        job: JobDetail,
        desired: Desired,
        state: State | None,
        found: _Found,
        behind: str = "",
    ) -> JobDetail:
        why = unused(job, desired, state) if found.own else "another job might write there too"
        if not why and state is not None and (names := self._watch.overwritten(job, state)):
            why = f"it need not fit the changed bytes of {', '.join(names)}"
        return replace(job, checkpoint=Checkpoint(found.path, found.written, why, behind=behind))

    def _objects(self, whose: Desired | State) -> Objects:
        return self._stores.at(whose.value("region"), whose.value("project_id")).hasty()


def newest(objects: Objects, job: JobDetail) -> _Found | None:
    """The newest complete checkpoint that a job wrote since its start; None where there is none.

    Raises:
        DliError: the bucket cannot be read.
    """
    found = (each for place in _places(job) for each in _complete(objects, place))
    return max((each for each in found if each.written > job.start_time), default=None)


def _newer(objects: Objects, job: JobDetail, saved: str, state: State | None) -> _Found | None:
    """The newest checkpoint of a job where it is newer than a savepoint, or is that itself.

    It is newer than one that was cleared out of its bucket, too. Where others may write too only if
    the job is known to have run on behind that savepoint.

    Raises:
        DliError: the bucket cannot be read.
    """
    bucket, _, folder = saved.removeprefix(SCHEME).strip("/").partition("/")
    key = f"{folder}/{METADATA}"
    there = (each for each in objects.listed(bucket, key) if each.key == key)
    told = next((_milliseconds(each.modified) for each in there), 0)
    if not told and not _empty(objects, saved):
        return None  # it is laid out in another way
    found = newest(objects, job)
    if found is None or same_directory(found.path, saved):
        return found
    ran_on = state is not None and same_directory(saved, state.ran_on)
    return found if found.written > told and (found.own or ran_on) else None


def _empty(objects: Objects, path: str) -> bool:
    """Whether a directory, `obs://…`, holds nothing.

    Raises:
        DliError: the bucket cannot be read.
    """
    bucket, _, folder = path.removeprefix(SCHEME).strip("/").partition("/")
    return not any(objects.listed(bucket, f"{folder}/"))


def _saved(objects: Objects, job: JobDetail, whose: Desired | State) -> _Found | None:
    """The newest savepoint of a job that is left: one that the service keeps, or a copy; or None.

    Where there is none, its newest checkpoint, from before its last start, which need not fit a
    changed job.

    Raises:
        DliError: the bucket cannot be read.
    """
    bucket = str(job.value("obs_bucket") or "")
    copies = (folder_of(whose, mark) for mark in whose.marks if mark)
    places = (
        _Place(bucket, prefix, own=True)
        for prefix in (f"{SAVEPOINTS}{job.job_id}/", *copies)
        if is_bucket(bucket)
    )
    saved = (each for place in places for each in _complete(objects, place, _SAVED))
    if latest := max(saved, default=None):
        return latest
    its_own = (place for place in _places(job) if place.own)
    return max((each for place in its_own for each in _complete(objects, place)), default=None)


def _places(job: JobDetail) -> Iterator[_Place]:
    own = re.compile(rf"{FOLDER}{job.job_id}(?!\d)")
    bucket, path = (str(job.value(name) or "") for name in ("obs_bucket", "checkpoint_path"))
    theirs, _, folder = path.removeprefix(SCHEME).partition("/")
    folder = folder.strip("/")
    if is_bucket(theirs) and folder:
        yield _Place(theirs, f"{folder}/", own.match(folder) is not None)
    if is_bucket(bucket) and not (theirs == bucket and own.match(folder)):
        yield _Place(bucket, f"{FOLDER}{job.job_id}", own=True)


def _complete(
    objects: Objects, place: _Place, named: re.Pattern[str] = _COMPLETE
) -> Iterator[_Found]:
    """The complete checkpoints of a place, or what else is named like this."""
    behind = re.compile(r"\D") if not place.prefix.endswith("/") else None
    for each in _told(objects, place):
        told = named.fullmatch(each.key)
        other = behind and not behind.match(each.key, len(place.prefix))  # job 13 is not job 138
        written = _milliseconds(each.modified)
        if told and not other and written:
            path = f"{SCHEME}{place.bucket}/{told['directory']}"
            yield _Found(place.own, written, int(told["number"] or 0), path)


def _told(objects: Objects, place: _Place) -> Iterator[Object]:
    """The objects of a place, without most of those that hold a checkpoint's data."""
    marker, seen = "", 0
    for _ in range(MOST_PARTS):
        try:
            for each in objects.listed(place.bucket, place.prefix, marker=marker):
                seen += 1
                yield each
                if inside := _PARTS.match(each.key):
                    marker = f"{inside[0][:-1]}0"  # the character behind "/"
                    break
            else:
                return
        except ObjectMissing:  # no such bucket
            return
        if seen > MOST_OBJECTS:
            break
    raise DliError(
        f"there are too many objects under {SCHEME}{place.bucket}/{place.prefix} to look through"
    )


def _milliseconds(text: str) -> int:
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        return 0
