"""The platform's program on AWS, whole: all that it declares is made on the sandbox's AWS, found unchanged, and ended.

Pulumi's mocks stand for the engine and for the cluster. The aws plugin and what answers it are the real ones.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import grpc
import pytest

from sandbox.aws.accounts import key_of
from sandbox.pulumi.plugins.aws.provider import Aws
from tests.infra import recording, stacks, values
from tests.sandbox.aws.running import Running
from tests.sandbox.pulumi.plugins.conftest import Plugin, Resource, ServePlugin

ACCOUNTS = {"staging": "111122223333", "prod": "444455556666"}
WORLD = "tests.infra.recording._World.new_resource"


class Making:
    """Makes what a program declares of AWS, in its order."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.made: list[tuple[Resource, dict[str, Any]]] = []

    def new(self, args: Any) -> tuple[str, dict[str, Any]] | None:
        """What the program is told of a resource; none of what isn't AWS's."""
        inputs: dict[str, Any] = {
            key: item for key, item in values.whole_numbers(args.inputs).items() if item is not None
        }
        if args.typ == "pulumi:providers:aws" and not self.made:
            assert self.plugin.check_config(inputs) is None
            self.plugin.configure(inputs)
        if not args.typ.startswith("aws:"):
            return None
        made = self.plugin.create(args.typ, args.name, inputs)
        self.made.append((made, inputs))
        return made.id, {**inputs, **{key: item for key, item in made.outputs.items() if key != "id"}}

    def changed(self) -> Iterator[tuple[str, object]]:
        """What a preview or a refresh would tell of all that was made: nothing."""
        for resource, inputs in self.made:
            live = self.plugin.read(resource)
            if live != resource:
                yield resource.name, live
            if changes := self.plugin.diff(resource, inputs).changes:
                yield resource.name, changes


def ended(plugin: Plugin, resources: Sequence[Resource]) -> list[str]:
    """End them, the last one first, and return why some couldn't be."""
    refused: list[str] = []
    for resource in reversed(resources):
        try:
            plugin.delete(resource)
        except grpc.RpcError as error:
            refused.append(f"{resource.name}: {error.details()}")  # type: ignore[attr-defined]
    return refused


@pytest.fixture
def making(stack: str, server: Running, serve_plugin: ServePlugin, monkeypatch: pytest.MonkeyPatch) -> Making:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key_of(ACCOUNTS[stack], "TEST"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    making, otherwise = Making(serve_plugin(Aws())), getattr(recording, "_World").new_resource  # noqa: B009

    def new(world: object, args: Any) -> Any:
        return making.new(args) or otherwise(world, args)

    monkeypatch.setattr(WORLD, new)
    stacks.platform_on_aws(stack=stack)
    return making


@pytest.mark.parametrize("stack", ACCOUNTS)
def test_all_that_the_platform_declares_is_made_and_found_unchanged(making: Making, stack: str) -> None:
    resources = [resource for resource, _ in making.made]
    assert len(resources) > 100
    assert list(making.changed()) == []

    refused = ended(making.plugin, resources)

    if stack == "staging":
        assert refused == []
        left = [resource.token for resource in resources if making.plugin.read(resource)]
        assert left == ["aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"]  # which an account has
    else:  # it is protected: first of all the cluster, and what it stands on
        assert "deletion protection" in refused[0]
