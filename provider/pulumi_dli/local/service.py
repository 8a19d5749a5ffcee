"""What every route works on: the store, the clock, the identity and the runner."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulumi_dli.local import runs
from pulumi_dli.local.model import Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_dli.local.model import Runner
    from pulumi_dli.local.signin.identity import Identity
    from pulumi_dli.local.store import Store


@dataclass(frozen=True, slots=True)
class Service:
    """One local DLI. Safe to share between threads.

    Attributes:
        clock: seconds since 1970.
        sleep: lets seconds pass, for the armed delays.
    """

    store: Store
    identity: Identity
    runner: Runner
    clock: Callable[[], float]
    sleep: Callable[[float], object]

    @contextmanager
    def change(self) -> Iterator[Moment]:
        """A moment in which to change jobs, committed at the end of the block."""
        with self.store.write() as db:
            moment = Moment(db, self.clock(), self.runner, self.store.folder)
            runs.advance(moment)
            yield moment

    @contextmanager
    def look(self) -> Iterator[Moment]:
        """A moment in which to look at jobs."""
        with self.store.read() as db:
            moment = Moment(db, self.clock(), self.runner, self.store.folder)
            if runs.anything_due(moment):
                with self.change() as moment:
                    pass
            yield replace(moment, db=db)
