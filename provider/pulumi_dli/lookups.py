"""Look-ups of jobs and queues in one place, for whoever asks: a program, or a test of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.client.ownership import IMPOSSIBLE_MARK
from pulumi_dli.errors import NotFoundError, SettingsError
from pulumi_dli.job.detail import PHASES
from pulumi_dli.results import GetFlinkJarJobResult, GetQueueResult, job_result, queue_result

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Lookups:
    """The look-ups of one project of a region.

    Attributes:
        jobs: asks the service.
        place: where that is.
    """

    jobs: Jobs
    place: Place

    @classmethod
    def at(cls, connections: Connections, region: str | None, project_id: str | None) -> Lookups:
        """Those of a place; None is the stack's.

        Raises:
            DliError: it cannot be reached.
        """
        place = connections.place(region, project_id)
        return cls(Jobs(connections.transport(region, project_id)), place)

    def job(self, name: str | None, job_id: int | None) -> GetFlinkJarJobResult:
        """The one job of that id, or else of that name.

        Raises:
            DliError: there is none, or several; or the service cannot be asked.
        """
        if job_id is not None:
            try:
                return job_result(self.jobs.details(job_id))
            except NotFoundError:
                raise SettingsError(
                    f"get_flink_jar_job: there is no Flink job {job_id} in {self._words}"
                ) from None
        found = [job for job in self.jobs.list_jobs(name=str(name)) if job.name == name]
        if len(found) == 1:
            # The list leaves out what the details tell.
            return job_result(self.jobs.details(found[0].job_id))
        if found:
            ids = ", ".join(str(job.job_id) for job in found)
            raise SettingsError(
                f"get_flink_jar_job: several Flink jobs are called {name} in {self._words}: "
                f"{ids}; give `job_id`"
            )
        raise SettingsError(
            f"get_flink_jar_job: no Flink job is called {name} in {self._words}; "
            "list_flink_jar_jobs() returns those that exist"
        )

    def every_job(
        self, queue_name: str | None, status: str | None, tags: Mapping[str, str] | None
    ) -> list[GetFlinkJarJobResult]:
        """The jobs that match all that is given, newest first.

        Raises:
            DliError: there is no such status; this region cannot look for tags; or the service
                cannot be asked.
        """
        filters = {} if status is None else {"status": _known_status(status)}
        if tags:
            filters["tags"] = ",".join(f"{key}={value}" for key, value in tags.items())
        # The service may store a queue's name in lower case, so its filter might miss some.
        queue = None if queue_name is None else queue_name.casefold()
        found = [
            job
            for job in self.jobs.list_jobs(**filters)
            if (status is None or job.status == status)
            and (queue is None or str(job.values.get("queue_name")).casefold() == queue)
        ]
        if found and tags:
            self._demand_filtering(tags)
        return [job_result(job) for job in found]

    def queue(self, name: str) -> GetQueueResult:
        """The queue of that name.

        Raises:
            DliError: there is none; or the service cannot be asked.
        """
        queues = self.jobs.queues()
        for queue in queues:
            if queue.name.casefold() == name.casefold():
                return queue_result(queue)
        names = ", ".join(sorted(queue.name for queue in queues)[:_MOST_NAMED])
        raise SettingsError(
            f"get_queue: there is no queue {name} in {self._words}; there are: {names or 'none'}"
        )

    def _demand_filtering(self, tags: Mapping[str, str]) -> None:
        """A region that knows no filter by tags would return every job."""
        impossible = f"{next(iter(tags))}={IMPOSSIBLE_MARK}"
        if next(self.jobs.list_jobs(tags=impossible), None) is not None:
            raise SettingsError(
                "list_flink_jar_jobs: this region's job list takes no account of tags; look for "
                "the jobs by `queue_name` or `status`"
            )

    @property
    def _words(self) -> str:
        return f"project {self.place.project_id} of {self.place.where}"


def _known_status(status: str) -> str:
    if status not in PHASES:
        raise SettingsError(
            f"list_flink_jar_jobs: there is no status {status}; there are: {', '.join(PHASES)}"
        )
    return status
