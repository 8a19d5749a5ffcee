"""The engine from source: the CLI built with Go, and our language host beside it.

Three cache entries, so that a change of the cheap ones never rebuilds the expensive one:
`cli-<version>-<platform>` (minutes), `sdk-<version>-<python>` (the host's own virtual environment,
seconds) and `<version>-<hash>`, whose `bin` has the CLI, the SDK's scripts and the language host.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cache import Cache, platform_tag
from command import EngineError, run, say

HERE = Path(__file__).resolve().parent
CONSTRAINTS = HERE.parent.parent / "constraints.txt"
CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
# What the released CLI ships beside itself and the SDK's Go module has as files.
SCRIPTS = (
    "python/dist/pulumi-resource-pulumi-python",
    "python/cmd/pulumi-language-python-exec",
)
# -E and -s: variables and packages of the user's own Python are for the program, not for the host.
# SIGINT is ignored until the host listens for it.
START_HOST = """#!/bin/sh
trap '' INT
exec "${{0%/*}}/../../{sdk}/bin/python" -E -s "${{0%/*}}/../host/language_host.py" "$@"
"""


def ready(cache: Cache, version: str) -> Path | None:
    """The finished `bin` folder for this version and this language host, None if still to build."""
    entry = cache.root / _entry(version)
    python = cache.root / _sdk_entry() / "bin" / "python"
    return entry / "bin" if (entry / "bin" / "pulumi").is_file() and python.is_file() else None


def has_cli(cache: Cache, version: str) -> bool:
    """Whether the expensive part is done."""
    return (cache.root / _cli_entry(version) / "pulumi").is_file()


def build(cache: Cache, version: str) -> Path:
    """Build what is missing, with the cache's lock held.

    Args:
        cache: Where it goes.
        version: The engine's version, the one that go.mod names.

    Returns:
        The `bin` folder.

    Raises:
        EngineError: Go is missing or too old, or a build failed.
    """
    cli = cache.root / _cli_entry(version)
    if not has_cli(cache, version):
        _build_cli(cache, version)
    if not (cache.root / _sdk_entry() / "bin" / "python").is_file():
        _build_sdk(cache)
    with cache.staged(_entry(version)) as staging:
        (staging / "bin").mkdir()
        for file in cli.iterdir():
            try:
                # Not a symbolic link: the CLI looks for its plugins beside its real path.
                (staging / "bin" / file.name).hardlink_to(file)
            except OSError:
                shutil.copy2(file, staging / "bin")
        start = staging / "bin" / "pulumi-language-python"
        start.write_text(START_HOST.format(sdk=_sdk_entry()), encoding="utf-8")
        start.chmod(0o755)
        (staging / "host").mkdir()
        for source in _host_sources():
            shutil.copy(source, staging / "host")
    return cache.root / _entry(version) / "bin"


def _build_cli(cache: Cache, version: str) -> None:
    environment = go_environment()
    check_go(environment)
    what = f"building the Pulumi engine {version} from source"
    say(f"{what} (about 4 minutes, once per user)")
    with cache.staged(_cli_entry(version)) as staging:
        flags = f"-s -w -X {SDK}/go/common/version.Version=v{version}"
        run(
            what,
            ["go", "build", "-trimpath", "-ldflags", flags, "-o", str(staging / "pulumi"), CLI],
            environment=environment,
            directory=HERE,
            hint="; about 4 minutes, once per user",
        )
        listed = subprocess.run(
            ["go", "list", "-m", "-f", "{{.Dir}}", SDK],
            cwd=HERE,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if listed.returncode != 0:
            raise EngineError(f"Go does not find the module {SDK}: {listed.stderr.strip()}")
        for script in SCRIPTS:
            copied = Path(shutil.copy(Path(listed.stdout.strip()) / script, staging))
            copied.chmod(0o755)


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


def _build_sdk(cache: Cache) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON")
        and name not in ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_VIRTUALENV")
    }
    what = "installing the Python language host"
    say(f"{what} (once per user)")
    with cache.staged(_sdk_entry()) as staging:
        venv = [sys.executable, "-m", "venv", "--without-pip", str(staging)]
        run(what, venv, environment=environment)
        pip = [sys.executable, "-m", "pip", "--python", str(staging / "bin" / "python")]
        wanted = ["--constraint", str(CONSTRAINTS), f"pulumi=={_sdk_version()}"]
        run(what, [*pip, "install", "--quiet", *wanted], environment=environment)


def _cli_entry(version: str) -> str:
    return f"cli-{version}-{platform_tag()}"


def _sdk_version() -> str:
    try:
        return importlib.metadata.version("pulumi")
    except importlib.metadata.PackageNotFoundError:
        raise EngineError(
            f"{sys.executable} has no Pulumi SDK; run this with the project's virtual environment."
        ) from None


def _sdk_entry() -> str:
    # A virtual environment belongs to the Python it was made with.
    origin = f"{sys.base_prefix} {sys.version}"
    digest = hashlib.sha256(origin.encode()).hexdigest()[:8]
    return f"sdk-{_sdk_version()}-{platform_tag()}-{digest}"


def _host_sources() -> list[Path]:
    return sorted((HERE / "host").glob("*.py"))


def _entry(version: str) -> str:
    digest = hashlib.sha256(f"{START_HOST} {_sdk_entry()} ".encode())
    for source in _host_sources():
        digest.update(f"{source.name} ".encode() + source.read_bytes())
    return f"{version}-{digest.hexdigest()[:12]}"
