"""What a diff found, as the engine shows it: each argument with its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.proto import provider_pb2 as rpc

from pulumi_dli.native.wire import plain

_KINDS = rpc.PropertyDiff


@dataclass(frozen=True, slots=True)
class Differences:
    """The arguments of one resource, before and now, with their marks.

    Attributes:
        inputs: those of the last run.
        outputs: what the state tells of the job.
        now: the program's.
    """

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    now: Mapping[str, Any]

    def detailed(
        self, names: Iterable[str], replaces: Iterable[str]
    ) -> dict[str, rpc.PropertyDiff]:
        """Each difference.

        Args:
            names: the arguments that differ.
            replaces: those that ask for a replacement.
        """
        asking = frozenset(replaces)
        return {name: self._one(name, replaces=name in asking) for name in names}

    def _one(self, name: str, *, replaces: bool) -> rpc.PropertyDiff:
        """A difference of inputs; or of the job as it was found, where the program did not change.

        The run state is the one argument that a refresh stores as found.
        """
        now = self.now.get(name)
        of_inputs = replaces or plain(self.inputs.get(name)) != plain(now)
        before = (self.inputs if of_inputs else self.outputs).get(name)
        return rpc.PropertyDiff(kind=_kind(before, now, replaces=replaces), inputDiff=of_inputs)


def _kind(before: Any, now: Any, *, replaces: bool) -> rpc.PropertyDiff.Kind.ValueType:
    if now is None and before is not None:
        return _KINDS.DELETE_REPLACE if replaces else _KINDS.DELETE
    if before is None:
        return _KINDS.ADD_REPLACE if replaces else _KINDS.ADD
    return _KINDS.UPDATE_REPLACE if replaces else _KINDS.UPDATE
