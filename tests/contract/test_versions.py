"""A version stands in one place, or a test holds its places together."""

import re
from importlib.metadata import version

import pytest

from infra.platform.crds import lock
from infra.shared import versions
from sandbox.toolchain.images import IMAGES
from tests.infra import stacks


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("traefik", versions.TRAEFIK),
        ("argo-rollouts", versions.ARGO_ROLLOUTS),
        ("prometheus", versions.PROMETHEUS),
        ("alertmanager", versions.ALERTMANAGER),
        ("prometheus-operator", versions.PROMETHEUS_OPERATOR),
        ("prometheus-config-reloader", versions.PROMETHEUS_OPERATOR),
        ("keda", versions.KEDA.removeprefix("v")),
        ("keda-metrics-apiserver", versions.KEDA.removeprefix("v")),
    ],
)
def test_the_sandbox_builds_the_controllers_that_the_platform_labels(name: str, version: str) -> None:
    assert IMAGES[name].reference.endswith(f"{name}:{version}")


def test_the_crds_are_those_of_the_controllers() -> None:
    labelled = {
        "argo-rollouts": versions.ARGO_ROLLOUTS,
        "keda": versions.KEDA,
        "prometheus-operator": versions.PROMETHEUS_OPERATOR,
        "traefik": versions.TRAEFIK,
    }
    assert {entry.tool: entry.version for entry in lock.entries()} == labelled


def test_the_sandbox_builds_the_controllers_from_the_modules_that_their_crds_are_from() -> None:
    for entry in lock.entries():
        gomod = (stacks.CHECKOUT / "sandbox/toolchain/modules" / entry.tool / "go.mod").read_text()
        assert re.findall(rf"\s{re.escape(entry.module)} (v\S+)", gomod) == [entry.version]


def test_pods_are_judged_by_the_version_that_the_sandbox_runs() -> None:
    gomod = (stacks.CHECKOUT / "sandbox/toolchain/modules/kubernetes/go.mod").read_text()
    assert f"k8s.io/kubernetes {versions.KUBERNETES}." in gomod


def test_the_cli_and_the_sdk_are_of_the_same_release() -> None:
    gomod = (stacks.CHECKOUT / "sandbox/toolchain/modules/pulumi/go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{version('pulumi')}" in gomod
    assert f"github.com/pulumi/pulumi/sdk/v3 v{version('pulumi')}" in gomod
