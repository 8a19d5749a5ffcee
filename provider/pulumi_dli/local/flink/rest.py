"""Flink's REST API: one method, one endpoint.

https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/ops/rest_api/
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from pulumi_dli.local.flink.configuration import MOST_FAILURES

PATIENCE = 10.0
"""Seconds. The cluster is on this machine: one that takes longer hangs."""
# A proxy is for the way out; nothing on this machine lies behind one.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Unreachable(Exception):
    """Nobody answers: the cluster starts, hangs or is gone."""


class Refused(Exception):
    """Flink refuses. The text is its own, stack trace included."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Rest:
    """A cluster's API. Raises Unreachable and Refused."""

    url: str

    def job(self, run: str) -> dict[str, Any]:
        """A job with its vertices."""
        return self._ask("GET", f"/jobs/{run}")

    def failures(self, run: str) -> list[str]:
        """The stack traces of a job's failures, the newest first; Flink 1.12 knows only that."""
        answer = self._ask("GET", f"/jobs/{run}/exceptions?maxExceptions={MOST_FAILURES}")
        if "exceptionHistory" not in answer:
            return [answer["root-exception"]] if answer["root-exception"] else []
        return [item["stacktrace"] for item in answer["exceptionHistory"]["entries"]]

    def attempts(self, run: str, vertex: str) -> int:
        """How often the part of a job that was brought back most has been."""
        subtasks = self._ask("GET", f"/jobs/{run}/vertices/{vertex}")["subtasks"]
        return max(int(item["attempt"]) for item in subtasks)

    def cancel(self, run: str) -> None:
        """Begin to cancel a job."""
        self._ask("PATCH", f"/jobs/{run}?mode=cancel")

    def savepoint(self, run: str, target: str, *, stop: bool, **more: str) -> str:
        """Begin a savepoint, and stop the job with it if wanted. Gives the request's id.

        Args:
            run: the job.
            target: the URI of the directory that the savepoint goes into.
            stop: whether the job ends with it.
            more: from Flink 1.15 on `triggerId`, 32 hexadecimal digits that name the request
                and make it safe to repeat, and `formatType`, CANONICAL or NATIVE.
        """
        if stop:
            body = {"targetDirectory": target, "drain": False, **more}
            return str(self._ask("POST", f"/jobs/{run}/stop", body)["request-id"])
        body = {"target-directory": target, "cancel-job": False, **more}
        return str(self._ask("POST", f"/jobs/{run}/savepoints", body)["request-id"])

    def savepoint_status(self, run: str, trigger: str) -> tuple[bool, str]:
        """Whether a savepoint is done with, and why it failed ("": it did not)."""
        answer = self._ask("GET", f"/jobs/{run}/savepoints/{trigger}")
        cause = (answer.get("operation") or {}).get("failure-cause") or {}
        return answer["status"]["id"] == "COMPLETED", str(cause.get("stack-trace", ""))

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 (our own loopback address)
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with _OPENER.open(request, timeout=PATIENCE) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode(errors="replace")
            raise Refused(error.code, text) from None
        except (OSError, ValueError) as error:
            raise Unreachable(str(error)) from None
