"""Jobs of one stack in two regions, each at its public endpoint, with the same credentials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dli import Dli, served
from engine_project import make_project
from job_stack import JobStack, job
from tls_proxy import tls_proxy

HOME, AWAY = "eu-de", "ap-southeast-1"
PROJECTS = {HOME: "a" * 32, AWAY: "b" * 32}
HOSTS = {HOME: "dli.eu-de.otc.t-systems.com", AWAY: "dli.ap-southeast-1.myhuaweicloud.com"}
ELSEWHERE: dict[str, Any] = {"region": AWAY, "project_id": PROJECTS[AWAY]}


@dataclass
class Regions:
    """A stack at home in one region, and the services of both."""

    stack: JobStack
    away: Dli

    @property
    def home(self) -> Dli:
        return self.stack.dli

    def names(self) -> tuple[set[str], set[str]]:
        """The jobs at home and away."""
        return set(self.home.jobs()), set(self.away.jobs())


@pytest.fixture
def regions(tmp_path: Path) -> Iterator[Regions]:
    project = make_project(tmp_path, name="jobs")
    folders = {region: tmp_path / region for region in PROJECTS}

    def options(region: str) -> tuple[str, ...]:
        place = ("--region", region, "--project", f"{region}_team={PROJECTS[region]}")
        return (*place, "--allow-host", HOSTS[region])

    with (
        served(folders[HOME], *options(HOME)) as home,
        served(folders[AWAY], *options(AWAY)) as away,
        tls_proxy(tmp_path, {HOSTS[HOME]: home, HOSTS[AWAY]: away}) as proxy,
    ):
        project.environment |= {"HTTPS_PROXY": proxy.url, "NO_PROXY": "127.0.0.1,localhost"}
        made = Regions(JobStack(project, Dli(folders[HOME])), Dli(folders[AWAY]))
        made.stack.configure(
            region=HOME,
            projectId=PROJECTS[HOME],
            accessKey="LOCALACCESSKEY",
            secretKey="LOCALSECRETKEY",
            caCert=str(proxy.authority),
        )
        yield made
        made.home.close()
        made.away.close()


def test_a_jobs_own_region_and_project(regions: Regions) -> None:
    stack = regions.stack
    stack.program(job(), job("far", **ELSEWHERE))
    stack.up()
    assert regions.names() == ({"etl"}, {"far"})
    assert stack.outputs("far")["endpoint"] == f"https://{HOSTS[AWAY]}"
    assert stack.outputs("etl")["endpoint"] == f"https://{HOSTS[HOME]}"
    assert regions.away.job("far")["project_id"] == PROJECTS[AWAY]
    stack.nothing_changes()

    stack.program(job(**ELSEWHERE), job("far", **ELSEWHERE))
    shown = stack.shows("preview", "--diff")
    assert "etl: REPLACES THE JOB WITHOUT STATE, because region and project_id change" in shown
    assert f'region : "{HOME}" => "{AWAY}"' in " ".join(shown.split())
    stack.up()
    assert regions.names() == (set(), {"etl", "far"})

    # And home again: the region is named, because the stack's own might have been changed.
    stack.program(job(), job("far", **ELSEWHERE))
    shown = stack.fails("preview")
    assert f"this job is at https://{HOSTS[AWAY]}, but the stack's settings lead to" in shown
    assert f'or region="{HOME}", project_id="{PROJECTS[HOME]}" to move it' in shown
    stack.program(job(region=HOME, project_id=PROJECTS[HOME]), job("far", **ELSEWHERE))
    stack.up()
    assert regions.names() == ({"etl"}, {"far"})
    stack.program(job(), job("far", **ELSEWHERE))
    stack.nothing_changes()
    stack.shows("refresh", "--yes", "--skip-preview")
    stack.destroy()
    assert regions.names() == (set(), set())


def test_a_region_without_its_project_is_one_sentence(regions: Regions) -> None:
    stack = regions.stack
    stack.program(job(region=AWAY))
    shown = stack.fails("preview")
    assert f"the argument region is {AWAY}, but the project (stack config dli:projectId)" in shown
    assert "give project_id beside region" in shown


def test_a_certificate_that_nobody_was_told_of_is_one_sentence(regions: Regions) -> None:
    stack = regions.stack
    stack.configure(
        region=HOME,
        projectId=PROJECTS[HOME],
        accessKey="LOCALACCESSKEY",
        secretKey="LOCALSECRETKEY",
        maxRetries="0",
    )
    stack.program(job())
    shown = stack.up_fails()
    assert f"the certificate of {HOSTS[HOME]} is not trusted; name the file of its" in shown
    assert regions.names() == (set(), set())
