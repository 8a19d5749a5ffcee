"""Serves the local DLI on a loopback port."""

from __future__ import annotations

import copy
import logging
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server

from pulumi_dli.local import failures
from pulumi_dli.local.errors import OptionError
from pulumi_dli.local.guard import guarded
from pulumi_dli.local.obs.routes import LARGEST_OBJECT
from pulumi_dli.local.obs.signatures import OURS

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import FrameType

    from flask import Flask

    from pulumi_dli.local.signin.identity import Identity

HOST = "127.0.0.1"
THREADS = 16
MOST_BYTES = 64 * 1024 * 1024
"""Of a body that is taken in at all. The app says in words what is too large for the service."""


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Takes in larger bodies where an object is put, which no page can do unasked."""

    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request."""
        super().parse_header(header_plus)
        if self.command == "PUT" and self.headers.get("AUTHORIZATION", "").startswith(OURS):
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = LARGEST_OBJECT


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = Parser


@dataclass(frozen=True, slots=True)
class Server:
    """A socket that listens; `run` answers until it is closed or the process is told to end."""

    socket: Any

    @property
    def endpoint(self) -> str:
        """The URL to give to clients."""
        return f"http://{HOST}:{self.socket.effective_port}"

    def run(self) -> None:
        """Answer requests."""
        self.socket.run()

    def close(self) -> None:
        """Stop listening."""
        self.socket.close()
        self.socket.task_dispatcher.shutdown()


def listen(app: Flask, port: int, hosts: Collection[str] = ()) -> Server:
    """Open a port of this machine only; 0 takes a free one.

    Args:
        app: what answers, to programs and to no page of a browser.
        port: 0 to 65535.
        hosts: names beside this machine's own that a proxy in front may be called by.

    Raises:
        OptionError: the port is taken or not allowed.
    """
    # A queue of requests is no news, and a dropped connection is an armed fault.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        socket = create_server(
            guarded(app, hosts),
            host=HOST,
            port=port,
            threads=THREADS,
            ident="pulumi-dli",
            log_socket_errors=False,
            max_request_body_size=MOST_BYTES,
        )
    except OSError as error:
        raise OptionError(f"--port {port}: {failures.unread(error)}") from None
    socket.channel_class = _Channel
    return Server(socket)


def end_quietly() -> None:
    """Let SIGINT and SIGTERM end the process without a word, exit code 0."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def introduction(endpoint: str, identity: Identity, password: str) -> str:
    """What a client has to be told, a line each."""
    lines = [
        ("endpoint", endpoint),
        ("identity service", f"{endpoint}/v3"),
        ("region", identity.region),
        *(("project", f"{item.name} ({item.id})") for item in identity.projects),
        ("domain", identity.domain),
        ("user", identity.user),
        ("password", password),
        ("access key", identity.access_key),
        ("secret key", identity.secret_key),
    ]
    return "\n".join(f"{name:<17} {value}" for name, value in lines)
