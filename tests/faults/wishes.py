"""The programs that the campaign draws, each a change of the one before."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from faults.engine import Program
from faults.losses import SETTLE
from faults.world import BUILT

ELSEWHERE = "f" * 32
"""Another project of the same region."""
BASE: Program = {
    "name": "etl",
    "queue_name": "testQueue",
    "entrypoint": "etl.jar",
    "obs_bucket": "bucket",
    "log_enabled": True,  # what is read of a failed start changes nothing
    "parallel_number": 1,
    "checkpoint_enabled": True,
    "checkpoint_interval": 1,
    "desired_state": "running",
    "timeouts": {"create": 300, "update": 300, "delete": 300, "settle": SETTLE},
}
CHANGES = ("live", "restart", "rename", "revert", "stop", "start", "refresh", "delete", "tags")
ASKS = (*CHANGES, "mode", "bucket", "trigger", "restore", "restore")
"""The same with those of what decides from which state a job starts."""
UPDATES = ("live", "restart", "restart", "rename", "revert", "tags", "trigger", "bucket", "stop")
"""Those of a job that mostly stays and runs."""
SAVED = "obs://bucket/saved/"
"""Where somebody takes savepoints by hand."""
NOWHERE = f"{SAVED}none/"
"""A directory with nothing in it."""


@dataclass
class Wishes:
    """Draws programs.

    Attributes:
        dice: what draws.
        changes: which there are.
        now, before: the program, and the one before it.
        saved: directories that programs have named so far.
    """

    dice: random.Random
    changes: Sequence[str]
    now: Program | None = field(default_factory=lambda: dict(BASE))
    before: Program | None = field(default_factory=lambda: dict(BASE))
    saved: list[str] = field(default_factory=list)

    def next(self, way: str) -> Program | None:
        """The program for a way to the job."""
        current = BASE if self.now is None else self.now
        self.before, self.now = self.now, self._changed(current, self.before, way)
        return self.now

    def _changed(self, current: Program, before: Program | None, way: str) -> Program | None:
        if way == "move":
            rest = without(current, "project_id")
            return rest if "project_id" in current else {**rest, "project_id": ELSEWHERE}
        if way == "retain":
            return {**current, "on_delete": "retain"}
        dice = self.dice
        match dice.choice(self.changes):
            case "live":
                return {**current, "smn_topic": f"topic{dice.randint(1, 9)}"}
            case "restart":
                return {**current, "parallel_number": dice.randint(1, 4)}
            case "rename":
                return {**current, "name": dice.choice(("etl-1", "etl-2", "etl-3", "foreign"))}
            case "revert" if before is None or _place(before) == _place(current):
                return before
            case "stop":
                return {**current, "desired_state": "stopped"}
            case "start":
                return {**current, "desired_state": "running"}
            case "delete":
                return None
            case "tags":
                return {**current, "tags": dice.choice(({"a": "1"}, {"a": "2", "b": "1"}, {}))}
            case "mode":
                return _with_mode(current, dice.choice(("savepoint", "stateless", None)))
            case "bucket":
                return _with_bucket(current, dice.choice(("bucket", "bucket-2", None)))
            case "trigger":
                return {**current, "restart_trigger": str(dice.randint(1, 3))}
            case "restore":
                return {**current, "restore_from": self._directory()}
        return current

    def _directory(self) -> str:
        """One that will be there, one that was named before, or one with nothing in it."""
        kind = self.dice.choice(("new", "new", "named", "none"))
        if kind == "none" or (kind == "named" and not self.saved):
            return NOWHERE
        if kind == "new":
            self.saved.append(f"{SAVED}{len(self.saved) + 1}/")
            return self.saved[-1]
        return self.dice.choice(self.saved)


def built(dice: random.Random, program: Program) -> Program:
    """The same with a local file in place of the jar's name, where there is a bucket for it."""
    entrypoint = f"{BUILT}{dice.randint(1, 3)}"
    return {**program, "entrypoint": entrypoint} if "obs_bucket" in program else program


def without(program: Program, *names: str) -> Program:
    """A program that leaves arguments out."""
    return {key: value for key, value in program.items() if key not in names}


def _with_mode(program: Program, mode: str | None) -> Program:
    if mode == "savepoint" and "obs_bucket" not in program:
        mode = None  # a savepoint needs a bucket
    rest = without(program, "upgrade_mode")
    return rest if mode is None else {**rest, "upgrade_mode": mode}


def _with_bucket(program: Program, bucket: str | None) -> Program:
    if bucket is not None:
        return {**BASE, **program, "obs_bucket": bucket}
    needing = ("checkpoint_enabled", "checkpoint_interval", "log_enabled", "upgrade_mode")
    return without(program, "obs_bucket", *needing)


def _place(program: Program) -> Program:
    return {key: value for key, value in program.items() if key == "project_id"}
