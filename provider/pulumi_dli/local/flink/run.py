"""One run of a job on a cluster: its files, its submission, and how Flink says it stands."""

from __future__ import annotations

import fcntl
import json
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_dli.local import private
from pulumi_dli.local.flink import files, install, submit, versions
from pulumi_dli.local.flink.causes import cause
from pulumi_dli.local.flink.cluster import FILE
from pulumi_dli.local.flink.processes import detach
from pulumi_dli.local.flink.rest import Refused, Unreachable

if TYPE_CHECKING:
    from pulumi_dli.local.flink.cluster import Cluster
    from pulumi_dli.local.flink.processes import Process

UNKNOWN = 404
ASKED = "request-id"
GOING = frozenset({"RUNNING", "FINISHED"})
"""States of the vertices of a job that runs; bounded sources finish before the others."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How Flink says that a job stands.

    Attributes:
        state: Flink's word; "" when it knows no such job.
        going: whether every vertex runs.
        restarts: how often it was brought back.
        reason: of the latest failure; "" without one.
        trace: of that failure, all of it.
    """

    state: str
    going: bool = False
    restarts: int = 0
    reason: str = ""
    trace: str = ""

    @property
    def failing(self) -> bool:
        """Whether it comes to its end by a failure that nothing brings it back from."""
        return self.state == "FAILING"

    @property
    def ended(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.state in ("", "FINISHED", "FAILED", "CANCELED", "SUSPENDED")


@dataclass(frozen=True, slots=True)
class Run:
    """A run.

    Args:
        cluster: where it runs.
        data: the folder of the local DLI.
        id: Flink's id of the job, 32 hexadecimal digits; the first 16 are the DLI job's.
    """

    cluster: Cluster
    data: Path
    id: str

    def page(self, *, ended: bool) -> str:
        """The page of the web UI that shows it."""
        kind = "completed" if ended else "running"
        return f"{self.cluster.rest().url}/#/job/{kind}/{self.id}"

    @property
    def folder(self) -> Path:
        """What belongs to the run."""
        return self.data / "flink" / "runs" / self.id

    def request(self, code: dict[str, Any], body: Any) -> None:
        """Write down what is to be submitted; nothing happens yet."""
        private.make_folder(self.folder)
        wanted = {**code, "body": body, "prefix": self.id[:16]}
        private.write(self.folder / submit.REQUEST, json.dumps(wanted))

    def result(self) -> str | None:
        """What came of the submission: "" for good, else the error; None: not done yet."""
        try:
            return str(json.loads((self.folder / submit.RESULT).read_text())["error"])
        except FileNotFoundError:
            return None

    @property
    def submitting(self) -> bool:
        """Whether a process is at it."""
        try:
            private.touch(self.folder / submit.LOCK)
            with (self.folder / submit.LOCK).open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def submit(self) -> None:
        """Let a process of its own submit what was requested."""
        command = [sys.executable, "-I", submit.__file__, self.folder, self.cluster.folder / FILE]
        detach([str(part) for part in command], output=self.folder / "submit.log")

    def install(self) -> Process:
        """Let a process of its own install the Flink that it needs."""
        command = [sys.executable, "-P", "-m", install.__name__, self.cluster.version]
        return detach(
            [*command, str(self.folder / install.FAILURE)], output=self.folder / "install.log"
        )

    def install_failure(self) -> str:
        """Why that could not be; "": it could, or nobody tells."""
        with suppress(FileNotFoundError):
            return (self.folder / install.FAILURE).read_text()
        return ""

    def withdraw(self) -> None:
        """Take the request back; a process that is at it cancels what it has submitted."""
        (self.folder / submit.REQUEST).unlink(missing_ok=True)

    def cancel(self) -> None:
        """Begin to cancel it in Flink, where it is there and has not ended by itself."""
        with suppress(Unreachable, Refused):
            self.cluster.rest().cancel(self.id)

    def forget(self) -> None:
        """Remove what belongs to the run."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def stand(self) -> Stand:
        """How it stands. Raises Unreachable."""
        rest = self.cluster.rest()
        try:
            found = rest.job(self.id)
            failures = rest.failures(self.id)
        except Refused as refusal:
            if refusal.status == UNKNOWN:
                return Stand("")
            raise
        state, vertices = found["state"], found.get("vertices", [])
        failed = state in ("FAILING", "FAILED")
        restarts = len(failures) - (failed and bool(failures))
        if versions.line(self.cluster.version) < versions.FAILURES:
            restarts = max((rest.attempts(self.id, item["id"]) for item in vertices), default=0)
        return Stand(
            state=state,
            going=state == "RUNNING" and all(item["status"] in GOING for item in vertices),
            restarts=restarts,
            reason=cause(failures[0]) if failures else "",
            trace=failures[0] if failures else "",
        )

    def graph(self) -> dict[str, Any]:
        """The execution plan. Raises Unreachable and Refused."""
        found = self.cluster.rest().job(self.id)
        names = ("jid", "name", "isStoppable", "state", "start-time", "end-time", "duration")
        return {name: found[name] for name in names}

    def latest_checkpoint(self, checkpoints: Path) -> Path | None:
        """The newest complete one that Flink kept."""
        found = (checkpoints / self.id).glob("chk-*/_metadata")
        return max(
            (path.parent for path in found),
            key=lambda path: int(path.name.removeprefix("chk-")),
            default=None,
        )

    def take_savepoint(self, trigger: str, *, stop: bool) -> None:
        """Ask for a savepoint. Safe to repeat: one of them is taken to be it.

        Raises:
            Unreachable: nobody answers.
            Refused: Flink does not want to.
        """
        target = self._savepoint_folder(trigger)
        private.make_folder(target)
        line, more = versions.line(self.cluster.version), {}
        if line >= versions.NAMED_SAVEPOINTS:
            form = "NATIVE" if line >= (2, 0) else "CANONICAL"
            more = {"triggerId": trigger, "formatType": form}
        asked = self.cluster.rest().savepoint(self.id, files.uri(target), stop=stop, **more)
        private.write(target / ASKED, asked)

    def savepoint_status(self, trigger: str) -> tuple[bool, str]:
        """Whether a savepoint is done with, and why it failed ("": it did not).

        Raises:
            Unreachable: nobody answers.
            Refused: Flink does not know of it, or no more.
        """
        try:
            asked = (self._savepoint_folder(trigger) / ASKED).read_text()
        except FileNotFoundError:
            asked = trigger
        return self.cluster.rest().savepoint_status(self.id, asked or trigger)

    def bring_savepoint(self, trigger: str, target: Path) -> bool:
        """Move what was saved to where DLI keeps it; whether it is there."""
        source = self._savepoint_folder(trigger)
        metadata = next(source.glob("*/_metadata"), None)
        if metadata is not None:
            private.make_folder(target.parent)
            metadata.parent.rename(target)  # a savepoint may be moved: its parts are beside it
            shutil.rmtree(source, ignore_errors=True)
        return (target / "_metadata").is_file()

    def _savepoint_folder(self, trigger: str) -> Path:
        return self.folder / "savepoints" / trigger
