"""Ages and sizes, as a command takes and shows them."""

from __future__ import annotations

import re

from pulumi_dli.errors import SettingsError

_UNITS = {"h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
_DURATION = re.compile(r"([0-9]{1,5})([hdw])")
_KILO = 1024


def seconds(option: str, text: str) -> float:
    """What a duration such as `30d` comes to.

    Args:
        option: whose value it is.
        text: a number with `h`, `d` or `w` behind it.

    Raises:
        SettingsError: it is none.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise SettingsError(
            f"{option}: a number with h, d or w behind it is expected, such as 12h, 30d or 2w"
        )
    return int(found[1]) * _UNITS[found[2]]


def age(passed: float) -> str:
    """Seconds in the unit that suits them, rounded down."""
    minutes = max(0, int(passed // 60))
    if minutes < 2 * 60:
        return f"{minutes}min"
    return f"{minutes // 60}h" if minutes < 2 * 24 * 60 else f"{minutes // 60 // 24}d"


def size(count: float) -> str:
    """Bytes in the unit that suits them."""
    for unit in ("B", "KB", "MB"):
        if count < _KILO:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= _KILO
    return f"{count:.1f} GB"
