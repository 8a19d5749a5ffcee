"""The engine's door: the dynamic provider of a Flink Jar job.

The class is stored in every user's stack state by this module's path: it never moves. It has
no instance state before `configure`, so it pickles by name. The core is imported in
`configure`, so that the program's process loads neither httpx nor pydantic.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pulumi import Asset, FileAsset, Output
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown

from pulumi_dli.errors import DliError, Halfway, Unforeseen
from pulumi_dli.job.naming import demand_job_id
from pulumi_dli.loading import loading, own_process
from pulumi_dli.sdk import host
from pulumi_dli.sdk.engine import EngineGone

if TYPE_CHECKING:
    from pulumi_dli.session import Session

PROVIDER_KEY = "__provider"


class FlinkJarJobProvider(ResourceProvider):
    """Creates, reads, compares, updates and deletes Flink Jar jobs for the engine."""

    serialize_as_secret_always = False
    _session: Session
    _without_provider: set[str]

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration; called once in a process."""
        own_process()
        with loading():
            from pulumi_dli.session import open_session  # noqa: PLC0415 -- see the docstring
            from pulumi_dli.settings.sources import NAMESPACE, SETTINGS  # noqa: PLC0415

        engine = host.engine()
        host.widen_threads()
        engine.leave_when_gone()
        stack = host.configuration(req.config, [f"{NAMESPACE}{key}" for key in SETTINGS])
        self._session = open_session(stack, Path.cwd(), engine)
        self._without_provider = set()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Validate and fill in the inputs."""
        known, unknown = _split(news)
        with _door():
            urn = host.current_call().urn
            if _olds and PROVIDER_KEY not in _olds:
                self._without_provider.add(urn)
            filled, problems = self._session.check(
                urn, _plain(_olds), with_files(_plain(known)), unknown
            )
        inputs = {name: _without_asset(value) for name, value in news.items()} | filled
        # A failure with a property's name would make the engine print its value, secrets too.
        return CheckResult(inputs, [CheckFailure("", text) for text in problems])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare the state with the inputs."""
        known, unknown = _split(_news)
        with _door():
            diff = self._session.diff(
                host.current_call().urn, demand_job_id(_id), _plain(_olds), _plain(known), unknown
            )
        return DiffResult(changes=diff.changes, replaces=diff.replaces, delete_before_replace=True)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create and start a job."""
        with _door():
            try:
                call = host.current_call()
                job_id, outs = self._session.create(call.urn, _plain(props), call.seconds)
            except Halfway as error:
                job_id, outs = error.job_id, _keep(error, props)
        return CreateResult(str(job_id), outs)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the live job."""
        with _door():
            found = self._session.read(host.current_call().urn, demand_job_id(id_), _plain(props))
        if found is None:
            return ReadResult("", {})
        outs, inputs = found
        return ReadResult(id_, outs, inputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Change a job in place."""
        with _door():
            call = host.current_call()
            try:
                outs = self._session.update(
                    call.urn, demand_job_id(_id), _plain(_olds), _plain(_news), call.seconds
                )
            except Halfway as error:
                # It keeps the inputs from before, and without the provider in them, as the native
                # front leaves them, the host could do nothing more with the resource.
                outs = _keep(error, _news, partial=call.urn not in self._without_provider)
        return UpdateResult(outs)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete a job, as its `on_delete` says."""
        with _door():
            call = host.current_call()
            self._session.delete(call.urn, demand_job_id(_id), _plain(_props), call.seconds)


@contextmanager
def _door() -> Iterator[None]:
    """Turn our errors into what the engine prints as one sentence."""
    try:
        yield
    except DliError as error:
        _fail(str(error), error)
    except EngineGone:
        _fail("the engine is gone; nothing more was started")
    except _Failed:
        raise
    except Exception as error:  # noqa: BLE001 -- the engine prints what leaves here
        _fail(str(Unforeseen(error)), error)


def _keep(error: Halfway, inputs: Mapping[str, Any], *, partial: bool = True) -> dict[str, Any]:
    """Let the state know a job whose operation broke off, so that the next `up` goes on with it.

    A partial failure where the host can tell of one. Else, and where `partial` is False, the
    outputs, with the error as `failure`, which makes the program fail and the next diff find a
    change.
    """
    from pulumi_dli.job.desired import ARGUMENTS  # noqa: PLC0415 -- see the docstring

    outs = error.state.write()
    # The engine tells a secret by the program's input of that name. What the job has of an older
    # program may have been one too; only the run state is stored as found, not as wished.
    older = {name for name in ARGUMENTS if outs.get(name) != inputs.get(name)}
    outs = host.hidden(outs, older - {"desired_state"})
    stored = {**outs, PROVIDER_KEY: inputs.get(PROVIDER_KEY)}
    if partial and host.partial_failure(str(error.job_id), stored, str(error)):
        _fail(str(error), error)
    return {**outs, "failure": str(error)}


def _fail(text: str, cause: Exception | None = None) -> NoReturn:
    """Raise the final error. The host prints a traceback, so there is none unless asked for."""
    if os.environ.get("PULUMI_DLI_DEBUG"):
        raise _Failed(text) from cause
    sys.tracebacklimit = 0
    raise _Failed(text) from None


class _Failed(Exception):
    """The final error of an operation."""


_Failed.__module__ = "builtins"  # else the host prints the module's path as well
_Failed.__qualname__ = "dli"


def _plain(props: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in props.items() if key != PROVIDER_KEY}


def with_files(props: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with the core's local files in place of the SDK's."""
    from pulumi_dli.artifacts.names import LocalFile  # noqa: PLC0415 -- see the docstring

    def read(value: Any) -> Any:
        if isinstance(value, list):
            return [read(item) for item in value]
        return LocalFile(str(value.path)) if isinstance(value, FileAsset) else value

    return {name: read(value) for name, value in props.items()}


def _without_asset(value: Any) -> Any:
    """An input that can be stored: what has no name yet is not known yet."""
    assets = any(
        isinstance(item, Asset) for item in (value if isinstance(value, list) else [value])
    )
    return Unknown() if assets else value  # type: ignore[no-untyped-call]


def _split(props: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """What is known, and the names of inputs that hold something that is not."""
    unknown = frozenset(name for name, value in props.items() if _is_unknown(value))
    return {name: value for name, value in props.items() if name not in unknown}, unknown


def _is_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(_is_unknown(item) for item in value)
    return isinstance(value, Unknown | Output)
