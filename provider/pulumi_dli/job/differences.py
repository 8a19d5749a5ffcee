"""Where the definition of a job differs from what the program wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_dli.job.canonical import is_empty
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, same
from pulumi_dli.job.field import KEEP, Cost
from pulumi_dli.job.redaction import shown
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.state import State

MAPS = ("tags", "runtime_config")
"""Fields of keys, of which some may be others': the service's, or of who had the job before."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the definition that differs. `new` is the reset value of a removed field."""

    name: str
    old: Any
    new: Any

    @property
    def cost(self) -> Cost:
        """What it costs on a running job."""
        return FIELDS[self.name].cost

    @property
    def words(self) -> str:
        """What changes. Any text may be a secret, so none is shown."""
        old, new = shown(self.old), shown(self.new)
        if FIELDS[self.name].secret or old is None or new is None:
            return f"{self.name} changes"
        return f"{self.name} {old} → {new}"


def differences(
    job: JobDetail, desired: Desired, state: State | None
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """The fields of the definition that differ, and the removed ones that the service keeps.

    A field that the service does not report is compared with the state instead.
    """
    changes: list[Change] = []
    kept: list[str] = []
    v2 = desired.spec.resource_config_version == "v2"
    for name, row in FIELDS.items():
        if row.cost is Cost.TAGS:
            continue
        wanted = desired.spec.value(name)
        old = managed(name, _known(name, job, state), wanted, state)
        if wanted is not None:
            if not holds(name, old, wanted) and not (
                old is None and state is None and name not in job.values
            ):
                changes.append(Change(name, old, wanted))
        elif row.reset is KEEP or (v2 and row.sizing):
            if (
                state is not None
                and name in state.set_arguments
                and not is_empty(name, state.value(name))
            ):
                kept.append(name)
        elif not holds(name, old, None) and not holds(name, old, row.default):
            changes.append(Change(name, old, row.reset))
    return tuple(changes), tuple(kept)


def sets_others(desired: Desired, state: State) -> list[str]:
    """The fields that a program sets and did not, or the other way; an empty one is not set."""
    return sorted(
        name
        for name in state.set_arguments.symmetric_difference(desired.spec.set_names())
        if not is_empty(name, (state if name in state.set_arguments else desired).value(name))
    )


def holds(name: str, live: Any, wanted: Any) -> bool:
    """Whether a live value is what is wanted, in whatever spelling, and no more than that."""
    more = name in MAPS and not (live or {}).keys() <= (wanted or {}).keys()
    return not more and same(name, live, wanted, unordered=FIELDS[name].unordered)


def managed(name: str, live: Any, wanted: Any, state: State | None) -> Any:
    """A live value as far as this resource has a say: a map without the keys of others.

    Where nobody knows whose a key is, it is this resource's only if the program sets it or
    did before.
    """
    if name not in MAPS or not isinstance(live, Mapping) or (state is None and wanted is None):
        return live
    ours = {*(wanted or {}), *((state.value(name) if state is not None else None) or {})}
    known = {} if state is None else state.unmanaged
    others = known.get(name, live.keys())
    return {key: value for key, value in live.items() if key in ours or key not in others}


def _known(name: str, job: JobDetail, state: State | None) -> Any:
    """A field as the job reports it; as the state remembers it where the job says nothing."""
    if name in job.values or state is None:
        return job.values.get(name)
    return state.job.values.get(name)
