"""The faults that a test or a curious user arms, each aimed at a route and an occurrence.

They live in the store, so they survive processes and reach embedded local DLIs too. A
fault counts the calls of its route that are signed in, fires at the n-th and the following
`times - 1`, and then is spent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.errors import bad_parameter
from pulumi_dli.local.validation import LARGE, check_object, check_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from pulumi_dli.local.store import Store

BEFORE, AFTER = "before", "after"
LACKS = ("keys", "values", "times")
"""What the rows of a list may be without; `times`: values, and what tells of a change."""
LONGEST = 10_000_000
"""Seconds."""
ANSWERS = ("200", "403", "404", "429", "500", "502", "503", "504", "DLI.0999")
"""200: a copy of an object that failed in spite of it. 403: the right is missing. 404: the gateway
knows no such endpoint, as in a region that does not offer it; of the object service: no such
object."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of fault.

    Attributes:
        words: what it does, for people.
        routes: where it can be aimed; empty: anywhere.
        options: what else it can be told, with the defaults.
    """

    words: str
    routes: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def settings(self) -> list[str]:
        """The options as `--set` takes them, each as it is unless it is set."""
        return [
            f"{name}={value if isinstance(value, str) else json.dumps(value)}"
            for name, value in self.options
        ]


KINDS: Mapping[str, Kind] = {
    "drop": Kind(
        "close the connection without an answer, before or after the work",
        options=(("when", AFTER),),
    ),
    "answer": Kind(
        f"answer {', '.join(ANSWERS)} instead, before or after the work",
        options=(("when", BEFORE), ("code", "503"), ("retry_after", None)),
    ),
    "delay": Kind("let seconds pass before the work", options=(("seconds", 1.0),)),
    "expire_tokens": Kind("let every token expire, this caller's too"),
    "fail_start": Kind(
        "end the start in job_submit_fail",
        ("run",),
        (("text", "the jar file could not be loaded (armed fault)"),),
    ),
    "crash": Kind(
        "end the running job in job_running_exception, seconds after it came to run",
        ("run",),
        (("seconds", 1.0), ("text", "the job failed (armed fault)")),
    ),
    "hang": Kind("stay in job_submitting until stopped, deleted or cleared", ("run",)),
    "stale": Kind("show the old status for seconds", ("run", "stop"), (("seconds", 5.0),)),
    "refuse_savepoint": Kind(
        "fail the savepoint: at once in the answer, or later with the job running on",
        ("stop", "savepoint"),
        (("at_once", False), ("text", "the savepoint failed (armed fault)")),
    ),
    "fail_stop": Kind(
        "write the savepoint of the stop, and let the job run on and crash, seconds later",
        ("stop",),
        (("seconds", 1.0), ("text", "the stop failed (armed fault)")),
    ),
    "poor_rows": Kind(
        "let the list leave out keys that the details have, or values, or values and times",
        ("list_jobs",),
        (("lacks", LACKS[0]),),
    ),
    "lose_savepoint": Kind("save nothing, although all looks well", ("stop", "savepoint")),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """An armed fault. `seen` counts the calls that it was aimed at so far."""

    id: int
    kind: str
    route: str
    nth: int
    times: int
    seen: int
    options: dict[str, Any]

    @property
    def of_run(self) -> bool:
        """It waits for the job that the request starts."""
        return self.kind in {"fail_start", "crash", "hang"}

    @property
    def of_savepoint(self) -> bool:
        """It waits for the savepoint that the request takes."""
        return self.kind in {"refuse_savepoint", "fail_stop", "lose_savepoint"}


def arm(store: Store, wanted: Mapping[str, Any], routes: frozenset[str]) -> int:
    """Arm a fault: `{"kind", "route", "nth" = 1, "times" = 1, …options of the kind}`.

    Without a route it is aimed at the first one that the kind allows, or at every request.

    Raises:
        Refusal: DLI.0001: no such kind, route or option, or a value that makes no sense.
    """
    name = str(wanted.get("kind"))
    kind = KINDS.get(name)
    if kind is None:
        raise bad_parameter("kind", f"one of {', '.join(KINDS)} is expected")
    options = dict(kind.options)
    check_object("fault", dict(wanted), "kind", "route", "nth", "times", *options)
    route = check_text("route", wanted.get("route") or (kind.routes or ("",))[0])
    if route and route not in (kind.routes or routes):
        allowed = sorted(kind.routes or routes)
        raise bad_parameter("route", f"{name} goes with {', '.join(allowed)}")
    nth, times = wanted.get("nth", 1), wanted.get("times", 1)
    for place, value in (("nth", nth), ("times", times)):
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGE:
            raise bad_parameter(place, f"a whole number from 1 to {LARGE} is expected")
    options |= {key: wanted[key] for key in options if wanted.get(key) is not None}
    _check_options(options)
    if str(options.get("code")) == "200" and route != "copy_object":
        raise bad_parameter("code", "200 goes with copy_object")
    with store.write() as db:
        statement = "INSERT INTO faults (kind, route, options, nth, times) VALUES (?, ?, ?, ?, ?)"
        row = db.execute(statement, (name, route, json.dumps(options), nth, times))
    return int(row.lastrowid or 0)


def armed(store: Store) -> list[Fault]:
    """All that are not cleared, spent ones too."""
    with store.read() as db:
        return [_fault(row) for row in db.execute("SELECT * FROM faults ORDER BY id")]


def clear(store: Store) -> None:
    """Disarm everything, what already waits for a job too: a start that hangs goes on."""
    now = StoredClock(store).now()
    with store.write() as db:
        db.execute("DELETE FROM faults")
        doomed = db.execute(
            "SELECT id, doom FROM jobs WHERE doom <> '{}' AND deleted_at IS NULL"
        ).fetchall()
        for row in doomed:
            kept = {key: item for key, item in json.loads(row["doom"]).items() if key not in KINDS}
            db.execute(
                "UPDATE jobs SET doom = ?, next_at = CASE status WHEN 'job_submitting'"
                " THEN coalesce(next_at, ?) ELSE next_at END WHERE id = ?",
                (json.dumps(kept), now, row["id"]),
            )
        db.execute("UPDATE jobs SET shown_status = NULL, shown_until = NULL")


def firing(store: Store, route: str) -> list[Fault]:
    """The faults that fire at this call of a route; the call is counted."""
    with store.read() as db:
        if not _aimed(db, route):
            return []
    with store.write() as db:
        faults = _aimed(db, route)
        db.executemany("UPDATE faults SET seen = seen + 1 WHERE id = ?", [(f.id,) for f in faults])
    return [fault for fault in faults if fault.seen + 1 >= fault.nth]


def _aimed(db: sqlite3.Connection, route: str) -> list[Fault]:
    rows = db.execute(
        "SELECT * FROM faults WHERE route IN ('', ?) AND seen < nth + times - 1 ORDER BY id",
        (route,),
    )
    return [_fault(row) for row in rows]


def _fault(row: sqlite3.Row) -> Fault:
    return Fault(**dict(row) | {"options": json.loads(row["options"])})


def _check_options(options: Mapping[str, Any]) -> None:
    if options.get("when", BEFORE) not in (BEFORE, AFTER):
        raise bad_parameter("when", "before or after is expected")
    if options.get("lacks", LACKS[0]) not in LACKS:
        raise bad_parameter("lacks", f"one of {', '.join(LACKS)} is expected")
    if "code" in options and str(options["code"]) not in ANSWERS:
        raise bad_parameter("code", f"one of {', '.join(ANSWERS)} is expected")
    for name in ("seconds", "retry_after"):
        value = options.get(name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and 0 <= value <= LONGEST):
            raise bad_parameter(name, f"a number of seconds is expected, at most {LONGEST}")
    check_text("text", options.get("text", ""))
    if not isinstance(options.get("at_once", False), bool):
        raise bad_parameter("at_once", "true or false is expected")
