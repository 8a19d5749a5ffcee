"""What the look-ups tell of a job: what stands in its way, what it meets, the room on its queue.

Where a right or an endpoint is missing, or no answer comes, the look-ups are left out with one
warning, and the preview goes on.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from pulumi_dli.client.ownership import Owner, Ownership, foreign, taken
from pulumi_dli.errors import DliError, JobForeign
from pulumi_dli.job.canonical import canonical
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import AT_REST, JobDetail
from pulumi_dli.job.queue import GENERAL, Queue
from pulumi_dli.preview.room import Room, named
from pulumi_dli.preview.snapshot import Snapshot
from pulumi_dli.rules.sizing import SIZES, size

_CREATE = "create it, or correct the name"
LONGEST_NAME = 128
"""Of a queue."""
SHOWN_QUEUES = 5

LOOKED_AT = (
    *SIZES,
    "name",
    "queue_name",
    "flink_version",
    "feature",
    "execution_agency_urn",
    "checkpoint_path",
    "desired_state",
)
"""Arguments whose change is worth a look."""


@dataclass(slots=True)
class Findings:
    """What the look at one job found: what is wrong, what may be, and the job that is there.

    `job` is for a resource that is not in the state: its own job, or the one that it takes
    over, in detail; None also where that cannot be told.
    """

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    job: JobDetail | None = None


class Lookups:
    """The look-ups in one project, out of one snapshot of it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.room = Room(snapshot)
        self._ownership = Ownership(snapshot, lambda _: None)
        self._lock = threading.Lock()
        self._claims: dict[tuple[str, str], str] = {}

    def examine(self, desired: Desired, before: Desired | None) -> Findings:
        """Look for what stands in the way of a job that is new or changes.

        Args:
            desired: the program's wish, without problems.
            before: the wish of the last run; None for a new job.
        """
        found = Findings()
        if before is not None and not desired.changes(before, LOOKED_AT):
            return found
        if desired.spec.queue_name:
            self._examine_queue(desired, found)
        try:
            self._examine_jobs(desired, before, found)
        except DliError as error:  # of a mark
            self.snapshot.complain(error)
        return found

    def own(self, desired: Desired) -> JobDetail | None:
        """The job that carries the resource's mark, in detail; None where none is told."""
        try:
            job, owner = self._ownership.arrival("", *desired.marks)
            mine = job is not None and owner is Owner.OURS
            return self.snapshot.details(job.job_id) if mine and job is not None else None
        except DliError:
            return None

    def named(self, name: str) -> JobDetail | None:
        """The job of a name, in detail; None where there is none, or it cannot be read."""
        row = next((job for job in self.snapshot.jobs or () if job.name == name), None)
        try:
            return None if row is None else self.snapshot.details(row.job_id)
        except DliError as error:
            self.snapshot.complain(error)
            return None

    def claim(self, kind: str, text: str, mark: str) -> bool:
        """Whether no other resource of this run asked for the same."""
        with self._lock:
            return self._claims.setdefault((kind, text), mark) == mark

    def keep(self, job: JobDetail, mark: str) -> None:
        """Take note of a job of this run: its directory for checkpoints is no other's."""
        if path := canonical("checkpoint_path", job.value("checkpoint_path")):
            self.claim("checkpoint_path", str(path), mark)

    def _examine_queue(self, desired: Desired, found: Findings) -> None:
        queues, name = self.snapshot.queues, str(desired.spec.queue_name)
        if queues is None:
            return
        queue = named(queues, name) or named(self.snapshot.later_queues, name)
        if queue is None:
            later = self.snapshot.later_queues or ()
            there = [each.name for each in later if each.kind == GENERAL]
            names = ", ".join(sorted(there)[:SHOWN_QUEUES]) or "none for Flink"
            near = difflib.get_close_matches(name[:LONGEST_NAME].lower(), there, n=1)
            way = f"did you mean {near[0]}? Else create it" if near else _CREATE
            found.warnings.append(
                f"queue_name: the project has no such queue; {way} (there are: {names})"
            )
            return
        found.problems += _of_queue(queue, desired)
        found.warnings += _of_pool(queue, desired)

    def _examine_jobs(self, desired: Desired, before: Desired | None, found: Findings) -> None:
        name, path = desired.name, canonical("checkpoint_path", desired.spec.checkpoint_path)
        own = None if before is None else before.name
        there = self.snapshot.jobs
        if there is None:
            return
        for kind, text in (("name", name), ("checkpoint_path", path)):
            if text and not self.claim(kind, str(text), desired.owner):
                found.problems.append(
                    f"{kind}: another job of this program has the same; choose another"
                )
        if before is None:
            self._examine_arrival(desired, found)
        elif name and name != own:
            self._examine_name(desired, before, found)
        mine = None if found.job is None else found.job.job_id
        for job in there:
            same = path and canonical("checkpoint_path", job.value("checkpoint_path")) == path
            if not same or job.name in (name, own) or job.job_id == mine:
                continue
            into = found.warnings if job.phase in AT_REST else found.problems
            into.append(
                f"checkpoint_path: job {job.name} ({job.job_id}) has the same path, and each job "
                "needs its own; choose another"
            )

    def _examine_arrival(self, desired: Desired, found: Findings) -> None:
        """Find the job that a resource meets which is not in the state."""
        adopted = desired.options.adopt_job_id
        if adopted is not None:
            found.job = self.snapshot.details(adopted)
            found.problems += self._has_one(desired, adopted)
            if found.job is not None:
                found.problems += self._is_named(desired, adopted)
            else:
                found.problems.append(
                    f"adopt_job_id: there is no job {adopted}; name an existing job, or remove "
                    "`adopt_job_id` to create one"
                )
            return
        try:
            job, owner = self._ownership.arrival(desired.name, *desired.marks)
        except JobForeign as error:
            found.problems.append(f"name: {error}")
            return
        if job is not None and owner is Owner.UNKNOWN:
            found.warnings.append(f"name: {foreign(job, '')}")
        elif job is not None:
            found.job = self.snapshot.details(job.job_id)

    def _is_named(self, desired: Desired, adopted: int) -> Iterator[str]:
        """That another job than the one that is taken over has the name."""
        rows = (row for row in self.snapshot.jobs or () if row.name == desired.name)
        return (f"name: {foreign(row, '')}" for row in rows if row.job_id != adopted)

    def _has_one(self, desired: Desired, adopted: int) -> Iterator[str]:
        """That a resource which takes over a job has one of its own already."""
        try:
            own, owner = self._ownership.arrival("", *desired.marks)
        except JobForeign as error:
            yield f"adopt_job_id: {error}"
            return
        if own is not None and owner is Owner.OURS and own.job_id != adopted:
            yield (
                f"adopt_job_id: this resource has a job already, {own.name} ({own.job_id}); remove "
                f"`adopt_job_id` to go on with it, or delete it to take over job {adopted}"
            )

    def _examine_name(self, desired: Desired, before: Desired, found: Findings) -> None:
        """Find that the new name of a job of the state is taken.

        A killed run may have given it to the job already, and then no job has the old one.
        """
        rows = {job.name: job for job in self.snapshot.jobs or ()}
        job, old = rows.get(desired.name), rows.get(before.name)
        if job is None:
            return
        marks = (*desired.marks, before.owner)
        owner, theirs = self._ownership.owner(job, *marks)
        if owner is Owner.UNKNOWN:
            found.warnings.append(f"name: {taken(job, theirs)}")
        elif owner is not Owner.OURS or (
            old is not None and self._ownership.owner(old, *marks)[0] is Owner.OURS
        ):
            found.problems.append(f"name: {taken(job, theirs)}")


def _of_queue(queue: Queue, desired: Desired) -> Iterator[str]:
    if queue.kind and queue.kind != GENERAL:
        yield (
            f"queue_name: queue {queue.name} is of the type {queue.kind}, and Flink jobs run on "
            f"queues of the type {GENERAL}; choose one of those"
        )
    needed = size(desired) if desired.running and desired.knows(*SIZES) else None
    if needed is not None and queue.cu_count is not None and not queue.pool:
        total = round(queue.cu_count)
        if needed.cus > total:
            yield (
                f"queue_name: queue {queue.name} has {total} CUs, and the job needs {needed.cus}, "
                "so it can never fit; use a smaller job, or a larger queue"
            )
    offered, spec = queue.flink_versions, desired.spec
    if spec.flink_version and offered and spec.flink_version not in offered:
        if spec.feature == "custom":
            return
        yield (
            f"flink_version: queue {queue.name} offers {', '.join(offered)}; use one of them, or "
            "another queue"
        )


def _of_pool(queue: Queue, desired: Desired) -> Iterator[str]:
    if desired.spec.execution_agency_urn and queue.pool == "":
        remove = "" if desired.spec.obs_bucket else ", or remove it"  # a bucket needs the agency
        yield (
            f"execution_agency_urn: queue {queue.name} is in no elastic resource pool, and "
            f"agencies work in one only; choose a queue of a pool{remove}"
        )
