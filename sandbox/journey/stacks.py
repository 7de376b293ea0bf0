"""The two local stacks, with the configuration that fits this machine."""

import ipaddress
import socket
from collections.abc import Mapping
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
STAGES: Final = ("staging", "prod")
"""The serving stacks that a pipeline brings a model through; each has the namespace and the routes of its name."""

_NO_IMAGE: Final = f"registry.invalid/slipway/service@sha256:{'0' * 64}"
_NO_MANIFEST: Final = f"sha256:{'0' * 64}"
# The keys of the images of monitoring, and what they are called here.
_MONITORING: Final = {
    "prometheus": "prometheus",
    "alertmanager": "alertmanager",
    "prometheusOperator": "prometheus-operator",
    "configReloader": "prometheus-config-reloader",
    "keda": "keda",
    "kedaMetricsApiserver": "keda-metrics-apiserver",
}


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
        "slipway-platform:images.traefik": references["traefik"],
        "slipway-platform:images.argoRollouts": references["argo-rollouts"],
        "slipway-platform:crds.folder": str(state.manifests),
    }
    project = CHECKOUT / "infra" / "platform"
    config = configuration.write(
        project / "Pulumi.local.yaml",
        configuration.platform_file(state),
        lambda config: values | _monitoring(config, references),
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
        lambda config: _known(config, base, digests),
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
            "slipway:namespace": name,
            f"{model}.route": f"/{name}/{bundles.NAME.replace('_', '-')}",
            f"{model}.manifest": configuration.at(config, f"{model}.manifest") or _NO_MANIFEST,
        }
        if name == STAGES[0]:
            return {**values, "slipway:image.build.base": base}
        return {**values, "slipway:image": {"digest": _NO_IMAGE}, "slipway:signatures": {"images": key, "models": key}}

    source, target = CHECKOUT / "Pulumi.local.yaml", configuration.serving_file(state, name)
    return Stack(CHECKOUT, name, configuration.keep(source, target, known), state, policies=(POLICIES,))


def existing(state: State) -> list[Stack]:
    """The stacks that were brought up and not yet removed, in the order in which they have to go."""
    candidates = [
        *(
            Stack(CHECKOUT, name, configuration.serving_file(state, name), state)
            for name in (*reversed(STAGES), "local")
        ),
        Stack(CHECKOUT / "infra" / "platform", "local", configuration.platform_file(state), state),
    ]
    return [stack for stack in candidates if stack.exists]


def _monitoring(config: Config, references: Mapping[str, str]) -> dict[str, str]:
    """The images of what a platform's stack has installed to watch it: none where it has none."""
    images = "slipway-platform:monitoring.installed.images"
    if configuration.at(config, "slipway-platform:monitoring.installed") is None:
        return {}
    return {f"{images}.{key}": references[name] for key, name in _MONITORING.items()}


def _known(config: Config, base: str, digests: Mapping[str, str]) -> dict[str, str]:
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
