"""The plugin's process: `pulumi-resource-dli`, which the engine starts, and ends with SIGINT."""

from __future__ import annotations

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

from pulumi_dli.loading import own_process
from pulumi_dli.native.calls import Calls
from pulumi_dli.native.servicer import Servicer
from pulumi_dli.sdk.engine import Engine

THREADS = 256
"""Calls at once. The engine's own `--parallel` is what limits them in practice."""
GRACE = 4.0
"""Seconds that the calls under way have to end; the engine itself waits five."""
_UNBOUNDED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def main() -> None:
    """Serve the engine whose address is among the arguments, until it says that this ends."""
    own_process()
    ends = threading.Event()
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, lambda *_: ends.set())
    calls = Calls()
    engine = Engine.at(sys.argv[1:], lambda: calls.urn, lambda: calls.any, calls.proceed)
    server = grpc.server(ThreadPoolExecutor(THREADS), options=_UNBOUNDED)
    servicer = Servicer(engine, calls)
    add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    engine.leave_when_gone()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    ends.wait()
    calls.end()
    server.stop(GRACE).wait()
    servicer.close()
