"""An environment as far as artefacts go: its registry and its store. Its cluster isn't asked for anything."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from modelstore.history import History
from modelstore.ledger import Ledger
from modelstore.store import Store
from slipway.releases import place
from slipway.releases.pulumi import Engine
from slipway.releases.stack_file import StackFile

REGISTRY: Final = "registry"
"""Output of the platform's stack: what our images' names begin with there."""

FROM: Final = "FROM_"
"""Variables that begin so count, without it, for the environment that is copied from: two accounts are two sign-ins."""


@dataclass(frozen=True)
class Named:
    """How people name an environment.

    Attributes:
        folder: has Pulumi.yaml.
        stack: its serving stack; None for the one that is selected.
        file: the stack's configuration; None for the one beside Pulumi.yaml.
        store: URL of its models; None for what its platform says.
        registry: what its images' names begin with; None for what its platform says.
    """

    folder: Path = Path()
    stack: str | None = None
    file: Path | None = None
    store: str | None = None
    registry: str | None = None


@dataclass(frozen=True)
class Environment:
    """A serving stack with its registry and its store.

    Attributes:
        name: the stack's.
        file: its configuration.
        registry: what its images' names begin with, like `127.0.0.1:5050`.
        store: of its models.
    """

    name: str
    file: StackFile
    registry: str
    store: Store

    @classmethod
    def find(cls, named: Named, variables: Mapping[str, str] | None = None, *, images: bool = True) -> Self:
        """The environment that is meant.

        Args:
            named: as people name it.
            variables: that count for its store before this process's own, like credentials of another account.
            images: whether its registry is needed, which otherwise is left out.

        Raises:
            BadInput: there is no such stack or file.
            Refused: its platform doesn't say where images and models are.
            StoreError: the store can't be opened.
        """
        engine = Engine.find(named.folder, named.stack)
        path = named.file or place.stack_file(named.folder, place.project(named.folder), engine.stack)
        file = StackFile.read(path)
        platform = file.text("platform")
        registry = named.registry or ""
        if images and not registry:
            registry = place.platform_output(engine, platform, REGISTRY, "--registry")
        if named.store is not None:
            store = Store.open(named.store, environment=dict(variables or {}))
        else:
            known = place.platform_output(engine, platform, place.MODEL_STORE, "--store")
            store = Store.open(
                known["url"],
                environment={**known["environment"], "AWS_REGION": known["region"], **(variables or {})},
            )
        return cls(engine.stack.rpartition("/")[2], file, registry, store)

    def history(self, model: str) -> History:
        """What became of a model's releases here; raises StoreError."""
        namespace = self.file.text("namespace")
        ledger = Ledger.of(self.store.url, namespace, model, create=True, environment=self.store.environment)
        return ledger.read()


def of_source() -> dict[str, str]:
    """The variables that count for the environment that is copied from."""
    return {name.removeprefix(FROM): value for name, value in os.environ.items() if name.startswith(f"{FROM}AWS_")}
