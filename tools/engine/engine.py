"""Make the Pulumi engine available; print the folder to put first on PATH.

    python tools/engine/engine.py

It looks in this order, and the first way that works is it:

1. `pulumi` on PATH, new enough, with its Python language host;
2. the SDK's own installer (`pulumi.automation.PulumiCommand.install`), into a per-user cache;
3. a build from source with Go, through the Go module proxy, into the same cache.

The folder is the only line on standard output; progress goes to standard error. Where no way
works, one sentence says what was tried, and the exit code is 1. Nothing goes into system folders,
and `~/.pulumi` is not touched.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import source_build
from cache import Cache, platform_tag
from command import EngineError, run, say

VERSION = "3.259.0"
# Seconds that the download host has to answer.
ANSWER = 5
HOST = "pulumi-language-python"
INSTALL = """
import socket, sys
import semver
from pulumi.automation import PulumiCommand
socket.setdefaulttimeout(float(sys.argv[3]))
PulumiCommand.install(root=sys.argv[1], version=semver.VersionInfo.parse(sys.argv[2]))
"""


def main() -> int:
    """Find or make the engine; the exit code."""
    # A killed build cleans up as an interrupted one does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        print(engine())
    except (EngineError, OSError) as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("interrupted; nothing half-done is left behind")
        return 128 + signal.SIGINT
    return 0


def engine() -> Path:
    """The folder of a `pulumi` that this project can use.

    Raises:
        EngineError: No way led to one.
    """
    cache = Cache()
    tried: list[str] = []
    if found := on_path(cache, tried) or in_cache(cache):
        return found
    with cache.locked():
        if found := in_cache(cache):
            return found
        # With a CLI that was built before, what is missing beside it takes seconds.
        built = source_build.has_cli(cache, VERSION)
        for make in [source_build.build] if built else [download, source_build.build]:
            try:
                return make(cache, VERSION)
            except EngineError as error:
                tried.append(str(error))
    raise EngineError(
        f"The Pulumi engine {VERSION} is not available: {'; '.join(tried)}. Install the Pulumi CLI"
        f" {VERSION} or newer, or Go, and run this again."
    )


def on_path(cache: Cache, tried: list[str]) -> Path | None:
    """The folder of the `pulumi` on the user's PATH, if it will do; else why not, in `tried`."""
    # `make shell` puts an entry of the cache on PATH; which one is right is for the cache to say.
    folders = [
        folder
        for folder in os.get_exec_path()
        if folder and not Path(folder).resolve().is_relative_to(cache.root.resolve())
    ]
    path = os.pathsep.join(folders)
    pulumi = shutil.which("pulumi", path=path)
    if pulumi is None:
        tried.append("there is no pulumi on PATH")
        return None
    version = _version(pulumi)
    needed = [int(number) for number in VERSION.split(".")]
    if version is None:
        tried.append(f"{pulumi} does not tell its version")
    elif version[0] != needed[0] or version < needed:
        tried.append(f"{pulumi} is version {'.'.join(map(str, version))}")
    elif not (shutil.which(HOST, path=path) or (Path(pulumi).resolve().parent / HOST).is_file()):
        tried.append(f"{pulumi} has no {HOST} beside it")
    else:
        return Path(pulumi).absolute().parent
    return None


def _version(pulumi: str) -> list[int] | None:
    with tempfile.TemporaryDirectory() as home:
        try:
            answer = subprocess.run(
                [pulumi, "version"],
                env=_environment(Path(home)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    number = re.match(r"v?(\d+)\.(\d+)\.(\d+)", answer.stdout)
    return [int(part) for part in number.groups()] if number else None


def in_cache(cache: Cache) -> Path | None:
    """The engine that an earlier call downloaded or built."""
    downloaded = cache.root / _download_entry(VERSION) / "bin"
    if (downloaded / HOST).is_file():
        return downloaded
    return source_build.ready(cache, VERSION)


def download(cache: Cache, version: str) -> Path:
    """Let the SDK's installer fetch the released CLI, with the cache's lock held.

    Raises:
        EngineError: Its host cannot be reached, or it failed.
    """
    name = _download_entry(version)
    what = f"downloading the Pulumi engine {version} with the SDK's installer"
    with cache.staged(name) as staging, tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-I", "-c", INSTALL, str(staging), version, str(ANSWER)]
        run(what, command, environment=_environment(Path(home)))
        if not (staging / "bin" / HOST).is_file():
            raise EngineError(f"the SDK's installer brought no {HOST}")
    return cache.root / name / "bin"


def _download_entry(version: str) -> str:
    return f"download-{version}-{platform_tag()}"


def _environment(home: Path) -> dict[str, str]:
    """This environment without the owner's Pulumi settings, and with another home for its files."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
    return kept | {"PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"}


if __name__ == "__main__":
    sys.exit(main())
