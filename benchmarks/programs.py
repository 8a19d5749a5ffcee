"""The programs that are compared: the floor, frozen since ratios are to it, and the fleet.

The floor's provider does nothing, but its module loads httpx and pydantic, as any provider
for a web service does; in `previews` it imports nothing but Pulumi. Its resources take what
the fleet's jobs take.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from engine_project import Project, make_project
from job_stack import DYNAMIC, Front

NO_PREVIEW = ("--yes", "--skip-preview")
"""Options of a command that does its work at once."""
LIBRARIES = """\
import httpx
import pydantic
"""
FLOOR_PROVIDER = """\
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult


class Nothing(ResourceProvider):
    serialize_as_secret_always = False

    def create(self, props):
        return CreateResult("1", props)

    def diff(self, id_, olds, news):
        return DiffResult(changes=olds["desc"] != news["desc"])

    def update(self, id_, olds, news):
        return UpdateResult(news)


class Thing(Resource, module="floor", name="Thing"):
    def __init__(self, resource_name, **props):
        super().__init__(Nothing(), resource_name, props)
"""
PROGRAM = """\
import pulumi
from {module} import {resource}

config = pulumi.Config("fleet")
for number in range(config.require_int("size")):
    {resource}(
        f"job-{{number}}",
        name=f"job-{{number}}",
        desc=config.require("desc"),
        queue_name="testQueue",
        entrypoint="jars/job.jar",
        main_class="shop.Orders",
        parallel_number=1,
        obs_bucket="state",
        desired_state="{state}",{more}
    )
"""


def empty(folder: Path) -> Project:
    """A stack without resources."""
    return _project(folder, "empty", "", 0)


def floor(folder: Path, size: int, imports: str = LIBRARIES) -> Project:
    """A stack of resources that are nothing.

    Args:
        folder: holds everything.
        size: how many.
        imports: what their provider's module loads beside Pulumi.
    """
    program = PROGRAM.format(module="floor_provider", resource="Thing", state="stopped", more="")
    project = _project(folder, "floor", program, size)
    project.write("floor_provider.py", imports + FLOOR_PROVIDER)
    return project


def fleet(
    folder: Path, size: int, state: str = "stopped", front: Front = DYNAMIC, **more: object
) -> Project:
    """A stack of jobs on a local DLI of its own, in `folder/dli`.

    Args:
        folder: holds everything.
        size: how many jobs.
        state: their `desired_state`.
        front: what writes them.
        more: further arguments of each job.
    """
    extra = "".join(f"\n        {name}={value!r}," for name, value in more.items())
    program = PROGRAM.format(module=front.module, resource="FlinkJarJob", state=state, more=extra)
    project = _project(folder, "fleet", program, size)
    settings = json.loads((project.directory / "Pulumi.yaml").read_text())
    project.write("Pulumi.yaml", json.dumps(settings | dict(front.settings)))
    project.must("config", "set", "dli:endpoint", "local")
    project.must("config", "set", "dli:localPath", str(folder / "dli"))
    return project


def seconds(project: Project, *arguments: str) -> float:
    """How long a command takes."""
    began = time.monotonic()
    project.must(*arguments)
    return time.monotonic() - began


def describe(project: Project, desc: str) -> None:
    """Choose the `desc` of every resource."""
    project.must("config", "set", "fleet:desc", desc)


def _project(folder: Path, name: str, program: str, size: int) -> Project:
    folder.mkdir(parents=True)
    project = make_project(folder, program, name=name, quick=False)  # as users have it
    project.must("config", "set", "fleet:size", str(size))
    describe(project, "one")
    return project
