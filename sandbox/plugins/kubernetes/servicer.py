"""The plugin's gRPC service: messages in and out. What an operation does is in the module of its name."""

import threading
from importlib.metadata import version
from typing import Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from sandbox.plugins.kubernetes import check, compare, create, delete, read, settings, update
from sandbox.plugins.kubernetes.configure import configured
from sandbox.plugins.kubernetes.creations import Creations
from sandbox.plugins.kubernetes.errors import Refused
from sandbox.plugins.kubernetes.log import EngineLog, connect
from sandbox.plugins.kubernetes.naming import Autonaming
from sandbox.plugins.kubernetes.refusals import explained
from sandbox.plugins.kubernetes.session import Resource, Session
from sandbox.plugins.wire import Properties, decode, encode

SDK: Final = "pulumi-kubernetes"
"""The plugin's version is that of the installed SDK, for which programs ask."""
PREFIX: Final = "kubernetes:config:"
OFFICIAL_ONLY: Final = "the stand-in kubernetes plugin has no Helm, Kustomize or YAML; declare the resources themselves"

Context = grpc.ServicerContext


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """One plugin process, which serves one provider.

    Args:
        creations: where to remember what is being created.
        engine: the engine's address, empty when there is none to talk to.
    """

    def __init__(self, creations: Creations, engine: str = "") -> None:
        self._creations = creations
        self._engine = connect(engine) if engine else None
        self._cancelled = threading.Event()
        self._configured: Session | None = None

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> plugin_pb2.PluginInfo:
        """Our version."""
        return plugin_pb2.PluginInfo(version=version(SDK))

    def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> empty_pb2.Empty:
        """The engine of a plugin that it did not start."""
        self._engine = connect(request.address)
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:
        """End every wait."""
        self._cancelled.set()
        return empty_pb2.Empty()

    @explained
    def Invoke(self, request: provider_pb2.InvokeRequest, context: Context) -> provider_pb2.InvokeResponse:
        """Functions of the official plugin: Helm, Kustomize, YAML."""
        raise Refused(f"{request.tok}: {OFFICIAL_ONLY}")

    @explained
    def Construct(self, request: provider_pb2.ConstructRequest, context: Context) -> provider_pb2.ConstructResponse:
        """Components of the official plugin: Chart, ConfigFile, ConfigGroup, Directory."""
        raise Refused(f"{request.type}: {OFFICIAL_ONLY}")

    @explained
    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        """Whether the provider's inputs make sense."""
        failures = [
            provider_pb2.CheckFailure(property=key, reason=reason)
            for key, reason in settings.failures(decode(request.news))
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    @explained
    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        """Whether changed inputs of the provider mean another cluster."""
        old, new = decode(request.old_inputs or request.olds), decode(request.news)
        changed = settings.changed(old, new)
        changes = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=changes, diffs=changed, replaces=settings.replacing(old, new))

    @explained
    def Configure(self, request: provider_pb2.ConfigureRequest, context: Context) -> provider_pb2.ConfigureResponse:
        """Connect to the cluster."""
        inputs: Properties = {key.removeprefix(PREFIX): value for key, value in request.variables.items()}
        inputs.update(decode(request.args))
        self._configured = configured(inputs, EngineLog(self._engine), self._creations, self._cancelled)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    @explained
    def Check(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        """The inputs as they will be compared, sent and recorded."""
        chosen = request.autonaming
        disabled = chosen.mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE
        choice = Autonaming(chosen.proposed_name, request.HasField("autonaming") and disabled)
        try:
            inputs = check.checked(
                self._session, self._resource(request.urn), decode(request.olds), decode(request.news),
                request.randomSeed, choice,
            )  # fmt: skip
        except Refused as error:
            path, _, reason = str(error).partition(": ")
            failure = provider_pb2.CheckFailure(property=path, reason=reason)
            return provider_pb2.CheckResponse(inputs=request.news, failures=[failure])
        return provider_pb2.CheckResponse(inputs=encode(inputs))

    @explained
    def Diff(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        """What an update would change."""
        found = compare.compared(
            self._session,
            self._resource(request.urn),
            decode(request.olds),
            decode(request.news),
            request.ignoreChanges,
        )
        some = found.changes or found.replaces
        kinds = provider_pb2.PropertyDiff.Kind
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if some else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=found.replaces,
            deleteBeforeReplace=found.deletes_first,
            detailedDiff={
                path: provider_pb2.PropertyDiff(kind=kinds.Value(change)) for path, change in found.changes.items()
            },
            hasDetailedDiff=True,
        )

    @explained
    def Create(self, request: provider_pb2.CreateRequest, context: Context) -> provider_pb2.CreateResponse:
        """Make an object, or tell what it would be."""
        resource, inputs = self._resource(request.urn, request.timeout), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(create.preview(self._session, resource, inputs)))
        identity, state = create.run(self._session, resource, inputs)
        return provider_pb2.CreateResponse(id=identity, properties=encode(state))

    @explained
    def Update(self, request: provider_pb2.UpdateRequest, context: Context) -> provider_pb2.UpdateResponse:
        """Change an object, or tell what it would be."""
        state = update.run(
            self._session, self._resource(request.urn, request.timeout), decode(request.olds), decode(request.news),
            request.ignoreChanges, preview=request.preview,
        )  # fmt: skip
        return provider_pb2.UpdateResponse(properties=encode(state))

    @explained
    def Read(self, request: provider_pb2.ReadRequest, context: Context) -> provider_pb2.ReadResponse:
        """What an object is now; an empty id when it is gone."""
        found = read.run(
            self._session, self._resource(request.urn), request.id, decode(request.properties), decode(request.inputs)
        )
        if found is None:
            return provider_pb2.ReadResponse()
        state, inputs = found
        return provider_pb2.ReadResponse(id=request.id, properties=encode(state), inputs=encode(inputs))

    @explained
    def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> empty_pb2.Empty:
        """Remove an object."""
        resource = self._resource(request.urn, request.timeout)
        delete.run(self._session, resource, request.id, decode(request.properties))
        return empty_pb2.Empty()

    @property
    def _session(self) -> Session:
        if self._configured is None:
            raise Refused("the kubernetes plugin was not configured before it was used")
        return self._configured

    def _resource(self, urn: str, timeout: float = 0) -> Resource:
        return Resource(urn, EngineLog(self._engine, urn), timeout)
