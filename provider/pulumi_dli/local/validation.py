"""What a create and an update may say: the fields, their limits and their defaults.

Where sources disagree on a limit, the widest one stated holds.
https://docs.otc.t-systems.com/data-lake-insight/api-ref/flink_job-related_apis/creating_a_flink_jar_job.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_dli.local.errors import bad_parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = re.compile(r"[A-Za-z0-9_-]{1,57}")
MEMORY = re.compile(r"(?P<number>[0-9]+(\.[0-9]+)?) ?(?P<unit>GB?|MB?|)", re.IGNORECASE)
LEAST_CPU = 0.5
LEAST_MEMORY_GB = 2.0
MB_PER_GB = 1024
MOST_DIGITS = 20
"""Of a number in a query; Python reads no number of thousands of digits."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the body.

    Attributes:
        check: takes the field's name and value, gives the value to keep or raises.
        default: what the service fills in, and what "", [] and null bring back.
        live: may be changed while the job runs.
    """

    check: Callable[[str, Any], Any]
    default: Any = None
    live: bool = False


def parse(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a create or update body, checked one by one.

    Chosen: unknown fields are refused, and `""`, `[]` and null bring a field back to its default.

    Raises:
        Refusal: DLI.0001, naming the field.
    """
    values = {}
    for name, value in body.items():
        field = FIELDS.get(name)
        if field is None:
            raise bad_parameter(name, "there is no such parameter")
        empty = value is None or value in ("", [])
        values[name] = field.default if empty else field.check(name, value)
    return values


def complete(values: Mapping[str, Any]) -> dict[str, Any]:
    """A new job's whole definition: what was given, else the service's defaults."""
    return {name: values.get(name, field.default) for name, field in FIELDS.items()}


def check_name(name: str, value: Any) -> str:
    """A job's name.

    Raises:
        Refusal: DLI.0001.
    """
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise bad_parameter(name, "1 to 57 letters, digits, hyphens and underscores are expected")
    return value


def check_together(body: Mapping[str, Any], definition: Mapping[str, Any]) -> None:
    """The rules between fields.

    Raises:
        Refusal: DLI.0001, naming the field that was sent.
    """
    if body.get("checkpoint_path") and definition["checkpoint_enabled"]:
        raise bad_parameter(
            "checkpoint_path", "it cannot be customized while checkpoint_enabled is true"
        )


def check_text(name: str, value: Any) -> str:
    """A string that can be stored.

    Raises:
        Refusal: DLI.0001.
    """
    if not isinstance(value, str):
        raise bad_parameter(name, "a string is expected")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise bad_parameter(name, "it is not valid Unicode text") from None
    return value


def check_object(name: str, value: Any, *keys: str) -> dict[str, Any]:
    """An object with no other keys than these.

    Raises:
        Refusal: DLI.0001.
    """
    if not isinstance(value, dict):
        raise bad_parameter(name, "an object is expected")
    for key in value:
        if key not in keys:
            raise bad_parameter(f"{name}.{key}", "there is no such parameter")
    return value


def check_list(name: str, value: Any) -> list[Any]:
    """An array.

    Raises:
        Refusal: DLI.0001.
    """
    if not isinstance(value, list):
        raise bad_parameter(name, "an array is expected")
    return value


def check_bool(name: str, value: Any) -> bool:
    """A boolean.

    Raises:
        Refusal: DLI.0001.
    """
    if not isinstance(value, bool):
        raise bad_parameter(name, "true or false is expected")
    return value


def check_number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    """A number of a query, from 0.

    Raises:
        Refusal: DLI.0001.
    """
    text = query.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS or int(text) > most:
        raise bad_parameter(name, f"0 to {most} is expected")
    return int(text)


def memory_gb(name: str, value: Any) -> float:
    """GB in a memory size such as `4G`, `4 GB`, `4096 MB` or `4`.

    Raises:
        Refusal: DLI.0001.
    """
    found = MEMORY.fullmatch(check_text(name, value).strip())
    if not found:
        raise bad_parameter(name, "a size such as 4G or 4096 MB is expected")
    number = float(found["number"])
    return number / MB_PER_GB if found["unit"].upper().startswith("M") else number


def _text(longest: int | None = None, *choices: str) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        text = check_text(name, value)
        if longest is not None and len(text) > longest:
            raise bad_parameter(name, f"at most {longest} characters are allowed")
        if choices and text not in choices:
            raise bad_parameter(name, f"one of {', '.join(choices)} is expected")
        return text

    return check


def _integer(least: int, most: int, also: int | None = None) -> Callable[[str, Any], int]:
    def check(name: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise bad_parameter(name, "an integer is expected")
        if value != also and not least <= value <= most:
            other = "" if also is None else f"{also} or "
            raise bad_parameter(name, f"{other}{least} to {most} is expected")
        return value

    return check


def _texts(name: str, value: Any) -> list[str]:
    return [
        check_text(f"{name}[{index}]", item) for index, item in enumerate(check_list(name, value))
    ]


def _runtime_config(name: str, value: Any) -> str:
    """The JSON text of `[{"key": …, "value": …}]`. Chosen: any other text is refused."""
    text = check_text(name, value)
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list) or not all(_is_pair(item) for item in items):
        raise bad_parameter(name, 'the text of a JSON array of {"key": …, "value": …} is expected')
    return text


def _is_pair(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and item.keys() == {"key", "value"}
        and all(isinstance(part, str) for part in item.values())
    )


def _resource_spec(name: str, value: Any) -> dict[str, Any]:
    spec = {"cpu": 1.0, "memory": "4G"} | check_object(name, value, "cpu", "memory")
    cpu = spec["cpu"]
    if not isinstance(cpu, int | float) or isinstance(cpu, bool) or not cpu >= LEAST_CPU:
        raise bad_parameter(f"{name}.cpu", f"a number of at least {LEAST_CPU} is expected")
    if memory_gb(f"{name}.memory", spec["memory"]) < LEAST_MEMORY_GB:
        raise bad_parameter(f"{name}.memory", "at least 2 GB are expected")
    return spec


def _resource_config(name: str, value: Any) -> dict[str, Any]:
    given = check_object(
        name,
        value,
        "max_slot",
        "parallel_number",
        "jobmanager_resource_spec",
        "taskmanager_resource_spec",
    )
    whole = {key: item for key, item in given.items() if item is not None}
    config: dict[str, Any] = {}
    for key in ("max_slot", "parallel_number"):
        config[key] = _integer(1, 2000)(f"{name}.{key}", whole.get(key, 1))
    for key in ("jobmanager_resource_spec", "taskmanager_resource_spec"):
        config[key] = _resource_spec(f"{name}.{key}", whole.get(key, {}))
    return config


DEFAULT_RESOURCES = _resource_config("resource_config", {})
"""What is echoed for every job that has no resource configuration of its own."""

LARGE = 2**31 - 1
FIELDS: Mapping[str, Field] = {
    "desc": Field(_text(2048), "", live=True),
    "queue_name": Field(_text(128)),
    "cu_number": Field(_integer(2, 10000), 2),
    "manager_cu_number": Field(_integer(1, LARGE), 1),
    "parallel_number": Field(_integer(1, 2000), 1),
    "checkpoint_enabled": Field(check_bool, default=False),
    "checkpoint_mode": Field(_integer(1, 2), 1),
    "checkpoint_interval": Field(_integer(1, 999_999), 30),
    "log_enabled": Field(check_bool, default=False),
    "obs_bucket": Field(_text(), live=True),
    "smn_topic": Field(_text(), live=True),
    "main_class": Field(_text()),
    "entrypoint_args": Field(_text()),
    "restart_when_exception": Field(check_bool, default=False, live=True),
    "entrypoint": Field(_text()),
    "dependency_jars": Field(_texts),
    "dependency_files": Field(_texts),
    "tm_cus": Field(_integer(1, LARGE), 1),
    "tm_slot_num": Field(_integer(0, LARGE)),
    "execution_agency_urn": Field(_text()),
    "resume_checkpoint": Field(check_bool, default=False, live=True),
    "resume_max_num": Field(_integer(1, LARGE, also=-1), -1, live=True),
    "checkpoint_path": Field(_text(), live=True),
    "runtime_config": Field(_runtime_config),
    "flink_log_config": Field(_text()),
    "resource_config_version": Field(_text(None, "v1", "v2"), "v1"),
    "resource_config": Field(_resource_config),
    "feature": Field(_text(None, "basic", "custom")),
    "flink_version": Field(_text(32)),
    "image": Field(_text()),
}
"""The definition: everything of the body but `name`, `tags` and `job_type`."""
