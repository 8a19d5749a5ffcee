"""The engine's door to the native plugin: its protocol, over the verbs of a session.

Nothing here knows anything about jobs. Which properties are secret, not known yet or new is the
protocol's business, and everything else the session's.
"""

# ruff: noqa: N802, D102 -- the protocol's own names, which the engine's documentation explains

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as rpc
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from pulumi_dli.errors import DliError, SettingsError
from pulumi_dli.job.naming import demand_job_id, demand_native_type, mark_of
from pulumi_dli.loading import loading
from pulumi_dli.native.calls import Calls, served
from pulumi_dli.native.differences import Differences
from pulumi_dli.native.naming import ORGANIZATION, Naming
from pulumi_dli.native.wire import DYNAMIC, UNKNOWN, Props, like, plain, secret, storable, write
from pulumi_dli.native.wording import words_of
from pulumi_dli.sdk.engine import Engine

if TYPE_CHECKING:
    from pulumi_dli.session import Session

_NO_SETTINGS = frozenset({"version", "pluginDownloadURL", "__internal"})
"""What the engine keeps beside a provider's settings: which plugin it is."""
_SOME = rpc.DiffResponse.DIFF_SOME
_SAME = rpc.DiffResponse.DIFF_NONE


class Servicer(ResourceProviderServicer):
    """Serves one engine.

    Args:
        engine: is told of everything, and watched.
        calls: those of the engine.
    """

    _session: Session | None = None

    def __init__(self, engine: Engine, calls: Calls) -> None:
        self.calls = calls
        self._engine = engine
        self._python: set[str] = set()
        """The resources of programs that end by themselves where something cannot be done."""

    @served
    def Handshake(self, request: rpc.ProviderHandshakeRequest) -> rpc.ProviderHandshakeResponse:
        del request
        return rpc.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    @served
    def Attach(self, request: plugin_pb2.PluginAttach) -> empty_pb2.Empty:
        self._engine.address = request.address
        return empty_pb2.Empty()

    @served
    def GetPluginInfo(self, request: empty_pb2.Empty) -> plugin_pb2.PluginInfo:
        from pulumi_dli.native.schema import plugin_version  # noqa: PLC0415 -- as in `Configure`

        del request
        return plugin_pb2.PluginInfo(version=plugin_version())

    @served
    def GetSchema(self, request: rpc.GetSchemaRequest) -> rpc.GetSchemaResponse:
        from pulumi_dli.native.schema import schema  # noqa: PLC0415 -- as in `Configure`

        del request
        return rpc.GetSchemaResponse(schema=json.dumps(schema()))

    @served
    def CheckConfig(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        from pulumi_dli.settings.sources import SETTINGS  # noqa: PLC0415 -- as in `Configure`

        hidden = (key for key, setting in SETTINGS.items() if setting.secret)
        return rpc.CheckResponse(inputs=write(secret(Props.read(request.news).marked, hidden)))

    @served
    def DiffConfig(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        same = Props.read(request.old_inputs).marked == Props.read(request.news).marked
        # Never a replacement: whether a job may go elsewhere is for its own check to say.
        return rpc.DiffResponse(changes=_SAME if same else _SOME)

    @served
    def Configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        with loading():  # the core, which a process that only tells its schema does without
            from pulumi_dli.session import open_session  # noqa: PLC0415

        settings = Props.read(request.args).known
        self.close()
        self._engine.worded = words_of(request.urn)
        stack = {f"dli:{key}": value for key, value in settings.items() if key not in _NO_SETTINGS}
        self._session = open_session(stack, Path.cwd(), self._engine, self._engine.address)
        return rpc.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    @served
    def Check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        verbs = self._verbs_of(request.urn)
        news, olds = Props.read(request.news), Props.read(request.olds)
        if "owner" in news.marked:
            self._python.add(request.urn)

        def present(owner: str) -> str:
            return verbs.present_name(request.urn, {**news.known, "owner": owner}, news.unknown)

        try:
            made = Naming.of(request).fill(news, olds.known, present)
        except SettingsError as error:
            return rpc.CheckResponse(failures=[rpc.CheckFailure(reason=self.worded(str(error)))])
        filled, problems = verbs.check(
            request.urn,
            olds.known,
            {**news.known, **made},
            news.unknown,
            # Our own class asks the engine to delete first; of other programs nobody can tell.
            created_first=request.urn not in self._python,
        )
        given = {name: storable(value) for name, value in news.marked.items()}
        told = _hidden(given | made | filled, news.marked)
        # A failure with a property's name would make the engine print its value, secrets too.
        failures = [rpc.CheckFailure(reason=self.worded(text)) for text in problems]
        return rpc.CheckResponse(inputs=write(told), failures=failures)

    @served
    def Diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        news, olds = Props.read(request.news), Props.read(request.olds)
        found = self._verbs_of(request.urn).diff(
            request.urn,
            demand_job_id(request.id),
            olds.known,
            news.known,
            news.unknown,
        )
        told = Differences(Props.read(request.old_inputs).marked, olds.marked, news.marked)
        return rpc.DiffResponse(
            changes=_SOME if found.changes else _SAME,
            replaces=found.replaces,
            diffs=found.names,
            deleteBeforeReplace=True,
            detailedDiff=told.detailed(found.names, found.replaces),
            hasDetailedDiff=True,
        )

    @served
    def Create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        news = Props.read(request.properties)
        if request.preview:
            return rpc.CreateResponse(properties=self._foreseen(request.urn, None, {}, news))
        job_id, outs = self._verbs_of(request.urn).create(
            request.urn, news.known, request.timeout or None
        )
        return rpc.CreateResponse(id=str(job_id), properties=_outputs(outs, news.marked))

    @served
    def Update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        job_id = demand_job_id(request.id)
        news, olds = Props.read(request.news), Props.read(request.olds)
        if request.preview:
            return rpc.UpdateResponse(
                properties=self._foreseen(request.urn, job_id, olds.marked, news)
            )
        outs = self._verbs_of(request.urn).update(
            request.urn, job_id, olds.known, news.known, request.timeout or None
        )
        return rpc.UpdateResponse(properties=_outputs(outs, {**olds.marked, **news.marked}))

    @served
    def Read(self, request: rpc.ReadRequest) -> rpc.ReadResponse:
        props, before = Props.read(request.properties), Props.read(request.inputs).marked
        if not request.HasField("properties"):  # nothing is known of it: an import
            mark = mark_of(ORGANIZATION, request.urn)
            taken = self._verbs_of(request.urn).take_in(request.urn, request.id, props.known, mark)
            return rpc.ReadResponse(
                id=str(taken.job_id),
                properties=_outputs(taken.outputs, {}),
                inputs=write(_hidden(taken.inputs, {})),
            )
        found = self._verbs_of(request.urn).read(
            request.urn, demand_job_id(request.id), props.known
        )
        if found is None:
            return rpc.ReadResponse()
        outs, inputs = found
        return rpc.ReadResponse(
            id=request.id,
            properties=_outputs(outs, props.marked),
            inputs=write(_hidden(inputs, {**props.marked, **before})),
        )

    @served
    def Delete(self, request: rpc.DeleteRequest) -> empty_pb2.Empty:
        self._verbs_of(request.urn).delete(
            request.urn,
            demand_job_id(request.id),
            Props.read(request.properties).known,
            request.timeout or None,
        )
        return empty_pb2.Empty()

    @served
    def Invoke(self, request: rpc.InvokeRequest) -> rpc.InvokeResponse:
        from pulumi_dli.native.answers import answer  # noqa: PLC0415 -- as in `Configure`

        try:
            found = answer(self._verbs.connections, request.tok, Props.read(request.args).known)
        except DliError as error:
            return rpc.InvokeResponse(failures=[rpc.CheckFailure(reason=self.worded(str(error)))])
        response = rpc.InvokeResponse()
        getattr(response, "return").CopyFrom(write(found))
        return response

    def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            self._session.connections.close()

    @property
    def _verbs(self) -> Session:
        if self._session is None:
            raise SettingsError("the plugin was asked for a resource before it was configured")
        return self._session

    def _verbs_of(self, urn: str) -> Session:
        """The verbs, for a resource that has to be a job."""
        demand_native_type(urn)
        return self._verbs

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        del request, context
        self.calls.end()
        return empty_pb2.Empty()

    def _absent(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Said here, because the generated class answers with a traceback on standard error."""
        del request
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "pulumi-dli has jobs and functions only")

    Parameterize: Any = _absent
    Construct: Any = _absent
    Call: Any = _absent
    List: Any = _absent
    GetMapping: Any = _absent
    GetMappings: Any = _absent

    def worded(self, text: str) -> str:
        """A sentence in the words of the provider that is served."""
        return self._engine.worded(text)

    def kept(
        self, request: rpc.CreateRequest | rpc.UpdateRequest, outs: Mapping[str, Any]
    ) -> Struct:
        """The outputs of an operation that broke off: what was secret before stays so too."""
        if isinstance(request, rpc.CreateRequest):
            return _outputs(outs, Props.read(request.properties).marked)
        olds, news = Props.read(request.olds).marked, Props.read(request.news).marked
        return _outputs(_hidden(outs, olds), news)

    def _foreseen(
        self, urn: str, job_id: int | None, olds: Mapping[str, Any], news: Props
    ) -> Struct:
        """The outputs of a preview; what cannot be done fails it, where no program will."""
        failure = news.known.get("failure")
        if failure and urn not in self._python:
            raise DliError(failure)
        known = {name: plain(value) for name, value in olds.items()}
        outputs, unknown = self._verbs_of(urn).foresee(urn, job_id, known, news.known, news.unknown)
        outputs |= {"failure": failure} if failure else {}
        told = _hidden(outputs, {**olds, **news.marked})
        return write(told | dict.fromkeys(unknown, UNKNOWN) | DYNAMIC)


def _hidden(props: Mapping[str, Any], marked: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as secret as others of the same names; some always are."""
    from pulumi_dli.job.spec import SECRET_FIELDS  # noqa: PLC0415 -- the core, see `Configure`

    return secret({n: like(v, marked.get(n)) for n, v in props.items()}, SECRET_FIELDS)


def _outputs(outs: Mapping[str, Any], marked: Mapping[str, Any]) -> Struct:
    """The outputs of a job, with that by which the dynamic front would go on with it."""
    return write(_hidden(outs, marked) | DYNAMIC)
