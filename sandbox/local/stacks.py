"""The two local stacks, with the configuration that fits this machine."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.driver import Access
from sandbox.engine.stack import Stack
from sandbox.local import configuration, endpoints
from sandbox.local.configuration import CHECKOUT
from sandbox.state import State
from sandbox.toolchain import images

POLICIES = CHECKOUT / "policies"


def platform(state: State, access: Access) -> Stack:
    """The platform stack on the sandbox that `access` reaches; its configuration is written anew."""
    references = images.references(state)
    values = {
        "slipway-platform:foundation.kubeconfig": str(access.kubeconfig),
        "slipway-platform:foundation.apiServer": endpoints.api_server(access.kubeconfig),
        "slipway-platform:foundation.registry": access.registry,
        "slipway-platform:foundation.store.endpoint": access.store,
        "slipway-platform:foundation.store.address": _address(access.store),
        "slipway-platform:gateway.url": access.gateway,
        "slipway-platform:images.traefik": references["traefik"],
        "slipway-platform:images.argoRollouts": references["argo-rollouts"],
        "slipway-platform:manifests.folder": str(state.manifests),
    }
    project = CHECKOUT / "infra" / "platform"
    config = configuration.write(project / "Pulumi.local.yaml", configuration.platform_file(state), values)
    return Stack(project, "local", config, state, policies=(POLICIES,))


def serving(state: State, manifests: dict[str, str]) -> Stack:
    """The serving stack; its configuration is written anew.

    Args:
        state: where it is kept.
        manifests: the manifest's digest of each model that the committed configuration names.
    """
    values = {f"slipway:models.{name}.manifest": digest for name, digest in manifests.items()}
    values["slipway:image.build.base"] = images.references(state)["python"]
    config = configuration.write(CHECKOUT / "Pulumi.local.yaml", configuration.serving_file(state), values)
    return Stack(CHECKOUT, "local", config, state, policies=(POLICIES,))


def existing(state: State) -> list[Stack]:
    """The stacks that were brought up and not yet removed, in the order in which they have to go."""
    candidates = [
        Stack(CHECKOUT, "local", configuration.serving_file(state), state),
        Stack(CHECKOUT / "infra" / "platform", "local", configuration.platform_file(state), state),
    ]
    return [stack for stack in candidates if stack.exists]


def _address(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {"cidr": f"{parts.hostname}/32", "port": parts.port or (443 if parts.scheme == "https" else 80)}
