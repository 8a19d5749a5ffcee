"""The endpoints below `/_local/`: people and tests look in there, without a sign-in."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify

from pulumi_dli.local import faults, requests, tags
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.errors import bad_parameter
from pulumi_dli.local.records import LARGEST_ID, from_row, parse_id
from pulumi_dli.local.routes import json_body

if TYPE_CHECKING:
    from pulumi_dli.local.model import Job, Moment
    from pulumi_dli.local.service import Service

LAST = 200_000_000_000
"""Seconds since 1970 that the clock may show: the calendar ends not long after."""


def blueprint(service: Service, routes_of_api: frozenset[str]) -> Blueprint:
    """The doors.

    Args:
        service: what they look into.
        routes_of_api: the names of the routes that a fault can be aimed at.
    """
    doors = Blueprint("local", __name__, url_prefix=requests.UNLOGGED)
    clock = StoredClock(service.store)

    @doors.get("/jobs")
    def all_jobs() -> Response:
        with service.look() as moment:
            return jsonify({"jobs": everything(moment)})

    @doors.get("/jobs/<job_id>/history")
    def job_history(job_id: str) -> Response:
        with service.look() as moment:
            return jsonify({"history": history(moment, parse_id(job_id))})

    @doors.get("/requests")
    def request_log() -> Response:
        return jsonify({"requests": [asdict(entry) for entry in requests.kept(service.store)]})

    @doors.get("/faults")
    def armed_faults() -> Response:
        return jsonify({"faults": [asdict(fault) for fault in faults.armed(service.store)]})

    @doors.post("/faults")
    def arm_fault() -> Response:
        return jsonify({"id": faults.arm(service.store, json_body(), routes_of_api)})

    @doors.delete("/faults")
    def clear_faults() -> Response:
        faults.clear(service.store)
        return jsonify({"faults": []})

    @doors.get("/clock")
    def time_now() -> Response:
        return jsonify({"now": service.clock()})

    @doors.post("/clock")
    def move_clock() -> Response:
        wanted = json_body()
        if "set" in wanted:
            clock.set(_seconds(wanted, "set", LAST))
        else:
            clock.advance(_seconds(wanted, "advance", LAST - clock.now()))
        return jsonify({"now": clock.now()})

    @doors.delete("/clock")
    def release_clock() -> Response:
        clock.release()
        return jsonify({"now": clock.now()})

    return doors


def everything(moment: Moment) -> list[dict[str, Any]]:
    """Every job there ever was since the last reset, with its state counter."""
    rows = moment.db.execute("SELECT * FROM jobs ORDER BY id")
    return [_shown(moment, from_row(row)) for row in rows]


def history(moment: Moment, job_id: int) -> list[dict[str, Any]]:
    """What happened to a job, oldest first: `at` (seconds since 1970), `event`, and its data."""
    rows = moment.db.execute(
        "SELECT at, event, data FROM history WHERE job_id = ? ORDER BY id",
        (min(job_id, LARGEST_ID),),
    )
    return [{"at": row["at"], "event": row["event"], **json.loads(row["data"])} for row in rows]


def _shown(moment: Moment, job: Job) -> dict[str, Any]:
    return {field.name: getattr(job, field.name) for field in fields(job)} | {
        "counter": job.count(moment.now),
        "tags": {tag["key"]: tag["value"] for tag in tags.get(moment, job.id)},
    }


def _seconds(wanted: dict[str, Any], name: str, most: float) -> float:
    value = wanted.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        raise bad_parameter(name, f"a number of seconds is expected, at most {most:.0f}")
    return float(value)
