"""What the verbs work with: one set for each project."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.ownership import Ownership
from pulumi_dli.clock import Clock
from pulumi_dli.console import Report
from pulumi_dli.lifecycle.steps import Steps
from pulumi_dli.lifecycle.waits import Waits


@dataclass(frozen=True, slots=True)
class Tools:
    """The client and what goes with it.

    Attributes:
        jobs: the DLI client.
        ownership: reads marks.
        waits: looks and waits.
        steps: the requests that change a job, with their verification.
        clock: time.
        say: takes lines that are worth keeping.
        warn: takes warnings.
        guard: called before each request that changes something; raises to end there.
        queues: names of queues that were seen; a fleet on one queue asks for it once.
        queues_lock: held while a queue is asked for.
    """

    jobs: Jobs
    ownership: Ownership
    waits: Waits
    steps: Steps
    clock: Clock
    say: Report
    warn: Report
    guard: Callable[[], None]
    queues: set[str] = field(default_factory=set)
    queues_lock: threading.Lock = field(default_factory=threading.Lock)
