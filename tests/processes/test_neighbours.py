"""What the provider processes of one run tell each other."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi_dli.neighbours import Neighbours

THING = ["local", "", "0" * 32, "", 1]
TELLS = f"""
from pulumi_dli.neighbours import Neighbours
told = Neighbours("127.0.0.1:1")
told.tell({THING!r}, "urn:one")
told.tell({THING!r}, "urn:one")
print("told", flush=True)
input()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / f"pulumi-dli-{os.getuid()}"


@pytest.fixture
def other(tmp_path: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process of the run, which has told of a job."""
    del folder
    with subprocess.Popen(
        [sys.executable, "-c", TELLS],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "told\n"
        yield process
        process.kill()


def test_what_another_process_of_the_run_tells_is_known(
    other: subprocess.Popen[str], folder: Path
) -> None:
    here = Neighbours("127.0.0.1:1")
    assert here.told(THING) == "urn:one"
    assert here.told([*THING[:-1], 2]) == ""
    assert Neighbours("127.0.0.1:2").told(THING) == ""  # another run
    [notes] = folder.iterdir()
    assert notes.read_text().count("\n") == 1
    assert (folder.stat().st_mode & 0o777) == 0o700
    other.kill()
    other.wait()
    assert here.told(THING) == ""


def test_what_is_left_of_other_runs_goes(other: subprocess.Popen[str], folder: Path) -> None:
    other.kill()
    other.wait()
    here = Neighbours("127.0.0.1:2")
    here.tell(THING, "urn:two")
    [notes] = folder.iterdir()
    assert notes.name.endswith(f"-{os.getpid()}")


def test_where_no_files_can_be_had_nothing_is_told(folder: Path) -> None:
    folder.write_text("a file")
    here = Neighbours("127.0.0.1:1")
    here.tell(THING, "urn:one")
    assert here.told(THING) == ""
