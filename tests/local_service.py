"""A signed-in client of a local DLI, on a clock that tests move."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.store import FILE, Store

if TYPE_CHECKING:
    import httpx

PROJECT = "0123456789abcdef0123456789abcdef"
START_TIME = 1_800_000_000.0
STARTED, STOPPED = 1.0, 0.5
"""Seconds that the local DLI takes to start a job, and for each step of a stop."""
SIGN_IN = {
    "auth": {
        "identity": {
            "methods": ["password"],
            "password": {
                "user": {"name": "local", "password": "LOCALPASSWORD", "domain": {"name": "local"}}
            },
        },
        "scope": {"project": {"name": "local"}},
    }
}


@functools.cache
def _empty_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        Store(Path(folder)).close()
        return (Path(folder) / FILE).read_bytes()


def new_store(folder: Path) -> Store:
    """A folder with nothing in it yet. Its file is a copy: to make one takes the disk long."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(_empty_file())
    return Store(folder)


class LocalService:
    """A signed-in client of a local DLI, and the clock it lives by."""

    def __init__(self, client: httpx.Client, store: Store) -> None:
        self.http = client
        self.store = store
        self.clock = StoredClock(store)
        self.clock.set(START_TIME)
        self.sign_in()

    def sign_in(self) -> None:
        answer = self.http.post("/v3/auth/tokens", json=SIGN_IN)
        assert answer.status_code == 201, answer.text
        self.http.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def request(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """Send to a path under the project; `{project_id}` may stand in it."""
        if not path.startswith("/"):
            path = f"/v1.0/{{project_id}}/streaming/{path}"
        url = path.replace("{project_id}", PROJECT)
        return self.http.request(method, url, json=body, params=query or None)

    def good(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.request(method, path, body, **query)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def create(self, name: str = "orders", **fields: Any) -> int:
        body = {"name": name, "queue_name": "default", "obs_bucket": "bucket"} | fields
        return int(self.good("POST", "flink-jobs", body)["job"]["job_id"])

    def put(self, job_id: int, **fields: Any) -> httpx.Response:
        return self.request("PUT", f"flink-jobs/{job_id}", fields)

    def run(self, job_id: int, *, resume: bool = False) -> httpx.Response:
        body = {"job_ids": [job_id], "resume_savepoint": resume}
        return self.request("POST", "jobs/run", body)

    def stop(self, job_id: int, *, savepoint: bool = False) -> httpx.Response:
        body = {"job_ids": [job_id], "trigger_savepoint": savepoint}
        return self.request("POST", "jobs/stop", body)

    def started(self, job_id: int, *, resume: bool = False) -> None:
        assert self.run(job_id, resume=resume).json()[0]["is_success"] == "true"
        self.pass_time(STARTED)
        assert self.status(job_id) == "job_running"

    def stopped(self, job_id: int, *, savepoint: bool = False) -> None:
        assert self.stop(job_id, savepoint=savepoint).json()[0]["is_success"] == "true"
        self.pass_time(2 * STOPPED)
        assert self.status(job_id) == "job_cancel_success"

    def details(self, job_id: int) -> dict[str, Any]:
        return dict(self.good("GET", f"jobs/{job_id}")["job_detail"])

    def status(self, job_id: int) -> str:
        return str(self.details(job_id)["status"])

    def inside(self, job_id: int) -> dict[str, Any]:
        """The job as the service knows it, its state counter included."""
        jobs = self.http.get("/_local/jobs").json()["jobs"]
        return next(job for job in jobs if job["id"] == job_id)

    def history(self, job_id: int) -> list[dict[str, Any]]:
        return list(self.http.get(f"/_local/jobs/{job_id}/history").json()["history"])

    def arm(self, kind: str, **options: Any) -> None:
        answer = self.http.post("/_local/faults", json={"kind": kind} | options)
        assert answer.is_success, answer.text


def refusal(answer: httpx.Response) -> str:
    """The DLI error code of an answer, which has to be one."""
    assert answer.status_code == 400, answer.text
    body = answer.json()
    return str((body[0] if isinstance(body, list) else body)["error_code"])
