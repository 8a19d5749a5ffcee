"""Whether a value can be what a field holds, whoever told of it: the service, or a state.

Only what cannot be worked with is out: a number may come as text, and a text as a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, get_args

from pulumi_dli.job.canonical import text_of
from pulumi_dli.job.spec import JobSpec


def is_text(value: object) -> bool:
    """A scalar, which has a text."""
    return not isinstance(value, Mapping | list)


def is_flag(value: object) -> bool:
    """True or false, as text or as a number too."""
    return value in (0, 1) or str(value).lower() in ("true", "false")


def is_number(value: object) -> bool:
    """A finite number, as text too."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return math.isfinite(float(value))
    except (OverflowError, ValueError):
        return False


def is_whole(value: object) -> bool:
    """A whole number, as a float or as text too."""
    return is_number(value) and float(value) == int(float(value))  # type: ignore[arg-type]


def is_list(value: object) -> bool:
    """A list of texts."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def is_map(value: object) -> bool:
    """A map of scalars."""
    return isinstance(value, Mapping) and all(map(is_text, value.values()))


def is_any_map(value: object) -> bool:
    """A map of anything."""
    return isinstance(value, Mapping)


def is_text_or_list(value: object) -> bool:
    """A scalar, or a list of them."""
    return is_text(value) or (isinstance(value, list) and all(map(is_text, value)))


WORDS = {
    is_text: "a text",
    is_flag: "true or false",
    is_number: "a number",
    is_whole: "a whole number",
    is_list: "a list of texts",
    is_map: "a map of texts",
    is_any_map: "a map",
    is_text_or_list: "a text or a list of texts",
}
"""What each takes, for people."""

_OF_TYPE = {
    "bool": is_flag,
    "int": is_whole,
    "list": is_list,
    "dict": is_map,
    "ResourceConfig": is_any_map,
}


def _shape(name: str) -> Any:
    if name == "entrypoint_args":
        return is_text_or_list
    annotation = get_args(JobSpec.model_fields[name].annotation)[0]
    return _OF_TYPE.get(getattr(annotation, "__name__", ""), is_text)


SHAPES = {name: _shape(name) for name in JobSpec.model_fields}
"""What each field of the definition can hold, beside nothing at all."""


def typed(name: str, value: Any) -> Any:
    """A value that fits its field, in the type of that: a number or a flag may come as text."""
    shape = SHAPES[name]
    if _is_nothing(value):
        return value
    if shape is is_flag:
        return text_of(value).lower() in ("true", "1")
    if shape is is_whole:
        return value if isinstance(value, int) else int(float(value))
    return text_of(value) if shape is is_text else value


def fits(name: str, value: Any) -> bool:
    """Whether a field of the definition can hold a value. Empty ones are nothing at all."""
    return _is_nothing(value) or bool(SHAPES[name](value))


def _is_nothing(value: object) -> bool:
    return value is None or value in ("", [], {})
