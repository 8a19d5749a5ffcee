"""Make what the tests of other languages need; print the folder that it is in.

    python tools/engine/languages.py

`bin/pulumi-language-yaml` (YAML's language host, from the Go module proxy), `bin/codegen` (Pulumi's
generators of SDKs) and `node_modules` (its npm SDK and TypeScript). It takes about three minutes,
once for each user. What cannot be had is left out, and said on standard error.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from cache import Cache, platform_tag
from command import EngineError, run, say
from golang import check_go, go_build, go_environment

YAML = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml@v1.25.0"
VERSION = "3.259.0"
NPM = (f"@pulumi/pulumi@{VERSION}", "typescript@5.9.3", "@types/node@22")
REVISION = 3
"""Counts the changes of what is made here."""


def folder(cache: Cache) -> Path:
    """Where it all is, or would be."""
    return cache.root / f"languages-{REVISION}-{platform_tag()}"


def make(cache: Cache) -> Path:
    """Make it, unless it was made."""
    there = folder(cache)
    with cache.locked():
        if not there.is_dir():
            with cache.staged(there.name) as staging:
                for part in _yaml, _generators, _npm:
                    try:
                        part(staging)
                    except EngineError as error:
                        say(f"left out: {error}")
    return there


def _yaml(staging: Path) -> None:
    environment = go_environment()
    check_go(environment)
    environment |= {"GOBIN": str(staging / "bin"), "GOFLAGS": "-buildvcs=false"}
    command = ["go", "install", "-trimpath", YAML]
    run("building YAML's language host", command, environment=environment, directory=staging)


def _generators(staging: Path) -> None:
    target = staging / "bin" / "codegen"
    go_build("building Pulumi's generators", "./codegen", target, version=VERSION)


def _npm(staging: Path) -> None:
    if shutil.which("npm") is None:
        raise EngineError("there is no npm on PATH")
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(staging), *NPM]
    run("installing the npm SDK", command, environment=dict(os.environ), directory=staging)


if __name__ == "__main__":
    try:
        print(make(Cache()))
    except (EngineError, OSError) as error:
        say(f"error: {error}")
        sys.exit(1)
