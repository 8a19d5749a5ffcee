"""How an argument of a job stands, as an output that goes in as an input again.

What the program leaves out is read from the state's `unset`. The field table, and pydantic with
it, is loaded only where a default or an empty text asks for it.
"""

from __future__ import annotations

from typing import Any

from pulumi import Output

Unset = Output[dict[str, Any]]


def left_out(name: str, unset: Unset) -> Output[Any]:
    """An argument that the program leaves out."""
    return unset.apply(lambda known: _value(name, known))


def standing(name: str, own: Output[Any], unset: Unset) -> Output[Any]:
    """An argument that the program gives as an output, which may turn out to be None."""
    return own.apply(
        lambda value: left_out(name, unset) if value is None else _value(name, {name: value})
    )


def read(name: str, own: Output[Any], unset: Unset, told: Output[list[str]]) -> Output[Any]:
    """An argument of a job that is only read.

    A preview cannot tell None from what is not known yet, so this asks first whether the
    service told it.
    """
    known = standing(name, own, unset)
    return told.apply(lambda names: known if not names or name in names else left_out(name, unset))


def _value(name: str, known: dict[str, Any] | None) -> Any:
    value = (known or {}).get(name)
    if value and isinstance(value, str | bool | int | list):
        return value
    from pulumi_dli.job.state import standing as as_it_stands  # noqa: PLC0415 -- see above

    return as_it_stands(name, known)
