"""One stack, one place: what is at one endpoint is never looked for at another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dli import Dli, served
from job_stack import JobStack, job

PROJECTS = ("a" * 32, "b" * 32)
KEYS = {"region": "local", "accessKey": "LOCALACCESSKEY", "secretKey": "LOCALSECRETKEY"}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[str, Dli]]:
    """Another DLI, behind a socket, with two projects."""
    folder = tmp_path / "elsewhere"
    projects = (f"--project=p{number}={id_}" for number, id_ in enumerate(PROJECTS))
    with served(folder, *projects) as endpoint:
        dli = Dli(folder)
        yield endpoint, dli
        dli.close()


def test_a_stack_with_another_endpoint_stays_where_its_job_is(
    stack: JobStack, elsewhere: tuple[str, Dli]
) -> None:
    endpoint, other = elsewhere
    stack.begin(job())
    before = stack.dli.jobs()
    stack.configure(endpoint=endpoint, projectId=PROJECTS[0], **KEYS)
    sentence = f"this job is at local, but the stack's settings lead to {endpoint}; set"
    with other.watched() as sent_there:
        # Without the program, the engine takes the settings of the last `up` from the state.
        stack.shows("refresh", "--yes", "--skip-preview")
    with stack.dli.watched() as sent:
        for command in "preview", "up", "refresh", "destroy":
            options = [] if command == "preview" else ["--yes", "--skip-preview"]
            shown = stack.fails(command, *options)
            assert sentence in shown, command
            assert "LOCALSECRETKEY" not in shown
    assert sent == sent_there == []
    assert stack.dli.jobs().keys() == before.keys()
    assert stack.resources().keys() == {"etl"}

    stack.configure(endpoint="local")
    stack.nothing_changes()


def test_a_shell_with_another_region_reaches_no_job(
    stack: JobStack, elsewhere: tuple[str, Dli]
) -> None:
    endpoint, other = elsewhere
    environment = stack.project.environment
    environment |= {"HW_ACCESS_KEY": "LOCALACCESSKEY", "HW_SECRET_KEY": "LOCALSECRETKEY"}
    environment |= {"HW_REGION_NAME": "local", "HW_PROJECT_ID": PROJECTS[0]}
    stack.configure(endpoint=endpoint, maxRetries="0")
    stack.program(job())
    stack.up()
    environment |= {"HW_REGION_NAME": "eu-de", "HW_PROJECT_ID": PROJECTS[1]}
    with other.watched() as sent:
        for command in "refresh", "destroy":
            assert "settings lead to eu-de" in stack.fails(command, "--yes", "--skip-preview")
    assert sent == []
    assert list(other.jobs()) == list(stack.resources()) == ["etl"]


def test_another_project_replaces_the_job(stack: JobStack, elsewhere: tuple[str, Dli]) -> None:
    endpoint, dli = elsewhere
    stack.configure(endpoint=endpoint, projectId=PROJECTS[0], **KEYS)
    stack.program(job())
    stack.up()
    assert dli.job("etl")["project_id"] == PROJECTS[0]
    stack.program(job(project_id=PROJECTS[1]))
    shown = stack.shows("preview")
    assert "REPLACES THE JOB, because project_id change" in shown
    assert "creates and starts" not in shown
    stack.up()
    assert dli.job("etl")["project_id"] == PROJECTS[1]
    assert dli.job("etl")["status"] == "job_running"
    assert stack.outputs()["project_id"] == PROJECTS[1]


def test_the_local_folder_can_be_chosen(stack: JobStack, tmp_path: Path) -> None:
    stack.project.environment["PULUMI_DLI_LOCAL_PATH"] = str(tmp_path / "chosen")
    stack.program(job())
    stack.up()
    assert stack.dli.jobs() == {}
    chosen = Dli(tmp_path / "chosen")
    assert list(chosen.jobs()) == ["etl"]
    chosen.close()
