"""What is wrong with one value and what to do, in words in place of pydantic's."""

from __future__ import annotations

import difflib
import math
import re
from typing import NamedTuple

from pydantic_core import ErrorDetails

from pulumi_dli.job.canonical import text_of
from pulumi_dli.job.options import Timeouts
from pulumi_dli.job.spec import ResourceConfig, ResourceSpec

Location = tuple[int | str, ...]
"""Where a value stands: the argument, then keys and positions."""
LONGEST_KEY = 128
"""Characters of a key that a path shows at most: those of the longest tag's."""
_START = re.compile(r"[A-Za-z0-9_.:+@-]{1,40}")
LOCAL_FILE = "; a local file is given as pulumi.FileAsset(…)"
"""Behind what is wrong with a text that a path of this machine may have been meant by."""
NOT_WHOLE = "is not a whole number; use one"
NOT_A_NUMBER = "is not a finite number; use one"
NOT_A_FLAG = "is not a flag; use True or False"
NO_TEXT = "holds half of a character, which cannot be sent; remove it"
"""Of a text with a lone surrogate, which no encoding can carry."""


class Problem(NamedTuple):
    """What is wrong with the value at a location, as the line that is shown."""

    where: Location
    line: str

    @classmethod
    def of(cls, where: Location, text: str) -> Problem:
        """The line of a location's path and a sentence."""
        return cls(where, f"{path(where)}: {text}")

    @classmethod
    def of_key(cls, where: Location, text: str) -> Problem:
        """The line of a key that can be none, where `where` ends."""
        return cls(where, f"{key_path(where)} {text}")


def key_path(where: Location) -> str:
    """What names a key that can be none: its beginning, as far as a key may hold it."""
    *around, key = where
    start = _START.match(str(key))
    if not start:
        return f"{path(tuple(around))}: a key"
    return f"{path((*around, start[0]))}…: the key"


def path(where: Location) -> str:
    """`resource_config.taskmanager_resource_spec.memory`, `dependency_jars[2]`.

    Keys are a program's own: what could break the line is replaced, and a long one cut.
    """
    text = ""
    for part in where:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{_key(part)}" if text else _key(part)
    return text


def _key(text: str) -> str:
    shown = "".join(each if each.isprintable() else "?" for each in text[: LONGEST_KEY + 1])
    return shown if len(shown) <= LONGEST_KEY else f"{shown[:40]}…"


_FIXED = {
    "finite_number": NOT_A_NUMBER,
    "string_too_short": "is empty; remove it or give it a value",
    "too_short": "is empty; remove it or give it a value",
    "string_unicode": NO_TEXT,
    "int_parsing_size": "has too many digits; use a smaller number",
    **dict.fromkeys(("int_from_float", "int_parsing", "int_type"), NOT_WHOLE),
    **dict.fromkeys(("bool_parsing", "bool_type"), NOT_A_FLAG),
}
"""Sentences that say the same of every value."""


def sentence(detail: ErrorDetails) -> str:
    """What is wrong and what to do, without the value where that may be a secret."""
    context, value = detail.get("ctx", {}), detail["input"]
    if (kind := detail["type"]) in _FIXED:
        return _FIXED[kind]
    if isinstance(value, bool) and kind.startswith(("greater_", "less_")):
        return NOT_WHOLE
    match kind:
        case "greater_than_equal":
            return f"{_shown(value)} is too small; use {context['ge']:g} or more"
        case "greater_than":
            return f"{_shown(value)} is too small; use more than {context['gt']:g}"
        case "less_than_equal":
            return f"{_shown(value)} is too large; use {context['le']} or less"
        case "string_too_long" | "too_long":
            return too_long(text_of(value), context["max_length"])
        case "literal_error":
            return f"is not one of the choices; use {context['expected']}"
        case "string_pattern_mismatch":
            return _form(detail)
        case "extra_forbidden":
            return _near(str(detail["loc"][-1]))
        case "string_type" if isinstance(value, float) and not math.isfinite(value):
            return NOT_A_NUMBER
        case _ if detail["loc"][0] == "entrypoint_args":
            item = isinstance(detail["loc"][-1], int)
            return f"has the wrong type; use text{'' if item else ', or a list of texts'}"
        case kind if kind.startswith(("string_", "list_", "dict_", "float_", "model_")):
            noun = {"string": "text", "list": "a list", "dict": "a mapping", "float": "a number"}
            return f"has the wrong type; use {noun.get(kind.partition('_')[0], 'a mapping')}"
    return f"{detail['msg'].lower()}; correct it"


def too_long(text: str, most: int) -> str:
    """That a text has too many characters."""
    return f"has {len(text)} characters, and {most} are allowed; shorten it"


def _shown(value: object) -> str:
    """A number as it was written, or in short; nothing of a text."""
    if isinstance(value, int | float) and abs(value) < 2**63:
        return text_of(value)
    return f"{value:g}" if isinstance(value, float) else "the value"


def near(name: str, names: list[str]) -> str:
    """The known name that one which does not exist resembles; "" if none does."""
    found = difflib.get_close_matches(name[:LONGEST_KEY], names, n=1)
    return found[0] if found else ""


def _near(name: str) -> str:
    """What to do about a name that does not exist inside an argument."""
    meant = near(
        name, [*ResourceConfig.model_fields, *ResourceSpec.model_fields, *Timeouts.model_fields]
    )
    return f"there is no such argument; {f'did you mean {meant}?' if meant else 'remove it'}"


def _form(detail: ErrorDetails) -> str:
    """The allowed form of a text."""
    match detail["loc"][-1]:
        case "memory":
            return "is not a size of memory; write it as `4G` or `2048 MB`"
        case "name":
            return "may hold letters, digits, `-` and `_` only; remove the others"
        case "queue_name":
            return "may hold letters, digits and `_` only; remove the others"
        case "region":
            return "has the wrong form; use 1 to 64 letters, digits, `-` and `_`"
    return "has the wrong form; use 1 to 64 letters and digits"
