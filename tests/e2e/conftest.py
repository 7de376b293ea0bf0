"""The whole path, once for all tests: the sandbox, the platform, the user's stack, and one of the tests' own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import driver
from sandbox import state as states
from sandbox.local import bundles, journey, stacks
from sandbox.state import State
from tests.e2e.cluster import Cluster
from tests.e2e.serving import Serving, serving


@dataclass(frozen=True)
class Local:
    """What `make up` has made."""

    state: State
    cluster: Cluster
    platform: dict[str, Any]
    serving: dict[str, Any]


@pytest.fixture(scope="session")
def local() -> Local:
    state = states.default()
    journey.up(state)
    access = driver.access(state)
    serving_stack, platform_stack = stacks.existing(state)
    return Local(state, Cluster(state, access), platform_stack.outputs(), serving_stack.outputs())


@pytest.fixture(scope="session")
def cluster(local: Local) -> Cluster:
    return local.cluster


@pytest.fixture(scope="session")
def e2e(local: Local, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    store = local.platform["modelStore"]
    trained = bundles.trained(local.state)
    digests = {one.name: journey.publish(one, one.name, store) for one in sorted(trained.iterdir())}
    folder = tmp_path_factory.mktemp("e2e")
    ours = serving(local.state, folder, local.serving["image"], digests, local.platform["gateway"]["url"])
    ours.stack.init()
    ours.release("1.0.0")
    yield ours
    ours.stack.destroy()


@pytest.fixture
def released(e2e: Serving) -> Serving:
    """The tests' stack, serving 1.0.0 whatever a test before has done."""
    e2e.release("1.0.0")
    assert e2e.served()["model_version"] == "1.0.0"
    return e2e
