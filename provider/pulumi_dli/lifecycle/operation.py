"""One operation on one job: how far it got, and what it leaves behind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from pulumi_dli.clock import Deadline
from pulumi_dli.errors import DliError, Halfway
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.outputs import Outcome, after, after_failure
from pulumi_dli.job.state import State


@dataclass(slots=True, kw_only=True)
class Operation(Outcome):
    """One operation under way.

    Attributes:
        deadline: the time that it has.
        settle: seconds that a started job must run before its start counts.
        changed: whether a request has changed the service.
        begins: the directory that its start is to begin from; "" for none.
        saved: the copy of the savepoint of its stop, from which the job could go back; "" for none.
        strict: whether a start that restarts meanwhile has failed.
        clues: see `DliError`, to the failure of its start.
        removes: whether it takes the job away: in a `destroy`, or in an `up` of a program that
            has the job no more; nothing here can tell which.
    """

    deadline: Deadline
    settle: float
    changed: bool = False
    begins: str = ""
    saved: str = ""
    strict: bool = False
    clues: str = ""
    removes: bool = False

    @property
    def again(self) -> str:
        """The command that goes on where this one broke off."""
        return "the same command" if self.removes else "`pulumi up`"

    @property
    def so_far(self) -> str:
        """What it has changed, for an error that ends it."""
        changed = sorted(self.written - {"tags"})
        if self.took_from is not None:
            changed.append("its mark")
        names = ", ".join(changed)
        return f"{names} was changed before, and nothing else" if names else "nothing was changed"


def finish(
    operation: Operation,
    desired: Desired,
    state: State | None,
    steps: Callable[[], None],
    look: Callable[[int], JobDetail],
) -> State:
    """Do the steps; once something was changed, a failure tells how the job stands.

    Args:
        operation: what the steps work on.
        desired: the program's wish.
        state: what was known before; None when nothing was.
        steps: does them.
        look: reads the live job.

    Returns:
        What the state is to keep.

    Raises:
        Halfway: the steps failed after a request had changed the service.
        DliError: they failed before.
    """
    try:
        steps()
        return after(operation, desired, state)
    except Exception as error:
        if isinstance(error, DliError):
            error.clues = operation.clues
        if not operation.changed:
            raise
        with contextlib.suppress(DliError):  # else the job as last seen must do
            operation.job = look(operation.job.job_id)
        kept = after_failure(operation, desired, state)
        raise Halfway(operation.job.job_id, kept, error) from error
