"""Flink's releases: which one a text names, and in what the older ones differ.

Everything else here speaks of Flink 1.20.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pulumi_dli.local.errors import FlinkError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Line = tuple[int, int]

UNLESS = ", unless a job's flink_version names another"

RELEASES = {
    "1.12": "1.12.5",
    "1.13": "1.13.6",
    "1.14": "1.14.6",
    "1.15": "1.15.4",
    "1.16": "1.16.3",
    "1.17": "1.17.2",
    "1.18": "1.18.1",
    "1.19": "1.19.3",
    "1.20": "1.20.5",
    "2.0": "2.0.2",
    "2.1": "2.1.3",
    "2.2": "2.2.1",
    "2.3": "2.3.0",
}
"""The release that stands for a line: the newest on the Python package index."""
DEFAULT_VERSION = RELEASES["1.20"]
"""Jars built for the 1.12 to 1.17 of DLI usually run on it."""
OLDEST: Line = (1, 12)

WHEEL: Line = (1, 13)
"""The first line whose jars are a package of their own."""
FAILURES: Line = (1, 13)
"""The first line that keeps the failures of a job."""
LOOPBACK: Line = (1, 15)
"""The first line all of whose ports listen where they are told to."""
NAMED_SAVEPOINTS: Line = (1, 15)
"""The first line that takes a savepoint's name and form."""
SETTINGS: Line = (1, 17)
"""The first line whose REST API takes the settings of a job that it starts."""
YAML: Line = (1, 19)
"""The first line that reads config.yaml."""

RENAMED: tuple[tuple[Line, str, str | None], ...] = (
    ((1, 20), "execution.checkpointing.dir", "state.checkpoints.dir"),
    ((1, 20), "execution.state-recovery.claim-mode", "execution.savepoint-restore-mode"),
    ((1, 17), "state.backend.type", "state.backend"),
    ((1, 17), "restart-strategy.type", "restart-strategy"),
    ((1, 15), "execution.savepoint-restore-mode", None),
)
"""The first line with an option's name, the name, and the one before it; None: no such option."""


def chosen(folder: Path) -> Path:
    """The file that holds a data folder's choice; there is none where all runs are simulated."""
    return folder / "flink" / "version"


def of_folder(folder: Path) -> str | None:
    """The Flink of the jobs that name none; None: all runs are simulated."""
    try:
        return chosen(folder).read_text().strip() or None
    except FileNotFoundError:
        return None


def release(text: str) -> str:
    """The release that `1.15`, the line, or `1.15.4`, the release, names.

    Raises:
        FlinkError: it names none, or one that is too old.
    """
    version = RELEASES.get(text, text)
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise FlinkError(
            f"{text} is not a Flink version: one such as {DEFAULT_VERSION} is, or one of "
            f"{', '.join(RELEASES)}"
        )
    if line(version) < OLDEST:
        raise FlinkError(f"Flink {version} is too old: {'.'.join(map(str, OLDEST))} or newer runs")
    return version


def line(version: str) -> Line:
    """Major and minor of a release."""
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def named(definition: Mapping[str, Any]) -> str | None:
    """What a job's definition asks for; None: nothing, or an image of its own."""
    if definition["feature"] == "custom":
        return None
    return definition["flink_version"] or None


def spelled(options: Mapping[str, str], version: str) -> dict[str, str]:
    """Options under the names that a release knows, without those that it lacks."""
    result = dict(options)
    for first, name, before in RENAMED:
        if line(version) < first and name in result:
            value = result.pop(name)
            if before is not None:
                result[before] = value
    return result
