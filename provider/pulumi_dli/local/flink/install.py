"""Flink in the per-user cache, from the Python package index.

`$XDG_CACHE_HOME/pulumi-dli/flink/<version>`, or `~/.cache/pulumi-dli/flink/<version>`: there
whole, or not at all. The package is `apache-flink-libraries`, for 1.12 `apache-flink`.

    python -m pulumi_dli.local.flink.install VERSION FAILURE_FILE
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = "apache-flink-libraries"
WHOLE = "apache-flink"
"""Before 1.13: jars and Python in one, so it asks for an old Python, which no jar needs."""
OLD_PYTHON = (
    "--platform=manylinux1_x86_64",
    "--python-version=3.8",
    "--abi=cp38",
    "--only-binary=:all:",
)
FAILURE = "install.failed"
WORDS = "installing Flink {} from the Python package index (about 230 MB, once)"
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
        FlinkError: pip is missing or failed, or the cache cannot be written.
    """
    found = home(version)
    if found is not None:
        return found
    with _locked(say) as folder:
        found = home(version)
        if found is not None:
            return found
        staging = Path(tempfile.mkdtemp(prefix="staging-", dir=folder))
        try:
            _fetch(version, staging, say)
            staging.chmod(0o755)
            staging.rename(folder / version)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return folder / version / "pyflink"


def main(version: str, failure: Path) -> None:
    """Install a version; why it cannot be is left in a file, in one line."""
    try:
        install(version, lambda _: None)
    except (FlinkError, OSError) as error:
        draft = failure.with_suffix(".draft")
        draft.write_text(str(error))
        draft.rename(failure)


def _fetch(version: str, staging: Path, say: Callable[[str], None]) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    # A wheel built from the 230 MB would stay in pip's own cache, beside ours.
    command += ["--no-cache-dir", "--disable-pip-version-check", "--target", str(staging)]
    package = PACKAGE
    if versions.line(version) < versions.WHEEL:
        package = WHOLE
        command += OLD_PYTHON
    say(WORDS.format(version))
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        with subprocess.Popen(
            [*command, f"{package}=={version}"],
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
        if "(from versions: none)" in reason:  # pip does not say that no index answered
            reason = f"pip finds no {package} at all; check the network, and the package index "
            reason += "that pip is set to"
        raise FlinkError(f"Flink {version} could not be installed: {reason}")
    if not list(staging.glob("pyflink/lib/flink-dist*.jar")):
        raise FlinkError(f"{package} {version} holds no flink-dist jar: try another version")
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
    folder = _versions()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise FlinkError(
            f"the cache {folder} cannot be written ({error.strerror}); set XDG_CACHE_HOME to a "
            "folder of yours"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another process that installs Flink")
            fcntl.flock(lock, fcntl.LOCK_EX)
        # Only the holder of the lock stages: what is there was left by one that was killed.
        for left in folder.glob("staging-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield folder


def _versions() -> Path:
    return cache() / "pulumi-dli" / "flink"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
