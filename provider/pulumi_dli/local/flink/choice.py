"""Whether a data folder uses Flink, and which.

The choice is a file in the folder, so every process on it makes the same one.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pulumi_dli.local import private
from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import install, java, submit, versions
from pulumi_dli.local.flink.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from pulumi_dli.local.store import Store

CLUSTER = "cluster-"


def switch_on(folder: Path, wanted: str, say: Callable[[str], None]) -> str:
    """Install Flink if need be, and use it from the next start of a job on. Gives the release.

    Args:
        folder: the data folder.
        wanted: a release, or a line such as 1.15, for the jobs that name none.
        say: takes progress lines.

    Raises:
        FlinkError: there is no Java or no such version, or it cannot be installed.
    """
    release = versions.release(wanted)
    java.find()
    install.install(release, say)
    file = versions.chosen(folder)
    private.make_folder(file.parent)
    private.write(file, release)
    return release


def switch_off(folder: Path) -> None:
    """Simulate from the next start of a job on."""
    versions.chosen(folder).unlink(missing_ok=True)


def cluster(folder: Path, wanted: str) -> Cluster:
    """The folder's cluster of a version."""
    return Cluster(folder / "flink" / f"{CLUSTER}{wanted}", wanted)


def clusters(folder: Path) -> list[Cluster]:
    """Every cluster that the folder ever had."""
    found = sorted((folder / "flink").glob(f"{CLUSTER}*"))
    return [Cluster(path, path.name.removeprefix(CLUSTER)) for path in found]


def stop_all_but(folder: Path, needed: Collection[str]) -> None:
    """Begin to stop the clusters of all versions but those."""
    for item in clusters(folder):
        if item.version not in needed:
            item.stop(wait=False)


def stop(store: Store) -> None:
    """Stop every cluster of a folder, and wait until its processes are gone."""
    with store.write():  # nobody starts one meanwhile
        for request in (store.folder / "flink" / "runs").glob(f"*/{submit.REQUEST}"):
            request.unlink(missing_ok=True)
        for item in clusters(store.folder):
            item.stop(wait=True)


def forget_runs(folder: Path) -> None:
    """Remove what clusters and runs left, once they are stopped; the choice stays."""
    for path in (folder / "flink").glob("*/"):
        shutil.rmtree(path, ignore_errors=True)


def describe(folder: Path, version: str | None = None) -> str:
    """What runs the folder's jobs, in words, and why not Flink.

    Args:
        folder: the data folder.
        version: of all jobs that start, where that is set.
    """
    wanted = versions.of_folder(folder)
    if wanted is not None and version is not None:
        wanted = versions.release(version)
    if wanted is None:
        return "simulated: no Flink runs the jobs (`pulumi-dli local flink on` lets one)"
    try:
        found = java.find()
    except FlinkError as error:
        return f"Flink {wanted}, but {error}"
    unless = versions.UNLESS if version is None else ", whatever a job's flink_version names"
    later = "" if install.home(wanted) else " (the first start installs it)"
    return f"Flink {wanted}{later} on Java {found.version} ({found.java}){unless}"
