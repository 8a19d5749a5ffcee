"""One operation on one job: how far it got, and what it leaves behind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from pulumi_dli.clock import Deadline
from pulumi_dli.errors import DliError
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.options import Stored
from pulumi_dli.job.outputs import Outcome
from pulumi_dli.job.plan import pending_start


@dataclass(slots=True)
class Work:
    """One operation on one job, and how far it got; what a partial failure stores.

    Attributes:
        job: the job as last seen.
        changed: whether a request has changed the service.
        put_time: `update_time` of the answer to a PUT; 0 when nothing was put.
        started: whether a start was accepted.
        next_start: what the next start begins with, see `pending_start`; None: undecided.
        written: the fields that were put; `tags` too, once they are as wanted.
    """

    deadline: Deadline
    settle: float
    job: JobDetail
    changed: bool = False
    put_time: int = 0
    started: bool = False
    next_start: str | None = None
    written: frozenset[str] = frozenset()


class Incomplete(DliError):
    """An operation changed the service and then failed: the state must know how the job stands."""

    def __init__(self, outcome: Outcome, cause: DliError) -> None:
        super().__init__(str(cause))
        self.outcome = outcome
        self.uncertain = cause.uncertain


def finish(
    work: Work,
    stored: Stored | None,
    steps: Callable[[], None],
    look: Callable[[int], JobDetail],
) -> Outcome:
    """Do the steps; once something was changed, a failure tells how the job stands.

    Raises:
        Incomplete: the steps failed after a request had changed the service.
        DliError: they failed before.
    """
    try:
        steps()
    except DliError as error:
        if not work.changed:
            raise
        with contextlib.suppress(DliError):  # else the job as last seen must do
            work.job = look(work.job.job_id)
        raise Incomplete(_outcome(work, stored), error) from None
    return _outcome(work, stored)


def _outcome(work: Work, stored: Stored | None) -> Outcome:
    """The savepoint that the state must remember is the one that no start has used up."""
    next_start = work.next_start
    if next_start is None:
        next_start = pending_start(work.job, stored)
    return Outcome(work.job, work.put_time, work.started, next_start, work.written)
