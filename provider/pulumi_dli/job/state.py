"""The outputs as the state keeps them: without what stands at DLI's own defaults.

The engine writes the whole state of a stack twice for each step, so every stored value costs
every other resource time. Arguments that the program leaves out are most of them, and they
nearly always stand at the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_dli.job.spec import FIELDS

UNSET = "unset"
"""The output that holds what the program leaves out and what is not at its default."""
UNTOLD = "untold"
"""Names of fields with a default that the service does not tell; left out when there are none."""

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_DEFAULTS = {name: row.default for name, row in FIELDS.items() if row.default not in _EMPTY}


def fold(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Gather the arguments that the program leaves out.

    Args:
        outputs: every argument as it stands, and `set_arguments`.
    """
    left_out = FIELDS.keys() - set(outputs["set_arguments"])
    folded = {name: value for name, value in outputs.items() if name not in left_out}
    live = {name: outputs.get(name) for name in FIELDS if name in left_out}
    folded[UNSET] = {
        name: value
        for name, value in live.items()
        if value not in _EMPTY and value != _DEFAULTS.get(name)
    }
    untold = [name for name, value in live.items() if value in _EMPTY and name in _DEFAULTS]
    return folded | ({UNTOLD: untold} if untold else {})


def unfold(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Every argument as it stands; those of a state that was never folded as they are."""
    known = {name: value for name, value in outputs.items() if name not in (UNSET, UNTOLD)}
    if outputs.get(UNSET) is None:
        return known
    left_out = FIELDS.keys() - set(outputs.get("set_arguments") or ())
    told = left_out - set(outputs.get(UNTOLD) or ())
    return {
        **{name: _DEFAULTS[name] for name in told & _DEFAULTS.keys()},
        **outputs[UNSET],
        **known,
    }


def standing(name: str, unset: Mapping[str, Any] | None) -> Any:
    """How an argument stands that the program leaves out, by the state's `unset`."""
    value = (unset or {}).get(name)
    if value is None:
        return FIELDS[name].default if name in FIELDS else None
    return int(value) if isinstance(value, float) and value.is_integer() else value
