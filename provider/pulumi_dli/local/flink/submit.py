"""Puts a job's package together and hands it to a cluster; run as a process of its own.

A job's `main` runs while it is submitted, for as long as it likes; nobody should hold a
database or a command for that. So this runs beside them, and leaves what came of it in a
file. It imports nothing but the standard library, and may be started again whenever it died.

Where the REST API takes no settings of a job (`versions.SETTINGS`), Flink's own client hands
the job over, and runs its `main`. `client.json` beside the cluster's file says how.

    python submit.py RUN_FOLDER CLUSTER_FILE
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

REQUEST, RESULT, LOCK, PACKAGE = "request.json", "result.json", "lock", "package.jar"
CLIENT, ARGUMENTS, ERRORS = "client.json", "client.args", "client.err"
RESTORE_MODE = "execution.savepoint-restore-mode"
TELLS = "The program finished with the following exception:"
START = 90.0
"""Seconds that a cluster gets to come up."""
MAIN = 600.0
"""Seconds that a job's `main` gets."""
ENDED = ("FINISHED", "FAILED", "CANCELED")
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Failure(Exception):
    """Why the job was not started."""


def main(run_folder: Path, cluster_file: Path) -> None:
    """Submit one run, once."""
    with (run_folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another one is at it
        request = run_folder / REQUEST
        if (run_folder / RESULT).exists() or not request.exists():
            return
        error = ""
        try:
            wanted = json.loads(request.read_text())
            package = _package(wanted, run_folder / PACKAGE)
            url = _await_cluster(cluster_file, request)
            if url:
                client = cluster_file.with_name(CLIENT)
                _submit(url, wanted, package, request, client if client.exists() else None, lock)
        except Failure as failure:
            error = str(failure)
        draft = run_folder / f"{RESULT}.draft"
        draft.write_text(json.dumps({"error": error}))
        draft.rename(run_folder / RESULT)
        request.unlink(missing_ok=True)  # it holds the arguments
        (run_folder / PACKAGE).unlink(missing_ok=True)


def _package(wanted: dict[str, Any], target: Path) -> Path:
    """The job's jar, with what it depends on inside.

    Flink puts the jars in a jar's `lib/` on the job's class path on every machine, and what
    is below `userData/` is found there by the class loader.
    """
    jar = Path(wanted["jar"])
    for path in (jar, *map(Path, wanted["jars"])):
        if not zipfile.is_zipfile(path):
            raise Failure(f"{path.name} is not a jar: it is no zip file")
    if not wanted["jars"] and not wanted["files"]:
        return jar
    shutil.copyfile(jar, target)
    with zipfile.ZipFile(target, "a") as archive:
        for number, path in enumerate(map(Path, wanted["jars"])):
            archive.write(path, f"lib/{number}-{path.name}")
        for path in map(Path, wanted["files"]):
            archive.write(path, f"userData/{path.name}")
    return target


def _await_cluster(cluster_file: Path, request: Path) -> str:
    """The URL of the cluster, once it has slots; "" when nobody wants it any more."""
    until = time.monotonic() + START
    while time.monotonic() < until:
        if not request.exists():
            return ""
        with suppress(OSError, ValueError):
            url = f"http://127.0.0.1:{json.loads(cluster_file.read_text())['rest_port']}"
            if _ask("GET", f"{url}/overview", wait=5)["slots-total"]:
                return url
        time.sleep(0.1)
    raise Failure(f"Flink did not come up within {START:.0f} s; its log is beside {cluster_file}")


def _submit(
    url: str,
    wanted: dict[str, Any],
    package: Path,
    request: Path,
    client: Path | None,
    lock: TextIO,
) -> None:
    run = wanted["body"]["jobId"]
    _end_others(url, run, wanted["prefix"])
    if _knows(url, run):
        return  # an earlier one was killed after it had submitted
    good = False
    try:
        if client is None:
            _by_rest(url, wanted["body"], package, request)
        else:
            _by_client(client, wanted["body"], package, request, lock)
            if request.exists() and not _knows(url, run):
                raise Failure("the job's main ended before it had handed a job to Flink")
        good = request.exists()  # else the job was stopped or deleted meanwhile
    finally:
        if not good:  # a main may fail after it has handed its job over
            with suppress(OSError):
                _ask("PATCH", f"{url}/jobs/{run}?mode=cancel")


def _knows(url: str, run: str) -> bool:
    with suppress(urllib.error.HTTPError):
        _ask("GET", f"{url}/jobs/{run}")
        return True
    return False


def _by_rest(url: str, body: dict[str, Any], package: Path, request: Path) -> None:
    try:
        uploaded = _upload(url, package)
        jar = uploaded["filename"].rpartition("/")[2]
        if request.exists():
            _ask("POST", f"{url}/jars/{jar}/run", json.dumps(body).encode(), wait=MAIN)
        _ask("DELETE", f"{url}/jars/{jar}")
    except urllib.error.HTTPError as error:
        with error:
            raise Failure(_errors(error.read().decode(errors="replace"))) from None
    except OSError as error:
        raise Failure(f"Flink did not take the jar: {error}") from None


def _by_client(
    client: Path, body: dict[str, Any], package: Path, request: Path, lock: TextIO
) -> None:
    how = json.loads(client.read_text())
    arguments, errors = request.with_name(ARGUMENTS), request.with_name(ERRORS)
    arguments.touch(mode=0o600)  # in a file, since everybody on the machine sees command lines
    java, *options = how["command"]
    words = map(_quoted, [*options, *_arguments(body, package)])
    arguments.write_text("\n".join(words), encoding="utf-8")
    try:
        with Path(how["output"]).open("a") as output, errors.open("w") as trouble:
            process = subprocess.Popen(
                [java, f"@{arguments}"],
                cwd=how["directory"],
                env={**os.environ, **how["environment"]},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=trouble,
                pass_fds=[lock.fileno()],  # held as long as one of the two lives
            )
            _await_end(process, request)
        text = errors.read_text(errors="replace")
        with Path(how["output"]).open("a") as output:
            output.write(text)
    finally:
        arguments.unlink(missing_ok=True)
        errors.unlink(missing_ok=True)
    if process.returncode and request.exists():
        lines = [line for line in text.splitlines() if not line.startswith("WARNING: ")]
        told = "\n".join(lines).rpartition(TELLS)[2].strip()
        raise Failure(told or f"the job's main ended the client with {process.returncode}")


def _arguments(body: dict[str, Any], package: Path) -> list[str]:
    """What the client is told to say the same as a body of `/jars/:id/run`."""
    options = {**body["flinkConfiguration"], "$internal.pipeline.job-id": body["jobId"]}
    mode = options.pop(RESTORE_MODE, None)
    told = ["run", "-d", "-t", "remote", "-p", str(body["parallelism"])]
    told += [f"-D{key}={value}" for key, value in options.items()]
    if "savepointPath" in body:
        told += ["-s", body["savepointPath"]]
        told += ["-restoreMode", mode] if mode else []  # as an option it would be overruled
    if "entryClass" in body:
        told += ["-c", body["entryClass"]]
    return [*told, str(package), *body["programArgsList"]]


def _quoted(text: str) -> str:
    """A text as an argument in a file for Java."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _await_end(process: subprocess.Popen[bytes], request: Path) -> None:
    until = time.monotonic() + MAIN
    while process.poll() is None:
        late = time.monotonic() > until
        if late or not request.exists():
            process.kill()
            process.wait()
        if late:
            raise Failure(f"the job's main handed no job to Flink within {MAIN:.0f} s")
        time.sleep(0.05)


def _end_others(url: str, run: str, prefix: str) -> None:
    """End what an earlier, forgotten submission of the same job left running."""
    while True:
        jobs = _ask("GET", f"{url}/jobs/overview")["jobs"]
        left = [
            job["jid"]
            for job in jobs
            if job["jid"].startswith(prefix) and job["jid"] != run and job["state"] not in ENDED
        ]
        if not left:
            return
        for other in left:
            with suppress(urllib.error.HTTPError):
                _ask("PATCH", f"{url}/jobs/{other}?mode=cancel")
        time.sleep(0.2)


def _upload(url: str, package: Path) -> dict[str, Any]:
    edge = uuid.uuid4().hex
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="jarfile"; filename="job.jar"\r\n'
        "Content-Type: application/x-java-archive\r\n\r\n"
    )
    data = head.encode() + package.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    return _ask("POST", f"{url}/jars/upload", data, f"multipart/form-data; boundary={edge}")


def _ask(
    method: str,
    url: str,
    data: bytes | None = None,
    kind: str = "application/json",
    wait: float = 60.0,
) -> dict[str, Any]:
    headers = {"Content-Type": kind}
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 (loopback)
    with _OPENER.open(request, timeout=wait) as answer:
        return dict(json.load(answer))


def _errors(text: str) -> str:
    with suppress(ValueError, AttributeError, TypeError):
        return "\n".join(json.loads(text)["errors"])
    return text


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
