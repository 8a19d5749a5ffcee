"""The connections of a stack, as every command finds them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

from pulumi_dli.client.connections import Connections
from pulumi_dli.command.stack_config import folders, stack_config


@contextmanager
def connected(stack: str | None) -> Iterator[tuple[Connections, str]]:
    """The connections of a stack, and in words where its configuration was read.

    Args:
        stack: its name; None for the one that is selected, or else the environment alone.

    Raises:
        SettingsError: see `folders` and `stack_config`.
    """
    here, folder = folders(stack)
    config = stack_config(folder, os.environ, stack) if folder else None
    origin = f"stack {stack or '(the selected one)'} in {folder}"
    if config is None:
        config, origin = {}, "no stack is selected here: from the environment alone"
    with closing(Connections(config, os.environ, folder or here)) as connections:
        yield connections, origin
