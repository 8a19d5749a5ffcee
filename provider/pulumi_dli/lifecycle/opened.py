"""The verbs of one place, from its settings."""

from __future__ import annotations

from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections
from pulumi_dli.clock import Clock
from pulumi_dli.console import Console
from pulumi_dli.lifecycle.verbs import Lifecycle


def opened(
    connections: Connections,
    where: tuple[str | None, str | None],
    clock: Clock,
    console: Console,
    saved: SavedState,
) -> Lifecycle:
    """The verbs for the jobs of a region's project.

    Args:
        connections: of the process.
        where: the region and the project that a resource names itself.
        clock: time.
        console: is told, and asked before each request that changes something.
        saved: what the object service tells of the jobs.

    Raises:
        SettingsError: the place cannot be reached with the settings there are.
    """
    settings = connections.settings(*where)
    return Lifecycle(Jobs(connections.transport(*where)), clock, console, settings, saved, where)
