"""`pulumi-dli local serve` in a process of its own."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pages
import psutil
import pytest
from dli import served
from pulumi_dli.local.opened import FOLDER
from pulumi_dli.local.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCAL = [sys.executable, "-c", "from pulumi_dli.local.cli import app; app()"]
SERVE = [*LOCAL, "serve"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, with nothing set in the environment."""
    monkeypatch.delenv("PULUMI_DLI_LOCAL_PATH", raising=False)
    return tmp_path


def test_a_reader_that_has_seen_enough_is_no_mistake(folder: Path) -> None:
    Store(folder / FOLDER).close()
    read, write = os.pipe()
    os.close(read)  # as of `pulumi-dli local status | head -1`
    try:
        ended = subprocess.run(
            [*LOCAL, "status"], stdout=write, stderr=subprocess.PIPE, cwd=folder, check=False
        )
    finally:
        os.close(write)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_a_taken_port_is_told_in_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [*SERVE, "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert ended.returncode == 1
    assert "in use" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_the_page_signs_in_with_curl(folder: Path) -> None:
    [command, script] = [block.text for block in pages.blocks("local.md") if "8080" in block.text]
    secret = folder / "FILE"
    secret.write_text("planted-password\n")
    port, *options = shlex.split(command.replace("\\\n", ""))[4:]
    assert port == "8080"
    with served(folder, *(text.replace("FILE", str(secret)) for text in options)) as endpoint:
        ended = subprocess.run(
            ["bash", "-ec", script.replace("http://127.0.0.1:8080", endpoint)],
            capture_output=True,
            text=True,
            cwd=folder,
            check=True,
        )
    assert '"queue_name":"testqueue"' in ended.stdout.replace(" ", "")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serve_tells_its_identity_first_and_stops_quietly(
    folder: Path, how: signal.Signals
) -> None:
    command = [*SERVE, "--region", "eu-de", "--project", "eu-de=abc", "--project", "eu-de_x=def"]
    command += ["--user", "me", "--start-delay", "0"]
    environment = {**os.environ, "PULUMI_DLI_LOCAL_PASSWORD": "planted"}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment,
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


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[dict[str, str], int]]:
    """A server: what it told, and its process. What it complained of is in `errors`."""
    with (
        (folder / "errors").open("w") as errors,
        subprocess.Popen(
            [*SERVE, *options], stdout=subprocess.PIPE, stderr=errors, text=True, cwd=folder
        ) as process,
    ):
        assert process.stdout
        told = [process.stdout.readline()]
        while told[-1] and not told[-1].startswith("data"):
            told.append(process.stdout.readline())
        yield {line[:17].strip(): line[18:].strip() for line in told}, process.pid
        process.terminate()


def token(told: dict[str, str], password: str) -> int:
    """Sign in by what was told; the status."""
    domain = {"name": told["domain"]}
    user = {"name": told["user"], "password": password, "domain": domain}
    identity = {"methods": ["password"], "password": {"user": user}}
    scope = {"project": {"name": told["project"].split(" ")[0], "domain": domain}}
    body = {"auth": {"identity": identity, "scope": scope}}
    with httpx.Client(trust_env=False) as client:
        return client.post(f"{told['identity service']}/auth/tokens", json=body).status_code


def test_whoever_is_told_the_introduction_can_sign_in(folder: Path) -> None:
    (folder / "password").write_text("planted pass-word \u00e4\n", encoding="utf-8")
    options = ["--region", "eu-de", "--project", "eu-de_prod=abc", "--user", "pipeline-prod"]
    options += ["--domain", "OTC-EU-DE-00000000001000000001", "--password-file", "password"]
    with serving(folder, *options) as (told, pid):
        assert told["domain"] == "OTC-EU-DE-00000000001000000001"
        assert token(told, "planted pass-word \u00e4") == 201
        assert token(told, "LOCALPASSWORD") == 401
        assert token(told | {"domain": "local"}, "planted pass-word \u00e4") == 401
        seen = " ".join(psutil.Process(pid).cmdline())
    stored = (folder / ".dli-local" / "dli.sqlite3").read_bytes()
    assert "planted" not in str(told) + seen + stored.decode("latin-1")
    assert (folder / "errors").read_text() == ""


def test_who_is_told_of_nobody_else_signs_in_as_local(folder: Path) -> None:
    with serving(folder) as (told, _):
        assert token(told, told["password"]) == 201


def test_a_password_on_the_command_line_works_and_is_warned_of(folder: Path) -> None:
    with serving(folder, "--password", "planted") as (told, _):
        assert token(told, "planted") == 201
    errors = (folder / "errors").read_text()
    assert errors.count("\n") == 1
    assert "everybody on this machine sees --password" in errors
    assert "planted" not in str(told) + errors
