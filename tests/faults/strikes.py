"""The faults and the kills that the campaign draws."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from faults.kills import Kill
from faults.world import OBJECTS, ROUTES

Fault = Mapping[str, Any]

ANSWERS = ("429", "500", "502", "503", "504", "DLI.0999")
LATEST = 18
"""The last request at which most runs are killed."""
LATEST_OF_OBJECTS = 60
"""The same, where objects are written and copied too."""
FOREVER = 1_000_000


def fault(dice: random.Random) -> Fault:
    """One of the service of jobs, as it strikes an `up`."""
    nth = {"nth": dice.randint(1, 3)}
    match dice.choice(("drop", "drop", "answer", "answer", "savepoint", "start", "stale")):
        case "drop":
            when = dice.choice(("before", "after"))
            return {"kind": "drop", "route": dice.choice(ROUTES), "when": when, **nth}
        case "answer":
            return {
                "kind": "answer",
                "route": dice.choice(ROUTES),
                "code": dice.choice(ANSWERS),
                "when": dice.choice(("before", "after")),
                "times": dice.choice((1, 2, 9)),
                **nth,
            }
        case "savepoint":
            kind = dice.choice(("refuse_savepoint", "lose_savepoint", "fail_stop"))
            at_once = {"at_once": dice.random() < 0.5} if kind == "refuse_savepoint" else {}
            return {"kind": kind, "route": "stop", **at_once}
        case "start":
            kind = dice.choice(("fail_start", "crash", "hang"))
            seconds = {"seconds": dice.choice((1, 2, 60))} if kind == "crash" else {}
            return {"kind": kind, "route": "run", **seconds}
    return {"kind": "stale", "route": dice.choice(("run", "stop")), "seconds": dice.randint(1, 20)}


def of_objects(dice: random.Random) -> Iterator[Fault]:
    """Those of the object service in one `up`."""
    if dice.random() < 0.5:
        return
    aim: Fault = {
        "route": dice.choice(OBJECTS),
        "when": dice.choice(("before", "after")),
        "nth": dice.choice((1, 1, 2, 3)),
    }
    if dice.random() < 0.5:
        yield {"kind": "drop", **aim}
    else:
        times, code = dice.choice((1, 2, 9)), dice.choice(("403", "500", "503"))
        yield {"kind": "answer", "code": code, "times": times, **aim}


def of_an_update(dice: random.Random) -> Iterator[Fault]:
    """Why a new definition does not come to run, and perhaps the old one neither."""
    times = {"times": dice.choice((1, 1, 1, 2, 3))}
    match dice.choice(("", "fail", "fail", "crash", "crash", "hang", "refused", "lost")):
        case "fail":
            yield {"kind": "fail_start", "route": "run", **times}
        case "crash":
            seconds = dice.choice((0, 1, 2, 60))
            yield {"kind": "crash", "route": "run", "seconds": seconds, **times}
        case "hang":
            yield {"kind": "hang", "route": "run", **times}
        case "refused":
            yield {"kind": "answer", "route": "run", "code": "403", "when": "before", **times}
        case "lost":
            when, times = dice.choice(("before", "after")), {"times": dice.choice((1, 3))}
            yield {"kind": "drop", "route": "run", "when": when, **times}
    if dice.random() < 0.4:
        yield from of_objects(dice)
    if dice.random() < 0.2:
        yield fault(dice)


def rights(which: str) -> Iterator[Fault]:
    """What the object service refuses a user for good: `reads`, `writes`, or nothing ("")."""
    for route in {"reads": OBJECTS[:3], "writes": OBJECTS[3:]}.get(which, ()):
        yield {"kind": "answer", "route": route, "code": "403", "times": FOREVER}


def poor_rows(lacks: str) -> Fault:
    """Rows of the list that never tell as much as the details do."""
    return {"kind": "poor_rows", "route": "list_jobs", "lacks": lacks, "times": FOREVER}


def kill(dice: random.Random, latest: int = LATEST) -> Kill | None:
    """Where an `up` is killed, or None."""
    if dice.random() < 0.6:
        return None
    return Kill(dice.randint(1, latest), after=dice.random() < 0.5)
