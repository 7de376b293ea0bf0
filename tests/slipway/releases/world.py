"""A stack, a cluster and a Pulumi that behave as the real ones do, in memory; file, store and ledger are real."""

import copy
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from rich.console import Console

from modelstore.history import Event, Happened, Served
from modelstore.ledger import Ledger
from modelstore.manifest import digest
from modelstore.store import Store
from service.verify.api_server import Object
from service.verify.blame import HASH_LABEL
from slipway.releases.cluster import Absent, Unreachable
from slipway.releases.observed import MANAGER, RELEASE
from slipway.releases.place import Place
from slipway.releases.pulumi import Change, Lock, PulumiFailed, StackLocked
from slipway.releases.shown import Shown
from tests.slipway.models.manifests import manifest

MODEL: Final = "tiny_model"
ROLLOUT: Final = "tiny-model"
IMAGE: Final = f"127.0.0.1:1/slipway/service@sha256:{'1' * 64}"
OTHER_IMAGE: Final = f"127.0.0.1:1/slipway/service@sha256:{'2' * 64}"
FILE: Final = """\
# The stack of these tests.
config:
  slipway:platform: organization/slipway-platform/local
  slipway:namespace: serving
  slipway:image:
    digest: {image}
  slipway:models:
    tiny_model:
      version: 1.0.0 # what is served
      manifest: {manifest}
      route: /tiny-model
"""
STEPS: Final = [{"setWeight": 10}, {"pause": {"duration": "20s"}}, {"setWeight": 50}, {"setWeight": 100}]


def release_id(version: str, image: str = IMAGE) -> str:
    return hashlib.sha256(f"{version} {image}".encode()).hexdigest()[:10]


@dataclass
class World:
    """Everything that a release touches.

    Attributes:
        folder: where files are.
        outcome: what becomes of the next template that is new: `good`, `bad`, `dies` (the watcher, not the release),
            `never` (Pulumi fails before it tells the cluster anything).
        reachable: whether the API server answers.
        log: what was done, in order.
        locks: who holds the stack; `up` takes one away each time, and fails.
        extra: changes that a preview shows beside the release's.
        before_up: called when `up` begins.
    """

    folder: Path
    outcome: str = "good"
    reachable: bool = True
    log: list[str] = field(default_factory=list[str])
    locks: list[Lock] = field(default_factory=list[Lock])
    extra: list[Change] = field(default_factory=list[Change])
    before_up: Callable[[], object] = lambda: None
    settings: str = ""
    state: dict[str, Any] = field(default_factory=dict[str, Any])
    objects: dict[tuple[str, str], Object] = field(default_factory=dict[tuple[str, str], Object])
    time: datetime = datetime(2026, 11, 29, 12, tzinfo=UTC)

    def __post_init__(self) -> None:
        (self.folder / "store/models").mkdir(parents=True)
        for version in ("1.0.0", "1.1.0", "1.2.0"):
            self.publish(version)
        self.file.write_text(FILE.format(image=IMAGE, manifest=self.digest("1.0.0")))

    @property
    def file(self) -> Path:
        return self.folder / "Pulumi.test.yaml"

    @property
    def store(self) -> Store:
        return Store.open(f"file://{self.folder}/store/models")

    @property
    def ledger(self) -> Ledger:
        return Ledger.of(self.store.url, "serving", MODEL, create=True)

    @property
    def said(self) -> dict[str, Any]:
        """What the file says of the model."""
        return yaml.safe_load(self.file.read_text())["config"]["slipway:models"][MODEL]

    @property
    def events(self) -> list[tuple[str, str]]:
        """What the ledger has: events and versions."""
        return [(one.event.value, one.version) for one in self.ledger.read().entries]

    @property
    def status(self) -> dict[str, Any]:
        return self.objects["rollouts", ROLLOUT]["status"]

    @property
    def serving(self) -> str:
        """The version that has the most requests."""
        return self._version(self.status["stableRS"])

    def digest(self, version: str) -> str:
        return digest(self._manifest(version).to_bytes())

    def publish(self, version: str) -> None:
        self.store.create(f"{MODEL}/{version}/saved_model.pb", b"graph")
        self.store.create(f"{MODEL}/{version}/manifest.json", self._manifest(version).to_bytes())

    def place(self) -> Place:
        return Place(
            engine=FakeEngine(self),  # pyright: ignore[reportArgumentType] - stands for the CLI
            project="slipway",
            path=self.file,
            namespace="serving",
            model=MODEL,
            cluster=FakeCluster(self),  # pyright: ignore[reportArgumentType] - stands for the API server
            kubeconfig=None,
            _platform="organization/slipway-platform/local",
            _store=self.store.url,
        )

    def shown(self) -> Shown:
        return Shown(self.place().look, Console(stderr=True, width=400), every=0.0)

    def say(self, version: str) -> None:
        """Somebody edits the file."""
        values = {"version": version, "manifest": self.digest(version)}
        self.file.write_bytes(FakeEngine(self).edited(self.file.read_bytes(), _paths(values)))

    def serve(self, *versions: str) -> None:
        """Have released these versions, one after the other."""
        for version in versions:
            self.say(version)
            FakeEngine(self).up(self.file, "", lambda: None)
        self.log.clear()

    def write(self, event: Event, version: str, image: str = IMAGE, **facts: Any) -> None:
        """Write an entry as the verification Job does."""
        self.time += timedelta(minutes=1)
        serving = self.ledger.read().serving
        happened: dict[str, Any] = {
            "event": event,
            "at": self.time,
            "release": release_id(version, image + self.settings),
            "attempt": 1,
            "version": version,
            "manifest": self.digest(version),
            "image": image,
            "previous": Served(release=serving.release, version=serving.version) if serving else None,
        }
        self.ledger.append(Happened(**{**happened, **facts}))

    def begin(self, version: str, image: str = IMAGE) -> None:
        """The controller begins to try another template."""
        release = release_id(version, image + self.settings)
        template: Object = {
            "metadata": {"labels": {HASH_LABEL: f"h{release}"}, "annotations": {RELEASE: release}},
            "spec": {
                "containers": [
                    {
                        "image": image,
                        "env": [
                            {"name": "MODEL_VERSION", "value": version},
                            {"name": "MODEL_MANIFEST", "value": self.digest(version)},
                            {"name": "RELEASE", "valueFrom": {}},
                        ],
                    }
                ]
            },
        }
        first = ("rollouts", ROLLOUT) not in self.objects
        self.objects["deployments", ROLLOUT] = {
            "kind": "Deployment",
            "metadata": {"name": ROLLOUT, "generation": 1},
            "spec": {"template": template},
        }
        self.objects["replicasets", f"{ROLLOUT}-h{release}"] = {
            "metadata": {"name": f"{ROLLOUT}-h{release}"},
            "spec": {"replicas": 2, "template": template},
            "status": {"readyReplicas": 2},
        }
        if first:
            self.objects["rollouts", ROLLOUT] = {
                "kind": "Rollout",
                "metadata": {"name": ROLLOUT, "generation": 1, "annotations": {MANAGER: "slipway-slipway-test"}},
                "spec": {
                    "workloadRef": {"name": ROLLOUT},
                    "selector": {"matchLabels": {"app.kubernetes.io/name": ROLLOUT}},
                    "strategy": {"canary": {"steps": STEPS}},
                },
                "status": {"observedGeneration": "1", "workloadObservedGeneration": "1", "stableRS": ""},
            }
        back = self.status["stableRS"] == f"h{release}"
        self.status.update(currentPodHash=f"h{release}", abort=False, abortedAt=None, promoteFull=False)
        self.status.update(phase="Healthy" if back else "Progressing", message="" if back else "more replicas")
        self.step(0, 0)

    def step(self, index: int, weight: int) -> None:
        """The controller has come so far."""
        self.status.update(currentStepIndex=index, canary={"weights": {"canary": {"weight": weight}}})

    def pass_(self) -> None:
        """The controller is content."""
        self.status.update(phase="Healthy", message="", stableRS=self.status["currentPodHash"])
        self.step(len(STEPS), 0)

    def abort(self, message: str = "RolloutAborted: Rollout aborted update to revision 2") -> None:
        """The controller takes the canary off."""
        self.status.update(phase="Degraded", message=message, abort=True, abortedAt="2026-11-29T12:00:00Z")
        self.step(0, 0)

    def _version(self, hash_: str) -> str:
        template = self.objects["replicasets", f"{ROLLOUT}-{hash_}"]["spec"]["template"]
        return template["spec"]["containers"][0]["env"][0]["value"]

    def _manifest(self, version: str) -> Any:
        return manifest(name=MODEL, version=version)


@dataclass
class FakeCluster:
    """The API server."""

    world: World
    server: str = "https://cluster"

    def get(self, group: str, namespace: str, kind: str, name: str) -> Object:
        self._reach()
        assert namespace == "serving"
        if (kind, name) not in self.world.objects:
            raise Absent(f"{kind} {name} not found")
        return copy.deepcopy(self.world.objects[kind, name])

    def list(self, group: str, namespace: str, kind: str, labels: str) -> list[Object]:
        self._reach()
        return [copy.deepcopy(one) for (each, _), one in self.world.objects.items() if each == kind]

    def patch_status(self, group: str, namespace: str, kind: str, name: str, status: Object) -> None:
        self._reach()
        self.world.log.append(f"patch {status}")
        if status.get("abort"):
            self.world.abort()
        elif status.get("promoteFull"):
            self.world.pass_()

    def _reach(self) -> None:
        if not self.world.reachable:
            raise Unreachable("the API server https://cluster can't be reached")


@dataclass
class FakeEngine:
    """The CLI, with a program that declares the Deployment and the verification Job."""

    world: World
    stack: str = "test"

    @property
    def folder(self) -> Path:
        return self.world.folder

    def output(self, name: str, stack: str | None = None) -> Any:
        assert stack is None
        return {"models": {MODEL: self.world.state}, "image": IMAGE}[name]

    def edited(self, content: bytes, values: Mapping[str, str | None]) -> bytes:
        """Line by line, so that comments stay."""
        lines = content.decode().splitlines()
        for path, value in values.items():
            key = path.rpartition(".")[2]
            indent = 6 if ":models." in path else 4
            at = [number for number, line in enumerate(lines) if line.startswith(f"{' ' * indent}{key}: ")]
            if value is None:
                lines = [line for number, line in enumerate(lines) if number not in at]
            elif at:
                _, _, comment = lines[at[0]].partition(" #")
                lines[at[0]] = f"{' ' * indent}{key}: {value}" + (f" #{comment}" if comment else "")
            else:
                lines.append(f"      {key}: {value}")
        return ("\n".join(lines) + "\n").encode()

    def cancel(self) -> None:
        self.world.log.append("cancel")
        self.world.locks.clear()

    def preview(self, configuration: bytes, *, refresh: bool = False) -> list[Change]:
        if refresh and self.world.objects:
            self.world.state["release"] = self._told()
        version, _, release = self._wanted(configuration)
        changes = list(self.world.extra)
        if self.world.state.get("release") != release:
            spec = {"template": {"metadata": {"annotations": {RELEASE: release}}}}
            changes.append(Change("update", "kubernetes:apps/v1:Deployment", ROLLOUT, {"spec": spec}))
            changes.append(Change("replace", "kubernetes:batch/v1:Job", f"{ROLLOUT}-verify", {}))
        self.world.log.append(f"preview {version}")
        return changes

    def up(self, file: Path, message: str, meanwhile: Callable[[], object], *, refresh: bool = False) -> list[Change]:
        world = self.world
        if world.locks:
            lock = world.locks[0]
            if not lock.dead:
                world.locks.pop(0)
            raise StackLocked(self.stack, [lock])
        world.before_up()
        version, image, release = self._wanted(file.read_bytes())
        changes = self.preview(file.read_bytes(), refresh=refresh)
        world.log[-1] = f"up {version}"
        if world.outcome == "never":
            raise PulumiFailed("`pulumi up` of test", ["the registry is down"])
        world.state = {"version": version, "release": release, "url": "http://gateway/tiny-model"}
        known = world.ledger.read()
        said = yaml.safe_load(file.read_bytes())["config"]["slipway:models"][MODEL]
        attempt, commit = said.get("attempt", 1), said.get("commit")
        aborted = known.aborted(release)
        if world.objects and self._told() == release and (aborted is None or aborted.attempt == attempt):
            if aborted is not None:
                raise PulumiFailed("`pulumi up` of test", [f"it was aborted: {aborted.reason}"])
            return changes  # the Job finds what it wants
        world.begin(version, image)
        if world.status["phase"] == "Healthy":
            return changes
        if release in known.healthy:
            while world.status["phase"] != "Healthy":
                meanwhile()
                world.step(1, 10)
                if world.outcome != "hasty":
                    world.pass_()
            world.write(Event.ROLLED_BACK, version, image, commit=commit)
            return changes
        world.write(Event.RELEASED, version, image, attempt=attempt, commit=commit)
        self._try(version, image, {"attempt": attempt, "commit": commit}, meanwhile)
        return changes

    def _try(self, version: str, image: str, facts: dict[str, Any], meanwhile: Callable[[], object]) -> None:
        world = self.world
        world.step(1, 10)
        meanwhile()
        if world.outcome == "dies":
            raise PulumiFailed(
                "`pulumi up` of test", ["it was interrupted, and what is under way in the cluster goes on"]
            )
        if world.outcome == "bad" and not world.status.get("abort"):
            world.abort()
        if world.status.get("abort"):
            world.write(Event.ABORTED, version, image, reason="errors 0.05 above 0.01", **facts)
            raise PulumiFailed("`pulumi up` of test", ["errors 0.05 above 0.01"])
        world.pass_()
        world.write(Event.PROMOTED, version, image, **facts)

    def _told(self) -> str:
        """The release that the cluster is told of."""
        template = self.world.objects["deployments", ROLLOUT]["spec"]["template"]
        return template["metadata"]["annotations"][RELEASE]

    def _wanted(self, configuration: bytes) -> tuple[str, str, str]:
        config = yaml.safe_load(configuration)["config"]
        model = config["slipway:models"][MODEL]
        image = model.get("image") or config["slipway:image"].get("digest") or IMAGE
        return model["version"], image, release_id(model["version"], image + self.world.settings)


def _paths(values: Mapping[str, str]) -> dict[str, str | None]:
    return {f"slipway:models.{MODEL}.{key}": value for key, value in values.items()}
