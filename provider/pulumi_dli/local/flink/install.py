"""Flink in the per-user cache, from the Python package index.

`$XDG_CACHE_HOME/pulumi-dli/flink/<version>`, or `~/.cache/pulumi-dli/flink/<version>`: there
whole, or not at all.
The package is `apache-flink-libraries`.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_dli.local.errors import FlinkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEFAULT_VERSION = "1.20.5"
"""Jars built for the 1.12 to 1.17 of DLI usually run on it."""
OLDEST = (1, 20)
PACKAGE = "apache-flink-libraries"
PROGRESS = 15
"""Seconds between two progress lines."""


def cache() -> Path:
    """The user's cache. A relative XDG_CACHE_HOME counts as none, as its standard says."""
    place = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return place if place.is_absolute() else Path.home() / ".cache"


def home(version: str) -> Path | None:
    """The folder with Flink's `lib`; None: that version is not installed."""
    folder = _versions() / version / "pyflink"
    return folder if (folder / "lib").is_dir() else None


def jars(version: str) -> list[Path]:
    """What goes on the class path of a cluster and of a compiler.

    Raises:
        FlinkError: that version is not installed.
    """
    folder = home(version)
    if folder is None:
        raise FlinkError(
            f"Flink {version} is not installed: `pulumi-dli local flink on --version {version}` "
            "installs it"
        )
    return sorted((folder / "lib").glob("*.jar"))


def install(version: str, say: Callable[[str], None]) -> Path:
    """Install a version, once for each user. Gives its folder.

    Args:
        version: of Flink, such as 1.20.5.
        say: takes progress lines.

    Raises:
        FlinkError: it is no version or too old, pip is missing or failed, or the cache cannot
            be written.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise FlinkError(f"{version} is not a Flink version: one such as {DEFAULT_VERSION} is")
    if tuple(map(int, version.split(".")))[:2] < OLDEST:
        raise FlinkError(
            f"Flink {version} is too old: its API takes no settings of a single job; "
            f"{'.'.join(map(str, OLDEST))} or newer does"
        )
    found = home(version)
    if found is not None:
        return found
    with _locked(say) as versions:
        found = home(version)
        if found is not None:
            return found
        staging = Path(tempfile.mkdtemp(prefix="staging-", dir=versions))
        try:
            _fetch(version, staging, say)
            staging.chmod(0o755)
            staging.rename(versions / version)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return versions / version / "pyflink"


def _fetch(version: str, staging: Path, say: Callable[[str], None]) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    # A wheel built from the 230 MB would stay in pip's own cache, beside ours.
    command += ["--no-cache-dir", "--disable-pip-version-check", "--target", str(staging)]
    say(f"installing Flink {version} from the Python package index (about 230 MB, once)")
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        with subprocess.Popen(
            [*command, f"{PACKAGE}=={version}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process:
            try:
                while _runs(process):
                    say(f"installing Flink {version} ({time.monotonic() - began:.0f} s)")
            except BaseException:
                process.terminate()
                raise
        output.seek(0)
        lines = [line.strip() for line in output if line.strip()]
    if process.returncode:
        reason = next((x for x in lines if x.startswith("ERROR:")), lines[-1] if lines else "")
        reason = reason.removeprefix("ERROR: ")
        raise FlinkError(f"Flink {version} could not be installed: {reason}")
    if not list(staging.glob("pyflink/lib/flink-dist*.jar")):
        raise FlinkError(f"{PACKAGE} {version} holds no flink-dist jar: try another version")
    shutil.rmtree(staging / "pyflink" / "opt", ignore_errors=True)  # the shells: not used here


def _runs(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(PROGRESS)
    except subprocess.TimeoutExpired:
        return True
    return False


@contextmanager
def _locked(say: Callable[[str], None]) -> Iterator[Path]:
    """The folder of the versions, held for writing."""
    versions = _versions()
    try:
        versions.mkdir(parents=True, exist_ok=True)
        lock = (versions / "lock").open("w")
    except OSError as error:
        raise FlinkError(
            f"the cache {versions} cannot be written ({error.strerror}); set XDG_CACHE_HOME to a "
            "folder of yours"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another process that installs Flink")
            fcntl.flock(lock, fcntl.LOCK_EX)
        # Only the holder of the lock stages: what is there was left by one that was killed.
        for left in versions.glob("staging-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield versions


def _versions() -> Path:
    return cache() / "pulumi-dli" / "flink"
