"""The whole path, once for all tests: what `make up` has made, and a serving stack of the tests' own beside it."""

import random
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import obstore
import pytest

from examples.maintenance_predictor.datasets import RECIPES
from sandbox import driver
from sandbox import state as states
from sandbox.journey import bundles, journey, stacks
from sandbox.journey.configuration import CHECKOUT
from sandbox.pulumi.events import Operation
from sandbox.state import State
from sandbox.toolchain import store
from slipway.monitoring.access import DEFAULT_SERVICE, through_cluster
from slipway.monitoring.prometheus import Prometheus
from tests.e2e.cluster import Cluster
from tests.e2e.kills import seconds_later
from tests.e2e.serving import MODEL, NAMESPACE, Change, Serving, near, serving
from tests.e2e.stored import bucket_of, forget, keys, stored

EXAMPLE: Final = CHECKOUT / "examples" / "building_load"


@dataclass(frozen=True)
class Local:
    """What `make up` has made.

    Attributes:
        state: where everything is kept.
        cluster: kubectl on the sandbox.
        platform: the platform stack's outputs.
        serving: the serving stack's outputs.
    """

    state: State
    cluster: Cluster
    platform: dict[str, Any]
    serving: dict[str, Any]


@dataclass(frozen=True)
class Created:
    """The tests' stack, and what was planned and done when it was made.

    Attributes:
        serving: the stack.
        planned: what its first preview said.
        done: what its first `up` did.
        other: the second model's bundle, made by a plain Keras script.
    """

    serving: Serving
    planned: frozenset[Operation]
    done: frozenset[Operation]
    other: Path


@dataclass(frozen=True)
class Turn:
    """A release: the stack serves `old` and is to serve `new`."""

    serving: Serving
    old: str
    new: str


@pytest.fixture(scope="session")
def local() -> Local:
    state = states.default()
    access = driver.access(state)
    found = stacks.own(state)
    assert len(found) == 2, "these tests look at what `make up` has made: run it first"
    return Local(state, Cluster(state, access), found[1].outputs(), found[0].outputs())


@pytest.fixture(scope="session")
def cluster(local: Local) -> Cluster:
    return local.cluster


@pytest.fixture(scope="session")
def prometheus(cluster: Cluster) -> Prometheus:
    """The platform's, as `slipway dashboard` asks it."""
    return Prometheus(through_cluster(DEFAULT_SERVICE, cluster.access.kubeconfig))


@pytest.fixture(scope="session")
def created(local: Local, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Created]:
    model_store = local.platform["modelStore"]
    digests = {version: stored(model_store, MODEL, version).digest for version in RECIPES}
    other = _other_bundle(local.state)
    ours = serving(
        local.state,
        tmp_path_factory.mktemp("e2e"),
        image=local.serving["image"],
        digests=digests,
        other=journey.publish(other, "1.0.0", model_store),
        gateway=local.platform["gateway"]["url"],
    )
    ours.stack.init()
    try:
        remove_what_is_left(ours)  # by a test run that was killed
        forget(model_store, NAMESPACE, MODEL)  # which may have aborted what is about to be the first release
        ours.configure("1.0.0")
        planned = ours.stack.preview()
        yield Created(ours, planned, ours.up(), other)
        # It goes as a crash would leave it: begun, killed somewhere, and done again.
        ours.kill("destroy", seconds_later(random.uniform(1, 12)))  # noqa: S311 (pytest-randomly's seed is printed)
        ours.destroy()
        assert not ours.stack.export().get("resources")
        local.cluster.assert_emptied(NAMESPACE)
    finally:
        remove_what_is_left(ours)
        ours.stack.remove()
        stacks.own(local.state)[0].init()  # selects the user's stack again


def remove_what_is_left(ours: Serving) -> None:
    exported = ours.stack.export()
    if exported.get("resources") or exported.get("pending_operations"):
        ours.destroy()


@pytest.fixture
def e2e(created: Created) -> Serving:
    """The tests' stack, whatever it says and serves."""
    return created.serving


@pytest.fixture
def turn(e2e: Serving, local: Local) -> Turn:
    """A release to come: whatever a test before has done, the stack serves one version and may go to the other.

    Nobody has tried that other one before, so it walks the steps.
    """
    forget(local.platform["modelStore"], NAMESPACE, MODEL)
    old = e2e.settle()
    (new,) = set(e2e.digests) - {old}
    return Turn(e2e, old, new)


@pytest.fixture
def judged(e2e: Serving, local: Local, no_preview: None) -> Turn:
    """The same, of a release that is judged."""
    return begun(e2e, local, e2e.judged())


def begun(e2e: Serving, local: Local, changes: Mapping[str, Change]) -> Turn:
    """A turn with these changes of the model's numbers: the ledger knows what serves, and nothing else."""
    forget(local.platform["modelStore"], NAMESPACE, MODEL)
    old = e2e.served()["model_version"]
    # Of a commit of its own, so that there is something to verify, which writes down who serves.
    e2e.release(old, **changes, commit=secrets.token_hex(20))
    (new,) = set(e2e.digests) - {old}
    return Turn(e2e, old, new)


@pytest.fixture(scope="module")
def right(created: Created) -> Mapping[str, Sequence[object]]:
    """What each version answers to the load's readings, asked while nothing else happens."""
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    for version in created.serving.digests:
        created.serving.release(version)
        found[version] = created.serving.answers()
    matching = {version: near(given) for version, given in found.items()}
    first, second = found
    assert matching[first] != found[second]
    return matching


@pytest.fixture
def tampered(local: Local) -> Iterator[str]:
    """The manifest's digest of a version whose model was changed after it was published."""
    store = local.platform["modelStore"]
    bundle = bundles.trained(local.state) / "1.1.0"
    digest = journey.publish(bundle, "1.1.1", store)
    bucket, prefix = bucket_of(store), f"{MODEL}/1.1.1"
    key = f"{prefix}/saved_model.pb"
    content = bytearray(obstore.get(bucket, key).bytes().to_bytes())
    content[len(content) // 2] ^= 1
    obstore.put(bucket, key, bytes(content))
    yield digest
    obstore.delete(bucket, keys(bucket, prefix))


def _other_bundle(state: State) -> Path:
    """The example's bundle, trained once per content of its folder by its own script."""

    def train(folder: Path) -> None:
        subprocess.run([sys.executable, str(EXAMPLE / "train.py"), str(folder)], check=True, cwd=folder.parent)
        (folder / "card.yaml").write_text((EXAMPLE / "card.yaml").read_text())

    return store.produce(state.root / "tests" / "building-load", store.key(*sorted(EXAMPLE.glob("*.*"))), train)
