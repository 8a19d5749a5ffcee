"""Where a job's state may be beside what the service tells, and whether its jars still fit it."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_dli.artifacts.checkpoints import Checkpoints
from pulumi_dli.artifacts.copies import Copies
from pulumi_dli.artifacts.records import Records
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.artifacts.watch import Watch
from pulumi_dli.clock import Clock
from pulumi_dli.console import Report


@dataclass(frozen=True, slots=True)
class SavedState:
    """The saved states of one run's jobs. Safe to share between threads.

    Attributes:
        checkpoints: looks for what a job can go on from that left no savepoint.
        records: savepoints that wait for the job that begins from them.
        copies: of savepoints, for a job that goes back.
        watch: knows which bytes the jobs were started with.
    """

    checkpoints: Checkpoints
    records: Records
    copies: Copies
    watch: Watch

    @classmethod
    def of(cls, stores: Stores, clock: Clock, warn: Report) -> SavedState:
        """Those of a run.

        Args:
            stores: the object service of each place.
            clock: time.
            warn: takes what could not be written down or looked at.
        """
        records, watch = Records(stores, clock, warn), Watch(stores, warn)
        return cls(Checkpoints(stores, records, watch), records, Copies(stores), watch)
