"""`pulumi-dli savepoint`: a savepoint of a running job, which runs on."""

from __future__ import annotations

from collections.abc import Callable

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections
from pulumi_dli.client.tags import Tags
from pulumi_dli.clock import SYSTEM, Clock, Deadline
from pulumi_dli.console import Console
from pulumi_dli.errors import JobError, SettingsError
from pulumi_dli.job.detail import JobDetail, Phase
from pulumi_dli.job.object_url import SCHEME, directory_url, is_bucket
from pulumi_dli.job.restarts import same_directory
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.steps import Steps
from pulumi_dli.lifecycle.waits import Waits


class Lines(Console):
    """A terminal: everything is a line of its own, progress too."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def say(self, text: str) -> None:
        """Take a line."""
        self._say(text)

    progress = warn = error = say

    def guard(self, *, begun: bool = False) -> None:
        """Let everything start: a person stops the command by its process."""

    wait_on = guard


def savepoint(
    connections: Connections,
    name: str,
    *,
    into: str | None,
    seconds: float,
    say: Callable[[str], None],
    clock: Clock = SYSTEM,
) -> str:
    """Take a savepoint and wait until it is there.

    Args:
        connections: of the stack.
        name: the job's name, or its id.
        into: the directory, `obs://bucket/folder/`; None for the service's choice.
        seconds: the time allowed.
        say: takes lines for people.
        clock: time.

    Returns:
        The savepoint's directory, `obs://bucket/folder/`.

    Raises:
        SettingsError: an option cannot be.
        JobError: there is no such job, it does not run, or took no savepoint.
        DliError: the service refused.
    """
    if seconds <= 0:
        raise SettingsError("--timeout: seconds above 0 are expected")
    target = "" if into is None else _directory(into)
    jobs = Jobs(connections.transport())
    job = _named(jobs, name)
    if job.phase is not Phase.RUNNING:
        raise JobError(
            f"job {job.name} ({job.job_id}) is {job.phase} ({job.status}), and only a running job "
            "takes a savepoint"
        )
    if not (target or job.value("obs_bucket")):
        raise JobError(
            f"job {job.name} ({job.job_id}) has no bucket to put a savepoint in; name one with "
            "--to obs://BUCKET/FOLDER/, or give the job an obs_bucket"
        )
    if target and job.has_savepoint and same_directory(target, job.savepoint_path):
        raise SettingsError("--to: the job's latest savepoint is there; choose another directory")
    waits = Waits(jobs, say)
    steps = Steps(jobs, Tags(jobs, ()), waits, Lines(say))
    operation = Operation(job=job, deadline=Deadline(clock, seconds), settle=0, removes=True)
    steps.savepoint(operation, target)
    return directory_url(operation.job.savepoint_path)


def _named(jobs: Jobs, name: str) -> JobDetail:
    """The job of a name, or of an id, in detail."""
    found = [row.job_id for row in jobs.list_jobs(name=name) if row.name == name]
    if not found and name.isdecimal():
        found = [int(name)]
    if not found:
        raise JobError(
            f"there is no Flink Jar job {name} in this project; `pulumi-dli doctor` tells which "
            "project that is"
        )
    return jobs.details(found[0])


def _directory(text: str) -> str:
    """`bucket/folder/`, as the service takes it."""
    bucket, _, folder = text.removeprefix(SCHEME).partition("/")
    if not (text.startswith(SCHEME) and is_bucket(bucket) and folder.strip("/")):
        raise SettingsError("--to: a directory is expected, as obs://BUCKET/FOLDER/")
    return f"{bucket}/{folder.strip('/')}/"
