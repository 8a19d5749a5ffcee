"""Each invariant is watched: with its guard taken out of a copy of the code, the campaign fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults.guards import GUARDS
from faults.nursery import DONE

ROOT = Path(__file__).resolve().parents[2]

Play = Callable[[Path, int], str]


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    """Plays a schedule on a copy of the provider; gives what it found wrong."""
    process = subprocess.Popen(
        [sys.executable, ROOT / "tests/faults/nursery.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    commands, answers = process.stdin, process.stdout

    def play(folder: Path, seed: int) -> str:
        print(folder, seed, file=commands, flush=True)
        return "".join(iter(answers.readline, f"{DONE}\n"))

    yield play
    commands.close()
    answers.close()
    process.wait()


@pytest.mark.parametrize("name", GUARDS)
def test_the_campaign_fails_without(name: str, play: Play, tmp_path: Path) -> None:
    guard = GUARDS[name]
    shutil.copytree(ROOT / "provider", tmp_path, dirs_exist_ok=True)
    file = tmp_path / "pulumi_dli" / guard.file
    text = file.read_text(encoding="utf-8")
    assert text.count(guard.code) == 1, "the guard moved: point this test at it again"
    file.write_text(text.replace(guard.code, guard.without), encoding="utf-8")
    assert guard.says in play(tmp_path, guard.plays)
