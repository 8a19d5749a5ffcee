"""One operation on one job: how far it got."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_dli.clock import Deadline
from pulumi_dli.job.outputs import Outcome


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
