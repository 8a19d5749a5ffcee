"""The native plugin over its own protocol, in this process and without an engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from dli import Dli
from pulumi.runtime.proto import provider_pb2 as rpc
from pulumi.runtime.proto import status_pb2
from pulumi.runtime.proto.provider_pb2_grpc import (
    ResourceProviderStub,
    add_ResourceProviderServicer_to_server,
)
from pulumi_dli.job.naming import NATIVE_TYPE
from pulumi_dli.native.calls import Calls
from pulumi_dli.native.servicer import Servicer
from pulumi_dli.native.wire import Props, write
from pulumi_dli.sdk.engine import Engine

URN = f"urn:pulumi:dev::shop::{NATIVE_TYPE}::orders"
PROGRAM: dict[str, Any] = {
    "name": "orders",
    "queue_name": "testQueue",
    "entrypoint": "obs://jars/orders.jar",
    "obs_bucket": "state",
    "timeouts": {"settle": 0},
}


class Failed(Exception):
    """A call that the plugin refused.

    Attributes:
        partial: what it tells of the resource all the same; None where nothing was changed.
    """

    def __init__(self, error: Any) -> None:
        super().__init__(error.details())
        self.partial: rpc.ErrorResourceInitFailed | None = None
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                [detail] = status_pb2.Status.FromString(value).details
                self.partial = rpc.ErrorResourceInitFailed()
                detail.Unpack(self.partial)


class Plugin:
    """One resource on a plugin, called as the engine does.

    Attributes:
        stub: the plugin's own door.
        dli: the local DLI that its jobs are on.
        inputs, outputs: the state, with marks for secrets.
        job_id: the resource's id; "" while there is none.
    """

    def __init__(self, stub: ResourceProviderStub, dli: Dli, settings: Mapping[str, Any]) -> None:
        self.stub = stub
        self.dli = dli
        self._settings = settings
        self.begin()
        self.inputs: Mapping[str, Any] = {}
        self.outputs: Mapping[str, Any] = {}
        self.job_id = ""

    def begin(self) -> None:
        """Begin as a new process does, which remembers nothing."""
        self.call("Configure", rpc.ConfigureRequest(args=write(self._settings)))

    def call(self, method: str, request: Any) -> Any:
        """Call a method; raises Failed."""
        try:
            return getattr(self.stub, method)(request)
        except grpc.RpcError as error:
            raise Failed(error) from None

    def check(self, olds: Mapping[str, Any], **program: Any) -> rpc.CheckResponse:
        news = write({**PROGRAM, **program})
        request = rpc.CheckRequest(urn=URN, olds=write(olds) if olds else None, news=news)
        return self.call("Check", request)  # type: ignore[no-any-return]

    def checked(self, **program: Any) -> Mapping[str, Any]:
        """The inputs that a check makes of a program, which has to be right."""
        answer = self.check(self.inputs, **program)
        assert not answer.failures, answer.failures
        return Props.read(answer.inputs).marked

    def diff(self, news: Mapping[str, Any]) -> rpc.DiffResponse:
        request = rpc.DiffRequest(
            urn=URN,
            id=self.job_id,
            olds=write(self.outputs),
            old_inputs=write(self.inputs),
            news=write(news),
        )
        return self.call("Diff", request)  # type: ignore[no-any-return]

    def preview(self, **program: Any) -> Mapping[str, Any]:
        """The outputs that a preview shows."""
        news = self.checked(**program)
        if self.job_id:
            self.diff(news)
        return Props.read(self._changed(news, preview=True).properties).marked

    def up(self, **program: Any) -> None:
        """Create or update."""
        news = self.checked(**program)
        if self.job_id:
            self.diff(news)
        answer = self._changed(news, preview=False)
        self.job_id = self.job_id or answer.id
        self.inputs, self.outputs = news, Props.read(answer.properties).marked

    def _changed(self, news: Mapping[str, Any], *, preview: bool) -> Any:
        if not self.job_id:
            return self.call(
                "Create", rpc.CreateRequest(urn=URN, properties=write(news), preview=preview)
            )
        request = rpc.UpdateRequest(
            urn=URN,
            id=self.job_id,
            olds=write(self.outputs),
            old_inputs=write(self.inputs),
            news=write(news),
            preview=preview,
        )
        return self.call("Update", request)


@contextmanager
def served(folder: Path, **settings: Any) -> Iterator[Plugin]:
    """A plugin that is configured for a local DLI in a folder."""
    calls = Calls()
    engine = Engine(None, lambda: calls.urn, lambda: calls.any, calls.proceed)
    threads = ThreadPoolExecutor(8)
    server = grpc.server(threads)
    servicer = Servicer(engine, calls)
    add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    dli = Dli(folder)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        config = {"endpoint": "local", "localPath": str(folder), **settings}
        yield Plugin(ResourceProviderStub(channel), dli, config)
    server.stop(0).wait()
    servicer.close()
    threads.shutdown()
    dli.close()
