"""The local stacks, with the configuration that fits this machine: those of `make up`, and those of a pipeline."""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.driver import Access
from sandbox.errors import SandboxError
from sandbox.journey import bundles, configuration, endpoints
from sandbox.journey.configuration import CHECKOUT, Config
from sandbox.pulumi.stack import Stack
from sandbox.state import State
from sandbox.toolchain import images

POLICIES = CHECKOUT / "policies"
STAGES: Final = ("local-staging", "local-prod")
"""The serving stacks that a pipeline brings a model through, beside the local one on its platform."""

_NO_IMAGE: Final = f"registry.invalid/slipway/service@sha256:{'0' * 64}"
_NO_MANIFEST: Final = f"sha256:{'0' * 64}"
IMAGES: Final = {
    "traefik": "traefik",
    "argoRollouts": "argo-rollouts",
    "prometheus": "prometheus",
    "alertmanager": "alertmanager",
    "prometheusOperator": "prometheus-operator",
    "configReloader": "prometheus-config-reloader",
    "keda": "keda",
    "kedaMetricsApiserver": "keda-metrics-apiserver",
}
"""The keys of the platform's third-party images, and what they are called here."""
_ALWAYS: Final = ("traefik", "argoRollouts")

entrance: Final = None
"""This machine reaches the gateway where the platform says that it is."""


def platform(state: State, access: Access) -> Stack:
    """The platform stack on the sandbox that `access` reaches; its configuration is written anew."""
    references = images.references(state)
    foundation = "slipway-platform:foundation.local"
    values = {
        f"{foundation}.kubeconfig": str(access.kubeconfig),
        f"{foundation}.apiServer": endpoints.api_server(access.kubeconfig),
        f"{foundation}.kubelets": endpoints.kubelets(access.kubeconfig),
        f"{foundation}.registry": access.registry,
        f"{foundation}.store.endpoint": access.store,
        f"{foundation}.store.addresses": _addresses(access.store),
        f"{foundation}.entrance.url": access.gateway,
        "slipway-platform:crds.folder": str(state.manifests),
    }
    project = CHECKOUT / "infra" / "platform"
    config = configuration.write(
        project / "Pulumi.local.yaml",
        configuration.platform_file(state),
        lambda config: values | platform_images(config, lambda name, _: references[name]),
    )
    return Stack(project, "local", config, state, policies=(POLICIES,))


def serving(state: State, digests: Mapping[str, str]) -> Stack:
    """The serving stack, with the configuration that its user has made of the committed one.

    Args:
        state: where it is kept.
        digests: the manifest's digest of each version of the included model that this machine has published.
    """
    base = images.references(state)["python"]
    config = configuration.keep(
        CHECKOUT / "Pulumi.local.yaml",
        configuration.serving_file(state),
        lambda config: known(config, base, digests),
    )
    return Stack(CHECKOUT, "local", config, state, policies=(POLICIES,))


def stage(state: State, name: str, key: str) -> Stack:
    """A stack of a pipeline: sizes and times are the sandbox's, and what it serves is the pipeline's to say.

    Args:
        state: where it is kept.
        name: one of `STAGES`; the first builds the image, and the others take what was proven.
        key: public key that what it takes has to be signed with.
    """
    base = images.references(state)["python"]

    def known(config: Config) -> dict[str, Any]:
        model = f"slipway:models.{bundles.NAME}"
        values: dict[str, Any] = {
            "slipway:namespace": namespace(name),
            f"{model}.route": f"/{namespace(name)}/{bundles.NAME.replace('_', '-')}",
            f"{model}.manifest": configuration.at(config, f"{model}.manifest") or _NO_MANIFEST,
        }
        if name == STAGES[0]:
            return {**values, "slipway:image.build.base": base}
        image = configuration.at(config, "slipway:image.digest") or _NO_IMAGE
        return {**values, "slipway:image": {"digest": image}, "slipway:signatures": {"images": key, "models": key}}

    config = configuration.keep(
        CHECKOUT / "Pulumi.local.yaml", configuration.serving_file(state, name), known, command="make pipeline"
    )
    return Stack(CHECKOUT, name, config, state, policies=(POLICIES,))


def namespace(stage: str) -> str:
    """Where a stage is on the local platform, which has a namespace and routes of that name for it."""
    return stage.removeprefix("local-")


def existing(state: State) -> list[Stack]:
    """The stacks that were brought up and not yet removed, in the order in which they have to go."""
    return [*staged(state), *own(state)]


def staged(state: State) -> list[Stack]:
    """Those of them that a pipeline has made."""
    found = [Stack(CHECKOUT, name, configuration.serving_file(state, name), state) for name in reversed(STAGES)]
    return [stack for stack in found if stack.exists]


def own(state: State) -> list[Stack]:
    """Those that `make up` has made."""
    found = [
        Stack(CHECKOUT, "local", configuration.serving_file(state), state),
        Stack(CHECKOUT / "infra" / "platform", "local", configuration.platform_file(state), state),
    ]
    return [stack for stack in found if stack.exists]


def cached(state: State, access: Access) -> None:
    """Nothing: the cluster pulls third-party images by their official names."""


def platform_images(config: Config, reference: Callable[[str, Any], str]) -> dict[str, str]:
    """Third-party images of a platform's stack, as `filled` takes them.

    Args:
        config: of the stack.
        reference: given an image's name here, and what the configuration says of it, tells what it is to say.
    """
    monitoring = "slipway-platform:monitoring.installed"
    paths = {key: f"slipway-platform:images.{key}" for key in _ALWAYS}
    if configuration.at(config, monitoring) is not None:
        paths |= {key: f"{monitoring}.images.{key}" for key in IMAGES if key not in _ALWAYS}
    return {path: reference(IMAGES[key], configuration.at(config, path)) for key, path in paths.items()}


def known(config: Config, base: str, digests: Mapping[str, str]) -> dict[str, str]:
    """What this machine knows of what a serving stack's configuration asks for.

    Only what is there is filled in: another image than one that is built here, another model, and a version that
    someone else has published are their user's.
    """
    model = f"slipway:models.{bundles.NAME}"
    version = configuration.at(config, f"{model}.version")
    values: dict[str, str] = {}
    if isinstance(configuration.at(config, "slipway:image.build"), dict):
        values["slipway:image.build.base"] = base
    if isinstance(version, str) and version in digests:
        values[f"{model}.manifest"] = digests[version]
    return values


def _addresses(url: str) -> list[dict[str, Any]]:
    # Network policies know no names.
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SandboxError(
            f"--s3 {url}: {parts.hostname} can't be found ({error.strerror}): give its address"
        ) from None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    # One that is found twice is named once, and the order is the same each time.
    networks = sorted({ipaddress.ip_network(address) for *_, (address, *_) in found}, key=str)
    return [{"cidr": str(network), "port": port} for network in networks]
