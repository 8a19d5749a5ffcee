"""One session cluster: a JobManager and a TaskManager that outlive the command.

Its folder says all that other processes need to know of it. Changes to it happen inside a
write of the folder's store, so two commands never start one cluster twice.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from pulumi_dli.local import private
from pulumi_dli.local.flink import configuration, install, java, submit, versions
from pulumi_dli.local.flink.processes import Process, detach
from pulumi_dli.local.flink.rest import Rest

FILE = "cluster.json"
PATIENCE = 8.0
"""Seconds that the JVMs get to end; a JobManager with a running job takes 5."""


@dataclass(frozen=True, slots=True)
class Running:
    """What was started."""

    rest_port: int
    jobmanager: Process
    taskmanager: Process

    @property
    def url(self) -> str:
        """Of the REST API and the web UI."""
        return f"http://127.0.0.1:{self.rest_port}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster of one Flink version beside a data folder.

    Args:
        folder: the cluster's own, two levels below the data folder.
        version: of Flink.
    """

    folder: Path
    version: str

    def running(self) -> Running | None:
        """What was started and not stopped; the processes may have died since."""
        try:
            found = json.loads((self.folder / FILE).read_text())
        except FileNotFoundError:
            return None
        return Running(
            found["rest_port"], Process(**found["jobmanager"]), Process(**found["taskmanager"])
        )

    @property
    def alive(self) -> bool:
        """Whether its JobManager runs. Without a TaskManager it still answers."""
        found = self.running()
        return found is not None and found.jobmanager.alive

    @property
    def whole(self) -> bool:
        """Whether both processes run."""
        found = self.running()
        return found is not None and found.jobmanager.alive and found.taskmanager.alive

    def rest(self) -> Rest:
        """Its API."""
        found = self.running()
        return Rest(found.url if found else "http://127.0.0.1:0")

    def ensure(self) -> Running:
        """Start what does not run. Does not wait until it answers.

        Raises:
            FlinkError: there is no Java, or this Flink is not installed.
        """
        found = self.running()
        if found is None or not found.jobmanager.alive:
            if found is not None:
                found.taskmanager.end(signal.SIGKILL)
            found = self._start()
        elif not found.taskmanager.alive:
            found = Running(found.rest_port, found.jobmanager, self._launch("taskmanager"))
        else:
            return found
        private.write(self.folder / FILE, json.dumps(asdict(found)))
        return found

    def stop(self, *, wait: bool) -> None:
        """End the processes, whatever runs on them.

        Args:
            wait: whether to return only when they are gone, killed if need be.
        """
        found = self.running()
        if found is None:
            return
        processes = (found.taskmanager, found.jobmanager)
        for process in processes:
            process.end()
        until = time.monotonic() + PATIENCE
        while wait and any(process.alive for process in processes):
            if time.monotonic() > until:
                for process in processes:
                    process.end(signal.SIGKILL)
            time.sleep(0.05)
        (self.folder / FILE).unlink(missing_ok=True)
        shutil.rmtree(self.folder / "upload", ignore_errors=True)

    def log(self, name: str) -> Path:
        """The log file of `jobmanager` or `taskmanager`; with `.out`, what user code printed."""
        return self.folder / "log" / name

    def _start(self) -> Running:
        java.find()
        install.jars(self.version)
        rest_port, rpc_port = _free_ports(2)
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        configuration.write(self.folder, self.version, rest_port=rest_port, rpc_port=rpc_port)
        if versions.line(self.version) < versions.SETTINGS:
            self._describe_client()
        return Running(rest_port, self._launch("jobmanager"), self._launch("taskmanager"))

    def _launch(self, name: str) -> Process:
        kind = configuration.JOBMANAGER if name == "jobmanager" else configuration.TASKMANAGER
        return detach(
            [*self._command(name, *kind), "--configDir", str(self.folder / "conf")],
            output=self.log(f"{name}.out"),
            directory=self._home,
            environment=self._environment,
        )

    def _describe_client(self) -> None:
        """Tell the process that submits how to run Flink's own client."""
        memory, main_class = configuration.CLIENT
        own = f"-Djava.io.tmpdir={self.folder / 'tmp'}"  # one that is killed leaves files there
        client = {
            "command": self._command("client", (*memory, own), main_class),
            "environment": self._environment,
            "directory": str(self._home),
            "output": str(self.log("client.out")),
        }
        private.write(self.folder / submit.CLIENT, json.dumps(client))

    def _command(self, name: str, memory: tuple[str, ...], main_class: str) -> list[str]:
        conf = self.folder / "conf"
        return [
            str(java.find().java),
            *memory,
            *configuration.SMALL,
            *configuration.OPENS,
            f"-Dlog.file={self.log(f'{name}.log')}",
            f"-Dlog4j.configurationFile=file:{conf / 'log4j.properties'}",
            "-cp",
            ":".join(str(jar) for jar in install.jars(self.version)),
            main_class,
        ]

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "FLINK_CONF_DIR": str(self.folder / "conf"),
            "FLINK_PLUGINS_DIR": str(self.folder / "plugins"),
            "FLINK_LIB_DIR": str(install.jars(self.version)[0].parent),
        }

    @property
    def _home(self) -> Path:
        """Where relative paths of user code begin."""
        return self.folder.parents[1]


def _free_ports(number: int) -> list[int]:
    with ExitStack() as held:
        sockets = [
            held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)
        ]
        return [item.getsockname()[1] for item in sockets]
