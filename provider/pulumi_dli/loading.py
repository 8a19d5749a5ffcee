"""Loading modules without the garbage collector, and without what nobody here asks for.

What modules make while they load stays, and the collector would look through all of it again
and again, then and later: a seventh of a refresh of a hundred jobs.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LANGUAGE_HOST = "pulumi-language-python-exec"
"""What the engine runs a program with, in a process of its own."""
_process = {"ours": False}


def own_process() -> None:
    """Say that this process is the provider's: what is loaded need never be looked through.

    A user's process keeps its own objects under the collector's eyes. Nor is httpx's own command
    wanted here: it comes with rich, a fifth of all that the provider would load.
    """
    _process["ours"] = True
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]


@functools.cache
def programs_process() -> None:
    """Let the collector pass over what a program has loaded, once, where its process ends with it.

    It would look through all of Pulumi again and again while the SDK waits for outputs: a third of
    the time of a program of a hundred jobs. A process that lives on, such as one of the Automation
    API, keeps its objects under the collector's eyes.
    """
    if any(Path(word).name == LANGUAGE_HOST for word in sys.orig_argv):
        gc.freeze()


@contextmanager
def loading() -> Iterator[None]:
    """Let the collector rest while modules load."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if _process["ours"]:
            gc.freeze()
        if working:
            gc.enable()
