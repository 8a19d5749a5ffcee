"""The stack's configuration, as the Pulumi CLI tells it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pulumi_dli.errors import MAX_TEXT, SettingsError
from pulumi_dli.settings.project import project_folder
from pulumi_dli.settings.sources import NAMESPACE

_PATIENCE = 60.0
_NO_STACK = re.compile(r"no (current )?stack|no stack selected", re.IGNORECASE)


def folders(stack: str | None) -> tuple[Path, Path | None]:
    """The folder of this process, and that of its project, if it is in one.

    Raises:
        SettingsError: a stack is named, and there is no project; or the folder is gone.
    """
    try:
        here = Path.cwd()
    except OSError:
        raise SettingsError("the working folder is gone: change to the project's folder") from None
    folder = project_folder(here)
    if folder is None and stack is not None:
        raise SettingsError(
            f"there is no Pulumi.yaml here or above, so no stack {stack}: change to its folder"
        )
    return here, folder


def stack_config(
    folder: Path, environ: Mapping[str, str], stack: str | None
) -> Mapping[str, str] | None:
    """The stack's `dli:` configuration, as the engine has it; None when no stack is selected.

    Raises:
        SettingsError: the engine is not there, or refuses.
    """
    command = ["pulumi", "config", "--json", "--show-secrets", "--non-interactive"]
    try:
        done = subprocess.run(
            [*command, *(["--stack", stack] if stack else [])],
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        reason = "is not on PATH" if missing else f"cannot be started ({error.strerror})"
        raise SettingsError(
            f"{folder} is a Pulumi project, but the Pulumi CLI {reason}: "
            "it holds the stack's settings (`make shell` brings it)"
        ) from None
    except subprocess.TimeoutExpired:
        raise SettingsError(f"the Pulumi CLI did not answer within {_PATIENCE:.0f} s") from None
    if done.returncode:
        if stack is None and _NO_STACK.search(done.stderr):
            return None
        reason = " ".join(done.stderr.removeprefix("error:").split())
        raise SettingsError(f"the stack's configuration cannot be read: {reason[:MAX_TEXT]}")
    try:
        entries = json.loads(done.stdout or "{}")
        return {
            key.removeprefix(NAMESPACE): str(entry.get("value") or "")
            for key, entry in entries.items()
            if key.startswith(NAMESPACE)
        }
    except (ValueError, AttributeError, RecursionError):
        raise SettingsError(
            "the stack's configuration cannot be read: the Pulumi CLI's answer is not JSON of "
            "`pulumi config`"
        ) from None
