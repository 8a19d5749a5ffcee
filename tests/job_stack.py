"""A stack whose program makes Flink jobs on a local DLI, driven with the real engine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from begun import begun
from dli import Dli
from engine_project import Project

TYPE = "pulumi-python:dynamic/dli:FlinkJarJob"
USUAL = {
    "queue_name": "testQueue",
    "entrypoint": "etl.jar",
    "obs_bucket": "bucket",
    "timeouts": {"settle": 0.2},
}


def job(
    resource: str = "etl",
    *,
    options: str = "",
    code: Mapping[str, str] | None = None,
    **arguments: Any,
) -> str:
    """A job in a program, in a variable of the resource's name; its name too unless given.

    Args:
        resource: the resource's name.
        options: the arguments of `pulumi.ResourceOptions`, as code.
        code: arguments that are code.
        arguments: the others; None leaves a usual one out.
    """
    given = {"name": resource} | USUAL | arguments
    written = {name: repr(value) for name, value in given.items() if value is not None}
    written |= code or {}
    if options:
        written["opts"] = f"pulumi.ResourceOptions({options})"
    lines = "".join(f"    {name}={text},\n" for name, text in written.items())
    return f"{resource} = FlinkJarJob(\n    {resource!r},\n{lines})\n"


@dataclass(frozen=True)
class Front:
    """What a program writes jobs with.

    Attributes:
        module: where their class is.
        type: their type.
        settings: what Pulumi.yaml says of it.
    """

    module: str
    type: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """How a program begins."""
        return f"import pulumi\nfrom {self.module} import FlinkJarJob\n\n"


DYNAMIC = Front("pulumi_dli", TYPE)
PLUGIN = {"name": "dli", "path": str(Path(sys.prefix) / "bin")}
NATIVE = Front("pulumi_dli.native", "dli:index:FlinkJarJob", {"plugins": {"providers": [PLUGIN]}})


_TYPES = (DYNAMIC.type, NATIVE.type)


@dataclass
class JobStack:
    """A stack, and the local DLI that its jobs are on.

    Attributes:
        project: the project, with its stack `dev`.
        dli: the local DLI.
        kept: where the stacks are kept that tests begin with; None where none does.
        front: what the program writes its jobs with.
    """

    project: Project
    dli: Dli
    kept: Path | None = None
    front: Front = DYNAMIC

    def program(self, *parts: str) -> None:
        """Write the program."""
        self.project.write("__main__.py", self.front.head + "".join(parts))

    def begin(self, *parts: str) -> None:
        """Write a program, and have its first `up` behind, on an embedded local DLI."""
        assert self.kept is not None
        self.program(*parts)
        self.dli.close()
        begun(self.kept, self.project.directory, self.up)
        self.dli = Dli(self.project.directory / ".dli-local")

    def configure(self, **settings: str) -> None:
        """Give the project the configuration `dli:<key>` in its Pulumi.yaml, and no other."""
        path = self.project.directory / "Pulumi.yaml"
        content = json.loads(path.read_text(encoding="utf-8")) | dict(self.front.settings)
        content["config"] = {f"dli:{key}": {"value": text} for key, text in settings.items()}
        path.write_text(json.dumps(content), encoding="utf-8")

    def shows(self, *arguments: str) -> str:
        """Run a command, which has to succeed; all it shows."""
        done = self.project.run(*arguments)
        assert done.returncode == 0, _all(done)
        return _all(done)

    def fails(self, *arguments: str) -> str:
        """Run a command, which has to fail without a traceback; all it shows."""
        done = self.project.run(*arguments)
        assert done.returncode != 0, _all(done)
        assert "Traceback" not in _all(done), _all(done)
        return _all(done)

    def up(self, *arguments: str) -> str:
        """Run `pulumi up`, without a preview."""
        return self.shows("up", "--yes", "--skip-preview", *arguments)

    def up_fails(self, *arguments: str) -> str:
        """Run `pulumi up`, which has to fail."""
        return self.fails("up", "--yes", "--skip-preview", *arguments)

    def destroy(self) -> str:
        """Run `pulumi destroy`, after which no job is left."""
        shown = self.shows("destroy", "--yes", "--skip-preview")
        assert self.dli.jobs() == {}
        return shown

    def planned(self, *arguments: str) -> dict[str, Any]:
        """The plan of a preview for each resource, by name: `op`, `oldState`, `newState`."""
        plan = json.loads(self.project.must("preview", "--json", *arguments))
        return {step["urn"].rpartition("::")[2]: step for step in plan["steps"]}

    def nothing_changes(self) -> None:
        """A preview finds nothing to do, and asks the service nothing.

        Nor would an `up`: the provider is asked the same in both, and no more is known in a
        preview. tests/e2e/test_requests.py runs the `up` too.
        """
        with self.dli.watched() as sent:
            self.nothing_changes_beside_looks()
        assert sent == []

    def nothing_changes_beside_looks(self) -> None:
        """The same for a stack that refreshes always."""
        self.project.must("preview", "--expect-no-changes")

    def nothing_changes_beside_signing_in(self) -> None:
        """The same for a cloud, where each process signs in."""
        with self.dli.watched() as sent:
            self.nothing_changes_beside_looks()
        assert {entry.path.partition("?")[0] for entry in sent} == {"/v3/auth/tokens"}

    def state_text(self) -> str:
        """The state file."""
        path = self.project.directory.parent / "state/.pulumi/stacks"
        [file] = path.glob(f"{self.project.directory.name}/dev.json")
        return file.read_text(encoding="utf-8")

    def resources(self) -> dict[str, dict[str, Any]]:
        """The jobs in the state, by resource name."""
        found = json.loads(self.state_text())["checkpoint"]["latest"].get("resources") or []
        return {item["urn"].rpartition("::")[2]: item for item in found if item["type"] in _TYPES}

    def outputs(self, resource: str = "etl") -> dict[str, Any]:
        """A job's outputs in the state."""
        return dict(self.resources()[resource]["outputs"])


def _all(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr
