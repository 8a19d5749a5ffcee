"""What a state may hold. One that was edited by hand, or written by something else, may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pulumi_dli.errors import StateUnreadable
from pulumi_dli.job import shapes
from pulumi_dli.job.shapes import SHAPES, WORDS

UNSET = "unset"
"""The output that holds what the program leaves out and what is not at its default."""
UNTOLD = "untold"
"""Names of fields with a default that the service does not tell; left out when there are none."""

_OF_THE_JOB: Mapping[str, Callable[[object], bool]] = {
    **SHAPES,
    "status": shapes.is_text,
    "status_desc": shapes.is_text,
    "start_time": shapes.is_whole,
    "update_time": shapes.is_whole,
    "has_savepoint": shapes.is_flag,
    "restart_times": shapes.is_whole,
    "real_cu_number": shapes.is_number,
    UNSET: shapes.is_any_map,
    UNTOLD: shapes.is_list,
}
"""What a refresh reads anew from the live job."""


def _is_string(value: object) -> bool:
    return isinstance(value, str)


def _is_keys(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(shapes.is_list, value.values()))


def _is_texts(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_is_string, value.values()))


def _is_seconds(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        item is None or shapes.is_number(item) for item in value.values()
    )


def _is_mode(value: object) -> bool:
    return value in ("savepoint", "stateless")


def _is_way(value: object) -> bool:
    return value in ("stop", "savepoint", "retain")


_ALONE: Mapping[str, Callable[[object], bool]] = {
    "create_time": shapes.is_whole,
    "savepoint_path": _is_string,
    "next_start": _is_string,
    "set_arguments": shapes.is_list,
    "failure": _is_string,
    "asked": _is_texts,
    "unmanaged": _is_keys,
    "mark": _is_string,
    "foreign": _is_string,
    "took_from": _is_string,
    "replaced": shapes.is_flag,
    "started": _is_string,
    "watched": _is_string,
    "overwritten": shapes.is_list,
    "ran_on": _is_string,
    "rejected": _is_string,
    "rolled_back": shapes.is_flag,
    "desired_state": _is_string,
    "upgrade_mode": _is_mode,
    "restore_from": _is_string,
    "restart_trigger": shapes.is_text,
    "savepoint_trigger": shapes.is_text,
    "adopt_job_id": shapes.is_whole,
    "rollback": _is_string,
    "on_delete": _is_way,
    "region": _is_string,
    "project_id": _is_string,
    "timeouts": _is_seconds,
    "owner": _is_string,
    "endpoint": _is_string,
    "own_place": shapes.is_list,
    "former_owners": shapes.is_list,
    "retained": shapes.is_flag,
}
"""What nothing but the state knows."""

_WORDS: Mapping[Callable[[object], bool], str] = {
    **WORDS,
    _is_string: "a text",
    _is_mode: "`savepoint` or `stateless`",
    _is_way: "`stop`, `savepoint` or `retain`",
    _is_keys: "a map of lists of texts",
    _is_seconds: "a map of numbers",
}


def demand_readable(job_id: int, outputs: Mapping[str, Any], *, anew: bool = False) -> None:
    """Refuse a state that holds what no version of this provider wrote.

    Args:
        job_id: the job's id, which is the resource's.
        outputs: the stored outputs.
        anew: whether the live job is about to be read, so that only what it does not tell counts.

    Raises:
        StateUnreadable: names what is wrong, and what to do. No value is repeated.
    """
    alone = list(_odd(outputs, _ALONE))
    told = [] if anew and not alone else list(_odd(outputs, _OF_THE_JOB))
    if not alone and not told:
        return
    wrong = [f"`{name}` is not {what}" for name, what in (*alone, *told)]
    way = (
        "set that right in the stack's state (`pulumi stack export`, `pulumi stack import`), or "
        f"take the resource out of it with `pulumi state delete` and add `adopt_job_id={job_id}`, "
        "which takes the job over as it is"
        if alone
        else "`pulumi refresh` reads that anew from the job"
    )
    raise StateUnreadable(
        f"the state of job {job_id} holds what pulumi-dli does not write: {', '.join(wrong)}; "
        f"nothing was sent; {way}"
    )


def readable(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs without what a refresh reads anew because it cannot be worked with."""
    odd = {name for name, _ in _odd(outputs, _OF_THE_JOB)}
    kept = {name: value for name, value in outputs.items() if name not in odd}
    if isinstance(kept.get(UNSET), Mapping):
        kept[UNSET] = {name: value for name, value in kept[UNSET].items() if name not in odd}
    return kept


def _odd(
    outputs: Mapping[str, Any], known: Mapping[str, Callable[[object], bool]]
) -> Iterator[tuple[str, str]]:
    """The outputs that hold something else than they can, with what they can."""
    folded = outputs.get(UNSET)
    stored = {**(folded if isinstance(folded, Mapping) else {}), **outputs}
    for name, shape in known.items():
        value = stored.get(name)
        empty = value in ("", [], {}) if name in SHAPES else value == ""
        if value is not None and not empty and not shape(value):
            yield name, _WORDS[shape]
