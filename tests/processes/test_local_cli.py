"""`pulumi-dli local serve` in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SERVE = [sys.executable, "-c", "from pulumi_dli.local.cli import app; app()", "serve"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, with nothing set in the environment."""
    monkeypatch.delenv("PULUMI_DLI_LOCAL_PATH", raising=False)
    return tmp_path


def test_a_taken_port_is_told_in_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [*SERVE, "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert ended.returncode == 1
    assert "in use" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serve_tells_its_identity_first_and_stops_quietly(
    folder: Path, how: signal.Signals
) -> None:
    command = [*SERVE, "--region", "eu-de", "--project", "eu-de=abc", "--project", "eu-de_x=def"]
    command += ["--user", "me", "--password", "planted", "--start-delay", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
    ) as process:
        assert process.stdout
        assert process.stderr
        told_first = [process.stdout.readline()]
        while not told_first[-1].startswith("data"):
            told_first.append(process.stdout.readline())
        os.kill(process.pid, how)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    text = "".join(told_first)
    assert text.startswith("endpoint          http://127.0.0.1:")
    assert "eu-de (abc)" in text
    assert "eu-de_x (def)" in text
    assert "planted" not in text
