"""The command as a person calls it: exit codes, and one sentence for each mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Calls `pulumi-dli` in an empty folder, without an engine on PATH."""

    def call(*arguments: str, before: str = "", **environ: str) -> Done:
        program = f"{before}\nfrom pulumi_dli.command.cli import main; main(prog_name='pulumi-dli')"
        kept = {"PATH": str(tmp_path), "TERM": "dumb", "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=tmp_path,
            env=kept | environ,
            capture_output=True,
            text=True,
            check=False,
        )

    return call


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


def test_a_stack_on_the_local_dli(run: Run, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n")
    engine = tmp_path / "pulumi"
    engine.write_text("""#!/bin/sh\necho '{"dli:endpoint": {"value": "local"}}'\n""")
    engine.chmod(0o755)
    done = run("doctor", OS_TOKEN="planted-token", HW_REGION_NAME="planted-region")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "LOCALACCESSKEY" in done.stdout
    assert "no Flink runs the jobs" in done.stdout
    assert "planted" not in done.stdout


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


def test_doctor_says_that_the_local_folder_cannot_be_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    engine = tmp_path / "pulumi"
    engine.write_text("""#!/bin/sh\necho '{"dli:endpoint": {"value": "local"}}'\n""")
    engine.chmod(0o755)
    (tmp_path / ".dli-local").write_text("")
    done = run("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    assert "there is a file where a folder should be" in done.stdout
