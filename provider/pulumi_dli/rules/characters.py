"""Characters that have no place in a text, and spaces around one. No sentence repeats the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.options import Options
from pulumi_dli.job.spec import JobSpec
from pulumi_dli.rules.messages import NO_TEXT, Location, Problem

_TEXTS = tuple(
    name
    for model in (JobSpec, Options)
    for name, field in model.model_fields.items()
    if "str" in str(field.annotation)
)
"""Arguments that are text, or hold some. What a number is written in is nobody's business."""
_LINES = ("desc", "entrypoint_args", "runtime_config")
"""Arguments that may hold more than one line."""
_NAMES = frozenset(
    {
        *("entrypoint", "dependency_jars", "dependency_files", "main_class", "image"),
        *("checkpoint_path", "restore_from", "smn_topic", "execution_agency_urn"),
        "flink_version",
    }
)
"""Arguments that name something, so that a space around them is a slip."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""With those that turn the direction of a line, in which a directory may be shown."""
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def out_of_place(desired: Desired) -> Iterator[Problem]:
    """A sentence for each text, and for each key of a mapping, that holds such a character."""
    for name in _TEXTS:
        yield from _inside((name,), desired.given.get(name))


def _inside(where: Location, value: Any) -> Iterator[Problem]:
    if isinstance(value, str):
        if found := _wrong(str(where[0]), value):
            yield Problem.of(where, found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inside((*where, index), item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if found := _wrong("", str(key)):
                yield Problem.of_key((*where, str(key)), found)
            else:
                yield from _inside((*where, str(key)), item)


def _wrong(name: str, text: str) -> str:
    """What is wrong with a text of an argument, or with a key ("")."""
    if _SURROGATE.search(text):
        return NO_TEXT
    if name in (
        "restart_trigger",
        "savepoint_trigger",
    ):  # any text: it is compared, and goes nowhere
        return ""
    if name in _LINES:
        found = _CONTROL_IN_LINES.search(text)
        return "holds a control character; remove it" if found else ""
    if _CONTROL.search(text):
        return "holds a control character, such as a line break; remove it"
    if name in _NAMES and (_is_space(text[:1]) or _is_space(text[-1:])):
        return "begins or ends with a space; remove it"
    return ""


def _is_space(character: str) -> bool:
    """Whether it is a space of any kind, or one that takes no room."""
    return character.isspace() or unicodedata.category(character or "a") == "Cf"
