"""Serves the local DLI on a loopback port."""

from __future__ import annotations

import logging
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waitress.server import create_server

if TYPE_CHECKING:
    from types import FrameType

    from flask import Flask

    from pulumi_dli.local.signin.identity import Identity

HOST = "127.0.0.1"
THREADS = 16


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


def listen(app: Flask, port: int) -> Server:
    """Open a port of this machine only; 0 takes a free one.

    Raises:
        OSError: the port is taken or not allowed.
    """
    # A queue of requests is no news, and a dropped connection is an armed fault.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    return Server(
        create_server(
            app,
            host=HOST,
            port=port,
            threads=THREADS,
            ident="pulumi-dli",
            log_socket_errors=False,
        )
    )


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
