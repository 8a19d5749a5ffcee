"""Complete savepoints and checkpoints in a bucket: directories with their `_metadata`.

DLI puts checkpoints under `jobs/checkpoint/<folder that begins with the job's id>/` of the job's
bucket. One whose jar makes them itself writes them under `checkpoint_path`, which another job might
share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from pulumi_dli.artifacts.copies import folder_of
from pulumi_dli.errors import DliError, ObjectMissing
from pulumi_dli.job.checkpoint import FOLDER
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.object_url import METADATA, SCHEME, is_bucket
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


class Found(NamedTuple):
    """A complete checkpoint; the newest compares highest."""

    own: bool
    written: int
    number: int
    path: str


def newest(objects: Objects, job: JobDetail) -> Found | None:
    """The newest complete checkpoint that a job wrote since its start; None where there is none.

    Raises:
        DliError: the bucket cannot be read.
    """
    found = (each for place in _places(job) for each in _complete(objects, place))
    return max((each for each in found if each.written > job.start_time), default=None)


def written(objects: Objects, saved: str) -> int | None:
    """When a savepoint was completed, in milliseconds; 0 for one that is laid out in another way.

    None where its directory is empty.

    Raises:
        DliError: the bucket cannot be read.
    """
    bucket, _, folder = saved.removeprefix(SCHEME).strip("/").partition("/")
    key = f"{folder}/{METADATA}"
    there = (each for each in objects.listed(bucket, key) if each.key == key)
    told = next((_milliseconds(each.modified) for each in there), 0)
    return None if not told and empty(objects, saved) else told


def empty(objects: Objects, path: str) -> bool:
    """Whether a directory, `obs://…`, holds nothing.

    Raises:
        DliError: the bucket cannot be read.
    """
    bucket, _, folder = path.removeprefix(SCHEME).strip("/").partition("/")
    return not any(objects.listed(bucket, f"{folder}/"))


def saved(objects: Objects, job: JobDetail, whose: Desired | State) -> Found | None:
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
) -> Iterator[Found]:
    """The complete checkpoints of a place, or what else is named like this."""
    behind = re.compile(r"\D") if not place.prefix.endswith("/") else None
    for each in _told(objects, place):
        told = named.fullmatch(each.key)
        other = behind and not behind.match(each.key, len(place.prefix))  # job 13 is not job 138
        written = _milliseconds(each.modified)
        if told and not other and written:
            path = f"{SCHEME}{place.bucket}/{told['directory']}"
            yield Found(place.own, written, int(told["number"] or 0), path)


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
