"""A trace of every request, for people who debug: `PULUMI_DLI_TRACE=FILE`.

Each line of the file is a JSON object. Headers are left out, and so are the bodies of sign-ins and
what objects hold; secrets are cut out of every other body.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from pulumi_dli.client.bodies import Unreadable
from pulumi_dli.client.responses import decode
from pulumi_dli.clock import Clock
from pulumi_dli.console import MASK
from pulumi_dli.errors import DliError
from pulumi_dli.job.canonical import from_wire
from pulumi_dli.job.redaction import cut, secret_texts
from pulumi_dli.job.spec import SECRET_FIELDS
from pulumi_dli.settings.sources import TRACE

OPAQUE = {"pulumi_dli.opaque": True}
"""Extensions of a request whose bodies are somebody's files."""
_BEGAN = "pulumi_dli.began"
_KEYS = ("/v3/auth/", "/OS-CREDENTIAL/")
"""What stands in the paths of sign-ins."""
_MODE = 0o600


class Trace:
    """The file, which several processes may write to at once.

    Args:
        file: it is made, and added to where it exists; only its owner may read it.
        hide: texts, such as credentials, that no line may show.
        clock: time.

    Raises:
        DliError: it cannot be written.
    """

    def __init__(self, file: Path, hide: Iterable[str], clock: Clock) -> None:
        self._file = file
        self._hide = tuple(hide)
        self._clock = clock
        try:
            self._append(b"")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no path"
            raise DliError(
                f"the trace cannot be written to the file that {TRACE} names: {reason}; name "
                "a file in a folder that exists, or unset it"
            ) from None

    def watch(self, client: httpx.Client) -> None:
        """Write a line for each answer that a client gets, those to its sign-ins included."""
        hooks = client.event_hooks
        client.event_hooks = {
            "request": [*hooks["request"], self._sending],
            "response": [*hooks["response"], self._answered],
        }

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Write a line for a request that gets no answer."""
        try:
            yield
        except Unreadable:
            raise
        except httpx.RequestError as error:
            self._write(error.request, error=type(error).__name__)
            raise

    def _sending(self, request: httpx.Request) -> None:
        request.extensions = {**request.extensions, _BEGAN: self._clock.now()}

    def _answered(self, response: httpx.Response) -> None:
        told = {
            "status": response.status_code,
            "request_id": cut(response.headers.get("x-request-id", ""), self._hide),
        }
        try:
            response.read()
        except httpx.RequestError as error:
            self._write(response.request, **told, error=str(error) or type(error).__name__)
            raise
        request = response.request
        bodies: list[Any] = [{}, {}]
        if not OPAQUE.items() <= request.extensions.items():
            bodies = [decode(request.content), decode(response.content)]
        if any(part in request.url.path for part in _KEYS):
            bodies = [MASK if body else body for body in bodies]
        secrets = (*self._hide, *secret_texts(*(s for body in bodies for s in _secrets(body))))
        sent, got = (cut(_shown(body), secrets) for body in bodies)
        self._write(request, **told, sent=sent, got=got)

    def _write(self, request: httpx.Request, **told: Any) -> None:
        now = self._clock.now()
        line = {
            "time": datetime.fromtimestamp(self._clock.epoch(), tz=UTC).isoformat(),
            "method": request.method,
            "host": request.url.netloc.decode(),
            "path": cut(request.url.raw_path.decode("ascii", "replace"), self._hide),
            "ms": round(1000 * (now - request.extensions.get(_BEGAN, now))),
            **told,
        }
        with contextlib.suppress(OSError):  # a trace is not worth an operation
            self._append(f"{json.dumps(line)}\n".encode())

    def _append(self, line: bytes) -> None:
        # A pipe that nobody reads is refused, in place of waiting for a reader.
        how = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK
        descriptor = os.open(self._file, how, _MODE)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.fchmod(descriptor, _MODE)
            os.write(descriptor, line)
        finally:
            os.close(descriptor)


def _secrets(body: Any) -> Iterator[Mapping[str, Any]]:
    """The secret arguments of every job in a body, which may hold JSON as a text once more."""
    if isinstance(body, Mapping):
        yield {name: from_wire(name, body[name]) for name in SECRET_FIELDS & body.keys()}
        for item in body.values():
            yield from _secrets(item)
    elif isinstance(body, list):
        for item in body:
            yield from _secrets(item)
    elif isinstance(body, str) and body.lstrip().startswith(("{", "[")):
        inner = decode(body.encode("utf-8", "replace"))
        yield from _secrets(inner if isinstance(inner, dict | list) else None)


def _shown(body: Any) -> str:
    """A body as text, with a mask in the place of every secret argument.

    Of what is no JSON only the length: nobody can tell what is secret in it.
    """
    if isinstance(body, str) and body != MASK:
        return f"({len(body)} characters that are no JSON)"
    return json.dumps(_masked(body), ensure_ascii=False) if body else ""


def _masked(body: Any) -> Any:
    if isinstance(body, Mapping):
        return {
            key: MASK if key in SECRET_FIELDS and item else _masked(item)
            for key, item in body.items()
        }
    return [_masked(item) for item in body] if isinstance(body, list) else body
