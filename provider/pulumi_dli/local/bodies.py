"""Reads the JSON object that a request brings.

Chosen: JSON as its standard has it, in UTF-8. What Python's reader takes beyond that (NaN,
numbers that no float holds, a name twice, UTF-16) is refused, as is what it cannot read.
"""

from __future__ import annotations

import json
import math
from typing import Any


def read(data: bytes) -> dict[str, Any]:
    """The object in a body.

    Raises:
        ValueError: there is none; its text says what is expected.
    """
    try:
        body = json.loads(
            data.decode(),
            parse_constant=_constant,
            parse_float=_float,
            object_pairs_hook=_object,
        )
    except _NotJson:
        raise
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ValueError("a JSON object is expected")  # noqa: TRY004 -- of what was sent
    return body


class _NotJson(ValueError):
    """Why what Python would read is no JSON."""


def _constant(name: str) -> None:
    raise _NotJson(f"{name} is no number of JSON")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _NotJson("a number in it is too large")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NotJson("a name stands twice in one object")
    return found
