"""One folder for the provider, the look-ups and the commands: that of Pulumi.yaml."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from job_stack import DYNAMIC, JobStack, job
from leftovers import end_hosts

BIN = Path(sys.executable).parent
WANDERS = """\
import os
from pulumi_dli import get_queue
os.chdir("/")
queue = get_queue(name="testQueue")
"""
INLINE = """\
import pulumi.automation as auto
from pulumi_dli import FlinkJarJob, get_queue

def program():
    queue = get_queue(name="testQueue")
    FlinkJarJob("etl", queue_name=queue.name, entrypoint="etl.jar", desired_state="stopped")

stack = auto.create_or_select_stack("dev", project_name="inline", program=program)
stack.set_config("dli:endpoint", auto.ConfigValue("local"))
stack.preview()
"""


def activated(stack: JobStack) -> dict[str, str]:
    """The stack's environment with this virtual environment on PATH."""
    path = f"{BIN}{os.pathsep}{stack.project.environment['PATH']}"
    return stack.project.environment | {"PATH": path}


def run(stack: JobStack, folder: Path, *command: str | Path) -> str:
    """Run a command in that folder, which has to succeed; what it prints."""
    done = subprocess.run(
        command, cwd=folder, env=activated(stack), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_program_in_a_folder_of_its_own(stack: JobStack) -> None:
    root = stack.project.directory
    source = root / "src"
    source.mkdir()
    (root / "__main__.py").unlink()
    (source / "__main__.py").write_text(DYNAMIC.head + WANDERS + job(desired_state="stopped"))
    settings = (root / "Pulumi.yaml").read_text().replace("{", '{"main": "src", ', 1)
    (root / "Pulumi.yaml").unlink()
    (root / "Pulumi.yml").write_text(settings)

    stack.project.must("stack", "select", "dev")
    stack.shows("up", "--yes", "--skip-preview", "-C", "src")
    assert list(stack.dli.jobs()) == ["etl"]
    assert not (source / ".dli-local").exists()
    assert "1 job" in run(stack, source, BIN / "pulumi-dli", "local", "status").splitlines()
    assert f"stack (the selected one) in {root}" in run(stack, source, BIN / "pulumi-dli", "doctor")


def test_a_program_that_is_a_function_begins_where_it_works(
    stack: JobStack, tmp_path: Path
) -> None:
    here = tmp_path / "tool"
    here.mkdir()
    run(stack, here, sys.executable, "-c", INLINE)
    end_hosts(here)
    assert (here / ".dli-local" / "dli.sqlite3").exists()
