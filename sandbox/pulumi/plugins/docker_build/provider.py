"""The plugin's service: one resource type, `docker-build:index:Image`."""

from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as rpc

from sandbox.pulumi.plugins import replies, wire
from sandbox.pulumi.plugins.difference import Kind, difference
from sandbox.pulumi.plugins.docker_build import published
from sandbox.pulumi.plugins.docker_build.builder import Builder, BuildError, Say
from sandbox.pulumi.plugins.docker_build.context import context_hash
from sandbox.pulumi.plugins.docker_build.image import Image, with_dockerfile
from sandbox.pulumi.plugins.docker_build.reference import Reference
from sandbox.pulumi.plugins.docker_build.registry import RegistryError
from sandbox.pulumi.plugins.inputs import Failure, InvalidInputsError, names, normal
from sandbox.pulumi.plugins.replies import RefusedError, told
from sandbox.pulumi.plugins.wire import Properties, Unknown

IMAGE: Final = "docker-build:index:Image"


class Speaker(Protocol):
    """Whoever brings lines about a resource to people."""

    def about(self, urn: str) -> Say:
        """A function that says lines about the resource `urn`."""
        ...


class DockerBuild(provider_pb2_grpc.ResourceProviderServicer):
    """The provider. It needs no configuration.

    Args:
        builder: builds and pushes.
        messages: brings its progress to people.
    """

    def __init__(self, builder: Builder, messages: Speaker) -> None:
        self._builder = builder
        self._messages = messages

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The SDK's version: programs ask for exactly that one."""
        return plugin_pb2.PluginInfo(version=version("pulumi-docker-build"))

    def CheckConfig(self, request: rpc.CheckRequest, context: grpc.ServicerContext) -> rpc.CheckResponse:
        """Logins are BuildKit's business and not taken."""
        if wire.decode(request.news).get("registries"):
            reason = "the stand-in plugin pushes only to registries without login: use the official plugin"
            return replies.failures(InvalidInputsError([Failure("registries", reason)]))
        return rpc.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: rpc.DiffRequest, context: grpc.ServicerContext) -> rpc.DiffResponse:
        """Whatever changes, images stay as they are."""
        return replies.diff(difference(wire.decode(request.old_inputs), wire.decode(request.news)))

    def Configure(self, request: rpc.ConfigureRequest, context: grpc.ServicerContext) -> rpc.ConfigureResponse:
        """Nothing to take."""
        return rpc.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: rpc.CheckRequest, context: grpc.ServicerContext) -> rpc.CheckResponse:
        """Validate inputs, fill in defaults, and see that the files are there."""
        with told(context, _explained):
            if request.type != IMAGE:
                message = f"the stand-in plugin knows only {IMAGE}, not {request.type}: use the official plugin for it"
                raise RefusedError(grpc.StatusCode.UNIMPLEMENTED, message)
            try:
                inputs = with_dockerfile(normal(Image, wire.decode(request.news)))
                _check_files(wire.plain(inputs))
            except InvalidInputsError as error:
                return replies.failures(error)
            return rpc.CheckResponse(inputs=wire.encode(inputs))

    def Diff(self, request: rpc.DiffRequest, context: grpc.ServicerContext) -> rpc.DiffResponse:
        """Any changed input or file means an update; an image is never replaced."""
        with told(context, _explained):
            last, news = wire.decode(request.olds), wire.decode(request.news)
            known = names(Image)
            changes = difference({key: value for key, value in last.items() if key in known}, news)
            plain = wire.plain(news)
            if plain["pull"] or _other_files(plain, wire.plain(last.get("contextHash"))):
                changes["contextHash"] = Kind.UPDATE
            return replies.diff(changes)

    def Create(self, request: rpc.CreateRequest, context: grpc.ServicerContext) -> rpc.CreateResponse:
        """Publish the image; a preview tells its digest only if it is built already."""
        with told(context, _explained):
            state = self._made(request.urn, wire.decode(request.properties), preview=request.preview)
            identity = "" if request.preview else wire.plain(state["digest"])
            return rpc.CreateResponse(id=identity, properties=wire.encode(state))

    def Update(self, request: rpc.UpdateRequest, context: grpc.ServicerContext) -> rpc.UpdateResponse:
        """Publish the new image. The old one stays: whoever names its digest can go back to it."""
        with told(context, _explained):
            state = self._made(request.urn, wire.decode(request.news), preview=request.preview)
            return rpc.UpdateResponse(properties=wire.encode(state))

    def Read(self, request: rpc.ReadRequest, context: grpc.ServicerContext) -> rpc.ReadResponse:
        """Look whether the registries still have the image. An empty id says that none has."""
        with told(context, _explained):
            state = wire.decode(request.properties)
            plain = wire.plain(state)
            if not plain.get("digest"):
                raise RefusedError(grpc.StatusCode.UNIMPLEMENTED, "an image cannot be imported: let Pulumi build it")
            tags = published.kept_tags(plain["tags"], plain["digest"])
            if not tags:
                return rpc.ReadResponse()
            state = {**state, "tags": tags}
            return rpc.ReadResponse(id=request.id, inputs=request.inputs, properties=wire.encode(state))

    def Delete(self, request: rpc.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Delete the image from its registries, unless another tag names it too."""
        with told(context, _explained):
            plain = wire.plain(wire.decode(request.properties))
            published.withdraw(plain["tags"], plain["digest"], self._messages.about(request.urn))
            return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End builds under way."""
        self._builder.cancel()
        return empty_pb2.Empty()

    def _made(self, urn: str, inputs: Properties, *, preview: bool) -> Properties:
        plain = wire.plain(inputs)
        if preview and _files_unknown(plain):
            return {**inputs, "contextHash": Unknown(), "digest": Unknown(), "ref": Unknown()}
        found = context_hash(plain)
        digest = self._digest(urn, plain, found, preview=preview)
        ref = Unknown() if digest is None else Reference.parse(plain["tags"][0]).pinned(digest)
        return {**inputs, "contextHash": found, "digest": digest or Unknown(), "ref": ref}

    def _digest(self, urn: str, inputs: Properties, found: str, *, preview: bool) -> str | None:
        say = self._messages.about(urn)
        if not preview:
            return published.publish(inputs, found, self._builder, say)
        if wire.has_unknown(inputs):
            return None
        digest = published.known_digest(inputs, found)
        if digest is None and inputs["buildOnPreview"]:
            self._builder.build(inputs, Reference.parse(inputs["tags"][0]).repository, say)
        return digest


def _files_unknown(inputs: Properties) -> bool:
    return wire.has_unknown([inputs["context"], inputs["dockerfile"]])


def _other_files(inputs: Properties, last: str | None) -> bool:
    if _files_unknown(inputs):
        return True
    try:
        _check_files(inputs)
    except InvalidInputsError:
        # Only a refresh gets here without the files, for an update has checked them; it may run anywhere.
        return False
    return context_hash(inputs) != last


def _check_files(inputs: Properties) -> None:
    context, dockerfile = inputs["context"].get("location"), inputs["dockerfile"].get("location")
    if isinstance(context, str) and not Path(context).is_dir():
        raise InvalidInputsError([Failure("context.location", f"{context!r} is no folder on this machine")])
    if isinstance(dockerfile, str) and not Path(dockerfile).is_file():
        raise InvalidInputsError([Failure("dockerfile.location", f"{dockerfile!r} is no file on this machine")])


def _explained(error: Exception) -> replies.Explanation:
    match error:
        case BuildError():
            return grpc.StatusCode.FAILED_PRECONDITION, str(error)
        case RegistryError():
            return grpc.StatusCode.UNAVAILABLE, str(error)
        case OSError():
            return grpc.StatusCode.FAILED_PRECONDITION, f"{error.filename}: {error.strerror}"
        case _:
            return grpc.StatusCode.UNKNOWN, f"{type(error).__name__}: {error}"
