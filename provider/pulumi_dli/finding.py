"""Finds jobs and queues that no program manages: for look-ups, and for an import."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.client.ownership import IMPOSSIBLE_MARK
from pulumi_dli.errors import NotFoundError, NotThere
from pulumi_dli.job.detail import PHASES, JobDetail
from pulumi_dli.job.queue import Queue

_MOST_NAMED = 20
_ID = re.compile(r"[0-9]{1,19}")


class Finding:
    """The look-ups of one place.

    Args:
        connections: the settings and what they lead to.
        region: its region; None: the stack's.
        project_id: its project; None: the stack's.

    Raises:
        SettingsError: the settings do not lead there.
    """

    def __init__(
        self, connections: Connections, region: str | None = None, project_id: str | None = None
    ) -> None:
        self._place: Place = connections.place(region, project_id)
        self._jobs = Jobs(connections.transport(region, project_id))

    def job(self, job_id: int) -> JobDetail:
        """The job of that id. Raises NotThere where there is none."""
        try:
            return self._jobs.details(job_id)
        except NotFoundError:
            raise NotThere(f"there is no Flink job {job_id} in {self._words}") from None

    def named(self, name: str, *, instead: str, hint: str = "") -> JobDetail:
        """The one job of that name, exactly.

        Args:
            name: its name.
            instead: what to give where several have it, such as "`job_id`".
            hint: what to do where none has it.

        Raises:
            NotThere: there is none, or several.
        """
        found = [job for job in self._jobs.list_jobs(name=name) if job.name == name]
        if len(found) == 1:
            # The list leaves out what the details tell.
            return self._jobs.details(found[0].job_id)
        if found:
            ids = ", ".join(str(job.job_id) for job in found)
            raise NotThere(
                f"several Flink jobs are called {name} in {self._words}: {ids}; give {instead}"
            )
        raise NotThere(f"no Flink job is called {name} in {self._words}{hint and f'; {hint}'}")

    def meant(self, text: str) -> JobDetail:
        """The Flink Jar job that a text means: its id, or its name.

        Raises:
            NotThere: there is none; or it is a Flink job of another kind.
        """
        if not _ID.fullmatch(text):
            return self.named(text, instead="the id")
        try:
            job = self.job(int(text))
        except NotThere:
            with suppress(NotThere):
                return self.named(text, instead="the id")
            raise
        if all(each.job_id != job.job_id for each in self._jobs.list_jobs(name=job.name)):
            raise NotThere(f"job {job.name} ({job.job_id}) in {self._words} is not a Flink Jar job")
        return job

    def jobs(
        self, queue_name: str | None, status: str | None, tags: Mapping[str, str] | None
    ) -> list[JobDetail]:
        """The jobs that match all that is given, newest first.

        Raises:
            NotThere: there is no such status, or this region cannot look for tags.
        """
        filters = {} if status is None else {"status": _known_status(status)}
        if tags:
            filters["tags"] = ",".join(f"{key}={value}" for key, value in tags.items())
        # The service may store a queue's name in lower case, so its filter might miss some.
        queue = None if queue_name is None else queue_name.casefold()
        found = [
            job
            for job in self._jobs.list_jobs(**filters)
            if (status is None or job.status == status)
            and (queue is None or str(job.values.get("queue_name")).casefold() == queue)
        ]
        if found and tags:
            self._demand_filtering(tags)
        return found

    def queue(self, name: str) -> Queue:
        """The queue of that name; upper and lower case are the same.

        Raises:
            NotThere: there is none.
        """
        queues = self._jobs.queues()
        for queue in queues:
            if queue.name.casefold() == name.casefold():
                return queue
        names = ", ".join(sorted(queue.name for queue in queues)[:_MOST_NAMED])
        raise NotThere(f"there is no queue {name} in {self._words}; there are: {names or 'none'}")

    def _demand_filtering(self, tags: Mapping[str, str]) -> None:
        """A region that knows no filter by tags would return every job."""
        impossible = f"{next(iter(tags))}={IMPOSSIBLE_MARK}"
        if next(self._jobs.list_jobs(tags=impossible), None) is not None:
            raise NotThere(
                "this region's job list takes no account of tags; look for the jobs by "
                "`queue_name` or `status`"
            )

    @property
    def _words(self) -> str:
        return f"project {self._place.project_id} of {self._place.where}"


def _known_status(status: str) -> str:
    if status not in PHASES:
        raise NotThere(f"there is no status {status}; there are: {', '.join(PHASES)}")
    return status
