"""A plugin, served over a real connection and called in the engine's order."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any, Protocol, TypedDict

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2 as rpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.pulumi import Stack
from sandbox.pulumi.plugins import wire
from sandbox.pulumi.plugins.wire import Properties
from sandbox.state import State
from tests.installed import installed


@dataclass(frozen=True)
class Resource:
    """A resource as the engine keeps it in its state."""

    token: str
    name: str
    id: str
    inputs: Properties
    outputs: Properties


@dataclass(frozen=True)
class Refused:
    """Why the plugin refused a call, by property path."""

    reasons: dict[str, str]


@dataclass(frozen=True)
class Diff:
    """What a preview shows: the kind of change by property path."""

    changes: dict[str, str]
    replaces: list[str] = field(default_factory=list)
    delete_first: bool = False


class Plugin:
    """The engine's side. Every call goes through Check first, as the engine's do."""

    def __init__(self, stub: Any) -> None:
        self.stub = stub

    def check_config(self, properties: Properties) -> Refused | None:
        answer = self.stub.CheckConfig(rpc.CheckRequest(news=wire.encode(properties)))
        return _refused(answer)

    def diff_config(self, olds: Properties, news: Properties) -> Diff:
        return _diff(self.stub.DiffConfig(rpc.DiffRequest(old_inputs=wire.encode(olds), news=wire.encode(news))))

    def configure(self, properties: Properties) -> None:
        self.stub.Configure(rpc.ConfigureRequest(args=wire.encode(properties), acceptSecrets=True))

    def check(
        self, token: str, name: str, news: Properties, olds: Properties | None = None, **more: Any
    ) -> Properties | Refused:
        request = rpc.CheckRequest(
            urn=_urn(token, name),
            type=token,
            name=name,
            news=wire.encode(news),
            olds=wire.encode(olds or {}),
            randomSeed=name.encode(),
            **more,
        )
        answer = self.stub.Check(request)
        return _refused(answer) or wire.decode(answer.inputs)

    def create(self, token: str, name: str, news: Properties, *, preview: bool = False) -> Resource:
        inputs = self.check(token, name, news)
        assert not isinstance(inputs, Refused), inputs
        answer = self.stub.Create(
            rpc.CreateRequest(
                urn=_urn(token, name), type=token, name=name, properties=wire.encode(inputs), preview=preview
            )
        )
        return Resource(token, name, answer.id, inputs, wire.decode(answer.properties))

    def diff(self, resource: Resource, news: Properties) -> Diff:
        inputs = self.check(resource.token, resource.name, news, resource.inputs)
        assert not isinstance(inputs, Refused), inputs
        return self.compare(resource, inputs)

    def compare(self, resource: Resource, inputs: Properties) -> Diff:
        """The difference to checked inputs; a refresh asks for it without a check."""
        answer = self.stub.Diff(
            rpc.DiffRequest(
                **_of(resource),
                old_inputs=wire.encode(resource.inputs),
                olds=wire.encode(resource.outputs),
                news=wire.encode(inputs),
            )
        )
        return _diff(answer)

    def update(
        self, resource: Resource, news: Properties, *, preview: bool = False, ignored: Sequence[str] = ()
    ) -> Resource:
        inputs = self.check(resource.token, resource.name, news, resource.inputs)
        assert not isinstance(inputs, Refused), inputs
        answer = self.stub.Update(
            rpc.UpdateRequest(
                **_of(resource),
                old_inputs=wire.encode(resource.inputs),
                olds=wire.encode(resource.outputs),
                news=wire.encode(inputs),
                preview=preview,
                ignoreChanges=ignored,
            )
        )
        return Resource(resource.token, resource.name, resource.id, inputs, wire.decode(answer.properties))

    def read(self, resource: Resource) -> Resource | None:
        """The refreshed resource, or `None` if it is gone."""
        answer = self.stub.Read(
            rpc.ReadRequest(
                **_of(resource),
                inputs=wire.encode(resource.inputs),
                properties=wire.encode(resource.outputs),
            )
        )
        if not answer.id:
            return None
        inputs, outputs = wire.decode(answer.inputs), wire.decode(answer.properties)
        return Resource(resource.token, resource.name, answer.id, inputs, outputs)

    def imported(self, token: str, name: str, identity: str) -> Resource | None:
        """What `pulumi import` reads."""
        return self.read(Resource(token, name, identity, {}, {}))

    def delete(self, resource: Resource) -> None:
        self.stub.Delete(
            rpc.DeleteRequest(
                **_of(resource),
                properties=wire.encode(resource.outputs),
                old_inputs=wire.encode(resource.inputs),
            )
        )

    def invoke(self, token: str, arguments: Properties) -> Properties:
        answer = self.stub.Invoke(rpc.InvokeRequest(tok=token, args=wire.encode(arguments)))
        return wire.decode(getattr(answer, "return"))

    def version(self) -> str:
        return self.stub.GetPluginInfo(empty_pb2.Empty()).version


class ServePlugin(Protocol):
    def __call__(self, servicer: provider_pb2_grpc.ResourceProviderServicer) -> Plugin: ...


@pytest.fixture
def serve_plugin() -> Iterator[ServePlugin]:
    """Serves a plugin for the length of a test."""
    ends: list[Callable[[], object]] = []

    def serve(servicer: provider_pb2_grpc.ResourceProviderServicer) -> Plugin:
        server = grpc.server(futures.ThreadPoolExecutor(8))
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        ends.extend([channel.close, lambda: server.stop(grace=None).wait()])
        return Plugin(provider_pb2_grpc.ResourceProviderStub(channel))

    yield serve
    for end in ends:
        end()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> State:
    """A state directory in which the real CLI works with our plugins."""
    return installed(tmp_path_factory.mktemp("state"))


@pytest.fixture
def stack(engine: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Stack]:
    """Writes a program and its configuration, and gives its stack."""
    monkeypatch.setenv("SLIPWAY_STATE", str(engine.root))
    name = f"project-{tmp_path.name.replace('_', '-')}"
    folder = tmp_path / "project"
    folder.mkdir(exist_ok=True)

    def write(program: str, **configuration: str) -> Stack:
        (folder / "Pulumi.yaml").write_text(json.dumps({"name": name, "runtime": "python"}))
        (folder / "__main__.py").write_text(dedent(program))
        config = {f"{name}:{key}": value for key, value in configuration.items()}
        (folder / "config.yaml").write_text(json.dumps({"config": config}))
        stack = Stack(folder, "test", folder / "config.yaml", engine)
        stack.init()
        return stack

    return write


def _urn(token: str, name: str) -> str:
    return f"urn:pulumi:test::tests::{token}::{name}"


class _Request(TypedDict):
    """What every request about a resource begins with."""

    id: str
    urn: str
    type: str
    name: str


def _of(resource: Resource) -> _Request:
    return {
        "id": resource.id,
        "urn": _urn(resource.token, resource.name),
        "type": resource.token,
        "name": resource.name,
    }


def _refused(answer: rpc.CheckResponse) -> Refused | None:
    return Refused({_.property: _.reason for _ in answer.failures}) if answer.failures else None


def _diff(answer: rpc.DiffResponse) -> Diff:
    changes = {path: rpc.PropertyDiff.Kind.Name(change.kind) for path, change in answer.detailedDiff.items()}
    assert bool(changes) == (answer.changes == rpc.DiffResponse.DIFF_SOME)
    return Diff(changes, list(answer.replaces), answer.deleteBeforeReplace)
