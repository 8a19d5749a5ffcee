"""Wheels: small ones made on the spot, for which no network is needed, and this package's own."""

from __future__ import annotations

import fcntl
import subprocess
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def own_wheel(kept: Path) -> Path:
    """The wheel that `make dist` writes, made once for all processes of a test run.

    Args:
        kept: Where it is kept.
    """
    folder = kept / "dist"
    folder.mkdir(parents=True, exist_ok=True)
    with (kept / "dist.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not list(folder.glob("*.whl")):
            subprocess.run(["make", "--silent", "dist", f"DIST={folder}"], cwd=ROOT, check=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def make_wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """Write a pure-Python wheel without requirements, with these files in it."""
    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    contents = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in contents.items():
            archive.writestr(inside, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{inside},,\n" for inside in contents))
    return path
