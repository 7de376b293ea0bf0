"""Which cluster a program talks to: an explicit provider, never one that a shell's KUBECONFIG made."""

from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s


def provider(kubeconfig: pulumi.Input[str], identifier: pulumi.Input[str]) -> k8s.Provider:
    """The provider that everything in Kubernetes is declared with.

    Args:
        kubeconfig: contents of a kubeconfig; kept secret.
        identifier: names the cluster for good. Without it, a renewed certificate in the kubeconfig would look like
            another cluster, and every resource would be replaced.
    """
    return k8s.Provider("cluster", kubeconfig=pulumi.Output.secret(kubeconfig), cluster_identifier=identifier)


def read(path: Path, key: str) -> str:
    """The kubeconfig that the configuration names at `key`.

    Raises:
        pulumi.RunError: it can't be read.
    """
    try:
        return path.read_text()
    except OSError as error:
        raise pulumi.RunError(
            f"{key} = '{path}' can't be read ({error.strerror}): `make up` starts the sandbox, or name another"
        ) from None
