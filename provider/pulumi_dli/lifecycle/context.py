"""What the verbs work with: one set for each project."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.ownership import Ownership
from pulumi_dli.client.rows import Rows
from pulumi_dli.client.tags import Tags
from pulumi_dli.clock import Clock
from pulumi_dli.console import Console
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.next_start import LIVE, NextStart
from pulumi_dli.job.queue import Queue
from pulumi_dli.job.start import Start
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.operation import Operation
from pulumi_dli.lifecycle.steps import Steps
from pulumi_dli.lifecycle.turns import Turns
from pulumi_dli.lifecycle.waits import Waits
from pulumi_dli.once import Once


@dataclass(frozen=True, slots=True)
class Context:
    """The client and what goes with it.

    Attributes:
        jobs: the DLI client.
        ownership: tells whose a job is, as it is now.
        tags: reads tags, once for a job.
        rows: the list, where it tells as much as the details.
        saved: where a job's state may be beside what the service tells.
        waits: looks and waits.
        steps: the requests that change a job, with their verification.
        clock: time.
        turns: bounds the starts at a time.
        console: is told, and asked before each request that changes something.
        queues: those that were asked for; a fleet on one queue asks for it once.
    """

    jobs: Jobs
    ownership: Ownership
    tags: Tags
    rows: Rows
    saved: SavedState
    waits: Waits
    steps: Steps
    clock: Clock
    turns: Turns
    console: Console
    queues: dict[str, Once[Queue]] = field(default_factory=dict)

    def seen(
        self, job: JobDetail, desired: Desired, state: State | None, known: NextStart = LIVE
    ) -> JobDetail:
        """A live job with all that its plan depends on: its tags, and what it can go on from."""
        return self.saved.checkpoints.seen(self.tags.seen(job), desired, state, known)

    def start(self, operation: Operation, start: Start, whose: Desired | State) -> None:
        """Start a job at rest, and know the bytes that it begins with; see `Steps.start`.

        They are looked at first: what is overwritten meanwhile then counts as overwritten, and the
        worst is a restart too many. Looked at afterwards it would never be noticed.
        """
        operation.etags = self.saved.watch.etags(operation.job, whose)
        self.steps.start(operation, start)

    def queue(self, name: str) -> Queue:
        """A queue, asked for once.

        Raises:
            ApiError: there is none, or it may not be looked at.
        """
        return self.queues.setdefault(name, Once(functools.partial(self.jobs.queue, name))).get()
