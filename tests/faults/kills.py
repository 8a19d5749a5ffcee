"""A process that ends itself at a request boundary, as SIGKILL would end it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from json import dumps
from typing import Any

import httpx
from pulumi_dli.client.transport import Transport
from stack import short

KILLED = 9
"""The code with which it ends."""


@dataclass(frozen=True)
class Kill:
    """End the process at the n-th request of an operation, before or after it is done.

    `of` is how the short form of those begins that count; "": all do, those for objects too.
    """

    request: int
    after: bool
    of: str = ""


@dataclass
class Count:
    """The requests of a process so far, to whichever project."""

    requests: int = 0


class KillingTransport(Transport):
    """Ends the process at a request boundary."""

    def __init__(self, inner: Transport, kill: Kill, count: Count) -> None:
        self._inner = inner
        self._kill = kill
        self._count = count

    def hasty(self) -> Transport:
        return KillingTransport(self._inner.hasty(), self._kill, self._count)

    def brief(self) -> Transport:
        return KillingTransport(self._inner.brief(), self._kill, self._count)

    def request(
        self,
        method: str,
        path: str,
        *,
        what: str,
        params: Mapping[str, str | int] | None = None,
        json: object | None = None,
        hide: Iterable[str] = (),
    ) -> Any:
        with self._counted(short(method, path, dumps(json) if json else "")):
            return self._inner.request(method, path, what=what, params=params, json=json, hide=hide)

    def build(self, *args: Any, **options: Any) -> httpx.Request:
        return self._inner.build(*args, **options)

    def exchange(self, *args: Any, **options: Any) -> Any:
        """A request for an object."""
        with self._counted():
            return self._inner.exchange(*args, **options)

    @contextmanager
    def _counted(self, what: str = "") -> Iterator[None]:
        self._count.requests += what.startswith(self._kill.of)
        due = what.startswith(self._kill.of) and self._count.requests == self._kill.request
        if due and not self._kill.after:
            os._exit(KILLED)
        try:
            yield
        finally:
            if due:
                os._exit(KILLED)
