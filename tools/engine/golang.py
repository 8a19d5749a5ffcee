"""Go, as the builds here call it: the versions of go.mod, and no setting of another project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from command import EngineError, run

HERE = Path(__file__).resolve().parent
"""The folder of go.mod."""
SDK = "github.com/pulumi/pulumi/sdk/v3"


def go_build(what: str, package: str, target: Path, *, version: str, hint: str = "") -> None:
    """Build a command.

    Args:
        what: What it is, for the progress line and the reason.
        package: Its package, as `go build` takes it.
        target: The file.
        version: The engine's, which it tells as its own.
        hint: Added to the progress line.

    Raises:
        EngineError: Go is missing or too old, or the build failed.
    """
    environment = go_environment()
    check_go(environment)
    flags = f"-s -w -X {SDK}/go/common/version.Version=v{version}"
    command = ["go", "build", "-trimpath", "-ldflags", flags, "-o", str(target), package]
    run(what, command, environment=environment, directory=HERE, hint=hint)


def module_folder(module: str) -> Path:
    """Where the files of a module are.

    Raises:
        EngineError: Go does not find it.
    """
    listed = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", module],
        cwd=HERE,
        env=go_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        raise EngineError(f"Go does not find the module {module}: {listed.stderr.strip()}")
    return Path(listed.stdout.strip())


def go_environment() -> dict[str, str]:
    """The user's Go with its own caches and proxy, but not the settings of another project."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("GOOS", "GOARCH", "GOEXPERIMENT", "GOBIN", "GOPACKAGESDRIVER")
    }
    return environment | {
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOWORK": "off",
        "GO111MODULE": "on",
        "GOTOOLCHAIN": "local",  # Go must not download another Go unasked
        "CGO_ENABLED": "0",  # as the released CLI: no C compiler needed
    }


def check_go(environment: dict[str, str]) -> None:
    """Raise EngineError where Go is missing or too old."""
    needed = re.search(r"^go (\S+)$", (HERE / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    if needed is None:
        raise EngineError("tools/engine/go.mod names no Go version.")
    if shutil.which("go") is None:
        raise EngineError(f"there is no Go on PATH (version {needed[1]} or newer builds it)")
    answer = subprocess.run(
        ["go", "env", "GOVERSION"],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    found = answer.stdout.strip().removeprefix("go")
    if not _numbers(found) >= _numbers(needed[1]):
        raise EngineError(
            f"Go {needed[1]} or newer is needed, and PATH has {found or 'a broken Go'}"
        )


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]
