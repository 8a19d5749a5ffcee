"""The processes and the choice around a local Flink, without Java."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flink_dli import a_job
from pulumi_dli.local.flink import choice, progress, versions
from pulumi_dli.local.flink.cluster import FILE, Cluster
from pulumi_dli.local.flink.processes import detach
from pulumi_dli.local.flink.run import Run
from pulumi_dli.local.flink.runner import Flink
from pulumi_dli.local.model import Moment, Outcome
from pulumi_dli.local.states import Status

TRACE = "java.lang.IllegalStateException: order 7 is bad\n\tat a.b.C.e(C.java:2)\n"


@contextmanager
def a_cluster_that_says(state: str, folder: Path) -> Iterator[Cluster]:
    """One whose job has a state and one failure behind it."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer: object = {"state": state, "vertices": [{"id": "a", "status": "CANCELED"}]}
            if "exceptions" in self.path:
                answer = {"exceptionHistory": {"entries": [{"stacktrace": TRACE}]}}
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ended = {"pid": 0, "started": ""}
        words = {"rest_port": server.server_port, "jobmanager": ended, "taskmanager": ended}
        (folder / FILE).write_text(json.dumps(words))
        yield Cluster(folder, "9.9.9")  # of which none can be started
        server.shutdown()


@pytest.mark.parametrize(
    ("state", "outcome", "restarts"),
    [("FAILING", Outcome.WAITING, None), ("FAILED", Outcome.FAILED, 0)],
)
def test_a_job_on_its_way_to_failed_is_not_one_that_restarts(
    state: str, outcome: Outcome, restarts: int | None, tmp_path: Path
) -> None:
    job = a_job()
    job.status, job.run = Status.RUNNING, {"id": "0" * 32, "ran": True}
    moment = Moment(sqlite3.connect(":memory:"), 0.0, Flink(tmp_path, "1.20"), tmp_path)
    with a_cluster_that_says(state, tmp_path) as cluster:
        found = progress.look(moment, job, Run(cluster, tmp_path, job.run["id"]))
        assert (found.outcome, found.restarts) == (outcome, restarts)
        assert Run(cluster, tmp_path, job.run["id"]).stand().restarts == 0


def test_a_detached_process_is_nobodys_child(tmp_path: Path) -> None:
    output = tmp_path / "out"
    code = "import os, time; print(os.getsid(0), os.getpgid(0), os.getcwd(), flush=True)"
    code += "; time.sleep(60)"
    process = detach([sys.executable, "-c", code], output=output, directory=tmp_path)
    try:
        while not output.read_text().endswith("\n"):
            assert process.alive
        session, group, where = output.read_text().split()
        assert os.getsid(0) != int(session)
        assert os.getpgid(0) != int(group)
        assert Path(where) == tmp_path
    finally:
        process.end(signal.SIGKILL)
    while process.alive:
        pass


def test_a_folder_is_simulated_until_it_is_switched_on(tmp_path: Path) -> None:
    assert versions.of_folder(tmp_path) is None
    assert choice.describe(tmp_path).startswith("simulated: ")
    choice.switch_off(tmp_path)
    (tmp_path / "flink").mkdir()
    versions.chosen(tmp_path).write_text("9.9.9\n")
    assert versions.of_folder(tmp_path) == "9.9.9"
    assert choice.describe(tmp_path).startswith("Flink 9.9.9")
    assert choice.describe(tmp_path, "1.15").startswith("Flink 1.15.4")
    choice.switch_off(tmp_path)
    assert versions.of_folder(tmp_path) is None
