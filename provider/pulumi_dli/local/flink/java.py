"""The Java that runs Flink."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pulumi_dli.local.errors import FlinkError

VERSIONS = (11, 17)
"""The Java versions that every Flink from 1.12 to 2.x runs on."""
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Java:
    """A Java of a version that Flink runs on.

    Attributes:
        java: the command.
        javac: the compiler beside it; None: it is a runtime only.
        version: 11 or 17.
    """

    java: Path
    javac: Path | None
    version: int


@functools.cache
def find() -> Java:
    """The Java of JAVA_HOME, else the one on PATH.

    Raises:
        FlinkError: there is none, or of another version.
    """
    home = os.environ.get("JAVA_HOME")
    places = [Path(home) / "bin"] if home else []
    found = shutil.which("java")
    if found:
        places.append(Path(found).resolve().parent)
    others = []
    for place in places:
        version = _version(place / "java")
        if version in VERSIONS:
            compiler = place / "javac"
            return Java(place / "java", compiler if compiler.is_file() else None, version)
        others += [f"{place / 'java'} is Java {version}"] if version else []
    seen = f" ({', '.join(others)})" if others else ""
    raise FlinkError(
        f"Flink needs Java 11 or 17, and there is none in JAVA_HOME or on PATH{seen}: install one"
    )


def _version(java: Path) -> int | None:
    try:
        done = subprocess.run(
            [java, "-version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = re.search(r'version "(\d+)', done.stderr)
    return int(number[1]) if number and not done.returncode else None
