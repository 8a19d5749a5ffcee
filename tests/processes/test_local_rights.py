"""What the local DLI writes is for its user alone, whatever the umask; what is not its, is left."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from pulumi_dli.local import private
from pulumi_dli.local.flink import configuration, files
from pulumi_dli.local.flink.processes import detach
from pulumi_dli.local.store import FILE, NAME, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PYTHON = [sys.executable, "-I", "-c"]


@contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def rights(folder: Path) -> dict[str, int]:
    """The mode of a folder and of all that is in it, by path."""
    found = [folder, *folder.rglob("*")]
    return {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.lstat().st_mode) for path in found
    }


def open_to_others(folder: Path) -> dict[str, str]:
    return {name: oct(mode) for name, mode in rights(folder).items() if mode & private.OTHERS}


def in_use(folder: Path) -> Store:
    """A store that has been written to, so that SQLite's other files are there."""
    store = Store(folder)
    store.set("x", 1)
    return store


@pytest.mark.parametrize("mask", [0, 0o022, 0o077, 0o777])
def test_everything_is_for_its_user_alone(tmp_path: Path, mask: int) -> None:
    folder = tmp_path / "deep" / NAME
    (tmp_path / "a.jar").write_bytes(b"jar")
    with umask(mask):
        store = in_use(folder)
        configuration.write(folder / "flink" / "cluster", "1.20.5", rest_port=1, rpc_port=2)
        files.add(folder, tmp_path / "a.jar", "group")
        store.set("x", 2)
    found = rights(folder)
    store.close()
    assert {FILE, f"{FILE}-wal", f"{FILE}-shm", "packages/group/a.jar"} <= found.keys()
    for name, mode in found.items():
        assert mode == (private.FOLDER if (folder / name).is_dir() else private.FILE), name


def test_what_outlives_the_command_writes_for_its_user_alone(tmp_path: Path) -> None:
    script = "import os, pathlib; os.mkdir('m'); pathlib.Path('m/s').touch(); print('done')"
    with umask(0):
        process = detach([*PYTHON, script], output=tmp_path / "log", directory=tmp_path)
        while process.alive:
            pass
    assert rights(tmp_path) | {".": 0o700} == {".": 0o700, "log": 0o600, "m": 0o700, "m/s": 0o600}


@pytest.mark.parametrize("name", [NAME, "elsewhere"])
def test_what_an_older_version_left_is_mended(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    with umask(0):
        in_use(folder).close()
        (folder / "flink" / "runs" / "1").mkdir(parents=True)
        for path in (*folder.rglob("*"), folder):
            path.chmod(0o777 if path.is_dir() else 0o666)
        (folder / "flink" / "runs" / "1" / "request.json").write_text("planted")
        (folder / "obs" / "bucket").mkdir(parents=True)
        (folder / "obs" / "bucket" / "run").touch(0o755)
    store = in_use(folder)
    assert open_to_others(folder) == {}
    assert rights(folder)["obs/bucket/run"] == 0o700
    store.close()


def test_a_folder_of_others_keeps_its_rights_and_its_gitignore(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir(0o755)
    folder.chmod(0o755)
    for name in ("Pulumi.yaml", ".gitignore", "packages"):
        (folder / name).write_text("theirs")
        (folder / name).chmod(0o644)
    before = rights(folder)
    store = in_use(folder)
    (folder / FILE).chmod(0o644)
    store.close()
    store = in_use(folder)
    found = rights(folder)
    assert {name: found[name] for name in before} == before
    assert (folder / ".gitignore").read_text() == "theirs"
    assert {mode for name, mode in found.items() if name.startswith(FILE)} == {0o600}
    store.close()


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(0o755)
    outside.chmod(0o755)
    (outside / "file").touch()
    (outside / "file").chmod(0o644)
    folder = tmp_path / NAME
    in_use(folder).close()
    (folder / "obs").symlink_to(outside)
    (folder / "one").symlink_to(outside / "file")
    (folder / FILE).chmod(0o644)
    in_use(folder).close()
    assert rights(outside) == {".": 0o755, "file": 0o644}


def test_a_folder_behind_a_link_is_the_local_dlis_by_what_it_is(tmp_path: Path) -> None:
    theirs = tmp_path / "shared"
    theirs.mkdir(0o755)
    theirs.chmod(0o755)
    (theirs / "report.txt").touch()
    (tmp_path / NAME).symlink_to(theirs)
    in_use(tmp_path / NAME).close()
    assert rights(theirs)["."] == 0o755
    assert not (theirs / ".gitignore").exists()
