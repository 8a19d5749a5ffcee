"""What the records of a project name, be they of this provider's version or of another.

Whatever one names is kept as if a job named it: it stands for a way back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from pulumi_dli.artifacts.objects import Object, Objects
from pulumi_dli.artifacts.record import UNREADABLE
from pulumi_dli.artifacts.record_folders import RECORDS
from pulumi_dli.errors import DliError, ObjectMissing
from pulumi_dli.job.detail import integer
from pulumi_dli.job.object_url import ObjectUrl

LARGEST = 1 << 20
"""Bytes of a record."""


class Recorded(NamedTuple):
    """A record: where it is, what the service tells of it, and what it says."""

    url: ObjectUrl
    object: Object
    text: str

    @property
    def left_by(self) -> int:
        """The job whose state it tells of; 0 where it does not say."""
        try:
            return integer(json.loads(self.text)["job_id"])
        except UNREADABLE:
            return 0


def recorded(objects: Objects, folder: ObjectUrl) -> Iterator[Recorded]:
    """The records of a project's folder in the order of their keys.

    Args:
        objects: of the place.
        folder: of the project's objects; see `pulumi_dli.artifacts.names.home`.

    Raises:
        DliError: one cannot be read, so nobody knows what it names.
    """
    for found in objects.listed(folder.bucket, f"{folder.key}/{RECORDS}/"):
        url = ObjectUrl(folder.bucket, found.key)
        if found.key.endswith("/"):  # the folder itself, as consoles make it
            continue
        try:
            content = objects.read(url, 0, LARGEST + 1)
        except ObjectMissing:  # gone since it was listed
            continue
        if len(content) > LARGEST:
            raise DliError(
                f"{url} is larger than a record may be ({LARGEST >> 20} MB), so what it names is "
                "not known; move it out of that folder"
            )
        yield Recorded(url, found, content.decode("utf-8", "replace"))
