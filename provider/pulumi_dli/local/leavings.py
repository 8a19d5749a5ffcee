"""What jobs leave in the data folder beside the database, and how a reset removes it."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from pulumi_dli.local.flink import choice
from pulumi_dli.local.obs.files import OBS, Files
from pulumi_dli.local.savepoints import SCHEME

if TYPE_CHECKING:
    from pathlib import Path

OF_JOBS = ("jobs/savepoint", "jobs/checkpoint", "jobs/logs", "pulumi-dli")
"""The folders of a bucket that the service and the provider write to; all else somebody put there,
or a job, where it was told to."""


def remove(folder: Path, *, objects: bool) -> list[str]:
    """Remove what jobs left, while nothing runs. A bucket in which nothing is left goes too.

    Args:
        folder: the data folder.
        objects: whether all other objects go too.

    Returns:
        The objects that stay, `obs://bucket/key`.

    Raises:
        OSError: something cannot be removed.
    """
    choice.forget_runs(folder)
    files, kept = Files(folder), list[str]()
    for bucket, _ in files.buckets():
        place = (folder / OBS / bucket).resolve()
        for gone in [place] if objects else [place / name for name in OF_JOBS]:
            if gone.is_dir() and gone.resolve() == gone:  # no link leads elsewhere
                shutil.rmtree(gone)
        for emptied in (place / "jobs", place):
            with suppress(OSError):  # it is not empty, or gone
                emptied.rmdir()
        if files.has(bucket):
            kept += [f"{SCHEME}{bucket}/{row.key}" for row in files.listed(bucket, "")]
    return kept
