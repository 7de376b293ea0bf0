"""A version stands in one place, or a test holds its places together."""

from importlib.metadata import version

from infra import versions
from sandbox.toolchain.images import IMAGES
from tests.infra import stacks


def test_the_sandbox_builds_the_controllers_that_the_platform_labels() -> None:
    assert IMAGES["traefik"].reference.endswith(f"traefik:{versions.TRAEFIK}")
    assert IMAGES["argo-rollouts"].reference.endswith(f"argo-rollouts:{versions.ARGO_ROLLOUTS}")


def test_pods_are_judged_by_the_version_that_the_sandbox_runs() -> None:
    gomod = (stacks.CHECKOUT / "sandbox/toolchain/modules/kubernetes/go.mod").read_text()
    assert f"k8s.io/kubernetes {versions.KUBERNETES}." in gomod


def test_the_cli_and_the_sdk_are_of_the_same_release() -> None:
    gomod = (stacks.CHECKOUT / "sandbox/toolchain/modules/pulumi/go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{version('pulumi')}" in gomod
    assert f"github.com/pulumi/pulumi/sdk/v3 v{version('pulumi')}" in gomod
