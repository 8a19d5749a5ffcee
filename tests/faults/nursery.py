"""Plays a schedule of the campaign on a copy of the provider, in a process of its own each time.

Each process has loaded what the copies have in common, which takes longest. For each line of its
input, `folder seed`, it tells in lines what the schedule found wrong, and ends them with `DONE`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

DONE = "done"


def main() -> None:
    """Serve until the input ends."""
    import flask  # noqa: F401, PLC0415 -- what the provider and the campaign stand on
    import httpx  # noqa: F401, PLC0415
    import hypothesis.strategies  # noqa: F401, PLC0415
    import pulumi  # noqa: F401, PLC0415
    import stamina  # noqa: F401, PLC0415

    for line in sys.stdin:
        folder, _, seed = line.rstrip("\n").rpartition(" ")
        child = os.fork()
        if not child:
            _play(folder, int(seed))
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)
        sys.stdout.write(f"{DONE}\n")
        sys.stdout.flush()


def _play(folder: str, seed: int) -> None:
    sys.path[:0] = [folder, str(Path(__file__).resolve().parents[1])]
    import pulumi_dli  # noqa: PLC0415
    from faults.campaign import play  # noqa: PLC0415
    from faults.losses import Violation  # noqa: PLC0415

    assert Path(pulumi_dli.__file__).is_relative_to(folder), pulumi_dli.__file__
    with tempfile.TemporaryDirectory() as place:
        try:
            play(seed, Path(place) / "dli")
        except Violation as violation:
            sys.stdout.write(f"{violation}\n")


if __name__ == "__main__":
    main()
