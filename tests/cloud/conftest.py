"""Staging and prod as `make staging` and `make prod` bring them up, one after the other, and what they leave."""

import json
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pytest
import yaml

from modelstore.history import Entry
from sandbox import driver
from sandbox import state as states
from sandbox.driver import Access
from sandbox.journey import configuration, journey, questions
from sandbox.journey.cloud import PROD, STAGING, Cloud
from sandbox.kubernetes.layout import Layout
from sandbox.pulumi.stack import Stack
from sandbox.state import State
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.serving import MODEL, slipway
from tests.e2e.stored import remembered, stored
from tests.sandbox.aws.accounts import Account
from tests.sandbox.aws.inventory import left
from tests.sandbox.aws.running import client

SIGNS_IN = (
    "AWS_ENDPOINT_URL",
    "AWS_ALLOW_HTTP",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
GONE_WITHIN = 300.0
"""Seconds that namespaces and volumes may take to go; the gateway's pods drain for three minutes."""


@dataclass(frozen=True)
class Reached:
    """The sandbox's AWS, at its URL."""

    url: str

    def client(self, service: str, key: str = "test", **more: Any) -> Any:
        return client(self.url, service, key, **more)


@dataclass(frozen=True)
class Up:
    """An environment that was brought up.

    Attributes:
        cloud: which.
        state: where everything is kept.
        access: how the sandbox is reached.
        platform: its platform's stack.
        serving: its serving stack.
    """

    cloud: Cloud
    state: State
    access: Access
    platform: Stack
    serving: Stack

    @property
    def account(self) -> Account:
        """Its account, as its owner sees it."""
        return Account(Reached(self.access.store), self.cloud.account.number)

    @cached_property
    def cluster(self) -> Cluster:
        """kubectl, as the sandbox's administrator."""
        return Cluster(self.state, self.access)

    @property
    def model(self) -> dict[str, Any]:
        """What the serving stack tells of the included model."""
        return self.serving.outputs()["models"][MODEL]

    @property
    def outputs(self) -> dict[str, Any]:
        """The platform's outputs, secret ones too."""
        return self.platform.outputs(secrets=True)

    @property
    def store(self) -> dict[str, Any]:
        """The output `modelStore`, as who brings the platform up reaches it."""
        signed_in = self.platform.signed_in()
        environment = {name: signed_in[name] for name in SIGNS_IN}
        return {**self.outputs["modelStore"], "environment": environment}

    def digest(self, version: str) -> str:
        """The manifest's digest of a version of the included model in this environment's store."""
        return stored(self.store, MODEL, version).digest

    def read(self, path: str) -> dict[str, Any]:
        """The JSON that the included model answers at a path."""
        url, host = questions.through(f"{self.model['url']}/{path}", self.cloud.entrance)
        request = urllib.request.Request(url, headers={"Host": host})  # noqa: S310 (the load balancer on this machine)
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def well(self, command: str, *options: str) -> None:
        """`slipway COMMAND` about the included model, as who deploys types it; it has to go well."""
        done = slipway(self.serving, self.cloud.shell(self.state, platform=False), command, *options)
        assert done.returncode == 0, done.stderr

    def history(self) -> Sequence[Entry]:
        """What the model's ledger says."""
        return remembered(self.store, "serving", MODEL).entries

    def say(self, stack: Stack, values: Mapping[str, Any]) -> None:
        """Have a stack say these values, at paths as `configuration.filled` takes them."""
        config = configuration.read(stack.config)
        stack.config.write_text(yaml.safe_dump(configuration.filled(config, values)))

    def settled(self) -> None:
        """Look that neither stack finds anything to change, in what it says or in what is there."""
        for stack in (self.platform, self.serving):
            assert stack.refresh() == frozenset()
            stack.preview(expect_no_changes=True)


@contextmanager
def brought_up(cloud: Cloud) -> Generator[Up]:
    """An environment, from nothing of it to nothing of it."""
    state = states.default()
    access = driver.access(state)
    platform = cloud.platform(state, access)
    platform.signed_in()  # which makes what an account has before: a role for each kind of people
    cloud.shell(state, platform=False)
    owner = Account(Reached(access.store), cloud.account.number)
    before = left(owner)
    cluster = Cluster(state, access)
    journey.up(state, cloud.name)
    up = Up(cloud, state, access, platform, cloud.serving(state, {}))
    yield up
    let_go(up)
    journey.destroy(state, cloud.name)
    assert left(owner) == before
    eventually(lambda: of_stacks(cluster), lambda found: not found, GONE_WITHIN)
    volumes = Layout(state).volumes
    eventually(lambda: list(volumes.glob("*")), lambda found: not found, GONE_WITHIN)


def let_go(up: Up) -> None:
    """Bring a platform that is protected up without that, as somebody does who means to destroy it."""
    if up.platform.protected():
        store = "slipway-platform:foundation.aws.store.forceDestroy"
        up.say(up.platform, {"slipway-platform:protect": False, store: True})
        # Without the policies, which have production protected.
        replace(up.platform, policies=()).up()


def of_stacks(cluster: Cluster) -> list[str]:
    """What there is in the cluster of what no cluster has from its beginning: everything of a stack is in one of these
    namespaces, or of one of these kinds."""
    own = {f"namespace/{name}" for name in ("default", "kube-node-lease", "kube-public", "kube-system")}
    kinds = "namespaces,persistentvolumes,storageclasses,nodepools.karpenter.sh,nodeclasses.eks.amazonaws.com"
    return [one for one in cluster.kubectl("get", kinds, "-o", "name").split() if one not in own]


@pytest.fixture(scope="module")
def staging() -> Generator[Up]:
    with brought_up(STAGING) as up:
        yield up


@pytest.fixture(scope="module")
def prod() -> Generator[Up]:
    with brought_up(PROD) as up:
        yield up
