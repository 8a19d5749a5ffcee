"""Equal spellings: what the service reads back against what a program wrote.

`4G`, `4 GB` and `4096 MB` are one memory size, null and empty are one value, tags and maps
have no order, a queue's name has no case. Comparing canonical forms keeps all that from
looking like a change. Beside it stand the two forms a value takes on the wire.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Protocol

from pulumi_dli.job.object_url import SCHEME

_MEMORY = re.compile(r"(?i)\s*([0-9]+(?:\.[0-9]+)?)\s*(?:(m|mb|g|gb)\s*)?")
_BLANKS = re.compile(r"[ \t\n\v\f\r]+")
_CHECKPOINT_MODES = {"1": "exactly_once", "2": "at_least_once"}


def text_of(value: object) -> str:
    """A scalar as Flink writes it: `true`, `5`, `0.25`; text stays as it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def whole(value: Any) -> Any:
    """A value whose numbers are whole where they can be: the engine keeps each as a float."""
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


LONGEST_NAME = 256
"""Characters of what names something; the service's own names have 128 at most."""
LONGEST_PATH = 1094
"""Characters of a place in OBS: `obs://`, a bucket of 63, `/` and a key of 1024."""


def harmless(text: str) -> str:
    """A text in which the engine finds no command of its colours.

    At one that it does not know it ends, and forgets the job that it was just told of.
    """
    return text.replace("<{%", "<{ %")


def line(value: object, most: int = LONGEST_NAME) -> str:
    """A text of the service that names something, in one line of at most so many characters."""
    text = harmless(str(value or ""))
    shown = "".join(each if each.isprintable() else "?" for each in text[:most])
    return shown if len(text) <= most else f"{shown[:-1]}…"


def directory(value: object) -> str:
    """A directory that the service names; "" for what can be none, which nothing can begin from."""
    text = value if isinstance(value, str) else ""
    return text if len(text) <= LONGEST_PATH and text.isprintable() else ""


def scalar(value: object) -> object:
    """A number or a flag as text; anything else as it is, for the validation to judge."""
    plain = isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))
    return text_of(value) if plain else value


def megabytes(text: str) -> float | None:
    """Megabytes of a memory size (`4`, `4G`, `4 GB`, `4096 MB`); None when it is no size.

    A bare number counts gigabytes, as the service documents it.
    """
    match = _MEMORY.fullmatch(text)
    if match is None:
        return None
    number, unit = float(match[1]), (match[2] or "g").lower()
    return number if unit.startswith("m") else number * 1024


def arguments_text(value: str | list[str]) -> str:
    """`entrypoint_args` as the one string that the service takes."""
    return " ".join(map(text_of, value)) if isinstance(value, list) else text_of(value)


def words(text: str) -> list[str]:
    """What blanks separate in the arguments: the main class gets each as one."""
    return [word for word in _BLANKS.split(text) if word]


def canonical(name: str, value: Any, *, unordered: bool = False) -> Any:
    """The form of a field's value in which equal values are equal. Empty values are None."""
    if value is None or value in ("", [], {}):
        return None
    match name:
        case "queue_name":
            return str(value).lower()
        case "entrypoint_args":
            text = arguments_text(value)
            # What a quoted text means is the job's own business, blanks included.
            plain = '"' not in text and "'" not in text
            return (" ".join(words(text)) if plain else text.strip()) or None
        case "runtime_config" | "tags":
            return {key: text_of(item) for key, item in value.items()}
        case "resource_config":
            return _canonical_sizes(value)
        case "checkpoint_path" | "restore_from":
            return str(value).removeprefix(SCHEME).rstrip("/")
    if unordered:
        return sorted(value)
    return value


def is_empty(name: str, value: Any) -> bool:
    """Whether a field's value says no more than one that is not set."""
    return canonical(name, value) is None


class Arguments(Protocol):
    """Anything that has arguments: a program's wish, a live job, a state."""

    def value(self, name: str) -> Any:
        """An argument; None where it is not set."""
        ...


def differs(name: str, before: Arguments, after: Arguments, *, unordered: bool = False) -> bool:
    """Whether an argument changes, however it is spelled."""
    old, new = (canonical(name, side.value(name), unordered=unordered) for side in (before, after))
    return bool(old != new)


def _canonical_sizes(value: Mapping[str, Any]) -> dict[str, Any] | None:
    """`resource_config` with memory in megabytes and nothing empty."""
    result: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, Mapping):
            spec = {k: v for k, v in item.items() if v is not None}
            if isinstance(spec.get("memory"), str | int | float):
                memory = text_of(spec["memory"])
                spec["memory"] = megabytes(memory) or memory
            if spec:
                result[key] = spec
        elif item is not None:
            result[key] = item
    return result or None


def to_wire(name: str, value: Any) -> Any:
    """A program's value as the request body carries it."""
    match name:
        case "checkpoint_mode":
            return 1 if value == "exactly_once" else 2
        case "entrypoint_args":
            return arguments_text(value)
        case "runtime_config":
            return json.dumps([{"key": key, "value": text_of(item)} for key, item in value.items()])
        case "tags":
            return [{"key": key, "value": item} for key, item in value.items()]
        case "resource_config":
            return {key: _sizes_to_wire(item) for key, item in value.items()}
    return value


def _sizes_to_wire(item: Any) -> Any:
    """A part of `resource_config`: `4  G` is sent as `4 G`."""
    if not isinstance(item, Mapping) or not isinstance(item.get("memory"), str):
        return item
    return {**item, "memory": " ".join(item["memory"].split())}


def from_wire(name: str, value: Any) -> Any:
    """A value of the details answer as a program would write it. Unreadable text stays as it is."""
    match name:
        case "checkpoint_mode" if value is not None:
            return _CHECKPOINT_MODES.get(str(value), value)
        case "runtime_config" if isinstance(value, str):
            return _runtime_config(value)
    return value


def _runtime_config(text: str) -> dict[str, str]:
    """The documented JSON array of key and value, a JSON object, or the console's lines."""
    try:
        data = json.loads(text) if text.strip() else {}
    except ValueError:
        lines = (line.partition("=") for line in text.splitlines() if "=" in line)
        return {key.strip(): item.strip() for key, _, item in lines}
    if isinstance(data, Mapping):
        return {str(key): text_of(item) for key, item in data.items()}
    if isinstance(data, list):
        return {
            str(item["key"]): text_of(item.get("value", ""))
            for item in data
            if isinstance(item, Mapping) and "key" in item
        }
    return {}
