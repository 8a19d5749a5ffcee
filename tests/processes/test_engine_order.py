"""The ways to an engine and their order, with a PATH on which every tool is a small script."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from source_build import CLI

REPOSITORY = Path(__file__).resolve().parents[2]
ENGINE = REPOSITORY / "tools" / "engine"
PATIENCE = 120

PULUMI = """
import os, pathlib
home = pathlib.Path(os.environ["PULUMI_HOME"])
home.mkdir(exist_ok=True)
(home / "touched").touch()
print("{version}")
"""
# Builds a command of one line, notes what it built, and waits where the test says so.
GO = """
import pathlib, sys, time
here = pathlib.Path({here!r})
if sys.argv[1] == "env":
    print("go{version}")
elif sys.argv[1] == "list":
    print(here / "sdk")
else:
    with (here / "builds").open("a") as builds:
        builds.write(sys.argv[-1] + "\\n")
    while (here / "hold").exists():
        time.sleep(0.02)
    pathlib.Path(sys.argv[sys.argv.index("-o") + 1]).write_text("a CLI")
"""


@dataclass
class Machine:
    """A user's machine: what is on PATH, where the home is, and no way to the network."""

    root: Path

    def put(self, name: str, text: str) -> Path:
        tool = self.root / "bin" / name
        tool.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
        tool.chmod(0o755)
        return tool

    def put_go(self, version: str = "1.26.0") -> None:
        self.put("go", GO.format(here=str(self.root), version=version))
        for script in (
            "dist/pulumi-resource-pulumi-python",
            "cmd/pulumi-language-python-exec",
        ):
            file = self.root / "sdk" / "python" / script
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("#!/bin/sh\n", encoding="utf-8")

    @property
    def builds(self) -> list[str]:
        log = self.root / "builds"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    @property
    def cache(self) -> Path:
        return self.root / "cache" / "pulumi-dli" / "engine"

    def start(self, tools: Path = ENGINE, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(tools / "engine.py")],
            env={
                "PATH": str(self.root / "bin"),
                "HOME": str(self.root / "home"),
                "XDG_CACHE_HOME": str(self.root / "cache"),
                "https_proxy": "http://127.0.0.1:1",
                "PIP_NO_INDEX": "1",
            }
            | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, tools: Path = ENGINE, **environment: str) -> tuple[int, str, str]:
        process = self.start(tools, **environment)
        stdout, stderr = process.communicate(timeout=PATIENCE)
        return process.returncode, stdout, stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "bin").mkdir()
    (tmp_path / "home").mkdir()
    return Machine(tmp_path)


@pytest.mark.parametrize("version", ["v3.259.0", "v3.301.2", "3.260.0-alpha.1"])
def test_a_pulumi_on_path_is_used_and_the_users_home_is_not(machine: Machine, version: str) -> None:
    machine.put("pulumi", PULUMI.format(version=version))
    machine.put("pulumi-language-python", "")
    own = machine.root / "own"
    code, stdout, _ = machine.run(PULUMI_HOME=str(own))
    assert (code, stdout) == (0, f"{machine.root / 'bin'}\n")
    assert not own.exists()
    assert not list((machine.root / "home").iterdir())
    assert not machine.cache.exists()


@pytest.mark.parametrize(
    ("version", "host", "reason"),
    [
        ("v3.258.9", True, "is version 3.258.9"),
        ("v4.0.0", True, "is version 4.0.0"),
        ("nonsense", True, "does not tell its version"),
        ("v3.259.0", False, "has no pulumi-language-python beside it"),
    ],
)
def test_a_pulumi_that_will_not_do_is_named(
    machine: Machine, version: str, host: bool, reason: str
) -> None:
    machine.put("pulumi", PULUMI.format(version=version))
    if host:
        machine.put("pulumi-language-python", "")
    code, stdout, stderr = machine.run()
    assert (code, stdout) == (1, "")
    assert reason in stderr.splitlines()[-1]


def test_without_any_way_one_sentence_says_what_was_tried(machine: Machine) -> None:
    code, stdout, stderr = machine.run()
    assert (code, stdout) == (1, "")
    (line,) = [line for line in stderr.splitlines() if line.startswith("error:")]
    assert "there is no pulumi on PATH" in line
    assert "with the SDK's installer failed (" in line
    assert "there is no Go on PATH" in line
    assert "Install the Pulumi CLI 3.259.0 or newer, or Go" in line
    assert "Traceback" not in stderr
    assert [entry.name for entry in machine.cache.iterdir()] == ["lock"]


def test_a_go_that_is_too_old_is_named(machine: Machine) -> None:
    machine.put_go(version="1.24.9")
    code, _, stderr = machine.run()
    assert code == 1
    assert "Go 1.25.11 or newer is needed, and PATH has 1.24.9" in stderr
    assert machine.builds == []


def test_a_cache_that_cannot_be_written_is_named(machine: Machine) -> None:
    (machine.root / "cache").write_text("a file", encoding="utf-8")
    code, _, stderr = machine.run()
    assert code == 1
    assert "cannot be written" in stderr
    assert "Traceback" not in stderr


def test_a_build_that_fails_gives_its_last_line_and_leaves_nothing(machine: Machine) -> None:
    machine.put_go()
    failing = (
        "import sys\nif sys.argv[1] == 'build': sys.exit('go: no disk left')\nprint('go1.26.0')"
    )
    machine.put("go", failing)
    code, _, stderr = machine.run()
    assert code == 1
    assert "no disk" in stderr.splitlines()[-1]
    assert [entry.name for entry in machine.cache.iterdir()] == ["lock"]


def _wait(process: subprocess.Popen[str], what: str, seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_leaves_nothing_half_done(
    machine: Machine, number: signal.Signals
) -> None:
    machine.put_go()
    (machine.root / "hold").touch()
    process = machine.start()
    _wait(process, "the build", lambda: bool(machine.builds))
    process.send_signal(number)
    _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert "Traceback" not in stderr
    assert [entry.name for entry in machine.cache.iterdir()] == ["lock"]


def test_a_build_that_was_killed_is_swept_up_by_the_next(machine: Machine) -> None:
    machine.put_go()
    (machine.root / "hold").touch()
    process = machine.start()
    _wait(process, "the build", lambda: bool(machine.builds))
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert list(machine.cache.glob("staging-*"))
    (machine.root / "hold").unlink()
    (machine.root / "bin" / "go").unlink()
    machine.run()
    assert [entry.name for entry in machine.cache.iterdir()] == ["lock"]


def test_two_at_once_build_once_and_a_new_language_host_rebuilds_no_cli(
    machine: Machine,
) -> None:
    machine.put_go()
    (machine.root / "hold").touch()
    first = machine.start()
    _wait(first, "the build", lambda: bool(machine.builds))
    second = machine.start()
    assert second.stderr is not None
    assert "waiting for another process" in second.stderr.readline()
    (machine.root / "hold").unlink()
    printed = {process.communicate(timeout=PATIENCE)[0] for process in (first, second)}
    assert machine.builds == [CLI, "./host"]
    (only,) = printed
    folder = Path(only.strip())
    assert folder.is_relative_to(machine.cache)
    assert sorted(file.name for file in folder.iterdir()) == [
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    ]

    # From here the same clone needs no Go.
    (machine.root / "bin" / "go").rename(machine.root / "go")
    assert machine.run()[:2] == (0, only)

    (machine.root / "go").rename(machine.root / "bin" / "go")
    clone = machine.root / "clone" / "tools" / "engine"
    shutil.copytree(ENGINE, clone)
    with (clone / "host" / "host.go").open("a", encoding="utf-8") as host:
        host.write("// changed\n")
    code, changed, _ = machine.run(clone)
    assert code == 0
    assert changed != only
    assert machine.builds == [CLI, "./host", "./host"]
    assert machine.run()[1] == only
