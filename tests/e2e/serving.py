"""A serving stack of the tests' own, beside the user's: another namespace and another route, the same platform."""

import copy
import json
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.engine.events import Operation
from sandbox.engine.stack import Stack
from sandbox.local.configuration import CHECKOUT
from sandbox.local.stacks import POLICIES
from sandbox.state import State

MODEL: Final = "maintenance_predictor"
NAME: Final = "maintenance-predictor"
NAMESPACE: Final = "serving-e2e"
ROUTE: Final = "/e2e/maintenance-predictor"


@dataclass(frozen=True)
class Serving:
    """The stack and what its models are.

    Attributes:
        stack: of the root project.
        base: its configuration without a version, as parsed YAML.
        digests: the manifest's digest of each published version.
        gateway: the gateway's URL.
    """

    stack: Stack
    base: dict[str, Any]
    digests: dict[str, str]
    gateway: str

    @property
    def url(self) -> str:
        """Where the model answers."""
        return f"{self.gateway}{ROUTE}"

    def configure(self, version: str, manifest: str | None = None, **models: dict[str, Any]) -> None:
        """Make the stack say `version`, and serve `models` beside it."""
        config = copy.deepcopy(self.base)
        served = config["config"]["slipway:models"]
        served[MODEL] |= {"version": version, "manifest": manifest or self.digests[version]}
        served |= models
        if self.stack.config.exists():
            config |= {k: v for k, v in yaml.safe_load(self.stack.config.read_text()).items() if k != "config"}
        self.stack.config.write_text(yaml.safe_dump(config))

    def release(self, version: str) -> frozenset[Operation]:
        """Say `version`, and bring it up."""
        self.configure(version)
        return self.stack.up()

    def served(self) -> dict[str, str]:
        """What the gateway's route says it serves."""
        return read(f"{self.url}/version")


def read(url: str) -> dict[str, Any]:
    """The JSON that a GET of a loopback `url` answers."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (the gateway on 127.0.0.1)
        return json.load(answer)


def serving(state: State, folder: Path, image: str, digests: dict[str, str], gateway: str) -> Serving:
    """The tests' stack, with the committed local numbers, an image by digest and a shorter canary."""
    config = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    keys = config["config"]
    keys["slipway:namespace"] = NAMESPACE
    keys["slipway:image"] = {"digest": image}
    keys["slipway:models"] = {MODEL: keys["slipway:models"][MODEL] | {"route": ROUTE}}
    stack = Stack(CHECKOUT, "e2e", folder / "Pulumi.e2e.yaml", state, policies=(POLICIES,))
    return Serving(stack, config, digests, gateway)
