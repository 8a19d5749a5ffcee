"""Copies of savepoints, for a job that goes back: the service removes the savepoint of a stop."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from typing import TYPE_CHECKING

from pulumi_dli.artifacts.names import FOLDER
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.errors import DliError, ObjectMissing
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.object_url import METADATA, SCHEME, ObjectUrl, objects
from pulumi_dli.job.plan import Plan
from pulumi_dli.job.rollback import asked, unarmed
from pulumi_dli.job.state import State

if TYPE_CHECKING:
    from pulumi_dli.artifacts.objects import Objects

COPIES = "savepoints"
"""The folder of copies, in that of the project's artifacts."""
AT_ONCE = 8


class Copies:
    """The copies of one run. Safe to share between threads.

    Args:
        stores: the object service of each place.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def armed(self, job: JobDetail, desired: Desired, state: State | None, todo: Plan) -> Plan:
        """The plan, with whether the job goes back to its old definition if the new one fails.

        Args:
            job: the live job.
            desired: the program's wish.
            state: what is known of the job.
            todo: the plan.
        """
        if not asked(desired, todo):
            return todo
        why = unarmed(job, desired, state, todo)
        if not why and state is not None:
            why = self._out_of_reach(job, self._of(state).hasty())
        return replace(todo, rollback=why)

    def save(self, state: State, path: str, guard: Callable[[], None]) -> str:
        """Copy a savepoint. Returns the directory of the copy.

        Args:
            state: of the job that left it.
            path: its directory.
            guard: is asked, in this thread, before the copies and before the one that counts.

        Raises:
            DliError: it is no savepoint, or could not be copied.
        """
        store = self._of(state)
        source = path.removeprefix(SCHEME).strip("/")
        bucket, _, folder = source.partition("/")
        target = f"{folder_of(state, state.owner)}{folder.rpartition('/')[2]}/"
        keys = [row.key for row in store.listed(bucket, f"{folder}/")]
        last = f"{folder}/{METADATA}"  # and deleted first: it is what makes a copy valid
        if last not in keys:
            raise DliError(f"{SCHEME}{source}/ is no savepoint: there is no {METADATA}")

        def copy(key: str) -> None:
            name = f"{target}{key.removeprefix(f'{folder}/')}"
            store.copy(ObjectUrl(bucket, key), ObjectUrl(bucket, name))

        guard()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            # Which secrets an answer may not repeat is known to this thread's context.
            parts = [pool.submit(copy_context().run, copy, key) for key in keys if key != last]
        for part in parts:
            part.result()
        guard()
        copy(last)
        return f"{SCHEME}{bucket}/{target}"

    def clear(self, state: State, *marks: str) -> None:
        """Delete the copies of a resource's savepoints; those that cannot be deleted stay.

        Args:
            state: where they are.
            marks: others that the resource had when they were made.
        """
        bucket = str(state.value("obs_bucket") or "")
        with contextlib.suppress(DliError):
            store = self._of(state)
            for mark in state.marks.union(marks):
                rows = list(store.listed(bucket, folder_of(state, mark)))
                for row in sorted(rows, key=lambda row: not row.key.endswith(METADATA)):
                    store.delete(ObjectUrl(bucket, row.key))

    def _of(self, state: State) -> Objects:
        return self._stores.at(state.value("region"), state.value("project_id"))

    def _out_of_reach(self, job: JobDetail, store: Objects) -> str:
        """Why the old definition could not run again; "" where all its objects are there."""
        for url in filter(None, map(ObjectUrl.read, objects(job.value))):
            try:
                store.head(url)
            except ObjectMissing:
                return "a jar or file of the old definition is not in OBS any more"
            except DliError as error:
                return f"OBS is out of reach: {error}"
        return ""


def folder_of(whose: Desired | State, mark: str) -> str:
    """The folder of a resource's copies, in the bucket of its job, by a mark that it had."""
    return f"{FOLDER}/{whose.value('project_id')}/{COPIES}/{mark}/"
