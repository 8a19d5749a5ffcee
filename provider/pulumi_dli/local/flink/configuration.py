"""The configuration of a local cluster: two small JVMs that listen on this machine only.

https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/deployment/config/
"""

from __future__ import annotations

import secrets
import subprocess
from typing import TYPE_CHECKING

from pulumi_dli.local import private
from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import java, versions

if TYPE_CHECKING:
    from pathlib import Path

MOST_FAILURES = 1000
"""Failures of a job that its cluster remembers: the largest `restart_times`."""
SLOTS = 16
"""Task slots of the one TaskManager: the largest sum of parallel_number that can run."""

_PACKAGES = (
    "lang",
    "net",
    "io",
    "nio",
    "lang.reflect",
    "text",
    "time",
    "util",
    "util.concurrent",
    "util.concurrent.atomic",
    "util.concurrent.locks",
)
OPENS = (
    "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
    "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
    "--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    *(f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in _PACKAGES),
)
"""What Flink and the serializers of user code reach into, since Java 17 closes it."""

SMALL = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:MaxMetaspaceSize=256m")
JOBMANAGER = (
    ("-Xmx256m",),
    "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
)
TASKMANAGER = (
    ("-Xmx256m", "-XX:MaxDirectMemorySize=160m"),
    "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
)

LOGGING = """\
rootLogger.level = INFO
rootLogger.appenderRef.file.ref = file
appender.file.name = file
appender.file.type = File
appender.file.append = true
appender.file.fileName = ${sys:log.file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %c{1} - %m%n
"""


CLIENT = (("-Xmx256m",), "org.apache.flink.client.cli.CliFrontend")
"""Flink's own client: the way in where the REST API takes no settings of a job."""


def write(folder: Path, version: str, *, rest_port: int, rpc_port: int) -> Path:
    """Write the configuration of a cluster into its folder. Gives the directory.

    Raises:
        FlinkError: an older Flink cannot work in such a folder, there is no Java for the keys
            that it needs, or none are made.
    """
    line = versions.line(version)
    if line < versions.YAML and "#" in str(folder):
        raise FlinkError(f"Flink {version} cannot work in {folder}: its settings allow no #")
    directory = folder / "conf"
    for place in (directory, *(folder / name for name in ("log", "tmp", "upload", "plugins"))):
        private.make_folder(place)
    private.write(directory / "log4j.properties", LOGGING)
    options = _options(folder, rest_port, rpc_port)
    if line < versions.FAILURES:
        options["state.backend.type"] = "filesystem"  # as "hashmap" was called
    if line < versions.LOOPBACK:
        options |= _lock(directory / "keys.p12")
    name, form = ("config.yaml", '{}: "{}"\n')
    if line < versions.YAML:
        name, form = ("flink-conf.yaml", "{}: {}\n")
    lines = versions.spelled({key: str(value) for key, value in options.items()}, version)
    text = "".join(form.format(key, value) for key, value in lines.items())
    private.write(directory / name, text)
    return directory


def _lock(keys: Path) -> dict[str, object]:
    """Lets only the cluster itself talk to its ports that listen to all the world."""
    password = secrets.token_hex()
    keys.unlink(missing_ok=True)
    command = [
        str(java.find().java.with_name("keytool")),
        *("-genkeypair", "-keystore", str(keys), "-storetype", "PKCS12", "-storepass:env", "PASS"),
        *("-alias", "cluster", "-keyalg", "RSA", "-dname", "CN=cluster", "-validity", "3650"),
    ]
    try:
        subprocess.run(
            command,
            env={"PASS": password},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            umask=private.OTHERS,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise FlinkError(f"the keys of the cluster could not be made: {error}") from None
    return {
        "security.ssl.internal.enabled": "true",
        "security.ssl.internal.keystore": keys,
        "security.ssl.internal.truststore": keys,
        "security.ssl.internal.keystore-password": password,
        "security.ssl.internal.truststore-password": password,
        "security.ssl.internal.key-password": password,
    }


def _options(folder: Path, rest_port: int, rpc_port: int) -> dict[str, object]:
    return {
        "jobmanager.rpc.address": "127.0.0.1",
        "jobmanager.rpc.port": rpc_port,
        "jobmanager.bind-host": "127.0.0.1",
        "rest.address": "127.0.0.1",
        "rest.bind-address": "127.0.0.1",
        "rest.port": rest_port,
        "rest.bind-port": rest_port,
        "taskmanager.host": "127.0.0.1",
        "taskmanager.bind-host": "127.0.0.1",
        "taskmanager.numberOfTaskSlots": SLOTS,
        "taskmanager.cpu.cores": float(SLOTS),
        "taskmanager.memory.framework.heap.size": "64m",
        "taskmanager.memory.task.heap.size": "192m",
        "taskmanager.memory.framework.off-heap.size": "64m",
        "taskmanager.memory.task.off-heap.size": "0b",
        "taskmanager.memory.network.min": "64m",
        "taskmanager.memory.network.max": "64m",
        "taskmanager.memory.managed.size": "32m",
        "taskmanager.memory.jvm-metaspace.size": "256m",
        "taskmanager.memory.jvm-overhead.min": "64m",
        "taskmanager.memory.jvm-overhead.max": "64m",
        "io.tmp.dirs": folder / "tmp",
        "web.tmpdir": folder / "tmp",
        "web.upload.dir": folder / "upload",
        "state.backend.type": "hashmap",
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "cluster.intercept-user-system-exit": "THROW",
        # By default a TaskManager that comes up first waits 10 s for its JobManager (ms).
        "cluster.registration.error-delay": 300,
        # By default what is asked about a job is up to 3 s old (milliseconds).
        "web.refresh-interval": 200,
        # By default only the latest 16 failures are told of, and each restart is one.
        "web.exception-history-size": MOST_FAILURES,
        # Too few slots are told of at once, but for a cluster that has just come up; a machine
        # under load gets the time that it takes to hand a slot out (milliseconds).
        "resourcemanager.standalone.start-up-time": 5000,
        "slot.request.timeout": 60_000,
        # A TaskManager that ended is missed at the second beat, one that hangs at the timeout.
        "heartbeat.interval": 1000,
        "heartbeat.timeout": 15_000,
    }
