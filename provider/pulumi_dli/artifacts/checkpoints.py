"""The newest complete checkpoint of a job, where OBS can be read; else its newest savepoint.

One in a place that another job might write to is named, and never taken by itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulumi_dli.artifacts import directories
from pulumi_dli.artifacts.records import Records
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.artifacts.watch import Watch
from pulumi_dli.errors import DliError
from pulumi_dli.job.checkpoint import Checkpoint, counts, left_behind, stuck, unused
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.next_start import LIVE, NextStart
from pulumi_dli.job.restarts import imported, same_directory
from pulumi_dli.job.state import State

if TYPE_CHECKING:
    from pulumi_dli.artifacts.directories import Found
    from pulumi_dli.artifacts.objects import Objects


class Checkpoints:
    """The checkpoints of jobs. Safe to share between threads.

    Args:
        stores: the object service of each place.
        records: savepoints that wait for a job.
        watch: knows which bytes a job was started with.
    """

    def __init__(self, stores: Stores, records: Records, watch: Watch) -> None:
        self._stores = stores
        self._records = records
        self._watch = watch

    def seen(
        self, job: JobDetail, desired: Desired, state: State | None, known: NextStart = LIVE
    ) -> JobDetail:
        """The job with its newest checkpoint, where that may be all or the latest that it has.

        Args:
            job: the live job.
            desired: the program's wish.
            state: what is known of the job.
            known: what is known of its next start where there is no state.
        """
        given = imported(job, desired.options.restore_from, state)
        if given:
            job = replace(job, has_savepoint=False, savepoint_path="")
        elif behind := left_behind(job, desired, state, known):
            return self._behind(job, desired, state, behind)
        if not stuck(job, desired, state, known):
            return job
        whose = desired if state is None else state
        try:
            if left := self._records.waiting(job, desired):
                return replace(job, checkpoint=Checkpoint(left.savepoint, left.written, copy=True))
            objects = self._objects(whose)
            found = directories.newest(objects, job)
            left = self._records.find(desired, job) if found is None else None
            looks = given or (found is None and left is None)
            saved = directories.saved(objects, job, whose) if looks else None
        except DliError as error:
            return replace(job, checkpoint=Checkpoint("", unused=str(error)))
        if given and saved is not None and saved.written > job.start_time:  # of the stop before
            return replace(job, checkpoint=Checkpoint(saved.path, saved.written, copy=True))
        if left is not None:
            why = "the job was started since, and what it wrote then is not in it"
            if left.job_id != job.job_id:
                why = f"job {left.job_name} ({left.job_id}) left it, and this one has run since"
            return replace(job, checkpoint=Checkpoint(left.savepoint, left.written, why, copy=True))
        if found is None and saved is not None:
            why = "nobody has noted what the job did since"
            return replace(job, checkpoint=Checkpoint(saved.path, saved.written, why, copy=True))
        return job if found is None else self._with(job, desired, state, found)

    def left(self, job: JobDetail, state: State) -> str:
        """The newest checkpoint of a job at rest, `obs://…`, where that is its latest state.

        "" for none, or where nobody may look.
        """
        try:
            objects = self._objects(state)
            saved = job.savepoint_path if job.has_savepoint else ""
            written = directories.written(objects, saved) if saved else None
            found = (
                _newer(objects, job, saved, written, state)
                if saved
                else directories.newest(objects, job)
            )
        except DliError:
            return ""
        return "" if found is None else found.path

    def older(self, job: JobDetail, state: State) -> str:
        """The newest savepoint or checkpoint from before a job's last start; "" as of `left`."""
        try:
            found = directories.saved(self._objects(state), job, state)
        except DliError:
            return ""
        return "" if found is None else found.path

    def emptied(self, path: str, whose: Desired | State) -> bool:
        """Whether a directory, `obs://…`, certainly holds nothing: rules clear a bucket."""
        try:
            objects = self._stores.looked(whose.value("region"), whose.value("project_id"))
            return objects is not None and directories.empty(objects, path)
        except DliError:
            return False

    def _behind(
        self, job: JobDetail, desired: Desired, state: State | None, saved: str
    ) -> JobDetail:
        """The job with a checkpoint that is newer than its savepoint, where that can be seen."""
        try:
            objects = self._objects(desired if state is None else state)
            written = directories.written(objects, saved)
            found = _newer(objects, job, saved, written, state)
        except DliError:  # then nothing shows that there is anything newer
            return job
        if found is None or not counts(found.written, job, desired, state):
            return job
        alone = same_directory(found.path, saved) or written is None
        return self._with(job, desired, state, found, "" if alone else saved)

    def _with(
        self,
        job: JobDetail,
        desired: Desired,
        state: State | None,
        found: Found,
        behind: str = "",
    ) -> JobDetail:
        why = unused(job, desired, state) if found.own else "another job might write there too"
        if not why and state is not None and (names := self._watch.overwritten(job, state)):
            why = f"it need not fit the changed bytes of {', '.join(names)}"
        return replace(job, checkpoint=Checkpoint(found.path, found.written, why, behind=behind))

    def _objects(self, whose: Desired | State) -> Objects:
        return self._stores.at(whose.value("region"), whose.value("project_id")).hasty()


def _newer(
    objects: Objects, job: JobDetail, saved: str, written: int | None, state: State | None
) -> Found | None:
    """The newest checkpoint of a job where it is newer than a savepoint, or is that itself.

    Where others may write too only if the job is known to have run on behind that savepoint.

    Args:
        objects: the object service.
        job: the live job.
        saved: the savepoint.
        written: as of `directories.written`; one that was cleared away hides nothing.
        state: what is known of the job.

    Raises:
        DliError: the bucket cannot be read.
    """
    found = None if written == 0 else directories.newest(objects, job)
    if found is None or same_directory(found.path, saved):
        return found
    ran_on = state is not None and same_directory(saved, state.ran_on)
    return found if found.written > (written or 0) and (found.own or ran_on) else None
