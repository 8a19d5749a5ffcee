"""The local DLI beside a test: its jobs, its requests, its queues and its faults."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any

from pulumi_dli.local import queues, requests
from pulumi_dli.local.app import create_app
from pulumi_dli.local.simulation import START_DELAY, STOP_DELAY
from pulumi_dli.local.store import Store


class LocalDli:
    """A local DLI in a folder of its own, whose jobs start and stop at once.

    Args:
        folder: its data folder; made where it is not there.

    Attributes:
        folder: its data folder.
        config: the configuration that leads a stack to it.
        store: where it keeps everything.

    Raises:
        StoreError: the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = {"dli:endpoint": "local", "dli:localPath": str(folder)}
        self.store = Store(folder)
        self.store.set(START_DELAY, 0)
        self.store.set(STOP_DELAY, 0)
        self._client = create_app(self.store).test_client()

    def add_queue(self, name: str, cus: int = 64) -> None:
        """Let there be a queue beside `default` and `testqueue`.

        Args:
            name: its name; upper and lower case are the same.
            cus: its CUs.

        Raises:
            ValueError: no queue can be so.
        """
        if not name.strip() or cus < 1:
            raise ValueError(f"a queue has a name and at least 1 CU, not {name!r} and {cus}")
        queues.add(self.store, name, cus)

    def jobs(self) -> dict[str, dict[str, Any]]:
        """The jobs that exist, by name, as the service knows them.

        Each with `id`, `status`, `status_desc`, `tags`, `update_time` (epoch milliseconds), and
        in `definition` every argument as it stands, secrets too.
        """
        every = self._asked("GET", "jobs")["jobs"]
        return {job["name"]: job for job in every if job["deleted_at"] is None}

    def history(self, job_id: int) -> list[dict[str, Any]]:
        """What happened to a job, oldest first: `at` (epoch seconds), `event`, and its data.

        A job that came to run has an event `running`; its `resumed` is the savepoint that the
        run began with, or None.
        """
        return list(self._asked("GET", f"jobs/{job_id}/history")["history"])

    def requests(self) -> list[str]:
        """The last thousand requests, oldest first, as `PUT /v1.0/…/flink-jobs/1`."""
        return [f"{entry.method} {entry.path}" for entry in requests.kept(self.store)]

    def arm(
        self, kind: str, on: str | None = None, *, nth: int = 1, times: int = 1, **options: Any
    ) -> None:
        """Let something go wrong, as `pulumi-dli local faults arm` does; docs/local.md has all.

        Args:
            kind: such as `fail_start`, `refuse_savepoint` or `drop`.
            on: the name of a request, such as `run`. Default: the first that the kind allows, or
                any.
            nth: at which call it begins.
            times: how many calls it strikes.
            options: of the kind, such as `text` or `seconds`.

        Raises:
            ValueError: there is no such fault.
        """
        fault = {"kind": kind, "route": on, "nth": nth, "times": times, **options}
        self._asked("POST", "faults", fault)

    def clear_faults(self) -> None:
        """Disarm everything."""
        self._asked("DELETE", "faults")

    def close(self) -> None:
        """Let go of the folder, which stays."""
        self.store.close()

    def _asked(self, method: str, door: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._client.open(f"{requests.UNLOGGED}/{door}", method=method, json=body)
        if answer.status_code != HTTPStatus.OK:
            raise ValueError(f"the local DLI: {answer.get_json()['error_msg']}")
        return answer.get_json()
