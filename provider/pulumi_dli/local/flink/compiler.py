"""Makes a jar of one Java file, compiled against the Flink that is installed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import install, java

RELEASE = "11"
"""The oldest Java that runs Flink: such a jar runs on all of them."""
QUICK = "-J-XX:TieredStopAtLevel=1"
"""A compiler that has one file is done before it would run faster for having been optimized."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every entry, so that the same source makes the same bytes."""


def jar(source: Path, version: str, target: Path) -> Path:
    """Compile `Name.java` into `target/Name.jar`, whose main class it is.

    What was compiled once is kept in the user's cache, `compiled` beside the Flinks.

    Raises:
        FlinkError: there is no compiler or no such Flink, or the source has errors.
    """
    found = java.find()
    if found.javac is None:
        raise FlinkError(f"{found.java} is a Java without a compiler: install a JDK")
    path = ":".join(str(item) for item in install.jars(version))
    try:
        text = source.read_bytes()
    except OSError as error:
        raise FlinkError(f"{source} cannot be read: {error.strerror}") from None
    told = hashlib.sha256(f"{version} {found.version} {RELEASE} ".encode() + text)
    result = target / f"{source.stem}.jar"
    kept = install.cache() / "pulumi-dli" / "compiled" / told.hexdigest()[:32] / result.name
    if kept.is_file():
        shutil.copyfile(kept, result)
        return result
    _compile(found.javac, path, source, result)
    with contextlib.suppress(OSError):  # the next one compiles it again
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_name(f".{os.getpid()}")
        shutil.copyfile(result, draft)
        draft.replace(kept)
    return result


def _compile(javac: Path, path: str, source: Path, result: Path) -> None:
    with tempfile.TemporaryDirectory() as work:
        options = [QUICK, "-nowarn", "--release", RELEASE, "-d", work, "-cp", path]
        done = subprocess.run(
            [str(javac), *options, str(source)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise FlinkError(f"{source} does not compile: {_first_error(done.stderr)}")
        with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
            manifest = f"Manifest-Version: 1.0\nMain-Class: {_main_class(source)}\n\n"
            archive.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF", LONG_AGO), manifest)
            for file in sorted(Path(work).rglob("*.class")):
                entry = zipfile.ZipInfo(str(file.relative_to(work)), LONG_AGO)
                archive.writestr(entry, file.read_bytes())


def _main_class(source: Path) -> str:
    package = re.search(r"^package ([\w.]+);", source.read_text(encoding="utf-8"), re.MULTILINE)
    return f"{package[1]}.{source.stem}" if package else source.stem


def _first_error(text: str) -> str:
    line = next((line for line in text.splitlines() if "error:" in line), text.strip())
    return line.rpartition("error: ")[2]
