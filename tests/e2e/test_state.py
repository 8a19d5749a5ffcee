"""What may be stored and shown: no credential, no secret argument, and a small provider."""

from __future__ import annotations

import json
import pickle
import subprocess
from base64 import b64decode
from textwrap import dedent
from typing import Any

import pytest
from dli import COMMAND
from job_stack import DYNAMIC, JobStack, job
from pulumi_dli.dynamic import FlinkJarJobProvider

PLANTED = ("ARGUMENTSECRET", "RUNTIMESECRET", "CREDENTIALSECRET")
HOSTILE = {
    "OS_AUTH_URL": "https://elsewhere.example/v3",
    "OS_USERNAME": "owner",
    "OS_PASSWORD": "CREDENTIALSECRET",
    "OS_REGION_NAME": "eu-de",
    "OS_PROJECT_NAME": "eu-de_owner",
    "OS_CLOUD": "owner",
    "HW_ACCESS_KEY": "CREDENTIALSECRET",
    "HW_SECRET_KEY": "CREDENTIALSECRET",
    "HW_REGION_NAME": "cn-north-4",
}


@pytest.fixture
def hostile(stack: JobStack) -> JobStack:
    """The stack in the shell of somebody who works on a cloud."""
    stack.project.environment.update(HOSTILE)
    return stack


def _clean(text: str) -> None:
    for secret in PLANTED:
        assert secret not in text, text[max(0, text.index(secret) - 300) :][:600]


def test_planted_secrets_are_nowhere_to_be_found(hostile: JobStack) -> None:
    stack = hostile
    secrets: dict[str, Any] = {
        "entrypoint_args": ["--key", "ARGUMENTSECRET"],
        "runtime_config": {"fs.s3a.secret.key": "RUNTIMESECRET"},
    }
    stack.program(job(**secrets))
    _clean(stack.shows("preview", "--diff"))
    _clean(stack.project.must("preview", "--json"))
    _clean(stack.up())
    definition = stack.dli.job("etl")["definition"]
    assert definition["entrypoint_args"] == "--key ARGUMENTSECRET"
    assert "RUNTIMESECRET" in definition["runtime_config"]
    _clean(stack.state_text())

    secrets["entrypoint_args"].append("--more")
    stack.program(job(**secrets, cu_number=4))
    _clean(stack.shows("preview", "--diff"))
    _clean(stack.project.must("up", "--yes", "--skip-preview", "--json"))
    stack.dli.put(stack.dli.job("etl")["id"], desc="drift")
    _clean(stack.shows("refresh", "--yes", "--skip-preview", "--diff"))

    stack.program(job(**secrets, cu_number=2))
    for debug in ("", "1"):
        stack.project.environment["PULUMI_DLI_DEBUG"] = debug
        stack.dli.arm("fail_start", text="cannot parse ARGUMENTSECRET of RUNTIMESECRET")
        done = stack.project.run("up", "--yes", "--skip-preview")
        assert done.returncode != 0
        assert "cannot parse" in done.stdout
        _clean(done.stdout + done.stderr)
        assert "cannot parse" in stack.outputs()["status_desc"]
        _clean(stack.state_text())
    command = [COMMAND, "local", "requests", "--path", str(stack.project.directory / ".dli-local")]
    for more in ([], ["--json"]):
        log = subprocess.run([*command, *more], capture_output=True, text=True, check=True)
        assert "flink-jobs" in log.stdout
        _clean(log.stdout)


def test_the_state_holds_the_providers_name_and_nothing_else_of_it(stack: JobStack) -> None:
    stack.begin(job())
    stored = stack.resources()["etl"]["inputs"]["__provider"]
    assert b64decode(stored) == pickle.dumps(FlinkJarJobProvider(), protocol=4)
    assert b"pulumi_dli.dynamic" in b64decode(stored)
    assert len(stored) < 100


def test_the_state_names_the_lines_of_the_program_and_no_other_code(stack: JobStack) -> None:
    direct = job(desired_state="stopped")
    later = """
        class Etl(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("shop:index:Etl", name)
                FlinkJarJob(name, desired_state="stopped", opts=pulumi.ResourceOptions(parent=self))

        Etl("inner")
        pulumi.Output.from_input("late").apply(lambda n: FlinkJarJob(n, desired_state="stopped"))
    """
    text = DYNAMIC.head + direct + dedent(later)
    stack.project.write("__main__.py", text)
    stack.project.must("up", "--yes", "--skip-preview")
    lines = text.splitlines()

    def told(resource: str) -> list[str]:
        """The lines of the program that the stored frames name, innermost first."""
        stored = stack.resources()[resource]
        frames = [frame["sourcePosition"] for frame in stored["stackTrace"]]
        assert stored["sourcePosition"] == frames[0]
        found = [frame.rpartition("#") for frame in frames]
        assert {path for path, _, _ in found} == {"project:///__main__.py"}
        return [lines[int(number) - 1].strip() for _, _, number in found]

    assert told("etl") == ["etl = FlinkJarJob("]
    assert [line.split("(")[0] for line in told("inner")] == ["FlinkJarJob", "Etl"]
    assert [line.split("(")[0] for line in told("late")] == ["pulumi.Output.from_input"]


def test_a_secret_of_the_program_stays_one_under_any_argument(stack: JobStack) -> None:
    stack.program(job(code={"desc": "pulumi.Output.secret('ARGUMENTSECRET')"}))
    stack.project.must("up", "--yes", "--skip-preview")
    assert stack.dli.job("etl")["definition"]["desc"] == "ARGUMENTSECRET"
    _clean(stack.state_text())
    _clean(stack.shows("refresh", "--yes", "--skip-preview", "--diff"))
    _clean(stack.state_text())


def test_what_the_service_reports_of_unset_secret_arguments_is_not_stored(stack: JobStack) -> None:
    stack.begin(job())
    stack.dli.stopped(stack.dli.job("etl")["id"], savepoint=True)
    config = json.dumps([{"key": "k", "value": "RUNTIMESECRET"}])
    put = {"entrypoint_args": "ARGUMENTSECRET", "runtime_config": config}
    assert stack.dli.put(stack.dli.job("etl")["id"], **put).is_success
    _clean(stack.shows("refresh", "--yes", "--skip-preview", "--diff"))
    _clean(stack.state_text())
    _clean(stack.shows("preview", "--diff"))
    stack.up()
    definition = stack.dli.job("etl")["definition"]
    assert not definition["entrypoint_args"]


def test_what_its_owner_exports_changes_nothing(hostile: JobStack) -> None:
    stack = hostile
    shown = "pulumi.export('place', [etl.endpoint, etl.region])\n"
    stack.project.write("__main__.py", DYNAMIC.head + job() + shown)
    stack.up()
    assert json.loads(stack.project.must("stack", "output", "--json")) == {
        "place": ["local", "local"]
    }
    stack.nothing_changes()
    stack.destroy()
