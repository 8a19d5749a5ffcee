"""The Python of a Pulumi project: which interpreter runs it, and what is installed in it.

A project says in Pulumi.yaml, under `runtime.options`, where its virtual environment is. Without
that, `PULUMI_PYTHON_CMD`, or else `python3` or `python` from PATH, runs it (an activated virtual
environment puts itself there).
See https://www.pulumi.com/docs/iac/languages-sdks/python/#virtual-environments.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protocol import language_pb2

# Every package that names its plugin, found without asking pip, which is ten times slower.
_LIST_PLUGINS = """
import json, pathlib, sys
for folder in filter(None, dict.fromkeys(sys.path)):
    for file in pathlib.Path(folder).glob("*/pulumi-plugin.json"):
        plugin = json.loads(file.read_text("utf-8"))
        if plugin.get("resource"):
            package = file.parent.name
            name = plugin.get("name") or package.removeprefix("pulumi_").replace("_", "-")
            version = plugin.get("version")
            if not version:
                import importlib.metadata  # slow, and seldom needed
                version = importlib.metadata.version(package)
            print(json.dumps(plugin | {"name": name, "version": version}))
"""
_ABOUT = "import platform, sys; print(sys.executable); print(platform.python_version())"


class ProjectError(Exception):
    """The project cannot run as it is set up: one sentence that says what to do."""


@dataclass(frozen=True)
class ProjectPython:
    """The interpreter of one project.

    Attributes:
        root: The folder of Pulumi.yaml.
        directory: The folder of the program (`main` in Pulumi.yaml, else `root`).
        virtualenv: The option as it stands in Pulumi.yaml, relative to `root`; empty for none.
    """

    root: Path
    directory: Path
    virtualenv: str

    @classmethod
    def of(cls, info: language_pb2.ProgramInfo) -> ProjectPython:
        """Read the engine's description of a program.

        Raises:
            ProjectError: An option that only Pulumi's own language host knows.
        """
        options: Mapping[str, Any] = dict(info.options)
        virtualenv = options.get("virtualenv", "")
        if not isinstance(virtualenv, str):
            raise ProjectError("runtime.options.virtualenv in Pulumi.yaml must be a string.")
        for option, value in (
            ("toolchain", options.get("toolchain", "pip")),
            ("typechecker", options.get("typechecker", "")),
        ):
            if value not in ("pip", ""):
                raise ProjectError(
                    f"runtime.options.{option}: {value} in Pulumi.yaml needs the released Pulumi"
                    f" CLI; install it, or remove the option (this engine was built from source)."
                )
        return cls(Path(info.root_directory), Path(info.program_directory), virtualenv)

    @property
    def venv(self) -> Path | None:
        """The virtual environment's folder, absolute; None where the project names none."""
        return self.root / self.virtualenv if self.virtualenv else None

    @property
    def venv_is_missing(self) -> bool:
        """Whether the project names a virtual environment that is still to be created."""
        return self.venv is not None and not (self.venv.is_dir() and any(self.venv.iterdir()))

    def python(self) -> str:
        """The interpreter's path.

        Raises:
            ProjectError: The virtual environment does not exist or is none, or PATH has no Python.
        """
        if self.venv is None:
            return ambient_python()
        python = self.venv / "bin" / "python"
        if not python.is_file():
            state = "is not a virtual environment" if self.venv.exists() else "does not exist"
            raise ProjectError(
                f"runtime.options.virtualenv in Pulumi.yaml is {self.virtualenv!r}, but"
                f" {self.venv} {state}; run `pulumi install` to create it."
            )
        return str(python)

    def environment(self) -> dict[str, str]:
        """This process's environment with the virtual environment, where there is one, active."""
        environment = dict(os.environ)
        if self.venv is not None:
            environment.pop("PYTHONHOME", None)
            environment["VIRTUAL_ENV"] = str(self.venv)
            environment["PATH"] = os.pathsep.join(
                filter(None, [str(self.venv / "bin"), environment.get("PATH")])
            )
        return environment

    def install_commands(self) -> list[list[str]]:
        """What `pulumi install` runs, in this order."""
        commands = []
        python = ambient_python() if self.venv is None else str(self.venv / "bin" / "python")
        if self.venv is not None and not (self.venv / "bin" / "python").is_file():
            commands.append([ambient_python(), "-m", "venv", str(self.venv)])
        if (self.directory / "requirements.txt").is_file():
            commands.append([python, "-u", "-m", "pip", "install", "-r", "requirements.txt"])
        return commands

    def plugins(self) -> list[dict[str, Any]]:
        """The pulumi-plugin.json of every installed package that has a resource plugin."""
        return [json.loads(line) for line in self._ask("-c", _LIST_PLUGINS).splitlines()]

    def packages(self, *, transitive: bool) -> list[dict[str, str]]:
        """Name and version of the installed packages; without `transitive` the top ones only."""
        only_top = [] if transitive else ["--not-required"]
        listed = self._ask("-m", "pip", "list", "--format", "json", *only_top)
        packages: list[dict[str, str]] = json.loads(listed)
        return packages

    def about(self) -> tuple[str, str]:
        """The interpreter's path, as it sees itself, and its version."""
        executable, version = self._ask("-c", _ABOUT).splitlines()
        return executable, version

    def _ask(self, *arguments: str) -> str:
        answer = subprocess.run(
            [self.python(), *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ProjectError(f"{self.python()} could not list what is installed: {reason}")
        return answer.stdout


def ambient_python() -> str:
    """The interpreter for a project without a virtual environment of its own.

    Raises:
        ProjectError: There is none on PATH.
    """
    wanted = os.environ.get("PULUMI_PYTHON_CMD")
    for name in [wanted] if wanted else ["python3", "python"]:
        if path := shutil.which(name):
            return path
    raise ProjectError(f"There is no {wanted or 'python3'} on PATH to run the program.")
