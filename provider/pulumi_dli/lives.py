"""The verbs of each place of one run, made when they are needed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.client.location import explicit
from pulumi_dli.clock import Clock
from pulumi_dli.console import Console
from pulumi_dli.loading import loading

if TYPE_CHECKING:
    from pulumi_dli.lifecycle.verbs import Lifecycle


@dataclass(slots=True)
class Lives:
    """The verbs by place. Safe to share between threads.

    Attributes:
        connections: the settings and what they lead to.
        clock: time.
        console: is told, and asked before each request that changes something.
        saved: where a job's state may be beside what the service tells.
    """

    connections: Connections
    clock: Clock
    console: Console
    saved: SavedState
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _made: dict[Place, Lifecycle] = field(default_factory=dict)

    def at(self, place: Place, props: Mapping[str, Any]) -> Lifecycle:
        """The verbs of a place.

        Args:
            place: the place.
            props: the properties that name its region and project.
        """
        with self._lock:
            if place not in self._made:
                with loading():  # a preview without changes needs none of it
                    from pulumi_dli.lifecycle.opened import opened  # noqa: PLC0415

                self._made[place] = opened(
                    self.connections, explicit(props), self.clock, self.console, self.saved
                )
            return self._made[place]
