"""A serving stack of the tests' own, beside the user's: another namespace and other routes, the same platform."""

import copy
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
import yaml

from sandbox import driver, shell
from sandbox.journey import questions
from sandbox.journey.configuration import CHECKOUT
from sandbox.journey.stacks import POLICIES
from sandbox.pulumi.events import Operation
from sandbox.pulumi.stack import Stack
from sandbox.state import State
from tests.e2e.kills import killed

MODEL: Final = "maintenance_predictor"
NAME: Final = "maintenance-predictor"
STABLE: Final = f"{NAME}-stable"
"""The service of the version in production. Pods of the one before stay for a while, and are none of its."""
OTHER: Final = "building_load"
NAMESPACE: Final = "trial"
"""The platform's namespace for a second serving stack, with the routes below `/trial`."""
ROUTE: Final = "/trial/maintenance-predictor"
OTHER_ROUTE: Final = "/trial/building-load"

# Of the committed numbers only times are shorter, so that a release takes no longer than its pods.
CANARY: Final = {
    "steps": [{"weight": 10, "seconds": 5}],
    "bakeSeconds": 5,
    "progressDeadlineSeconds": 180,
    "scaleDownDelaySeconds": 30,
}
SCALE_DOWN_WINDOW: Final = 15  # seconds

TOLERANCE: Final = 1e-5
"""An answer may differ by so much, as it is computed in batches of different sizes; two versions' differ by more."""

Change: TypeAlias = int | str | Mapping[str, object]
"""Another value of one of a model's keys, or other values of some that are below it."""


@dataclass
class Serving:
    """The stack and what its models are.

    Attributes:
        stack: of the root project.
        base: its configuration without a version, as parsed YAML.
        digests: the manifest's digest of each published version.
        gateway: the gateway's URL.
        judging: what new versions of the model are judged by, where they are: the committed numbers, in the first of
            the committed stages and in the bake time.
    """

    stack: Stack
    base: dict[str, Any]
    digests: dict[str, str]
    gateway: str
    judging: Mapping[str, Mapping[str, object]]
    _up: str = field(default="", init=False)

    @property
    def url(self) -> str:
        """Where the model answers."""
        return f"{self.gateway}{ROUTE}"

    def judged(self, **canary: object) -> dict[str, Change]:
        """The changes by which new versions are judged, with other numbers of the canary if need be."""
        return {**self.judging, "canary": {**self.judging["canary"], **canary}}

    def configure(self, version: str, manifest: str | None = None, **changes: Change) -> None:
        """Make the stack say `version`, and of the model's other numbers what is given."""
        config = copy.deepcopy(self.base)
        served = config["config"]["slipway:models"][MODEL]
        served |= {"version": version, "manifest": manifest or self.digests[version]}
        for name, value in changes.items():
            served[name] = served.get(name, {}) | value if isinstance(value, Mapping) else value
        if self.stack.config.exists():
            config |= {k: v for k, v in yaml.safe_load(self.stack.config.read_text()).items() if k != "config"}
        self.stack.config.write_text(yaml.safe_dump(config))

    def up(self) -> frozenset[Operation]:
        """Bring up what the stack says."""
        self._up = ""
        changes = self.stack.up()
        self._up = self.stack.config.read_text()
        return changes

    def destroy(self) -> None:
        """Remove all that the stack has made."""
        self._up = ""
        self.stack.destroy()

    def kill(self, verb: str, when: Callable[[], bool]) -> bool:
        """Begin `up` or `destroy` and kill its engine; see `kills.killed`."""
        self._up = ""
        return killed(self.stack, verb, when)

    def release(self, version: str, **changes: Change) -> frozenset[Operation]:
        """Say `version` and these changes, and bring them up."""
        self.configure(version, None, **changes)
        return self.up()

    def slipway(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        """`slipway COMMAND` about the model, as it is typed in the sandbox's shell."""
        self._up = ""
        return slipway(self.stack, {}, command, *options)

    def settle(self) -> str:
        """Make sure that the last `up` went well, if need be by going back to 1.0.0; returns the version served."""
        if self._up == "" or self._up != self.stack.config.read_text():
            self.release("1.0.0")
        return self.served()["model_version"]

    def served(self) -> dict[str, str]:
        """What the gateway's route says it serves."""
        return read(f"{self.url}/version")

    def answers(self) -> list[Mapping[str, Any]]:
        """What is answered to the load's readings; to be asked while nothing else happens."""
        return [one.prediction for one in questions.ask(self.url)]


def slipway(
    stack: Stack, signed_in: Mapping[str, str], command: str, *options: str
) -> subprocess.CompletedProcess[str]:
    """`slipway COMMAND` about the included model in a serving stack, as it is typed in the sandbox's shell.

    Args:
        stack: where the model is served.
        signed_in: variables of who types it, beside the shell's.
        command: what is typed.
        options: and what behind it.
    """
    state = stack.state
    variables = {**shell.variables(state, driver.access(state)), **signed_in, "PATH": shell.search_path(state)}
    where = (f"--stack={stack.name}", f"--config-file={stack.config}", f"--cwd={CHECKOUT}")
    return subprocess.run(
        [sys.executable, "-m", "slipway", command, MODEL, *options, *where],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def near(answers: Iterable[Mapping[str, Any]]) -> list[object]:
    """What equals these answers, and what differs from them by no more than a batch makes of them."""
    return [pytest.approx(one, abs=TOLERANCE) for one in answers]


def read(url: str) -> dict[str, Any]:
    """The JSON that a GET of a loopback `url` answers."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (the gateway on 127.0.0.1)
        return json.load(answer)


def serving(state: State, folder: Path, image: str, digests: dict[str, str], other: str, gateway: str) -> Serving:
    """The tests' stack: two models with the committed local numbers, and an image by digest.

    Args:
        state: where it is kept.
        folder: for its configuration.
        image: the service's.
        digests: of the first model's versions.
        other: manifest's digest of the second model's version 1.0.0.
        gateway: the gateway's URL.
    """
    config = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    keys = config["config"]
    keys["slipway:namespace"] = NAMESPACE
    keys["slipway:image"] = {"digest": image}
    committed: dict[str, Any] = keys["slipway:models"][MODEL]
    # By time alone: what judges a version has tests of its own.
    canary: dict[str, Any] = committed["canary"]
    judging = {
        "analysis": committed.pop("analysis"),
        "canary": {"steps": canary["steps"][:1], "bakeSeconds": canary["bakeSeconds"]},
    }
    numbers = committed | {
        "canary": dict(CANARY),
        "scaling": committed["scaling"] | {"scaleDownWindowSeconds": SCALE_DOWN_WINDOW},
    }
    second = numbers | {"version": "1.0.0", "manifest": other, "route": OTHER_ROUTE}
    keys["slipway:models"] = copy.deepcopy({MODEL: numbers | {"route": ROUTE}, OTHER: second})
    # Of the local environment, where by its level nothing has to judge a release.
    stack = Stack(CHECKOUT, "local-e2e", folder / "Pulumi.local-e2e.yaml", state, policies=(POLICIES,))
    return Serving(stack, config, digests, gateway, judging)
