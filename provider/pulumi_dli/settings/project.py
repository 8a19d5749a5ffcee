"""The folder of a project, in which every relative path of a setting begins."""

from __future__ import annotations

from pathlib import Path

PROJECT_FILES = ("Pulumi.json", "Pulumi.yaml", "Pulumi.yml")
"""The names that the engine takes for a project's file."""


def project_folder(start: Path) -> Path | None:
    """The nearest folder with a project's file, from `start` upwards, as the engine finds it.

    A program works in the folder that `main` names, and a command wherever it is called.
    """
    return next((folder for folder in (start, *start.parents) if _is_project(folder)), None)


def _is_project(folder: Path) -> bool:
    try:
        return any((folder / name).is_file() for name in PROJECT_FILES)
    except OSError:  # a folder that may not be looked into
        return False
