"""Which cluster a program talks to: an explicit provider, never one that a shell's KUBECONFIG made."""

import json

import pulumi
import pulumi_kubernetes as k8s
from pydantic import Field

from infra.shared.configuration import Section


class Cluster(Section):
    """A cluster, as those who have a credential for it reach it.

    Attributes:
        endpoint: the API server's URL.
        certificate_authority: what its certificate is checked against, in base64.
        identifier: a name for the cluster that never changes.
    """

    endpoint: str
    certificate_authority: str
    identifier: str


class Token(Section):
    """A credential that is a bearer token. A cluster that signs in otherwise has another kind beside it.

    Attributes:
        token: the token; never in a log, an error or a plain output.
    """

    token: str = Field(repr=False)

    def user(self) -> dict[str, object]:
        """The user's entry in a kubeconfig."""
        return {"token": self.token}

    def headers(self) -> dict[str, str]:
        """What proves to the API server whose a request is; as secret as the token."""
        return {"Authorization": f"Bearer {self.token}"}


Credential = Token


def kubeconfig(cluster: Cluster, credential: Credential, namespace: str) -> str:
    """A kubeconfig for one namespace of `cluster`; as secret as its credential."""
    name = cluster.identifier
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": namespace}}],
            "clusters": [
                {
                    "name": name,
                    "cluster": {
                        "server": cluster.endpoint,
                        "certificate-authority-data": cluster.certificate_authority,
                    },
                }
            ],
            "users": [{"name": name, "user": credential.user()}],
        }
    )


def provider(kubeconfig: pulumi.Input[str], identifier: pulumi.Input[str]) -> k8s.Provider:
    """The provider that everything in Kubernetes is declared with.

    Args:
        kubeconfig: contents of a kubeconfig; kept secret.
        identifier: names the cluster for good. Without it, a renewed certificate or token in the kubeconfig would
            look like another cluster, and every resource would be replaced.
    """
    return k8s.Provider("cluster", kubeconfig=pulumi.Output.secret(kubeconfig), cluster_identifier=identifier)
