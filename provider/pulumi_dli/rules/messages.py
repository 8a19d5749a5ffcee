"""What is wrong with one value and what to do, in words in place of pydantic's."""

from __future__ import annotations

import difflib

from pydantic_core import ErrorDetails

from pulumi_dli.job.canonical import text_of
from pulumi_dli.job.options import Timeouts
from pulumi_dli.job.spec import ResourceConfig, ResourceSpec

_FIXED = {
    "finite_number": "is not a finite number; use one",
    "string_too_short": "is empty; remove it or give it a value",
    "too_short": "is empty; remove it or give it a value",
    "int_parsing_size": "has too many digits; use a smaller number",
    **dict.fromkeys(
        ("int_from_float", "int_parsing", "int_type"), "is not a whole number; use one"
    ),
    **dict.fromkeys(("bool_parsing", "bool_type"), "is not a flag; use True or False"),
}
"""Sentences that say the same of every value."""


def sentence(detail: ErrorDetails) -> str:
    """What is wrong and what to do, without the value where that may be a secret."""
    context, value = detail.get("ctx", {}), detail["input"]
    shown = value if isinstance(value, bool | int | float) else "the value"
    if isinstance(shown, float) and shown.is_integer():
        shown = int(shown)
    if (kind := detail["type"]) in _FIXED:
        return _FIXED[kind]
    match kind:
        case "greater_than_equal":
            return f"{shown} is too small; use {context['ge']:g} or more"
        case "greater_than":
            return f"{shown} is too small; use more than {context['gt']:g}"
        case "less_than_equal":
            return f"{shown} is too large; use {context['le']} or less"
        case "string_too_long" | "too_long":
            most = context["max_length"]
            return f"has {len(text_of(value))} characters, and {most} are allowed; shorten it"
        case "literal_error":
            return f"is not one of the choices; use {context['expected']}"
        case "string_pattern_mismatch":
            return _form(detail)
        case "extra_forbidden":
            return _near(str(detail["loc"][-1]))
        case _ if detail["loc"][0] == "entrypoint_args":
            item = isinstance(detail["loc"][-1], int)
            return f"has the wrong type; use text{'' if item else ', or a list of texts'}"
        case kind if kind.startswith(("string_", "list_", "dict_", "float_", "model_")):
            noun = {"string": "text", "list": "a list", "dict": "a mapping", "float": "a number"}
            return f"has the wrong type; use {noun.get(kind.partition('_')[0], 'a mapping')}"
    return f"{detail['msg'].lower()}; correct it"


def _near(name: str) -> str:
    """What to do about a name that does not exist inside an argument."""
    names = {*ResourceConfig.model_fields, *ResourceSpec.model_fields, *Timeouts.model_fields}
    near = difflib.get_close_matches(name, names, n=1)
    return f"there is no such argument; {f'did you mean {near[0]}?' if near else 'remove it'}"


def _form(detail: ErrorDetails) -> str:
    """The allowed form of a text."""
    match detail["loc"][-1]:
        case "memory":
            return "is not a size of memory; write it as `4G` or `2048 MB`"
        case "name":
            return "may hold letters, digits, `-` and `_` only; remove the others"
        case "queue_name":
            return "may hold letters, digits and `_` only; remove the others"
    return "has the wrong form; use 1 to 64 letters and digits"
