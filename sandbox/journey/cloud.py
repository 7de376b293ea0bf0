"""The stacks `staging` and `prod` on this machine: on the sandbox's AWS, whose cluster is the sandbox's.

They say here what they say on AWS, but for what only this machine knows (networks, digests) and for the processors that
pods and nodes claim, of which this machine has two: of these they claim a share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property, partial
from typing import Any, Final, cast

from infra.shared.quantities import Quantity
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.journey import account as accounts
from sandbox.journey import configuration, stacks
from sandbox.journey.account import Account
from sandbox.journey.configuration import CHECKOUT, Config
from sandbox.kubernetes import addresses
from sandbox.pulumi.stack import Stack
from sandbox.state import State
from sandbox.toolchain import images

PLATFORM: Final = CHECKOUT / "infra" / "platform"
_FOUNDATION: Final = "slipway-platform:foundation.aws"
_PLACEHOLDER: Final = "registry.invalid/"


@dataclass(frozen=True)
class Cloud:
    """An environment on AWS.

    Attributes:
        name: of its stacks.
        share: of the processors that it claims on AWS, those that it claims here.
        proven_by: environments whose image it takes, those that come first before others; none if it builds its own.
    """

    name: str
    share: Decimal
    proven_by: tuple[str, ...] = ()

    @property
    def entrance(self) -> str:
        """Where this machine reaches the gateway: names in the VPC mean nothing to it."""
        return addresses.LOAD_BALANCER

    @cached_property
    def account(self) -> Account:
        """Whose it is."""
        return Account.of(PLATFORM / f"Pulumi.{self.name}.yaml")

    def platform(self, state: State, access: Access) -> Stack:
        """The platform's stack; its configuration is written anew, and its registry's caches get what it needs.

        Raises:
            SandboxError: the cluster isn't the sandbox's own.
        """
        if access.driver is not DriverName.EMBEDDED:
            raise SandboxError(
                f"{self.name} has to be on the sandbox's own cluster, which is its EKS: take this one down with "
                "`make down`, or use another SLIPWAY_STATE"
            )
        references = images.references(state)
        configuration.write(
            PLATFORM / f"Pulumi.{self.name}.yaml",
            configuration.platform_file(state, self.name),
            lambda config: self._surroundings(state) | stacks.platform_images(config, partial(_digest, references)),
            partial(scaled, share=self.share),
            f"make {self.name}",
        )
        return self._platform(state, policies=True)

    def cached(self, state: State, access: Access) -> None:
        """Bring the platform's third-party images to where ECR would bring them when they are first pulled.

        Raises:
            BuildError: one isn't built, or can't be pushed.
        """
        config = configuration.read(configuration.platform_file(state, self.name))
        named: dict[str, str] = stacks.platform_images(config, lambda _, said: said)
        keys = {path.rpartition(".")[2]: reference for path, reference in named.items()}
        images.push(state, access.registry, {stacks.IMAGES[key]: reference for key, reference in keys.items()})

    def serving(self, state: State, digests: Mapping[str, str]) -> Stack:
        """The serving stack, with the configuration that its user has made of the committed one.

        Args:
            state: where it is kept.
            digests: the manifest's digest of each version of the included model that this machine has published.

        Raises:
            SandboxError: it takes an image that another environment has to prove, and none has.
        """
        base = images.references(state)["python"]
        configuration.keep(
            CHECKOUT / f"Pulumi.{self.name}.yaml",
            configuration.serving_file(state, self.name),
            lambda config: stacks.known(config, base, digests) | self._proven(state, config),
            partial(scaled, share=self.share),
            f"make {self.name}",
        )
        return self._serving(state, policies=True)

    def existing(self, state: State) -> list[Stack]:
        """Its stacks that were brought up and not yet removed, in the order in which they have to go."""
        return [stack for stack in (self._serving(state), self._platform(state)) if stack.exists]

    def shell(self, state: State, *, platform: bool) -> dict[str, str]:
        """What a shell needs beside the sandbox's variables to work on the serving stack, or on the platform."""
        stack = self._platform(state) if platform else self._serving(state)
        return {**stack.signed_in(), "PULUMI_OPTION_CONFIG_FILE": str(stack.config)}

    def _platform(self, state: State, *, policies: bool = False) -> Stack:
        return Stack(
            PLATFORM,
            self.name,
            configuration.platform_file(state, self.name),
            state,
            (stacks.POLICIES,) if policies else (),
            cache(partial(accounts.signed_in, state, self.account, self.account.administrator)),
        )

    def _serving(self, state: State, *, policies: bool = False) -> Stack:
        return Stack(
            CHECKOUT,
            self.name,
            configuration.serving_file(state, self.name),
            state,
            (stacks.POLICIES,) if policies else (),
            cache(partial(accounts.signed_in, state, self.account, self.account.deployer)),
        )

    def _surroundings(self, state: State) -> dict[str, Any]:
        return {
            f"{_FOUNDATION}.network.own.cidr": addresses.VPC,
            f"{_FOUNDATION}.cluster.serviceCidr": addresses.SERVICE_NETWORK,
            "slipway-platform:crds.folder": str(state.manifests),
        }

    def _proven(self, state: State, config: Config) -> dict[str, str]:
        """The image that an environment before this one has proven, where the stack names none yet."""
        said = configuration.at(config, "slipway:image.digest")
        if not isinstance(said, str) or not said.startswith(_PLACEHOLDER):
            return {}
        for name in self.proven_by:
            before = Stack(CHECKOUT, name, configuration.serving_file(state, name), state)
            image = before.outputs().get("image") if before.exists else None
            if image:
                # One registry stands behind the ECR of every account, so nothing has to be copied.
                return {"slipway:image.digest": f"{self.account.registry}/{image.partition('/')[2]}"}
        raise SandboxError(
            f"{self.name} takes an image that {' or '.join(self.proven_by)} has built, and there is none: run "
            f"`make {self.proven_by[0]}` first"
        )


STAGING: Final = Cloud("staging", Decimal(1) / 2)
PROD: Final = Cloud("prod", Decimal(1) / 8, ("staging", "local"))


def scaled(config: Config, share: Decimal) -> Config:
    """`config` with a share of all the processors that pods, nodes and namespaces claim. Limits stay as they are."""

    def of(key: str, value: Any) -> Any:
        if key == "limits":
            return value
        if isinstance(value, dict):
            return {name: of(name, item) for name, item in cast("dict[str, Any]", value).items()}
        return _share(str(value), share) if key == "cpu" else value

    return of("", config)


def _share(cpu: str, share: Decimal) -> str:
    return f"{int(Quantity.parse(cpu).value * share * 1000)}m"


def _digest(references: Mapping[str, str], name: str, said: str) -> str:
    return f"{said.partition('@')[0]}@{references[name].partition('@')[2]}"
