"""The committed stacks, with the values that `make up` adds, as the programs declare them under mocks."""

import copy
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import pulumi
import yaml
from pulumi.runtime.config import set_all_config

from infra.platform import config as platform_config
from infra.platform import stack as platform_stack
from infra.platform.bolt import Bolt, BoltArgs, Declared
from infra.platform.foundation import chosen
from infra.platform.foundation.foundation import Foundation
from infra.platform.foundation.local import local
from infra.platform.foundation.local.kubeconfig import Kubeconfig
from infra.serving import config as serving_config
from infra.serving import published, signed, under_way
from infra.serving import stack as serving_stack
from infra.shared import configuration
from infra.shared.cluster import Cluster, Credential
from infra.shared.configuration import Model
from tests.infra.recording import Recording, record, strings
from tests.infra.values import Object

CHECKOUT: Final = Path(__file__).parents[2]
DIGEST: Final = f"sha256:{'b' * 64}"
STACKS: Final = ("local", "staging", "prod")
KUBECONFIG: Final = Kubeconfig(
    content="an administrator's kubeconfig", server="https://10.244.0.1:6443", certificate_authority="Y2E="
)

# Of a platform that watches what runs on it.
MONITORING: Final[Object] = {
    "url": "http://prometheus-operated.monitoring.svc:9090",
    "namespace": "monitoring",
    "labels": {"release": "kube-prometheus-stack"},
    "autoscalerNamespace": "keda",
}

# A definition like upstream's, small.
DEFINITION: Final[Object] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com", "annotations": {"generator": "v1"}},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "kind": "Widget"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                        "properties": {"api_version": {"type": "string", "maxLength": 5}},
                    }
                },
            }
        ],
    },
}


def committed(path: str) -> Object:
    """A stack's configuration as it is in the repository."""
    return yaml.safe_load((CHECKOUT / path).read_text())["config"]


def platform_configuration() -> Object:
    """The local platform's configuration, filled in."""
    config = committed("infra/platform/Pulumi.local.yaml")
    config["slipway-platform:foundation"]["local"]["kubeconfig"] = "/state/kubeconfig"
    config["slipway-platform:images"] = {
        "traefik": f"docker.io/library/traefik:v3.6.25@{DIGEST}",
        "argoRollouts": f"quay.io/argoproj/argo-rollouts:v1.10.1@{DIGEST}",
    }
    config["slipway-platform:crds"] = {"folder": "/state/manifests"}
    config["slipway-platform:monitoring"]["installed"]["images"] = {
        "prometheus": f"quay.io/prometheus/prometheus:v3.16.0@{DIGEST}",
        "alertmanager": f"quay.io/prometheus/alertmanager:v0.31.0@{DIGEST}",
        "prometheusOperator": f"quay.io/prometheus-operator/prometheus-operator:v0.85.0@{DIGEST}",
        "configReloader": f"quay.io/prometheus-operator/prometheus-config-reloader:v0.85.0@{DIGEST}",
        "keda": f"ghcr.io/kedacore/keda:2.21.0@{DIGEST}",
        "kedaMetricsApiserver": f"ghcr.io/kedacore/keda-metrics-apiserver:2.21.0@{DIGEST}",
    }
    return config


def serving_configuration(stack: str) -> Object:
    """A serving stack's configuration, filled in where it is local."""
    config = committed(f"Pulumi.{stack}.yaml")
    if stack == "local":
        config["slipway:image"]["build"]["base"] = f"docker.io/library/python:3.11-slim-bookworm@{DIGEST}"
        for model in config["slipway:models"].values():
            model["manifest"] = DIGEST
    return config


def load(model: type[Model], namespace: str, config: Object) -> Model:
    """The configuration as the program that it is for would load it."""
    set_all_config(strings(config))
    return configuration.load(model, namespace)


def aws_configuration(stack: str = "prod") -> Object:
    """The configuration of a platform on AWS, as committed."""
    return committed(f"infra/platform/Pulumi.{stack}.yaml")


@cache
def platform(stack: str = "local", *, preview: bool = False) -> Recording:
    """What the platform program declares on a stack of the repository."""
    return (
        platform_with(platform_configuration()) if stack == "local" else platform_on_aws(stack=stack, preview=preview)
    )


def platform_on_aws(
    config: Object | None = None,
    stack: str = "prod",
    *,
    preview: bool = False,
    known: Mapping[str, Object] | None = None,
) -> Recording:
    """What the platform program declares on AWS with this configuration; as committed for `stack` by default."""

    def program() -> None:
        loaded = configuration.load(platform_config.PlatformConfig, platform_config.NAMESPACE)
        declared = Declared()
        foundation = chosen.build(loaded, lambda _: None)
        platform_stack.build(loaded, foundation, (DEFINITION,))
        _bolted(declared, foundation, protect=loaded.protect)

    config = aws_configuration(stack) if config is None else config
    return record(program, "slipway-platform", stack, config, references={}, preview=preview, known=known)


def platform_with(config: Object, definitions: Sequence[Object] = (DEFINITION,)) -> Recording:
    """What the platform program declares with this configuration."""

    def program() -> None:
        loaded = configuration.load(platform_config.PlatformConfig, platform_config.NAMESPACE)
        assert loaded.foundation.local
        declared = Declared()
        foundation = local.build(loaded.foundation.local, KUBECONFIG, protect=loaded.protect)
        platform_stack.build(loaded, foundation, definitions)
        _bolted(declared, foundation, protect=loaded.protect)

    return record(program, "slipway-platform", "local", config, references={}, preview=False)


def _bolted(declared: Declared, foundation: Foundation, *, protect: bool) -> None:
    opts = pulumi.ResourceOptions(provider=foundation.provider)
    Bolt("bolt", BoltArgs(declared=declared, protect=protect), opts)


def handed_over(stack: str) -> Object:
    """The outputs of the platform that a serving stack stands on."""
    return copy.deepcopy(platform(stack).outputs) | {"monitoring": MONITORING}


@cache
def serving(stack: str = "local", *, preview: bool = False) -> Recording:
    """What the serving program declares on a stack of the repository."""
    return serving_with(serving_configuration(stack), stack, preview=preview)


def full_store(models: Mapping[str, serving_config.Model], url: str, environment: Mapping[str, str]) -> None:
    """Stands for a store that has every model which a stack names."""


def all_signed(config: serving_config.ServingConfig, url: str, environment: Mapping[str, str]) -> None:
    """Stands for a registry and a store where all that a stack names is signed."""


def nothing_served(cluster: Cluster, credential: Credential, namespace: str) -> Mapping[str, under_way.Served]:
    """Stands for a cluster that has none of the stack's models yet."""
    return {}


def serving_with(
    config: Object,
    stack: str = "local",
    *,
    preview: bool = False,
    look: published.Look = full_store,
    signs: signed.Look = all_signed,
    served: under_way.Look = nothing_served,
) -> Recording:
    """What the serving program declares with this configuration, on a platform as the other program makes it."""
    return serving_on(handed_over(stack), config, stack, preview=preview, look=look, signs=signs, served=served)


def serving_on(
    platform_outputs: Object,
    config: Object | None = None,
    stack: str = "local",
    *,
    preview: bool = False,
    look: published.Look = full_store,
    signs: signed.Look = all_signed,
    served: under_way.Look = nothing_served,
) -> Recording:
    """What the serving program declares on a platform with these outputs; as committed for `stack` by default."""
    config = serving_configuration(stack) if config is None else config

    def program() -> None:
        loaded = configuration.load(serving_config.ServingConfig, serving_config.NAMESPACE)
        serving_stack.build(loaded, look, signs, served)

    references = {str(config["slipway:platform"]): platform_outputs}
    return record(program, "slipway", stack, config, references, preview=preview)
