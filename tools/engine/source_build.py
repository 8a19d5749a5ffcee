"""The engine from source, with Go: the CLI, and our language host beside it.

Two cache entries, so that a change of the cheap one never rebuilds the expensive one:
`cli-<version>-<platform>` (minutes) and `<version>-<hash>` (seconds), whose `bin` has the CLI, the
SDK's scripts and the language host.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from cache import Cache, platform_tag
from command import say
from golang import HERE, SDK, go_build, module_folder

CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
HINT = "about 4 minutes, once per user"
# What the released CLI ships beside itself and the SDK's Go module has as files.
SCRIPTS = (
    "python/dist/pulumi-resource-pulumi-python",
    "python/cmd/pulumi-language-python-exec",
)
HOST_SOURCES = ("go.mod", "host/*.go", "generate/*.go")


def ready(cache: Cache, version: str) -> Path | None:
    """The finished `bin` folder for this version and this language host, None if still to build."""
    entry = cache.root / _entry(version) / "bin"
    return entry if (entry / "pulumi").is_file() else None


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
    with cache.staged(_entry(version)) as staging:
        (staging / "bin").mkdir()
        for file in cli.iterdir():
            try:
                # Not a symbolic link: the CLI looks for its plugins beside its real path.
                (staging / "bin" / file.name).hardlink_to(file)
            except OSError:
                shutil.copy2(file, staging / "bin")
        what = f"building the Python language host {version}"
        say(what)
        go_build(what, "./host", staging / "bin" / "pulumi-language-python", version=version)
    return cache.root / _entry(version) / "bin"


def _build_cli(cache: Cache, version: str) -> None:
    what = f"building the Pulumi engine {version} from source"
    say(f"{what} ({HINT})")
    with cache.staged(_cli_entry(version)) as staging:
        go_build(what, CLI, staging / "pulumi", version=version, hint=f"; {HINT}")
        sdk = module_folder(SDK)
        for script in SCRIPTS:
            copied = Path(shutil.copy(sdk / script, staging))
            copied.chmod(0o755)


def _cli_entry(version: str) -> str:
    return f"cli-{version}-{platform_tag()}"


def _entry(version: str) -> str:
    digest = hashlib.sha256(platform_tag().encode())
    for source in sorted(file for pattern in HOST_SOURCES for file in HERE.glob(pattern)):
        digest.update(f"{source.name} ".encode() + source.read_bytes())
    return f"{version}-{digest.hexdigest()[:12]}"
