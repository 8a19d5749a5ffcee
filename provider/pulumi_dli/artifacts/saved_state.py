"""What the object service tells of a job: where its state is, whether its jars fit it, its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.clock import Clock
from pulumi_dli.console import Report
from pulumi_dli.loading import loading
from pulumi_dli.once import Once

if TYPE_CHECKING:
    from pulumi_dli.artifacts.checkpoints import Checkpoints
    from pulumi_dli.artifacts.copies import Copies
    from pulumi_dli.artifacts.logs import Logs
    from pulumi_dli.artifacts.needed import Needed
    from pulumi_dli.artifacts.records import Records
    from pulumi_dli.artifacts.watch import Watch


class SavedState:
    """The saved states of one run's jobs. Safe to share between threads.

    Each part is loaded when something asks for it: a run without changes needs none.

    Args:
        stores: the object service of each place.
        clock: time.
        warn: takes what could not be written down or looked at.
    """

    def __init__(self, stores: Stores, clock: Clock, warn: Report) -> None:
        self._stores = stores
        self._clock = clock
        self._warn = warn
        self._checkpoints = Once(self._open_checkpoints)
        self._copies = Once(self._open_copies)
        self._logs = Once(self._open_logs)
        self._needed = Once(self._open_needed)
        self._records = Once(self._open_records)
        self._watch = Once(self._open_watch)

    @property
    def checkpoints(self) -> Checkpoints:
        """Looks for what a job can go on from that left no savepoint, or an older one."""
        return self._checkpoints.get()

    @property
    def copies(self) -> Copies:
        """Copies of savepoints, for a job that goes back."""
        return self._copies.get()

    @property
    def logs(self) -> Logs:
        """The logs of jobs, for those that fail."""
        return self._logs.get()

    @property
    def needed(self) -> Needed:
        """Knows what a start needs that is not in OBS."""
        return self._needed.get()

    @property
    def records(self) -> Records:
        """Savepoints that wait for the job that begins from them."""
        return self._records.get()

    @property
    def watch(self) -> Watch:
        """Knows which bytes the jobs were started with."""
        return self._watch.get()

    def _open_checkpoints(self) -> Checkpoints:
        with loading():
            from pulumi_dli.artifacts.checkpoints import Checkpoints  # noqa: PLC0415

        return Checkpoints(self._stores, self.records, self.watch)

    def _open_copies(self) -> Copies:
        with loading():
            from pulumi_dli.artifacts.copies import Copies  # noqa: PLC0415

        return Copies(self._stores)

    def _open_logs(self) -> Logs:
        with loading():
            from pulumi_dli.artifacts.logs import Logs  # noqa: PLC0415

        return Logs(self._stores, self._clock)

    def _open_needed(self) -> Needed:
        with loading():
            from pulumi_dli.artifacts.needed import Needed  # noqa: PLC0415

        return Needed(self._stores)

    def _open_records(self) -> Records:
        with loading():
            from pulumi_dli.artifacts.records import Records  # noqa: PLC0415

        return Records(self._stores, self._clock, self._warn)

    def _open_watch(self) -> Watch:
        with loading():
            from pulumi_dli.artifacts.watch import Watch  # noqa: PLC0415

        return Watch(self._stores, self._warn)
