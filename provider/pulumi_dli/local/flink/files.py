"""Where a job's files are on this machine.

`obs://BUCKET/KEY` is `obs/BUCKET/KEY` in the data folder; a package `GROUP/FILE` or `FILE` is
`packages/GROUP/FILE` or `packages/FILE`.
"""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

from pulumi_dli.local import private
from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.obs.files import OBS
from pulumi_dli.local.savepoints import SCHEME

PACKAGES = "packages"


def find(folder: Path, name: str) -> Path:
    """The file that a definition names.

    Raises:
        FlinkError: there is none; says how to put it there.
    """
    path = place(folder, name)
    if not path.is_file():
        way = (
            f"copy it to {path}"
            if name.startswith(SCHEME)
            else f"`pulumi-dli local add {PurePosixPath(name).name}{_group_option(name)}` brings it"
        )
        raise FlinkError(f"there is no file {name}: {way}")
    return path


def place(folder: Path, name: str) -> Path:
    """Where a file or a directory of that name belongs.

    Raises:
        FlinkError: the name leads out of its folder.
    """
    root = OBS if name.startswith(SCHEME) else PACKAGES
    return _below(folder / root, name.removeprefix(SCHEME))


def bucket_directory(folder: Path, path: str) -> Path:
    """Where a savepoint or checkpoint directory is, named `bucket/dir/` as on the wire.

    Raises:
        FlinkError: the name leads out of its folder.
    """
    return _below(folder / OBS, path)


def wire_name(folder: Path, directory: Path) -> str | None:
    """`bucket/dir/` of a directory; None: it is in no bucket."""
    root = folder / OBS
    return f"{directory.relative_to(root)}/" if directory.is_relative_to(root) else None


def uri(path: Path) -> str:
    """A path as Flink takes it: not percent-encoded."""
    return f"file://{path.absolute()}"


def add(folder: Path, file: Path, group: str | None) -> str:
    """Copy a file to the packages. Gives the name that a job knows it by.

    Raises:
        FlinkError: the group is no plain name.
        OSError: the file cannot be read or copied.
    """
    if group is not None and (group in (".", "..") or "/" in group):
        raise FlinkError(f"--group {group}: one plain name is expected")
    name = f"{group}/{file.name}" if group else file.name
    target = place(folder, name)
    private.make_folder(target.parent)
    draft = target.with_name(f".{target.name}.draft")  # a running job never reads half a file
    private.touch(draft)
    shutil.copyfile(file, draft)
    draft.replace(target)
    return name


def _below(root: Path, name: str) -> Path:
    parts = PurePosixPath(name.strip("/")).parts
    if not parts or ".." in parts:
        raise FlinkError(f"{name!r} is not a name below {root}")
    return root.joinpath(*parts)


def _group_option(name: str) -> str:
    group = str(PurePosixPath(name).parent)
    return "" if group == "." else f" --group {group}"
