"""How a program ends with the real engine: raising, refused, interrupted, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from engine_project import PATIENCE, make_project, own_host
from leftovers import mend_backend


@pytest.fixture
def ours() -> None:
    """How the program ends with the engine is the language host's doing: of ours only."""
    own_host()


def test_a_program_that_raises_shows_its_traceback_once(tmp_path: Path) -> None:
    project = make_project(tmp_path, program="raise ValueError('broken on purpose')")
    done = project.run("up", "--yes", "--skip-preview")
    shown = done.stdout + done.stderr
    assert done.returncode != 0
    assert shown.count("Traceback (most recent call last)") == 1
    assert shown.count("ValueError: broken on purpose") == 1
    assert "exit code" not in shown


def test_a_run_error_shows_its_message_once(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        program="""
        import pulumi
        raise pulumi.RunError("the region is missing")
        """,
    )
    done = project.run("up", "--yes", "--skip-preview")
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    # Above its diagnostics the CLI repeats the first line of each one as it comes.
    _, diagnostics = done.stdout.split("Diagnostics:")
    assert diagnostics.count("the region is missing") == 1


def test_a_file_of_the_state_whose_description_a_kill_left_empty_is_mended(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    [described] = (tmp_path / "state").rglob("dev.json.attrs")
    described.write_text("")
    assert "failed to load checkpoint: EOF" in project.run("stack", "export").stderr
    mend_backend(project)
    project.must("stack", "export")


SLEEPING = """
    import os, pathlib, signal, subprocess, time
    pathlib.Path("sigint").write_text(repr(signal.getsignal(signal.SIGINT)))
    child = subprocess.Popen(["sleep", "3600"])
    pathlib.Path("pids.new").write_text(f"{os.getpid()} {child.pid} {os.getpgrp()}")
    os.rename("pids.new", "pids")
    time.sleep(3600)
"""


def _wait_for(path: Path, process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.05)
    return path.read_text(encoding="utf-8")


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.strip()
        if not state or state.startswith("Z"):
            return
        assert time.monotonic() < deadline, f"process {pid} is still there: {state}"
        time.sleep(0.05)


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_program_and_children_quietly(tmp_path: Path, number: signal.Signals) -> None:
    project = make_project(tmp_path, program=SLEEPING)
    process = project.start("up", "--yes", "--skip-preview")
    pids = _wait_for(project.directory / "pids", process).split()
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert "cancel" in stdout + stderr
    assert "Traceback" not in stdout + stderr
    assert "KeyboardInterrupt" not in stdout + stderr
    for pid in pids:
        _wait_until_gone(int(pid))
    project.write("__main__.py", "")
    project.must("up", "--yes", "--skip-preview")


@pytest.mark.usefixtures("ours")
def test_the_engines_last_signal_to_the_whole_group_is_quiet(tmp_path: Path) -> None:
    project = make_project(tmp_path, program=SLEEPING)
    process = project.start("up", "--yes", "--skip-preview")
    pids = _wait_for(project.directory / "pids", process).split()
    # Python's own handler would race with the host and print a traceback when it wins.
    handler = (project.directory / "sigint").read_text(encoding="utf-8")
    assert handler == repr(signal.SIG_IGN)
    os.killpg(int(pids[-1]), signal.SIGINT)
    stdout, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert "Traceback" not in stdout + stderr
    assert "KeyboardInterrupt" not in stdout + stderr
    for pid in pids:
        _wait_until_gone(int(pid))


@pytest.mark.usefixtures("ours")
def test_a_killed_engine_leaves_no_program_behind(tmp_path: Path) -> None:
    project = make_project(tmp_path, program=SLEEPING)
    process = project.start("up", "--yes", "--skip-preview")
    pids = _wait_for(project.directory / "pids", process).split()
    process.kill()
    process.communicate(timeout=PATIENCE)
    for pid in pids:
        _wait_until_gone(int(pid))
