"""The engine's per-user cache: folders that are there whole, or not at all."""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from command import EngineError, say


def platform_tag() -> str:
    """What a home that several machines share must keep apart, as `linux-x86_64`."""
    return f"{sys.platform}-{platform.machine()}"


class Cache:
    """`$XDG_CACHE_HOME/pulumi-dli/engine`, or `~/.cache/pulumi-dli/engine`.

    Attributes:
        root: That folder, absolute. A relative XDG_CACHE_HOME counts as none, as its standard says.
    """

    def __init__(self) -> None:
        home = Path(os.environ.get("XDG_CACHE_HOME", ""))
        base = home if home.is_absolute() else Path.home() / ".cache"
        self.root = base / "pulumi-dli" / "engine"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the cache for writing, so that two clones that build at once build once.

        Raises:
            EngineError: The folder cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = (self.root / "lock").open("w")
        except OSError as error:
            raise EngineError(
                f"The engine's cache {self.root} cannot be written ({error.strerror}); set"
                " XDG_CACHE_HOME to a folder of yours."
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another process that prepares the Pulumi engine")
                fcntl.flock(lock, fcntl.LOCK_EX)
            # Only the holder of the lock stages: what is there was left by one that was killed.
            for left in self.root.glob("staging-*"):
                shutil.rmtree(left, ignore_errors=True)
            yield

    @contextmanager
    def staged(self, name: str) -> Iterator[Path]:
        """Fill an entry: yields an empty folder that becomes the entry when the block succeeds.

        Call it with the lock held.
        """
        staging = Path(tempfile.mkdtemp(prefix="staging-", dir=self.root))
        try:
            yield staging
            entry = self.root / name
            shutil.rmtree(entry, ignore_errors=True)
            staging.chmod(0o755)
            staging.rename(entry)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
