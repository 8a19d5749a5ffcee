"""What somebody did to a job between its line and the step: it is told, or nothing is done."""

from __future__ import annotations

from pulumi_dli.job.detail import AT_REST, JobDetail
from pulumi_dli.job.object_url import directory_url
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.context import Context
from pulumi_dli.lifecycle.endings import title


def unsaid(job: JobDetail, so_far: str = "nothing was changed") -> str:
    """That what is wished would give up a job's state now, and that no line has said so.

    Args:
        job: the job.
        so_far: what was changed before that was found.
    """
    return (
        f"{title(job)} is {job.phase} ({job.status}) now, and what the program "
        f"asks for would give up its state, which no line of this run has said; {so_far}, "
        "and the next `pulumi preview --refresh` tells what it comes to"
    )


def tell_of_stop(context: Context, job: JobDetail, state: State, path: str) -> None:
    """Warn that a job was found at rest that ran when its line was said, if it was.

    Args:
        context: the console.
        job: the job.
        state: what the line knew.
        path: the directory that is begun from now; "" for none.
    """
    if path and job.phase in AT_REST and state.job.phase not in AT_REST:
        context.console.warn(
            f"{title(job)} is {job.phase} ({job.status}) now, so it begins from "
            f"what is left: {directory_url(path)}"
        )
