"""The native plugin under the real engine: previews, providers, and how a run ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tarfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
import pytest
from engine_project import PATIENCE
from job_stack import NATIVE, PLUGIN, JobStack, job
from pulumi_dli.local.requests import kept

URN = f"urn:pulumi:dev::jobs::{NATIVE.type}::etl"
KNOWN = """\
for name in "job_id", "create_time", "status", "update_time":
    getattr(etl, name).apply(lambda _, name=name: pulumi.info(f"knows {name}"))
"""
FOREIGN = f"""\
class Job(pulumi.CustomResource):
    '''A job as another language's SDK registers it.'''

    def __init__(self, resource, opts=None, **arguments):
        super().__init__("{NATIVE.type}", resource, arguments, opts)


"""


def seen(stack: JobStack) -> tuple[Any, set[str]]:
    """The job's step in a preview, and the outputs that its program gets a value of."""
    shown = json.loads(stack.project.must("preview", "--json"))
    [step] = [step for step in shown["steps"] if step["urn"] == URN]
    told = " ".join(each["message"] for each in shown["diagnostics"])
    return step, set(re.findall(r"knows (\w+)", told))


def foreign(**arguments: object) -> str:
    return FOREIGN + job(**arguments).replace("FlinkJarJob(", "Job(")  # type: ignore[arg-type]


def test_a_preview_shows_kinds_and_reasons_and_what_is_known(stack: JobStack) -> None:
    stack.begin(job(desc="old", cu_number=4), KNOWN)
    stack.program(job(cu_number=6, parallel_number=2), KNOWN)
    step, known = seen(stack)
    assert step["detailedDiff"] == {
        "desc": {"kind": "delete", "inputDiff": True},
        "cu_number": {"kind": "update", "inputDiff": True},
        "parallel_number": {"kind": "add", "inputDiff": True},
    }
    assert known == {"job_id", "create_time"}
    stack.program(job(desc="new", cu_number=4), KNOWN)
    _, known = seen(stack)
    assert known == {"job_id", "create_time", "status"}
    stack.program(job(desc="old", cu_number=4, project_id="f" * 32), KNOWN)
    step, _ = seen(stack)
    assert step["replaceReasons"] == ["project_id"]
    assert step["detailedDiff"]["project_id"]["kind"] == "update-replace"


def test_another_language_replaces_no_job_and_fails_a_preview(stack: JobStack) -> None:
    stack.begin(foreign())
    stack.nothing_changes()
    shown = stack.up("--replace", URN)
    assert (
        "etl: goes on with job 1; if the engine replaces it (--replace, taint): not replaced: goes "
        "on with job 1"
    ) in shown
    runs = [entry for entry in stack.dli.history(1) if entry["event"] == "running"]
    assert len(runs) == 1
    stack.nothing_changes()
    stack.dli.stopped(1)
    stack.dli.clock.release()
    stack.program(foreign(), job("other"))
    shown = stack.fails("preview", "--refresh")
    assert "would lose its state" in shown
    assert "other: creates and starts the job" in shown


def of_another_provider(text: str) -> str:
    """A program's job under a provider of its own, which is another process of the plugin."""
    provider = 'pulumi_dli.native.Provider("p", endpoint="local")'
    begins = "import pulumi_dli.native\n" + text.removesuffix(")\n")
    return f"{begins}    opts=pulumi.ResourceOptions(provider={provider}),\n)\n"


@pytest.mark.parametrize("program", [foreign, job])
def test_a_job_that_another_process_goes_on_with_is_not_deleted(
    stack: JobStack, program: Callable[[], str]
) -> None:
    stack.begin(program())
    stack.program(of_another_provider(program()))
    shown = stack.up("--replace", URN)
    assert "goes on with job 1" in shown
    assert "job 1 is this resource's again: left alone" in shown
    assert [job["status"] for job in stack.dli.jobs().values()] == ["job_running"]
    assert len([entry for entry in stack.dli.history(1) if entry["event"] == "running"]) == 1
    stack.nothing_changes()
    stack.destroy()
    assert stack.dli.jobs() == {}


def test_our_class_fails_a_preview_once_all_is_planned(stack: JobStack) -> None:
    stack.begin(job())
    stack.dli.stopped(1)
    stack.dli.clock.release()
    stack.program(job(), job("other"))
    shown = stack.fails("preview", "--refresh")
    assert "would lose its state" in shown
    assert "other: creates and starts the job" in shown


USES = """\
from pulumi_dli import FlinkJarJobArgs

found = FlinkJarJob.get("found", etl.job_id)
names = set(FlinkJarJobArgs.__annotations__) - {"name", "checkpoint_path", "timeouts"}
outputs = {name: getattr(found, name) for name in names - {"adopt_job_id"}}
more = FlinkJarJob("more", name="more", timeouts={"settle": 0.2}, **outputs)
pulumi.export("owner", found.owner)
"""


def test_the_outputs_of_a_job_that_is_read_make_another(stack: JobStack) -> None:
    stack.program(job(queue_name="testqueue", entrypoint_args="--p planted"), USES)
    shown = stack.up()
    assert "of another resource" not in shown
    made = [job["definition"] for job in stack.dli.jobs().values()]
    said = [{n: v for n, v in each.items() if v not in (None, "", "[]")} for each in made]
    assert said[0] == said[1]
    told = f'"outputs":{{"owner":"{stack.outputs()["owner"]}"}}'
    assert told in stack.state_text().replace(" ", "").replace("\n", "")
    assert "planted" not in stack.state_text()
    stack.project.must("preview", "--expect-no-changes")


PROVIDERS = """\
from pulumi_dli.native import Provider, get_flink_jar_job, get_queue, list_flink_jar_jobs

other = Provider("other", endpoint="local", local_path="elsewhere", default_tags={"team": "shop"})
"""
LOOK_UPS = """\
there = pulumi.InvokeOptions(provider=other)
etl.job_id.apply(
    lambda _: pulumi.export("jobs", [job.name for job in list_flink_jar_jobs(opts=there)])
)
pulumi.export("queue", get_queue("testQueue").queue_type)
"""


def test_two_providers_each_with_its_own_service(stack: JobStack) -> None:
    stack.begin(PROVIDERS, job("here"), job("etl", options="provider=other"), LOOK_UPS)
    assert list(stack.dli.jobs()) == ["here"]
    assert stack.outputs("etl")["tags"] == {"team": "shop"}
    assert '"queue":"general"' in stack.state_text().replace(" ", "")
    stack.project.must("preview", "--expect-no-changes")
    asks = 'get_queue("nowhere", opts=pulumi.InvokeOptions(provider=other))\n'
    stack.program(PROVIDERS, asks)
    assert "there is no queue nowhere in project" in stack.fails("preview")
    stack.program(PROVIDERS.replace('"elsewhere"', '"elsewhere", preflight="perhaps"'), asks)
    assert "(the provider's preflight) must be on or off" in stack.fails("preview")


def test_the_plugin_is_found_where_it_was_installed(stack: JobStack, tmp_path: Path) -> None:
    stack.front = replace(NATIVE, settings={"plugins": {}})
    stack.configure(endpoint="local")
    script = Path(PLUGIN["path"]) / "pulumi-resource-dli"
    with tarfile.open(tmp_path / "dli.tgz", "w:gz") as archive:
        archive.add(script, script.name)
    stack.program(job(desired_state="stopped"))
    path = [PLUGIN["path"], *stack.project.environment["PATH"].split(os.pathsep)]
    stack.project.environment["PATH"] = os.pathsep.join(path)
    assert "warning: using pulumi-resource-dli from $PATH" in stack.shows("preview")
    others = [folder for folder in path if not (Path(folder) / script.name).exists()]
    stack.project.environment["PATH"] = os.pathsep.join(others)
    assert "dli" in stack.fails("preview")
    archive_ = str(tmp_path / "dli.tgz")
    stack.shows("plugin", "install", "resource", "dli", version("pulumi-dli"), "--file", archive_)
    stack.shows("preview")


def test_the_stack_says_how_names_are_made_beside_a_job_of_the_other_front(
    stack: JobStack,
) -> None:
    dynamic = job("other", desired_state="stopped").replace("FlinkJarJob", "Dynamic")
    stack.program(
        "from pulumi_dli import FlinkJarJob as Dynamic\n",
        job(name=None, desired_state="stopped"),
        dynamic,
    )
    named_by(stack, "${project}-${name}")
    stack.up()
    assert sorted(stack.dli.jobs()) == ["jobs-etl", "other"]
    stack.nothing_changes()


def named_by(stack: JobStack, pattern: str) -> None:
    settings = json.loads((stack.project.directory / "Pulumi.yaml").read_text())
    settings["config"]["pulumi:autonaming"] = {"value": {"pattern": pattern}}
    stack.project.write("Pulumi.yaml", json.dumps(settings))


def test_a_random_name_is_that_of_the_saved_plan_and_stays_over_a_replacement(
    stack: JobStack,
) -> None:
    stack.program(job(name=None))
    named_by(stack, "${name}-${hex(6)}")
    shown = stack.shows("preview", "--save-plan", "plan.json")
    stack.up("--plan", "plan.json")
    [name] = stack.dli.jobs()
    assert re.fullmatch(r"etl-[0-9a-f]{6}", name)
    assert f"{name}: creates and starts the job" in shown
    assert f"{name}: goes on with job 1" in stack.up("--replace", URN)
    assert list(stack.dli.jobs()) == [name]
    assert stack.resources()["etl"]["id"] == "1"


def _until_starting(stack: JobStack, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not any("jobs/run" in entry.path for entry in kept(stack.dli.store)):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _plugins(stack: JobStack) -> list[psutil.Process]:
    """The plugin's processes that work in the project."""
    return [
        process
        for process in psutil.process_iter(["cwd", "cmdline"])
        if process.info["cwd"] and Path(process.info["cwd"]) == stack.project.directory
        if any("pulumi-resource-dli" in part for part in process.info["cmdline"] or ())
    ]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, "the engine", "the plugin"])
def test_a_run_that_ends_early_is_gone_on_with(stack: JobStack, end: signal.Signals | str) -> None:
    """Interrupted by a signal, or by a kill of one of its processes."""
    stack.program(job())
    stack.dli.delays(start=5, stop=0)
    with stack.project.start("up", "--yes", "--skip-preview") as process:
        _until_starting(stack, process)
        plugins = _plugins(stack)
        assert len(plugins) == 1
        match end:
            case signal.Signals():
                os.killpg(process.pid, end)
            case "the engine":
                process.kill()
            case "the plugin":
                plugins[0].kill()
        shown, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    gone, alive = psutil.wait_procs(plugins, timeout=PATIENCE)
    assert (len(gone), alive) == (1, [])
    if isinstance(end, signal.Signals):
        assert "the run was interrupted, so nothing more was begun: job etl (1) is s" in shown
        assert stack.resources()["etl"]["id"] == "1"
    stack.project.run("cancel", "--yes")
    stack.up()
    [found] = stack.dli.jobs().values()
    assert found["status"] == "job_running"
    assert stack.resources()["etl"]["id"] == str(found["id"])
    assert [entry["event"] for entry in stack.dli.history(found["id"])].count("created") == 1
