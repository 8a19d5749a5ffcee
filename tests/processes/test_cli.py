"""The command as a person calls it: exit codes, and one sentence for each mistake."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from local_service import PROJECT, LocalService, new_store
from pulumi_dli.local.app import create_app

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Calls `pulumi-dli` in an empty folder, without an engine on PATH."""

    def call(
        *arguments: str, before: str = "", stdin: int = subprocess.DEVNULL, **environ: str
    ) -> Done:
        program = f"{before}\nfrom pulumi_dli.command.cli import main; main(prog_name='pulumi-dli')"
        kept = {"PATH": str(tmp_path), "TERM": "dumb", "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=tmp_path,
            env=kept | environ,
            stdin=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    return call


@pytest.fixture
def local_stack(tmp_path: Path) -> Path:
    """A project whose stack is on the local DLI; its folder."""
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n")
    engine = tmp_path / "pulumi"
    engine.write_text("""#!/bin/sh\necho '{"dli:endpoint": {"value": "local"}}'\n""")
    engine.chmod(0o755)
    return tmp_path


def test_help_names_the_commands(run: Run) -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "doctor" in done.stdout
    assert "local" in done.stdout


def test_doctor_without_settings(run: Run) -> None:
    done = run("doctor")
    assert done.returncode == 1
    assert "no stack is selected here: from the environment alone; the settings" in done.stdout
    assert "no region (looked at" in done.stdout
    assert done.stderr == ""


def test_doctor_from_the_environment(run: Run) -> None:
    done = run(
        "doctor",
        "--json",
        OS_REGION_NAME="eu-de",
        OS_PROJECT_ID="p1",
        OS_ACCESS_KEY="planted-ak",
        OS_SECRET_KEY="planted-sk",
        HW_MAX_RETRIES="0",
        HTTPS_PROXY="http://127.0.0.1:1",
    )
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["ok"] is False
    assert found["checks"][0]["detail"] == "no stack is selected here: from the environment alone"
    assert found["checks"][-1]["name"] == "sign-in and queues"
    assert {"key": "region", "value": "eu-de", "source": "environment OS_REGION_NAME"} in found[
        "settings"
    ]
    assert "planted" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--stack", "prod"], "there is no Pulumi.yaml here or above, so no stack prod")],
)
def test_a_stack_without_a_project(run: Run, arguments: list[str], words: str) -> None:
    done = run("doctor", *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_project_without_an_engine(run: Run, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n")
    done = run("doctor")
    assert done.returncode == 1
    assert "the Pulumi CLI is not on PATH" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.usefixtures("local_stack")
def test_a_stack_on_the_local_dli(run: Run) -> None:
    done = run("doctor", OS_TOKEN="planted-token", HW_REGION_NAME="planted-region")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "LOCALACCESSKEY" in done.stdout
    assert "no Flink runs the jobs" in done.stdout
    assert "planted" not in done.stdout


def test_it_tells_its_version(run: Run) -> None:
    assert run("--version").stdout == f"{version('pulumi-dli')}\n"


def test_the_local_dlis_own_commands(run: Run) -> None:
    done = run("local", "--help")
    assert done.returncode == 0
    assert "serve" in done.stdout
    assert "pulumi-dli local" in done.stdout
    done = run("local", "status", "--help")
    assert done.returncode == 0
    assert "pulumi-dli local status" in done.stdout


@pytest.mark.parametrize("missing", ["flask", "waitress"])
def test_without_the_extra_it_is_named(run: Run, missing: str) -> None:
    done = run("local", "status", before=f"import sys; sys.modules['{missing}'] = None")
    assert done.returncode == 1
    assert f"needs {missing}" in done.stderr
    assert "pip install 'pulumi-dli[local]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_provider_imports_nothing_of_the_command_line(tmp_path: Path) -> None:
    """Starting the provider stays fast: what only some settings need is imported then."""
    program = (
        "import sys, pulumi_dli.client.connections\n"
        "late = {'typer', 'flask', 'waitress', 'openstack'}\n"
        "print(sorted(late & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_doctor_says_that_the_local_folder_cannot_be_used(run: Run, local_stack: Path) -> None:
    (local_stack / ".dli-local").write_text("")
    done = run("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    assert "there is a file where a folder should be" in done.stdout


def uploads(stack: Path, *digits: str) -> Path:
    """A job that names the first of some uploads of long ago, and the folder that they are in."""
    store = new_store(stack / ".dli-local")
    client = httpx.Client(base_url="http://local", transport=httpx.WSGITransport(create_app(store)))
    folder = store.folder / "obs" / "state" / "pulumi-dli" / PROJECT
    folder.mkdir(parents=True)
    for digit in digits:
        file = folder / f"orders-{digit * 16}.jar"
        file.touch()
        os.utime(file, (time.time() - 40 * 24 * 3600,) * 2)
    url = f"obs://state/pulumi-dli/{PROJECT}/orders-{digits[0] * 16}.jar"
    LocalService(client, store).create("orders", entrypoint=url)
    client.close()
    store.close()
    return folder


@pytest.mark.usefixtures("local_stack")
def test_a_savepoint_of_a_job_that_is_not_there(run: Run) -> None:
    done = run("savepoint", "etl")
    assert done.returncode == 1
    assert done.stderr.startswith("error: there is no Flink Jar job etl in this project; ")


def test_prune_as_a_pipeline_calls_it(run: Run, local_stack: Path) -> None:
    folder = uploads(local_stack, "a", "b")
    prune = ("artifacts", "prune", "--older-than", "30d")
    done = run(*prune)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: there is no terminal to ask at: --yes deletes without")
    done = run(*prune, "--dry-run", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("1 object (0 B) would be deleted\n")
    assert len(list(folder.iterdir())) == 2
    done = run(*prune, "--yes", "--bucket", "state", "--bucket", "state")
    assert (done.returncode, done.stderr) == (0, "")
    assert [file.name for file in folder.iterdir()] == [f"orders-{'a' * 16}.jar"]
    assert f"  delete  orders-{'b' * 16}.jar  0 B  40d  no job and no record names it\n" in (
        done.stdout
    )


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 1), ("n", 1, 2), ("", 1, 2)])
def test_prune_asks_at_a_terminal(
    run: Run, local_stack: Path, answer: str, code: int, left: int
) -> None:
    folder = uploads(local_stack, "a", "b")
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    try:
        done = run("artifacts", "prune", "--older-than", "30d", stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (done.returncode, done.stderr) == (code, "")
    assert "1 object (0 B): delete them? [y/N]: " in done.stdout
    assert len(list(folder.iterdir())) == left


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--older-than", "soon", "--yes"], "--older-than: a number with h, d or w behind it"),
        (["--older-than", "1h", "--yes"], "--older-than: 12h at least"),
        (["--older-than", "30d", "--yes", "--bucket", "A b"], "--bucket: a bucket, or"),
        (["--older-than", "30d", "--yes"], "no job of the project names an uploaded file"),
        (["--older-than", "30d", "--yes", "--bucket", "none"], "could not list the objects of buc"),
    ],
)
@pytest.mark.usefixtures("local_stack")
def test_prune_that_cannot_be_is_one_sentence(run: Run, arguments: list[str], words: str) -> None:
    done = run("artifacts", "prune", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {words}")
    assert len(done.stderr.splitlines()) == 1
