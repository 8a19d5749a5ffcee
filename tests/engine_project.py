"""A Pulumi project in a folder of its own, driven with the real engine."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from engine import HOST, VERSION
from golang import HERE
from vault import KEEPER, vault

ENGINE = HERE / "engine.py"
# Seconds. A guard against hanging, never a verdict.
PATIENCE = 300


@functools.cache
def engine_folder() -> Path:
    """The folder that `tools/engine/engine.py` prints."""
    command = [sys.executable, str(ENGINE)]
    made = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Path(made.stdout.strip())


def own_host() -> Path:
    """The language host of an engine that was built from source; skips the test for another."""
    if not engine_folder().parent.name.startswith(VERSION):
        pytest.skip("a released Pulumi CLI is in use, with its own language host")
    return engine_folder() / HOST


@dataclass
class Project:
    """A project with its own engine home; the projects of one test share a backend."""

    directory: Path
    environment: dict[str, str]

    def write(self, name: str, text: str) -> None:
        """Write a file of the project, with the text's common indentation removed."""
        (self.directory / name).write_text(dedent(text), encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the CLI in the project, as a terminal's own process group."""
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the CLI to its end, whatever comes."""
        process = self.start(*arguments)
        stdout, stderr = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)

    def must(self, *arguments: str) -> str:
        """Run the CLI, which has to succeed; its standard output."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@functools.cache
def _new_stack(name: str, *, quick: bool) -> dict[str, bytes]:
    """The files, by their path in the test's folder, that make a project's stack `dev`.

    Each such stack is a copy of one that the engine made.
    """
    options = ("--secrets-provider", KEEPER) if quick else ()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        _project(folder, "", name=name, quick=quick).must("stack", "init", "dev", *options)
        kept = [folder / name / "Pulumi.dev.yaml", *(folder / "state").rglob("*")]
        return {str(file.relative_to(folder)): file.read_bytes() for file in kept if file.is_file()}


def make_project(
    folder: Path,
    program: str = "",
    *,
    name: str = "tiny",
    virtualenv: str = sys.prefix,
    quick: bool = True,
) -> Project:
    """Make a project and its stack `dev`.

    Args:
        folder: The test's own folder, shared by its projects.
        program: The text of `__main__.py`.
        name: The project's name and its folder's.
        virtualenv: The option in Pulumi.yaml; empty leaves it out.
        quick: Whether the engine is spared what costs each command most and shows nothing: a
            key derived from a passphrase, and Go's collector.
    """
    project = _project(folder, program, name=name, virtualenv=virtualenv, quick=quick)
    for path, content in _new_stack(name, quick=quick).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    # What `pulumi stack select dev` writes.
    place = hashlib.sha1(os.fsencode(project.directory / "Pulumi.yaml"), usedforsecurity=False)
    selected = folder / "pulumi-home" / "workspaces" / f"{name}-{place.hexdigest()}-workspace.json"
    selected.parent.mkdir(parents=True, exist_ok=True)
    stacks = {project.environment["PULUMI_BACKEND_URL"]: f"organization/{name}/dev"}
    selected.write_text(json.dumps({"stacks": stacks}), encoding="utf-8")
    return project


def _project(
    folder: Path, program: str, *, name: str, virtualenv: str = sys.prefix, quick: bool
) -> Project:
    directory = folder / name
    for needed in (directory, folder / "home", folder / "state"):
        needed.mkdir(exist_ok=True)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PULUMI_", "PYTHON")) and name != "VIRTUAL_ENV"
    } | {
        "PATH": f"{engine_folder()}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder / "home"),
        "PULUMI_HOME": str(folder / "pulumi-home"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    if quick:
        environment |= {"GOGC": "400", **vault()}
    project = Project(directory, environment)
    options = {"virtualenv": virtualenv} if virtualenv else {}
    settings = {"name": name, "runtime": {"name": "python", "options": options}}
    project.write("Pulumi.yaml", json.dumps(settings))
    project.write("__main__.py", program)
    return project
