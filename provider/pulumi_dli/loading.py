"""Loading modules without the garbage collector.

What modules make while they load stays, and the collector would look through all of it again
and again, then and later: a seventh of a refresh of a hundred jobs.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Let the collector rest while modules load, and then leave alone what there is.

    Where all were loaded before, nothing happens: a long process would keep its garbage.
    """
    working, known = gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > known:
            gc.freeze()
        if working:
            gc.enable()
