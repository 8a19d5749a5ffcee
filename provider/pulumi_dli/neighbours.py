"""What the provider processes of one run tell each other: whose job is whose.

The engine starts a process for each provider that a program configures, and may have the one create
what replaces a resource, and the other delete what that was. Each writes what it knows into a file
of its own, which it holds locked as long as it lives; what no process holds is of a run that is
over, and goes with the next.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO


class Neighbours:
    """The processes of this user that serve one engine. Safe to share between threads.

    Where no files can be had nothing is told: then each process knows of its own resources only.

    Args:
        engine: the engine's address, which the processes of a run have in common.
    """

    def __init__(self, engine: str) -> None:
        self._run = hashlib.sha256(engine.encode()).hexdigest()[:16]
        self._folder = Path(tempfile.gettempdir()) / f"pulumi-dli-{os.getuid()}"
        self._lock = threading.Lock()
        self._own: int | None = None  # held open, and with it the lock, as long as this lives
        self._written: set[str] = set()

    def tell(self, thing: object, urn: str) -> None:
        """Tell the others that something is a resource's.

        Args:
            thing: what JSON can write, the same in all processes.
            urn: the resource.
        """
        line = json.dumps([thing, urn])
        with self._lock, contextlib.suppress(OSError):
            if line not in self._written:
                self._written.add(line)
                if self._own is None:
                    self._own = self._opened()
                os.write(self._own, f"{line}\n".encode())

    def told(self, thing: object) -> str:
        """The resource that something is of, by what the others have told; "" for none."""
        wanted = json.loads(json.dumps(thing))
        with contextlib.suppress(OSError):
            for notes in self._living(f"{self._run}-*"):
                for known, urn in map(json.loads, notes):
                    if known == wanted:
                        return str(urn)
        return ""

    def _opened(self) -> int:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        list(self._living("*"))  # what is left of other runs goes
        draft = self._folder / f".{os.getpid()}"  # nobody takes it for a left one, unlocked
        own = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        fcntl.flock(own, fcntl.LOCK_EX)
        draft.rename(self._folder / f"{self._run}-{os.getpid()}")
        return own

    def _living(self, names: str) -> Iterator[IO[str]]:
        """The files that living processes hold; others go."""
        if self._folder.is_dir() and self._folder.stat().st_uid != os.getuid():
            raise PermissionError(self._folder)  # somebody else was here first
        for path in sorted(self._folder.glob(names)):
            if path.name.startswith("."):
                continue
            with contextlib.suppress(FileNotFoundError), path.open(encoding="utf-8") as notes:
                try:
                    fcntl.flock(notes, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    yield notes
                else:
                    path.unlink(missing_ok=True)
