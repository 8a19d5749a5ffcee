"""Where the random searches begin, and how far they go."""

from __future__ import annotations

import os

from hypothesis import settings

FIRST_SEED = int(os.environ.get("FAULT_SEED", "0"))
"""The first seed of a search that draws for itself."""
ENGINE_SCHEDULES = int(os.environ.get("ENGINE_COUNT", "8"))
"""How many schedules the real engine plays."""
ON_BOTH_FRONTS = "ENGINE_COUNT" in os.environ
"""Whether each on both fronts, as `make faults` does; else they take turns."""


def examples(usual: int) -> int:
    """How many examples hypothesis draws where its usual hundred are too many, or too few."""
    return max(usual * settings().max_examples // 100, 1)
