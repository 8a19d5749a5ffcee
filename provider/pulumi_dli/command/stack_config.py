"""The stack's configuration, as the Pulumi CLI tells it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pulumi_dli.errors import SettingsError

PROJECT_FILE = "Pulumi.yaml"
_NAMESPACE = "dli:"
_PATIENCE = 60.0
_NO_STACK = re.compile(r"no (current )?stack|no stack selected", re.IGNORECASE)


def project_folder(start: Path) -> Path | None:
    """The folder of the nearest Pulumi.yaml, from `start` upwards."""
    folders = [start, *start.parents]
    return next((folder for folder in folders if (folder / PROJECT_FILE).is_file()), None)


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
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        raise SettingsError(
            f"{folder / PROJECT_FILE} is there, but the Pulumi CLI is not on PATH: "
            "it holds the stack's settings (`make shell` brings it)"
        ) from None
    except subprocess.TimeoutExpired:
        raise SettingsError(f"the Pulumi CLI did not answer within {_PATIENCE:.0f} s") from None
    if done.returncode:
        if stack is None and _NO_STACK.search(done.stderr):
            return None
        reason = " ".join(done.stderr.removeprefix("error:").split())
        raise SettingsError(f"the stack's configuration cannot be read: {reason}")
    try:
        entries = json.loads(done.stdout or "{}")
    except ValueError:
        raise SettingsError(
            "the stack's configuration cannot be read: the Pulumi CLI's answer is not JSON"
        ) from None
    return {
        key.removeprefix(_NAMESPACE): entry.get("value", "")
        for key, entry in entries.items()
        if key.startswith(_NAMESPACE)
    }
