"""What a schedule of the campaign is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from faults.engine import Program
from faults.kills import Kill
from faults.strikes import Fault


@dataclass(frozen=True)
class Step:
    """One `up` of a schedule.

    Attributes:
        way: what happens before.
        program: the program; None holds no resource.
        faults: what is armed for it.
        kill: where it is killed.
        saves: whether somebody has taken the savepoint that `restore_from` names.
        meanwhile: what somebody does to the job once the plan was said; "" for nothing.
        beside: whether the program has another resource.
        prunes: whether somebody has `pulumi-dli artifacts prune` delete what nobody needs.
        plain: whether it is without a refresh.
    """

    way: str
    program: Program | None
    faults: tuple[Fault, ...] = ()
    kill: Kill | None = None
    saves: bool = False
    meanwhile: str = ""
    beside: bool = False
    prunes: bool = False
    plain: bool = False


@dataclass(frozen=True)
class Schedule:
    """The steps of a seed, and what the object service refuses all the while.

    Attributes:
        steps: the steps.
        rights: faults that stay.
        others: what sets the jobs apart of other resources that the program has: of a few jobs
            a refresh reads the details, of more the list.
        lacks: what the rows of the list are without (`poor_rows`); "" for nothing.
        back: whether definitions that fail are gone back from.
    """

    steps: Sequence[Step]
    rights: tuple[Fault, ...] = ()
    back: bool = False
    others: Sequence[Program] = ()
    lacks: str = ""
