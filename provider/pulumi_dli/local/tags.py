"""Tags of Flink jobs: given at create, changed through the v3 endpoints, never in details."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pulumi_dli.local.errors import bad_parameter
from pulumi_dli.local.validation import check_list, check_object, check_text

if TYPE_CHECKING:
    from pulumi_dli.local.model import Moment

MOST = 20
KEY = re.compile(r"(?!_sys_)(?! )[\w .:=+@-]{1,128}(?<! )")
VALUE = re.compile(r"[\w .:=+@-]{0,255}")


def parse(name: str, value: Any) -> dict[str, str]:
    """Tags of a body, by key.

    Raises:
        Refusal: DLI.0001: not an array of tags, a bad character, or one key twice.
    """
    tags: dict[str, str] = {}
    for index, item in enumerate(check_list(name, value)):
        place = f"{name}[{index}]"
        tag = check_object(place, item, "key", "value")
        key = check_text(f"{place}.key", tag.get("key"))
        text = check_text(f"{place}.value", tag.get("value"))
        if not KEY.fullmatch(key):
            raise bad_parameter(f"{place}.key", f"{key!r} is not a tag key")
        if not VALUE.fullmatch(text):
            raise bad_parameter(f"{place}.value", f"{text!r} is not a tag value")
        if key in tags:
            raise bad_parameter(f"{place}.key", f"{key!r} stands there twice")
        tags[key] = text
    return tags


def parse_keys(name: str, value: Any) -> list[str]:
    """Keys of a body's tags; their values are of no account.

    Raises:
        Refusal: DLI.0001.
    """
    tags = [
        check_object(f"{name}[{index}]", item, "key", "value")
        for index, item in enumerate(check_list(name, value))
    ]
    return [check_text(f"{name}.key", tag.get("key")) for tag in tags]


def parse_query(text: str) -> dict[str, str]:
    """The tags of a list filter, `k1=v1,k2=v2`; a value may hold `=`.

    Raises:
        Refusal: DLI.0001.
    """
    tags = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if not key or not equals:
            raise bad_parameter("tags", "k1=v1,k2=v2 is expected")
        tags[key] = value
    if len(tags) > MOST:
        raise bad_parameter("tags", f"a job has at most {MOST} tags")
    return tags


def get(moment: Moment, job_id: int) -> list[dict[str, str]]:
    """A job's tags as the wire has them."""
    rows = moment.db.execute("SELECT key, value FROM tags WHERE job_id = ? ORDER BY key", (job_id,))
    return [dict(row) for row in rows]


def put(moment: Moment, job_id: int, tags: dict[str, str]) -> None:
    """Add tags; a key that is there already gets the new value.

    Raises:
        Refusal: DLI.0001: more than 20 tags.
    """
    have = {tag["key"] for tag in get(moment, job_id)}
    if len(have | tags.keys()) > MOST:
        raise bad_parameter("tags", f"a job has at most {MOST} tags")
    moment.db.executemany(
        "REPLACE INTO tags (job_id, key, value) VALUES (?, ?, ?)",
        [(job_id, key, value) for key, value in tags.items()],
    )


def drop(moment: Moment, job_id: int, keys: list[str]) -> None:
    """Take tags away; a key that is not there is no error."""
    moment.db.executemany(
        "DELETE FROM tags WHERE job_id = ? AND key = ?", [(job_id, key) for key in keys]
    )


def of_project(moment: Moment, project_id: str) -> list[dict[str, Any]]:
    """Every key in the project with its values."""
    rows = moment.db.execute(
        "SELECT DISTINCT key, value FROM tags JOIN jobs ON jobs.id = job_id"
        " WHERE project_id = ? AND deleted_at IS NULL ORDER BY key, value",
        (project_id,),
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["key"], []).append(row["value"])
    return [{"key": key, "values": values} for key, values in found.items()]


def resources(moment: Moment, project_id: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The jobs that a filter body names.

    `tags` all have to be there with one of their values, `matches` is on the name, and
    `without_any_tag` asks for jobs that have none.

    Raises:
        Refusal: DLI.0001.
    """
    wanted = _wanted(body)
    names = _names(body)
    found = []
    for row in moment.db.execute(
        "SELECT id, name FROM jobs WHERE project_id = ? AND deleted_at IS NULL ORDER BY id",
        (project_id,),
    ):
        tags = get(moment, row["id"])
        have = {tag["key"]: tag["value"] for tag in tags}
        fits = all(key in have and (not values or have[key] in values) for key, values in wanted)
        if body.get("without_any_tag"):
            fits = not have
        if fits and all(name in row["name"] for name in names):
            found.append(
                {"resource_id": str(row["id"]), "resource_name": row["name"], "tags": tags}
            )
    return found


def _wanted(body: dict[str, Any]) -> list[tuple[str, list[str]]]:
    wanted = []
    for index, item in enumerate(check_list("tags", body.get("tags") or [])):
        place = f"tags[{index}]"
        tag = check_object(place, item, "key", "values")
        values = [
            check_text(f"{place}.values", value)
            for value in check_list(f"{place}.values", tag.get("values") or [])
        ]
        wanted.append((check_text(f"{place}.key", tag.get("key")), values))
    return wanted


def _names(body: dict[str, Any]) -> list[str]:
    names = []
    for index, item in enumerate(check_list("matches", body.get("matches") or [])):
        place = f"matches[{index}]"
        match = check_object(place, item, "key", "value")
        if match.get("key") != "resource_name":
            raise bad_parameter(f"{place}.key", "resource_name is expected")
        names.append(check_text(f"{place}.value", match.get("value")))
    return names
