"""Where the definition of a job differs from what the program wants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, same
from pulumi_dli.job.field import KEEP, Cost
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.state import State


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
        old = _known(name, job, state)
        if wanted is not None:
            if keeps_dropped(name, old, wanted, state) or (
                not same(name, old, wanted, unordered=row.unordered)
                and not (old is None and state is None and name not in job.values)
            ):
                changes.append(Change(name, old, wanted))
        elif row.reset is KEEP or (v2 and row.sizing):
            if state is not None and name in state.set_arguments:
                kept.append(name)
        elif keeps_dropped(name, old, None, state) or (
            not same(name, old, None) and not same(name, old, row.default)
        ):
            changes.append(Change(name, old, row.reset))
    return tuple(changes), tuple(kept)


def keeps_dropped(name: str, live: Any, wanted: Any, state: State | None) -> bool:
    """Whether `runtime_config` still holds keys that the program set before and now does not.

    Other keys beside the wanted ones are the service's own.
    """
    if name != "runtime_config" or state is None or name not in state.set_arguments:
        return False
    dropped = (state.value(name) or {}).keys() - (wanted or {}).keys()
    return not dropped.isdisjoint(live or {})


def _known(name: str, job: JobDetail, state: State | None) -> Any:
    """A field as the job reports it; as the state remembers it where the job says nothing."""
    if name in job.values or state is None:
        return job.values.get(name)
    return state.job.values.get(name)
