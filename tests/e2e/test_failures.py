"""Mistakes and mishaps: one sentence each, nothing left behind, and the next `up` goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from dli import Dli, changes, served
from job_stack import JobStack, job

FAILED_START = "the jar file could not be loaded (armed fault)"
PASSWORD = "a-planted-password"


def _one_sentence(shown: str, sentence: str) -> None:
    """The sentence stands once among the diagnostics, and nothing else is an error there."""
    _, _, diagnostics = shown.partition("Diagnostics:")
    # The engine's own form for a resource that exists although its operation failed.
    flat = re.sub(r"1 error occurred:\s+\* ", "", diagnostics)
    errors = re.findall(r"error: (.*)", flat)
    told = [line for line in errors if line not in ("update failed", "preview failed")]
    assert len(told) == 1, shown
    assert sentence in told[0]


def test_a_wrong_argument_ends_in_a_sentence(stack: JobStack) -> None:
    stack.program(job(cu_number=0))  # test_preview.py has all the others
    with stack.dli.watched() as sent:
        for shown in (stack.fails("preview"), stack.up_fails()):
            _one_sentence(shown, "cu_number: 0 is too small; use 2 or more")
    assert changes(sent) == []
    assert stack.resources() == {}


def test_every_mistake_is_shown_at_once_and_no_value(stack: JobStack) -> None:
    stack.program(
        job(
            cu_number=0,
            checkpoint_mode="often",
            resume_max_num="many",
            runtime_config={"fs.key": ["TOPSECRET"]},
            code={"entrypoint_args": "pulumi.Output.secret({'a': 'TOPSECRET'})"},
        )
    )
    shown = stack.fails("preview")
    for path in ("cu_number", "checkpoint_mode", "resume_max_num", "runtime_config.fs.key"):
        assert f"{path}: " in shown, shown
    assert "entrypoint_args: " in shown
    assert "TOPSECRET" not in shown
    assert "<nil>" not in shown


def test_a_mistyped_argument_is_met_with_the_right_name(stack: JobStack) -> None:
    stack.program(job(cu_num=4))
    assert "cu_num: there is no such argument; did you mean cu_number?" in stack.fails("preview")


def test_missing_settings_are_listed_with_where_they_were_looked_for(stack: JobStack) -> None:
    stack.configure()
    stack.program(job())
    shown = stack.fails("up", "--yes")
    for name in ("dli:region", "OS_REGION_NAME", "dli:endpoint local"):
        assert name in shown, shown
    assert stack.resources() == {}


@pytest.fixture
def cloud(stack: JobStack, tmp_path: Path) -> Iterator[JobStack]:
    """The stack, on a DLI behind a socket with a password of its own."""
    folder = tmp_path / "cloud"
    with served(folder, "--password", PASSWORD) as endpoint:
        stack.dli.close()
        stack.dli = Dli(folder)
        stack.configure(
            endpoint=endpoint,
            authUrl=f"{endpoint}/v3",
            region="local",
            projectName="local",
            domainName="local",
            username="local",
            maxRetries="0",
        )
        yield stack


def test_a_wrong_password_ends_in_a_sentence_without_it(cloud: JobStack) -> None:
    cloud.project.must("config", "set", "--secret", "dli:password", "a-wrong-password")
    cloud.program(job())
    shown = cloud.fails("up", "--yes")
    _one_sentence(shown, "could not sign in")
    assert "a-wrong-password" not in shown
    assert cloud.dli.jobs() == {}
    assert cloud.resources() == {}

    cloud.project.must("config", "set", "--secret", "dli:password", PASSWORD)
    shown = cloud.shows("up", "--yes")
    cloud.nothing_changes_beside_signing_in()
    assert PASSWORD not in shown + cloud.state_text()
    assert cloud.dli.job("etl")["status"] == "job_running"


def test_an_unreachable_endpoint_ends_in_a_sentence(stack: JobStack, tmp_path: Path) -> None:
    with served(tmp_path / "cloud") as endpoint:
        pass  # nobody listens there any more
    stack.configure(
        endpoint=endpoint,
        region="local",
        projectId="0123456789abcdef0123456789abcdef",
        accessKey="LOCALACCESSKEY",
        secretKey="LOCALSECRETKEY",
        maxRetries="0",
    )
    stack.program(job())
    shown = stack.up_fails()
    _one_sentence(shown, "no connection to 127.0.0.1")
    assert "LOCALSECRETKEY" not in shown
    assert stack.resources() == {}


def test_an_unknown_queue_leaves_nothing_behind(stack: JobStack) -> None:
    stack.program(job(queue_name="nowhere"))
    _one_sentence(stack.up_fails(), "There is no queue named nowhere")
    assert stack.dli.jobs() == {}
    assert stack.resources() == {}
    stack.program(job())
    stack.up()
    assert stack.dli.job("etl")["status"] == "job_running"


def test_a_start_that_fails_is_gone_on_with(stack: JobStack) -> None:
    stack.dli.arm("fail_start")
    stack.program(job(log_enabled=True, obs_bucket="state"))
    shown = stack.up_fails()
    job_id = stack.dli.job("etl")["id"]
    _one_sentence(shown, f"job etl ({job_id}) did not start: submit fail (job_submit_fail)")
    log = rf" {{6,}}log: obs://state/jobs/logs/{job_id}_\d+/jobmanager\.log\n"
    assert re.search(rf"\n{log}(?: {{8,}}.*\n)* {{8,}}{re.escape(FAILED_START)}\n", shown), shown
    [known] = stack.resources().values()
    assert known["id"] == str(job_id)
    assert known["outputs"]["status"] == "job_submit_fail"
    assert "etl: starts, found failed (job_submit_fail: " in stack.up()
    assert stack.dli.job("etl")["id"] == job_id
    assert stack.dli.job("etl")["status"] == "job_running"
    stack.nothing_changes()


def test_a_restart_that_fails_is_put_right_by_the_reverted_program(stack: JobStack) -> None:
    stack.begin(job(cu_number=2))
    before = stack.dli.job("etl")
    stack.dli.arm("fail_start")
    stack.program(job(cu_number=4))
    assert FAILED_START in stack.up_fails()
    assert stack.outputs()["cu_number"] == 4
    stack.program(job(cu_number=2))
    stack.up()
    after = stack.dli.job("etl")
    assert after["id"] == before["id"]
    assert after["definition"]["cu_number"] == 2
    assert after["status"] == "job_running"
    assert after["counter"] > before["counter"]
    stack.nothing_changes()


def test_a_savepoint_that_fails_ends_before_the_put(stack: JobStack) -> None:
    stack.begin(job(cu_number=2))
    before = stack.dli.job("etl")
    stack.dli.delays(start=0, stop=1)
    stack.dli.arm("refuse_savepoint")
    stack.program(job(cu_number=4))
    with stack.dli.watched() as sent:
        shown = stack.up_fails()
    assert "took no savepoint and runs on" in shown
    assert changes(sent) == ["POST jobs/stop"]
    assert stack.dli.job("etl")["status"] == "job_running"
    stack.up()
    after = stack.dli.job("etl")
    assert after["definition"]["cu_number"] == 4
    assert after["counter"] > before["counter"]
    stack.nothing_changes()


def test_custom_timeouts_end_a_wait_and_the_state_knows_the_job(stack: JobStack) -> None:
    stack.dli.delays(start=3600, stop=0)
    options = "custom_timeouts=pulumi.CustomTimeouts(create='1s')"
    stack.program(job(options=options))
    shown = stack.up_fails()
    _one_sentence(shown, "waited 1 s for job etl (1) to run, but it is submitting")
    assert stack.resources()["etl"]["id"] == "1"
    stack.dli.pass_time(3600)
    stack.up()
    assert list(stack.dli.jobs()) == ["etl"]
    assert stack.dli.job("etl")["id"] == 1
