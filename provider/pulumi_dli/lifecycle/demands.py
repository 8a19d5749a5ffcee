"""What a start needs beside the job, looked at while nothing is changed yet."""

from __future__ import annotations

from pulumi_dli.errors import ApiError, JobError
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.start import Start
from pulumi_dli.lifecycle.context import Context

NO_SUCH_OBJECT = "DLI.0002"
"""What the service answers for a queue that is not there."""


def demand_queue(context: Context, desired: Desired) -> None:
    """Raise JobError when the queue certainly is not there, while nothing is changed yet.

    Where the queue cannot be looked at, the start itself will tell.
    """
    name = desired.spec.queue_name
    if name is None or not desired.running:
        return
    try:
        context.queue(name)
    except ApiError as error:
        if error.code == NO_SUCH_OBJECT:
            raise JobError(f"job {desired.name} cannot run: {error}; nothing was changed") from None


def demand_objects(
    context: Context, desired: Desired, start: Start, so_far: str = "nothing was changed"
) -> None:
    """Raise JobError when OBS certainly has not what a start needs, before a job is stopped for it.

    Args:
        context: looks.
        desired: the wish for the job.
        start: the start; only a directory that the program names can be named otherwise.
        so_far: what was changed before.
    """
    if not desired.running:
        return
    directory = start.path if start.named else None
    if missing := "; ".join(context.saved.needed.missing(desired, directory)):
        raise JobError(f"job {desired.name} cannot run: {missing}; {so_far}")
