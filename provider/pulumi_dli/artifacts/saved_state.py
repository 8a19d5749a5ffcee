"""Where a job's state may be beside what the service tells: three looks into its bucket."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_dli.artifacts.checkpoints import Checkpoints
from pulumi_dli.artifacts.copies import Copies
from pulumi_dli.artifacts.records import Records
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.clock import Clock
from pulumi_dli.console import Report


@dataclass(frozen=True, slots=True)
class SavedState:
    """The saved states of one run's jobs. Safe to share between threads.

    Attributes:
        checkpoints: looks for what a job can go on from that left no savepoint.
        records: savepoints that wait for the job that begins from them.
        copies: of savepoints, for a job that goes back.
    """

    checkpoints: Checkpoints
    records: Records
    copies: Copies

    @classmethod
    def of(cls, stores: Stores, clock: Clock, warn: Report) -> SavedState:
        """Those of a run.

        Args:
            stores: the object service of each place.
            clock: time.
            warn: takes what could not be written down.
        """
        records = Records(stores, clock, warn)
        return cls(Checkpoints(stores, records), records, Copies(stores))
