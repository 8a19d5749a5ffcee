"""A hostile service on a socket: what it costs this process to ask it."""

from __future__ import annotations

import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

MOST_MEMORY = 200 * 1024
"""KB that a process may need at most."""
MEGABYTE = b" " * 1024 * 1024

CLIENT = """
import sys
from pathlib import Path
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.connections import Connections
from pulumi_dli.errors import DliError
config = {"endpoint": sys.argv[1], "region": "r", "projectId": "p", "token": "t", "maxRetries": "0"}
jobs = Jobs(Connections(config, {}, Path(".")).transport())
for call in (lambda: jobs.details(7), lambda: list(jobs.list_jobs()), jobs.tags_of_project):
    try:
        call()
    except DliError as error:
        print(error)
status = Path("/proc/self/status").read_text()
print(status.partition("VmHWM:")[2].split()[0])  # KB; getrusage would count the parent's
"""


def _plain(status: int) -> tuple[int, dict[str, str], Iterator[bytes]]:
    return status, {}, (MEGABYTE for _ in range(100))


def _page(status: int) -> tuple[int, dict[str, str], Iterator[bytes]]:
    return status, {}, (b"<x" * 500_000 for _ in range(100))


def _bomb(status: int) -> tuple[int, dict[str, str], Iterator[bytes]]:
    """A megabyte that holds a gigabyte."""

    def parts() -> Iterator[bytes]:
        packer = zlib.compressobj(wbits=31)
        for _ in range(1024):
            yield packer.compress(MEGABYTE)
        yield packer.flush()

    return status, {"Content-Encoding": "gzip"}, parts()


def _objects(status: int) -> tuple[int, dict[str, str], Iterator[bytes]]:
    """The JSON that needs most memory for its size."""
    return status, {}, iter([b"[{}" + b",{}" * 1024 * 1024 + b"]"])


@contextmanager
def service(kind: object, status: int) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            code, headers, parts = kind(status)  # type: ignore[operator]
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # the client has had enough
                for part in parts:
                    self.wfile.write(part)

        do_GET = do_POST = answer  # noqa: N815 -- the server's own names

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("kind", "status"), [(_plain, 200), (_page, 502), (_bomb, 200), (_bomb, 400), (_objects, 200)]
)
def test_a_hostile_service_costs_a_sentence_and_little_memory(kind: object, status: int) -> None:
    with service(kind, status) as url:
        command = [sys.executable, "-c", CLIENT, url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    *sentences, memory = done.stdout.splitlines()
    assert done.stderr == ""
    assert len(sentences) == 3
    assert all(text.startswith("could not ") and len(text) < 900 for text in sentences)
    assert int(memory) < MOST_MEMORY
