"""Stacks that tests begin with: what the engine made of a program once, copied for each of them.

A test that has something to say of a first `up` runs its own. For the others it is only the way
to where they begin.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path


def begun(kept: Path, directory: Path, up: Callable[[], object]) -> None:
    """Bring a new project to where its `up` leads, by running it or by copying what it led to.

    Args:
        kept: Where that is kept, for all processes of a test run.
        directory: The project's folder, with the program; nobody may have its local DLI open.
        up: Runs `pulumi up` there.
    """
    program = b"".join((directory / name).read_bytes() for name in ("Pulumi.yaml", "__main__.py"))
    copy = kept / sha256(program).hexdigest()
    kept.mkdir(exist_ok=True)
    with copy.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if copy.exists():
            _copy(copy, directory.parent)
            return
        up()
        half = copy.with_suffix(".half")
        for part in ("state", f"{directory.name}/.dli-local", f"{directory.name}/Pulumi.dev.yaml"):
            _copy(directory.parent / part, half / part)
        half.rename(copy)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
