"""Where a release is: the stack with its file, the cluster, and the store with models and ledger."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import yaml

from modelstore.history import History
from modelstore.ledger import Ledger
from modelstore.store import Store
from slipway.errors import BadInput, Refused
from slipway.releases import observed
from slipway.releases.cluster import Cluster
from slipway.releases.observed import Observed
from slipway.releases.pulumi import Engine, PulumiFailed
from slipway.releases.stack_file import NAMESPACE, StackFile

MODEL_STORE: Final = "modelStore"
"""Output of the platform's stack: where the models are."""

_SAID: Final = {MODEL_STORE: "where the models are", "registry": "where the images are"}


@dataclass(frozen=True)
class Options:
    """What all commands are told.

    Attributes:
        folder: has Pulumi.yaml.
        stack: its name; None for the one that is selected.
        file: the stack's configuration; None for the one beside Pulumi.yaml.
        kubeconfig: of the cluster; None for what `KUBECONFIG` names.
        store: URL of the models' store; None for what the platform's stack says.
    """

    folder: Path = Path()
    stack: str | None = None
    file: Path | None = None
    kubeconfig: Path | None = None
    store: str | None = None


@dataclass(frozen=True)
class Place:
    """One model of one stack.

    Attributes:
        engine: Pulumi, on that stack.
        project: Pulumi's name of the project.
        path: the stack's file.
        namespace: where the model is served.
        model: its name.
        cluster: that it is served in.
        kubeconfig: of that cluster, as it was given.
    """

    engine: Engine
    project: str
    path: Path
    namespace: str
    model: str
    cluster: Cluster
    kubeconfig: Path | None
    _platform: str
    _store: str | None

    @classmethod
    def find(cls, options: Options, model: str | None) -> Self:
        """The place that is meant. Nothing is asked of the cluster and the store yet.

        Args:
            options: as they were given.
            model: its name, which may be left out where the stack has one.

        Raises:
            BadInput: something of it isn't there.
        """
        ours = project(options.folder)
        engine = Engine.find(options.folder, options.stack)
        path = options.file or stack_file(options.folder, ours, engine.stack)
        file = StackFile.read(path)
        return cls(
            engine=engine,
            project=ours["name"],
            path=path,
            namespace=file.text("namespace"),
            model=file.model(model),
            cluster=Cluster.of(options.kubeconfig),
            kubeconfig=options.kubeconfig,
            _platform=file.text("platform"),
            _store=options.store,
        )

    @classmethod
    def every(cls, options: Options) -> list[Self]:
        """The places of all models of a stack, in its file's order; raises like `find`."""
        engine = Engine.find(options.folder, options.stack)
        path = options.file or stack_file(options.folder, project(options.folder), engine.stack)
        return [cls.find(replace(options, stack=engine.stack), name) for name in StackFile.read(path).models]

    @property
    def rollout(self) -> str:
        """The name of the model's objects in the cluster."""
        return self.model.replace("_", "-")

    @property
    def stack(self) -> str:
        """The stack's own name, without those of organization and project."""
        return self.engine.stack.rpartition("/")[2]

    def file(self) -> StackFile:
        """The stack's file as it is now; raises BadInput."""
        return StackFile.read(self.path)

    @cached_property
    def store(self) -> Store:
        """The models' store: the one that was named, or the platform's.

        Raises:
            Refused: the platform doesn't say.
            StoreError: it can't be opened.
        """
        if self._store is not None:
            return Store.open(self._store)
        known = platform_output(self.engine, self._platform, MODEL_STORE, "--store")
        return Store.open(known["url"], environment={**known["environment"], "AWS_REGION": known["region"]})

    @cached_property
    def ledger(self) -> Ledger:
        """The model's ledger, beside the models; raises like `store`."""
        return Ledger.of(self.store.url, self.namespace, self.model, create=True, environment=self.store.environment)

    def history(self) -> History:
        """What happened to the model so far; raises StoreError."""
        return self.ledger.read()

    def look(self) -> Observed | None:
        """What the cluster says now; None when the model isn't there.

        Raises:
            Refused: it is another stack's.
            Unreachable: no answer now.
            Forbidden: we may not read it.
        """
        return self._ours(observed.look(self.cluster, self.namespace, self.rollout))

    def settled(self) -> Observed | None:
        """The same once the controller has seen what was changed last; raises Refused when it doesn't look, too."""
        return self._ours(observed.settled(self.cluster, self.namespace, self.rollout))

    def set_status(self, **fields: bool) -> None:
        """Tell Argo Rollouts something, as its own command line does; raises like `look`."""
        self.cluster.patch_status(observed.ARGO, self.namespace, "rollouts", self.rollout, dict(fields))

    def _ours(self, found: Observed | None) -> Observed | None:
        if found is not None:
            observed.check_owner(found, self.project, self.stack, self.cluster)
        return found


def platform_output(engine: Engine, platform: str, name: str, option: str) -> Any:
    """An output of the platform's stack, which a serving stack names.

    Args:
        engine: on any stack.
        platform: the full name of the platform's.
        name: of the output.
        option: that says the same without it.

    Raises:
        Refused: it has no such output.
    """
    try:
        return engine.output(name, platform)
    except PulumiFailed as error:
        raise Refused(
            f"{NAMESPACE}:platform = {platform!r} doesn't say {_SAID.get(name, name)} ({'; '.join(error.causes)}); "
            f"bring that stack up, or use {option}"
        ) from None


def project(folder: Path) -> dict[str, Any]:
    """What Pulumi.yaml says.

    Raises:
        BadInput: there is none in the folder.
    """
    path = folder / "Pulumi.yaml"
    try:
        project = yaml.safe_load(path.read_text())
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no Pulumi project; name its folder with --cwd") from None
    except yaml.YAMLError as error:
        raise BadInput(f"{path} is no Pulumi project: {' '.join(str(error).split())}") from None
    if not isinstance(project, dict) or not isinstance(project.get("name"), str):  # pyright: ignore[reportUnknownMemberType] - parsed YAML
        raise BadInput(f"{path} is no Pulumi project: it has no name")
    return project  # pyright: ignore[reportUnknownVariableType] - parsed YAML


def stack_file(folder: Path, project: dict[str, Any], stack: str) -> Path:
    """Where Pulumi has a stack's configuration, if nobody says otherwise."""
    return folder / (project.get("stackConfigDir") or "") / f"Pulumi.{stack.rpartition('/')[2]}.yaml"
