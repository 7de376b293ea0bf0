"""The plugin's service: the engine's calls, translated to the functions of a resource type."""

from collections.abc import Mapping
from importlib.metadata import version

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as rpc

from sandbox.pulumi.plugins import replies, wire
from sandbox.pulumi.plugins.aws import configuration, outputs
from sandbox.pulumi.plugins.aws.clients import Api, Clients
from sandbox.pulumi.plugins.aws.configuration import Configuration
from sandbox.pulumi.plugins.aws.errors import explained
from sandbox.pulumi.plugins.aws.invokes import INVOKES
from sandbox.pulumi.plugins.aws.naming import named
from sandbox.pulumi.plugins.aws.plan import plan
from sandbox.pulumi.plugins.aws.resource_type import ResourceType
from sandbox.pulumi.plugins.aws.types import TYPES
from sandbox.pulumi.plugins.difference import difference
from sandbox.pulumi.plugins.inputs import InvalidInputsError, normal
from sandbox.pulumi.plugins.replies import InitFailedError, RefusedError, told
from sandbox.pulumi.plugins.sought import SOUGHT
from sandbox.pulumi.plugins.wire import Properties


class Aws(provider_pb2_grpc.ResourceProviderServicer):
    """One configured provider. The engine starts a process for each.

    Args:
        types: the resource types by token.
    """

    def __init__(self, types: Mapping[str, ResourceType] = TYPES) -> None:
        self._types = types
        self._configuration: Configuration | None = None
        self._clients: Clients | None = None

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The SDK's version: programs ask for exactly that one."""
        return plugin_pb2.PluginInfo(version=version("pulumi-aws"))

    def CheckConfig(self, request: rpc.CheckRequest, context: grpc.ServicerContext) -> rpc.CheckResponse:
        """Refuse a configuration before anything is done with it."""
        try:
            configuration.checked(wire.decode(request.news))
        except InvalidInputsError as error:
            return replies.failures(error)
        return rpc.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: rpc.DiffRequest, context: grpc.ServicerContext) -> rpc.DiffResponse:
        """Another region is another world, so it replaces the provider and all that it made."""
        changes = difference(wire.decode(request.old_inputs), wire.decode(request.news))
        return replies.diff(changes, changes.keys() & {"region"})

    def Configure(self, request: rpc.ConfigureRequest, context: grpc.ServicerContext) -> rpc.ConfigureResponse:
        """Take the configuration; every later call uses it."""
        with told(context, explained):
            self._configuration = configuration.configuration(wire.decode(request.args))
            self._clients = Clients(self._configuration)
            allowed = self._configuration.allowed_account_ids
            if allowed and (account := self._clients.account()) not in allowed:
                message = f"the credentials are those of account {account}, and only {', '.join(allowed)} is allowed"
                raise RefusedError(grpc.StatusCode.FAILED_PRECONDITION, f"{message}: use credentials of that one")
        return rpc.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=False,
            acceptOutputs=False,
            supports_autonaming_configuration=True,
        )

    def Check(self, request: rpc.CheckRequest, context: grpc.ServicerContext) -> rpc.CheckResponse:
        """Validate inputs, fill in defaults and the name."""
        with told(context, explained):
            kind = self._kind(request.type)
            self._api(kind, {})  # a missing endpoint shows in the preview
            olds, news = wire.decode(request.olds), wire.decode(request.news)
            try:
                given = named(kind.autoname, request, olds, news) if kind.autoname else news
                inputs = normal(kind.inputs, given)
            except InvalidInputsError as error:
                return replies.failures(error)
            inputs["__defaults"] = sorted(key for key in inputs if news.get(key) is None)
            return rpc.CheckResponse(inputs=wire.encode(inputs))

    def Diff(self, request: rpc.DiffRequest, context: grpc.ServicerContext) -> rpc.DiffResponse:
        """Compare the state, live as of the last refresh, with the inputs."""
        with told(context, explained):
            kind = self._kind(request.type)
            found = plan(kind, wire.decode(request.olds), wire.decode(request.news), self._default_tags)
            return replies.diff(found.changes, found.replaces, delete_first=found.delete_first)

    def Create(self, request: rpc.CreateRequest, context: grpc.ServicerContext) -> rpc.CreateResponse:
        """Make the resource; a preview only tells what it would be like."""
        with told(context, explained):
            kind, inputs = self._kind(request.type), wire.decode(request.properties)
            wanted = outputs.desired(kind, inputs, self._default_tags)
            if request.preview:
                return rpc.CreateResponse(properties=wire.encode(outputs.planned(kind, wanted, {})))
            api = self._api(kind, inputs)
            identity = kind.create(api, wire.plain(wanted))
            try:
                kind.finish(api, identity, wire.plain(wanted))
                state = self._state(kind, api, identity, inputs)
            except Exception as error:  # whatever it is, the resource is there, and the engine has to know of it
                _, why = replies.explanation(error, explained)
                message = f"{identity!r} was created, but what follows failed: {why}"
                raise InitFailedError(message, identity, {**wanted, "id": identity}) from error
            return rpc.CreateResponse(id=identity, properties=state)

    def Read(self, request: rpc.ReadRequest, context: grpc.ServicerContext) -> rpc.ReadResponse:
        """The live resource, for a refresh or an import, by its own id; an empty id says that it is gone."""
        with told(context, explained):
            kind, prior = self._kind(request.type), wire.decode(request.inputs)
            last = wire.decode(request.properties)
            api, identity = self._api(kind, last), request.id
            if identity == SOUGHT:
                identity = kind.seek(api, wire.plain(outputs.desired(kind, prior, self._default_tags))) or ""
            live = kind.read(api, identity, wire.plain(last)) if identity else None
            if live is None:
                return rpc.ReadResponse()
            inputs = outputs.live_inputs(kind, live, prior, self._default_tags)
            inputs = wire.with_secrets_of(prior, inputs)
            state = outputs.state(kind, identity, inputs, live, self._default_tags)
            state = wire.with_secrets_of(last, state)
            return rpc.ReadResponse(id=identity, inputs=wire.encode(inputs), properties=wire.encode(state))

    def Update(self, request: rpc.UpdateRequest, context: grpc.ServicerContext) -> rpc.UpdateResponse:
        """Bring the resource to its inputs; a preview only tells what it would be like."""
        with told(context, explained):
            kind, inputs, last = self._kind(request.type), wire.decode(request.news), wire.decode(request.olds)
            wanted = outputs.desired(kind, inputs, self._default_tags)
            if request.preview:
                return rpc.UpdateResponse(properties=wire.encode(outputs.planned(kind, wanted, last)))
            api = self._api(kind, inputs)
            kind.update(api, request.id, wire.plain(wanted), wire.plain(last))
            return rpc.UpdateResponse(properties=self._state(kind, api, request.id, inputs))

    def Delete(self, request: rpc.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Remove the resource; one that is gone is as good as removed."""
        with told(context, explained):
            kind, last = self._kind(request.type), wire.plain(wire.decode(request.properties))
            kind.delete(self._api(kind, last), request.id, last)
            return empty_pb2.Empty()

    def Invoke(self, request: rpc.InvokeRequest, context: grpc.ServicerContext) -> rpc.InvokeResponse:
        """Answer a function of `invokes.INVOKES`."""
        with told(context, explained):
            invoke = INVOKES.get(request.tok)
            if invoke is None or self._configuration is None or self._clients is None:
                raise _unknown(request.tok, INVOKES)
            arguments = wire.plain(wire.decode(request.args))
            answer = invoke(self._clients, arguments.get("region") or self._configuration.region, arguments)
            response = rpc.InvokeResponse()
            getattr(response, "return").CopyFrom(wire.encode(answer))  # a keyword to Python
            return response

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Wait for nothing any more."""
        if self._clients:
            self._clients.ending.set()
        return empty_pb2.Empty()

    def _kind(self, token: str) -> ResourceType:
        kind = self._types.get(token)
        if kind is None:
            raise _unknown(token, self._types)
        return kind

    def _api(self, kind: ResourceType, properties: Properties) -> Api:
        if self._clients is None:
            raise RefusedError(grpc.StatusCode.FAILED_PRECONDITION, "the provider isn't configured")
        return self._clients.api(kind.service, wire.plain(properties.get("region")))

    @property
    def _default_tags(self) -> dict[str, str]:
        return self._configuration.default_tags.tags if self._configuration else {}

    def _state(self, kind: ResourceType, api: Api, identity: str, inputs: Properties) -> struct_pb2.Struct:
        live = kind.read(api, identity, wire.plain(outputs.desired(kind, inputs, self._default_tags)))
        if live is None:
            raise RefusedError(grpc.StatusCode.UNKNOWN, f"{identity!r} is gone right after it was written: try again")
        return wire.encode(outputs.state(kind, identity, inputs, live, self._default_tags))


def _unknown(token: str, known: Mapping[str, object]) -> RefusedError:
    return RefusedError(
        grpc.StatusCode.UNIMPLEMENTED,
        f"the stand-in plugin doesn't know {token}, only {', '.join(sorted(known))}: use the official plugin for it",
    )
